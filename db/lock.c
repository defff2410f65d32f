/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Open file description locks. */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>

enum { FIRST_PAUSE_US = 50, LONGEST_PAUSE_US = 1000 };

static struct flock
whole_file (short type)
{
  struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0};

  return range;
}

/* Polls rather than blocks: a holder that was stopped must not hang us. */
int
thaw_lock_take (int fd, int wait_ms)
{
  gint64 end_us = g_get_monotonic_time () + (gint64) wait_ms * 1000;
  gulong pause_us = FIRST_PAUSE_US;

  for (;;) {
    struct flock range = whole_file (F_WRLCK);

    if (fcntl (fd, F_OFD_SETLK, &range) == 0)
      return 0;
    if (errno != EAGAIN && errno != EACCES && errno != EINTR)
      return errno;
    if (g_get_monotonic_time () >= end_us)
      return EAGAIN;
    g_usleep (pause_us);
    pause_us = MIN (pause_us * 2, LONGEST_PAUSE_US);
  }
}

void
thaw_lock_drop (int fd)
{
  struct flock range = whole_file (F_UNLCK);

  fcntl (fd, F_OFD_SETLK, &range);
}

bool
thaw_lock_is_held (int fd)
{
  struct flock range = whole_file (F_WRLCK);

  return fcntl (fd, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
}
