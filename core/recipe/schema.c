/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schema: which fields a recipe has, in canonical order. */
#include "recipe-private.h"
#include <string.h>

#define AT(member) offsetof (ThawRecipe, member)
#define MAX_RATE 1e6 /* folly is not refused, only what is no rate at all */

#define TEXT(key, member, text_rule, def_text)                                                     \
  {                                                                                                \
    .name = key, .kind = THAW_FIELD_TEXT, .offset = AT (member), .rule = text_rule,                \
    .text = def_text                                                                               \
  }
#define PARAM(key, member, how, ...)                                                               \
  {                                                                                                \
    .name = key, .kind = THAW_FIELD_PARAM, .offset = AT (member), .store = how, .spec = {          \
      .name = key,                                                                                 \
      __VA_ARGS__                                                                                  \
    }                                                                                              \
  }
#define GROUP(key, fields)                                                                         \
  {                                                                                                \
    .name = key, .kind = THAW_FIELD_GROUP, .children = fields                                      \
  }
#define CHOICE(key, member, list, def_text, fields)                                                \
  {                                                                                                \
    .name = key, .kind = THAW_FIELD_CHOICE, .offset = AT (member),                                 \
    .catalogue = offsetof (ThawCatalogues, list), .text = def_text, .children = fields             \
  }
#define END                                                                                        \
  {                                                                                                \
    .name = NULL                                                                                   \
  }

static const char *const train_names[] = {"head", NULL};
static const char *const batch_norm_names[] = {"update", "hold", NULL}; /* ThawBnMode    */
static const char *const state_names[] = {"carry", "reset", NULL};      /* ThawStateMode */
static const char *const set_names[] = {"validation", "test", NULL};    /* ThawEvalSet   */
static const char *const mean_names[] = {"images", "batches", NULL};    /* ThawLossMean  */

static const ThawField no_fields[] = {END};

static const ThawField split_fields[] = {
    PARAM ("validation",
           data.validation,
           THAW_STORE_DOUBLE,
           .kind = THAW_PARAM_REAL,
           .help = N_ ("Share of the training images kept for validation"),
           .max = 0.9,
           .def = {0.1}),
    PARAM ("stratified",
           data.stratified,
           THAW_STORE_BOOL,
           .kind = THAW_PARAM_BOOL,
           .help = N_ ("The same share of each class"),
           .def = {1}),
    PARAM ("seed",
           data.split_seed,
           THAW_STORE_U64,
           .kind = THAW_PARAM_INT,
           .help = N_ ("Which images are kept for validation"),
           .max = THAW_RECIPE_MAX_INTEGER),
    END,
};

static const ThawField data_fields[] = {
    TEXT ("set", data.set, THAW_TEXT_ID, "auto"),
    GROUP ("split", split_fields),
    PARAM ("size",
           data.size,
           THAW_STORE_INT,
           .kind = THAW_PARAM_INT,
           .help = N_ ("Side of the square input in pixels"),
           .min = 32,
           .max = 1024,
           .def = {32}),
    END,
};

static const ThawField model_fields[] = {
    TEXT ("weights", model.weights, THAW_TEXT_SOURCE, "random"),
    PARAM ("dropout",
           model.dropout,
           THAW_STORE_OPTIONAL,
           .kind = THAW_PARAM_REAL,
           .help = N_ ("Dropout before the last layer; null: the model's own"),
           .max = 0.99,
           .def = {-1}),
    END,
};

static const ThawField freeze_fields[] = {
    PARAM ("epochs",
           freeze.epochs,
           THAW_STORE_INT,
           .kind = THAW_PARAM_INT,
           .help = N_ ("Epochs with a frozen backbone"),
           .max = 100000),
    PARAM ("train",
           freeze.train,
           THAW_STORE_CHOICE_TEXT,
           .kind = THAW_PARAM_CHOICE,
           .help = N_ ("What trains while the rest is frozen"),
           .choices = train_names),
    PARAM ("batch_norm",
           freeze.batch_norm,
           THAW_STORE_INT,
           .kind = THAW_PARAM_CHOICE,
           .help = N_ ("Whether frozen batch norm's statistics move"),
           .choices = batch_norm_names),
    PARAM ("lr_after",
           freeze.lr_after,
           THAW_STORE_DOUBLE,
           .kind = THAW_PARAM_REAL,
           .help = N_ ("Learning rate from the thaw on"),
           .exclusive_min = true,
           .max = MAX_RATE,
           .def = {1e-4},
           .by_factor = true),
    PARAM ("optimizer_state",
           freeze.optimizer_state,
           THAW_STORE_INT,
           .kind = THAW_PARAM_CHOICE,
           .help = N_ ("Whether the optimiser's memory outlives the thaw"),
           .choices = state_names),
    END,
};

/* A deviation near zero would only make infinities of pixels. */
static const ThawField normalize_fields[] = {
    PARAM ("mean",
           mean,
           THAW_STORE_DOUBLES,
           .kind = THAW_PARAM_REALS,
           .help = N_ ("Subtracted from red, green and blue"),
           .min = -10,
           .max = 10,
           .count = 3,
           .def = {0.4914, 0.4822, 0.4465}),
    PARAM ("std",
           std,
           THAW_STORE_DOUBLES,
           .kind = THAW_PARAM_REALS,
           .help = N_ ("What red, green and blue are divided by then"),
           .min = 0.001,
           .max = 10,
           .count = 3,
           .def = {0.2023, 0.1994, 0.2010}),
    END,
};

static const ThawField evaluate_fields[] = {
    PARAM ("set",
           evaluate.set,
           THAW_STORE_INT,
           .kind = THAW_PARAM_CHOICE,
           .help = N_ ("Measured after each epoch; chooses the best one and steers the rate"),
           .choices = set_names),
    PARAM ("test_at_end",
           evaluate.test_at_end,
           THAW_STORE_BOOL,
           .kind = THAW_PARAM_BOOL,
           .help = N_ ("Open the test set once, for the best epoch"),
           .def = {1}),
    PARAM ("clean_train",
           evaluate.clean_train,
           THAW_STORE_BOOL,
           .kind = THAW_PARAM_BOOL,
           .help = N_ ("Also measure training images without augmentation or dropout"),
           .def = {1}),
    PARAM ("loss_mean",
           evaluate.loss_mean,
           THAW_STORE_INT,
           .kind = THAW_PARAM_CHOICE,
           .help = N_ ("Whether images or batches weigh the same in a mean loss"),
           .choices = mean_names),
    END,
};

static const ThawField recipe_fields[] = {
    {.name = "format", .kind = THAW_FIELD_FORMAT},
    TEXT ("name", name, THAW_TEXT_FREE, ""),
    GROUP ("data", data_fields),
    CHOICE ("model", model.choice, models, "mobilenet_v3_small", model_fields),
    GROUP ("freeze", freeze_fields),
    {.name = "augment",
     .kind = THAW_FIELD_LIST,
     .offset = AT (augment),
     .catalogue = offsetof (ThawCatalogues, transforms)},
    GROUP ("normalize", normalize_fields),
    CHOICE ("optimizer", optimizer, optimizers, "Adam", no_fields),
    CHOICE ("schedule", schedule, schedules, "ReduceLROnPlateau", no_fields),
    CHOICE ("loss", loss, losses, "CrossEntropyLoss", no_fields),
    GROUP ("evaluate", evaluate_fields),
    PARAM ("epochs",
           epochs,
           THAW_STORE_INT,
           .kind = THAW_PARAM_INT,
           .help = N_ ("How often all training images are seen"),
           .min = 1,
           .max = 100000,
           .def = {40}),
    PARAM ("batch_size",
           batch_size,
           THAW_STORE_INT,
           .kind = THAW_PARAM_INT,
           .help = N_ ("Images in a step"),
           .min = 1,
           .max = 4096,
           .def = {64}),
    PARAM ("seed",
           seed,
           THAW_STORE_U64,
           .kind = THAW_PARAM_INT,
           .help = N_ ("Where all random numbers start"),
           .max = THAW_RECIPE_MAX_INTEGER),
    END,
};

const ThawField *
thaw_recipe_schema (void)
{
  return recipe_fields;
}

const ThawField *
thaw_field_find (const ThawField *fields, const char *name)
{
  for (; fields->name != NULL; fields++)
    if (strcmp (fields->name, name) == 0)
      return fields;
  return NULL;
}

ThawCatalogue
thaw_field_catalogue (const ThawField *field, const ThawCatalogues *catalogues)
{
  return *(const ThawCatalogue *) ((const char *) catalogues + field->catalogue);
}

const ThawEntry *
thaw_field_default_entry (const ThawField *field, const ThawCatalogues *catalogues)
{
  ThawCatalogue catalogue = thaw_field_catalogue (field, catalogues);
  const ThawEntry *entry = thaw_catalogue_find (catalogue, field->text);

  if (entry == NULL && catalogue.entries != NULL)
    entry = catalogue.entries[0];
  return entry;
}
