/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recipe being edited: what changed, undo, findings and their remedies. No display. */
#include "backbone.h"
#include "draft.h"
#include "field-row.h"
#include "thaw-resources.h"

static ThawDraft *
draft_of (const char *preset)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = thaw_preset_read (preset);
  g_autofree char *json = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  ThawDraft *draft = thaw_draft_new ();

  thaw_draft_begin (draft, THAW_ORIGIN_PRESET, preset, "Preset", json, &error);
  g_assert_no_error (error);
  return draft;
}

static void
set (ThawDraft *draft, const char *path, const char *value)
{
  g_autoptr (GError) error = NULL;

  thaw_draft_set (draft, path, value, &error);
  g_assert_no_error (error);
}

static void
remember (ThawDraft *draft, const char *const *paths, char **last)
{
  g_free (*last);
  *last = g_strjoinv (" ", (char **) paths);
}

static void
assert_value (ThawDraft *draft, const char *path, const char *value)
{
  const ThawRecipeField *field = thaw_draft_field (draft, path);

  g_assert_nonnull (field);
  g_assert_cmpstr (field->value, ==, value);
}

static void
test_edit (void)
{
  g_autoptr (ThawDraft) draft = draft_of ("day44-resnet18");
  g_autofree char *last = NULL;

  g_signal_connect (draft, "changed", G_CALLBACK (remember), &last);
  g_assert_cmpint (thaw_draft_n_changes (draft), ==, 0);
  set (draft, "freeze.epochs", "7");
  g_assert_cmpstr (last, ==, "freeze.epochs");
  g_assert_true (thaw_draft_is_changed (draft, "freeze.epochs"));
  g_assert_false (thaw_draft_is_changed (draft, "epochs"));
  g_assert_cmpint (thaw_draft_n_changes (draft), ==, 1);
  g_autofree char *base = thaw_draft_base (draft, "freeze.epochs");
  g_assert_cmpstr (base, ==, "5");
  thaw_draft_reset (draft, "freeze.epochs");
  assert_value (draft, "freeze.epochs", "5");
  g_assert_cmpint (thaw_draft_n_changes (draft), ==, 0);
}

static void
test_refused (void)
{
  g_autoptr (ThawDraft) draft = draft_of ("day44-resnet18");
  g_autoptr (GError) error = NULL;
  g_autofree char *last = NULL;

  g_signal_connect (draft, "changed", G_CALLBACK (remember), &last);
  g_assert_false (thaw_draft_set (draft, "freeze.epochs", "-3", &error));
  g_assert_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_VALUE);
  g_assert_cmpstr (thaw_draft_field_in (draft, error->message), ==, "freeze.epochs");
  g_assert_null (last);
  assert_value (draft, "freeze.epochs", "5");
  g_assert_false (thaw_draft_undo (draft));
}

/* Another entry: the parameters that it lacks go, its own come with their defaults. */
static void
test_entry (void)
{
  g_autoptr (ThawDraft) draft = draft_of ("day44-resnet18");

  set (draft, "optimizer.name", "SGD");
  g_assert_null (thaw_draft_field (draft, "optimizer.betas"));
  assert_value (draft, "optimizer.lr", "0.001");
  g_assert_true (thaw_draft_is_changed (draft, "optimizer.name"));
  g_assert_false (thaw_draft_is_changed (draft, "optimizer.momentum"));
  set (draft, "optimizer.momentum", "0.9");
  g_assert_true (thaw_draft_is_changed (draft, "optimizer.momentum"));
  g_autofree char *base = thaw_draft_base (draft, "optimizer.momentum");
  g_assert_cmpstr (base, ==, "0");
}

static void
test_undo (void)
{
  g_autoptr (ThawDraft) draft = draft_of ("day44-resnet18");
  gboolean can = TRUE;

  set (draft, "epochs", "30");
  set (draft, "epochs", "31"); /* joins: one gesture */
  thaw_draft_settle (draft);
  set (draft, "epochs", "32");
  set (draft, "batch_size", "32");
  g_assert_true (thaw_draft_undo (draft));
  assert_value (draft, "batch_size", "64");
  g_assert_true (thaw_draft_undo (draft));
  assert_value (draft, "epochs", "31");
  g_assert_true (thaw_draft_undo (draft));
  assert_value (draft, "epochs", "40");
  g_object_get (draft, "can-undo", &can, NULL);
  g_assert_false (can);
  g_assert_true (thaw_draft_redo (draft));
  g_assert_true (thaw_draft_redo (draft));
  assert_value (draft, "epochs", "32");
  set (draft, "seed", "9"); /* what was undone is gone now */
  g_assert_false (thaw_draft_redo (draft));
  thaw_draft_set_data_path (draft, "/somewhere");
  g_assert_true (thaw_draft_undo (draft));
  g_assert_null (thaw_draft_data_path (draft));
}

static void
test_transforms (void)
{
  g_autoptr (ThawDraft) draft = draft_of ("day44-resnet18");

  thaw_draft_move_transform (draft, 2, 0);
  assert_value (draft, "augment.0.name", "\"ColorJitter\"");
  g_assert_false (thaw_draft_is_changed (draft, "augment.0.hue"));
  set (draft, "augment.0.hue", "0.3");
  g_assert_true (thaw_draft_is_changed (draft, "augment.0.hue"));
  g_autofree char *base = thaw_draft_base (draft, "augment.0.hue");
  g_assert_cmpstr (base, ==, "0.1");
  g_autofree char *kept = thaw_draft_transform_json (draft, 0);
  thaw_draft_remove_transform (draft, 0);
  g_assert_cmpint (thaw_draft_recipe (draft)->n_augment, ==, 3);
  thaw_draft_add_transform (draft, "ColorJitter", kept);
  assert_value (draft, "augment.3.hue", "0.3");
  thaw_draft_add_transform (draft, "RandomRotation", NULL);
  g_assert_cmpint (thaw_draft_recipe (draft)->n_augment, ==, 5);
  for (int i = 0; i < 3; i++)
    g_assert_true (thaw_draft_undo (draft));
  g_assert_cmpint (thaw_draft_recipe (draft)->n_augment, ==, 4);
  assert_value (draft, "augment.0.hue", "0.3");
  thaw_draft_add_transform (draft, "Mixup", NULL);
  thaw_draft_add_transform (draft, "Cutout", NULL);
  thaw_draft_add_transform (draft, "CutMix", NULL);
  thaw_draft_add_transform (draft, "RandAugment", NULL);
  assert_value (draft, "augment.4.name", "\"RandAugment\"");
  assert_value (draft, "augment.5.name", "\"Cutout\"");
  assert_value (draft, "augment.6.name", "\"Mixup\"");
  assert_value (draft, "augment.7.name", "\"CutMix\"");
}

static void
test_locked (void)
{
  g_autoptr (ThawDraft) draft = draft_of ("day44-resnet18");
  g_autoptr (GError) error = NULL;

  set (draft, "epochs", "30");
  thaw_draft_set_locked (draft, true);
  g_assert_false (thaw_draft_set (draft, "epochs", "3", &error));
  g_assert_nonnull (error);
  g_assert_false (thaw_draft_undo (draft));
  assert_value (draft, "epochs", "30");
}

static const ThawDraftFinding *
finding (ThawDraft *draft, const char *id)
{
  const GPtrArray *list = thaw_draft_findings (draft);

  for (guint i = 0; i < list->len; i++) {
    const ThawDraftFinding *item = list->pdata[i];
    if (g_str_equal (item->finding->id, id))
      return item;
  }
  return NULL;
}

/* Every remedy of every preset, and of recipes that cannot start, cures. */
static void
check_remedies (ThawDraft *draft)
{
  for (guint i = 0; i < thaw_draft_findings (draft)->len; i++) {
    const ThawDraftFinding *item = thaw_draft_findings (draft)->pdata[i];
    g_autofree char *id = g_strdup (item->finding->id);
    g_autoptr (GError) error = NULL;
    g_assert_true (thaw_draft_field (draft, item->finding->field) != NULL ||
                   g_str_equal (item->finding->field, "normalize") ||
                   g_str_equal (item->finding->field, "augment"));
    if (item->finding->changes == NULL)
      continue;
    thaw_draft_assign (draft, (const char *const *) item->finding->changes, &error);
    g_assert_no_error (error);
    g_assert_null (finding (draft, id));
    g_assert_true (thaw_draft_undo (draft));
    g_assert_nonnull (finding (draft, id));
  }
}

static void
test_findings (void)
{
  g_auto (GStrv) names = thaw_presets_list ();

  for (char **name = names; *name != NULL; name++) {
    g_autoptr (ThawDraft) draft = draft_of (*name);
    g_assert_false (thaw_draft_stopped (draft));
    check_remedies (draft);
  }
  g_autoptr (ThawDraft) draft = draft_of ("day44-resnet18");
  g_assert_nonnull (finding (draft, "map-is-one-pixel"));
  set (draft, "data.size", "64");
  g_assert_null (finding (draft, "map-is-one-pixel"));
  g_assert_nonnull (finding (draft, "transforms-do-not-fit"));
  g_assert_true (thaw_draft_stopped (draft));
  set (draft, "optimizer.name", "SGD");
  set (draft, "optimizer.nesterov", "true");
  g_assert_nonnull (finding (draft, "optimizer-options"));
  check_remedies (draft);
}

static void
test_facts (void)
{
  g_autoptr (ThawDraft) draft = draft_of ("day44-resnet18-exact");
  ThawDataFacts facts = {.known = true, .classes = 3, .n_validation = 5};

  set (draft, "evaluate.set", "validation");
  g_assert_nonnull (finding (draft, "no-validation"));
  thaw_draft_set_data_facts (draft, &facts);
  g_assert_null (finding (draft, "no-validation"));
  facts.empty_class = (char *) "owl";
  thaw_draft_set_data_facts (draft, &facts);
  g_assert_true (finding (draft, "class-empty")->stops);
  set (draft, "data.set", "mnist"); /* other data: nothing is known */
  g_assert_false (thaw_draft_data_facts (draft)->known);
}

/* Weights that came with one backbone are not there for every other. */
static void
test_weights (void)
{
  g_autoptr (ThawDraft) draft = draft_of ("day44-resnet18");

  g_assert_null (finding (draft, "no-such-weights"));
  set (draft, "model.name", "shufflenet_v2_x0_5");
  g_assert_true (finding (draft, "no-such-weights")->stops);
  check_remedies (draft);
  set (draft, "model.weights", "imagenet");
  g_assert_true (finding (draft, "no-such-weights")->stops);
  set (draft, "model.name", "mobilenet_v2");
  g_assert_null (finding (draft, "no-such-weights"));
}

/* What the lesson's table says of ResNet18 at 32 pixels. */
static void
test_backbone (void)
{
  const ThawBackbone *resnet = thaw_backbone_get (thaw_model_find ("resnet18"), 10, 32);
  const ThawBackbone *mobile = thaw_backbone_get (thaw_model_find ("mobilenet_v3_small"), 10, 32);

  g_assert_cmpuint (resnet->parameters, ==, 11181642);
  g_assert_cmpint (resnet->map, ==, 1);
  g_assert_cmpuint ((200 * resnet->live_parameters / resnet->parameters + 1) / 2, ==, 38);
  g_assert_cmpuint (resnet->blocks->len, ==, 10);
  g_assert_cmpuint (resnet->head_parameters, ==, 5130);
  g_assert_cmpuint (mobile->blocks->len, ==, 15);
  g_assert_true (g_array_index (mobile->blocks, ThawBlock, 14).head);
  g_assert_false (g_array_index (mobile->blocks, ThawBlock, 12).head);
  g_assert_true (resnet == thaw_backbone_get (thaw_model_find ("resnet18"), 10, 32));
}

/* What forms show of optimisers, schedules, losses and transforms has a name for people. */
static void
test_titles (void)
{
  const ThawCatalogues *all = thaw_catalogues ();
  const ThawCatalogue catalogues[] = {all->optimizers, all->schedules, all->losses,
                                      all->transforms};

  for (gsize c = 0; c < G_N_ELEMENTS (catalogues); c++)
    for (int i = 0; catalogues[c].entries[i] != NULL; i++)
      for (int k = 0; k < catalogues[c].entries[i]->n_params; k++) {
        const char *name = catalogues[c].entries[i]->params[k].name;
        const char *title = thaw_field_title (name);
        if (title == NULL)
          g_test_message ("%s.%s", catalogues[c].entries[i]->name, name);
        g_assert_nonnull (title);
        g_assert_cmpstr (title, !=, name);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/draft/edit", test_edit);
  g_test_add_func ("/ui/draft/refused", test_refused);
  g_test_add_func ("/ui/draft/entry", test_entry);
  g_test_add_func ("/ui/draft/undo", test_undo);
  g_test_add_func ("/ui/draft/transforms", test_transforms);
  g_test_add_func ("/ui/draft/locked", test_locked);
  g_test_add_func ("/ui/draft/findings", test_findings);
  g_test_add_func ("/ui/draft/facts", test_facts);
  g_test_add_func ("/ui/draft/weights", test_weights);
  g_test_add_func ("/ui/draft/backbone", test_backbone);
  g_test_add_func ("/ui/draft/titles", test_titles);
  return g_test_run ();
}
