/* SPDX-License-Identifier: GPL-3.0-or-later */
/* models: backbones, one file a family, and their registry. Names, shapes and initialisation are
 * torchvision's, or of whoever published the backbone. */
#pragma once

#include "thaw-nn.h"

G_BEGIN_DECLS

typedef struct {
  const char *name;   /* "resnet18-f37072fd.pth" */
  const char *url;    /* https */
  uint64_t bytes;     /* 0: not known */
  const char *sha256; /* 64 hexadecimal digits */
  const char *help;   /* one line, N_() */
} ThawWeightsFile;

/* How a kind of layer starts. fan_in, fan_out: of the weight (out, in, kh, kw), in * kh * kw and
 * out * kh * kw; as torch has it, groups divide fan_in alone. Batch norm always starts at weight 1,
 * bias 0. */
typedef enum {
  THAW_INIT_TORCH_DEFAULT,  /* weight and bias uniform within 1 / sqrt (fan_in)     */
  THAW_INIT_NORMAL_FAN_OUT, /* normal, deviation sqrt (2 / fan_out); bias 0         */
  THAW_INIT_NORMAL_001,     /* normal, deviation 0.01; bias 0                       */
  THAW_INIT_NORMAL_GROUPS,  /* normal, deviation sqrt (2 groups / fan_out); bias 0  */
  THAW_INIT_UNIFORM_FAN_IN, /* uniform within sqrt (6 / fan_in); bias 0             */
  THAW_INIT_UNIFORM_OUT,    /* uniform within 1 / sqrt (out); bias 0                */
} ThawInit;

/* What a recipe may change about a backbone. Each is a parameter of the model's entry where the
 * family has it, and has the published value otherwise. */
#define THAW_MAX_WIDTHS THAW_PARAM_MAX_COUNT
typedef struct {
  int classes;
  double dropout;
  double stochastic_depth;     /* of the last block; earlier ones less */
  int gentle;                  /* stem "cifar": so many halvings, the first ones, are left out */
  int first_kernel;            /* of the first convolution */
  bool first_pool;             /* whether there is a pooling behind it */
  int widths[THAW_MAX_WIDTHS]; /* channels: of the first convolution, then of each stage */
  bool folded;                 /* RepVGG: plain convolutions, see thaw_model_fold () */
  bool timm;                   /* layers are called as in timm, in the same order */
} ThawModelShape;

typedef struct {
  ThawEntry entry; /* for catalogues: name, title, help, parameters: see ThawModelShape */
  const char *const
      *head_modules; /* NULL-terminated module names that stay trainable while frozen: {"fc"},
                        {"classifier.0", "classifier.3"} */
  const char *final_linear; /* the layer that a new class count replaces: "fc", "classifier.3" */
  double dropout;           /* the model's own */
  int min_size;             /* smallest input, px */
  const ThawWeightsFile *weights;  /* published file, or NULL */
  const ThawWeightsFile *starter;  /* comes with Thaw, trained by it; no url; or NULL */
  ThawInit init_conv, init_linear; /* the latter for linear layers and for the final one */
  bool first_skip; /* the first stage adds the first convolution's output: as many channels */
  int width_unit;  /* widths of stages are multiples of it; 0: any */
  bool folds;      /* thaw_model_fold () knows it */
  bool timm;       /* timm has other names for it; a shape may ask for them */
  double most_lr;  /* above this rate Adam does not get it going from random weights; 0: as usual */
  double timm_eps; /* of timm's batch norms where it is another; else 0 */
  ThawNode (*build) (ThawGraph *graph, const ThawModelShape *shape); /* returns the logits */
} ThawModel;

const ThawModel *const *thaw_models (void);          /* NULL-terminated */
const ThawModel *thaw_model_find (const char *name); /* (nullable) */
ThawCatalogue thaw_models_catalogue (void);

/* A finished graph. dropout < 0: the model's own. THAW_NN_ERROR_SHAPE when size < min_size.
 * (transfer full) */
ThawGraph *thaw_model_graph (const ThawModel *model,
                             int classes,
                             int size,
                             double dropout,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same of a recipe's "model". THAW_NN_ERROR_SHAPE, too, for widths that do not fit together,
 * naming the field. (transfer full) */
ThawGraph *thaw_model_graph_of (const ThawChoice *choice,
                                int classes,
                                int size,
                                double dropout,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The shape that such a graph has; choice NULL: the model as published. */
ThawModelShape thaw_model_shape (const ThawModel *model, const ThawChoice *choice, int classes);
/* A graph of exactly this shape. (transfer full) */
ThawGraph *thaw_model_graph_shaped (const ThawModel *model,
                                    const ThawModelShape *shape,
                                    int size,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The published random initialisation; every parameter from its own stream, thaw_rng (seed,
 * THAW_RNG_INIT, thaw_fnv1a64 (name), 0, 0). Running statistics and counters start afresh too. */
void thaw_model_initialise (const ThawModel *model, ThawNet *net, uint64_t seed);
/* The recipe check, as far as the network shows traps. Adds to findings, of ThawFinding. */
void thaw_model_findings (const ThawRecipe *recipe, int classes, GPtrArray *findings);
/* Marks what has `text` in its name as trainable. Returns the number of trainable values. */
uint64_t thaw_model_thaw_matching (ThawNet *net, const char *text);
/* Marks the head (true) or all parameters (false) as the trainable ones. Returns the number of
 * trainable values. */
uint64_t thaw_model_freeze (const ThawModel *model, ThawNet *net, bool frozen);
/* Numbers the blocks from the head: 0 is the head, 1 the last block before it. A block is a stage
 * or a numbered part of a container ("layer4", "features.12"), with the norm behind it. block:
 * [parameters of the net], overwritten. Returns how many there are beside the head. */
int thaw_model_blocks (const ThawModel *model, ThawNet *net, int *block);
/* The same of a graph's listing, of ThawLayerInfo. block: [layers], overwritten; -1 for layers that
 * hold nothing. Returns the names of the blocks beside the head, the last one first: "layer4",
 * "layer3", ... (transfer full) */
GPtrArray *thaw_model_layer_blocks (const ThawModel *model,
                                    const GArray *layers,
                                    int *block) G_GNUC_WARN_UNUSED_RESULT;
/* Marks the head and the last `blocks` blocks as trainable; -1: all. Returns the number of
 * trainable values. */
uint64_t thaw_model_thaw_blocks (const ThawModel *model, ThawNet *net, int blocks);
/* Loads pretrained weights, under the names that this model has, or under timm's. A final layer of
 * another class count is replaced by a fresh one (torch's default Linear initialisation from
 * `seed`); *note then says so in a sentence (transfer full), else NULL. Prefixes "module.",
 * "model.", "state_dict.", "net.", "model_state_dict." of nested checkpoints are taken off when all
 * else fits; tensors outside that prefix are ignored then. Everything else missing, extra or
 * mis-shaped is an error that lists it. */
gboolean thaw_model_load (const ThawModel *model,
                          ThawNet *net,
                          const ThawStateDict *dict,
                          const char *source,
                          uint64_t seed,
                          char **note,
                          GError **error);
/* RepVGG in its training form as plain 3x3 convolutions, for a graph whose shape is `folded`: the
 * same logits in evaluation, up to rounding. `source` names the weights. THAW_NN_ERROR_SHAPE: the
 * model has nothing to fold; THAW_NN_ERROR_WEIGHTS names the tensor that does not fit.
 * (transfer full) */
ThawStateDict *thaw_model_fold (const ThawModel *model,
                                const ThawStateDict *dict,
                                const char *source,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
const ThawWeightsFile *const *thaw_weights_catalogue (void); /* NULL-terminated */

G_END_DECLS
