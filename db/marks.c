/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person says about a run: its name, its tags, a star. */
#include "store-private.h"

/* No control characters: a name is one line, and tags are kept a line each. */
static bool
is_plain (const char *text)
{
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return false;
  return true;
}

/* Valid UTF-8 without space around it. (transfer full) */
static char *
tidy (const char *text)
{
  return g_strstrip (g_utf8_make_valid (text, -1));
}

static gboolean
check_name (const char *name, GError **error)
{
  glong length = g_utf8_strlen (name, -1);

  if (length == 0)
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_VALUE, _ ("A run needs a name"));
  else if (length > THAW_NAME_MAX)
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_VALUE,
                 _ ("The name has %ld characters, expected at most %d"), length, THAW_NAME_MAX);
  else if (!is_plain (name))
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_VALUE,
                 _ ("The name has control characters or line breaks, expected one line"));
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_tag (const char *tag, GError **error)
{
  glong length = g_utf8_strlen (tag, -1);

  if (length == 0)
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_VALUE, _ ("A tag is empty"));
  else if (length > THAW_TAG_MAX)
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_VALUE,
                 _ ("A tag has %ld characters, expected at most %d"), length, THAW_TAG_MAX);
  else if (!is_plain (tag) || strchr (tag, ',') != NULL)
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_VALUE,
                 _ ("A tag has a comma or control characters, expected a word or a few"));
  else
    return TRUE;
  return FALSE;
}

/* One column of one run: ?1 the run, ?2 the value. */
typedef struct {
  const char *sql;
  bool is_text;
  const char *text;
  gint64 number;
} Mark;

static gboolean
write_mark (ThawStore *store, const char *run_id, const Mark *mark, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  gint64 run;

  if (!thaw_run_key (store, run_id, &run, NULL, error))
    return FALSE;
  statement = thaw_statement_new (store, mark->sql, error);
  if (statement == NULL)
    return FALSE;
  thaw_bind_int (store, statement, 1, run);
  if (mark->is_text)
    thaw_bind_text (store, statement, 2, mark->text);
  else
    thaw_bind_int (store, statement, 2, mark->number);
  return thaw_statement_run (store, statement, error);
}

static gboolean
set_mark (ThawStore *store, const char *run_id, const Mark *mark, GError **error)
{
  return thaw_transaction_begin (store, error) &&
         thaw_transaction_end (store, write_mark (store, run_id, mark, error), error);
}

gboolean
thaw_store_rename (ThawStore *store, const char *run_id, const char *name, GError **error)
{
  g_autofree char *tidied = NULL;

  g_return_val_if_fail (store != NULL && run_id != NULL && name != NULL, FALSE);

  tidied = tidy (name);
  return check_name (tidied, error) &&
         set_mark (store, run_id,
                   &(Mark){.sql = "UPDATE run SET name = ?2 WHERE seq = ?1",
                           .is_text = true,
                           .text = tidied},
                   error);
}

gboolean
thaw_store_set_starred (ThawStore *store, const char *run_id, gboolean starred, GError **error)
{
  g_return_val_if_fail (store != NULL && run_id != NULL, FALSE);

  return set_mark (
      store, run_id,
      &(Mark){.sql = "UPDATE run SET starred = ?2 WHERE seq = ?1", .number = starred ? 1 : 0},
      error);
}

static int
compare_tags (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Sorted, each once, a line each; NULL with error. (transfer full) */
static char *
join_tags (const char *const *tags, GError **error)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) lines = g_string_new (NULL);

  for (int i = 0; tags[i] != NULL; i++) {
    g_ptr_array_add (kept, tidy (tags[i]));
    if (!check_tag (kept->pdata[i], error))
      return NULL;
  }
  g_ptr_array_sort (kept, compare_tags);
  for (guint i = 0; i < kept->len; i++) {
    if (i > 0 && g_str_equal (kept->pdata[i], kept->pdata[i - 1]))
      continue;
    if (lines->len > 0)
      g_string_append_c (lines, '\n');
    g_string_append (lines, kept->pdata[i]);
  }
  if (kept->len <= THAW_TAGS_MAX)
    return g_string_free (g_steal_pointer (&lines), FALSE);
  g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_VALUE, _ ("%u tags, expected at most %d"),
               kept->len, THAW_TAGS_MAX);
  return NULL;
}

char **
thaw_tags_split (const char *lines)
{
  return g_strsplit (lines != NULL ? lines : "", "\n", -1);
}

gboolean
thaw_tags_write (ThawStore *store, const char *run_id, const char *const *tags, GError **error)
{
  g_autofree char *lines = join_tags (tags, error);

  return lines != NULL && write_mark (store, run_id,
                                      &(Mark){.sql = "UPDATE run SET tags = ?2 WHERE seq = ?1",
                                              .is_text = true,
                                              .text = lines},
                                      error);
}

gboolean
thaw_store_set_tags (ThawStore *store, const char *run_id, const char *const *tags, GError **error)
{
  g_return_val_if_fail (store != NULL && run_id != NULL && tags != NULL, FALSE);

  return thaw_transaction_begin (store, error) &&
         thaw_transaction_end (store, thaw_tags_write (store, run_id, tags, error), error);
}

gboolean
thaw_store_set_group (ThawStore *store, const char *run_id, const char *group_id, GError **error)
{
  g_return_val_if_fail (store != NULL && run_id != NULL, FALSE);

  return set_mark (store, run_id,
                   &(Mark){.sql = "UPDATE run SET group_id = ?2 WHERE seq = ?1",
                           .is_text = true,
                           .text = group_id},
                   error);
}
