/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The helper: it enters its cell, reads what it is asked for, answers and ends. What is above
 * thaw_confine_enter has seen no foreign byte; what is below can do nothing else any more. */
#include "foreign-private.h"

#include <errno.h>

/* A path of the question; NULL and the question failed. */
static const char *
take_path (ThawParcelTaking *question)
{
  const char *path = thaw_parcel_take_text (question, THAW_PATH_MOST);

  question->failed |= path == NULL;
  return path;
}

/* Takes the path that ends a question. FALSE: it is none. */
static bool
take_last (ThawParcelTaking *question, int input, const char **path)
{
  *path = take_path (question);
  if (!thaw_parcel_taken (question))
    return false;
  if (input >= 0)
    thaw_file_hand (*path, input);
  return true;
}

/* --- Each begins an answer, or sets the error; NULL without one for a question that is none. ---*/

static ThawParcel *
weights (ThawParcelTaking *question, int input, GError **error)
{
  g_autoptr (ThawStateDict) dict = NULL;
  ThawFormat format;
  ThawParcel *parcel;
  const char *path;

  if (!take_last (question, input, &path))
    return NULL;
  dict = thaw_weights_read (path, &format, error);
  if (dict == NULL)
    return NULL;
  parcel = thaw_confine_answer ();
  thaw_pack_weights (parcel, dict, format);
  return parcel;
}

static ThawParcel *
probe (ThawParcelTaking *question, int input, GError **error)
{
  g_autoptr (ThawSetInfo) info = NULL;
  ThawParcel *parcel;
  const char *path;

  if (!take_last (question, input, &path))
    return NULL;
  info = thaw_set_probe (path, error);
  if (info == NULL)
    return NULL;
  parcel = thaw_confine_answer ();
  thaw_pack_info (parcel, info);
  return parcel;
}

static ThawParcel *
sets (ThawParcelTaking *question, int input, GError **error)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new (), found = NULL;
  uint64_t n = thaw_parcel_take_number (question, THAW_FOLDERS_MOST);
  ThawParcel *parcel;

  for (uint64_t i = 0; i < n; i++)
    g_ptr_array_add (folders, (void *) take_path (question));
  g_ptr_array_add (folders, NULL);
  if (!thaw_parcel_taken (question))
    return NULL;
  found = thaw_sets_find ((const char *const *) folders->pdata);
  parcel = thaw_confine_answer ();
  thaw_parcel_number (parcel, MIN (found->len, THAW_SETS_MOST));
  for (guint i = 0; i < MIN (found->len, THAW_SETS_MOST); i++)
    thaw_pack_info (parcel, found->pdata[i]);
  return parcel;
}

static ThawParcel *
set (ThawParcelTaking *question, int input, GError **error)
{
  g_autoptr (ThawDataset) read = NULL;
  int size = (int) thaw_parcel_take_number (question, THAW_MAX_SIDE);
  uint32_t each = (uint32_t) thaw_parcel_take_number (question, UINT32_MAX);
  ThawParcel *parcel;
  const char *path;

  if (!take_last (question, input, &path) || size < 1)
    return NULL;
  read = each > 0 ? thaw_dataset_sample (path, size, each, NULL, error)
                  : thaw_dataset_open (path, size, NULL, error);
  if (read == NULL)
    return NULL;
  parcel = thaw_confine_answer ();
  thaw_pack_dataset (parcel, read);
  return parcel;
}

static ThawParcel *
picture (ThawParcelTaking *question, int input, bool whole, GError **error)
{
  int side = (int) thaw_parcel_take_number (question, THAW_MAX_SIDE), h = side, w = side;
  g_autofree uint8_t *pixels = NULL;
  ThawParcel *parcel;
  const char *path;

  if (!take_last (question, input, &path) || side < 1)
    return NULL;
  pixels = whole ? thaw_picture_read_whole (path, side, &h, &w, error)
                 : thaw_picture_read (path, side, error);
  if (pixels == NULL)
    return NULL;
  parcel = thaw_confine_answer ();
  thaw_parcel_number (parcel, (uint64_t) h);
  thaw_parcel_number (parcel, (uint64_t) w);
  thaw_parcel_block (parcel, pixels, (size_t) h * (size_t) w * 3);
  return parcel;
}

static ThawParcel *
work (ThawParcelTaking *question, int input, GError **error)
{
  switch ((ThawAsk) thaw_parcel_take_number (question, THAW_N_ASKS - 1)) {
  case THAW_ASK_WEIGHTS:
    return weights (question, input, error);
  case THAW_ASK_PROBE:
    return probe (question, input, error);
  case THAW_ASK_SETS:
    return sets (question, input, error);
  case THAW_ASK_SET:
    return set (question, input, error);
  case THAW_ASK_PICTURE:
    return picture (question, input, false, error);
  case THAW_ASK_WHOLE:
    return picture (question, input, true, error);
  case THAW_N_ASKS:
    break;
  }
  return NULL;
}

/* Libraries open catalogues and tables when they first need them: while they can. */
static void
warm_up (void)
{
  const char *charset;
  const gchar **charsets;

  (void) _ ("%s: is not a regular file");
  (void) g_strerror (ENOENT);
  g_get_charset (&charset);
  g_get_filename_charsets (&charsets);
}

int
thaw_foreign_serve (void)
{
  ThawParcelTaking question;
  g_autoptr (GError) error = NULL;
  ThawParcel *parcel;
  int input;

  warm_up ();
  if (!thaw_confine_enter (&question, &input))
    return 1;
  parcel = work (&question, input, &error);
  if (parcel != NULL)
    return thaw_parcel_finish (parcel) ? 0 : 1;
  return error != NULL && thaw_confine_answer_error (error) ? 0 : 1;
}
