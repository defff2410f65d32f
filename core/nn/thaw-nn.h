/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nn: a static graph of layers: shapes, memory plan, forward, backward, loss. The face of the room.
 *
 * Layout inside: activations are HWNC, `[h][w][n][c]` float32: each pixel holds the whole batch,
 * channels innermost, so a tap of a convolution over a pixel is one dense product and taps that
 * fall on padding are not visited. Outside (ThawTensor) everything has PyTorch's layouts: weights
 * OIHW, linear (out, in).
 *
 * Three moments: build a ThawGraph (may fail), make a ThawNet of it and plan it (may fail), run it
 * (cannot fail, allocates nothing). Work is cut into pieces by shape and each piece sums in a fixed
 * order: the same bits on any number of threads. One thread at a time may use a net. */
#pragma once

#include "thaw-base.h"
#include "thaw-recipe.h"

G_BEGIN_DECLS

#define THAW_NN_ERROR (thaw_nn_error_quark ())
GQuark thaw_nn_error_quark (void);
typedef enum {
  THAW_NN_ERROR_SHAPE,   /* layers that do not fit, input too small */
  THAW_NN_ERROR_MEMORY,  /* the plan does not fit into memory       */
  THAW_NN_ERROR_WEIGHTS, /* missing, extra or mis-shaped tensors   */
} ThawNnError;

/* --- Graph -------------------------------------------------------------------------------------
 * Nodes are numbered from 0 (the input) in the order of building. `name` is the module's name in
 * PyTorch's state_dict
 * ("layer1.0.conv1"); parameters and buffers are name + ".weight" and so on. A mistake in shapes is
 * remembered and reported by thaw_graph_finish. */
typedef struct _ThawGraph ThawGraph;
typedef int ThawNode;

typedef enum {
  THAW_ACT_RELU,
  THAW_ACT_RELU6,
  THAW_ACT_HARDSIGMOID,
  THAW_ACT_HARDSWISH,
  THAW_ACT_SIGMOID,
  THAW_ACT_SILU,
} ThawActivation;

typedef struct {
  int out_channels, kernel, stride, padding, groups; /* square kernels; zero padding */
  bool bias;
} ThawConv2d;

ThawGraph *thaw_graph_new (int channels, int height, int width); /* node 0 is the input */
void thaw_graph_free (ThawGraph *graph);
ThawNode thaw_graph_conv2d (ThawGraph *graph, ThawNode x, const char *name, const ThawConv2d *spec);
ThawNode
thaw_graph_batch_norm (ThawGraph *graph, ThawNode x, const char *name, double eps, double momentum);
ThawNode thaw_graph_activation (ThawGraph *graph, ThawNode x, ThawActivation activation);
ThawNode thaw_graph_max_pool (
    ThawGraph *graph, ThawNode x, int kernel, int stride, int padding, bool ceil_mode);
ThawNode thaw_graph_global_avg_pool (ThawGraph *graph, ThawNode x); /* -> 1x1 map */
ThawNode thaw_graph_linear (
    ThawGraph *graph, ThawNode x, const char *name, int out_features, bool bias); /* x: 1x1 map */
ThawNode thaw_graph_add (ThawGraph *graph, ThawNode a, ThawNode b);
ThawNode thaw_graph_scale (ThawGraph *graph,
                           ThawNode x,
                           ThawNode gate); /* x * gate, gate: 1x1 map, same channels */
ThawNode thaw_graph_dropout (ThawGraph *graph,
                             ThawNode x,
                             double p); /* inverted: kept elements divided by 1-p */
/* In training an image's whole map is left out, zero, with probability p, else divided by 1-p. */
ThawNode thaw_graph_stochastic_depth (ThawGraph *graph, ThawNode x, double p);
ThawNode thaw_graph_slice (ThawGraph *graph, ThawNode x, int first, int channels);
ThawNode thaw_graph_concat (ThawGraph *graph, ThawNode a, ThawNode b); /* channels: a's, then b's */
/* Channel g * per + j becomes channel j * groups + g; per: channels / groups. */
ThawNode thaw_graph_shuffle (ThawGraph *graph, ThawNode x, int groups);
/* Names the value of a node as the output of a module ("features.3"): for listings and tests. */
void thaw_graph_tap (ThawGraph *graph, ThawNode node, const char *module);
/* Ends building: `output` gives the logits. FALSE with a sentence if any layer did not fit. */
gboolean thaw_graph_finish (ThawGraph *graph, ThawNode output, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawGraph, thaw_graph_free)

/* One line a layer with weights or a change of shape, in order. */
typedef struct {
  char *name;                  /* module name, or the operation for layers without */
  const char *kind;            /* "Conv2d", "BatchNorm2d", "Linear", "MaxPool2d", ... */
  int channels, height, width; /* output shape */
  uint64_t parameters;
  uint64_t macs;      /* multiply-adds an image, convolutions and linear layers, padding counted as
                         torch's counters do */
  uint64_t live_macs; /* of them, those whose tap falls inside the image */
  uint64_t live_parameters; /* parameters that can ever see data at this input size */
} ThawLayerInfo;
GArray *
thaw_graph_layers (const ThawGraph *graph); /* of ThawLayerInfo; clear func set (transfer full) */

/* --- Net: a graph with parameters and memory ---------------------------------------------------
 */
typedef struct _ThawNet ThawNet;
typedef enum { THAW_MODE_EVAL, THAW_MODE_TRAIN } ThawMode;
typedef enum { THAW_STEP_OK, THAW_STEP_STOPPED, THAW_STEP_NOT_FINITE } ThawStep;

/* A parameter (trainable) or buffer. Values are kept in an order of nn's own: use thaw_net_get/set
 * for PyTorch's. */
typedef struct {
  const char *name;
  int ndim;
  uint64_t shape[THAW_MAX_DIMS]; /* PyTorch's */
  uint64_t count;
  bool buffer;    /* running statistics: not trainable, no gradient */
  bool trainable; /* false: no gradient is computed, nothing updates it */
  float *value;   /* count floats, nn's own order; a counter is a float too, exact to 2^24 */
  float *grad; /* count floats in the same order; NULL for buffers. Overwritten by each backward */
} ThawParam;

/* Takes the graph (transfer full), even on failure. Parameters zero, running_var 1, all trainable.
 */
ThawNet *thaw_net_new (ThawGraph *graph, ThawPool *pool, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void thaw_net_free (ThawNet *net);
const ThawGraph *thaw_net_graph (const ThawNet *net);
ThawPool *thaw_net_pool (const ThawNet *net); /* (transfer none) */
int thaw_net_n_params (const ThawNet *net);
ThawParam *thaw_net_param (ThawNet *net, int i); /* in state_dict order (transfer none) */
int thaw_net_find_param (const ThawNet *net, const char *name); /* -1: none */
int thaw_net_classes (const ThawNet *net);

/* Elements of parameter i, in nn's own order, that no data can ever reach at this input size: taps
 * of a convolution that always lie on padding. Forward and backward do not look at their values,
 * and their gradient is exactly zero. Of ThawSpan, ascending, neighbours joined. (transfer full) */
GArray *thaw_net_dead_spans (const ThawNet *net, int i);
/* Whoever updates parameters may leave what lies in dead spans behind for a while, and says here
 * how it catches up. `catch_up` runs before anything else gets at values: in thaw_net_param,
 * _to_torch, _from_torch, _save, _load, _plan, and before another takes its place. NULL: nothing is
 * ever behind. Do not call any of these from within the pool while something is behind. */
void thaw_net_set_catch_up (ThawNet *net, void (*catch_up) (void *user), void *user);

/* Conversion between PyTorch's order and nn's own, for parameter i: values, gradients and optimiser
 * state alike. torch, own: count floats; overwritten / read. They must not overlap. */
void thaw_net_to_torch (const ThawNet *net, int i, const float *own, float *torch);
void thaw_net_from_torch (const ThawNet *net, int i, const float *torch, float *own);
/* All parameters and buffers as torch's state_dict: F32, num_batches_tracked I64. (transfer full)
 */
ThawStateDict *thaw_net_save (const ThawNet *net) G_GNUC_WARN_UNUSED_RESULT;
/* Sets all that `dict` holds, after checking everything: names, shapes. A missing
 * num_batches_tracked counts as 0. THAW_NN_ERROR_WEIGHTS lists missing, extra and mis-shaped
 * tensors (the first few of each, and how many); nothing has changed then. Non-finite values are an
 * error that names the tensor. `source` names the file. */
gboolean
thaw_net_load (ThawNet *net, const ThawStateDict *dict, const char *source, GError **error);

/* Plans memory for batches of 1..max_batch. TRAIN: forward and backward as far as trainable
 * parameters need it (call again after changing `trainable` or the batch-norm mode; parameters keep
 * their values). EVAL: forward alone. */
gboolean thaw_net_plan (ThawNet *net, ThawMode mode, int max_batch, GError **error);
/* Of the current plan; what thaw_net_fold () needs shares it, where it is enough for that. */
uint64_t thaw_net_activation_bytes (const ThawNet *net);
/* While true, batch norm whose own weight is not trainable normalises with its running statistics,
 * and leaves them. Takes effect with the next thaw_net_plan. */
void thaw_net_hold_batch_norm (ThawNet *net, bool hold);
/* Where dropout's randomness comes from: thaw_rng (seed, THAW_RNG_DROPOUT, step, node, sample). */
void thaw_net_set_noise (ThawNet *net, uint64_t seed, uint64_t step);

/* Begins, or begins anew, a series of forwards in EVAL mode for which each batch norm is folded
 * into the convolution before it, where there is one: w' = w gamma rstd, b' = beta + (b - mean)
 * gamma rstd, from the values as they are now. Whoever changes values folds again. The logits are
 * those of the unfolded net but for rounding, the same bits on any number of threads. The net is
 * planned, in either mode: weights and maps lie in the plan's memory, so no backward can follow
 * what was forward before. Nothing happens with keep_taps. Ask for thaw_net_input () after this. */
void thaw_net_fold (ThawNet *net);
/* Ends it. Until then a forward in TRAIN mode is refused; thaw_net_plan, _load, _features and
 * _forward_to/_from_features end it, too. */
void thaw_net_unfold (ThawNet *net);

/* The input of a batch of n: [h][w][n][c], written by the caller before each forward. n <=
 * max_batch. */
float *thaw_net_input (ThawNet *net);
/* Writes it, from a batch in the same order; on the pool, whose threads are awake for what follows.
 */
void thaw_net_enter (ThawNet *net, const float *x, int n);
/* Whether a batch of n would leave a batch norm that uses the batch's statistics with one value a
 * channel: torch refuses to train on it. Follows `trainable` and hold. */
bool thaw_net_batch_too_small (const ThawNet *net, int n);
/* Logits of a batch of n: [n][classes] (transfer none), valid until the next call; if the output is
 * a larger map, [h][w][n][c]. The input is used up: write it again before the next forward. A net
 * planned with TRAIN may run in either mode. TRAIN mode updates running statistics (momentum:
 * weight of the NEW value; unbiased variance). */
const float *thaw_net_forward (ThawNet *net, ThawMode mode, int n);

/* --- Features: what a frozen part makes of an image ----------------------------------------------
 * The value between layers of which none trains, draws or takes statistics of batches, and layers
 * that all train. An image's features are the same bits in any batch, as long as the parameters
 * before them stay, so they can be kept and given again. The net is planned with TRAIN. */

/* Their shape of one image; false: there is no such value. */
bool thaw_net_features_shape (const ThawNet *net, size_t *pixels, size_t *channels);
/* Forward as far as the features, from the input: [pixels][n][channels] (transfer none), valid
 * until the next call. */
const float *thaw_net_forward_to_features (ThawNet *net, int n);
/* Forward from the features on: written by the caller, as above, to thaw_net_features () before
 * each call, which uses them up. In TRAIN mode a backward may follow. */
float *thaw_net_features (ThawNet *net);
const float *thaw_net_forward_from_features (ThawNet *net, ThawMode mode, int n);

/* dlogits: as the logits, read. Gradients of trainable parameters are overwritten. Once after each
 * forward in TRAIN mode, with the same n. Elements that no data can reach (taps always on padding)
 * are zero from planning on and not written: read gradients, do not change them. */
void thaw_net_backward (ThawNet *net, const float *dlogits, int n);
/* The same; `ready` is called for each trainable parameter, between phases, as soon as its gradient
 * is there and its value is not read any more: it may be changed while both are in a cache. */
void thaw_net_backward_each (ThawNet *net,
                             const float *dlogits,
                             int n,
                             void (*ready) (void *user, int param, uint64_t count),
                             void *user);
/* The gradient of the input, [h][w][n][c], valid until the next forward; NULL unless wanted before
 * thaw_net_plan. For tests, and to see what a network looks at. */
void thaw_net_want_input_grad (ThawNet *net, bool want);
const float *thaw_net_input_grad (const ThawNet *net);
/* Value of a tapped module after a forward in a net planned with keep_taps: [n][c][h][w] (NCHW),
 * count floats. For tests. */
void thaw_net_keep_taps (ThawNet *net,
                         bool keep); /* before thaw_net_plan: tapped values are not overwritten */
gboolean
thaw_net_tap (const ThawNet *net, const char *module, int n, GArray *out_f32, int shape_nchw[4]);

/* --- Where the time goes -------------------------------------------------------------------------
 * A step of the schedule: a layer, or a batch norm with what runs in the same pass. */
typedef struct {
  const char *name;                /* module name, or the kind where there is none */
  const char *kind;                /* "Conv2d", "BatchNorm2d", "Activation", ... */
  int64_t forward_ns, backward_ns; /* wall time, summed over all passes since the start */
} ThawStepTime;
/* Starts measuring anew, or stops, the schedule in force, folded or not; the net is planned, and
 * planning it again stops as well. Costs next to nothing while off. */
void thaw_net_profile (ThawNet *net, bool on);
/* In order of the schedule; NULL and none while off. (transfer none), valid until the net is
 * planned or measuring starts or stops. */
const ThawStepTime *thaw_net_profile_times (const ThawNet *net, int *n_steps);

/* --- Loss ---------------------------------------------------------------------------------------
 * Mean cross-entropy. logits [n][classes]; labels [n]; dlogits [n][classes], overwritten (may be
 * NULL). *correct: how many have their largest logit (the first, of equals) at the label. Sums in
 * double, in order. Source: torch.nn.CrossEntropyLoss. */
double thaw_cross_entropy (
    const float *logits, const int *labels, int n, int classes, float *dlogits, int *correct);
/* p: [classes], overwritten: softmax of one row. */
void thaw_softmax (const float *logits, int classes, float *p);

/* A recipe's loss. weights: [classes], above 0, copied; NULL: all 1. With cross-entropy the sum is
 * divided by the weights of the batch's labels, with focal loss by the number of images. dlogits
 * and *correct as above. Formulas: criterion.c. (transfer full) */
ThawCatalogue thaw_losses (void);
typedef struct _ThawLoss ThawLoss;
ThawLoss *thaw_loss_new (const ThawChoice *choice,
                         const double *weights,
                         int classes) G_GNUC_WARN_UNUSED_RESULT;
void thaw_loss_free (ThawLoss *loss);
double thaw_loss_batch (const ThawLoss *loss,
                        const float *logits,
                        const int *labels,
                        int n,
                        float *dlogits,
                        int *correct);
/* Of a mixed batch: share * L (labels) + (1 - share) * L (others). *correct counts by `labels`.
 * others NULL: share is 1. */
double thaw_loss_mixed (const ThawLoss *loss,
                        const float *logits,
                        const int *labels,
                        const int *others,
                        double share,
                        int n,
                        float *dlogits,
                        int *correct);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawLoss, thaw_loss_free)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawNet, thaw_net_free)

/* What BLAS runs here: OpenBLAS' core name, threads; for diagnostics and for the run's record. The
 * first call, or the first net, makes OpenBLAS use its best kernels: see THAW_BLAS_CORE in
 * thaw_blas_init (). (transfer none) */
const char *thaw_nn_blas_core (void);
const char *thaw_nn_blas_config (void);

G_END_DECLS
