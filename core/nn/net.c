/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The net as others see it: making it, planning it, running it. */
#include "net-private.h"

ThawNet *
thaw_net_new (ThawGraph *graph, ThawPool *pool, GError **error)
{
  ThawNet *net = g_new0 (ThawNet, 1);

  g_assert (graph->finished);
  thaw_blas_init ();
  net->graph = graph;
  net->pool = pool;
  if (!thaw_params_new (net, error)) {
    thaw_net_free (net);
    return NULL;
  }
  return net;
}

void
thaw_net_free (ThawNet *net)
{
  if (net == NULL)
    return;
  thaw_plan_free (net->plan);
  thaw_params_free (net);
  thaw_graph_free (net->graph);
  g_free (net);
}

const ThawGraph *
thaw_net_graph (const ThawNet *net)
{
  return net->graph;
}

ThawPool *
thaw_net_pool (const ThawNet *net)
{
  return net->pool;
}

int
thaw_net_n_params (const ThawNet *net)
{
  return net->n_params;
}

ThawParam *
thaw_net_param (ThawNet *net, int i)
{
  g_return_val_if_fail (i >= 0 && i < net->n_params, NULL);
  thaw_net_catch_up (net);
  return &net->params[i];
}

int
thaw_net_find_param (const ThawNet *net, const char *name)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (net->by_name, name)) - 1;
}

int
thaw_net_classes (const ThawNet *net)
{
  return graph_node (net->graph, net->graph->output)->shape.c;
}

void
thaw_net_hold_batch_norm (ThawNet *net, bool hold)
{
  net->hold = hold;
}

void
thaw_net_set_noise (ThawNet *net, uint64_t seed, uint64_t step)
{
  net->seed = seed;
  net->noise_step = step;
}

void
thaw_net_keep_taps (ThawNet *net, bool keep)
{
  net->keep_taps = keep;
}

void
thaw_net_want_input_grad (ThawNet *net, bool want)
{
  net->want_input_grad = want;
}

gboolean
thaw_net_plan (ThawNet *net, ThawMode mode, int max_batch, GError **error)
{
  Plan *plan;

  g_return_val_if_fail (max_batch >= 1, FALSE);
  thaw_net_catch_up (net);
  plan = thaw_plan_new (net, mode, max_batch, error);
  if (plan == NULL)
    return FALSE;
  thaw_plan_free (net->plan);
  net->plan = plan;
  net->folded = false;
  net->forward_n = 0;
  /* Gradients that nothing writes (dead taps) are zero from here on. */
  if (mode == THAW_MODE_TRAIN)
    memset (net->grad_block, 0, net->grad_floats * sizeof (float));
  return TRUE;
}

uint64_t
thaw_net_activation_bytes (const ThawNet *net)
{
  return net->plan != NULL ? net->plan->arena_bytes : 0;
}

bool
thaw_net_batch_too_small (const ThawNet *net, int n)
{
  for (int i = 0; i < graph_size (net->graph); i++) {
    const Node *node = graph_node (net->graph, i);
    if (node->kind == NODE_BATCH_NORM && !thaw_norm_is_held (net, i) &&
        shape_pixels (&node->shape) * (size_t) n < 2)
      return true;
  }
  return false;
}

void
thaw_net_fold (ThawNet *net)
{
  g_return_if_fail (net->plan != NULL);
  net->forward_n = 0; /* what a backward would read is overwritten */
  net->folded = net->plan->folded != NULL;
  if (net->folded)
    thaw_fold_weights (net->plan->folded->steps, net->pool);
}

void
thaw_net_unfold (ThawNet *net)
{
  net->folded = false;
}

float *
thaw_net_input (ThawNet *net)
{
  g_return_val_if_fail (net->plan != NULL, NULL);
  return net_plan (net)->input;
}

const float *
thaw_net_input_grad (const ThawNet *net)
{
  return net->plan != NULL ? net->plan->input_grad : NULL;
}

static void
use_scratch (Step *step, char *scratch, size_t shared, size_t worker)
{
  step->scratch = scratch;
  step->worker_scratch = scratch != NULL ? scratch + shared : NULL;
  step->worker_stride = worker;
}

static Run
run_of (const ThawNet *net, ThawMode mode, int n)
{
  return (Run){.pool = net->pool,
               .kernels = thaw_kernels (),
               .tiles = thaw_tiles (),
               .mode = mode,
               .n = n,
               .seed = net->seed,
               .noise_step = net->noise_step};
}

typedef struct {
  const float *x;
  float *input;
  size_t count;
} Entry;

static void
entry_piece (void *user, int piece, int worker)
{
  const Entry *entry = user;
  size_t begin = piece_begin (piece);

  memcpy (entry->input + begin, entry->x + begin,
          piece_size (piece, entry->count) * sizeof (float));
}

void
thaw_net_enter (ThawNet *net, const float *x, int n)
{
  Run run = run_of (net, THAW_MODE_EVAL, n);
  Entry entry = {.x = x, .input = thaw_net_input (net)};

  g_return_if_fail (entry.input != NULL && n >= 1 && n <= net->plan->max_batch);
  entry.count = shape_count (&graph_node (net->graph, 0)->shape, n);
  thaw_run_elements (&run, entry.count, entry_piece, &entry);
}

static void
run_steps (ThawNet *net, Plan *plan, ThawMode mode, int n, int first, int end)
{
  Run run = run_of (net, mode, n);
  int64_t start;

  for (int i = first; i < end; i++) {
    Step *step = &g_array_index (plan->steps, Step, i);
    step->x = step->forward_x;
    step->y = step->forward_y;
    use_scratch (step, step->forward_scratch, step->forward_shared, step->forward_worker);
    start = thaw_profile_now (plan);
    step->op->forward (step, &run);
    thaw_profile_add (plan, (guint) i, false, start);
  }
}

void
thaw_net_run_steps (ThawNet *net, ThawMode mode, int n, int first, int end)
{
  net->folded = false;
  run_steps (net, net->plan, mode, n, first, end);
}

const float *
thaw_net_forward (ThawNet *net, ThawMode mode, int n)
{
  Plan *plan;

  g_return_val_if_fail (net->plan != NULL, NULL);
  g_return_val_if_fail (n >= 1 && n <= net->plan->max_batch, NULL);
  g_return_val_if_fail (mode == THAW_MODE_EVAL || net->plan->mode == THAW_MODE_TRAIN, NULL);
  g_return_val_if_fail (mode == THAW_MODE_EVAL || !net->folded, NULL);
  plan = net_plan (net);
  run_steps (net, plan, mode, n, 0, (int) plan->steps->len);
  net->forward_n = mode == THAW_MODE_TRAIN ? n : 0;
  return plan->output;
}

static void
say_ready (const ThawNet *net,
           const ThawParam *param,
           void (*ready) (void *user, int param, uint64_t count),
           void *user)
{
  if (ready != NULL && param != NULL && param->trainable)
    ready (user, (int) (param - net->params), param->count);
}

void
thaw_net_backward_each (ThawNet *net,
                        const float *dlogits,
                        int n,
                        void (*ready) (void *user, int param, uint64_t count),
                        void *user)
{
  Run run = run_of (net, THAW_MODE_TRAIN, n);
  const Shape *out = &graph_node (net->graph, net->graph->output)->shape;
  int64_t start;

  g_return_if_fail (net->plan != NULL && n >= 1 && net->forward_n == n);
  if (net->plan->output_grad == NULL)
    return;
  memcpy (net->plan->output_grad, dlogits, shape_count (out, n) * sizeof (float));
  for (int i = (int) net->plan->steps->len - 1; i >= 0; i--) {
    Step *step = &g_array_index (net->plan->steps, Step, i);
    if (!step->backward)
      continue;
    step->x = step->backward_x;
    step->y = step->backward_y;
    use_scratch (step, step->backward_scratch, step->backward_shared, step->backward_worker);
    start = thaw_profile_now (net->plan);
    if (step->remake >= 0)
      thaw_norm_remake (&g_array_index (net->plan->steps, Step, step->remake), &run);
    step->op->backward (step, &run);
    thaw_profile_add (net->plan, (guint) i, true, start);
    say_ready (net, step->weight, ready, user);
    say_ready (net, step->bias, ready, user);
    say_ready (net, step->weight2, ready, user);
    say_ready (net, step->bias2, ready, user);
  }
  net->forward_n = 0; /* what backward needs has been used up */
}

void
thaw_net_backward (ThawNet *net, const float *dlogits, int n)
{
  thaw_net_backward_each (net, dlogits, n, NULL, NULL);
}

/* [h][w][n][c] to [n][c][h][w] */
static void
to_nchw (const float *value, const Shape *shape, int n, float *out)
{
  size_t pixels = shape_pixels (shape), c = (size_t) shape->c, images = (size_t) n;

  for (size_t i = 0; i < images; i++)
    for (size_t j = 0; j < c; j++)
      for (size_t pixel = 0; pixel < pixels; pixel++)
        *out++ = value[(pixel * images + i) * c + j];
}

gboolean
thaw_net_tap (const ThawNet *net, const char *module, int n, GArray *out_f32, int shape_nchw[4])
{
  const GArray *taps = net->graph->taps;

  g_return_val_if_fail (net->plan != NULL, FALSE);
  for (guint i = 0; i < taps->len; i++) {
    const Tap *tap = &g_array_index (taps, Tap, i);
    const Shape *shape = &graph_node (net->graph, tap->node)->shape;
    if (strcmp (tap->module, module) != 0)
      continue;
    if (!net->keep_taps || net->folded || net->plan->values[tap->node] == NULL)
      return FALSE;
    g_array_set_size (out_f32, (guint) shape_count (shape, n));
    to_nchw (net->plan->values[tap->node], shape, n, (float *) (void *) out_f32->data);
    shape_nchw[0] = n;
    shape_nchw[1] = shape->c;
    shape_nchw[2] = shape->h;
    shape_nchw[3] = shape->w;
    return TRUE;
  }
  return FALSE;
}

const char *
thaw_nn_blas_core (void)
{
  thaw_blas_init ();
  return thaw_blas_core ();
}

const char *
thaw_nn_blas_config (void)
{
  return thaw_blas_config ();
}
