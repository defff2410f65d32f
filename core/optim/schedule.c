/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedules: the catalogue, the rate in force, and state as one line of text. */
#include "schedule-rule.h"

#include <math.h>
#include <string.h>

static const ScheduleRule *const rules[] = {&thaw_schedule_plateau, &thaw_schedule_constant};
static const ThawEntry *const entries[] = {&thaw_schedule_plateau.entry,
                                           &thaw_schedule_constant.entry, NULL};

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
  schedule->lr = base_lr;
  if (rule->start != NULL)
    rule->start (schedule);
  return schedule;
}

void
thaw_schedule_free (ThawSchedule *schedule)
{
  if (schedule == NULL)
    return;
  g_free (schedule->choice.values);
  g_free (schedule);
}

double
thaw_schedule_lr (const ThawSchedule *schedule)
{
  return schedule->lr;
}

void
thaw_schedule_set_lr (ThawSchedule *schedule, double lr)
{
  schedule->lr = lr;
}

bool
thaw_schedule_epoch_end (ThawSchedule *schedule, double metric)
{
  double before = schedule->lr;

  schedule->rule->epoch_end (schedule, metric);
  schedule->epoch++;
  return schedule->lr < before;
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

  append_real (text, "lr", schedule->lr);
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
      read_real (fields[1], "lr", &read.lr) && isfinite (read.lr) && read.lr >= 0 &&
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
