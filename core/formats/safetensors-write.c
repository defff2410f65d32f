/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tensors into .safetensors: by descending element size, then name, so that with a header padded to
 * 8 bytes all data is aligned. */
#include "fail.h"
#include "out-file.h"
#include "safetensors.h"
#include "write-check.h"

#include <string.h>

typedef struct {
  GString *header; /* padded */
  GPtrArray *tensors;
} Plan;

static int
compare_tensors (gconstpointer a, gconstpointer b)
{
  const ThawTensor *x = *(ThawTensor *const *) a, *y = *(ThawTensor *const *) b;
  size_t x_size = thaw_dtype_size (x->dtype), y_size = thaw_dtype_size (y->dtype);

  if (x_size != y_size)
    return x_size > y_size ? -1 : 1;
  return strcmp (x->name, y->name);
}

/* text: valid UTF-8. */
static void
append_string (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (const char *c = text; *c != '\0'; c++) {
    if (*c == '"' || *c == '\\')
      g_string_append_printf (out, "\\%c", *c);
    else if ((uint8_t) *c < 0x20)
      g_string_append_printf (out, "\\u%04x", (unsigned) *c);
    else
      g_string_append_c (out, *c);
  }
  g_string_append_c (out, '"');
}

/* "key":"value",... in the order of the keys, when there is any. */
static gboolean
append_meta (GString *out, const ThawStateDict *dict, const char *path, GError **error)
{
  g_autoptr (GList) keys = thaw_state_dict_meta_keys (dict);

  if (keys == NULL)
    return TRUE;
  append_string (out, THAW_SAFETENSORS_META);
  g_string_append (out, ":{");
  for (GList *l = keys; l != NULL; l = l->next) {
    const char *value = thaw_state_dict_meta (dict, l->data);
    if (!g_utf8_validate (l->data, -1, NULL) || !g_utf8_validate (value, -1, NULL))
      return thaw_fail (error, THAW_FORMATS_ERROR_FORMAT, path, _ ("metadata that is not UTF-8"));
    append_string (out, l->data);
    g_string_append_c (out, ':');
    append_string (out, value);
    g_string_append_c (out, l->next != NULL ? ',' : '}');
  }
  g_string_append_c (out, ',');
  return TRUE;
}

static void
append_entry (GString *out, const ThawTensor *tensor, uint64_t begin)
{
  append_string (out, tensor->name);
  g_string_append_printf (out, ":{\"dtype\":\"%s\",\"shape\":[", thaw_dtype_name (tensor->dtype));
  for (int i = 0; i < tensor->ndim; i++)
    g_string_append_printf (out, "%s%" PRIu64, i ? "," : "", tensor->shape[i]);
  g_string_append_printf (out, "],\"data_offsets\":[%" PRIu64 ",%" PRIu64 "]},", begin,
                          begin + tensor->bytes);
}

static gboolean
plan_header (Plan *plan, const ThawStateDict *dict, const char *path, GError **error)
{
  GString *out = plan->header;
  uint64_t at = 0;

  g_string_append_c (out, '{');
  if (!append_meta (out, dict, path, error))
    return FALSE;
  for (guint i = 0; i < plan->tensors->len; i++) {
    const ThawTensor *tensor = plan->tensors->pdata[i];
    if (strcmp (tensor->name, THAW_SAFETENSORS_META) == 0)
      return thaw_fail (error, THAW_FORMATS_ERROR_FORMAT, path,
                        _ ("no tensor may be called '%s' in a .safetensors file"), tensor->name);
    append_entry (out, tensor, at);
    at += tensor->bytes;
  }
  if (out->str[out->len - 1] == ',')
    g_string_truncate (out, out->len - 1);
  g_string_append_c (out, '}');
  while (out->len % 8 != 0)
    g_string_append_c (out, ' ');
  if (out->len > THAW_SAFETENSORS_MAX_HEADER)
    return thaw_fail (error, THAW_FORMATS_ERROR_LIMIT, path,
                      _ ("the header would have %zu bytes, more than 16 MB"), out->len);
  return TRUE;
}

static gboolean
write_plan (ThawOutFile *out, gconstpointer user, GError **error)
{
  const Plan *plan = user;
  uint64_t length = GUINT64_TO_LE ((uint64_t) plan->header->len);

  if (!thaw_out_write (out, &length, 8, error) ||
      !thaw_out_write (out, plan->header->str, plan->header->len, error))
    return FALSE;
  for (guint i = 0; i < plan->tensors->len; i++) {
    const ThawTensor *tensor = plan->tensors->pdata[i];
    if (!thaw_out_write (out, tensor->data, tensor->bytes, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
write_dict (const ThawStateDict *dict,
            const char *path,
            ThawOutTarget target,
            char **sha256,
            uint64_t *bytes,
            GError **error)
{
  g_autoptr (GString) header = g_string_new (NULL);
  g_autoptr (GPtrArray) tensors = g_ptr_array_new ();
  Plan plan = {.header = header, .tensors = tensors};

  g_return_val_if_fail (dict != NULL && path != NULL, FALSE);
  if (!thaw_check_names (dict, path, error))
    return FALSE;
  for (size_t i = 0; i < thaw_state_dict_size (dict); i++)
    g_ptr_array_add (tensors, thaw_state_dict_nth (dict, i));
  g_ptr_array_sort (tensors, compare_tensors);
  if (!plan_header (&plan, dict, path, error))
    return FALSE;
  return thaw_out_run (path, target, write_plan, &plan, sha256, bytes, error);
}

gboolean
thaw_safetensors_write (
    const ThawStateDict *dict, const char *path, char **sha256, uint64_t *bytes, GError **error)
{
  return write_dict (dict, path, THAW_OUT_REPLACE, sha256, bytes, error);
}

gboolean
thaw_safetensors_write_new (
    const ThawStateDict *dict, const char *path, char **sha256, uint64_t *bytes, GError **error)
{
  return write_dict (dict, path, THAW_OUT_NEW, sha256, bytes, error);
}
