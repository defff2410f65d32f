/* SPDX-License-Identifier: GPL-3.0-or-later */
/* System calls as what they do to files below a folder. */
#include "gate.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *const kind_names[N_CALL_KINDS] = {
    "other",  "open",   "read", "create", "write", "sync", "folder-sync", "truncate",
    "rename", "unlink", "link", "mkdir",  "rmdir", "say",  "unknown"};

const char *
call_kind_name (CallKind kind)
{
  return kind_names[kind];
}

int
call_kinds_parse (const char *names)
{
  g_auto (GStrv) parts = g_strsplit (names, ",", -1);
  int bits = 0;

  for (int i = 0; parts[i] != NULL; i++) {
    int kind = 0;
    while (kind < N_CALL_KINDS && !g_str_equal (kind_names[kind], parts[i]))
      kind++;
    if (kind == N_CALL_KINDS)
      return -1;
    bits |= 1 << kind;
  }
  return bits;
}

bool
call_memory (pid_t thread, uint64_t address, void *bytes, size_t length)
{
  struct iovec here = {bytes, length}, there = {(void *) (uintptr_t) address, length};

  return process_vm_readv (thread, &here, 1, &there, 1, 0) == (ssize_t) length;
}

/* A string of the program's, page by page: the one behind it may not be mapped. (transfer full) */
static char *
read_text (pid_t thread, uint64_t address)
{
  GString *text = g_string_new (NULL);

  while (text->len < PATH_MAX) {
    char bytes[256];
    size_t n = MIN (sizeof bytes, 4096 - address % 4096);
    if (!call_memory (thread, address, bytes, n))
      break;
    if (memchr (bytes, '\0', n) != NULL) {
      g_string_append (text, bytes);
      break;
    }
    g_string_append_len (text, bytes, (gssize) n);
    address += n;
  }
  return g_string_free (text, FALSE);
}

/* Where a link below /proc leads, NULL when it is no file. (transfer full) */
static char *
link_of (pid_t thread, const char *name)
{
  g_autofree char *link = g_strdup_printf ("/proc/%d/%s", (int) thread, name);
  char target[PATH_MAX];
  ssize_t n = readlink (link, target, sizeof target - 1);

  if (n < 0 || target[0] != '/')
    return NULL;
  target[n] = '\0';
  return g_strdup (target);
}

static char *
path_of_fd (pid_t thread, uint64_t fd)
{
  g_autofree char *name = g_strdup_printf ("fd/%d", (int) fd);

  return link_of (thread, name);
}

/* The path that an "at" call means. (transfer full) */
static char *
path_at (pid_t thread, uint64_t folder, uint64_t address)
{
  g_autofree char *name = read_text (thread, address), *base = NULL;

  if (g_path_is_absolute (name))
    return g_canonicalize_filename (name, "/");
  base = (int) folder == AT_FDCWD ? link_of (thread, "cwd") : path_of_fd (thread, folder);
  return g_canonicalize_filename (name, base != NULL ? base : "/");
}

static bool
is_below (const char *path, const char *below)
{
  size_t n = strlen (below);

  return path != NULL && strncmp (path, below, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

static uint64_t
inode_of_fd (pid_t thread, uint64_t fd)
{
  g_autofree char *link = g_strdup_printf ("/proc/%d/fd/%d", (int) thread, (int) fd);
  struct stat st;

  return stat (link, &st) == 0 ? st.st_ino : 0;
}

static bool
fd_is_folder (pid_t thread, uint64_t fd)
{
  g_autofree char *link = g_strdup_printf ("/proc/%d/fd/%d", (int) thread, (int) fd);
  struct stat st;

  return stat (link, &st) == 0 && S_ISDIR (st.st_mode);
}

static void
on_fd (Call *call, pid_t thread, CallKind kind)
{
  call->path = path_of_fd (thread, call->args[0]);
  call->inode = inode_of_fd (thread, call->args[0]);
  call->kind = kind;
}

static void
on_path (Call *call, pid_t thread, CallKind kind, uint64_t folder, uint64_t address)
{
  struct stat st;

  call->path = path_at (thread, folder, address);
  call->inode = lstat (call->path, &st) == 0 ? st.st_ino : 0;
  call->kind = kind;
}

static void
on_open (Call *call, pid_t thread, uint64_t folder, uint64_t address, uint64_t flags)
{
  on_path (call, thread, CALL_OPEN, folder, address);
  if (call->inode == 0 && (flags & O_CREAT) != 0)
    call->kind = CALL_CREATE;
  call->empties = call->inode != 0 && (flags & O_TRUNC) != 0;
}

static void
on_two (Call *call,
        pid_t thread,
        CallKind kind,
        uint64_t folder,
        uint64_t address,
        uint64_t to_folder,
        uint64_t to_address)
{
  on_path (call, thread, kind, folder, address);
  call->to = path_at (thread, to_folder, to_address);
}

/* SQLite's shared memory is the one map that is written to. */
static void
on_map (Call *call, pid_t thread)
{
  bool writes = (call->args[2] & PROT_WRITE) != 0 && (call->args[3] & MAP_SHARED) != 0 &&
                (call->args[3] & MAP_ANONYMOUS) == 0;

  if (!writes)
    return;
  call->path = path_of_fd (thread, call->args[4]);
  if (call->path != NULL && !g_str_has_suffix (call->path, "-shm"))
    call->kind = CALL_UNKNOWN;
}

/* Calls of older programs, which newer architectures do not have. */
static void
read_old (Call *call, pid_t thread)
{
  const uint64_t *a = call->args, here = (uint64_t) AT_FDCWD;

  switch (call->number) {
#ifdef SYS_open
  case SYS_open:
    on_open (call, thread, here, a[0], a[1]);
    break;
  case SYS_creat:
    on_open (call, thread, here, a[0], O_CREAT | O_TRUNC);
    break;
  case SYS_rename:
    on_two (call, thread, CALL_RENAME, here, a[0], here, a[1]);
    break;
  case SYS_unlink:
    on_path (call, thread, CALL_UNLINK, here, a[0]);
    break;
  case SYS_link:
    on_two (call, thread, CALL_LINK, here, a[0], here, a[1]);
    break;
  case SYS_mkdir:
    on_path (call, thread, CALL_MKDIR, here, a[0]);
    break;
  case SYS_rmdir:
    on_path (call, thread, CALL_RMDIR, here, a[0]);
    break;
  case SYS_symlink:
    on_path (call, thread, CALL_UNKNOWN, here, a[1]);
    break;
#endif
  default:
    break;
  }
}

static void
read_call (Call *call, pid_t thread)
{
  const uint64_t *a = call->args, here = (uint64_t) AT_FDCWD;

  switch (call->number) {
  case SYS_openat:
    on_open (call, thread, a[0], a[1], a[2]);
    break;
  case SYS_read:
  case SYS_pread64:
    on_fd (call, thread, CALL_READ);
    break;
  case SYS_write:
    on_fd (call, thread, a[0] == STDOUT_FILENO || a[0] == STDERR_FILENO ? CALL_SAY : CALL_WRITE);
    break;
  case SYS_pwrite64:
    on_fd (call, thread, CALL_WRITE);
    break;
  case SYS_fsync:
  case SYS_fdatasync:
    on_fd (call, thread, fd_is_folder (thread, a[0]) ? CALL_FOLDER_SYNC : CALL_SYNC);
    break;
  case SYS_ftruncate:
    on_fd (call, thread, CALL_TRUNCATE);
    break;
  case SYS_renameat:
  case SYS_renameat2:
    on_two (call, thread, CALL_RENAME, a[0], a[1], a[2], a[3]);
    break;
  case SYS_unlinkat:
    on_path (call, thread, (a[2] & AT_REMOVEDIR) != 0 ? CALL_RMDIR : CALL_UNLINK, a[0], a[1]);
    break;
  case SYS_linkat:
    on_two (call, thread, CALL_LINK, a[0], a[1], a[2], a[3]);
    break;
  case SYS_mkdirat:
    on_path (call, thread, CALL_MKDIR, a[0], a[1]);
    break;
  case SYS_mmap:
    on_map (call, thread);
    break;
  case SYS_symlinkat:
    on_path (call, thread, CALL_UNKNOWN, a[1], a[2]);
    break;
  case SYS_truncate:
    on_path (call, thread, CALL_UNKNOWN, here, a[0]);
    break;
  case SYS_openat2:
    on_path (call, thread, CALL_UNKNOWN, a[0], a[1]);
    break;
  case SYS_writev:
  case SYS_pwritev:
  case SYS_pwritev2:
  case SYS_fallocate:
  case SYS_sendfile: /* the first of its two is the one written to, as in copy_file_range the third
                      */
    on_fd (call, thread, CALL_UNKNOWN);
    break;
  case SYS_copy_file_range:
  case SYS_splice:
    call->path = path_of_fd (thread, a[2]);
    call->kind = CALL_UNKNOWN;
    break;
  default:
    read_old (call, thread);
    break;
  }
}

void
call_read (Call *call, pid_t thread, const char *below)
{
  call->kind = CALL_OTHER;
  read_call (call, thread);
  if (call->kind == CALL_SAY || call->kind == CALL_OTHER)
    return;
  if (!is_below (call->path, below) && !is_below (call->to, below))
    call->kind = CALL_OTHER;
}

void
call_made (Call *call)
{
  struct stat st;

  if ((call->kind == CALL_CREATE || call->kind == CALL_MKDIR) && call->result >= 0)
    call->inode = lstat (call->path, &st) == 0 ? st.st_ino : 0;
}

void
call_clear (Call *call)
{
  g_clear_pointer (&call->path, g_free);
  g_clear_pointer (&call->to, g_free);
  *call = (Call){0};
}
