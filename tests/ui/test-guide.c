/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The student's guide: Markdown taken apart; that every link and picture of every page is there, in
 * both languages alike; the window that shows it, also pages in which everything is wrong. */
#include "guide-view.h"
#include "guide-window.h"
#include "scratch.h"
#include "thaw-ui.h"

#include <locale.h>
#include <string.h>
#include <test-guide-broken.h> /* made by glib-compile-resources */

#define EN THAW_RESOURCE_PATH "guide/en/"
#define ZH THAW_RESOURCE_PATH "guide/zh_CN/"
#define BROKEN "/test/broken/"
#define LEAST_PAGES 14

/* --- Text --- */

static ThawGuideText *
parse (const char *markdown)
{
  return thaw_guide_text_new (markdown, strlen (markdown));
}

static const ThawGuideBlock *
nth (const ThawGuideText *text, guint i)
{
  g_assert_cmpuint (i, <, text->blocks->len);
  return text->blocks->pdata[i];
}

static void
test_blocks (void)
{
  g_autoptr (ThawGuideText) text =
      parse ("# One & *two*\n\nWords with `a<b`, **bold** and [a link](x.md#y).\n\n"
             "3. three\n4. four\n   - inner\n\n> a note\n\n![seen](p.png)\n\n---\n\n    code\n");

  g_assert_cmpuint (text->blocks->len, ==, 9);
  g_assert_cmpint (nth (text, 0)->kind, ==, THAW_GUIDE_HEADING);
  g_assert_cmpint (nth (text, 0)->level, ==, 1);
  g_assert_cmpstr (nth (text, 0)->anchor, ==, "one--two");
  g_assert_cmpstr (nth (text, 0)->markup, ==, "One &amp; <i>two</i>");
  g_assert_cmpstr (thaw_guide_text_title (text), ==, "One & two");
  g_assert_cmpstr (nth (text, 1)->markup, ==,
                   "Words with <tt>a&lt;b</tt>, <b>bold</b> and <a href=\"x.md#y\">a link</a>.");
  g_assert_cmpstr (nth (text, 1)->text, ==, "Words with a<b, bold and a link.");
  g_assert_cmpstr (nth (text, 2)->marker, ==, "3.");
  g_assert_cmpstr (nth (text, 3)->marker, ==, "4.");
  g_assert_cmpint (nth (text, 3)->depth, ==, 1);
  g_assert_cmpstr (nth (text, 4)->marker, ==, "•");
  g_assert_cmpint (nth (text, 4)->depth, ==, 2);
  g_assert_true (nth (text, 5)->note);
  g_assert_cmpint (nth (text, 6)->kind, ==, THAW_GUIDE_PICTURE);
  g_assert_cmpstr (nth (text, 6)->file, ==, "p.png");
  g_assert_cmpstr (nth (text, 6)->text, ==, "seen");
  g_assert_cmpint (nth (text, 7)->kind, ==, THAW_GUIDE_RULE);
  g_assert_cmpint (nth (text, 8)->kind, ==, THAW_GUIDE_CODE);
  g_assert_cmpstr (nth (text, 8)->text, ==, "code");
  g_assert_cmpuint (text->links->len, ==, 1);
}

/* A line that ends is a space, but not between Chinese letters. */
static void
test_lines (void)
{
  g_autoptr (ThawGuideText) text =
      parse ("one\ntwo\n[three](x)\n`four`\n\n冻结\n主干\nResNet\n网络\n\n# 一次运行，只是 点 A");

  g_assert_cmpstr (nth (text, 0)->text, ==, "one two three four");
  g_assert_cmpstr (nth (text, 0)->markup, ==, "one two <a href=\"x\">three</a> <tt>four</tt>");
  g_assert_cmpstr (nth (text, 1)->text, ==, "冻结主干 ResNet 网络");
  g_assert_cmpstr (nth (text, 2)->anchor, ==, "一次运行只是-点-a");
}

static void
test_hostile_text (void)
{
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (ThawGuideText) text = NULL, bytes = NULL, empty = parse ("");

  for (int i = 0; i < 20000; i++)
    g_string_append (deep, i % 2 ? "> " : "*a **b [");
  text = thaw_guide_text_new (deep->str, deep->len);
  for (guint i = 0; i < text->blocks->len; i++)
    g_assert_cmpint (nth (text, i)->depth, <=, THAW_GUIDE_MOST_DEPTH);
  bytes = thaw_guide_text_new ("# \xff\xfe\0x\x01\n\n\xc3", 13);
  for (guint i = 0; i < bytes->blocks->len; i++)
    g_assert_true (g_utf8_validate (nth (bytes, i)->text, -1, NULL));
  g_assert_cmpuint (empty->blocks->len, ==, 0);
  g_assert_null (thaw_guide_text_title (empty));
}

/* --- The pages --- */

static void
add_problem (GPtrArray *problems, const ThawGuidePage *page, const char *what, const char *of)
{
  g_ptr_array_add (problems, g_strdup_printf ("%s: %s: %s", page->name, what, of));
}

static void
look_at_link (const ThawGuide *guide, int at, const char *link, GPtrArray *problems)
{
  const ThawGuidePage *page = guide->pages->pdata[at];
  const char *anchor;
  int to;

  if (g_str_has_prefix (link, "https://"))
    return;
  if (!thaw_guide_follow (guide, at, link, &to, &anchor))
    add_problem (problems, page, "leads nowhere", link);
  else if (anchor != NULL && thaw_guide_find_anchor (guide->pages->pdata[to], anchor) < 0)
    add_problem (problems, page, "no such heading", link);
}

static void
look_at_block (const ThawGuide *guide,
               const ThawGuidePage *page,
               const ThawGuideBlock *block,
               GPtrArray *problems)
{
  g_autofree char *path = NULL;

  if (block->kind != THAW_GUIDE_PICTURE)
    return;
  path = thaw_guide_picture (guide, block->file);
  if (path == NULL)
    add_problem (problems, page, "no such picture", block->file);
  else {
    g_autoptr (GtkPicture) picture =
        GTK_PICTURE (g_object_ref_sink (gtk_picture_new_for_resource (path)));
    if (gtk_picture_get_paintable (picture) == NULL)
      add_problem (problems, page, "a picture that cannot be read", block->file);
  }
  if (*block->text == '\0')
    add_problem (problems, page, "a picture without words", block->file);
}

/* What is wrong with a guide, a sentence each. */
static GPtrArray *
look_for_problems (const ThawGuide *guide)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < guide->pages->len; i++) {
    const ThawGuidePage *page = guide->pages->pdata[i];
    if (thaw_guide_text_title (page->text) == NULL)
      add_problem (problems, page, "no title", "");
    for (guint j = 0; j < page->text->links->len; j++)
      look_at_link (guide, (int) i, page->text->links->pdata[j], problems);
    for (guint j = 0; j < page->text->blocks->len; j++)
      look_at_block (guide, page, page->text->blocks->pdata[j], problems);
  }
  return problems;
}

static void
test_whole (void)
{
  static const char *const roots[] = {EN, ZH};
  g_autofree char *unused = thaw_guide_root (); /* makes the pages known */

  for (int i = 0; i < 2; i++) {
    g_autoptr (ThawGuide) guide = thaw_guide_new (roots[i]);
    g_autoptr (GPtrArray) problems = look_for_problems (guide);

    for (guint j = 0; j < problems->len; j++)
      g_test_message ("%s%s", roots[i], (char *) problems->pdata[j]);
    g_assert_cmpuint (problems->len, ==, 0);
    g_assert_cmpuint (guide->pages->len, >=, LEAST_PAGES);
  }
}

/* The same pages, in each the same pictures, headings, lists and code. */
static void
test_alike (void)
{
  g_autofree char *unused = thaw_guide_root ();
  g_autoptr (ThawGuide) en = thaw_guide_new (EN), zh = thaw_guide_new (ZH);

  g_assert_cmpuint (en->pages->len, ==, zh->pages->len);
  for (guint i = 0; i < en->pages->len; i++) {
    const ThawGuidePage *a = en->pages->pdata[i], *b = zh->pages->pdata[i];

    g_assert_cmpstr (a->name, ==, b->name);
    g_test_message ("%s", a->name);
    g_assert_cmpuint (a->text->blocks->len, ==, b->text->blocks->len);
    for (guint j = 0; j < a->text->blocks->len; j++) {
      const ThawGuideBlock *one = nth (a->text, j), *other = nth (b->text, j);
      g_assert_cmpint (one->kind, ==, other->kind);
      g_assert_cmpint (one->level, ==, other->level);
      g_assert_cmpstr (one->file, ==, other->file);
      g_assert_cmpstr (one->marker, ==, other->marker);
      if (one->kind == THAW_GUIDE_CODE)
        g_assert_cmpstr (one->text, ==, other->text);
    }
  }
}

/* A test that finds nothing would find nothing in this guide either. */
static void
test_planted (void)
{
  static const char *const expected[] = {
      "index.md: leads nowhere: gone.md",
      "index.md: no such heading: bad.md#nowhere",
      "empty.md: no title: ",
      "bad.md: no title: ",
      "bad.md: leads nowhere: ../index.md",
      "bad.md: leads nowhere: file:///etc/passwd",
      "bad.md: leads nowhere: javascript:x",
      "bad.md: leads nowhere: mailto:a@b",
      "bad.md: no such picture: pictures/missing.png",
      "bad.md: a picture that cannot be read: pictures/cut.png",
      "bad.md: a picture that cannot be read: pictures/words.png",
      "bad.md: no such picture: ../../../etc/passwd",
  };
  g_autoptr (ThawGuide) guide = thaw_guide_new (BROKEN);
  g_autoptr (GPtrArray) problems = look_for_problems (guide);

  for (guint i = 0; i < problems->len; i++)
    g_test_message ("%s", (char *) problems->pdata[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    if (!g_ptr_array_find_with_equal_func (problems, expected[i], g_str_equal, NULL))
      g_error ("not found: %s", expected[i]);
}

static void
test_language (void)
{
  static const struct {
    const char *language, *root;
  } cases[] = {{"zh_CN", ZH}, {"de", EN}, {"../..", EN}, {"xx:zh_CN:en", ZH}};

  if (setlocale (LC_ALL, "C.UTF-8") == NULL) {
    g_test_skip ("no C.UTF-8 here");
    return;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *root = NULL;
    g_setenv ("LANGUAGE", cases[i].language, TRUE);
    root = thaw_guide_root ();
    g_assert_cmpstr (root, ==, cases[i].root);
  }
  setlocale (LC_ALL, "C");
  g_setenv ("LANGUAGE", "zh_CN", TRUE);
  g_autofree char *plain = thaw_guide_root (); /* gettext translates nothing there */
  g_assert_cmpstr (plain, ==, EN);
}

static void
test_search (void)
{
  g_autofree char *unused = thaw_guide_root (), *word = thaw_guide_fold ("BATCH");
  g_autoptr (ThawGuide) guide = thaw_guide_new (EN);
  const char *const both[] = {word, "statistics", NULL}, *const none[] = {word, "xyzzy", NULL};
  const ThawGuidePage *page = guide->pages->pdata[thaw_guide_find (guide, "freezing.md")];
  int found = thaw_guide_search (page, both);

  g_assert_cmpint (found, >, 0);
  g_assert_nonnull (strstr (nth (page->text, (guint) found)->text, "Batch norm statistics"));
  g_assert_cmpint (thaw_guide_search (page, none), ==, -1);
}

/* --- The window --- */

static ThawGuideWindow *
open_window (const char *root)
{
  GtkWidget *window = thaw_guide_window_new (thaw_guide_new (root));

  gtk_window_present (GTK_WINDOW (window));
  wait_until (gtk_widget_get_mapped (window));
  return THAW_GUIDE_WINDOW (window);
}

static void
close_window (ThawGuideWindow *window)
{
  GtkWindow *gone = GTK_WINDOW (window);

  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &gone);
  gtk_window_destroy (gone);
  wait_until (gone == NULL);
}

static void
let_draw (ThawGuideWindow *window)
{
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
}

static void
act (ThawGuideWindow *window, const char *action)
{
  gtk_widget_activate_action (GTK_WIDGET (window), action, NULL);
}

static GtkWidget *
find (GtkWidget *widget, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child)) {
    GtkWidget *found = find (child, type);
    if (found != NULL)
      return found;
  }
  return NULL;
}

/* Each page of each guide is drawn; warnings are fatal. */
static void
test_every_page (void)
{
  static const char *const roots[] = {EN, ZH, BROKEN};
  g_autofree char *unused = thaw_guide_root ();

  for (gsize i = 0; i < G_N_ELEMENTS (roots); i++) {
    g_autoptr (ThawGuide) guide = thaw_guide_new (roots[i]);
    ThawGuideWindow *window = open_window (roots[i]);

    for (guint j = 0; j < guide->pages->len; j++) {
      const ThawGuidePage *page = guide->pages->pdata[j];
      g_assert_true (thaw_guide_window_open (window, page->name));
      g_assert_cmpstr (thaw_guide_window_page (window), ==, page->name);
      let_draw (window);
    }
    close_window (window);
  }
}

static void
test_window (void)
{
  g_autofree char *unused = thaw_guide_root ();
  ThawGuideWindow *window = open_window (EN);
  GtkWidget *view = find (GTK_WIDGET (window), THAW_TYPE_GUIDE_VIEW);
  GtkWidget *scroller = find (view, GTK_TYPE_SCROLLED_WINDOW), *clamp = find (view, ADW_TYPE_CLAMP);
  GtkAdjustment *place = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller));

  g_assert_cmpstr (thaw_guide_window_page (window), ==, "index.md");
  act (window, "guide.larger");
  g_assert_true (gtk_widget_has_css_class (clamp, "guide-zoom-4"));
  act (window, "guide.normal");
  for (int i = 0; i < 2 * THAW_GUIDE_STEPS; i++)
    act (window, "guide.smaller");
  g_assert_true (gtk_widget_has_css_class (clamp, "guide-zoom-0"));
  g_assert_false (gtk_widget_has_css_class (clamp, "guide-zoom-3"));
  act (window, "guide.normal");

  g_assert_false (thaw_guide_window_open (window, "gone.md"));
  g_assert_cmpstr (thaw_guide_window_page (window), ==, "index.md");
  g_assert_true (thaw_guide_window_open (window, "compare.md#one-run-is-one-dot"));
  wait_until (gtk_adjustment_get_value (place) > 100);

  /* a link of the page, as GtkLabel tells of it */
  g_signal_emit_by_name (view, "follow", "curves.md");
  g_assert_cmpstr (thaw_guide_window_page (window), ==, "curves.md");
  wait_until (gtk_adjustment_get_value (place) == 0);
  g_signal_emit_by_name (view, "follow", "file:///etc/passwd");
  g_assert_cmpstr (thaw_guide_window_page (window), ==, "curves.md");
  act (window, "guide.back");
  g_assert_cmpstr (thaw_guide_window_page (window), ==, "compare.md");
  act (window, "guide.back");
  g_assert_cmpstr (thaw_guide_window_page (window), ==, "index.md");
  act (window, "guide.back");
  g_assert_cmpstr (thaw_guide_window_page (window), ==, "index.md");
  close_window (window);
}

static guint
n_rows_shown (GtkWidget *list)
{
  guint n = 0;
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), i)) != NULL; i++)
    n += gtk_widget_get_child_visible (GTK_WIDGET (row));
  return n;
}

static void
test_window_search (void)
{
  g_autofree char *unused = thaw_guide_root ();
  ThawGuideWindow *window = open_window (EN);
  GtkWidget *list = find (GTK_WIDGET (window), GTK_TYPE_LIST_BOX);
  GtkWidget *entry = find (GTK_WIDGET (window), GTK_TYPE_SEARCH_ENTRY);
  guint all = n_rows_shown (list);

  g_assert_cmpuint (all, >=, LEAST_PAGES);
  act (window, "guide.search");
  gtk_editable_set_text (GTK_EDITABLE (entry), "volatility");
  wait_until (n_rows_shown (list) < all);
  g_assert_cmpuint (n_rows_shown (list), >, 0);
  g_signal_emit_by_name (entry, "activate");
  g_assert_cmpstr (thaw_guide_window_page (window), ==, "compare.md");
  let_draw (window);
  gtk_editable_set_text (GTK_EDITABLE (entry), "xyzzy");
  wait_until (n_rows_shown (list) == 0);
  g_signal_emit_by_name (entry, "activate");
  gtk_editable_set_text (GTK_EDITABLE (entry), "");
  wait_until (n_rows_shown (list) == all);
  close_window (window);
}

/* Nothing at all: no page, no crash. */
static void
test_window_empty (void)
{
  ThawGuideWindow *window = open_window ("/nowhere/");

  g_assert_null (thaw_guide_window_page (window));
  g_assert_false (thaw_guide_window_open (window, "index.md"));
  act (window, "guide.larger");
  act (window, "guide.back");
  act (window, "guide.search");
  close_window (window);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ()) {
    g_print ("1..0 # SKIP no display\n");
    return 0;
  }
  adw_init ();
  thaw_ui_init ();
  g_resources_register (test_guide_broken_get_resource ());
  g_test_add_func ("/ui/guide/text/blocks", test_blocks);
  g_test_add_func ("/ui/guide/text/lines", test_lines);
  g_test_add_func ("/ui/guide/text/hostile", test_hostile_text);
  g_test_add_func ("/ui/guide/pages/whole", test_whole);
  g_test_add_func ("/ui/guide/pages/alike", test_alike);
  g_test_add_func ("/ui/guide/pages/planted", test_planted);
  g_test_add_func ("/ui/guide/pages/language", test_language);
  g_test_add_func ("/ui/guide/pages/search", test_search);
  g_test_add_func ("/ui/guide/window/every-page", test_every_page);
  g_test_add_func ("/ui/guide/window/onward", test_window);
  g_test_add_func ("/ui/guide/window/search", test_window_search);
  g_test_add_func ("/ui/guide/window/empty", test_window_empty);
  return g_test_run ();
}
