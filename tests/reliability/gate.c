/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gate [OPTION…] -- PROGRAM [ARGUMENT…]: see gate.h and README.md.
 *
 * Exits as the program does; 128 + N when signal N ended it; 125 when the gate itself has a
 * problem. */
#include "gate.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
  char *below, *record, *kinds, *error, *lift, *mark, *lie_sync;
  int fail_at, short_at, lie_at, kill_at, kill_before;
  gboolean for_good, at_exit;
  char **program;
} Options;

static Options options;
static GateLog *record;
static GHashTable *pending; /* thread -> Call between its entry and its exit */
static int countable;       /* bits of the kinds that are counted as operations */
static int operations;      /* such calls so far */
static int marks;           /* how often the mark has been said */
static int calls;           /* calls of any kind while it has been said once */
static int fault;           /* errno */
static pid_t program;
static volatile sig_atomic_t forwarded;

static void
give_up (const char *what)
{
  perror (what);
  exit (125);
}

/* --- The registers of a thread that stands at a call ------------------------------------------ */

static struct user_regs_struct
registers (pid_t thread)
{
  struct user_regs_struct regs = {0};

  if (ptrace (PTRACE_GETREGS, thread, NULL, &regs) != 0 && errno != ESRCH)
    give_up ("gate: registers");
  return regs;
}

static void
set_registers (pid_t thread, struct user_regs_struct *regs)
{
  if (ptrace (PTRACE_SETREGS, thread, NULL, regs) != 0 && errno != ESRCH)
    give_up ("gate: registers");
}

/* The kernel gets a call that it does not know; what the program is told comes at the exit. */
static void
skip (pid_t thread, Call *call, int64_t pretends)
{
  struct user_regs_struct regs = registers (thread);

  regs.orig_rax = (unsigned long long) -1;
  set_registers (thread, &regs);
  call->skipped = true;
  call->pretends = pretends;
}

static void
tell (pid_t thread, int64_t result)
{
  struct user_regs_struct regs = registers (thread);

  regs.rax = (unsigned long long) result;
  set_registers (thread, &regs);
}

static void
shorten (pid_t thread, Call *call)
{
  struct user_regs_struct regs = registers (thread);

  call->args[2] /= 2;
  regs.rdx = call->args[2];
  set_registers (thread, &regs);
}

/* --- What is done to calls -------------------------------------------------------------------- */

static void
say_done (const char *what, const Call *call)
{
  gate_log_line (record, "%s\t%" PRIu64 "\t%s\t%s\t%d\t0", what, call->inode, call->path,
                 call_kind_name (call->kind), operations);
}

/* A call that the fault meets now. */
static bool
is_met (void)
{
  if (options.fail_at == 0 || operations < options.fail_at)
    return false;
  if (options.for_good)
    return options.lift == NULL || access (options.lift, F_OK) != 0;
  return operations == options.fail_at;
}

static bool
lies_about (CallKind kind)
{
  return (kind == CALL_SYNC && g_strcmp0 (options.lie_sync, "file") == 0) ||
         (kind == CALL_FOLDER_SYNC && g_strcmp0 (options.lie_sync, "folder") == 0);
}

static void
kill_program (const char *when, const Call *call)
{
  gate_log_line (record, "killed\t0\t%s\t%s\t%" PRIu64 "\t%d", when, call_kind_name (call->kind),
                 call->number, calls);
  kill (program, SIGKILL);
}

static void
bend (pid_t thread, Call *call)
{
  if (lies_about (call->kind)) {
    skip (thread, call, 0);
    say_done ("lie", call);
    return;
  }
  if ((countable & 1 << call->kind) == 0)
    return;
  operations++;
  if (operations == options.kill_before) {
    kill_program ("operation", call);
  } else if (is_met ()) {
    skip (thread, call, -fault);
    say_done (call->kind == CALL_SYNC ? "lost" : "fault", call);
  } else if (operations == options.lie_at) {
    skip (thread, call, call->kind == CALL_WRITE ? (int64_t) call->args[2] : 0);
    say_done ("lie", call);
  } else if (operations == options.short_at && call->kind == CALL_WRITE && call->args[2] > 1) {
    shorten (thread, call);
    say_done ("short", call);
  }
}

/* The mark said once: an epoch begins; twice: it has ended. */
static void
hear (pid_t thread, const Call *call)
{
  g_autofree char *text = g_malloc0 ((gsize) call->result + 1);

  if (options.mark != NULL && call_memory (thread, call->args[1], text, (size_t) call->result) &&
      strstr (text, options.mark) != NULL)
    marks++;
}

static void
at_entry (pid_t thread, const struct __ptrace_syscall_info *info)
{
  Call *call = g_new0 (Call, 1);

  call->number = info->entry.nr;
  for (int i = 0; i < 6; i++)
    call->args[i] = info->entry.args[i];
  call_read (call, thread, options.below);
  if (marks == 1)
    call->order = ++calls;
  if (call->order > 0 && call->order == options.kill_at && !options.at_exit)
    kill_program ("entry", call);
  bend (thread, call);
  g_hash_table_insert (pending, GINT_TO_POINTER (thread), call);
}

static void
at_exit (pid_t thread, const struct __ptrace_syscall_info *info)
{
  Call *call = g_hash_table_lookup (pending, GINT_TO_POINTER (thread));

  if (call == NULL)
    return;
  call->result = info->exit.rval;
  if (call->skipped) {
    tell (thread, call->pretends);
  } else if (call->kind != CALL_OTHER && call->result >= 0) {
    call_made (call);
    gate_log_call (record, call, thread);
    if (call->kind == CALL_SAY)
      hear (thread, call);
  }
  if (call->order > 0 && call->order == options.kill_at && options.at_exit)
    kill_program ("exit", call);
  g_hash_table_remove (pending, GINT_TO_POINTER (thread));
}

static void
at_call (pid_t thread)
{
  struct __ptrace_syscall_info info;

  if (ptrace (PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) <= 0)
    return; /* it has been killed meanwhile */
  if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
    at_entry (thread, &info);
  else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
    at_exit (thread, &info);
}

/* --- The loop --------------------------------------------------------------------------------- */

static void
forward_cb (int number)
{
  forwarded = number;
}

static bool
is_stopping (int number)
{
  return number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

static void
let_go_on (pid_t thread, int status)
{
  int number = WSTOPSIG (status), event = status >> 16;

  if (number == (SIGTRAP | 0x80)) {
    at_call (thread);
    ptrace (PTRACE_SYSCALL, thread, NULL, 0);
  } else if (event == PTRACE_EVENT_STOP && is_stopping (number)) {
    ptrace (PTRACE_LISTEN, thread, NULL, 0);
  } else {
    ptrace (PTRACE_SYSCALL, thread, NULL, event != 0 ? 0 : (long) number);
  }
}

/* Until the program has ended. Its exit status. */
static int
watch (void)
{
  for (;;) {
    int status;
    pid_t thread = waitpid (-1, &status, __WALL);

    if (forwarded != 0) {
      kill (program, forwarded);
      forwarded = 0;
    }
    if (thread < 0 && errno == EINTR)
      continue;
    if (thread < 0)
      give_up ("gate: waitpid");
    if (WIFSTOPPED (status)) {
      let_go_on (thread, status);
      continue;
    }
    g_hash_table_remove (pending, GINT_TO_POINTER (thread));
    if (thread == program)
      return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
  }
}

/* The child waits until it is held, so that nothing of the program is missed. */
static void
begin (void)
{
  int wires[2], status;
  char byte = 0;

  if (pipe (wires) != 0)
    give_up ("gate: pipe");
  program = fork ();
  if (program < 0)
    give_up ("gate: fork");
  if (program == 0) {
    close (wires[1]);
    if (read (wires[0], &byte, 1) != 1)
      _exit (125);
    close (wires[0]);
    execvp (options.program[0], options.program);
    perror (options.program[0]);
    _exit (125);
  }
  close (wires[0]);
  if (ptrace (PTRACE_SEIZE, program, NULL,
              PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                  PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL) != 0)
    give_up ("gate: ptrace");
  if (ptrace (PTRACE_INTERRUPT, program, NULL, 0) != 0 || waitpid (program, &status, __WALL) < 0 ||
      ptrace (PTRACE_SYSCALL, program, NULL, 0) != 0 || write (wires[1], &byte, 1) != 1)
    give_up ("gate: ptrace");
  close (wires[1]);
}

static int
errno_named (const char *name)
{
  static const struct {
    const char *name;
    int number;
  } known[] = {{"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT}, {"EIO", EIO}};

  for (size_t i = 0; name != NULL && i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i].name, name))
      return known[i].number;
  return 0;
}

static void
read_options (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("-- PROGRAM [ARGUMENT…]");
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
      {"below", 0, 0, G_OPTION_ARG_FILENAME, &options.below, "Files below FOLDER matter", "FOLDER"},
      {"record", 0, 0, G_OPTION_ARG_FILENAME, &options.record, "Where the record goes", "FILE"},
      {"count", 0, 0, G_OPTION_ARG_STRING, &options.kinds, "What is an operation", "KIND,…"},
      {"fail", 0, 0, G_OPTION_ARG_INT, &options.fail_at, "Operation N fails", "N"},
      {"errno", 0, 0, G_OPTION_ARG_STRING, &options.error, "ENOSPC, EDQUOT, EIO", "NAME"},
      {"for-good", 0, 0, G_OPTION_ARG_NONE, &options.for_good, "and all after it", NULL},
      {"lift", 0, 0, G_OPTION_ARG_FILENAME, &options.lift, "until there is FILE", "FILE"},
      {"short", 0, 0, G_OPTION_ARG_INT, &options.short_at, "Operation N writes a half", "N"},
      {"lie", 0, 0, G_OPTION_ARG_INT, &options.lie_at, "Operation N only seems to work", "N"},
      {"lie-sync", 0, 0, G_OPTION_ARG_STRING, &options.lie_sync, "No fsync works", "file|folder"},
      {"mark", 0, 0, G_OPTION_ARG_STRING, &options.mark, "Said between epochs", "TEXT"},
      {"kill", 0, 0, G_OPTION_ARG_INT, &options.kill_at, "Kill at call N after the mark", "N"},
      {"kill-before", 0, 0, G_OPTION_ARG_INT, &options.kill_before, "Kill before operation N", "N"},
      {"at-exit", 0, 0, G_OPTION_ARG_NONE, &options.at_exit, "after the call, not before", NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.program, NULL, NULL},
      {NULL},
  };

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_strict_posix (context, TRUE);
  if (!g_option_context_parse (context, &argc, &argv, &error) || options.below == NULL ||
      options.record == NULL || options.program == NULL) {
    g_printerr ("gate: %s\n",
                error != NULL ? error->message : "--below, --record and PROGRAM needed");
    exit (125);
  }
  countable = call_kinds_parse (options.kinds != NULL ? options.kinds : "write");
  fault = errno_named (options.error);
  if (countable < 0 || (options.fail_at > 0 && fault == 0)) {
    g_printerr ("gate: a name is not known\n");
    exit (125);
  }
}

static void
free_call (gpointer call)
{
  call_clear (call);
  g_free (call);
}

int
main (int argc, char **argv)
{
  struct sigaction forward = {.sa_handler = forward_cb};
  int status;

  read_options (argc, argv);
  record = gate_log_open (options.record);
  pending = g_hash_table_new_full (NULL, NULL, NULL, free_call);
  begin ();
  sigaction (SIGTERM, &forward, NULL);
  sigaction (SIGINT, &forward, NULL);
  status = watch ();
  gate_log_line (record, "end\t0\t-\t-\t%d\t%d", operations, calls);
  gate_log_close (record);
  g_hash_table_unref (pending);
  return status;
}
