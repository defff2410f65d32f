/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private: a net: its graph, parameters, and the plan in force. */
#pragma once

#include "step-private.h"

/* How a parameter's own order relates to torch's. */
typedef enum {
  ORDER_SAME,      /* linear (out, in), everything of one dimension */
  ORDER_CONV,      /* own [group][tap][cin_g][cout_g]               */
  ORDER_PANELS,    /* own [panel][tap][cin][cout of the panel]      */
  ORDER_DEPTHWISE, /* own [tap][c]                                  */
} Order;

typedef struct {
  Order order;
  int groups, taps, cin_g, cout_g;
} Layout;

/* A piece of the arena, in use from step `first` to step `last` of the schedule, both included. */
typedef struct {
  size_t bytes;
  int first, last;
  size_t offset;
} Buffer;

/* Sets the offsets so that buffers whose times overlap do not; returns the bytes needed. Multiples
 * of 64. Greedy, largest first, lowest gap that fits. */
size_t thaw_arena_place (Buffer *buffers, int n);

/* The schedule: forward step i runs at time i; the loss, or whoever reads the logits, at time
 * n_steps; backward of step i at 2 * n_steps - i. */
typedef struct _Plan {
  GArray *steps; /* of Step */
  ThawMode mode;
  int max_batch;
  char *arena;
  size_t arena_bytes;
  float *input, *output;
  float *output_grad, *input_grad; /* NULL: not wanted */
  float **values;                  /* [nodes], NULL where a node has no memory of its own */
  ThawStepTime *times;             /* [steps], NULL: nobody asked; profile.c */
  ThawNode features;               /* the value between what rests and what trains; 0: none */
  int features_from;               /* the first step behind it */
  struct _Plan *folded; /* forward with norms folded, in the same arena; NULL: nothing to fold */
} Plan;

struct _ThawNet {
  ThawGraph *graph;
  ThawPool *pool;
  ThawParam *params; /* [n_params], in state_dict order */
  Layout *layouts;   /* likewise */
  char **names;
  int n_params;
  int *first_param; /* [nodes], -1: none */
  float *value_block, *grad_block;
  size_t grad_floats;
  GHashTable *by_name; /* name -> index + 1 */

  Plan *plan; /* NULL: not planned */
  bool hold, keep_taps, want_input_grad;
  bool folded; /* plan->folded is in force, its weights are up to date */
  uint64_t seed, noise_step;
  void (*catch_up) (void *user); /* before others get at values; NULL: nothing is ever behind */
  void *catch_up_user;
  int forward_n; /* images of the last forward in TRAIN mode; 0: backward may not run */
};

/* Makes params, layouts and blocks from the graph. FALSE: THAW_NN_ERROR_MEMORY. params.c */
gboolean thaw_params_new (ThawNet *net, GError **error);
void thaw_params_free (ThawNet *net);

/* The one in force. */
static inline Plan *
net_plan (const ThawNet *net)
{
  return net->folded ? net->plan->folded : net->plan;
}

/* Values that were left behind are brought up to date. dead.c */
void thaw_net_catch_up (const ThawNet *net);

/* The steps of a net's graph, memory not bound yet; of Step. Folded: norms are, where they can;
 * none if there is no such. lower.c */
GArray *thaw_lower (ThawNet *net, bool folded);
/* Folds what can be in the steps of a forward pass without taps; returns how many norms. folded.c
 */
int thaw_fold_steps (GArray *steps, const ThawGraph *graph);
size_t thaw_folded_floats (const Step *step); /* of its own weights; 0: none */
void thaw_folded_bind (Step *step, float *floats);
void thaw_fold_weights (GArray *steps, ThawPool *pool);
bool thaw_norm_is_held (const ThawNet *net, ThawNode node);

/* maker: [nodes], overwritten: the step, a batch norm, that makes the value anew for backward; -1:
 * none, it is kept. needs: [steps]. makers.c */
void thaw_plan_makers (
    const ThawNet *net, const GArray *steps, const Needs *needs, int max_batch, int *maker);

Plan *thaw_plan_new (ThawNet *net, ThawMode mode, int max_batch, GError **error);
void thaw_plan_free (Plan *plan);

/* Steps first..end - 1 of the plan, forward. Those of the net's own end what thaw_net_fold began:
 * both have the same memory. */
void thaw_net_run_steps (ThawNet *net, ThawMode mode, int n, int first, int end);
/* Whether a parameter of the step is trainable. plan.c */
bool thaw_step_trains (const Step *step);
/* Sets plan->features and features_from. features.c */
void thaw_plan_find_features (Plan *plan, int nodes);

/* The clock, and what has passed since `start`; nothing happens while nobody asked. profile.c */
int64_t thaw_profile_now (const Plan *plan);
void thaw_profile_add (Plan *plan, guint step, bool backward, int64_t start);
