/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs of the same recipe with other seeds. */
#include "thaw-analysis.h"

#include <json-glib/json-glib.h>
#include <math.h>

char *
thaw_group_key (const ThawRun *run)
{
  g_autoptr (JsonNode) root = run->recipe != NULL ? json_from_string (run->recipe, NULL) : NULL;
  g_autofree char *recipe = NULL, *whole = NULL;

  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root)) {
    json_object_remove_member (json_node_get_object (root), "seed");
    json_object_remove_member (json_node_get_object (root), "name");
    recipe = json_to_string (root, FALSE);
  }
  whole = g_strjoin ("\n", recipe != NULL ? recipe : run->id,
                     run->data_fingerprint != NULL ? run->data_fingerprint : "",
                     run->weights != NULL ? run->weights : "", NULL);
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, whole, -1);
}

ThawSpread
thaw_spread (const double *values, size_t n)
{
  ThawSpread spread = {.mean = NAN, .deviation = NAN};
  double sum = 0, squares = 0;

  for (size_t i = 0; i < n; i++)
    if (isfinite (values[i]))
      sum += values[i], spread.n++;
  if (spread.n > 0)
    spread.mean = sum / spread.n;
  for (size_t i = 0; i < n; i++)
    if (isfinite (values[i]))
      squares += (values[i] - spread.mean) * (values[i] - spread.mean);
  if (spread.n > 1)
    spread.deviation = sqrt (squares / (spread.n - 1));
  return spread;
}

int
thaw_groups (const ThawRun *const *runs, size_t n, int *group)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (size_t i = 0; i < n; i++) {
    char *key = thaw_group_key (runs[i]);
    gpointer number;
    if (g_hash_table_lookup_extended (known, key, NULL, &number)) {
      g_free (key);
    } else {
      number = GINT_TO_POINTER ((int) g_hash_table_size (known));
      g_hash_table_insert (known, key, number);
    }
    group[i] = GPOINTER_TO_INT (number);
  }
  return (int) g_hash_table_size (known);
}
