/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folder itself: where it lies, and who may read and write what is in it. */
#include "doctor.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { TMPFS = 0x01021994, RAMFS = (int) 0x858458f6, DEEPEST = 2 };

/* --- Where it lies --- */

static void
look_at_place (Doctor *doctor)
{
  struct statvfs mount;
  struct statfs fs;

  if (statvfs (doctor->home, &mount) != 0 || statfs (doctor->home, &fs) != 0)
    return;
  if ((mount.f_flag & ST_RDONLY) != 0) {
    DoctorFinding *finding = doctor_find (
        doctor, DOCTOR_WRONG, "home", NULL, doctor->home,
        g_strdup_printf (_ ("%s: lies on a file system that is mounted read-only, expected one "
                            "that can be written; nothing can be trained or changed"),
                         doctor->home));
    doctor_advise (finding, g_strdup (_ ("Mount it for writing, or name another folder with "
                                         "THAW_HOME.")));
  } else if ((int) fs.f_type == TMPFS || (int) fs.f_type == RAMFS) {
    DoctorFinding *finding =
        doctor_find (doctor, DOCTOR_WORTH_KNOWING, "home", NULL, doctor->home,
                     g_strdup_printf (_ ("%s: lies in memory (tmpfs); all runs are gone when the "
                                         "computer is switched off"),
                                      doctor->home));
    doctor_advise (finding, g_strdup (_ ("THAW_HOME names another folder.")));
  } else {
    doctor_find (doctor, DOCTOR_IN_ORDER, "home", NULL, doctor->home,
                 g_strdup_printf (_ ("%s: the folder of the runs is there and can be written"),
                                  doctor->home));
  }
}

/* --- Permissions --- */

typedef struct {
  char *path;
  mode_t found, wanted;
} Mode;

typedef struct {
  GArray *open;  /* of Mode: others may read */
  GArray *wrong; /* of Mode: others may write, or we may not */
  guint looked;
  guint foreign;       /* of another user */
  char *first_foreign; /* (nullable) */
} Modes;

static void
mode_clear (gpointer data)
{
  g_free (((Mode *) data)->path);
}

static void
modes_init (Modes *modes)
{
  *modes = (Modes){.open = g_array_new (FALSE, FALSE, sizeof (Mode)),
                   .wrong = g_array_new (FALSE, FALSE, sizeof (Mode))};
  g_array_set_clear_func (modes->open, mode_clear);
  g_array_set_clear_func (modes->wrong, mode_clear);
}

static void
modes_clear (Modes *modes)
{
  g_array_unref (modes->open);
  g_array_unref (modes->wrong);
  g_free (modes->first_foreign);
}

static bool
is_wrong (const Mode *mode)
{
  return (mode->found & mode->wanted) != mode->wanted || (mode->found & 022) != 0;
}

static void
judge (Modes *modes, const char *path, const struct stat *st)
{
  mode_t wanted = S_ISDIR (st->st_mode) ? 0700 : 0600;
  Mode mode = {.found = st->st_mode & 07777, .wanted = wanted};

  modes->looked++;
  if (st->st_uid != geteuid ()) {
    if (modes->foreign++ == 0)
      modes->first_foreign = g_strdup (path);
    return;
  }
  if (mode.found == wanted)
    return;
  mode.path = g_strdup (path);
  g_array_append_vals (is_wrong (&mode) ? modes->wrong : modes->open, &mode, 1);
}

/* What Thaw writes: data sets and weights may be as open as they like. */
static bool
is_ours (const char *name, int depth)
{
  if (depth > 0)
    return true;
  return strcmp (name, "runs") == 0 || strcmp (name, "queue.lock") == 0 ||
         g_str_has_prefix (name, "store") || g_str_has_prefix (name, "set-aside-");
}

static void
walk (Modes *modes, const char *path, int depth)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *inner = g_build_filename (path, name, NULL);
    struct stat st;
    if (!is_ours (name, depth) || lstat (inner, &st) != 0)
      continue;
    if (S_ISDIR (st.st_mode) || S_ISREG (st.st_mode))
      judge (modes, inner, &st);
    if (S_ISDIR (st.st_mode) && depth < DEEPEST)
      walk (modes, inner, depth + 1);
  }
}

/* Folders before what is in them, as they were found. */
static void
mend (DoctorFinding *finding, const GArray *modes)
{
  guint done = 0;

  for (guint i = 0; i < modes->len; i++) {
    const Mode *mode = &g_array_index (modes, Mode, i);
    done += chmod (mode->path, mode->wanted) == 0;
  }
  if (done == modes->len)
    doctor_done (finding, g_strdup_printf (ngettext ("The permissions of %u file were set.",
                                                     "The permissions of %u files were set.", done),
                                           done));
  else
    doctor_left (finding,
                 g_strdup_printf (_ ("The permissions of %u of %u were set; the others stayed: %s"),
                                  done, modes->len, g_strerror (errno)));
}

static void
say (Doctor *doctor, const GArray *modes, DoctorGrade grade)
{
  const Mode *first = &g_array_index (modes, Mode, 0);
  g_autofree char *more = NULL;
  const char *why = grade == DOCTOR_WRONG
                        ? _ ("others may change it, or you may not read and write it")
                        : _ ("others on this computer may read it");
  DoctorFinding *finding;

  if (modes->len == 0)
    return;
  if (modes->len > 1)
    more = g_strdup_printf (ngettext (" (and %u more)", " (and %u more)", modes->len - 1),
                            modes->len - 1);
  finding = doctor_find (doctor, grade, "home", NULL, first->path,
                         g_strdup_printf (_ ("%s: its permissions are %04o, expected %04o: %s%s"),
                                          first->path, first->found, first->wanted, why,
                                          more != NULL ? more : ""));
  if (doctor->repair)
    mend (finding, modes);
  else
    doctor_advise (finding, g_strdup (_ ("'thaw doctor --repair' sets them.")));
}

static void
look_at_permissions (Doctor *doctor)
{
  Modes modes;
  struct stat st;

  modes_init (&modes);
  if (stat (doctor->home, &st) == 0)
    judge (&modes, doctor->home, &st);
  walk (&modes, doctor->home, 0);
  say (doctor, modes.wrong, DOCTOR_WRONG);
  say (doctor, modes.open, DOCTOR_WORTH_KNOWING);
  if (modes.foreign > 0)
    doctor_find (
        doctor, DOCTOR_WORTH_KNOWING, "home", NULL, modes.first_foreign,
        g_strdup_printf (ngettext ("%s: belongs to another user (%u file in all)",
                                   "%s: belongs to another user (%u files in all)", modes.foreign),
                         modes.first_foreign, modes.foreign));
  if (modes.wrong->len + modes.open->len + modes.foreign == 0)
    doctor_find (doctor, DOCTOR_IN_ORDER, "home", NULL, NULL,
                 g_strdup_printf (ngettext ("permissions: %u file or folder is yours alone",
                                            "permissions: %u files and folders are yours alone",
                                            modes.looked),
                                  modes.looked));
  modes_clear (&modes);
}

void
doctor_look_at_home (Doctor *doctor)
{
  if (!g_file_test (doctor->home, G_FILE_TEST_IS_DIR)) {
    doctor_find (
        doctor, DOCTOR_IN_ORDER, "home", NULL, doctor->home,
        g_strdup_printf (_ ("%s: is not there yet; the first run makes it"), doctor->home));
    return;
  }
  look_at_place (doctor);
  look_at_permissions (doctor);
}
