/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fetch: one verified download. HTTPS even after redirects, pinned size and SHA-256, `.part` until
 * right. */
#pragma once

#include <gio/gio.h>
#include <stdint.h>

G_BEGIN_DECLS

#define THAW_FETCH_ERROR (thaw_fetch_error_quark ())
GQuark thaw_fetch_error_quark (void);
typedef enum {
  THAW_FETCH_ERROR_NETWORK,  /* no connection, TLS refused, HTTP status */
  THAW_FETCH_ERROR_INSECURE, /* a redirect away from HTTPS              */
  THAW_FETCH_ERROR_WRONG,    /* size or SHA-256 is not the pinned one    */
  THAW_FETCH_ERROR_IO,
} ThawFetchError;

typedef struct {
  const char *url;    /* https:// */
  const char *path;   /* where it goes; PATH.part beside it while it is not complete and verified */
  uint64_t bytes;     /* 0: not known; then at most 1 GiB is taken */
  const char *sha256; /* 64 hexadecimal digits; required */
  const char *ca_file; /* (nullable) PEM with the authorities to trust instead of the system's */
  int timeout_s;       /* without a byte; 0: 30 */
} ThawFetchSpec;

typedef void (*ThawFetchProgress) (uint64_t done_bytes,
                                   uint64_t total_bytes,
                                   void *user); /* total 0: not known */

/* Downloads synchronously. A .part of an earlier try is continued by a Range request (and started
 * afresh when the server does not grant it, or the result does not verify). TRUE at once when
 * `path` is there already and verifies. On a mismatch the .part is removed; on a lost connection or
 * cancel it stays for the next try. At most 5 redirects. The folder must exist. A cancel is
 * G_IO_ERROR_CANCELLED. `progress` is called on this thread. */
gboolean thaw_fetch (const ThawFetchSpec *spec,
                     ThawFetchProgress progress,
                     void *user,
                     GCancellable *cancel,
                     GError **error);

G_END_DECLS
