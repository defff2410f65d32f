/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exclusive locks that belong to the open file description: they hold between threads as well as
 * between processes, closing some other descriptor does not drop them, and the kernel lets go when
 * the holder dies. Source: fcntl(2), open file description locks. */
#pragma once

#include <stdbool.h>

/* 0, or an errno; EAGAIN when another holds it after `wait_ms` (0: one try). Who waits stands in a
 * queue of one: a holder that lets go and comes back at once cannot overtake. */
int thaw_lock_take (int fd, int wait_ms);
void thaw_lock_drop (int fd);
/* Somebody else holds it. */
bool thaw_lock_is_held (int fd);
