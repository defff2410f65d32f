/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The system calls that a helper keeps: what malloc, threads of its own and reading need. All
 * others end it at once (SIGSYS). A few that libraries try and can do without fail instead.
 *
 * Conditions look at the lower 32 bits of an argument, where each of these has its meaning.
 * Source: seccomp(2), "Kernel documentation: Seccomp BPF". */
#include "confine-private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#define X32_BIT 0x40000000u
#define MOST_CHECKS 2

/* (args[arg] & mask) == value */
typedef struct {
  uint32_t arg, mask, value;
} Check;

/* Allowed when all its checks hold; else it fails with `otherwise`, or ends the process for 0. */
typedef struct {
  uint32_t number;
  uint32_t otherwise;
  Check checks[MOST_CHECKS]; /* mask 0: none */
} Rule;

static const uint32_t always[] = {
    SYS_read,
    SYS_pread64,
    SYS_readv,
    SYS_write,
    SYS_pwrite64,
    SYS_writev,
    SYS_lseek,
    SYS_close,
    SYS_dup,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_faccessat,
    SYS_faccessat2,
    SYS_readlinkat,
    SYS_getcwd,
    SYS_getdents64,
    SYS_fadvise64,
    SYS_brk,
    SYS_munmap,
    SYS_mremap,
    SYS_madvise,
    SYS_futex,
    SYS_set_robust_list,
    SYS_rseq,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_getpid,
    SYS_gettid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_uname,
    SYS_sysinfo,
    SYS_getrandom,
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_gettimeofday,
    SYS_nanosleep,
    SYS_clock_nanosleep,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_restart_syscall,
    SYS_exit,
    SYS_exit_group,
#ifdef SYS_stat /* not on newer architectures */
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_getdents,
    SYS_time,
#endif
};

/* What libraries try and can do without. */
static const struct {
  uint32_t number, number_of_error;
} refused[] = {
    {SYS_clone3, ENOSYS}, /* its flags lie in memory, where no filter looks: clone is tried next */
    {SYS_ioctl, ENOTTY},  /* is this a terminal? */
    {SYS_prlimit64, EPERM},
    {SYS_getpeername, ENOTSOCK}, /* GLib, before it says why it ends: is this the journal? */
    {SYS_getsockname, ENOTSOCK},
};

#define WRITES (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY))

/* Reading alone. */
static const Rule open_rule = {SYS_openat, 0, {{2, WRITES, O_RDONLY}}};
/* Nothing is opened; translations and the like then are missing, which hurts nobody. */
static const Rule no_open_rule = {SYS_openat, EACCES, {{2, 1, 2}}};

static const Rule rules[] = {
    /* memory of one's own that counts as such and cannot be executed */
    {SYS_mmap,
     EACCES,
     {{2, PROT_EXEC, 0}, {3, MAP_SHARED | MAP_PRIVATE | MAP_GROWSDOWN, MAP_PRIVATE}}},
    {SYS_mprotect, EACCES, {{2, PROT_EXEC, 0}}},
    /* a thread, never a process */
    {SYS_clone, EPERM, {{0, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM}}},
    {SYS_prctl, EPERM, {{0, UINT32_MAX, PR_SET_NAME}}},
    /* F_DUPFD, F_GETFD, F_SETFD, F_GETFL */
    {SYS_fcntl, EPERM, {{1, ~3u, 0}}},
};

typedef struct {
  struct sock_filter code[512];
  unsigned int n;
} Program;

static void
emit (Program *program, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
  g_assert (program->n < G_N_ELEMENTS (program->code));
  program->code[program->n++] = (struct sock_filter){code, jt, jf, k};
}

static void
load (Program *program, size_t offset)
{
  emit (program, BPF_LD | BPF_W | BPF_ABS, (uint32_t) offset, 0, 0);
}

static uint32_t
action (uint32_t number_of_error)
{
  return number_of_error == 0 ? SECCOMP_RET_KILL_PROCESS
                              : SECCOMP_RET_ERRNO | (number_of_error & SECCOMP_RET_DATA);
}

static size_t
argument (uint32_t arg)
{
  size_t low = G_BYTE_ORDER == G_LITTLE_ENDIAN ? 0 : sizeof (uint32_t);

  return offsetof (struct seccomp_data, args) + arg * sizeof (uint64_t) + low;
}

/* The number is loaded when a rule begins, and again where it does not apply: it jumps over the
 * rest of itself. */
static void
add_rule (Program *program, const Rule *rule)
{
  unsigned int jump = program->n;

  emit (program, BPF_JMP | BPF_JEQ | BPF_K, rule->number, 0, 0);
  for (int i = 0; i < MOST_CHECKS && rule->checks[i].mask != 0; i++) {
    load (program, argument (rule->checks[i].arg));
    emit (program, BPF_ALU | BPF_AND | BPF_K, rule->checks[i].mask, 0, 0);
    emit (program, BPF_JMP | BPF_JEQ | BPF_K, rule->checks[i].value, 1, 0);
    emit (program, BPF_RET | BPF_K, action (rule->otherwise), 0, 0);
  }
  emit (program, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
  program->code[jump].jf = (uint8_t) (program->n - jump - 1);
}

static void
add_return (Program *program, uint32_t number, uint32_t what)
{
  emit (program, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
  emit (program, BPF_RET | BPF_K, what, 0, 0);
}

static void
add_machine (Program *program, uint32_t arch)
{
  load (program, offsetof (struct seccomp_data, arch));
  emit (program, BPF_JMP | BPF_JEQ | BPF_K, arch, 1, 0);
  emit (program, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
  load (program, offsetof (struct seccomp_data, nr));
#if defined(__x86_64__)
  emit (program, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
  emit (program, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
#endif
}

#ifdef ARCH
static gboolean
install (bool opens)
{
  Program program = {.n = 0};
  struct sock_fprog filter = {.filter = program.code};
  const Rule itself = {SYS_tgkill, EPERM, {{0, UINT32_MAX, (uint32_t) getpid ()}}}; /* abort */

  add_machine (&program, ARCH);
  for (size_t i = 0; i < G_N_ELEMENTS (always); i++)
    add_return (&program, always[i], SECCOMP_RET_ALLOW);
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    add_return (&program, refused[i].number, action (refused[i].number_of_error));
  add_rule (&program, opens ? &open_rule : &no_open_rule);
  add_rule (&program, &itself);
  for (size_t i = 0; i < G_N_ELEMENTS (rules); i++)
    add_rule (&program, &rules[i]);
  emit (&program, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
  filter.len = (unsigned short) program.n;
  return prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}
#else
static gboolean
install (bool opens)
{
  errno = ENOSYS; /* no list of this processor's calls was made */
  return FALSE;
}
#endif

gboolean
thaw_confine_filter (bool opens)
{
  return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && install (opens);
}
