/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is the matter with a store, as far as reading it has shown, and in words. */
#include "store-private.h"

enum { NAMED = 6 };

static void
torn_free (gpointer data)
{
  ThawTorn *torn = data;

  g_free (torn->id);
  g_free (torn->name);
  g_free (torn);
}

static bool
is_noted (const ThawStore *store, const char *run_id)
{
  for (guint i = 0; store->torn != NULL && i < store->torn->len; i++)
    if (strcmp (((ThawTorn *) store->torn->pdata[i])->id, run_id) == 0)
      return true;
  return false;
}

/* (nullable) (transfer full) */
static char *
find_name (ThawStore *store, const char *run_id)
{
  g_autoptr (sqlite3_stmt) statement =
      thaw_statement_new (store, "SELECT name FROM run WHERE id = ?1", NULL);

  if (statement == NULL)
    return NULL;
  thaw_bind_text (store, statement, 1, run_id);
  return thaw_statement_step (store, statement, NULL) == THAW_STEP_ROW
             ? thaw_column_text (statement, 0)
             : NULL;
}

void
thaw_trouble_note (ThawStore *store, const char *run_id, const char *name)
{
  ThawTorn *torn;

  if (store->trouble != THAW_STORE_NEWER)
    store->trouble = THAW_STORE_DAMAGED;
  if (run_id == NULL || is_noted (store, run_id))
    return;
  torn = g_new0 (ThawTorn, 1);
  torn->id = g_strdup (run_id);
  torn->name = name != NULL ? g_strdup (name) : find_name (store, run_id);
  if (torn->name == NULL)
    torn->name = g_strndup (run_id, 8);
  if (store->torn == NULL)
    store->torn = g_ptr_array_new_with_free_func (torn_free);
  g_ptr_array_add (store->torn, torn);
  if (store->torn_func != NULL)
    store->torn_func (torn->id, torn->name, store->torn_user);
}

gboolean
thaw_trouble_forgive (ThawStore *store, const char *run_id, GError **error)
{
  if (store->mode != THAW_STORE_READ || (store->failed_rc & 0xff) != SQLITE_CORRUPT)
    return FALSE;
  g_clear_error (error);
  thaw_trouble_note (store, run_id, NULL);
  store->failed_rc = SQLITE_OK;
  return TRUE;
}

void
thaw_trouble_clear (ThawStore *store)
{
  g_clear_pointer (&store->torn, g_ptr_array_unref);
}

ThawStoreTrouble
thaw_store_trouble (const ThawStore *store)
{
  g_return_val_if_fail (store != NULL, THAW_STORE_SOUND);
  return store->trouble;
}

void
thaw_store_on_torn (ThawStore *store, ThawStoreTornFunc func, gpointer user)
{
  g_return_if_fail (store != NULL);
  store->torn_func = func;
  store->torn_user = user;
}

static char *
name_torn (const ThawStore *store)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < MIN (store->torn->len, NAMED); i++)
    /* Translators: the name of a run, in a list. */
    g_string_append_printf (names, i > 0 ? _ (", “%s”") : _ ("“%s”"),
                            ((ThawTorn *) store->torn->pdata[i])->name);
  if (store->torn->len > NAMED)
    g_string_append (names, ", …");
  return g_string_free (names, FALSE);
}

static char *
damage_text (const ThawStore *store)
{
  g_autofree char *names = NULL;

  if (store->torn == NULL)
    return g_strdup_printf (
        _ ("%s is damaged. Runs can be looked at, compared and exported; nothing is started or "
           "changed, and the file stays as it is."),
        store->path);
  names = name_torn (store);
  return g_strdup_printf (
      ngettext (
          "%s is damaged: parts of %u run cannot be read any more: %s. All else can be looked "
          "at, compared and exported; nothing is started or changed, and the file stays as it "
          "is.",
          "%s is damaged: parts of %u runs cannot be read any more: %s. All else can be "
          "looked at, compared and exported; nothing is started or changed, and the file "
          "stays as it is.",
          store->torn->len),
      store->path, store->torn->len, names);
}

char *
thaw_store_trouble_text (const ThawStore *store)
{
  g_return_val_if_fail (store != NULL, NULL);

  switch (store->trouble) {
  case THAW_STORE_LOCKED:
    return g_strdup_printf (
        _ ("%s cannot be written to: runs can be looked at, not started or changed"), store->home);
  case THAW_STORE_NEWER:
    return g_strdup_printf (
        _ ("%s was made by a newer Thaw (store version %d, this one knows up to %d). Runs can be "
           "looked at, compared and exported; nothing is started or changed, and the file stays as "
           "it is."),
        store->path, store->newer, thaw_store_latest_version (store));
  case THAW_STORE_DAMAGED:
    return damage_text (store);
  case THAW_STORE_SOUND:
  default:
    return NULL;
  }
}
