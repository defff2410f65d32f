/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server on the loopback that speaks TLS and says exactly what a test writes, true or not. One
 * connection at a time, one request a connection. */
#pragma once

#include "thaw-fetch.h"
#include <stdbool.h>

#define PAYLOAD_BYTES 300000

typedef struct _Liar Liar;
/* Answers a request. `range_start` is -1 without a Range header. Writes to `out` what it likes. */
typedef void (*LiarAnswer) (Liar *liar, const char *path, gint64 range_start, GOutputStream *out);

/* certificate: a file's name in the folder of certificates, NULL for no TLS at all. */
Liar *liar_new (const char *certificate, LiarAnswer answer);
void liar_free (Liar *liar);
char *liar_url (const Liar *liar, const char *scheme, const char *host, const char *path);
int liar_requests (const Liar *liar);      /* heard so far */
gint64 liar_last_range (const Liar *liar); /* of the last request; -1: none */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Liar, liar_free)

char *certificate_path (const char *name); /* (transfer full) */
const guint8 *payload (void);              /* PAYLOAD_BYTES, the same in a program */
char *payload_sha256 (void);               /* (transfer full) */

/* All of these ignore a client that hangs up. */
void say (GOutputStream *out, const char *format, ...) G_GNUC_PRINTF (2, 3);
void say_bytes (GOutputStream *out, const void *bytes, gsize n);
void say_endless (GOutputStream *out); /* until the client hangs up */

/* --- A download in a folder of its own ---------------------------------------------------------
 */
typedef struct {
  char *folder, *path, *part, *sha256, *authority;
  ThawFetchSpec spec; /* of the payload; url is set by fetch_from */
} Download;

void download_init (Download *download);
void download_clear (Download *download); /* removes the folder */
/* Fetches /`path` from the liar as https://localhost. */
gboolean fetch_from (Download *download, const Liar *liar, const char *path, GError **error);
void check_arrived (const Download *download); /* the payload is there, no .part */
void check_nothing (const Download *download); /* neither the file nor a .part */
void check_part (const Download *download,
                 gsize bytes); /* no file; a .part of so many bytes of the payload */
void leave_part (const Download *download, const void *bytes, gsize n);
void check_error (GError *error, int code, const char *sentence); /* of THAW_FETCH_ERROR; freed */
