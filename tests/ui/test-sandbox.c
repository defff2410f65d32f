/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In a sandbox: what the background portal is asked, by one of our own on a bus of its own; and
 * which names may be written to. */
#include "background.h"
#include "ending.h"

static const char description[] =
    "<node><interface name='org.freedesktop.portal.Background'>"
    "<method name='RequestBackground'><arg type='s' direction='in'/>"
    "<arg type='a{sv}' direction='in'/><arg type='o' direction='out'/></method>"
    "</interface></node>";

typedef struct {
  GTestDBus *daemon;
  GDBusConnection *portal, *application;
  GVariant *asked;
  guint n;
} Fixture;

static void
called_cb (GDBusConnection *connection,
           const char *sender,
           const char *path,
           const char *interface,
           const char *method,
           GVariant *arguments,
           GDBusMethodInvocation *invocation,
           gpointer user)
{
  Fixture *f = user;

  f->n++;
  g_clear_pointer (&f->asked, g_variant_unref);
  f->asked = g_variant_ref (arguments);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", "/request"));
}

static const GDBusInterfaceVTable answers = {called_cb, NULL, NULL, {NULL}};

static GDBusConnection *
connect_to (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection =
      g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (f->daemon),
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);

  g_assert_no_error (error);
  return connection;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->daemon = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (f->daemon);
  f->portal = connect_to (f);
  f->application = connect_to (f);
}

static void
open_portal (Fixture *f)
{
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (description, NULL);
  g_autoptr (GVariant) name = NULL;
  guint id = g_dbus_connection_register_object (f->portal, "/org/freedesktop/portal/desktop",
                                                info->interfaces[0], &answers, f, NULL, NULL);

  g_assert_cmpuint (id, >, 0);
  name = g_dbus_connection_call_sync (f->portal, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                      "org.freedesktop.DBus", "RequestName",
                                      g_variant_new ("(su)", "org.freedesktop.portal.Desktop", 0),
                                      NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  g_assert_nonnull (name);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_dbus_connection_close_sync (f->application, NULL, NULL);
  g_dbus_connection_close_sync (f->portal, NULL, NULL);
  g_clear_object (&f->application);
  g_clear_object (&f->portal);
  g_clear_pointer (&f->asked, g_variant_unref);
  g_test_dbus_down (f->daemon);
  g_clear_object (&f->daemon);
}

static void
test_asks (Fixture *f, gconstpointer data)
{
  const char *window = NULL, *reason = NULL;
  g_autoptr (GVariant) options = NULL;
  gboolean autostart = TRUE;

  open_portal (f);
  thaw_background_ask (f->application);
  while (f->n == 0)
    g_main_context_iteration (NULL, TRUE);
  g_variant_get (f->asked, "(&s@a{sv})", &window, &options);
  g_assert_cmpstr (window, ==, "");
  g_assert_true (g_variant_lookup (options, "reason", "&s", &reason));
  g_assert_cmpstr (reason, !=, "");
  g_assert_true (g_variant_lookup (options, "autostart", "b", &autostart));
  g_assert_false (autostart);
}

/* A desktop without portals: nothing comes of it but a word for whoever looks for it. */
static void
test_nobody_answers (Fixture *f, gconstpointer data)
{
  g_autoptr (GVariant) names = NULL;

  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_DEBUG, "*does not answer*");
  thaw_background_ask (f->application);
  names = g_dbus_connection_call_sync (f->application, "org.freedesktop.DBus",
                                       "/org/freedesktop/DBus", "org.freedesktop.DBus", "ListNames",
                                       NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  g_assert_nonnull (names); /* the other answer is there before this one */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_test_assert_expected_messages ();
}

/* --- Names --- */

static const char *const endings[] = {".png", ".csv", NULL};

/* The ending is completed where any name may be written, and never where one file is lent. */
static void
test_names (void)
{
  g_autofree char *lent = g_build_filename (g_get_user_runtime_dir (), "doc", "1a2b", NULL);
  static const struct {
    const char *name;
    bool lent;
    const char *gives; /* NULL: refused */
  } cases[] = {{"Curves.PNG", true, "Curves.PNG"},
               {"curves.csv", true, "curves.csv"},
               {"curves", true, NULL},
               {"curves.jpg", true, NULL},
               {".png", true, NULL},
               {"curves", false, "curves.png"},
               {"curves.jpg", false, "curves.jpg.png"}};

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *folder = cases[i].lent ? lent : "/nowhere/doc/1a2b";
    g_autofree char *path = g_build_filename (folder, cases[i].name, NULL);
    g_autofree char *wanted =
        cases[i].gives != NULL ? g_build_filename (folder, cases[i].gives, NULL) : NULL;
    g_autoptr (GError) error = NULL;
    g_autofree char *got = thaw_ending_complete (path, endings, ".png", &error);
    g_assert_cmpstr (got, ==, wanted);
    if (wanted == NULL)
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
    else
      g_assert_no_error (error);
  }
}

/* A folder that was chosen is lent with all that is in it. */
static void
test_lent (void)
{
  static const struct {
    const char *below;
    bool lent;
  } cases[] = {{"doc/1a2b/curves.png", true},
               {"doc/1a2b/reports/curves.png", false},
               {"doc/curves.png", false},
               {"curves.png", false}};

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_build_filename (g_get_user_runtime_dir (), cases[i].below, NULL);
    g_assert_cmpint (thaw_ending_is_lent (path), ==, cases[i].lent);
  }
  g_assert_true (thaw_ending_is_lent ("/run/flatpak/doc/1a2b/curves.png"));
}

int
main (int argc, char **argv)
{
  g_autofree char *daemon = g_find_program_in_path ("dbus-daemon");

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/sandbox/names", test_names);
  g_test_add_func ("/ui/sandbox/lent", test_lent);
  if (daemon != NULL) {
    g_test_add ("/ui/sandbox/asks", Fixture, NULL, set_up, test_asks, tear_down);
    g_test_add ("/ui/sandbox/nobody-answers", Fixture, NULL, set_up, test_nobody_answers,
                tear_down);
  }
  return g_test_run ();
}
