/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures to try that are not what they should be, dropped and chosen: a sentence that names the
 * file and says what was found, and a window that goes on. */
#include "answer-panel.h"
#include "chooser.h"
#include "data-fixtures.h"
#include "picture-window.h"
#include "window-fixture.h"

#include <glib/gstdio.h>
#include <png.h>
#include <string.h>
#include <zlib.h>

enum { SIDE = 64 };

typedef struct {
  const char *name;
  GByteArray *bytes; /* NULL: no file */
  const char *words; /* of the sentence; NULL: a good picture */
} Case;

/* --- Files --- */

static GByteArray *
half_of (GByteArray *whole)
{
  g_byte_array_set_size (whole, whole->len / 2);
  return whole;
}

/* A small file that says it is a huge picture, with a checksum that is right. */
static GByteArray *
bomb (void)
{
  GByteArray *png = png_rgb (1, SIDE, SIDE);
  const uint32_t side = GUINT32_TO_BE (60000);
  uint32_t sum;

  memcpy (png->data + 16, &side, 4);
  memcpy (png->data + 20, &side, 4);
  sum = GUINT32_TO_BE ((uint32_t) crc32 (0, png->data + 12, 17));
  memcpy (png->data + 29, &sum, 4);
  return png;
}

static GByteArray *
png_kind (int type, int depth)
{
  g_autoptr (GByteArray) pixels = random_bytes (2, SIDE * SIDE * 8);

  return png_of (SIDE, SIDE, type, depth, pixels->data, FALSE);
}

static GByteArray *
text (const char *words)
{
  return bytes_of (words, strlen (words));
}

static GByteArray *
weights (void)
{
  static const char header[] = "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
  GByteArray *bytes = g_byte_array_new ();
  const uint64_t length = GUINT64_TO_LE (sizeof header - 1);

  g_byte_array_append (bytes, (const guint8 *) &length, 8);
  g_byte_array_append (bytes, (const guint8 *) header, sizeof header - 1);
  g_byte_array_append (bytes, (const guint8 *) "\0\0\0", 4);
  return bytes;
}

static GArray *
make_cases (void)
{
  const Case cases[] = {
      {"half.jpg", half_of (jpeg_of (1, SIDE, SIDE, 3, FALSE)), "ends too early"},
      {"one.png", png_rgb (3, 1, 1), NULL},
      {"half.png", half_of (png_rgb (1, SIDE, SIDE)), "ends too early"},
      {"weights.safetensors", weights (), "a .safetensors file of weights"},
      {"notes.txt", text ("Dear diary, today I saw a cat."), "it is text"},
      {"empty.png", g_byte_array_new (), "it is empty"},
      {"deep.png", png_kind (PNG_COLOR_TYPE_RGB, 16), NULL},
      {"cmyk.jpg", jpeg_of (1, SIDE, SIDE, 4, FALSE), "CMYK"},
      {"bomb.png", bomb (), "60000 × 60000 pixels, expected at most 4096 × 4096"},
      {"moving.gif", text ("GIF89a\1\1\1\1"), "a GIF picture"},
      {"glass.png", png_kind (PNG_COLOR_TYPE_GRAY_ALPHA, 8), NULL},
      {"folder.png", NULL, "is a folder"},
      {"grey.jpg", jpeg_of (1, SIDE, SIDE, 1, FALSE), NULL},
  };
  GArray *list = g_array_new (FALSE, FALSE, sizeof (Case));

  g_array_append_vals (list, cases, G_N_ELEMENTS (cases));
  return list;
}

/* --- The window for pictures --- */

static GtkWidget *
find_below (GtkWidget *widget, GType type)
{
  GtkWidget *found = NULL;

  if (g_type_is_a (G_OBJECT_TYPE (widget), type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_below (child, type);
  return found;
}

/* What a drop target of the widget does with a file. */
static void
drop_on (GtkWidget *widget, const char *path)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
  g_auto (GValue) value = G_VALUE_INIT;
  GSList files = {g_file_new_for_path (path), NULL};
  gboolean taken = FALSE;

  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_set_boxed (&value, &files);
  g_object_unref (files.data);
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++) {
    g_autoptr (GObject) controller = g_list_model_get_item (controllers, i);
    if (GTK_IS_DROP_TARGET (controller))
      g_signal_emit_by_name (controller, "drop", &value, 10.0, 10.0, &taken);
  }
  g_assert_true (taken);
}

static void
give (GtkWidget *window, const char *path, bool chosen)
{
  if (chosen) {
    g_assert_true (gtk_widget_activate_action (window, "picture.choose", NULL));
    chooser_open (path);
  } else {
    drop_on (window, path);
  }
  g_assert_false (thaw_picture_window_answered (THAW_PICTURE_WINDOW (window)));
  wait_until (thaw_picture_window_answered (THAW_PICTURE_WINDOW (window)));
}

static void
judge (GtkWidget *window, const Case *given, const char *path)
{
  ThawAnswerPanel *panel = THAW_ANSWER_PANEL (find_below (window, THAW_TYPE_ANSWER_PANEL));
  const char *error = thaw_answer_panel_error (panel);

  g_test_message ("%s: %s", given->name, error != NULL ? error : thaw_answer_panel_best (panel));
  if (given->words == NULL) {
    g_assert_null (error);
    g_assert_nonnull (thaw_answer_panel_best (panel));
    g_assert_cmpstr (thaw_picture_window_verdict (THAW_PICTURE_WINDOW (window)), !=, "");
    return;
  }
  g_assert_nonnull (error);
  g_assert_null (thaw_answer_panel_best (panel));
  g_assert_true (g_str_has_prefix (error, path));
  g_assert_nonnull (strstr (error, given->words));
  if (strstr (given->name, "moving") != NULL || strstr (given->name, "folder") != NULL)
    g_assert_true (strstr (error, "PNG") != NULL && strstr (error, "JPEG") != NULL);
  g_assert_cmpstr (thaw_picture_window_verdict (THAW_PICTURE_WINDOW (window)), ==, "");
}

static void
test_pictures (Fixture *f, gconstpointer data)
{
  g_autoptr (GArray) cases = make_cases ();
  ThawRunItem *run = train_small (f);
  GtkWidget *window = thaw_picture_window_new (f->home, run, NULL);

  gtk_window_present (GTK_WINDOW (window));
  for (guint i = 0; i < cases->len; i++) {
    Case *one = &g_array_index (cases, Case, i);
    g_autofree char *path = g_build_filename (f->top, one->name, NULL);
    if (one->bytes != NULL)
      put_file (f->top, one->name, one->bytes);
    else
      g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
    give (window, path, false);
    judge (window, one, path);
    if (one->bytes != NULL) /* a chooser opens a folder, and does not give it */
      give (window, path, true);
    judge (window, one, path);
    g_clear_pointer (&one->bytes, g_byte_array_unref);
  }
  gtk_window_destroy (GTK_WINDOW (window));
}

/* One after the other before there is an answer: the last one counts. One on another computer is
 * refused by its name. */
static void
test_in_a_hurry (Fixture *f, gconstpointer data)
{
  g_autoptr (GByteArray) png = png_rgb (3, SIDE, SIDE);
  g_autofree char *good = g_build_filename (f->top, "good.png", NULL),
                  *bad = put (f, "bad.png", "no picture", -1);
  g_autoptr (GFile) far = g_file_new_for_uri ("https://example.org/cat.png");
  ThawRunItem *run = train_small (f);
  GtkWidget *window = thaw_picture_window_new (f->home, run, run);
  ThawAnswerPanel *panel;

  put_file (f->top, "good.png", png);
  gtk_window_present (GTK_WINDOW (window));
  panel = THAW_ANSWER_PANEL (find_below (window, THAW_TYPE_ANSWER_PANEL));
  drop_on (window, bad);
  give (window, good, false);
  g_assert_null (thaw_answer_panel_error (panel));
  g_assert_nonnull (strstr (thaw_picture_window_verdict (THAW_PICTURE_WINDOW (window)), "Both"));
  drop_on (window, good);
  thaw_picture_window_try (THAW_PICTURE_WINDOW (window), far);
  wait_until (thaw_picture_window_answered (THAW_PICTURE_WINDOW (window)));
  g_assert_nonnull (strstr (thaw_answer_panel_error (panel), "https://example.org/cat.png"));
  g_assert_cmpstr (thaw_picture_window_verdict (THAW_PICTURE_WINDOW (window)), ==, "");
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  if (!fixture_begin (&argc, &argv))
    return 0;
  g_test_add ("/ui/pictures/each", Fixture, NULL, set_up_window, test_pictures, tear_down);
  g_test_add ("/ui/pictures/in-a-hurry", Fixture, NULL, set_up_window, test_in_a_hurry, tear_down);
  return g_test_run ();
}
