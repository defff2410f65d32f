/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedules: the catalogue, the rate in force, and state as one line of text. */
#include "schedule-rule.h"

#include <math.h>
#include <string.h>

static const ScheduleRule *const rules[] = {
    &thaw_schedule_plateau,     &thaw_schedule_constant,   &thaw_schedule_step,
    &thaw_schedule_multi_step,  &thaw_schedule_cosine,     &thaw_schedule_one_cycle,
    &thaw_schedule_exponential, &thaw_schedule_polynomial, &thaw_schedule_linear};
static const ThawEntry *const entries[] = {
    &thaw_schedule_plateau.entry,     &thaw_schedule_constant.entry,
    &thaw_schedule_step.entry,        &thaw_schedule_multi_step.entry,
    &thaw_schedule_cosine.entry,      &thaw_schedule_one_cycle.entry,
    &thaw_schedule_exponential.entry, &thaw_schedule_polynomial.entry,
    &thaw_schedule_linear.entry,      NULL};

ThawCatalogue
thaw_schedules (void)
{
  return (ThawCatalogue){entries};
}

static const ScheduleRule *
find_rule (const ThawEntry *entry)
{
  for (size_t i = 0; i < G_N_ELEMENTS (rules); i++)
    if (&rules[i]->entry == entry)
      return rules[i];
  return NULL;
}

/* --- Making ------------------------------------------------------------------------------------
 */

ThawSchedule *
thaw_schedule_new (const ThawChoice *choice, double base_lr, int epochs)
{
  const ScheduleRule *rule = find_rule (choice->entry);
  ThawSchedule *schedule;

  g_return_val_if_fail (rule != NULL && epochs >= 0, NULL);
  schedule = g_new0 (ThawSchedule, 1);
  schedule->rule = rule;
  schedule->choice.entry = choice->entry;
  schedule->choice.values = g_memdup2 (choice->values, (size_t) choice->entry->n_params *
                                                           sizeof *schedule->choice.values);
  schedule->epochs = epochs;
  schedule->batches = 1;
  schedule->base = base_lr;
  if (rule->base != NULL && thaw_choice_real (choice, rule->base) > 0)
    schedule->base = thaw_choice_real (choice, rule->base);
  if (rule->start != NULL)
    rule->start (schedule);
  return schedule;
}

ThawSchedule *
thaw_schedule_of (const ThawRecipe *recipe, uint32_t batches)
{
  ThawSchedule *schedule = thaw_schedule_new (
      &recipe->schedule, thaw_choice_real (&recipe->optimizer, "lr"), recipe->epochs);

  schedule->batches = MAX (batches, 1);
  schedule->warmup_epochs = recipe->warmup.epochs;
  schedule->warmup_factor = recipe->warmup.factor;
  return schedule;
}

gboolean
thaw_schedule_check (const ThawRecipe *recipe, GError **error)
{
  const ScheduleRule *rule = find_rule (recipe->schedule.entry);

  g_return_val_if_fail (rule != NULL, FALSE);
  if (recipe->warmup.epochs > recipe->epochs)
    g_set_error (error, THAW_OPTIM_ERROR, THAW_OPTIM_ERROR_OPTIONS,
                 _ ("schedule.warmup_epochs is %d, expected at most %d, the number of epochs"),
                 recipe->warmup.epochs, recipe->epochs);
  else if (recipe->warmup.epochs > 0 && rule->warms_up)
    g_set_error (error, THAW_OPTIM_ERROR, THAW_OPTIM_ERROR_OPTIONS,
                 _ ("schedule.warmup_epochs is %d, expected 0: %s warms up by itself"),
                 recipe->warmup.epochs, rule->entry.name);
  else if (rule == &thaw_schedule_one_cycle &&
           thaw_choice_bool (&recipe->schedule, "cycle_momentum") &&
           !thaw_optimizer_cycles (&recipe->optimizer))
    g_set_error (error, THAW_OPTIM_ERROR, THAW_OPTIM_ERROR_OPTIONS,
                 _ ("schedule.cycle_momentum is true, but %s has no momentum to move: expected an "
                    "optimizer.momentum above 0, or false"),
                 recipe->optimizer.entry->name);
  else if (rule == &thaw_schedule_one_cycle &&
           thaw_choice_bool (&recipe->schedule, "three_phase") &&
           thaw_choice_real (&recipe->schedule, "pct_start") > 0.5)
    g_set_error (
        error, THAW_OPTIM_ERROR, THAW_OPTIM_ERROR_OPTIONS,
        _ ("schedule.pct_start is %g, expected at most 0.5 with three_phase: falling takes "
           "as long as rising"),
        thaw_choice_real (&recipe->schedule, "pct_start"));
  else
    return TRUE;
  return FALSE;
}

void
thaw_schedule_free (ThawSchedule *schedule)
{
  if (schedule == NULL)
    return;
  g_free (schedule->choice.values);
  g_free (schedule);
}

/* --- The rate ----------------------------------------------------------------------------------
 */

static double
rate_of (const ThawSchedule *schedule, double base, uint32_t batch)
{
  int64_t batches = schedule->batches, warm = schedule->warmup_epochs;
  int64_t step = schedule->epoch * batches + batch, past = MAX (schedule->epoch - warm, 0);
  SchedulePlace at = {past, schedule->epochs - warm, past * batches + batch,
                      (schedule->epochs - warm) * batches};
  double share = 1;

  if (schedule->epoch < warm) {
    share = (double) step / (double) (warm * batches);
    share = schedule->warmup_factor + (1 - schedule->warmup_factor) * share;
    at.step = 0;
  }
  return share * (schedule->rule->rate != NULL ? schedule->rule->rate (&schedule->choice, base, &at)
                                               : base);
}

double
thaw_schedule_lr_at (const ThawSchedule *schedule, uint32_t batch)
{
  return rate_of (schedule, schedule->base, batch);
}

double
thaw_schedule_lr (const ThawSchedule *schedule)
{
  return thaw_schedule_lr_at (schedule, 0);
}

double
thaw_schedule_momentum_at (const ThawSchedule *schedule, uint32_t batch)
{
  int64_t batches = schedule->batches;
  SchedulePlace at = {schedule->epoch, schedule->epochs, schedule->epoch * batches + batch,
                      schedule->epochs * batches};

  return schedule->rule->momentum != NULL ? schedule->rule->momentum (&schedule->choice, &at) : NAN;
}

/* The curve is a + b base: the base with which it goes through `lr` here. At the bottom of a wave
 * b is nothing, and `lr` the base of the next. */
void
thaw_schedule_set_lr (ThawSchedule *schedule, double lr)
{
  double a = rate_of (schedule, 0, 0), b = rate_of (schedule, 1, 0) - a;

  schedule->base = fabs (b) > 1e-12 ? (lr - a) / b : lr;
}

bool
thaw_schedule_by_batch (const ThawSchedule *schedule)
{
  return schedule->rule->by_batch || schedule->epoch < schedule->warmup_epochs;
}

bool
thaw_schedule_epoch_end (ThawSchedule *schedule, double metric)
{
  double before = thaw_schedule_lr (schedule);
  bool warm = schedule->epoch < schedule->warmup_epochs;

  if (!warm && schedule->rule->epoch_end != NULL)
    schedule->rule->epoch_end (schedule, metric);
  schedule->epoch++;
  return !warm && schedule->rule->leaps && thaw_schedule_lr (schedule) < before;
}

bool
thaw_schedule_wants_accuracy (const ThawSchedule *schedule)
{
  return schedule->rule->wants_accuracy != NULL && schedule->rule->wants_accuracy (schedule);
}

/* --- State as text ---------------------------------------------------------------------------- */

/* Hexadecimal, so exact; with a point in every locale. */
static void
append_real (GString *text, const char *key, double value)
{
  char digits[64];

  g_snprintf (digits, sizeof digits, "%a", value);
  g_string_append_printf (text, " %s=", key);
  for (const char *p = digits; *p != '\0'; p++) {
    if (g_ascii_isalnum (*p) || *p == '+' || *p == '-')
      g_string_append_c (text, *p);
    else if (text->str[text->len - 1] != '.') /* a decimal sign may take several bytes */
      g_string_append_c (text, '.');
  }
}

char *
thaw_schedule_save (const ThawSchedule *schedule)
{
  GString *text = g_string_new (schedule->choice.entry->name);

  append_real (text, "lr", schedule->base);
  append_real (text, "best", schedule->best);
  g_string_append_printf (text, " epoch=%" PRId64 " bad=%" PRId64 " cooldown=%" PRId64,
                          schedule->epoch, schedule->bad, schedule->cooldown);
  return g_string_free (text, FALSE);
}

/* The text after "key=", or NULL. */
static const char *
after_key (const char *field, const char *key)
{
  size_t n = strlen (key);

  return field != NULL && strncmp (field, key, n) == 0 && field[n] == '=' ? field + n + 1 : NULL;
}

static bool
read_real (const char *field, const char *key, double *out)
{
  const char *text = after_key (field, key);
  char *end;

  if (text == NULL || *text == '\0' || g_ascii_isspace (*text))
    return false;
  *out = g_ascii_strtod (text, &end);
  return *end == '\0';
}

static bool
read_count (const char *field, const char *key, int64_t *out)
{
  const char *text = after_key (field, key);

  return text != NULL && g_ascii_string_to_signed (text, 10, 0, G_MAXINT64 - 1, out, NULL);
}

gboolean
thaw_schedule_restore (ThawSchedule *schedule, const char *text, GError **error)
{
  g_auto (GStrv) fields = g_strsplit (text, " ", 7);
  ThawSchedule read = *schedule;

  if (g_strv_length (fields) == 6 && strcmp (fields[0], schedule->choice.entry->name) == 0 &&
      read_real (fields[1], "lr", &read.base) && isfinite (read.base) &&
      (read.base >= 0 || schedule->rule->rate != NULL) &&
      read_real (fields[2], "best", &read.best) && !isnan (read.best) &&
      read_count (fields[3], "epoch", &read.epoch) && read_count (fields[4], "bad", &read.bad) &&
      read_count (fields[5], "cooldown", &read.cooldown)) {
    *schedule = read;
    return TRUE;
  }
  g_set_error (error, THAW_OPTIM_ERROR, THAW_OPTIM_ERROR_STATE,
               _ ("The saved state of the schedule is “%.80s”, expected that of %s"), text,
               schedule->choice.entry->name);
  return FALSE;
}
