/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preloaded into the window: notes each call of its main thread that may wait for a disk, a lock or
 * somebody else's answer, and where it came from, in the file THAW_MAIN_LOG. Whoever it starts is
 * left alone. Sockets of this machine (the display, the buses) are what a toolkit lives by. */
#undef _FILE_OFFSET_BITS /* fcntl and fcntl64 are two names here */

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DEEP 16

static void
note (const char *call)
{
  const char *path = getenv ("THAW_MAIN_LOG");
  void *stack[DEEP];
  int fd, n;

  if (path == NULL || syscall (SYS_gettid) != getpid ())
    return;
  fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0)
    return;
  dprintf (fd, "%s\n", call);
  n = backtrace (stack, DEEP);
  backtrace_symbols_fd (stack + 2, n > 2 ? n - 2 : 0, fd);
  close (fd);
}

/* Only the program it was preloaded into: what that starts does as it likes. */
__attribute__ ((constructor)) static void
begin (void)
{
  const char *path = getenv ("THAW_MAIN_LOG"), *program = getenv ("THAW_MAIN_PROGRAM");
  void *warm[1];

  if (path == NULL || program == NULL || strcmp (program_invocation_short_name, program) != 0)
    unsetenv ("THAW_MAIN_LOG");
  unsetenv ("LD_PRELOAD");
  backtrace (warm, 1); /* loads what it needs now */
}

#define REAL(name)                                                                                 \
  if (real == NULL)                                                                                \
  *(void **) &real = dlsym (RTLD_NEXT, name)

int
fsync (int fd)
{
  static int (*real) (int);

  REAL ("fsync");
  note ("fsync");
  return real (fd);
}

int
fdatasync (int fd)
{
  static int (*real) (int);

  REAL ("fdatasync");
  note ("fdatasync");
  return real (fd);
}

int
flock (int fd, int how)
{
  static int (*real) (int, int);

  REAL ("flock");
  if ((how & LOCK_UN) == 0)
    note ("flock");
  return real (fd, how);
}

int
connect (int fd, const struct sockaddr *address, socklen_t length)
{
  static int (*real) (int, const struct sockaddr *, socklen_t);

  REAL ("connect");
  if (address->sa_family != AF_UNIX)
    note ("connect");
  return real (fd, address, length);
}

static int
control (int (*real) (int, int, ...), int fd, int what, void *argument)
{
  if (what == F_SETLK || what == F_SETLKW || what == F_OFD_SETLK || what == F_OFD_SETLKW)
    note ("lock");
  return real (fd, what, argument);
}

int
fcntl (int fd, int what, ...)
{
  static int (*real) (int, int, ...);
  va_list list;
  void *argument;

  va_start (list, what);
  argument = va_arg (list, void *);
  va_end (list);
  REAL ("fcntl");
  return control (real, fd, what, argument);
}

int
fcntl64 (int fd, int what, ...)
{
  static int (*real) (int, int, ...);
  va_list list;
  void *argument;

  va_start (list, what);
  argument = va_arg (list, void *);
  va_end (list);
  REAL ("fcntl64");
  return control (real, fd, what, argument);
}
