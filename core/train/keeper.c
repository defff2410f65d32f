/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checkpoints in a run's folder: names, room on the disk, which ones stay. */
#include "train-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SUFFIX ".safetensors"
#define HEADER_BYTES (1024 * 1024) /* more than names and metadata take */
#define RESERVE_BYTES (64 * 1024 * 1024)

static uint64_t
free_bytes (const char *folder)
{
  struct statvfs fs;

  if (statvfs (folder, &fs) != 0)
    return G_MAXUINT64; /* writing will tell */
  return (uint64_t) fs.f_bavail * fs.f_frsize;
}

ThawTrainTuning thaw_train_tuning = {
    .free_bytes = free_bytes,
    .tick_us = 100 * 1000,
    .room_us = 3 * G_USEC_PER_SEC,
    .interval_us = 5 * 60 * G_USEC_PER_SEC,
};

void
thaw_written_clear (ThawWritten *written)
{
  g_free (written->path);
  g_free (written->sha256);
}

void
thaw_kept_free (ThawKept *kept)
{
  g_free (kept->path);
  g_free (kept->best_file);
  g_free (kept);
}

bool
thaw_keeper_is_ours (const char *name, const char *kind)
{
  const char *rest;

  if (kind == NULL)
    return thaw_keeper_is_ours (name, "last") || thaw_keeper_is_ours (name, "best");
  if (!g_str_has_prefix (name, kind) || name[strlen (kind)] != '-' ||
      !g_str_has_suffix (name, SUFFIX))
    return false;
  rest = name + strlen (kind);
  return strspn (rest, "0123456789-") == strlen (rest) - strlen (SUFFIX);
}

/* A path that nothing has yet; the `nth` such, from 0. (transfer full) */
static char *
free_path (const ThawTrainer *trainer, const char *kind, int nth)
{
  for (int i = 1;; i++) {
    g_autofree char *again = i > 1 ? g_strdup_printf ("-%d", i) : g_strdup ("");
    g_autofree char *name = g_strdup_printf ("%s-%05d-%08" PRIu64 "%s" SUFFIX, kind,
                                             trainer->at.epoch, trainer->at.step, again);
    g_autofree char *path = g_build_filename (trainer->folder, name, NULL);
    GStatBuf st;

    if (g_lstat (path, &st) != 0 && nth-- == 0)
      return g_steal_pointer (&path);
  }
}

static uint64_t
size_of (const ThawStateDict *dict)
{
  uint64_t bytes = HEADER_BYTES;

  for (size_t i = 0; i < thaw_state_dict_size (dict); i++)
    bytes += thaw_state_dict_nth (dict, i)->bytes;
  return bytes;
}

uint64_t
thaw_checkpoint_room (uint64_t bytes)
{
  return 2 * bytes + RESERVE_BYTES;
}

/* NULL, or the sentence that says what is missing. (transfer full) */
static char *
lack_of_room (const ThawTrainer *trainer, const ThawStateDict *dict)
{
  uint64_t wanted = thaw_checkpoint_room (size_of (dict));
  uint64_t found = thaw_train_tuning.free_bytes (trainer->folder);

  if (found >= wanted)
    return NULL;
  return g_strdup_printf (
      _ ("%s: %" PRIu64 " MB are free, a checkpoint needs %" PRIu64 " MB; training waits for room"),
      trainer->folder, found / 1000000, wanted / 1000000 + 1);
}

/* NULL when written, else why not. Written once more under another name before giving up. */
static char *
write_file (ThawTrainer *trainer, const ThawStateDict *dict, const char *kind, ThawWritten *written)
{
  g_autoptr (GError) error = NULL;

  for (int nth = 0; nth < 2; nth++) {
    g_clear_error (&error);
    thaw_written_clear (written);
    *written = (ThawWritten){.path = free_path (trainer, kind, nth)};
    if (thaw_safetensors_write_new (dict, written->path, &written->sha256, &written->bytes, &error))
      return NULL;
  }
  return g_strdup_printf (_ ("a checkpoint cannot be written: %s; training waits"), error->message);
}

/* Says why, once, and waits a while. */
static ThawFlow
wait_a_while (ThawTrainer *trainer, const char *why, bool *waiting, GError **error)
{
  if (trainer->hooks.ask == NULL) {
    g_set_error_literal (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SPACE, why);
    return THAW_FLOW_FAILED;
  }
  if (!*waiting) {
    /* The keeper may have no room for the event either: waiting does not depend on it. */
    g_autoptr (GError) ignored = NULL;
    if (!thaw_train_emit (trainer, THAW_EVENT_PAUSED, trainer->at.epoch, why, &ignored))
      g_debug ("not recorded: %s", ignored->message);
  }
  *waiting = true;
  return thaw_control_wait_room (trainer);
}

ThawFlow
thaw_keeper_write (ThawTrainer *trainer,
                   const ThawStateDict *dict,
                   const char *kind,
                   ThawWritten *written,
                   GError **error)
{
  bool waiting = false;

  for (;;) {
    g_autofree char *why = lack_of_room (trainer, dict);
    ThawFlow flow;

    if (why == NULL)
      why = write_file (trainer, dict, kind, written);
    if (why == NULL)
      break;
    if ((flow = wait_a_while (trainer, why, &waiting, error)) != THAW_FLOW_ON)
      return flow;
  }
  if (waiting && !thaw_train_emit (trainer, THAW_EVENT_CONTINUED, trainer->at.epoch, NULL, error))
    return THAW_FLOW_FAILED;
  return THAW_FLOW_ON;
}

static gboolean
retire (ThawTrainer *trainer, const char *path, GError **error)
{
  if (trainer->hooks.retire != NULL && !trainer->hooks.retire (trainer->hooks.user, path, error))
    return thaw_train_hook_failed ("retire", error);
  if (g_unlink (path) != 0 && errno != ENOENT)
    g_debug ("%s: not deleted: %s", path, g_strerror (errno)); /* tidied at the next start */
  return TRUE;
}

static bool
best_is_wanted (const ThawTrainer *trainer, const char *name)
{
  if (g_strcmp0 (name, trainer->at.best_file) == 0)
    return true;
  for (guint i = 0; i < trainer->lasts->len; i++) {
    const ThawKept *kept = g_ptr_array_index (trainer->lasts, i);
    if (g_strcmp0 (name, kept->best_file) == 0)
      return true;
  }
  return false;
}

static gboolean
retire_bests (ThawTrainer *trainer, GError **error)
{
  for (guint i = 0; i < trainer->bests->len;) {
    const char *name = g_ptr_array_index (trainer->bests, i);
    g_autofree char *path = g_build_filename (trainer->folder, name, NULL);

    if (best_is_wanted (trainer, name)) {
      i++;
      continue;
    }
    if (!retire (trainer, path, error))
      return FALSE;
    g_ptr_array_remove_index (trainer->bests, i);
  }
  return TRUE;
}

static void
remember (ThawTrainer *trainer, const char *path, const char *best_file)
{
  ThawKept *kept = g_new0 (ThawKept, 1);

  kept->path = g_strdup (path);
  kept->best_file = g_strdup (best_file);
  g_ptr_array_add (trainer->lasts, kept);
}

gboolean
thaw_keeper_keep (ThawTrainer *trainer, const char *path, GError **error)
{
  remember (trainer, path, trainer->at.best_file);
  while (trainer->lasts->len > 2) {
    const ThawKept *oldest = g_ptr_array_index (trainer->lasts, 0);
    if (!retire (trainer, oldest->path, error))
      return FALSE;
    g_ptr_array_remove_index (trainer->lasts, 0);
  }
  return retire_bests (trainer, error);
}

static int
by_name (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Names of `kind` in a folder, by position. (transfer full) */
static GPtrArray *
names_in (const char *folder, const char *kind)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (thaw_keeper_is_ours (name, kind))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, by_name);
  return names;
}

void
thaw_keeper_look (ThawTrainer *trainer, const char *resume)
{
  g_autofree char *newest = resume ? g_canonicalize_filename (resume, NULL) : NULL;
  g_autofree char *home = newest ? g_path_get_dirname (newest) : NULL;
  g_autoptr (GPtrArray) lasts = NULL;

  if (newest == NULL)
    return;
  lasts = names_in (trainer->folder, "last");
  for (guint i = 0; i < lasts->len; i++) {
    g_autofree char *path = g_build_filename (trainer->folder, g_ptr_array_index (lasts, i), NULL);
    if (!g_str_equal (path, newest))
      remember (trainer, path, NULL);
  }
  if (g_str_equal (home, trainer->folder)) /* never one that lies elsewhere */
    remember (trainer, newest, trainer->at.best_file);
  g_clear_pointer (&trainer->bests, g_ptr_array_unref);
  trainer->bests = names_in (trainer->folder, "best");
}

/* `.NAME.part`, or `.NAME.3.part`, of one of our names. */
static bool
is_part (const char *name)
{
  g_autofree char *inner = NULL;
  char *end;

  if (name[0] != '.' || !g_str_has_suffix (name, ".part"))
    return false;
  inner = g_strndup (name + 1, strlen (name) - 1 - strlen (".part"));
  end = inner + strlen (inner);
  while (end > inner && g_ascii_isdigit (end[-1]))
    end--;
  if (*end != '\0' && end > inner && end[-1] == '.')
    end[-1] = '\0';
  return thaw_keeper_is_ours (inner, NULL);
}

int
thaw_checkpoints_tidy (const char *folder, const char *const *keep_names)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  int gone = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    bool unwanted =
        is_part (name) || (thaw_keeper_is_ours (name, NULL) && !g_strv_contains (keep_names, name));
    if (unwanted && g_unlink (path) == 0)
      gone++;
  }
  return gone;
}
