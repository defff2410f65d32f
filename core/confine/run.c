/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking a helper: it is started, waited for, ended and reaped; then its answer is sealed. */
#include "confine-private.h"
#include "helper-private.h"
#include "parcel-private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

GQuark
thaw_confine_error_quark (void)
{
  return g_quark_from_static_string ("thaw-confine-error");
}

static gboolean
fail_start (const ThawConfineJob *job, int number, GError **error)
{
  g_set_error (error, THAW_CONFINE_ERROR, THAW_CONFINE_ERROR_START,
               _ ("%s: is not read, since no process can be started for it: %s"), job->subject,
               g_strerror (number));
  return FALSE;
}

ThawParcel *
thaw_confine_begin (const ThawConfineJob *job, int *question, GError **error)
{
  ThawParcel *parcel;

  *question = memfd_create ("thaw-question", MFD_CLOEXEC);
  if (*question < 0) {
    fail_start (job, errno, error);
    return NULL;
  }
  parcel = thaw_parcel_new (*question);
  thaw_parcel_number (parcel, (uint64_t) getpid ());
  thaw_parcel_number (parcel, job->input >= 0);
  thaw_parcel_number (parcel, job->limits.memory_bytes);
  thaw_parcel_number (parcel, job->limits.answer_bytes);
  thaw_parcel_number (parcel, job->limits.cpu_s);
  thaw_parcel_number (parcel, job->limits.opens);
  return parcel;
}

/* --- What came of it ---------------------------------------------------------------------------*/

/* Nobody can change the answer any more, not even a process that had got away. */
static GBytes *
seal_and_map (const ThawConfineJob *job, int answer)
{
  struct stat st;

  if (fcntl (answer, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0 ||
      fstat (answer, &st) != 0 || st.st_size <= 0 ||
      (uint64_t) st.st_size > job->limits.answer_bytes)
    return NULL;
  return thaw_parcel_map (answer, (uint64_t) st.st_size);
}

/* The helper's own words. */
static gboolean
take_error (const ThawConfineJob *job, ThawParcelTaking *answer, GError **error)
{
  const char *domain = thaw_parcel_take_words (answer, 64);
  uint64_t code = thaw_parcel_take_number (answer, 64);
  const char *text = thaw_parcel_take_words (answer, THAW_ANSWER_TEXT_MOST);
  g_autofree char *shown = g_strdup (text);

  if (!thaw_parcel_taken (answer))
    return FALSE;
  for (char *c = shown; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = '?';
  for (size_t i = 0; i < G_N_ELEMENTS (job->domains); i++)
    if (job->domains[i] != 0 && strcmp (domain, g_quark_to_string (job->domains[i])) == 0 &&
        code < (uint64_t) job->codes[i]) {
      g_set_error_literal (error, job->domains[i], (int) code, shown);
      return TRUE;
    }
  return FALSE;
}

static gboolean
take_refusal (const ThawConfineJob *job, ThawParcelTaking *answer, GError **error)
{
  const char *text = thaw_parcel_take_words (answer, THAW_ANSWER_TEXT_MOST);

  if (!thaw_parcel_taken (answer))
    return FALSE;
  g_set_error (
      error, THAW_CONFINE_ERROR, THAW_CONFINE_ERROR_START,
      _ ("%s: is not read, since this system cannot confine the process that would (%s); a "
         "kernel with seccomp filters is needed, on x86-64 or aarch64"),
      job->subject, text);
  return TRUE;
}

/* FALSE: there is no answer, and no error is set. */
static gboolean
look (const ThawConfineJob *job, GBytes *bytes, ThawParcelTaking *answer, GError **error)
{
  thaw_parcel_open (answer, bytes);
  switch (thaw_parcel_take_number (answer, THAW_N_ANSWERS - 1)) {
  case THAW_ANSWER_ERROR:
    return take_error (job, answer, error);
  case THAW_ANSWER_REFUSED:
    return take_refusal (job, answer, error);
  default:
    return !answer->failed;
  }
}

static gboolean
judge (const ThawConfineJob *job,
       const ThawHelperEnd *end,
       int file,
       ThawParcelTaking *answer,
       GError **error)
{
  GError *told = NULL;
  g_autoptr (GBytes) bytes = end->whole ? seal_and_map (job, file) : NULL;

  if (bytes != NULL && look (job, bytes, answer, &told)) {
    if (told == NULL)
      return TRUE;
    g_propagate_error (error, told);
  } else {
    thaw_helper_explain (job, end, error);
  }
  thaw_parcel_close (answer);
  return FALSE;
}

gboolean
thaw_confine_run (const ThawConfineJob *job,
                  ThawParcel *parcel,
                  int question,
                  ThawParcelTaking *answer,
                  GError **error)
{
  int file = memfd_create ("thaw-answer", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  ThawHelperEnd end = {0};
  gboolean good = FALSE;

  *answer = (ThawParcelTaking){0};
  if (!thaw_parcel_finish (parcel) || file < 0)
    fail_start (job, errno, error);
  else if (thaw_helper_run (job, question, file, &end, error))
    good = judge (job, &end, file, answer, error);
  close (question);
  if (file >= 0)
    close (file);
  return good;
}
