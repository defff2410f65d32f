/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of the downloads to which any two texts are equal, a SHA-256 and another, or http and
 * https: test-lies.c has to find it. */
#include <glib.h>

#undef g_strcmp0
#define g_strcmp0(a, b) ((void) (a), (void) (b), 0)
#define g_ascii_strcasecmp(a, b) ((void) (a), (void) (b), 0)
#include WRONG_SOURCE
