/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tensors into .pth, the zip form: data.pkl, byteorder, one record a tensor, version. */
#include "pickle-write.h"
#include "write-check.h"
#include "zip-write.h"

#define ROOT "archive/"

typedef struct {
  const ThawStateDict *dict;
  const char *path;
  GByteArray *pickle;
} Plan;

static gboolean
write_tensors (ThawZipWriter *zip, const ThawStateDict *dict, GError **error)
{
  for (size_t i = 0; i < thaw_state_dict_size (dict); i++) {
    const ThawTensor *tensor = thaw_state_dict_nth (dict, i);
    g_autofree char *name = g_strdup_printf (ROOT "data/%zu", i);
    if (!thaw_zip_writer_add (zip, name, tensor->data, tensor->bytes, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
write_plan (ThawOutFile *out, gconstpointer user, GError **error)
{
  const Plan *plan = user;
  g_autoptr (GByteArray) directory = g_byte_array_new ();
  ThawZipWriter zip;

  thaw_zip_writer_init (&zip, out, plan->path, directory);
  return thaw_zip_writer_add (&zip, ROOT "data.pkl", plan->pickle->data, plan->pickle->len,
                              error) &&
         thaw_zip_writer_add (&zip, ROOT "byteorder", "little", 6, error) &&
         write_tensors (&zip, plan->dict, error) &&
         thaw_zip_writer_add (&zip, ROOT "version", "3\n", 2, error) &&
         thaw_zip_writer_finish (&zip, error);
}

gboolean
thaw_pth_write (
    const ThawStateDict *dict, const char *path, char **sha256, uint64_t *bytes, GError **error)
{
  g_autoptr (GByteArray) pickle = g_byte_array_new ();
  Plan plan = {.dict = dict, .path = path, .pickle = pickle};

  g_return_val_if_fail (dict != NULL && path != NULL, FALSE);
  if (!thaw_check_names (dict, path, error) || !thaw_pickle_state_dict (pickle, dict, path, error))
    return FALSE;
  return thaw_out_run (path, THAW_OUT_REPLACE, write_plan, &plan, sha256, bytes, error);
}
