/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Axes: ticks are round, inside, distinct and not too many; numbers as text. */
#include "axis.h"
#include "thaw-plots.h"

#include <math.h>
#include <string.h>

/* "0|0.5|1" */
static void
check_ticks (ThawAxis axis, int most, const char *expected)
{
  g_autoptr (GArray) ticks = thaw_axis_ticks (&axis, most);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < ticks->len; i++)
    g_string_append_printf (text, "%s%s", i ? "|" : "", g_array_index (ticks, ThawTick, i).label);
  g_assert_cmpstr (text->str, ==, expected);
  g_string_free (text, TRUE);
}

static void
linear (void)
{
  check_ticks ((ThawAxis){.lo = 0, .hi = 1}, 5, "0.0|0.2|0.4|0.6|0.8|1.0");
  check_ticks ((ThawAxis){.lo = -1, .hi = 1}, 4, "−1.0|−0.5|0.0|0.5|1.0");
  check_ticks ((ThawAxis){.lo = 0.03, .hi = 0.97}, 3, "0.25|0.50|0.75");
  check_ticks ((ThawAxis){.lo = 0, .hi = 28000}, 6, "0|5000|10000|15000|20000|25000");
  check_ticks ((ThawAxis){.lo = 0, .hi = 9e-7}, 3, "0|2.5×10⁻⁷|5.0×10⁻⁷|7.5×10⁻⁷");
  check_ticks ((ThawAxis){.lo = 0, .hi = 2.2e8}, 3, "0|10⁸|2×10⁸");
}

static void
percent (void)
{
  check_ticks ((ThawAxis){.lo = 0, .hi = 1, .unit = THAW_UNIT_PERCENT}, 5,
               "0%|20%|40%|60%|80%|100%");
  check_ticks ((ThawAxis){.lo = 0.9, .hi = 0.92, .unit = THAW_UNIT_PERCENT}, 4,
               "90.0%|90.5%|91.0%|91.5%|92.0%");
}

/* Epochs: no halves, however short the run. */
static void
whole (void)
{
  check_ticks ((ThawAxis){.lo = 1, .hi = 3, .unit = THAW_UNIT_WHOLE}, 10, "1|2|3");
  check_ticks ((ThawAxis){.lo = 0, .hi = 10, .unit = THAW_UNIT_WHOLE}, 4, "0|2|4|6|8|10");
  check_ticks ((ThawAxis){.lo = 1, .hi = 40, .unit = THAW_UNIT_WHOLE}, 8, "5|10|15|20|25|30|35|40");
}

static void
logarithmic (void)
{
  check_ticks ((ThawAxis){.lo = 0.05, .hi = 3, .log = true}, 6, "0.05|0.1|0.2|0.5|1|2");
  check_ticks ((ThawAxis){.lo = 1e-4, .hi = 1e4, .log = true}, 4, "0.0001|0.01|1|100|10000");
  check_ticks ((ThawAxis){.lo = 1e-9, .hi = 1, .log = true}, 4, "10⁻⁹|10⁻⁷|10⁻⁵|10⁻³|10⁻¹");
  check_ticks ((ThawAxis){.lo = 2.1, .hi = 4.3, .log = true}, 4, "2.5|3.0|3.5|4.0");
}

/* Whole parts of minutes, hours and days; two parts of a duration at most. */
static void
durations (void)
{
  const ThawUnit unit = THAW_UNIT_DURATION;

  check_ticks ((ThawAxis){.lo = 0, .hi = 1, .unit = unit}, 4, "0 s|0.2 s|0.4 s|0.6 s|0.8 s|1.0 s");
  check_ticks ((ThawAxis){.lo = 0, .hi = 58, .unit = unit}, 4, "0 s|15 s|30 s|45 s");
  check_ticks ((ThawAxis){.lo = 0, .hi = 200, .unit = unit}, 4, "0 s|1 min|2 min|3 min");
  check_ticks ((ThawAxis){.lo = 100, .hi = 160, .unit = unit}, 4,
               "1 min 45 s|2 min|2 min 15 s|2 min 30 s");
  check_ticks ((ThawAxis){.lo = 0, .hi = 9000, .unit = unit}, 4,
               "0 s|30 min|1 h|1 h 30 min|2 h|2 h 30 min");
  check_ticks ((ThawAxis){.lo = 0, .hi = 3.1 * 86400, .unit = unit}, 4, "0 s|1 d|2 d|3 d");
  check_ticks ((ThawAxis){.lo = 0, .hi = 200 * 86400, .unit = unit}, 4,
               "0 s|50 d|100 d|150 d|200 d");
}

/* Parameters, images, bytes: one prefix for an axis, fitting ones on a logarithmic axis. */
static void
counts (void)
{
  const ThawUnit unit = THAW_UNIT_COUNT;

  check_ticks ((ThawAxis){.lo = 0, .hi = 9000, .unit = unit}, 4, "0|2000|4000|6000|8000");
  check_ticks ((ThawAxis){.lo = 0, .hi = 5e5, .unit = unit}, 4, "0|100 k|200 k|300 k|400 k|500 k");
  check_ticks ((ThawAxis){.lo = 0, .hi = 11e6, .unit = unit}, 4, "0|2.5 M|5.0 M|7.5 M|10.0 M");
  check_ticks ((ThawAxis){.lo = 3e5, .hi = 4e7, .unit = unit, .log = true}, 7,
               "500 k|1 M|2 M|5 M|10 M|20 M");
  check_ticks ((ThawAxis){.lo = 0, .hi = 5e7, .unit = THAW_UNIT_BYTES}, 3, "0 MB|20 MB|40 MB");
}

/* Zoomed in below two epochs, whole numbers alone would leave no ticks. */
static void
whole_zoomed (void)
{
  check_ticks ((ThawAxis){.lo = 4.2, .hi = 5.1, .unit = THAW_UNIT_WHOLE}, 4, "4.2|4.4|4.6|4.8|5.0");
}

static void
check_places (const ThawAxis *axis, const GArray *ticks)
{
  for (guint i = 0; i < ticks->len; i++) {
    const ThawTick *tick = &g_array_index (ticks, ThawTick, i);
    double place = thaw_axis_place (axis, tick->value);
    g_assert_cmpfloat (place, >=, -1e-5);
    g_assert_cmpfloat (place, <=, 1 + 1e-5);
    g_assert_true (g_utf8_validate (tick->label, -1, NULL));
    if (i > 0) {
      g_assert_cmpfloat (tick->value, >, g_array_index (ticks, ThawTick, i - 1).value);
      g_assert_cmpstr (tick->label, !=, g_array_index (ticks, ThawTick, i - 1).label);
    }
  }
}

/* Any range: at least two ticks, in order, inside, with labels that differ. */
static void
any_range (void)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  g_test_message ("seed %u", seed);
  for (int k = 0; k < 20000; k++) {
    double size = pow (10, g_rand_double_range (rand, -12, 12));
    double lo = g_rand_double_range (rand, -3, 3) * size;
    int most = g_rand_int_range (rand, 2, 15);
    ThawAxis axis = {.lo = lo,
                     .hi = lo + size * g_rand_double_range (rand, 1e-3, 1),
                     .log = k % 3 == 0,
                     .unit = (ThawUnit) (k % (THAW_UNIT_BYTES + 1))};
    g_autoptr (GArray) ticks = NULL;
    if (axis.log) {
      axis.lo = size;
      axis.hi = size * pow (10, g_rand_double_range (rand, 0.05, 8));
    }
    thaw_axis_fix (&axis);
    ticks = thaw_axis_ticks (&axis, most);
    g_assert_cmpint ((int) ticks->len, >=, 1);
    g_assert_cmpint ((int) ticks->len, <=, most + most / 3 + 2);
    check_places (&axis, ticks);
  }
}

/* Ranges of no size, of one value, of enormous and of tiny values. */
static void
degenerate (void)
{
  const double values[] = {0, 1, -1, 1e-300, 1e300, -1e300, 1e15, 0.1};

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    for (int log = 0; log < 2; log++) {
      ThawAxis axis = {.lo = values[i], .hi = values[i], .log = log};
      g_autoptr (GArray) ticks = NULL;
      if (log && values[i] <= 0)
        continue;
      thaw_axis_fix (&axis);
      g_assert_cmpfloat (axis.lo, <, axis.hi);
      g_assert_true (thaw_axis_place (&axis, values[i]) > 0 &&
                     thaw_axis_place (&axis, values[i]) < 1);
      ticks = thaw_axis_ticks (&axis, 5);
      g_assert_cmpint ((int) ticks->len, <=, 60);
    }
}

static void
places (void)
{
  ThawAxis linear_axis = {.lo = 2, .hi = 6}, log_axis = {.lo = 0.01, .hi = 100, .log = true};

  g_assert_cmpfloat (thaw_axis_place (&linear_axis, 3), ==, 0.25);
  g_assert_cmpfloat (thaw_axis_place (&linear_axis, 10), ==, 2);
  g_assert_cmpfloat_with_epsilon (thaw_axis_place (&log_axis, 1), 0.5, 1e-12);
  g_assert_true (thaw_axis_place (&log_axis, 0) == -INFINITY);
  g_assert_true (thaw_axis_place (&log_axis, -5) == -INFINITY);
}

static void
check_text (ThawUnit unit, double value, const char *expected)
{
  g_autofree char *text = thaw_unit_text (unit, value);

  g_assert_cmpstr (text, ==, expected);
}

static void
texts (void)
{
  check_text (THAW_UNIT_NUMBER, 0.41234, "0.4123");
  check_text (THAW_UNIT_NUMBER, 0, "0");
  check_text (THAW_UNIT_NUMBER, -3, "−3");
  check_text (THAW_UNIT_NUMBER, 27960, "27960");
  check_text (THAW_UNIT_NUMBER, 9999.97, "10000.0");
  check_text (THAW_UNIT_NUMBER, 0.00001234, "1.234×10⁻⁵");
  check_text (THAW_UNIT_PERCENT, 0.8123, "81.2%");
}

static void
unit_texts (void)
{
  const ThawUnit duration = THAW_UNIT_DURATION, count = THAW_UNIT_COUNT;

  check_text (duration, 0, "0 s");
  check_text (duration, 0.0042, "4.2 ms");
  check_text (duration, 2.53, "2.5 s");
  check_text (duration, 59.99, "1 min");
  check_text (duration, 3599.9, "1 h");
  check_text (duration, 725, "12 min 5 s");
  check_text (duration, 5400, "1 h 30 min");
  check_text (duration, 2 * 86400 + 7300, "2 d 2 h");
  check_text (duration, -90, "−1 min 30 s");
  check_text (count, 27960, "28.0 k");
  check_text (count, 11689512, "11.7 M");
  check_text (count, 950, "950");
  check_text (THAW_UNIT_BYTES, 44.8e6, "44.8 MB");
  check_text (THAW_UNIT_NUMBER, NAN, "not a number");
  check_text (THAW_UNIT_PERCENT, -INFINITY, "minus infinite");
  check_text (THAW_UNIT_NUMBER, 6.25e-5, "6.25×10⁻⁵");
  check_text (THAW_UNIT_NUMBER, 1e-5, "10⁻⁵");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plots/axis/linear", linear);
  g_test_add_func ("/plots/axis/durations", durations);
  g_test_add_func ("/plots/axis/counts", counts);
  g_test_add_func ("/plots/axis/whole-zoomed", whole_zoomed);
  g_test_add_func ("/plots/axis/unit-texts", unit_texts);
  g_test_add_func ("/plots/axis/percent", percent);
  g_test_add_func ("/plots/axis/whole", whole);
  g_test_add_func ("/plots/axis/log", logarithmic);
  g_test_add_func ("/plots/axis/any-range", any_range);
  g_test_add_func ("/plots/axis/degenerate", degenerate);
  g_test_add_func ("/plots/axis/places", places);
  g_test_add_func ("/plots/axis/texts", texts);
  return g_test_run ();
}
