/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals that ask a program to end in its own time. */
#pragma once

/* From here on SIGINT, SIGTERM and SIGHUP are only remembered; what they interrupt goes on. */
void signals_catch (void);
int signals_asked (void); /* the first of them; 0: none yet */
