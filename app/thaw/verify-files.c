/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checkpoint of the end against the one that was kept: the hash of the whole file, and where it
 * differs the first value that does. */
#include "verify.h"
#include "thaw-foreign.h"

#include <string.h>

/* What may differ between two checkpoints of one state: a name, and how long it took. */
static bool
is_incidental (const char *key)
{
  return strcmp (key, "best_file") == 0 || strcmp (key, "seconds") == 0;
}

/* Whether every value of one tensor is that of the other, bit for bit. */
static bool
compare_tensor (Verify *verify, const ThawTensor *stored, const ThawTensor *found)
{
  size_t size = thaw_dtype_size (stored->dtype);
  g_autofree char *what = NULL, *at = NULL;

  if (found == NULL || found->dtype != stored->dtype || found->bytes != stored->bytes) {
    what = g_strdup_printf (_ ("tensor '%s'"), stored->name);
    verify_differs (verify, verify->to_step, what, thaw_tensor_shape_text (stored),
                    found != NULL ? thaw_tensor_shape_text (found) : g_strdup (_ ("nothing")));
    return false;
  }
  if (stored->bytes == 0 || memcmp (stored->data, found->data, stored->bytes) == 0)
    return true;
  for (uint64_t i = 0; i < stored->count; i++) {
    const guint8 *a = (const guint8 *) stored->data + i * size;
    const guint8 *b = (const guint8 *) found->data + i * size;
    if (memcmp (a, b, size) == 0)
      continue;
    at = cli_count ((gint64) i);
    what = g_strdup_printf (_ ("tensor '%s', value %s"), stored->name, at);
    if (stored->dtype == THAW_DTYPE_F32) {
      float x, y;
      memcpy (&x, a, sizeof x);
      memcpy (&y, b, sizeof y);
      verify_differs (verify, verify->to_step, what,
                      g_strdup_printf ("%.9g (%a)", (double) x, (double) x),
                      g_strdup_printf ("%.9g (%a)", (double) y, (double) y));
    } else {
      verify_differs (verify, verify->to_step, what, g_strdup_printf ("0x%02x…", a[0]),
                      g_strdup_printf ("0x%02x…", b[0]));
    }
    return false;
  }
  return true;
}

static bool
compare_meta (Verify *verify, const ThawStateDict *stored, const ThawStateDict *found)
{
  g_autoptr (GList) keys = thaw_state_dict_meta_keys (stored);
  bool equal = true;

  for (GList *key = keys; key != NULL; key = key->next) {
    const char *a = thaw_state_dict_meta (stored, key->data);
    const char *b = thaw_state_dict_meta (found, key->data);
    g_autofree char *what = NULL;
    if (is_incidental (key->data) || g_strcmp0 (a, b) == 0)
      continue;
    equal = false;
    what = g_strdup_printf (_ ("field '%s' of the checkpoint"), (const char *) key->data);
    verify_differs (verify, verify->to_step, what, g_strndup (a, 120),
                    b != NULL ? g_strndup (b, 120) : g_strdup (_ ("nothing")));
  }
  return equal;
}

/* Two files whose hashes differ: whether what a run goes on from is the same in them. */
static bool
compare_contents (Verify *verify, const char *stored_path, const char *found_path, GError **error)
{
  g_autoptr (ThawStateDict) stored = thaw_foreign_weights (stored_path, NULL, error);
  g_autoptr (ThawStateDict) found =
      stored != NULL ? thaw_foreign_weights (found_path, NULL, error) : NULL;
  bool equal = found != NULL;

  for (size_t i = 0; equal && i < thaw_state_dict_size (stored); i++) {
    const ThawTensor *tensor = thaw_state_dict_nth (stored, i);
    equal = compare_tensor (verify, tensor, thaw_state_dict_find (found, tensor->name));
  }
  return equal && compare_meta (verify, stored, found);
}

/* The kept file is what was written. */
static bool
check_kept (Verify *verify, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sha256 = thaw_file_sha256 (path, NULL, &error), *what = NULL;

  if (sha256 != NULL && strcmp (sha256, verify->to->sha256) == 0)
    return true;
  what = g_strdup_printf (_ ("SHA-256 of the kept file %s"), path);
  verify_differs (verify, verify->to_step, what, g_strdup (verify->to->sha256),
                  sha256 != NULL ? g_steal_pointer (&sha256) : g_strdup (error->message));
  return false;
}

void
verify_files (Verify *verify, const ThawCheckpointFile *found)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  bool kept;

  if (found != NULL)
    verify->found_sha256 = g_strdup (found->sha256);
  if (verify->to == NULL || found == NULL)
    return;
  path = g_build_filename (verify->run_folder, verify->to->file, NULL);
  verify->weights_compared = true;
  verify->stored_sha256 = g_strdup (verify->to->sha256);
  kept = check_kept (verify, path);
  verify->weights_equal = strcmp (found->sha256, verify->to->sha256) == 0;
  if (!verify->weights_equal)
    verify->weights_equal = compare_contents (verify, path, found->path, &error);
  verify->weights_equal &= kept;
  if (error != NULL)
    verify_differs (verify, verify->to_step, _ ("checkpoint of the end"), g_strdup (error->message),
                    g_strdup (found->sha256));
}
