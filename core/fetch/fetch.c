/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One verified download: what is there is used, what is missing is fetched, what is wrong goes. */
#include "transfer.h"
#include <glib/gi18n-lib.h>
#include <string.h>

/* Whether the part is the pinned file. FALSE without error: it is not, and *found (transfer full)
 * is its hash. */
static gboolean
verify (const ThawTransfer *transfer, char **found, GError **error)
{
  *found = thaw_part_sha256 (transfer->part, transfer->cancel, error);
  return *found != NULL && g_ascii_strcasecmp (*found, transfer->spec->sha256) == 0;
}

/* Fetches what is missing and verifies. THAW_FETCH_ERROR_WRONG: this part is good for nothing. */
static gboolean
fill_part (const ThawTransfer *transfer, GError **error)
{
  const ThawFetchSpec *spec = transfer->spec;
  ThawPart *part = transfer->part;
  g_autofree char *found = NULL;
  g_autoptr (GError) reason = NULL;

  if (part->size > thaw_transfer_limit (spec) && !thaw_part_truncate (part, error))
    return FALSE;
  if (spec->bytes == 0 || part->size < spec->bytes) {
    if (spec->bytes > 0 && !thaw_part_check_space (part, spec->bytes - part->size, error))
      return FALSE;
    if (!thaw_transfer_run (transfer, error))
      return FALSE;
  }
  if (verify (transfer, &found, &reason))
    return TRUE;
  if (reason != NULL) {
    g_propagate_error (error, g_steal_pointer (&reason));
    return FALSE;
  }
  g_set_error (error, THAW_FETCH_ERROR, THAW_FETCH_ERROR_WRONG,
               _ ("%s: the file's SHA-256 is %s, expected %s; it was thrown away"), spec->url,
               found, spec->sha256);
  return FALSE;
}

static gboolean
fetch (const ThawTransfer *transfer, GError **error)
{
  ThawPart *part = transfer->part;
  g_autoptr (GError) reason = NULL;

  if (!thaw_part_open (part, error))
    return FALSE;
  bool resumed = part->size > 0;
  gboolean ok = fill_part (transfer, &reason);
  if (!ok && resumed && g_error_matches (reason, THAW_FETCH_ERROR, THAW_FETCH_ERROR_WRONG)) {
    g_clear_error (&reason); /* the old part may be at fault: once more from the start */
    ok = thaw_part_truncate (part, &reason) && fill_part (transfer, &reason);
  }
  if (!ok) {
    if (g_error_matches (reason, THAW_FETCH_ERROR, THAW_FETCH_ERROR_WRONG) || part->size == 0)
      thaw_part_remove (part);
    g_propagate_error (error, g_steal_pointer (&reason));
    return FALSE;
  }
  return thaw_part_publish (part, error);
}

static bool
is_sha256 (const char *text)
{
  return text != NULL && strlen (text) == 64 && strspn (text, "0123456789abcdefABCDEF") == 64;
}

/* Without glib-networking there is no TLS, and libsoup's own message would puzzle. */
static gboolean
check_tls (GError **error)
{
  if (g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    return TRUE;
  g_set_error_literal (error, THAW_FETCH_ERROR, THAW_FETCH_ERROR_NETWORK,
                       _ ("secure connections are not available here: the package glib-networking "
                          "is missing"));
  return FALSE;
}

gboolean
thaw_fetch (const ThawFetchSpec *spec,
            ThawFetchProgress progress,
            void *user,
            GCancellable *cancel,
            GError **error)
{
  g_return_val_if_fail (spec != NULL && spec->url != NULL && spec->path != NULL, FALSE);
  g_return_val_if_fail (is_sha256 (spec->sha256), FALSE);

  ThawPart part;
  ThawTransfer transfer = {spec, &part, progress, user, cancel};
  g_autoptr (GError) reason = NULL;
  gboolean ok = thaw_part_init (&part, spec->path, &reason) &&
                thaw_part_is_done (&part, spec->bytes, spec->sha256, cancel, &reason);
  if (!ok && reason == NULL)
    ok = check_tls (&reason) && fetch (&transfer, &reason);
  thaw_part_clear (&part);
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&reason));
  return ok;
}
