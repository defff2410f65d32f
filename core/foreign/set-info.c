/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies at a path, found by a helper. */
#include "foreign-private.h"

#include <string.h>

#define DEBIAN_SETS "/usr/share/datasets"

void
thaw_pack_info (ThawParcel *parcel, const ThawSetInfo *info)
{
  thaw_parcel_number (parcel, info->kind);
  thaw_parcel_text (parcel, info->id);
  thaw_parcel_text (parcel, info->title);
  thaw_parcel_text (parcel, info->path);
}

void
thaw_take_info (ThawParcelTaking *answer, ThawSetInfo *info)
{
  info->kind = (ThawSetKind) thaw_parcel_take_number (answer, THAW_SET_FOLDER);
  info->id = (char *) thaw_parcel_take_words (answer, THAW_TEXT_MOST);
  info->title = (char *) thaw_parcel_take_words (answer, THAW_TEXT_MOST);
  info->path = (char *) thaw_parcel_take_text (answer, THAW_PATH_MOST);
  answer->failed |= answer->failed || !thaw_set_info_valid (info);
}

bool
thaw_path_within (const char *path, const char *asked)
{
  size_t length = strlen (asked);

  while (length > 1 && asked[length - 1] == '/')
    length--;
  return length > 0 && strncmp (path, asked, length) == 0 &&
         (path[length] == '\0' || path[length] == '/' || asked[length - 1] == '/') &&
         strstr (path + length, "/../") == NULL && !g_str_has_suffix (path + length, "/..");
}

static ThawSetInfo *
keep (const ThawSetInfo *info)
{
  ThawSetInfo *copy = g_new (ThawSetInfo, 1);

  *copy =
      (ThawSetInfo){info->kind, g_strdup (info->id), g_strdup (info->title), g_strdup (info->path)};
  return copy;
}

ThawSetInfo *
thaw_foreign_probe (const char *path, GError **error)
{
  ThawQuestion question;
  g_auto (ThawParcelTaking) answer = {0};
  ThawSetInfo info = {0};

  g_return_val_if_fail (path != NULL, NULL);
  if (!thaw_question_begin (&question, THAW_ASK_PROBE, path, NULL, error))
    return NULL;
  thaw_parcel_text (question.parcel, path);
  if (!thaw_question_ask (&question, &answer, error))
    return NULL;
  thaw_take_info (&answer, &info);
  if (thaw_parcel_taken (&answer) && thaw_path_within (info.path, path))
    return keep (&info);
  thaw_answer_odd (path, error);
  return NULL;
}

/* --- Several folders --- */

static bool
was_asked (const ThawSetInfo *info, const char *const *folders)
{
  for (int i = 0; folders[i] != NULL; i++)
    if (thaw_path_within (info->path, folders[i]))
      return true;
  return thaw_path_within (info->path, DEBIAN_SETS);
}

static gboolean
take_sets (ThawParcelTaking *answer, const char *const *folders, GPtrArray *sets)
{
  uint64_t n = thaw_parcel_take_number (answer, THAW_SETS_MOST);

  for (uint64_t i = 0; i < n && !answer->failed; i++) {
    ThawSetInfo info = {0};
    thaw_take_info (answer, &info);
    if (answer->failed || !was_asked (&info, folders))
      return FALSE;
    g_ptr_array_add (sets, keep (&info));
  }
  return thaw_parcel_taken (answer);
}

GPtrArray *
thaw_foreign_sets (const char *const *folders, GError **error)
{
  static const char *const none[] = {NULL};
  g_autoptr (GPtrArray) sets = NULL;
  g_auto (ThawParcelTaking) answer = {0};
  const char *const *all = folders != NULL ? folders : none;
  ThawQuestion question;

  if (!thaw_question_begin (&question, THAW_ASK_SETS, NULL, NULL, error))
    return NULL;
  thaw_parcel_number (question.parcel, g_strv_length ((char **) all));
  for (size_t i = 0; all[i] != NULL; i++)
    thaw_parcel_text (question.parcel, all[i]);
  if (!thaw_question_ask (&question, &answer, error))
    return NULL;
  sets = g_ptr_array_new_with_free_func ((GDestroyNotify) thaw_set_info_free);
  if (take_sets (&answer, all, sets))
    return g_steal_pointer (&sets);
  thaw_answer_odd (all[0] != NULL ? all[0] : "?", error);
  return NULL;
}
