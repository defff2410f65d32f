/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One GET over HTTPS into a part. Redirects are followed by hand, so that none leaves HTTPS; the
 * size is bounded while bytes come in, so that a lying server cannot fill the disk. */
#include "transfer.h"
#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <libsoup/soup.h>

#define CHUNK (64 * 1024)
#define MAX_REDIRECTS 5
#define DEFAULT_TIMEOUT_S 30
#define UNKNOWN_LIMIT ((uint64_t) 1 << 30)

uint64_t
thaw_transfer_limit (const ThawFetchSpec *spec)
{
  return spec->bytes > 0 ? spec->bytes : UNKNOWN_LIMIT;
}

/* A session for one request: no cookies, no passwords, no decoding of content (a bomb could hide in
 * it), nothing kept. */
static SoupSession *
session_new (const ThawFetchSpec *spec, GError **error)
{
  g_autoptr (GTlsDatabase) authorities = NULL;

  if (spec->ca_file != NULL) {
    authorities = g_tls_file_database_new (spec->ca_file, error);
    if (authorities == NULL) {
      g_prefix_error (error, "%s: ", spec->ca_file);
      return NULL;
    }
  }
  SoupSession *session = soup_session_new_with_options (
      "timeout", spec->timeout_s > 0 ? spec->timeout_s : DEFAULT_TIMEOUT_S, "max-conns", 1,
      "user-agent", "thaw", NULL);
  if (authorities != NULL)
    soup_session_set_tls_database (session, authorities);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_MANAGER);
  return session;
}

/* Always FALSE. What libsoup reports becomes a sentence with the address; a cancel stays one. */
static gboolean
fail_network (const ThawTransfer *transfer, GUri *uri, GError *reason, GError **error)
{
  g_autoptr (GError) owned = reason;

  if (g_error_matches (owned, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_propagate_error (error, g_steal_pointer (&owned));
    return FALSE;
  }
  g_autofree char *address = g_uri_to_string_partial (uri, G_URI_HIDE_PASSWORD);
  if (owned->domain == G_TLS_ERROR)
    g_set_error (error, THAW_FETCH_ERROR, THAW_FETCH_ERROR_NETWORK,
                 _ ("%s: the server's certificate is not trusted: %s"), address, owned->message);
  else if (transfer->part->size > 0)
    g_set_error (error, THAW_FETCH_ERROR, THAW_FETCH_ERROR_NETWORK,
                 _ ("%s: %s (%" PRIu64 " bytes are kept, and the next try goes on from there)"),
                 address, owned->message, transfer->part->size);
  else
    g_set_error (error, THAW_FETCH_ERROR, THAW_FETCH_ERROR_NETWORK, "%s: %s", address,
                 owned->message);
  return FALSE;
}

static gboolean
check_https (GUri *uri, GError **error)
{
  if (g_strcmp0 (g_uri_get_scheme (uri), "https") == 0)
    return TRUE;
  g_autofree char *address = g_uri_to_string_partial (uri, G_URI_HIDE_PASSWORD);
  g_set_error (error, THAW_FETCH_ERROR, THAW_FETCH_ERROR_INSECURE,
               _ ("%s: the address is not HTTPS, nothing is fetched from it"), address);
  return FALSE;
}

static bool
is_redirect (guint status)
{
  return status == SOUP_STATUS_MOVED_PERMANENTLY || status == SOUP_STATUS_FOUND ||
         status == SOUP_STATUS_SEE_OTHER || status == SOUP_STATUS_TEMPORARY_REDIRECT ||
         status == SOUP_STATUS_PERMANENT_REDIRECT;
}

/* Where a redirect leads. (transfer full) */
static GUri *
redirect_target (SoupMessage *message, GUri *uri, GError **error)
{
  const char *location =
      soup_message_headers_get_one (soup_message_get_response_headers (message), "Location");
  g_autoptr (GUri) target =
      location != NULL ? g_uri_parse_relative (uri, location, SOUP_HTTP_URI_FLAGS, NULL) : NULL;

  if (target == NULL) {
    g_autofree char *address = g_uri_to_string_partial (uri, G_URI_HIDE_PASSWORD);
    g_set_error (error, THAW_FETCH_ERROR, THAW_FETCH_ERROR_NETWORK,
                 _ ("%s: the server sends us on to no address"), address);
    return NULL;
  }
  return check_https (target, error) ? g_steal_pointer (&target) : NULL;
}

/* Always FALSE. */
static gboolean
fail_wrong (GUri *uri, const char *sentence, GError **error)
{
  g_autofree char *address = g_uri_to_string_partial (uri, G_URI_HIDE_PASSWORD);

  g_set_error (error, THAW_FETCH_ERROR, THAW_FETCH_ERROR_WRONG, "%s: %s", address, sentence);
  return FALSE;
}

/* A 206 must continue exactly where the part ends, in a file of the pinned size. */
static gboolean
check_range (const ThawTransfer *transfer, SoupMessage *message, GUri *uri, GError **error)
{
  goffset start = -1, end = -1, total = -1;
  uint64_t bytes = transfer->spec->bytes;

  if (transfer->part->size > 0 &&
      soup_message_headers_get_content_range (soup_message_get_response_headers (message), &start,
                                              &end, &total) &&
      start >= 0 && (uint64_t) start == transfer->part->size && end >= start &&
      (uint64_t) end < thaw_transfer_limit (transfer->spec) &&
      (bytes == 0 || total < 0 || (uint64_t) total == bytes))
    return TRUE;
  return fail_wrong (uri, _ ("the server answers with another range than was asked for"), error);
}

/* What the answer's head says, before any byte of its body is taken. */
static gboolean
check_head (const ThawTransfer *transfer, SoupMessage *message, GUri *uri, GError **error)
{
  guint status = soup_message_get_status (message);
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  uint64_t bytes = transfer->spec->bytes;

  if (status == SOUP_STATUS_PARTIAL_CONTENT) {
    if (!check_range (transfer, message, uri, error))
      return FALSE;
  } else if (status == SOUP_STATUS_OK) {
    if (transfer->part->size > 0 && !thaw_part_truncate (transfer->part, error))
      return FALSE;
  } else if (status == SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE && transfer->part->size > 0) {
    return fail_wrong (uri, _ ("the server has no such range"), error);
  } else {
    g_autofree char *address = g_uri_to_string_partial (uri, G_URI_HIDE_PASSWORD);
    g_set_error (error, THAW_FETCH_ERROR, THAW_FETCH_ERROR_NETWORK,
                 _ ("%s: the server answered %u (%s)"), address, status,
                 soup_status_get_phrase (status));
    return FALSE;
  }
  if (soup_message_headers_get_encoding (headers) != SOUP_ENCODING_CONTENT_LENGTH)
    return TRUE;
  uint64_t announced = (uint64_t) soup_message_headers_get_content_length (headers),
           room = thaw_transfer_limit (transfer->spec) - transfer->part->size;
  if (announced > room || (bytes > 0 && announced != room)) {
    g_autofree char *sentence =
        g_strdup_printf (_ ("the server announces %" PRIu64 " bytes, expected %" PRIu64),
                         transfer->part->size + announced, thaw_transfer_limit (transfer->spec));
    return fail_wrong (uri, sentence, error);
  }
  return TRUE;
}

static void
report (const ThawTransfer *transfer, SoupMessageHeaders *headers, uint64_t start)
{
  uint64_t total = transfer->spec->bytes;

  if (transfer->progress == NULL)
    return;
  if (total == 0 && soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH)
    total = start + (uint64_t) soup_message_headers_get_content_length (headers);
  transfer->progress (transfer->part->size, total, transfer->user);
}

/* The body ended in good order. With the connection's end as its only mark, an early end is a lost
 * connection, not a lie. */
static gboolean
check_end (const ThawTransfer *transfer, SoupMessageHeaders *headers, GUri *uri, GError **error)
{
  uint64_t bytes = transfer->spec->bytes, got = transfer->part->size;

  if (bytes == 0 || got == bytes)
    return TRUE;
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_EOF)
    return fail_network (transfer, uri,
                         g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT,
                                              _ ("the connection ended too early")),
                         error);
  g_autofree char *sentence =
      g_strdup_printf (_ ("the server sent %" PRIu64 " bytes, expected %" PRIu64), got, bytes);
  return fail_wrong (uri, sentence, error);
}

static gboolean
receive_body (const ThawTransfer *transfer,
              SoupMessage *message,
              GUri *uri,
              GInputStream *body,
              GError **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  g_autofree char *chunk = g_malloc (CHUNK);
  uint64_t start = transfer->part->size, limit = thaw_transfer_limit (transfer->spec);

  for (;;) {
    g_autoptr (GError) reason = NULL;
    report (transfer, headers, start);
    gssize got = g_input_stream_read (body, chunk, CHUNK, transfer->cancel, &reason);
    if (got < 0)
      return fail_network (transfer, uri, g_steal_pointer (&reason), error);
    if (got == 0)
      return check_end (transfer, headers, uri, error);
    if ((uint64_t) got > limit - transfer->part->size)
      return fail_wrong (uri, _ ("the server sends more bytes than the file has"), error);
    if (!thaw_part_append (transfer->part, chunk, (gsize) got, error))
      return FALSE;
  }
}

typedef enum { HOP_FAILED, HOP_DONE, HOP_REDIRECT } Hop;

/* One request. *next is where a redirect leads. The session is aborted before its streams are
 * closed, or closing would first drain whatever the server goes on sending. */
static Hop
run_hop (const ThawTransfer *transfer, GUri *uri, GUri **next, GError **error)
{
  Hop end = HOP_FAILED;
  GError *reason = NULL;
  g_autoptr (SoupSession) session = session_new (transfer->spec, error);

  if (session == NULL)
    return HOP_FAILED;
  g_autoptr (SoupMessage) message = soup_message_new_from_uri (SOUP_METHOD_GET, uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_headers_replace (headers, "Accept-Encoding", "identity");
  if (transfer->part->size > 0)
    soup_message_headers_set_range (headers, (goffset) transfer->part->size, -1);
  GInputStream *body = soup_session_send (session, message, transfer->cancel, &reason);
  if (body == NULL) {
    fail_network (transfer, uri, reason, error);
  } else if (is_redirect (soup_message_get_status (message))) {
    *next = redirect_target (message, uri, error);
    end = *next != NULL ? HOP_REDIRECT : HOP_FAILED;
  } else if (check_head (transfer, message, uri, error) &&
             receive_body (transfer, message, uri, body, error)) {
    end = HOP_DONE;
  }
  soup_session_abort (session);
  g_clear_object (&body);
  return end;
}

gboolean
thaw_transfer_run (const ThawTransfer *transfer, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (transfer->spec->url, SOUP_HTTP_URI_FLAGS, error);

  if (uri == NULL || !check_https (uri, error))
    return FALSE;
  for (int hops = 0; hops <= MAX_REDIRECTS; hops++) {
    GUri *next = NULL;
    Hop end = run_hop (transfer, uri, &next, error);
    if (end != HOP_REDIRECT)
      return end == HOP_DONE;
    g_uri_unref (uri);
    uri = next;
  }
  g_set_error (error, THAW_FETCH_ERROR, THAW_FETCH_ERROR_NETWORK,
               _ ("%s: sent on more than %d times"), transfer->spec->url, MAX_REDIRECTS);
  return FALSE;
}
