/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedules: the rate in force, the thaw's own rate, and state as text. The plateau rule itself is
 * compared with torch in the golden suite. */
#include "choice.h"
#include "thaw-optim.h"

#include <math.h>

static ThawSchedule *
plateau (const char *param, double value, double lr)
{
  ThawChoice choice = choice_new (thaw_schedules (), "ReduceLROnPlateau");
  ThawSchedule *schedule;

  if (param != NULL)
    choice_set (&choice, param, value);
  schedule = thaw_schedule_new (&choice, lr, 40);
  choice_clear (&choice);
  return schedule;
}

static void
constant (void)
{
  ThawChoice choice = choice_new (thaw_schedules (), "constant");
  g_autoptr (ThawSchedule) schedule = thaw_schedule_new (&choice, 0.25, 10);

  for (int e = 0; e < 20; e++)
    g_assert_false (thaw_schedule_epoch_end (schedule, e % 2 ? NAN : 1));
  g_assert_cmpfloat (thaw_schedule_lr (schedule), ==, 0.25);
  g_assert_false (thaw_schedule_wants_accuracy (schedule));
  choice_clear (&choice);
}

static void
patience (void)
{
  g_autoptr (ThawSchedule) schedule = plateau ("patience", 2, 1);

  g_assert_false (thaw_schedule_epoch_end (schedule, 5));
  g_assert_false (thaw_schedule_epoch_end (schedule, 5));
  g_assert_false (thaw_schedule_epoch_end (schedule, NAN));
  g_assert_true (thaw_schedule_epoch_end (schedule, 6)); /* the third bad one */
  g_assert_cmpfloat (thaw_schedule_lr (schedule), ==, 1 * 0.1);
}

static void
watches (void)
{
  g_autoptr (ThawSchedule) loss = plateau ("mode", 0, 1);
  g_autoptr (ThawSchedule) accuracy = plateau ("mode", 1, 1);

  g_assert_false (thaw_schedule_wants_accuracy (loss));
  g_assert_true (thaw_schedule_wants_accuracy (accuracy));
}

/* As in the lesson: the rate is set, what the rule has seen stays. */
static void
set_rate (void)
{
  g_autoptr (ThawSchedule) schedule = plateau ("patience", 1, 1e-3);

  thaw_schedule_epoch_end (schedule, 1);
  thaw_schedule_epoch_end (schedule, 2);
  thaw_schedule_set_lr (schedule, 1e-4);
  g_assert_cmpfloat (thaw_schedule_lr (schedule), ==, 1e-4);
  g_assert_true (thaw_schedule_epoch_end (schedule, 2));
  g_assert_cmpfloat (thaw_schedule_lr (schedule), ==, 1e-4 * 0.1);
}

/* From every state reached on the way the text gives back the very same future. */
static void
save_and_restore (void)
{
  ThawRng rng = thaw_rng (11, THAW_RNG_TEST, 0, 0, 0);
  g_autoptr (ThawSchedule) schedule = plateau ("patience", 1, 0.1);
  double metric[60];

  for (int e = 0; e < 60; e++)
    metric[e] = e % 13 == 5 ? NAN : 1 / (1 + 0.1 * e) + 0.2 * thaw_rng_unit (&rng);
  for (int e = 0; e < 60; e++) {
    g_autofree char *text = thaw_schedule_save (schedule), *end = NULL, *other_end = NULL;
    g_autoptr (ThawSchedule) other = plateau ("patience", 1, 7);
    g_autoptr (ThawSchedule) ahead = plateau ("patience", 1, 7);
    g_autoptr (GError) error = NULL;
    g_assert_true (thaw_schedule_restore (other, text, &error));
    g_assert_no_error (error);
    g_assert_true (thaw_schedule_restore (ahead, text, NULL));
    for (int f = e; f < 60; f++) {
      thaw_schedule_epoch_end (other, metric[f]);
      thaw_schedule_epoch_end (ahead, metric[f]);
    }
    end = thaw_schedule_save (ahead);
    other_end = thaw_schedule_save (other);
    g_assert_cmpstr (end, ==, other_end);
    thaw_schedule_epoch_end (schedule, metric[e]);
    if (e == 59) {
      g_autofree char *whole = thaw_schedule_save (schedule);
      g_assert_cmpstr (whole, ==, end);
    }
  }
}

static void
refuses (void)
{
  static const char *const bad[] = {
      "",
      "ReduceLROnPlateau",
      "constant lr=0x1p-3 best=inf epoch=0 bad=0 cooldown=0",
      "ReduceLROnPlateau lr=0x1p-3 best=inf epoch=0 bad=0",
      "ReduceLROnPlateau lr=0x1p-3 best=inf epoch=0 bad=0 cooldown=0 more=1",
      "ReduceLROnPlateau lr= best=inf epoch=0 bad=0 cooldown=0",
      "ReduceLROnPlateau lr=nan best=inf epoch=0 bad=0 cooldown=0",
      "ReduceLROnPlateau lr=-1 best=inf epoch=0 bad=0 cooldown=0",
      "ReduceLROnPlateau lr=1 best=nan epoch=0 bad=0 cooldown=0",
      "ReduceLROnPlateau lr=1x best=inf epoch=0 bad=0 cooldown=0",
      "ReduceLROnPlateau lr=1 best=inf epoch=-1 bad=0 cooldown=0",
      "ReduceLROnPlateau lr=1 best=inf epoch=99999999999999999999 bad=0 cooldown=0",
      "ReduceLROnPlateau lr=1 best=inf bad=0 epoch=0 cooldown=0",
  };
  g_autoptr (ThawSchedule) schedule = plateau (NULL, 0, 0.5);

  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_false (thaw_schedule_restore (schedule, bad[i], &error));
    g_assert_error (error, THAW_OPTIM_ERROR, THAW_OPTIM_ERROR_STATE);
    g_assert_cmpfloat (thaw_schedule_lr (schedule), ==, 0.5);
  }
}

static void
exact_text (void)
{
  g_autoptr (ThawSchedule) schedule = plateau (NULL, 0, 0.1);
  g_autofree char *text = thaw_schedule_save (schedule);

  g_assert_cmpstr (text, ==,
                   "ReduceLROnPlateau lr=0x1.999999999999ap-4 best=inf epoch=0 bad=0 cooldown=0");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/optim/schedule/constant", constant);
  g_test_add_func ("/optim/schedule/patience", patience);
  g_test_add_func ("/optim/schedule/watches", watches);
  g_test_add_func ("/optim/schedule/set-rate", set_rate);
  g_test_add_func ("/optim/schedule/save-and-restore", save_and_restore);
  g_test_add_func ("/optim/schedule/refuses", refuses);
  g_test_add_func ("/optim/schedule/exact-text", exact_text);
  return g_test_run ();
}
