/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signals.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t asked; /* the signal */

static void
signal_cb (int number)
{
  if (asked == 0)
    asked = number;
}

void
signals_catch (void)
{
  struct sigaction action = {.sa_handler = signal_cb, .sa_flags = SA_RESTART};

  sigemptyset (&action.sa_mask);
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  sigaction (SIGHUP, &action, NULL);
}

int
signals_asked (void)
{
  return asked;
}
