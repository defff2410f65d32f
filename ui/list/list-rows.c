/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "list-rows.h"

#include "group-item.h"
#include "thaw-analysis.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

struct _ThawListRows {
  GObject parent_instance;
  GListModel *runs;
  char **words; /* of the search, casefolded */
  ThawGrouping grouping;
  GPtrArray *rows;      /* of ThawRunItem, ThawGroupItem */
  GHashTable *headings; /* "grouping key" -> ThawGroupItem: the same as long as it is shown */
  guint n_runs;
};

/* --- A group while it is gathered --- */

typedef struct {
  char *key;
  GPtrArray *items; /* of ThawRunItem, borrowed */
} Group;

static void
group_free (gpointer data)
{
  Group *group = data;

  g_free (group->key);
  g_ptr_array_unref (group->items);
  g_free (group);
}

/* --- The model --- */

static GType
get_item_type (GListModel *model)
{
  return G_TYPE_OBJECT;
}

static guint
get_n_items (GListModel *model)
{
  return THAW_LIST_ROWS (model)->rows->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  GPtrArray *rows = THAW_LIST_ROWS (model)->rows;

  return position < rows->len ? g_object_ref (rows->pdata[position]) : NULL;
}

static void
list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (ThawListRows,
                               thaw_list_rows,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

/* --- Search --- */

static bool
fits (ThawListRows *self, ThawRunItem *item)
{
  g_autofree char *name = NULL, *backbone = NULL, *tags = NULL, *state = NULL, *all = NULL,
                  *folded = NULL;

  if (self->words == NULL || self->words[0] == NULL)
    return true;
  g_object_get (item, "name", &name, "backbone", &backbone, "tags", &tags, "state-text", &state,
                NULL);
  all = g_strjoin ("\n", name, backbone, tags, state, thaw_run_item_id (item), NULL);
  folded = g_utf8_casefold (all, -1);
  for (char **word = self->words; *word != NULL; word++)
    if (strstr (folded, *word) == NULL)
      return false;
  return true;
}

static GPtrArray *
fitting_runs (ThawListRows *self)
{
  guint n = g_list_model_get_n_items (self->runs);
  GPtrArray *items = g_ptr_array_new_full (n, NULL);

  for (guint i = 0; i < n; i++) {
    g_autoptr (ThawRunItem) item = g_list_model_get_item (self->runs, i);
    if (fits (self, item))
      g_ptr_array_add (items, item); /* the list of runs holds it */
  }
  return items;
}

/* --- Groups --- */

/* What a recipe is but for its seed; worked out once a recipe. */
static const char *
seeds_key (ThawRunItem *item)
{
  static GQuark quark;
  const char *key;

  if (quark == 0)
    quark = g_quark_from_static_string ("thaw-seeds-key");
  key = g_object_get_qdata (G_OBJECT (item), quark);
  if (key == NULL) {
    char *made = thaw_group_key (thaw_run_item_run (item));
    g_object_set_qdata_full (G_OBJECT (item), quark, made, g_free);
    key = made;
  }
  return key;
}

static void
put_in_group (GPtrArray *groups, GHashTable *by_key, const char *key, ThawRunItem *item)
{
  Group *group = g_hash_table_lookup (by_key, key);

  if (group == NULL) {
    group = g_new0 (Group, 1);
    group->key = g_strdup (key);
    group->items = g_ptr_array_new ();
    g_ptr_array_add (groups, group);
    g_hash_table_insert (by_key, group->key, group);
  }
  g_ptr_array_add (group->items, item);
}

static void
put_item (ThawListRows *self, GPtrArray *groups, GHashTable *by_key, ThawRunItem *item)
{
  const ThawRun *run = thaw_run_item_run (item);

  if (self->grouping == THAW_GROUP_BACKBONE) {
    put_in_group (groups, by_key, run->model != NULL ? run->model : "", item);
  } else if (self->grouping == THAW_GROUP_SEEDS) {
    put_in_group (groups, by_key, seeds_key (item), item);
  } else if (run->tags == NULL || run->tags[0] == NULL) {
    put_in_group (groups, by_key, "", item);
  } else {
    for (char **tag = run->tags; *tag != NULL; tag++)
      put_in_group (groups, by_key, *tag, item);
  }
}

/* Runs without a tag, and those of a single seed, stand last. */
static void
move_rest_to_end (ThawListRows *self, GPtrArray *groups)
{
  Group *rest = NULL;

  for (guint i = 0; i < groups->len;) {
    Group *group = groups->pdata[i];
    bool single = self->grouping == THAW_GROUP_SEEDS && group->items->len < 2;
    bool untagged = self->grouping == THAW_GROUP_TAG && *group->key == '\0';
    if (!single && !untagged) {
      i++;
      continue;
    }
    group = g_ptr_array_steal_index (groups, i);
    if (rest == NULL) {
      rest = group;
      g_free (rest->key);
      rest->key = g_strdup ("");
    } else {
      g_ptr_array_extend (rest->items, group->items, NULL, NULL);
      group_free (group);
    }
  }
  if (rest != NULL)
    g_ptr_array_add (groups, rest);
}

static char *
title_of (ThawListRows *self, const Group *group)
{
  ThawRunItem *first = group->items->pdata[0];
  char *title;

  if (self->grouping == THAW_GROUP_BACKBONE) {
    g_object_get (first, "backbone", &title, NULL);
    return title;
  }
  if (self->grouping == THAW_GROUP_TAG)
    return g_strdup (*group->key != '\0' ? group->key : _ ("No Tag"));
  return g_strdup (*group->key != '\0' ? thaw_run_item_run (first)->name : _ ("Single Runs"));
}

static char *
detail_of (ThawListRows *self, const Group *group)
{
  g_autofree double *values = g_new (double, group->items->len);
  ThawSpread spread;

  for (guint i = 0; i < group->items->len; i++)
    values[i] = thaw_run_item_run (group->items->pdata[i])->best_accuracy;
  spread = thaw_spread (values, group->items->len);
  if (self->grouping == THAW_GROUP_SEEDS && *group->key != '\0' && spread.n >= 2)
    /* best accuracy: mean, deviation in percentage points, number of runs */
    return g_strdup_printf (_ ("%.1f ± %.1f %%, n = %d"), 100 * spread.mean, 100 * spread.deviation,
                            spread.n);
  return g_strdup_printf (ngettext ("%u run", "%u runs", group->items->len), group->items->len);
}

static void
add_group (ThawListRows *self, GPtrArray *rows, GHashTable *headings, const Group *group)
{
  g_autofree char *id = g_strdup_printf ("%d %s", self->grouping, group->key);
  g_autofree char *title = title_of (self, group), *detail = detail_of (self, group);
  ThawGroupItem *heading = g_hash_table_lookup (self->headings, id);

  heading = heading != NULL ? g_object_ref (heading) : thaw_group_item_new ();
  thaw_group_item_set (heading, title, detail);
  g_hash_table_insert (headings, g_steal_pointer (&id), heading);
  g_ptr_array_add (rows, g_object_ref (heading));
  for (guint i = 0; i < group->items->len; i++)
    g_ptr_array_add (rows, g_object_ref (group->items->pdata[i]));
}

static GHashTable *
new_headings (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

static void
add_groups (ThawListRows *self, GPtrArray *rows, const GPtrArray *items)
{
  g_autoptr (GPtrArray) groups = g_ptr_array_new_with_free_func (group_free);
  g_autoptr (GHashTable) by_key = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTable *headings = new_headings ();

  for (guint i = 0; i < items->len; i++)
    put_item (self, groups, by_key, items->pdata[i]);
  move_rest_to_end (self, groups);
  for (guint i = 0; i < groups->len; i++)
    add_group (self, rows, headings, groups->pdata[i]);
  g_hash_table_unref (self->headings);
  self->headings = headings;
}

/* --- Refreshing --- */

/* (transfer full) rows: the new ones. */
static void
replace_rows (ThawListRows *self, GPtrArray *rows)
{
  g_autoptr (GPtrArray) old = self->rows;
  guint head = 0, tail = 0, least = MIN (old->len, rows->len);

  while (head < least && old->pdata[head] == rows->pdata[head])
    head++;
  while (tail < least - head &&
         old->pdata[old->len - 1 - tail] == rows->pdata[rows->len - 1 - tail])
    tail++;
  self->rows = rows;
  if (old->len - head - tail > 0 || rows->len - head - tail > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), head, old->len - head - tail,
                                rows->len - head - tail);
}

void
thaw_list_rows_refresh (ThawListRows *self)
{
  g_autoptr (GPtrArray) items = fitting_runs (self);
  GPtrArray *rows = g_ptr_array_new_with_free_func (g_object_unref);

  self->n_runs = items->len;
  if (self->grouping != THAW_GROUP_NONE)
    add_groups (self, rows, items);
  else
    for (guint i = 0; i < items->len; i++)
      g_ptr_array_add (rows, g_object_ref (items->pdata[i]));
  replace_rows (self, rows);
}

static void
runs_changed_cb (ThawListRows *self)
{
  thaw_list_rows_refresh (self);
}

void
thaw_list_rows_set_search (ThawListRows *self, const char *text)
{
  g_autofree char *folded = g_utf8_casefold (text != NULL ? text : "", -1);
  g_auto (GStrv) parts = g_strsplit_set (folded, " \t\n", -1);
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  for (char **part = parts; *part != NULL; part++)
    if (**part != '\0')
      g_strv_builder_add (words, *part);
  g_strfreev (self->words);
  self->words = g_strv_builder_end (words);
  thaw_list_rows_refresh (self);
}

void
thaw_list_rows_set_grouping (ThawListRows *self, ThawGrouping grouping)
{
  if (self->grouping == grouping)
    return;
  self->grouping = grouping;
  thaw_list_rows_refresh (self);
}

ThawGrouping
thaw_list_rows_grouping (ThawListRows *self)
{
  return self->grouping;
}

guint
thaw_list_rows_n_runs (ThawListRows *self)
{
  return self->n_runs;
}

bool
thaw_list_rows_find (ThawListRows *self, ThawRunItem *item, guint *position)
{
  return g_ptr_array_find (self->rows, item, position);
}

/* --- The object --- */

static void
thaw_list_rows_finalize (GObject *object)
{
  ThawListRows *self = THAW_LIST_ROWS (object);

  g_clear_object (&self->runs);
  g_strfreev (self->words);
  g_ptr_array_unref (self->rows);
  g_hash_table_unref (self->headings);
  G_OBJECT_CLASS (thaw_list_rows_parent_class)->finalize (object);
}

static void
thaw_list_rows_class_init (ThawListRowsClass *class)
{
  G_OBJECT_CLASS (class)->finalize = thaw_list_rows_finalize;
}

static void
thaw_list_rows_init (ThawListRows *self)
{
  self->rows = g_ptr_array_new_with_free_func (g_object_unref);
  self->headings = new_headings ();
}

ThawListRows *
thaw_list_rows_new (GListModel *runs)
{
  ThawListRows *self = g_object_new (THAW_TYPE_LIST_ROWS, NULL);

  self->runs = g_object_ref (runs);
  g_signal_connect_object (runs, "items-changed", G_CALLBACK (runs_changed_cb), self,
                           G_CONNECT_SWAPPED);
  thaw_list_rows_refresh (self);
  return self;
}
