/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A question about a path, and what its helper may take: by the limits that the readers keep. */
#include "foreign-private.h"

#include <sys/stat.h>
#include <unistd.h>

#define MB (UINT64_C (1) << 20)
#define BASE_BYTES (256 * MB) /* the program, its libraries, threads */
#define FILE_MOST (UINT64_C (4) << 30)
#define FOLDER_CPU_S (6 * 3600) /* four million pictures of 5 ms */
#define SLOW_BYTES_A_S (UINT64_C (500) << 10)

/* Weights: the file, and up to 16 times as much in tensors that share a storage, at most 8 GB; the
 * nodes of five million pickle operations. Sets: what `data` takes of the machine. Pictures: a file
 * of 64 MB and 4096 x 4096 pixels, which a progressive JPEG holds in 16 bits as well. */
static ThawConfineLimits
limits_of (ThawAsk ask, bool folder, uint64_t file_bytes)
{
  uint64_t bytes = MIN (file_bytes, FILE_MOST);
  uint64_t values = MIN (16 * bytes + 16 * MB, 8192 * MB);
  uint64_t machine = (uint64_t) sysconf (_SC_PHYS_PAGES) * (uint64_t) sysconf (_SC_PAGESIZE);
  ThawConfineLimits limits = {.opens = folder};

  limits.cpu_s = folder ? FOLDER_CPU_S : (uint32_t) (60 + bytes / SLOW_BYTES_A_S);
  switch (ask) {
  case THAW_ASK_WEIGHTS:
    limits.memory_bytes = BASE_BYTES + 768 * MB + bytes + values;
    limits.answer_bytes = values + 64 * MB;
    break;
  case THAW_ASK_PICTURE:
  case THAW_ASK_WHOLE:
    limits.memory_bytes = BASE_BYTES + 512 * MB;
    limits.answer_bytes = 64 * MB;
    break;
  default:
    limits.memory_bytes = BASE_BYTES + machine / 4 * 3;
    limits.answer_bytes = 64 * MB + machine / 4 * 3;
  }
  return limits;
}

/* Only a regular file is handed over; what cannot be opened the reader says in its own words. */
static int
open_input (const char *path, uint64_t *bytes)
{
  *bytes = 0;
  return path != NULL ? thaw_file_open (path, bytes, NULL) : -1;
}

gboolean
thaw_question_begin (
    ThawQuestion *question, ThawAsk ask, const char *path, GCancellable *cancel, GError **error)
{
  uint64_t bytes;
  int input = open_input (path, &bytes);

  *question = (ThawQuestion){.subject = path != NULL ? g_filename_display_name (path)
                                                     : g_strdup (_ ("Looking for data sets"))};
  question->job =
      (ThawConfineJob){.subject = question->subject,
                       .limits = limits_of (ask, input < 0, bytes),
                       .input = input,
                       .domains = {THAW_FORMATS_ERROR, THAW_DATA_ERROR},
                       .codes = {THAW_FORMATS_ERROR_LIMIT + 1, THAW_DATA_ERROR_SPLIT + 1},
                       .cancel = cancel};
  question->parcel = thaw_confine_begin (&question->job, &question->question, error);
  if (question->parcel == NULL) {
    g_free (question->subject);
    if (input >= 0)
      close (input);
    return FALSE;
  }
  thaw_parcel_number (question->parcel, ask);
  return TRUE;
}

gboolean
thaw_question_ask (ThawQuestion *question, ThawParcelTaking *answer, GError **error)
{
  gboolean good =
      thaw_confine_run (&question->job, question->parcel, question->question, answer, error);

  if (question->job.input >= 0)
    close (question->job.input);
  g_free (question->subject);
  return good;
}

gboolean
thaw_answer_odd (const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);

  g_set_error (error, THAW_CONFINE_ERROR, THAW_CONFINE_ERROR_ANSWER,
               _ ("%s: is not read: what the process that read it gave back cannot be right"),
               shown);
  return FALSE;
}
