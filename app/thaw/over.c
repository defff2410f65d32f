/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "over.h"

#include <math.h>
#include <string.h>

void
over_free (Over *over)
{
  if (over == NULL)
    return;
  g_free (over->key);
  g_strfreev (over->values);
  g_free (over);
}

static bool
refuse (GError **error, const char *text, const char *sentence)
{
  g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_VALUE, _ ("--over '%s': %s"), text,
               sentence);
  return false;
}

static bool
add_value (GPtrArray *values, const char *value, const char *text, GError **error)
{
  for (guint i = 0; i < values->len; i++)
    if (strcmp (values->pdata[i], value) == 0) {
      g_autofree char *sentence = g_strdup_printf (_ ("%s is there twice"), value);
      return refuse (error, text, sentence);
    }
  if (values->len == OVER_MOST_VALUES) {
    g_autofree char *sentence = g_strdup_printf (_ ("more than %d values"), OVER_MOST_VALUES);
    return refuse (error, text, sentence);
  }
  g_ptr_array_add (values, g_strdup (value));
  return true;
}

/* Fifteen digits: what a person wrote, without the last bits of sums. */
static bool
add_number (GPtrArray *values, double number, const char *text, GError **error)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  return add_value (values, g_ascii_formatd (digits, sizeof digits, "%.12g", number), text, error);
}

/* --- Ranges --- */

typedef struct {
  double from, to, by;
  bool times;
} Range;

static bool
read_number (const char **at, double *number)
{
  char *end;

  if (!g_ascii_isdigit (**at) && strchr ("+-.", **at) == NULL)
    return false;
  /* "0..4": the first point belongs to the range */
  g_autofree char *own = g_strndup (*at, strspn (*at, "+-0123456789.eE"));
  char *dots = strstr (own, "..");
  if (dots != NULL)
    *dots = '\0';
  *number = g_ascii_strtod (own, &end);
  if (end == own || *end != '\0' || !isfinite (*number))
    return false;
  *at += end - own;
  return true;
}

/* false: the item is no range, but a value. */
static bool
read_range (const char *item, Range *range)
{
  const char *at = item;

  if (!read_number (&at, &range->from) || !g_str_has_prefix (at, ".."))
    return false;
  at += 2;
  if (!read_number (&at, &range->to))
    return false;
  *range = (Range){.from = range->from, .to = range->to, .by = 1};
  if (*at == '\0')
    return true;
  range->times = *at == '*';
  if (!range->times && !g_str_has_prefix (at, ".."))
    return false;
  at += range->times ? 1 : 2;
  return read_number (&at, &range->by) && *at == '\0';
}

static bool
add_range (GPtrArray *values, const Range *range, const char *text, GError **error)
{
  double slack = 1e-9;

  if (range->times && (range->from <= 0 || range->to < range->from || range->by <= 1))
    return refuse (error, text,
                   _ ("a range by a factor needs numbers above 0, the second not below the first, "
                      "and a factor above 1"));
  if (!range->times && (range->to < range->from || range->by <= 0))
    return refuse (error, text,
                   _ ("a range needs a second number not below the first and a step above 0"));
  for (int i = 0;; i++) {
    double number = range->times ? range->from * pow (range->by, i) : range->from + i * range->by;
    double limit = range->times ? range->to * (1 + slack) : range->to + slack * range->by;
    if (number > limit)
      return true;
    if (!add_number (values, number, text, error))
      return false;
  }
}

/* --- Lists --- */

static bool
add_item (GPtrArray *values, char *item, const char *text, GError **error)
{
  Range range = {0};

  g_strstrip (item);
  if (*item == '\0')
    return refuse (error, text,
                   _ ("a value is empty, expected KEY=VALUE,VALUE or KEY=FIRST..LAST"));
  if (read_range (item, &range))
    return add_range (values, &range, text, error);
  return add_value (values, item, text, error);
}

/* The end of the item that begins at `at`: a comma outside of brackets and quotes, or the end. */
static const char *
item_end (const char *at)
{
  int depth = 0;
  bool quoted = false;

  for (; *at != '\0'; at++) {
    if (quoted && *at == '\\' && at[1] != '\0')
      at++;
    else if (*at == '"')
      quoted = !quoted;
    else if (!quoted && strchr ("[{", *at) != NULL)
      depth++;
    else if (!quoted && strchr ("]}", *at) != NULL)
      depth--;
    else if (!quoted && depth <= 0 && *at == ',')
      return at;
  }
  return at;
}

Over *
over_parse (const char *text, GError **error)
{
  const char *equals = strchr (text, '=');
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);
  const char *at;
  Over *over;

  if (equals == NULL || equals == text) {
    refuse (error, text, _ ("expected KEY=VALUE,VALUE or KEY=FIRST..LAST"));
    return NULL;
  }
  for (at = equals + 1;; at++) {
    const char *end = item_end (at);
    g_autofree char *item = g_strndup (at, (gsize) (end - at));
    if (!add_item (values, item, text, error))
      return NULL;
    at = end;
    if (*at == '\0')
      break;
  }
  over = g_new0 (Over, 1);
  over->key = g_strndup (text, (gsize) (equals - text));
  over->n = values->len;
  g_ptr_array_add (values, NULL);
  over->values = (char **) g_ptr_array_free (g_steal_pointer (&values), FALSE);
  return over;
}
