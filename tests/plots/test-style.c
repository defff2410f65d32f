/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hues of both styles stay apart for normal eyes and the three kinds of colour blindness, and
 * stand out from the background.
 * Source: Machado, Oliveira, Fernandes 2009 (severity 1.0); CIE 1976 L*a*b*; WCAG contrast. */
#include "thaw-plots.h"

#include <math.h>

static const double eyes[4][9] = {
    {1, 0, 0, 0, 1, 0, 0, 0, 1},
    {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
    {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
    {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900},
};

static double
linear (double c)
{
  return c <= 0.04045 ? c / 12.92 : pow ((c + 0.055) / 1.055, 2.4);
}

static double
luminance (ThawColor c)
{
  return 0.2126 * linear (c.r) + 0.7152 * linear (c.g) + 0.0722 * linear (c.b);
}

static double
cube_root (double t)
{
  return t > 0.008856 ? cbrt (t) : 7.787 * t + 16 / 116.0;
}

static void
to_lab (ThawColor color, const double eye[9], double lab[3])
{
  const double in[] = {linear (color.r), linear (color.g), linear (color.b)};
  double c[3], f[3];

  for (int k = 0; k < 3; k++)
    c[k] = CLAMP (eye[3 * k] * in[0] + eye[3 * k + 1] * in[1] + eye[3 * k + 2] * in[2], 0, 1);
  f[0] = cube_root ((0.4124564 * c[0] + 0.3575761 * c[1] + 0.1804375 * c[2]) / 0.95047);
  f[1] = cube_root (0.2126729 * c[0] + 0.7151522 * c[1] + 0.0721750 * c[2]);
  f[2] = cube_root ((0.0193339 * c[0] + 0.1191920 * c[1] + 0.9503041 * c[2]) / 1.08883);
  lab[0] = 116 * f[1] - 16;
  lab[1] = 500 * (f[0] - f[1]);
  lab[2] = 200 * (f[1] - f[2]);
}

static double
distance (ThawColor a, ThawColor b, const double eye[9])
{
  double p[3], q[3];

  to_lab (a, eye, p);
  to_lab (b, eye, q);
  return sqrt ((p[0] - q[0]) * (p[0] - q[0]) + (p[1] - q[1]) * (p[1] - q[1]) +
               (p[2] - q[2]) * (p[2] - q[2]));
}

static void
hues_apart (void)
{
  const ThawPlotStyle *styles[] = {thaw_plot_style_light (), thaw_plot_style_dark ()};

  for (int s = 0; s < 2; s++)
    for (int e = 0; e < 4; e++)
      for (int i = 0; i < THAW_N_HUES; i++)
        for (int j = 0; j < i; j++)
          g_assert_cmpfloat (distance (styles[s]->hues[i], styles[s]->hues[j], eyes[e]), >, 28);
}

static double
contrast (ThawColor a, ThawColor b)
{
  double p = luminance (a), q = luminance (b);

  return (MAX (p, q) + 0.05) / (MIN (p, q) + 0.05);
}

static void
contrasts (void)
{
  const ThawPlotStyle *styles[] = {thaw_plot_style_light (), thaw_plot_style_dark ()};

  for (int s = 0; s < 2; s++) {
    g_assert_cmpfloat (contrast (styles[s]->text, styles[s]->background), >, 7);
    g_assert_cmpfloat (contrast (styles[s]->text, styles[s]->shade), >, 7);
    g_assert_cmpfloat (contrast (styles[s]->axis, styles[s]->background), >, 3);
    for (int i = 0; i < THAW_N_HUES; i++)
      g_assert_cmpfloat (contrast (styles[s]->hues[i], styles[s]->background), >, 2.8);
  }
  for (int s = 0; s < 2; s++) {
    const ThawPlotStyle *all[] = {styles[s], thaw_plot_style_high_contrast (s == 1)};
    for (int k = 0; k < 2; k++) { /* on the page of the window as well, which is another grey */
      double grey = s ? 0x24 / 255.0 : 0xFA / 255.0;
      const ThawColor page = {grey, grey, grey, 1};
      g_assert_cmpfloat (contrast (all[k]->training_least, all[k]->background), >, 3);
      g_assert_cmpfloat (contrast (all[k]->training_least, page), >, 3);
      g_assert_cmpfloat (contrast (all[k]->training, all[k]->training_least), >, 1.7);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plots/style/hues-apart", hues_apart);
  g_test_add_func ("/plots/style/contrasts", contrasts);
  return g_test_run ();
}
