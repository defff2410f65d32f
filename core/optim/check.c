/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The recipe check, as far as the schedule itself shows traps: a rate that rises at a thaw, rules
 * that never act, a wave that comes up again. */
#include "thaw-optim.h"

#include <math.h>
#include <string.h>

static const ThawRatePoint *
point_at (const GArray *course, guint i)
{
  return &g_array_index (course, ThawRatePoint, i);
}

/* The rate just before epoch `epoch` begins. */
static double
rate_before (const GArray *course, int epoch)
{
  double rate = point_at (course, 0)->lr;

  for (guint i = 0; i < course->len && point_at (course, i)->epoch < epoch; i++)
    rate = point_at (course, i)->lr;
  return rate;
}

/* What the recipe's own check cannot see, which knows a plateau and the first rate alone. */
static void
find_rise (const ThawRecipe *recipe, const GArray *course, GPtrArray *findings)
{
  double first = thaw_choice_real (&recipe->optimizer, "lr");

  if (g_str_equal (recipe->schedule.entry->name, "ReduceLROnPlateau"))
    return;
  for (int e = 1; e < recipe->epochs; e++) {
    double after = thaw_plan_rate (recipe, e), before = rate_before (course, e);
    if (after <= before * (1 + 1e-9) || after > first)
      continue;
    g_autofree char *sentence =
        g_strdup_printf (_ ("At the thaw of epoch %d the learning rate rises from %.3g, to which "
                            "the schedule has led it, to %.3g."),
                         e + 1, before, after);
    g_autofree char *change = NULL, *remedy = g_strdup_printf (_ ("Go On with %.3g"), before);
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    change = g_strconcat (
        "freeze.lr_after=", g_ascii_formatd (digits, sizeof digits, "%.3g", before), NULL);
    thaw_finding_add (findings, "lr-rises-at-thaw",
                      e == recipe->freeze.epochs ? "freeze.lr_after" : "freeze.steps", sentence,
                      e == recipe->freeze.epochs ? remedy : NULL, change, NULL);
    return;
  }
}

/* The epoch, after the warm-up, at which a rule first can act; -1: it has no such moment. */
static int
first_act (const ThawChoice *schedule, const char **field)
{
  const char *name = schedule->entry->name;

  if (g_str_equal (name, "StepLR")) {
    *field = "schedule.step_size";
    return thaw_choice_int (schedule, "step_size");
  }
  if (g_str_equal (name, "MultiStepLR")) {
    *field = "schedule.milestones";
    return (int) thaw_choice_reals (schedule, "milestones")[0];
  }
  if (g_str_equal (name, "ReduceLROnPlateau")) {
    *field = "schedule.patience";
    return thaw_choice_int (schedule, "patience") + 2;
  }
  return -1;
}

static void
find_idle (const ThawRecipe *recipe, GPtrArray *findings)
{
  const char *field = NULL;
  int left = recipe->epochs - recipe->warmup.epochs, act = first_act (&recipe->schedule, &field);

  if (act < left || field == NULL)
    return;
  g_autofree char *sentence =
      g_strdup_printf (_ ("%s can lower the rate after %d epochs at the earliest, but it has only "
                          "%d: it never acts."),
                       recipe->schedule.entry->name, act, left);
  thaw_finding_add (findings, "schedule-never-acts", field, sentence, _ ("Hold the Rate"),
                    "schedule.name=constant", NULL);
}

static void
find_wave (const ThawRecipe *recipe, GPtrArray *findings)
{
  int left = recipe->epochs - recipe->warmup.epochs, half;

  if (!g_str_equal (recipe->schedule.entry->name, "CosineAnnealingLR"))
    return;
  half = thaw_choice_int (&recipe->schedule, "T_max");
  if (half == 0 || half >= left - 1)
    return;
  g_autofree char *sentence = g_strdup_printf (
      _ ("The cosine is at its bottom after %d epochs and rises again for the other %d."), half,
      left - half);
  thaw_finding_add (findings, "cosine-rises-again", "schedule.T_max", sentence,
                    _ ("End at the Bottom"), "schedule.T_max=0", NULL);
}

void
thaw_schedule_findings (const ThawRecipe *recipe, GPtrArray *findings)
{
  g_autoptr (GArray) course = NULL;

  if (!thaw_schedule_check (recipe, NULL))
    return;
  course = thaw_rate_course (recipe, 50, false);
  find_rise (recipe, course, findings);
  find_idle (recipe, findings);
  find_wave (recipe, findings);
}
