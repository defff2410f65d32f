/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Takes old stores over without transactions, and newer ones for its own: test-schema.c and
 * test-refuse.c have to find it. */
#include "store-private.h"

static gboolean
exec_outside (ThawStore *store, const char *sql, GError **error)
{
  g_autofree char *statements = g_strdup (sql);
  char *commit = strstr (statements, " COMMIT;");

  if (g_str_equal (sql, "BEGIN IMMEDIATE"))
    return TRUE;
  if (commit != NULL)
    *commit = '\0';
  return thaw_statement_exec (store, statements, error);
}

gboolean
right_schema_accept (ThawStore *store, bool ours, int application_id, int version, GError **error);

#define thaw_statement_exec exec_outside
#define thaw_schema_accept right_schema_accept
#include "../../db/schema.c"
#undef thaw_schema_accept

gboolean
thaw_schema_accept (ThawStore *store, bool ours, int application_id, int version, GError **error)
{
  int latest = thaw_store_latest_version (store);

  return right_schema_accept (store, ours, application_id, MIN (version, latest), error);
}
