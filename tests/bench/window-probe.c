/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sits in the real thaw-workbench (LD_PRELOAD, see window-times.py) and says as JSON lines on
 * standard error how long it takes: from exec to the first frame with rows, and from keys and
 * clicks, which it sends through the X server, to the frames that answer them.
 *
 *   {"what": "window", "shown_ms": 300.1, "rows": 9}
 *   {"what": "select", "feedback_ms": 20.1, "shown_ms": 21.0, "turn_ms": 9.0}
 *
 * feedback: end of the first frame after the program was given the event. shown: of the first frame
 * in which title, page or list are others than before; null where they stay. turn: the longest time
 * in which the main loop was not asked, from the event until all was quiet.
 *
 * THAW_PROBE_BEGAN_US: monotonic time just before exec. THAW_PROBE_STEPS: words, see steps[]. */
#include <dlfcn.h>
#include <gdk/x11/gdkx.h>
#include <gtk/gtk.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUIET_MS 900 /* from one step to the next, so that timers and animations are over */

typedef enum { KEYS, ROW, ROW_TOO, BUTTON } StepKind;

typedef struct {
  const char *name;
  StepKind kind;
  const char *keys; /* "Control_L+n", or a button's action */
  int row;
} Step;

static const Step steps[] = {
    {"select", ROW, NULL, 2},
    {"select", ROW, NULL, 4},
    {"select", ROW, NULL, 1},
    {"star", KEYS, "Control_L+b", 0},
    {"view", KEYS, "Control_L+1", 0},
    {"view", KEYS, "Control_L+2", 0},
    {"view", KEYS, "Control_L+1", 0},
    {"view", KEYS, "Control_L+2", 0},
    {"compare", ROW_TOO, NULL, 3},
    {"compare-three", ROW_TOO, NULL, 5},
    {"select", ROW, NULL, 3},
    {"filter", KEYS, "Control_L+f", 0},
    {"filter-type", KEYS, "r", 0},
    {"filter-type", KEYS, "u", 0},
    {"filter-type", KEYS, "n", 0},
    {"filter-type", KEYS, "space", 0},
    {"filter-type", KEYS, "7", 0},
    {"filter-end", KEYS, "Escape", 0},
    {"select-live", ROW, NULL, 0},
    {"pause", BUTTON, "win.pause", 0},
    {"continue", BUTTON, "win.continue", 0},
    {"new-run", KEYS, "Control_L+n", 0},
    {"leave", ROW, NULL, 2},
    {"new-run-again", KEYS, "Control_L+n", 0},
    {"start", KEYS, "Control_L+Return", 0},
};

static struct {
  GtkWidget *window;
  Display *display;
  int (*key) (Display *, unsigned int, Bool, unsigned long);
  int (*button) (Display *, unsigned int, Bool, unsigned long);
  int (*motion) (Display *, int, int, int, unsigned long);
  gint64 began_us, sent_us, feedback_us, shown_us, asked_us, turn_us;
  bool started, waiting, given;
  char *before;
  guint at;
} probe;

/* --- What is in the window --- */

typedef bool (*Match) (GtkWidget *widget, gpointer user);

static void
find_all (GtkWidget *widget, Match match, gpointer user, GPtrArray *found)
{
  if (!gtk_widget_get_mapped (widget))
    return;
  if (match (widget, user))
    g_ptr_array_add (found, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    find_all (child, match, user, found);
}

static bool
is_type (GtkWidget *widget, gpointer name)
{
  return strcmp (G_OBJECT_TYPE_NAME (widget), name) == 0;
}

static bool
has_action (GtkWidget *widget, gpointer name)
{
  return GTK_IS_ACTIONABLE (widget) &&
         g_strcmp0 (gtk_actionable_get_action_name (GTK_ACTIONABLE (widget)), name) == 0;
}

static double
top_of (GtkWidget *widget)
{
  graphene_rect_t bounds;

  return gtk_widget_compute_bounds (widget, probe.window, &bounds) ? bounds.origin.y : 0;
}

static int
by_place (gconstpointer a, gconstpointer b)
{
  double one = top_of (*(GtkWidget *const *) a), other = top_of (*(GtkWidget *const *) b);

  return (one > other) - (one < other);
}

/* (transfer container) */
static GPtrArray *
find (Match match, const char *name)
{
  GPtrArray *found = g_ptr_array_new ();

  find_all (probe.window, match, (gpointer) name, found);
  g_ptr_array_sort (found, by_place);
  return found;
}

static char *
state (void)
{
  GString *text = g_string_new (gtk_window_get_title (GTK_WINDOW (probe.window)));
  g_autoptr (GPtrArray) lists = find (is_type, "GtkListView"),
                        views = find (is_type, "AdwViewStack");

  for (guint i = 0; i < lists->len; i++) {
    GtkSelectionModel *model = gtk_list_view_get_model (lists->pdata[i]);
    g_string_append_printf (text, " %u rows", g_list_model_get_n_items (G_LIST_MODEL (model)));
  }
  for (guint i = 0; i < views->len; i++) {
    g_autofree char *page = NULL;
    g_object_get (views->pdata[i], "visible-child-name", &page, NULL);
    g_string_append_printf (text, " %s", page);
  }
  return g_string_free (text, FALSE);
}

/* --- Keys and clicks --- */

static void
send_keys (const char *keys)
{
  g_auto (GStrv) names = g_strsplit (keys, "+", -1);
  guint n = g_strv_length (names);

  for (guint i = 0; i < 2 * n; i++) {
    const char *name = names[i < n ? i : 2 * n - 1 - i];
    probe.key (probe.display, XKeysymToKeycode (probe.display, XStringToKeysym (name)), i < n, 0);
  }
  XFlush (probe.display);
}

static void
point_at (GtkWidget *widget)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (probe.window));
  graphene_rect_t bounds;
  double dx, dy;
  int x, y;
  Window child;

  if (!gtk_widget_compute_bounds (widget, probe.window, &bounds))
    return;
  gtk_native_get_surface_transform (GTK_NATIVE (probe.window), &dx, &dy);
  XTranslateCoordinates (probe.display, gdk_x11_surface_get_xid (surface),
                         DefaultRootWindow (probe.display),
                         (int) (bounds.origin.x + bounds.size.width / 2 + dx),
                         (int) (bounds.origin.y + bounds.size.height / 2 + dy), &x, &y, &child);
  probe.motion (probe.display, -1, x, y, 0);
  XFlush (probe.display);
}

static gboolean
press_cb (gpointer data)
{
  const Step *step = &steps[probe.at];
  unsigned control = XKeysymToKeycode (probe.display, XStringToKeysym ("Control_L"));

  probe.before = state ();
  probe.given = false;
  probe.feedback_us = probe.shown_us = probe.turn_us = 0;
  if (step->kind == ROW_TOO)
    probe.key (probe.display, control, True, 0);
  if (step->kind != KEYS)
    probe.button (probe.display, 1, True, 0);
  probe.sent_us = g_get_monotonic_time ();
  probe.waiting = true;
  if (step->kind == KEYS)
    send_keys (step->keys);
  else
    probe.button (probe.display, 1, False, 0);
  if (step->kind == ROW_TOO)
    probe.key (probe.display, control, False, 0);
  XFlush (probe.display);
  return G_SOURCE_REMOVE;
}

static void next_step (void);

static gboolean
report_cb (gpointer data)
{
  double shown = (double) (probe.shown_us - probe.sent_us) / 1e3;

  fprintf (stderr, "{\"what\": \"%s\", \"feedback_ms\": %.1f, \"shown_ms\": ", steps[probe.at].name,
           (double) (probe.feedback_us - probe.sent_us) / 1e3);
  fprintf (stderr, probe.shown_us > 0 ? "%.1f" : "null", shown);
  fprintf (stderr, ", \"turn_ms\": %.1f, \"answered\": %s}\n", (double) probe.turn_us / 1e3,
           probe.feedback_us > 0 ? "true" : "false");
  probe.waiting = false;
  g_clear_pointer (&probe.before, g_free);
  probe.at++;
  next_step ();
  return G_SOURCE_REMOVE;
}

static void
next_step (void)
{
  const char *wanted = g_getenv ("THAW_PROBE_STEPS");
  g_auto (GStrv) names = g_strsplit (wanted != NULL ? wanted : "", " ", -1);
  const Step *step;
  g_autoptr (GPtrArray) places = NULL;
  guint place = 0;

  while (probe.at < G_N_ELEMENTS (steps) &&
         !g_strv_contains ((const char *const *) names, steps[probe.at].name))
    probe.at++;
  if (probe.at == G_N_ELEMENTS (steps))
    _exit (0); /* as if killed: nothing is left to measure */
  step = &steps[probe.at];
  if (step->kind != KEYS) {
    places = find (step->kind == BUTTON ? has_action : is_type,
                   step->kind == BUTTON ? step->keys : "ThawRunRow");
    place = (guint) step->row;
    if (place >= places->len) {
      fprintf (stderr, "{\"what\": \"%s\", \"missing\": true}\n", step->name);
      probe.at++;
      next_step ();
      return;
    }
    point_at (places->pdata[place]);
  }
  g_timeout_add (QUIET_MS / 3, press_cb, NULL);
  g_timeout_add (QUIET_MS, report_cb, NULL);
}

/* --- Watching --- */

static gboolean
event_cb (GtkEventController *controller, GdkEvent *event, gpointer user)
{
  GdkEventType type = gdk_event_get_event_type (event);

  if (probe.waiting && (type == GDK_BUTTON_RELEASE || type == GDK_KEY_PRESS))
    probe.given = true;
  return GDK_EVENT_PROPAGATE;
}

static int
poll_cb (GPollFD *fds, guint n, int timeout)
{
  gint64 now = g_get_monotonic_time ();
  int found;

  if (probe.waiting && probe.asked_us > 0)
    probe.turn_us = MAX (probe.turn_us, now - probe.asked_us);
  found = g_poll (fds, n, timeout);
  probe.asked_us = g_get_monotonic_time ();
  return found;
}

static gboolean
begin_cb (gpointer data)
{
  next_step ();
  return G_SOURCE_REMOVE;
}

static void
look_for_rows (gint64 now)
{
  g_autoptr (GPtrArray) rows = find (is_type, "ThawRunRow");

  if (rows->len == 0)
    return;
  probe.started = true;
  fprintf (stderr, "{\"what\": \"window\", \"shown_ms\": %.1f, \"rows\": %u}\n",
           (double) (now - probe.began_us) / 1e3, rows->len);
  g_timeout_add (2500, begin_cb, NULL);
}

static void
painted_cb (GdkFrameClock *clock, gpointer user)
{
  gint64 now = g_get_monotonic_time ();

  if (!probe.started)
    look_for_rows (now);
  if (!probe.waiting || !probe.given)
    return;
  if (probe.feedback_us == 0)
    probe.feedback_us = now;
  if (probe.shown_us == 0) {
    g_autofree char *after = state ();
    if (strcmp (after, probe.before) != 0)
      probe.shown_us = now;
  }
}

static void
attach (GtkWindow *window)
{
  GtkEventController *events = gtk_event_controller_legacy_new ();
  const char *began = g_getenv ("THAW_PROBE_BEGAN_US");
  void *xtest = dlopen ("libXtst.so.6", RTLD_NOW);

  probe.window = GTK_WIDGET (window);
  probe.display = XOpenDisplay (NULL);
  probe.began_us = began != NULL ? g_ascii_strtoll (began, NULL, 10) : 0;
  if (probe.display == NULL || xtest == NULL) {
    fprintf (stderr, "window-probe: no X server, or no libXtst.so.6 (package libxtst6)\n");
    _exit (2);
  }
  *(void **) &probe.key = dlsym (xtest, "XTestFakeKeyEvent");
  *(void **) &probe.button = dlsym (xtest, "XTestFakeButtonEvent");
  *(void **) &probe.motion = dlsym (xtest, "XTestFakeMotionEvent");
  gtk_event_controller_set_propagation_phase (events, GTK_PHASE_CAPTURE);
  g_signal_connect (events, "event", G_CALLBACK (event_cb), NULL);
  gtk_widget_add_controller (probe.window, events);
  g_signal_connect (gtk_widget_get_frame_clock (probe.window), "after-paint",
                    G_CALLBACK (painted_cb), NULL);
  g_main_context_set_poll_func (NULL, poll_cb);
}

/* The program calls this one; what it wants is done by GTK's. */
G_MODULE_EXPORT void
gtk_window_present (GtkWindow *window)
{
  static void (*real) (GtkWindow *);

  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "gtk_window_present");
  real (window);
  if (probe.window == NULL)
    attach (window);
}
