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

static const char *const train_names[] = {"head", "last_block", NULL};
static const char *const batch_norm_names[] = {"update", "hold", NULL}; /* ThawBnMode    */
static const char *const features_names[] = {"live", "once", NULL};     /* ThawFeatureMode */
static const char *const state_names[] = {"carry", "reset", NULL};      /* ThawStateMode */
static const char *const set_names[] = {"validation", "test", NULL};    /* ThawEvalSet   */
static const char *const mean_names[] = {"images", "batches", NULL};    /* ThawLossMean  */
static const char *const imbalance_names[] = {"none", "exponential", "step", NULL};
static const char *const ema_names[] = {"first_update", "initial", "warmup",
                                        NULL};                       /* ThawEmaStart */
static const char *const watch_names[] = {"loss", "accuracy", NULL}; /* ThawWatched    */

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

static const ThawField imbalance_fields[] = {
    PARAM ("kind",
           data.imbalance,
           THAW_STORE_INT,
           .kind = THAW_PARAM_CHOICE,
           .help = N_ ("Leaves out training images, so that classes differ in size"),
           .choices = imbalance_names,
           .late = true),
    PARAM ("ratio",
           data.imbalance_ratio,
           THAW_STORE_DOUBLE,
           .kind = THAW_PARAM_REAL,
           .help = N_ ("How many times larger the first class is than the last"),
           .min = 1,
           .max = 100000,
           .def = {10},
           .by_factor = true,
           .late = true),
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
    GROUP ("imbalance", imbalance_fields),
    END,
};

static const ThawField model_fields[] = {
    TEXT ("weights", model.weights, THAW_TEXT_SOURCE, "random"),
    PARAM ("dropout",
           model.dropout,
           THAW_STORE_OPTIONAL,
           .kind = THAW_PARAM_REAL,
           .help = N_ ("Dropout before the last layer; null: the model's own"),
           .null_text = N_ ("Its Own"),
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
    {.name = "match",
     .kind = THAW_FIELD_TEXT,
     .offset = AT (freeze.match),
     .rule = THAW_TEXT_MATCH,
     .text = "",
     .spec = {.late = true}},
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
    {.name = "steps",
     .kind = THAW_FIELD_LIST,
     .offset = AT (freeze.steps),
     .count = AT (freeze.n_steps),
     .own = true,
     .spec = {.late = true}},
    PARAM ("features",
           freeze.features,
           THAW_STORE_INT,
           .kind = THAW_PARAM_CHOICE,
           .help = N_ ("Whether a frozen backbone sees each image every epoch, or once"),
           .choices = features_names,
           .late = true),
    END,
};

static const ThawField rates_fields[] = {
    PARAM ("backbone",
           rates.backbone,
           THAW_STORE_DOUBLE,
           .kind = THAW_PARAM_REAL,
           .help = N_ ("The last block's learning rate as a share of the head's"),
           .exclusive_min = true,
           .max = 1000,
           .def = {1},
           .by_factor = true,
           .late = true),
    PARAM ("decay",
           rates.decay,
           THAW_STORE_DOUBLE,
           .kind = THAW_PARAM_REAL,
           .help = N_ ("Each earlier block's learning rate as a share of the next one's"),
           .exclusive_min = true,
           .max = 10,
           .def = {1},
           .by_factor = true,
           .late = true),
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

static const ThawField optimizer_fields[] = {
    PARAM ("clip_norm",
           clip.norm,
           THAW_STORE_DOUBLE,
           .kind = THAW_PARAM_REAL,
           .help = N_ ("Gradients longer than this, all together, are shortened to it; 0: never"),
           .max = 1e9,
           .by_factor = true,
           .late = true),
    PARAM ("clip_value",
           clip.value,
           THAW_STORE_DOUBLE,
           .kind = THAW_PARAM_REAL,
           .help = N_ ("No number of a gradient is larger than this; 0: any may be"),
           .max = 1e9,
           .by_factor = true,
           .late = true),
    END,
};

static const ThawField schedule_fields[] = {
    PARAM ("warmup_epochs",
           warmup.epochs,
           THAW_STORE_INT,
           .kind = THAW_PARAM_INT,
           .help = N_ ("Epochs in which the rate rises, before the schedule begins"),
           .max = 100000,
           .late = true),
    PARAM ("warmup_factor",
           warmup.factor,
           THAW_STORE_DOUBLE,
           .kind = THAW_PARAM_REAL,
           .help = N_ ("Share of the rate at which the warm-up begins"),
           .max = 1,
           .def = {0.01},
           .late = true),
    END,
};

static const ThawField loss_fields[] = {
    {.name = "class_weights",
     .kind = THAW_FIELD_TEXT,
     .offset = AT (class_weights),
     .rule = THAW_TEXT_WEIGHTS,
     .text = "none",
     .spec = {.late = true}},
    END,
};

static const ThawField ema_fields[] = {
    PARAM ("decay",
           ema.decay,
           THAW_STORE_DOUBLE,
           .kind = THAW_PARAM_REAL,
           .help = N_ ("Share of the averaged weights that stays at each update; 0: no average"),
           .max = 0.999999,
           .late = true),
    PARAM ("every",
           ema.every,
           THAW_STORE_INT,
           .kind = THAW_PARAM_INT,
           .help = N_ ("Steps between two updates of the average"),
           .min = 1,
           .max = 1000000,
           .def = {1},
           .late = true),
    PARAM ("start",
           ema.start,
           THAW_STORE_INT,
           .kind = THAW_PARAM_CHOICE,
           .help = N_ ("Whether the average begins with the first update or the initial weights"),
           .choices = ema_names,
           .late = true),
    END,
};

static const ThawField early_fields[] = {
    PARAM ("patience",
           early.patience,
           THAW_STORE_INT,
           .kind = THAW_PARAM_INT,
           .help = N_ ("Epochs without improvement after which training ends; 0: it never does"),
           .max = 100000,
           .late = true),
    PARAM ("min_delta",
           early.min_delta,
           THAW_STORE_DOUBLE,
           .kind = THAW_PARAM_REAL,
           .help = N_ ("How much better counts as an improvement"),
           .max = 1000,
           .by_factor = true,
           .late = true),
    PARAM ("watch",
           early.watch,
           THAW_STORE_INT,
           .kind = THAW_PARAM_CHOICE,
           .help = N_ ("What has to improve"),
           .choices = watch_names,
           .late = true),
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
    PARAM ("flip",
           evaluate.flip,
           THAW_STORE_BOOL,
           .kind = THAW_PARAM_BOOL,
           .help = N_ ("Look at each image mirrored as well, and take the mean"),
           .late = true),
    PARAM ("augment",
           evaluate.augment,
           THAW_STORE_BOOL,
           .kind = THAW_PARAM_BOOL,
           .help = N_ ("Evaluate on images that went through the training transforms: a mistake, "
                       "to see what it does"),
           .late = true),
    END,
};

static const ThawField recipe_fields[] = {
    {.name = "format", .kind = THAW_FIELD_FORMAT},
    TEXT ("name", name, THAW_TEXT_FREE, ""),
    GROUP ("data", data_fields),
    CHOICE ("model", model.choice, models, "mobilenet_v3_small", model_fields),
    GROUP ("freeze", freeze_fields),
    GROUP ("rates", rates_fields),
    {.name = "augment",
     .kind = THAW_FIELD_LIST,
     .offset = AT (augment),
     .count = AT (n_augment),
     .catalogue = offsetof (ThawCatalogues, transforms)},
    GROUP ("normalize", normalize_fields),
    CHOICE ("optimizer", optimizer, optimizers, "Adam", optimizer_fields),
    CHOICE ("schedule", schedule, schedules, "ReduceLROnPlateau", schedule_fields),
    CHOICE ("loss", loss, losses, "CrossEntropyLoss", loss_fields),
    GROUP ("ema", ema_fields),
    GROUP ("early_stopping", early_fields),
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
           THAW_STORE_SEED,
           .kind = THAW_PARAM_INT,
           .help = N_ ("Where all random numbers start; null: drawn when a run begins"),
           .null_text = N_ ("Drawn at the Start"),
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
  if (field->own)
    return thaw_steps_catalogue ();
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
