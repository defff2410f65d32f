/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ways out of a helper, and ways to wear the machine down. Each says itself how far it came. */
#include "confine-private.h"
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEP_BYTES ((size_t) 64 << 20)

const char *hostile_canary = "/";
int hostile_victim = 1;

static HostileEnd
end_of (long result)
{
  return result >= 0 ? HOSTILE_GOT_THROUGH : HOSTILE_REFUSED;
}

/* --- Programs and processes --- */

static HostileEnd
run_program (void)
{
  g_autofree char *command = g_strdup_printf ("echo x >> '%s'; exit 0", hostile_canary);
  char *const argv[] = {(char *) "sh", (char *) "-c", command, NULL};

  return end_of (execv ("/bin/sh", argv));
}

static HostileEnd
run_program_at (void)
{
  char *const argv[] = {(char *) "true", NULL};

  return end_of (syscall (SYS_execveat, AT_FDCWD, "/bin/true", argv, NULL, 0));
}

static HostileEnd
after_fork (long pid)
{
  if (pid == 0)
    _exit (0);
  if (pid > 0)
    waitpid ((pid_t) pid, NULL, 0);
  return end_of (pid);
}

static HostileEnd
make_process (void)
{
  return after_fork (syscall (SYS_clone, SIGCHLD, 0, 0, 0, 0));
}

static HostileEnd
make_process_3 (void)
{
  uint64_t arguments[8] = {[4] = SIGCHLD};

  return after_fork (syscall (SYS_clone3, arguments, sizeof arguments));
}

static HostileEnd
signal_parent (void)
{
  return end_of (kill (hostile_victim, 0));
}

static HostileEnd
signal_thread_of_parent (void)
{
  return end_of (syscall (SYS_tgkill, hostile_victim, hostile_victim, 0));
}

static HostileEnd
trace_parent (void)
{
  return end_of (ptrace (PTRACE_SEIZE, hostile_victim, NULL, NULL));
}

static HostileEnd
read_parent (void)
{
  char byte;
  struct iovec here = {&byte, 1}, there = {(void *) (uintptr_t) 4096, 1};

  process_vm_readv (hostile_victim, &here, 1, &there, 1, 0);
  return errno == EFAULT ? HOSTILE_GOT_THROUGH : HOSTILE_REFUSED;
}

static HostileEnd
limit_parent (void)
{
  struct rlimit now;

  return end_of (prlimit (hostile_victim, RLIMIT_CPU, NULL, &now));
}

static HostileEnd
move_parent (void)
{
  cpu_set_t set;

  CPU_ZERO (&set);
  CPU_SET (0, &set);
  return end_of (sched_getaffinity (hostile_victim, sizeof set, &set) < 0
                     ? -1
                     : sched_setaffinity (hostile_victim, sizeof set, &set));
}

/* --- The network, the kernel --- */

static HostileEnd
open_socket (void)
{
  return end_of (socket (AF_INET, SOCK_STREAM, 0));
}

static HostileEnd
open_socket_pair (void)
{
  int fds[2];

  return end_of (socketpair (AF_UNIX, SOCK_STREAM, 0, fds));
}

static HostileEnd
use_ring (void)
{
  uint8_t params[256] = {0};

  return end_of (syscall (SYS_io_uring_setup, 4, params));
}

static HostileEnd
load_bpf (void)
{
  char attributes[128] = {0};

  return end_of (syscall (SYS_bpf, 0, attributes, sizeof attributes));
}

static HostileEnd
new_namespace (void)
{
  return end_of (unshare (CLONE_NEWUSER));
}

static HostileEnd
make_pipe (void)
{
  int fds[2];

  return pipe (fds) == 0 ? HOSTILE_GOT_THROUGH : HOSTILE_REFUSED;
}

#if defined(__x86_64__)
/* The same kernel by its old door, where numbers mean other calls: 20 is getpid there. */
static HostileEnd
old_door (void)
{
  long result;

  __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory");
  return end_of (result);
}

static HostileEnd
other_numbers (void)
{
  return end_of (syscall (0x40000000 | SYS_getpid));
}
#endif

/* --- Files --- */

static HostileEnd
write_file (void)
{
  return end_of (open (hostile_canary, O_WRONLY | O_APPEND));
}

static HostileEnd
make_file (void)
{
  g_autofree char *path = g_strconcat (hostile_canary, ".new", NULL);

  return end_of (open (path, O_RDONLY | O_CREAT, 0600));
}

static HostileEnd
make_nameless_file (void)
{
  g_autofree char *folder = g_path_get_dirname (hostile_canary);

  return end_of (open (folder, O_TMPFILE | O_RDWR, 0600));
}

static HostileEnd
delete_file (void)
{
  return end_of (unlink (hostile_canary));
}

static HostileEnd
rename_file (void)
{
  g_autofree char *path = g_strconcat (hostile_canary, ".moved", NULL);

  return end_of (rename (hostile_canary, path));
}

static HostileEnd
shorten_file (void)
{
  return end_of (truncate (hostile_canary, 0));
}

static HostileEnd
change_mode (void)
{
  return end_of (chmod (hostile_canary, 0777));
}

static HostileEnd
link_file (void)
{
  g_autofree char *path = g_strconcat (hostile_canary, ".link", NULL);

  return end_of (symlink ("/", path));
}

static HostileEnd
read_other (void)
{
  return end_of (open ("/etc/passwd", O_RDONLY));
}

static HostileEnd
own_memory_as_file (void)
{
  return end_of (open ("/proc/self/mem", O_RDWR));
}

/* Descriptors that it ought not to have: whoever started it had a file open at 200. */
static HostileEnd
find_descriptors (void)
{
  for (int fd = THAW_FD_MORE; fd < 1024; fd++)
    if (fcntl (fd, F_GETFD) >= 0)
      return HOSTILE_GOT_THROUGH;
  return HOSTILE_REFUSED;
}

/* --- Memory --- */

static HostileEnd
execute_memory (void)
{
  void *page =
      mmap (NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  return page != MAP_FAILED ? HOSTILE_GOT_THROUGH : HOSTILE_REFUSED;
}

static HostileEnd
make_memory_executable (void)
{
  void *page = mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  return end_of (mprotect (page, 4096, PROT_READ | PROT_EXEC));
}

static HostileEnd
memory_file (void)
{
  return end_of (memfd_create ("x", 0));
}

/* As much as a helper of this kind may have, and 4 GB more: nothing it gets is given back. */
static HostileEnd
take_memory (int flags)
{
  for (int i = 0; i < 80; i++) {
    uint8_t *step = mmap (NULL, STEP_BYTES, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    if (step == MAP_FAILED)
      return HOSTILE_REFUSED;
    step[0] = 1; /* it counts when it is promised */
  }
  return HOSTILE_GOT_THROUGH;
}

static HostileEnd
private_memory (void)
{
  return take_memory (MAP_PRIVATE);
}

static HostileEnd
shared_memory (void)
{
  return take_memory (MAP_SHARED);
}

static HostileEnd
stack_memory (void)
{
  return take_memory (MAP_PRIVATE | MAP_GROWSDOWN | MAP_STACK);
}

/* GLib ends a program that gets none. */
static HostileEnd
heap_memory (void)
{
  for (int i = 0; i < 80; i++)
    *(char *) g_malloc (STEP_BYTES) = 1;
  return HOSTILE_GOT_THROUGH;
}

static HostileEnd
endless_answer (void)
{
  static char bytes[65536];

  for (off_t at = 0; at < (off_t) 1 << 40; at += (off_t) 1 << 28)
    if (pwrite (THAW_FD_ANSWER, bytes, sizeof bytes, at) < 0)
      return HOSTILE_REFUSED;
  return HOSTILE_GOT_THROUGH;
}

/* --- Time, and sudden ends --- */

static HostileEnd
endless_loop (void)
{
  for (volatile uint64_t i = 0;; i++)
    if (i == UINT64_MAX)
      return HOSTILE_GOT_THROUGH;
}

static void *
loop_thread (void *data)
{
  endless_loop ();
  return NULL;
}

static HostileEnd
loop_in_threads (void)
{
  pthread_t threads[3];

  for (int i = 0; i < 3; i++)
    if (pthread_create (&threads[i], NULL, loop_thread, NULL) != 0)
      return HOSTILE_GOT_THROUGH; /* threads are allowed */
  pthread_join (threads[0], NULL);
  return HOSTILE_GOT_THROUGH;
}

static HostileEnd
sleep_for_ever (void)
{
  while (sleep (3600) == 0)
    ;
  return HOSTILE_GOT_THROUGH;
}

static HostileEnd
crash (void)
{
  void *page = mmap (NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  *(volatile char *) page = 1;
  return HOSTILE_GOT_THROUGH;
}

static HostileEnd
give_up (void)
{
  abort ();
}

static HostileEnd
say_nothing (void)
{
  return HOSTILE_SILENT;
}

/* Lets go of what its end is noticed by, and goes on. */
static HostileEnd
play_dead (void)
{
  for (int fd = 0; fd < 16; fd++)
    close (fd);
  return endless_loop ();
}

const HostileAttack hostile_attacks[] = {
    {"run-program", run_program},
    {"run-program-at", run_program_at},
    {"make-process", make_process},
    {"make-process-3", make_process_3},
    {"signal-parent", signal_parent},
    {"signal-thread-of-parent", signal_thread_of_parent},
    {"trace-parent", trace_parent, TRUE},
    {"read-parent", read_parent, TRUE},
    {"limit-parent", limit_parent},
    {"move-parent", move_parent},
    {"open-socket", open_socket},
    {"open-socket-pair", open_socket_pair},
    {"use-ring", use_ring, TRUE},
    {"load-bpf", load_bpf, TRUE},
    {"new-namespace", new_namespace, TRUE},
    {"make-pipe", make_pipe},
#if defined(__x86_64__)
    {"old-door", old_door, TRUE},
    {"other-numbers", other_numbers, TRUE},
#endif
    {"write-file", write_file},
    {"make-file", make_file},
    {"make-nameless-file", make_nameless_file, TRUE},
    {"shorten-file", shorten_file},
    {"change-mode", change_mode},
    {"link-file", link_file},
    {"rename-file", rename_file},
    {"delete-file", delete_file},
    {"read-other", read_other},
    {"own-memory-as-file", own_memory_as_file},
    {"find-descriptors", find_descriptors},
    {"execute-memory", execute_memory},
    {"make-memory-executable", make_memory_executable},
    {"memory-file", memory_file},
    {"private-memory", private_memory},
    {"shared-memory", shared_memory},
    {"stack-memory", stack_memory},
    {"heap-memory", heap_memory},
    {"endless-answer", endless_answer, TRUE},
    {"endless-loop", endless_loop, TRUE, TRUE},
    {"loop-in-threads", loop_in_threads, TRUE, TRUE},
    {"sleep-for-ever", sleep_for_ever, TRUE, TRUE},
    {"crash", crash, TRUE},
    {"give-up", give_up, TRUE},
    {"say-nothing", say_nothing, TRUE},
    {"play-dead", play_dead, TRUE, TRUE},
    {NULL},
};
