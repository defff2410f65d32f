/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a helper gave no answer, in a sentence. */
#include "helper-private.h"

#include <signal.h>
#include <sys/wait.h>

static void
too_long (const ThawConfineJob *job, GError **error)
{
  g_set_error (error, THAW_CONFINE_ERROR, THAW_CONFINE_ERROR_LIMIT,
               _ ("%s: is not read: reading it took longer than a file of its size may take, and "
                  "was stopped"),
               job->subject);
}

/* GLib ends a program that gets no memory by SIGTRAP or SIGABRT, libraries crash. */
static void
crashed (const ThawConfineJob *job, int signal_number, GError **error)
{
  g_autofree char *most = g_format_size_full (job->limits.memory_bytes, G_FORMAT_SIZE_IEC_UNITS);

  g_set_error (error, THAW_CONFINE_ERROR, THAW_CONFINE_ERROR_CRASHED,
               _ ("%s: is not read: the process that read it crashed (%s); it had at most %s of "
                  "memory, and nothing else was touched"),
               job->subject, g_strsignal (signal_number), most);
}

static void
stopped_by (const ThawConfineJob *job, int signal_number, GError **error)
{
  g_autofree char *most = g_format_size_full (job->limits.answer_bytes, G_FORMAT_SIZE_IEC_UNITS);

  switch (signal_number) {
  case SIGSYS:
    g_set_error (error, THAW_CONFINE_ERROR, THAW_CONFINE_ERROR_STOPPED,
                 _ ("%s: is not read: the process that read it tried what no reader may do, and "
                    "was stopped; the file may be an attack"),
                 job->subject);
    return;
  case SIGXCPU:
    too_long (job, error);
    return;
  case SIGXFSZ:
    g_set_error (error, THAW_CONFINE_ERROR, THAW_CONFINE_ERROR_LIMIT,
                 _ ("%s: is not read: it makes more than %s, the most that such a file may"),
                 job->subject, most);
    return;
  case SIGKILL:
  case SIGTERM:
    g_set_error (error, THAW_CONFINE_ERROR, THAW_CONFINE_ERROR_LIMIT,
                 _ ("%s: is not read: the process that read it was killed, perhaps because memory "
                    "is short"),
                 job->subject);
    return;
  default:
    crashed (job, signal_number, error);
  }
}

void
thaw_helper_explain (const ThawConfineJob *job, const ThawHelperEnd *end, GError **error)
{
  if (end->late)
    too_long (job, error);
  else if (end->status != -1 && WIFSIGNALED (end->status))
    stopped_by (job, WTERMSIG (end->status), error);
  else
    g_set_error (error, THAW_CONFINE_ERROR, THAW_CONFINE_ERROR_ANSWER,
                 _ ("%s: is not read: what the process that read it gave back cannot be right"),
                 job->subject);
}
