/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The helper's side: it takes the question, gives up the rest, and answers. */
#include "confine-private.h"
#include "parcel-private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST_FILES 1024
#define GRACE_S 5

/* Never more than there was. Beyond a soft limit of processor time SIGXCPU says why it ended. */
static bool
limit (int what, uint64_t most, uint64_t grace)
{
  struct rlimit now, both;

  if (getrlimit ((__rlimit_resource_t) what, &now) != 0)
    return false;
  both.rlim_cur = MIN (now.rlim_max, most);
  both.rlim_max = MIN (now.rlim_max, most + grace);
  return setrlimit ((__rlimit_resource_t) what, &both) == 0;
}

static bool
limit_all (const ThawConfineLimits *limits)
{
  return limit (RLIMIT_CORE, 0, 0) && limit (RLIMIT_NOFILE, MOST_FILES, 0) &&
         limit (RLIMIT_FSIZE, limits->answer_bytes, 0) &&
         limit (RLIMIT_CPU, limits->cpu_s, GRACE_S) &&
         (THAW_CONFINE_SANITIZED || limit (RLIMIT_DATA, limits->memory_bytes, 0));
}

/* Nothing but what was handed over stays open. */
static void
close_others (bool input)
{
  unsigned int first = input ? THAW_FD_MORE : THAW_FD_INPUT;

  if (syscall (SYS_close_range, first, ~0u, 0) == 0)
    return;
  for (int fd = (int) first; fd < sysconf (_SC_OPEN_MAX); fd++)
    close (fd);
}

/* Ends with whoever asked, also when that was gone already. */
static bool
end_with (pid_t parent)
{
  return prctl (PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid () == parent;
}

static void
refuse (const char *what)
{
  int number = errno;
  ThawParcel *parcel = thaw_parcel_new (THAW_FD_ANSWER);
  g_autofree char *text = g_strdup_printf ("%s: %s", what, g_strerror (number));

  thaw_parcel_number (parcel, THAW_ANSWER_REFUSED);
  thaw_parcel_text (parcel, text);
  thaw_parcel_finish (parcel);
}

static GBytes *
read_question (void)
{
  struct stat st;

  if (fstat (THAW_FD_QUESTION, &st) != 0 || !S_ISREG (st.st_mode) || st.st_size == 0 ||
      fcntl (THAW_FD_ANSWER, F_GET_SEALS) < 0)
    return NULL;
  return thaw_parcel_map (THAW_FD_QUESTION, (uint64_t) st.st_size);
}

gboolean
thaw_confine_enter (ThawParcelTaking *question, int *input)
{
  g_autoptr (GBytes) bytes = read_question ();
  ThawConfineLimits limits;
  pid_t parent;

  if (bytes == NULL)
    return FALSE;
  thaw_parcel_open (question, bytes);
  parent = (pid_t) thaw_parcel_take_number (question, INT32_MAX);
  *input = thaw_parcel_take_number (question, 1) == 1 ? THAW_FD_INPUT : -1;
  limits.memory_bytes = thaw_parcel_take_number (question, UINT64_MAX);
  limits.answer_bytes = thaw_parcel_take_number (question, UINT64_MAX);
  limits.cpu_s = (uint32_t) thaw_parcel_take_number (question, UINT32_MAX);
  limits.opens = thaw_parcel_take_number (question, 1) == 1;
  close (THAW_FD_QUESTION);
  if (question->failed || !end_with (parent))
    return FALSE;
  close_others (*input >= 0);
  if (!limit_all (&limits)) {
    refuse ("setrlimit");
    return FALSE;
  }
  if (!thaw_confine_filter (limits.opens)) {
    refuse ("seccomp");
    return FALSE;
  }
  return TRUE;
}

ThawParcel *
thaw_confine_answer (void)
{
  ThawParcel *parcel = thaw_parcel_new (THAW_FD_ANSWER);

  thaw_parcel_number (parcel, THAW_ANSWER_DONE);
  return parcel;
}

bool
thaw_confine_answer_error (const GError *error)
{
  ThawParcel *parcel = thaw_parcel_new (THAW_FD_ANSWER);
  g_autofree char *valid = g_utf8_make_valid (error->message, -1);
  g_autofree char *text =
      g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1), THAW_ANSWER_TEXT_MOST / 4));

  thaw_parcel_number (parcel, THAW_ANSWER_ERROR);
  thaw_parcel_text (parcel, g_quark_to_string (error->domain));
  thaw_parcel_number (parcel, (uint64_t) error->code);
  thaw_parcel_text (parcel, text);
  return thaw_parcel_finish (parcel);
}
