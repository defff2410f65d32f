/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Did you mean": the nearest of some known names. */
#include "recipe-private.h"
#include <string.h>

#define MAX_NAME 64 /* names of ours are far shorter; a longer text is near to none */

/* Fewest insertions, deletions, replacements and swaps of neighbours that turn a into b, over
 * bytes without regard to ASCII case (optimal string alignment). */
static int
distance (const char *a, const char *b)
{
  int rows[3][MAX_NAME + 1];
  int n = (int) strlen (a), m = (int) strlen (b);
  int *before = rows[0], *last = rows[1], *row = rows[2];

  for (int j = 0; j <= m; j++)
    last[j] = j;
  for (int i = 1; i <= n; i++) {
    row[0] = i;
    for (int j = 1; j <= m; j++) {
      char x = g_ascii_tolower (a[i - 1]), y = g_ascii_tolower (b[j - 1]);
      row[j] = MIN (MIN (last[j], row[j - 1]) + 1, last[j - 1] + (x != y));
      if (i > 1 && j > 1 && x == g_ascii_tolower (b[j - 2]) && y == g_ascii_tolower (a[i - 2]))
        row[j] = MIN (row[j], before[j - 2] + 1);
    }
    int *free_row = before;
    before = last;
    last = row;
    row = free_row;
  }
  return last[m];
}

const char *
thaw_nearest (const char *text, const char *const *known)
{
  const char *best = NULL;
  int best_distance = 0;

  if (strlen (text) > MAX_NAME)
    return NULL;
  for (int i = 0; known[i] != NULL; i++) {
    if (strlen (known[i]) > MAX_NAME)
      continue;
    int d = distance (text, known[i]);
    if (best == NULL || d < best_distance) {
      best = known[i];
      best_distance = d;
    }
  }
  /* Half of the letters wrong is another word. */
  if (best == NULL || best_distance > MAX (2, (int) strlen (best) / 3))
    return NULL;
  return best;
}
