/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The memory plan. The schedule is known: when each value, gradient, saved array and scratch is
 * first written and last read; the arena gives two of them the same bytes when their times do not
 * meet. Backward is planned only as far down as a trainable parameter wants it, and what it does
 * not need is not kept. Nor is what a batch norm makes anew when backward reads it, see makers.c:
 * that is a buffer of its own, for backward alone. */
#include "net-private.h"

#include <unistd.h>

typedef struct {
  int last;   /* time of the last read of a value */
  int buffer; /* of the value; -1: none */
  bool wants_grad;
  bool grad_written; /* some reader's backward has been planned */
  int grad_buffer;
  int again_first, again_last; /* when a copy is made anew, and last read */
  int again;                   /* its buffer; -1: none */
} NodePlan;

typedef struct {
  int save, forward_scratch, backward_scratch, folded; /* buffers, -1: none */
} StepPlan;

typedef struct {
  ThawNet *net;
  Plan *plan;
  NodePlan *nodes;
  StepPlan *steps;
  Needs *needs;
  int *makers;     /* [nodes]: the step that makes a value anew for backward; -1: it is kept */
  GArray *buffers; /* of Buffer */
  int n_steps;
} Planner;

/* --- The schedule's clock: 0 is the input, then forward, the logits, backward. -------------------
 */
static int
forward_time (int i)
{
  return i + 1;
}

static int
logits_time (const Planner *p)
{
  return p->n_steps + 1;
}

static int
backward_time (const Planner *p, int i)
{
  return 2 * p->n_steps + 1 - i;
}

static int
end_of_time (const Planner *p)
{
  return 2 * p->n_steps + 2;
}

static Step *
step_at (const Planner *p, int i)
{
  return &g_array_index (p->plan->steps, Step, i);
}

static const Shape *
shape_of (const Planner *p, ThawNode node)
{
  return &graph_node (p->net->graph, node)->shape;
}

static int
add_buffer (Planner *p, size_t bytes, int first, int last)
{
  Buffer buffer = {bytes, first, last, 0};

  if (bytes == 0)
    return -1;
  g_array_append_val (p->buffers, buffer);
  return (int) p->buffers->len - 1;
}

static size_t
value_bytes (const Planner *p, ThawNode node)
{
  return shape_count (shape_of (p, node), p->plan->max_batch) * sizeof (float);
}

static void
extend (Planner *p, int buffer, int last)
{
  Buffer *b = &g_array_index (p->buffers, Buffer, buffer);
  b->last = MAX (b->last, last);
}

/* --- Which gradients are wanted ------------------------------------------------------------------
 */
static bool
is_trainable (const ThawParam *param)
{
  return param != NULL && param->trainable;
}

bool
thaw_step_trains (const Step *step)
{
  return is_trainable (step->weight) || is_trainable (step->bias) || is_trainable (step->weight2) ||
         is_trainable (step->bias2);
}

static void
find_gradients (Planner *p)
{
  p->nodes[0].wants_grad = p->plan->mode == THAW_MODE_TRAIN && p->net->want_input_grad;
  for (int i = 0; i < p->n_steps; i++) {
    Step *step = step_at (p, i);
    bool wants = thaw_step_trains (step);
    for (int j = 0; j < 2; j++)
      wants = wants || (step->in[j] >= 0 && p->nodes[step->in[j]].wants_grad);
    step->backward = wants && p->plan->mode == THAW_MODE_TRAIN;
    p->nodes[step->out].wants_grad = step->backward;
  }
}

/* --- Values
 * --------------------------------------------------------------------------------------- */
static void
read_at (Planner *p, ThawNode node, int time)
{
  if (node >= 0)
    p->nodes[node].last = MAX (p->nodes[node].last, time);
}

/* In backward of step i. */
static void
read_back (Planner *p, ThawNode node, int i)
{
  NodePlan *value = &p->nodes[node];
  int time = backward_time (p, i);

  if (p->makers[node] < 0) {
    read_at (p, node, time);
    return;
  }
  value->again_first = value->again_last > 0 ? MIN (value->again_first, time) : time;
  value->again_last = MAX (value->again_last, time);
}

/* What is made anew reads what was added to it. */
static void
read_for_makers (Planner *p)
{
  for (int i = 0; i < p->n_steps; i++) {
    const Step *step = step_at (p, i);
    if (p->makers[step->out] == i && p->nodes[step->out].again_last > 0)
      read_at (p, step->in[1], p->nodes[step->out].again_first);
  }
}

static void
find_lifetimes (Planner *p)
{
  const ThawGraph *graph = p->net->graph;

  for (int i = 0; i < p->n_steps; i++) {
    const Step *step = step_at (p, i);
    const Needs *needs = &p->needs[i];
    read_at (p, step->in[0], forward_time (i));
    read_at (p, step->in[1], forward_time (i));
    read_at (p, step->out, forward_time (i));
    if (!step->backward)
      continue;
    if (needs->x_for_backward)
      read_back (p, step->in[0], i);
    if (needs->x2_for_backward)
      read_at (p, step->in[1], backward_time (p, i));
    if (needs->y_for_backward)
      read_back (p, step->out, i);
  }
  read_for_makers (p);
  read_at (p, graph->output, end_of_time (p));
  for (guint i = 0; p->net->keep_taps && i < graph->taps->len; i++)
    read_at (p, g_array_index (graph->taps, Tap, i).node, end_of_time (p));
}

static void
place_values (Planner *p)
{
  p->nodes[0].buffer = add_buffer (p, value_bytes (p, 0), 0, p->nodes[0].last);
  for (int i = 0; i < p->n_steps; i++) {
    const Step *step = step_at (p, i);
    NodePlan *x = &p->nodes[step->in[0]], *y = &p->nodes[step->out];
    bool in_place = p->needs[i].in_place && step->in[0] != 0 && step->in[0] != step->in[1] &&
                    x->last == forward_time (i);
    if (in_place) {
      y->buffer = x->buffer;
      extend (p, y->buffer, y->last);
    } else {
      y->buffer = add_buffer (p, value_bytes (p, step->out), forward_time (i), y->last);
    }
    if (y->again_last > 0)
      y->again = add_buffer (p, value_bytes (p, step->out), y->again_first, y->again_last);
  }
}

/* --- Gradients
 * ------------------------------------------------------------------------------------ */
static void
write_gradient (Planner *p, int i, int slot, bool *add)
{
  Step *step = step_at (p, i);
  ThawNode node = step->in[slot];
  NodePlan *x = &p->nodes[node], *y = &p->nodes[step->out];

  *add = x->grad_written;
  if (x->grad_written)
    return;
  x->grad_written = true;
  if (slot == 0 && p->needs[i].dx_in_place)
    x->grad_buffer = y->grad_buffer;
  else
    x->grad_buffer =
        add_buffer (p, value_bytes (p, node), backward_time (p, i), backward_time (p, i));
  if (node == 0)
    extend (p, x->grad_buffer, end_of_time (p));
}

static void
place_gradients (Planner *p)
{
  ThawNode output = p->net->graph->output;

  if (!p->nodes[output].wants_grad)
    return;
  p->nodes[output].grad_buffer =
      add_buffer (p, value_bytes (p, output), logits_time (p), logits_time (p));
  p->nodes[output].grad_written = true;
  for (int i = p->n_steps - 1; i >= 0; i--) {
    Step *step = step_at (p, i);
    if (!step->backward)
      continue;
    extend (p, p->nodes[step->out].grad_buffer, backward_time (p, i));
    /* Ops write the second's gradient first. */
    if (step->in[1] >= 0 && p->nodes[step->in[1]].wants_grad)
      write_gradient (p, i, 1, &step->add_dx2);
    if (p->nodes[step->in[0]].wants_grad)
      write_gradient (p, i, 0, &step->add_dx);
  }
}

/* --- What steps keep and scratch
 * ------------------------------------------------------------------- */
static size_t
rounded (size_t bytes)
{
  return (bytes + 63) & ~(size_t) 63;
}

static void
place_extras (Planner *p)
{
  size_t workers = (size_t) thaw_pool_threads (p->net->pool);

  for (int i = 0; i < p->n_steps; i++) {
    Step *step = step_at (p, i);
    const Needs *needs = &p->needs[i];
    int now = forward_time (i), later = backward_time (p, i);
    step->forward_shared = rounded (needs->forward_shared);
    step->backward_shared = rounded (needs->backward_shared);
    step->forward_worker = rounded (needs->forward_worker);
    step->backward_worker = rounded (needs->backward_worker);
    p->steps[i].save = add_buffer (p, needs->save, now, step->backward ? later : now);
    p->steps[i].forward_scratch =
        add_buffer (p, step->forward_shared + workers * step->forward_worker, now, now);
    p->steps[i].folded =
        add_buffer (p, thaw_folded_floats (step) * sizeof (float), 0, end_of_time (p));
    p->steps[i].backward_scratch = -1;
    if (step->backward)
      p->steps[i].backward_scratch =
          add_buffer (p, step->backward_shared + workers * step->backward_worker, later, later);
  }
}

/* --- Binding
 * ---------------------------------------------------------------------------------------- */
static char *
address (const Planner *p, int buffer)
{
  return buffer >= 0 ? p->plan->arena + g_array_index (p->buffers, Buffer, buffer).offset : NULL;
}

static float *
value_at (const Planner *p, ThawNode node)
{
  return node >= 0 ? (float *) address (p, p->nodes[node].buffer) : NULL;
}

static float *
grad_at (const Planner *p, ThawNode node)
{
  if (node < 0 || !p->nodes[node].wants_grad)
    return NULL;
  return (float *) address (p, p->nodes[node].grad_buffer);
}

/* A value that is made anew lies elsewhere in backward; the first step of backward that reads it
 * has it made. */
static float *
backward_value (const Planner *p, Step *step, ThawNode node, bool wanted, int time)
{
  const NodePlan *value = &p->nodes[node];

  if (value->again < 0 || !step->backward || !wanted)
    return value_at (p, node);
  if (time == value->again_first)
    step->remake = p->makers[node];
  return (float *) address (p, value->again);
}

static void
bind_values (const Planner *p, int i)
{
  Step *step = step_at (p, i);
  const Needs *needs = &p->needs[i];
  int time = backward_time (p, i);

  step->remake = -1;
  step->x = step->forward_x = value_at (p, step->in[0]);
  step->y = step->forward_y = value_at (p, step->out);
  step->x2 = value_at (p, step->in[1]);
  step->backward_x = backward_value (p, step, step->in[0], needs->x_for_backward, time);
  step->backward_y = backward_value (p, step, step->out, needs->y_for_backward, time);
  step->again = (float *) address (p, p->nodes[step->out].again);
}

static void
bind (Planner *p)
{
  Plan *plan = p->plan;
  int n = graph_size (p->net->graph);

  for (int i = 0; i < p->n_steps; i++) {
    Step *step = step_at (p, i);
    bind_values (p, i);
    step->save = address (p, p->steps[i].save);
    step->forward_scratch = address (p, p->steps[i].forward_scratch);
    step->backward_scratch = address (p, p->steps[i].backward_scratch);
    if (p->steps[i].folded >= 0)
      thaw_folded_bind (step, (float *) (void *) address (p, p->steps[i].folded));
    if (step->backward) {
      step->dy = grad_at (p, step->out);
      step->dx = grad_at (p, step->in[0]);
      step->dx2 = grad_at (p, step->in[1]);
    }
  }
  plan->values = g_new0 (float *, n);
  for (ThawNode node = 0; node < n; node++)
    plan->values[node] = value_at (p, node);
  plan->input = plan->values[0];
  plan->output = plan->values[p->net->graph->output];
  plan->output_grad = grad_at (p, p->net->graph->output);
  plan->input_grad = grad_at (p, 0);
}

/* --- Limits
 * ----------------------------------------------------------------------------------------- */
static double
physical_memory (void)
{
  return (double) sysconf (_SC_PHYS_PAGES) * (double) sysconf (_SC_PAGESIZE);
}

static gboolean
too_much (const Planner *p, double bytes, GError **error)
{
  const Shape *in = shape_of (p, 0);

  g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_MEMORY,
               _ ("batches of %d images of %d x %d pixels need %.1f GB of memory, more than this "
                  "machine has free for it; use a smaller batch or smaller images"),
               p->plan->max_batch, in->w, in->h, bytes / 1e9);
  return FALSE;
}

/* No value is so large that sizes or row numbers could overflow. */
static gboolean
check_sizes (const Planner *p, GError **error)
{
  double most = physical_memory ();

  for (int i = 0; i < graph_size (p->net->graph); i++) {
    const Shape *shape = shape_of (p, i);
    double rows = (double) shape->h * shape->w * p->plan->max_batch;
    double bytes = rows * shape->c * sizeof (float);
    if (bytes > most || rows > G_MAXINT)
      return too_much (p, bytes, error);
  }
  return TRUE;
}

/* Steps tell what weights are wanted next. */
static void
link_steps (const Planner *p)
{
  for (int i = 0; i < p->n_steps; i++) {
    Step *step = step_at (p, i);
    for (int j = i + 1; j < p->n_steps && step->next == NULL; j++)
      if (step_at (p, j)->op == step->op)
        step->next = step_at (p, j);
  }
}

static Planner *
planner_new (ThawNet *net, ThawMode mode, bool folded, int max_batch)
{
  int n = graph_size (net->graph);
  Planner *p = g_new0 (Planner, 1);

  p->net = net;
  p->plan = g_new0 (Plan, 1);
  p->plan->mode = mode;
  p->plan->max_batch = max_batch;
  p->plan->steps = thaw_lower (net, folded);
  p->n_steps = (int) p->plan->steps->len;
  p->nodes = g_new0 (NodePlan, n);
  for (int i = 0; i < n; i++)
    p->nodes[i].buffer = p->nodes[i].grad_buffer = p->nodes[i].again = -1;
  p->steps = g_new0 (StepPlan, p->n_steps);
  p->needs = g_new0 (Needs, p->n_steps);
  p->makers = g_new (int, n);
  p->buffers = g_array_new (FALSE, FALSE, sizeof (Buffer));
  return p;
}

static void
planner_free (Planner *p)
{
  thaw_plan_free (p->plan);
  g_free (p->nodes);
  g_free (p->steps);
  g_free (p->needs);
  g_free (p->makers);
  g_array_unref (p->buffers);
  g_free (p);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Planner, planner_free)

/* Lifetimes and places; how large the arena has to be. */
static void
place (Planner *p)
{
  link_steps (p);
  find_gradients (p);
  for (int i = 0; i < p->n_steps; i++)
    step_at (p, i)->op->needs (step_at (p, i), p->plan->max_batch, &p->needs[i]);
  thaw_plan_makers (p->net, p->plan->steps, p->needs, p->plan->max_batch, p->makers);
  find_lifetimes (p);
  place_values (p);
  place_gradients (p);
  place_extras (p);
  p->plan->arena_bytes =
      thaw_arena_place ((Buffer *) (void *) p->buffers->data, (int) p->buffers->len);
}

Plan *
thaw_plan_new (ThawNet *net, ThawMode mode, int max_batch, GError **error)
{
  g_autoptr (Planner) p = planner_new (net, mode, false, max_batch);
  g_autoptr (Planner) folded = planner_new (net, THAW_MODE_EVAL, true, max_batch);
  Plan *plan = p->plan;
  size_t bytes;

  if (!check_sizes (p, error))
    return NULL;
  place (p);
  if (folded->n_steps > 0)
    place (folded);
  bytes = MAX (plan->arena_bytes, folded->plan->arena_bytes);
  if ((double) bytes <= physical_memory ())
    plan->arena = thaw_aligned_new0 (bytes);
  if (plan->arena == NULL) {
    too_much (p, (double) bytes, error);
    return NULL;
  }
  bind (p);
  thaw_plan_find_features (plan, graph_size (net->graph));
  if (folded->n_steps > 0) {
    folded->plan->arena = plan->arena;
    bind (folded);
    folded->plan->arena = NULL;
    plan->folded = g_steal_pointer (&folded->plan);
  }
  return g_steal_pointer (&p->plan);
}

void
thaw_plan_free (Plan *plan)
{
  if (plan == NULL)
    return;
  thaw_plan_free (plan->folded);
  g_array_unref (plan->steps);
  thaw_aligned_free (plan->arena);
  g_free (plan->values);
  g_free (plan->times);
  g_free (plan);
}
