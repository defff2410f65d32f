/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record. A line a call: kind, inode, path, second path or "-", offset, bytes, separated by
 * tabs; the bytes themselves follow each other in PATH.data. */
#include "gate.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

struct _GateLog {
  FILE *lines, *data;
};

static FILE *
must_open (const char *path)
{
  FILE *file = fopen (path, "we");

  if (file == NULL) {
    perror (path);
    exit (125);
  }
  return file;
}

GateLog *
gate_log_open (const char *path)
{
  g_autofree char *data = g_strconcat (path, ".data", NULL);
  GateLog *log = g_new0 (GateLog, 1);

  log->lines = must_open (path);
  log->data = must_open (data);
  return log;
}

/* Where the next byte of a descriptor goes. */
static int64_t
position_of (pid_t thread, uint64_t fd)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/fdinfo/%d", (int) thread, (int) fd);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL) || !g_str_has_prefix (text, "pos:"))
    return -1;
  return g_ascii_strtoll (text + strlen ("pos:"), NULL, 10);
}

/* The bytes that a write has taken, zeros when they cannot be read. */
static void
copy_bytes (GateLog *log, const Call *call, pid_t thread)
{
  g_autofree char *bytes = g_malloc0 ((gsize) call->result + 1);

  if (!call_memory (thread, call->args[1], bytes, (size_t) call->result))
    gate_log_line (log, "unknown\t0\t%s\t-\t0\t0", "bytes that cannot be read");
  fwrite (bytes, 1, (size_t) call->result, log->data);
}

void
gate_log_call (GateLog *log, const Call *call, pid_t thread)
{
  const char *path = call->path != NULL ? call->path : "-", *to = call->to ? call->to : "-";
  int64_t offset = 0, length = 0;

  if (call->kind == CALL_OPEN && !call->empties)
    return;
  if (call->kind == CALL_WRITE || call->kind == CALL_SAY) {
    length = call->result;
    if (call->kind == CALL_WRITE)
      offset = call->number == SYS_pwrite64 ? (int64_t) call->args[3]
                                            : position_of (thread, call->args[0]) - call->result;
    copy_bytes (log, call, thread);
  } else if (call->kind == CALL_TRUNCATE) {
    offset = (int64_t) call->args[1];
  }
  gate_log_line (log, "%s\t%" PRIu64 "\t%s\t%s\t%" PRId64 "\t%" PRId64,
                 call->empties ? "truncate" : call_kind_name (call->kind), call->inode, path, to,
                 offset, length);
}

void
gate_log_line (GateLog *log, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vfprintf (log->lines, format, args);
  va_end (args);
  fputc ('\n', log->lines);
}

void
gate_log_close (GateLog *log)
{
  if (fclose (log->data) != 0 || fclose (log->lines) != 0) {
    perror ("gate: the record");
    exit (125);
  }
  g_free (log);
}
