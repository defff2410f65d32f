/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recipe: what an experiment is. One JSON document, read, defaulted, validated, written
 * canonically, hashed. Knows nobody: the names that a recipe may use (backbones, transforms, ...)
 * come in as catalogues. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

#define THAW_RECIPE_FORMAT "thaw-recipe/1"
#define THAW_RECIPE_MAX_BYTES (1024 * 1024)

#define THAW_RECIPE_ERROR (thaw_recipe_error_quark ())
GQuark thaw_recipe_error_quark (void);
typedef enum {
  THAW_RECIPE_ERROR_SYNTAX, /* not JSON, too deep, too big, duplicate key */
  THAW_RECIPE_ERROR_FIELD,  /* unknown or missing field, wrong type       */
  THAW_RECIPE_ERROR_VALUE,  /* out of range, unknown name                 */
} ThawRecipeError;

/* --- Catalogues: one truth for reader, command line and forms ----------------------------------
 */
typedef enum {
  THAW_PARAM_BOOL,
  THAW_PARAM_INT,
  THAW_PARAM_REAL,
  THAW_PARAM_REALS,  /* a list of exactly `count` numbers */
  THAW_PARAM_INTS,   /* a list of at most `count` rising whole numbers above 0; the rest is 0 */
  THAW_PARAM_CHOICE, /* one of `choices`                  */
} ThawParamKind;

#define THAW_PARAM_MAX_COUNT 8

typedef struct {
  const char *name; /* JSON key, the field's standard term, e.g. "weight_decay" */
  const char *help; /* one line, marked with N_()                               */
  ThawParamKind kind;
  double min, max;                  /* inclusive range; for REALS of each number                 */
  bool exclusive_min;               /* min itself is refused (a rate of zero)                 */
  int count;                        /* REALS: how many numbers, <= THAW_PARAM_MAX_COUNT          */
  double def[THAW_PARAM_MAX_COUNT]; /* default; BOOL 0 or 1; CHOICE an index    */
  const char *const *choices;       /* CHOICE: NULL-terminated                  */
  bool by_factor; /* for forms: people change it by factors (1, 2, 5, 10), as rates */
  bool late;      /* came after recipes were first written: at its default it stays out of the
                     canonical document, whose hash thus stays what it was */
  bool whole;     /* REALS: whole numbers */
  bool pair;      /* REAL: two numbers, [low, high], will do as well, from pair_min to pair_max */
  double pair_min, pair_max;
  const char *null_text; /* what JSON's null means here, as a button says it, N_(); NULL: refused */
} ThawParamSpec;

typedef struct {
  const char *name;  /* "RandomCrop", "Adam", "resnet18"; torch's and torchvision's names */
  const char *title; /* for people, N_(); NULL = name  */
  const char *help;  /* one line, N_()                 */
  const ThawParamSpec *params;
  int n_params;
} ThawEntry;

typedef struct {
  const ThawEntry *const *entries; /* NULL-terminated */
} ThawCatalogue;

typedef struct {
  ThawCatalogue models;     /* core/models  */
  ThawCatalogue transforms; /* core/augment */
  ThawCatalogue optimizers; /* core/optim   */
  ThawCatalogue schedules;  /* core/optim   */
  ThawCatalogue losses;     /* core/nn      */
} ThawCatalogues;

/* What freeze.steps is made of. */
ThawCatalogue thaw_steps_catalogue (void);

const ThawEntry *thaw_catalogue_find (ThawCatalogue catalogue, const char *name); /* (nullable) */

/* An entry with values for all of its parameters. */
typedef struct {
  const ThawEntry *entry;
  double (*values)[THAW_PARAM_MAX_COUNT]; /* [n_params][...] */
} ThawChoice;

double thaw_choice_real (const ThawChoice *choice,
                         const char *param); /* programming error if there is none */
const double *thaw_choice_reals (const ThawChoice *choice, const char *param);
/* Of a parameter that may be a pair: true, and low and high; or false, and the number in pair[0].
 */
bool thaw_choice_pair (const ThawChoice *choice, const char *param, double pair[2]);
int thaw_choice_int (const ThawChoice *choice, const char *param);
bool thaw_choice_bool (const ThawChoice *choice, const char *param);
const char *thaw_choice_name (const ThawChoice *choice, const char *param); /* CHOICE as text */

/* --- The recipe --------------------------------------------------------------------------------
 * JSON (all fields optional but "format"; these are the defaults):
 * {
 *   "format": "thaw-recipe/1", "name": "",
 *   "data": {"set": "auto", "split": {"validation": 0.1, "stratified": true, "seed": 0}, "size":
 * 32}, "model": {"name": "mobilenet_v3_small", "weights": "random", "dropout": null}, "freeze":
 * {"epochs": 0, "train": "head", "batch_norm": "update", "lr_after": 0.0001, "optimizer_state":
 * "carry", "steps": []}, "rates": {"backbone": 1, "decay": 1}, "augment":
 * [{"name": "RandomHorizontalFlip", "p": 0.5}, ...], "normalize": {"mean": [0.4914, 0.4822,
 * 0.4465], "std": [0.2023, 0.1994, 0.201]}, "optimizer": {"name": "Adam", "lr": 0.001, ...},
 * "schedule": {"name": "ReduceLROnPlateau", ...}, "loss": {"name": "CrossEntropyLoss"}, "evaluate":
 * {"set": "validation", "test_at_end": true, "clean_train": true, "loss_mean": "images"}, "epochs":
 * 40, "batch_size": 64, "seed": 0
 * }
 * data.set: "auto" (the first found: CIFAR-10, then Fashion-MNIST, others, last the built-in
 * sample), a known set's name ("cifar-10", "fashion-mnist", "sample") or "path" (whatever the path
 * given beside the recipe holds). The path itself is not part of a recipe: the same recipe is the
 * same experiment on another machine. model.weights: "random", "starter", "imagenet", or a file's
 * path. model.dropout null = the model's own. seed null = drawn when a run begins. freeze.train:
 * what trains from the start, "head" (by the model's catalogue) or "last_block" (the head and the
 * block before it). freeze.steps: thaws on the way, {"name": "ThawBlocks", "epoch": 2, "blocks": 1,
 * "lr": 0.0001}: from that epoch (counted from 0) the head and so many blocks before it train, at
 * that rate; epochs and blocks rise; at freeze.epochs all trains, at lr_after. rates: the head
 * learns at the rate in force, the last block at "backbone" times that, and each block before it at
 * "decay" times the rate of the next. evaluate.set: "validation" or "test": what is measured after
 * each epoch, chooses the best epoch and steers a plateau rule. evaluate.loss_mean: "images" (each
 * image weighs the same) or "batches" (mean of batch means, as in the lesson).
 *
 * Fields that came later, written only where they differ from these defaults:
 *   data.imbalance {"kind": "none", "ratio": 10}: training images left out for practice,
 *     "exponential" or "step", so that the first class has `ratio` times the images of the last
 *   optimizer.clip_norm 0, .clip_value 0: gradients are clipped; 0: not
 *   schedule.warmup_epochs 0, .warmup_factor 0.01: a line up to the rate before the schedule begins
 *   freeze.match "": while frozen, parameters with this text in their names train in place of
 *     freeze.train, as in the lesson
 *   freeze.features "live": "once" computes what the frozen backbone makes of each image once and
 *     trains the head on that, with the same weights; without augmentation, statistics held
 *   loss.class_weights "none": "balanced", or a list with a number for each class
 *   ema {"decay": 0, "every": 1, "start": "first_update"}: an average of the weights is evaluated
 *     beside them; it starts as a copy at its first update, or of the initial weights ("initial");
 *     "warmup": likewise, with a decay that grows with the updates up to the given one
 *   early_stopping {"patience": 0, "min_delta": 0, "watch": "loss"}: counts from the thaw on
 *   evaluate.flip false, .augment false
 */
#define THAW_SEED_NONE UINT64_MAX /* JSON's null: drawn when a run begins */
typedef enum { THAW_EVAL_VALIDATION, THAW_EVAL_TEST } ThawEvalSet;
typedef enum { THAW_BN_UPDATE, THAW_BN_HOLD } ThawBnMode;
typedef enum { THAW_FEATURES_LIVE, THAW_FEATURES_ONCE } ThawFeatureMode;
typedef enum { THAW_STATE_CARRY, THAW_STATE_RESET } ThawStateMode;
typedef enum { THAW_MEAN_IMAGES, THAW_MEAN_BATCHES } ThawLossMean;
typedef enum { THAW_BALANCE_AS_IS, THAW_BALANCE_EXPONENTIAL, THAW_BALANCE_STEP } ThawImbalance;
typedef enum { THAW_EMA_FIRST_UPDATE, THAW_EMA_INITIAL, THAW_EMA_WARMUP } ThawEmaStart;
typedef enum { THAW_WATCH_LOSS, THAW_WATCH_ACCURACY } ThawWatched;

typedef struct {
  char *name;
  struct {
    char *set;
    double validation; /* share of the training images, 0..0.9 */
    bool stratified;
    uint64_t split_seed;
    int size; /* side of the square input, px */
    ThawImbalance imbalance;
    double imbalance_ratio; /* the largest class to the smallest */
  } data;
  struct {
    ThawChoice choice;
    char *weights;
    double dropout; /* < 0: the model's own */
  } model;
  struct {
    int epochs;
    char *train;
    char *match; /* not "": while frozen, what has this in its name trains in place of the head */
    ThawBnMode batch_norm;
    double lr_after;
    ThawStateMode optimizer_state;
    ThawChoice *steps; /* of thaw_steps_catalogue */
    int n_steps;
    ThawFeatureMode features; /* while the head alone trains */
  } freeze;
  struct {
    double backbone, decay; /* factors */
  } rates;
  ThawChoice *augment;
  int n_augment;
  double mean[3], std[3];
  ThawChoice optimizer; /* its "lr" is the first rate */
  struct {
    double norm, value; /* 0: not clipped */
  } clip;
  ThawChoice schedule;
  struct {
    int epochs;    /* before the schedule begins */
    double factor; /* share of the rate to begin with */
  } warmup;
  ThawChoice loss;
  char *class_weights; /* "none", "balanced", or a list of numbers as JSON */
  struct {
    double decay; /* 0: no average is kept */
    int every;    /* steps between two updates */
    ThawEmaStart start;
  } ema;
  struct {
    int patience; /* epochs; 0: never stops early */
    double min_delta;
    ThawWatched watch;
  } early;
  struct {
    ThawEvalSet set;
    bool test_at_end;
    bool clean_train;
    ThawLossMean loss_mean;
    bool flip;    /* mean of both mirrored images' probabilities */
    bool augment; /* with the training transforms: a mistake worth seeing once */
  } evaluate;
  int epochs;
  int batch_size;
  uint64_t seed; /* 0..2^53, or THAW_SEED_NONE */
} ThawRecipe;

/* All fields at their defaults, validated. (transfer full) */
ThawRecipe *thaw_recipe_new (const ThawCatalogues *catalogues) G_GNUC_WARN_UNUSED_RESULT;
/* Reads a document of at most THAW_RECIPE_MAX_BYTES. `source` names it in messages, e.g. the file.
 * Messages give the field's path: "day44.json: freeze.epochs is -1, expected a whole number from 0
 * to 100000". Unknown fields are errors and name the nearest known one. */
ThawRecipe *thaw_recipe_parse (const char *json,
                               gssize length,
                               const char *source,
                               const ThawCatalogues *catalogues,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
ThawRecipe *thaw_recipe_load (const char *path,
                              const ThawCatalogues *catalogues,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A copy with assignments "key.path=value" applied in order; value is JSON, or else taken as text
 * ("model.weights=random"). List items by number: "augment.0.padding=2". A whole object or list may
 * be given as JSON; a list's item may be added at its end. Another "name" of model, optimizer,
 * schedule, loss or an item of augment resets the parameters that both entries do not share.
 * Messages have no source. */
ThawRecipe *thaw_recipe_with (const ThawRecipe *recipe,
                              const char *const *assignments,
                              const ThawCatalogues *catalogues,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
ThawRecipe *thaw_recipe_copy (const ThawRecipe *recipe) G_GNUC_WARN_UNUSED_RESULT;
void thaw_recipe_free (ThawRecipe *recipe);
/* Draws the seed of a recipe that has none: false, if it has one. Whoever begins a run calls it,
 * and writes the recipe into the run: nothing else can repeat it. */
bool thaw_recipe_draw_seed (ThawRecipe *recipe);
/* Canonical JSON: every field (those marked late unless at their default), fixed order, two spaces,
 * shortest numbers that read back equal, final newline. (transfer full) */
char *thaw_recipe_write (const ThawRecipe *recipe);
/* SHA-256 (64 hexadecimal digits) of the canonical JSON without "name". (transfer full) */
char *thaw_recipe_hash (const ThawRecipe *recipe);

/* --- The freeze plan: what an epoch (from 0) finds */
int thaw_plan_blocks (const ThawRecipe *recipe,
                      int epoch);                         /* that train beside the head; -1: all */
int thaw_plan_step (const ThawRecipe *recipe, int epoch); /* steps of freeze.steps taken by then */
/* The rate that a thaw sets at the start of the epoch; 0: none does. */
double thaw_plan_rate (const ThawRecipe *recipe, int epoch);
bool thaw_plan_trains (const ThawRecipe *recipe, int epoch, int block); /* 0: the head */
/* What a block learns at, as a share of the rate in force; 0: the head, 1: the last block. */
double thaw_plan_share (const ThawRecipe *recipe, int block);

/* A field as forms and comparisons see it. */
typedef struct {
  char *path;                /* "freeze.epochs", "optimizer.name", "augment.0.padding"            */
  char *value;               /* JSON, as the canonical document has it                            */
  const ThawParamSpec *spec; /* kind, range, default, help; NULL for texts and names of entries   */
} ThawRecipeField;
/* Every field that holds a value, in canonical order; "format" is none. Of ThawRecipeField
 * (transfer full). */
GPtrArray *thaw_recipe_fields (const ThawRecipe *recipe) G_GNUC_WARN_UNUSED_RESULT;

/* The recipe check: findings in words; never an error. */
typedef struct {
  char *id;       /* "test-set-tunes", "lr-rises-at-thaw", ... */
  char *field;    /* path of the field at fault                */
  char *message;  /* a sentence, translated                    */
  char *remedy;   /* (nullable) what would cure it, as a button says it, translated */
  char **changes; /* (nullable) the assignments that do so, for thaw_recipe_with    */
} ThawFinding;
void thaw_finding_free (ThawFinding *finding);
/* For rooms that know more of a recipe than the recipe: all texts are copied; remedy (nullable),
 * and then `first` and `second` (nullable) are its changes. */
void thaw_finding_add (GPtrArray *findings,
                       const char *id,
                       const char *field,
                       const char *message,
                       const char *remedy,
                       const char *first,
                       const char *second);
GPtrArray *thaw_recipe_check (const ThawRecipe *recipe); /* of ThawFinding (transfer full) */

/* Checks JSON before any parser sees it: size, UTF-8, depth <= 32, no duplicate keys, integers
 * within +-2^53. Used by every reader of JSON from outside. `source` names it in messages. */
gboolean thaw_json_prescan (const char *json, gsize length, const char *source, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawRecipe, thaw_recipe_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawFinding, thaw_finding_free)

G_END_DECLS
