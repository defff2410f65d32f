/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random initialisation, the rules of those who published the backbones. Every parameter has a
 * stream of its own, so that its values depend on seed and name alone, and numbers are drawn in
 * PyTorch's order of elements. The streams can be entered anywhere, so that the net's threads share
 * the work. */
#include "models-private.h"

#include <math.h>
#include <string.h>

static ThawRng
stream (uint64_t seed, const char *name)
{
  return thaw_rng (seed, THAW_RNG_INIT, thaw_fnv1a64 (name), 0, 0);
}

/* What a parameter is filled with. */
typedef enum { CONSTANT, NORMAL, UNIFORM } Kind;

typedef struct {
  Kind kind;
  double size; /* the constant, the deviation, the bound */
  ThawRng rng;
  float *values; /* in torch's order */
  uint64_t count;
} Fill;

static uint64_t
draws_a_value (Kind kind)
{
  return kind == NORMAL ? 2 : 1;
}

/* The elements from `first` to before `end`. */
static void
fill_range (const Fill *fill, uint64_t first, uint64_t end)
{
  ThawRng rng = fill->rng;

  if (fill->kind != CONSTANT)
    thaw_rng_skip (&rng, first * draws_a_value (fill->kind));
  for (uint64_t i = first; i < end; i++) {
    if (fill->kind == NORMAL)
      fill->values[i] = (float) (fill->size * thaw_rng_normal (&rng));
    else if (fill->kind == UNIFORM)
      fill->values[i] = (float) thaw_rng_uniform (&rng, -fill->size, fill->size);
    else
      fill->values[i] = (float) fill->size;
  }
}

static Fill
torch_default (uint64_t seed, const char *name, uint64_t fan_in)
{
  return (Fill){.kind = UNIFORM, .size = 1 / sqrt ((double) fan_in), .rng = stream (seed, name)};
}

void
thaw_init_torch_default (
    uint64_t seed, const char *name, uint64_t fan_in, uint64_t count, float *out)
{
  Fill fill = torch_default (seed, name, fan_in);

  fill.values = out;
  fill_range (&fill, 0, count);
}

/* The product of all dimensions but `but`. */
static uint64_t
fan (const ThawParam *weight, int but)
{
  return weight->count / weight->shape[but];
}

/* The weight of the layer that a parameter belongs to: itself, or the one beside a bias. */
static const ThawParam *
weight_beside (ThawNet *net, const ThawParam *param)
{
  g_autofree char *name = g_strdup (param->name);
  g_autofree char *weight = NULL;
  int i;

  *strrchr (name, '.') = '\0';
  weight = g_strconcat (name, ".weight", NULL);
  i = thaw_net_find_param (net, weight);
  g_assert (i >= 0);
  return thaw_net_param (net, i);
}

static Fill
fill_of_layer (ThawInit rule, const ThawParam *param, const ThawParam *weight, uint64_t seed)
{
  double fan_in = (double) fan (weight, 0), fan_out = (double) fan (weight, 1);
  Fill fill = {.kind = NORMAL, .rng = stream (seed, param->name)};

  if (rule == THAW_INIT_TORCH_DEFAULT)
    return torch_default (seed, param->name, fan (weight, 0));
  if (param != weight)
    return (Fill){.kind = CONSTANT, .size = 0};
  switch (rule) {
  case THAW_INIT_NORMAL_GROUPS: /* one input channel a group: as many groups as outputs */
    fill.size = sqrt (2 / (weight->shape[1] == 1 ? fan_out / (double) weight->shape[0] : fan_out));
    return fill;
  case THAW_INIT_UNIFORM_FAN_IN:
    fill.kind = UNIFORM;
    fill.size = sqrt (6 / fan_in);
    return fill;
  case THAW_INIT_UNIFORM_OUT:
    fill.kind = UNIFORM;
    fill.size = 1 / sqrt ((double) weight->shape[0]);
    return fill;
  case THAW_INIT_NORMAL_FAN_OUT:
    fill.size = sqrt (2. / fan_out);
    return fill;
  case THAW_INIT_NORMAL_001:
  default:
    fill.size = 0.01;
    return fill;
  }
}

/* The final layer may be a convolution. */
static bool
is_final (const ThawModel *model, const ThawParam *weight)
{
  return g_str_has_prefix (weight->name, model->final_linear) &&
         weight->name[strlen (model->final_linear)] == '.';
}

static Fill
fill_of (const ThawModel *model, ThawNet *net, const ThawParam *param, uint64_t seed)
{
  const ThawParam *weight;

  if (param->buffer)
    return (Fill){.kind = CONSTANT, .size = g_str_has_suffix (param->name, ".running_var")};
  weight = weight_beside (net, param);
  if (weight->ndim == 1) /* batch norm */
    return (Fill){.kind = CONSTANT, .size = param == weight};
  return fill_of_layer (weight->ndim == 2 || is_final (model, weight) ? model->init_linear
                                                                      : model->init_conv,
                        param, weight, seed);
}

typedef struct {
  ThawNet *net;
  Fill *fills;    /* one a parameter                       */
  GArray *pieces; /* of Piece: values to draw, all together */
} Job;

typedef struct {
  int param;
  uint64_t first;
} Piece;

#define PIECE_VALUES 8192

static void
draw_piece (void *user, int p, int worker)
{
  const Job *job = user;
  const Piece *piece = &g_array_index (job->pieces, Piece, p);
  const Fill *fill = &job->fills[piece->param];

  fill_range (fill, piece->first, MIN (piece->first + PIECE_VALUES, fill->count));
}

static void
convert_piece (void *user, int i, int worker)
{
  const Job *job = user;

  thaw_net_from_torch (job->net, i, job->fills[i].values, thaw_net_param (job->net, i)->value);
}

void
thaw_model_initialise (const ThawModel *model, ThawNet *net, uint64_t seed)
{
  int n = thaw_net_n_params (net);
  g_autofree Fill *fills = g_new (Fill, n);
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  Job job = {net, fills, pieces};

  for (int i = 0; i < n; i++) {
    const ThawParam *param = thaw_net_param (net, i);
    fills[i] = fill_of (model, net, param, seed);
    fills[i].count = param->count;
    fills[i].values = g_new (float, param->count);
    for (uint64_t first = 0; first < param->count; first += PIECE_VALUES) {
      Piece piece = {i, first};
      g_array_append_val (pieces, piece);
    }
  }
  thaw_pool_run (thaw_net_pool (net), (int) pieces->len, draw_piece, &job);
  thaw_pool_run (thaw_net_pool (net), n, convert_piece, &job);
  for (int i = 0; i < n; i++)
    g_free (fills[i].values);
}
