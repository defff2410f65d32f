/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Open file description locks. The lock is the file's first byte. Its second is the turn: whoever
 * wants the lock takes the turn first and gives it back with the lock in hand. Without it four busy
 * writers starve one of them: the one that lets go is also the first to ask again. */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>

enum { FIRST_PAUSE_US = 50, LONGEST_PAUSE_US = 1000 };

typedef enum { LOCK, TURN } LockByte;

static int
set (int fd, LockByte byte, short type)
{
  struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

  return fcntl (fd, F_OFD_SETLK, &range) == 0 ? 0 : errno;
}

/* Polls rather than blocks: a holder that was stopped must not hang us. */
static int
poll_for (int fd, LockByte byte, gint64 end_us)
{
  gulong pause_us = FIRST_PAUSE_US;

  for (;;) {
    int failed = set (fd, byte, F_WRLCK);

    if (failed != EAGAIN && failed != EACCES && failed != EINTR)
      return failed;
    if (g_get_monotonic_time () >= end_us)
      return EAGAIN;
    g_usleep (pause_us);
    pause_us = MIN (pause_us * 2, LONGEST_PAUSE_US);
  }
}

int
thaw_lock_take (int fd, int wait_ms)
{
  gint64 end_us = g_get_monotonic_time () + (gint64) wait_ms * 1000;
  int failed;

  if (wait_ms == 0)
    return poll_for (fd, LOCK, 0);
  failed = poll_for (fd, TURN, end_us);
  if (failed != 0)
    return failed;
  failed = poll_for (fd, LOCK, end_us);
  set (fd, TURN, F_UNLCK);
  return failed;
}

void
thaw_lock_drop (int fd)
{
  set (fd, LOCK, F_UNLCK);
}

bool
thaw_lock_is_held (int fd)
{
  struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCK, .l_len = 1};

  return fcntl (fd, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
}
