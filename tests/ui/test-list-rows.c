/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the run list shows, without a display. */
#include "group-item.h"
#include "list-rows.h"
#include "run-item-private.h"

#include <math.h>
#include <string.h>

typedef struct {
  GListStore *runs;
  ThawListRows *rows;
  guint position, removed, added; /* of the last items-changed */
  int changes;
  gint64 seq;
} Fixture;

static void
changed_cb (GListModel *model, guint position, guint removed, guint added, Fixture *f)
{
  f->position = position;
  f->removed = removed;
  f->added = added;
  f->changes++;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->runs = g_list_store_new (THAW_TYPE_RUN_ITEM);
  f->rows = thaw_list_rows_new (G_LIST_MODEL (f->runs));
  g_signal_connect (f->rows, "items-changed", G_CALLBACK (changed_cb), f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_finalize_object (f->rows);
  g_assert_finalize_object (f->runs);
}

/* Latest first, as the watch has them. */
static ThawRunItem *
add_run (Fixture *f, const char *name, const char *model, const char *tag, int seed, double best)
{
  ThawRunSummary *summary = g_new0 (ThawRunSummary, 1);
  ThawRun *run = g_new0 (ThawRun, 1);
  g_autoptr (ThawRunItem) item = NULL;
  const char *tags[] = {tag, NULL};

  run->id = g_strdup_printf ("%032d", (int) ++f->seq);
  run->seq = f->seq;
  run->name = g_strdup (name);
  run->model = g_strdup (model);
  run->state = THAW_RUN_FINISHED;
  run->recipe =
      g_strdup_printf ("{\"format\":\"thaw-recipe/1\",\"name\":\"%s\",\"model\":{\"name\":"
                       "\"%s\"},\"seed\":%d}",
                       name, model, seed);
  run->tags = g_strdupv ((char **) tags);
  run->best_accuracy = best;
  summary->run = run;
  item = thaw_run_item_new (summary);
  g_list_store_insert (f->runs, 0, item);
  return item; /* the store holds it */
}

static char *
text_of (Fixture *f)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (f->rows)); i++) {
    g_autoptr (GObject) item = g_list_model_get_item (G_LIST_MODEL (f->rows), i);
    if (THAW_IS_GROUP_ITEM (item))
      g_string_append_printf (text, "[%s: %s]", thaw_group_item_title (THAW_GROUP_ITEM (item)),
                              thaw_group_item_detail (THAW_GROUP_ITEM (item)));
    else
      g_string_append_printf (text, "%s ", thaw_run_item_run (THAW_RUN_ITEM (item))->name);
  }
  return g_string_free (text, FALSE);
}

#define assert_rows(f, expected)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *found_ = text_of (f);                                                         \
    g_assert_cmpstr (found_, ==, expected);                                                        \
  }                                                                                                \
  G_STMT_END

static void
test_search (Fixture *f, gconstpointer data)
{
  add_run (f, "Alpha", "resnet18", NULL, 0, 0.8);
  add_run (f, "Beta", "mobilenet_v3_small", "lesson", 0, 0.7);
  assert_rows (f, "Beta Alpha ");
  thaw_list_rows_set_search (f->rows, "RESNET");
  assert_rows (f, "Alpha ");
  thaw_list_rows_set_search (f->rows, "  lesson beta ");
  assert_rows (f, "Beta ");
  thaw_list_rows_set_search (f->rows, "lesson alpha");
  assert_rows (f, "");
  g_assert_cmpuint (thaw_list_rows_n_runs (f->rows), ==, 0);
  thaw_list_rows_set_search (f->rows, "finished");
  assert_rows (f, "Beta Alpha ");
  thaw_list_rows_set_search (f->rows, NULL);
  assert_rows (f, "Beta Alpha ");
}

static void
test_backbone (Fixture *f, gconstpointer data)
{
  add_run (f, "A", "resnet18", NULL, 0, 0.8);
  add_run (f, "B", "mobilenet_v3_small", NULL, 0, 0.7);
  add_run (f, "C", "resnet18", NULL, 1, NAN);
  thaw_list_rows_set_grouping (f->rows, THAW_GROUP_BACKBONE);
  assert_rows (f, "[ResNet18: 2 runs]C A [MobileNetV3-Small: 1 run]B ");
}

static void
test_tags (Fixture *f, gconstpointer data)
{
  add_run (f, "A", "resnet18", "night", 0, 0.8);
  add_run (f, "B", "resnet18", NULL, 0, 0.8);
  add_run (f, "C", "resnet18", "night", 0, 0.8);
  thaw_list_rows_set_grouping (f->rows, THAW_GROUP_TAG);
  assert_rows (f, "[night: 2 runs]C A [No Tag: 1 run]B ");
}

static void
test_seeds (Fixture *f, gconstpointer data)
{
  add_run (f, "Same", "resnet18", NULL, 0, 0.80);
  add_run (f, "Alone", "mobilenet_v3_small", NULL, 0, 0.6);
  add_run (f, "Same", "resnet18", NULL, 1, 0.82);
  add_run (f, "Same", "resnet18", NULL, 2, NAN); /* not measured yet: not counted */
  thaw_list_rows_set_grouping (f->rows, THAW_GROUP_SEEDS);
  assert_rows (f, "[Same: 81.0 ± 1.4 %, n = 2]Same Same Same [Single Runs: 1 run]Alone ");
}

/* A row that stays is not touched. */
static void
test_least_change (Fixture *f, gconstpointer data)
{
  guint position;
  ThawRunItem *middle;

  add_run (f, "A", "resnet18", NULL, 0, 0.8);
  middle = add_run (f, "B", "mobilenet_v3_small", NULL, 0, 0.7);
  add_run (f, "C", "resnet18", NULL, 0, 0.8);
  f->changes = 0;
  add_run (f, "D", "resnet18", NULL, 0, 0.8);
  g_assert_cmpint (f->changes, ==, 1);
  g_assert_cmpuint (f->position, ==, 0);
  g_assert_cmpuint (f->removed, ==, 0);
  g_assert_cmpuint (f->added, ==, 1);
  g_assert_true (thaw_list_rows_find (f->rows, middle, &position));
  g_assert_cmpuint (position, ==, 2);
  g_list_store_remove (f->runs, 1);
  g_assert_cmpuint (f->position, ==, 1);
  g_assert_cmpuint (f->removed, ==, 1);
  g_assert_cmpuint (f->added, ==, 0);
  f->changes = 0;
  thaw_list_rows_refresh (f->rows);
  g_assert_cmpint (f->changes, ==, 0);
  thaw_list_rows_set_grouping (f->rows, THAW_GROUP_BACKBONE);
  f->changes = 0;
  thaw_list_rows_refresh (f->rows); /* headings are the same objects */
  g_assert_cmpint (f->changes, ==, 0);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/ui/list-rows/search", test_search);
  add ("/ui/list-rows/backbone", test_backbone);
  add ("/ui/list-rows/tags", test_tags);
  add ("/ui/list-rows/seeds", test_seeds);
  add ("/ui/list-rows/least-change", test_least_change);
  return g_test_run ();
}
