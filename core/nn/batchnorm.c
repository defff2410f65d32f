/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batch normalisation over channels, with an addition and an activation behind it in the same pass.
 *   z = (x - mean) * rstd * weight + bias,   y = act (z), or act (z + residual)
 * A max pooling behind it takes part as well: the whole map is never written, neither act (z) nor
 * its gradient, which is gathered from that of the pooled map, chunk by chunk, each time it is
 * read. Training: mean and biased variance of the batch; running_mean and running_var move by
 * `momentum` towards the batch's mean and unbiased variance, and the counter goes up. Held or
 * evaluating: the running statistics, which stay. One value a channel has variance 0, and
 * running_var then takes the biased variance (torch refuses such a batch, see
 * thaw_net_batch_too_small). Few rows of many channels are cut by channels: a piece owns some of
 * them through all passes, so a layer is one phase. Many rows are cut into about CHUNKS chunks, or
 * as many as leave each small enough for a cache; each has its own mean and squares around it,
 * combined in order in double (Chan, Golub, LeVeque 1979). Backward recomputes z. Source:
 * torch.nn.BatchNorm2d. */
#include "step-private.h"

#include <math.h>

#define CHUNKS 16
#define CHUNK_ELEMENTS (1 << 16) /* at most: two sweeps, the second from the second cache */
#define GATHER_ELEMENTS 8192
#define MANY_CHANNELS 96 /* from here on, and */
#define FEW_ROWS 2048    /* up to here, pieces own channels */
#define CHANNEL_BLOCK 32
#define LEAST_BLOCKS 4 /* of channels; below, blocks are half as wide */

typedef struct {
  const Step *step;
  const Run *run;
  ThawNorm norm;
  ThawNormGrad grad;
  size_t rows, chunk_rows;
  int c, chunks, width; /* width: channels of a piece that owns channels; 0: pieces own rows */
  bool through_statistics;
  double *first, *second; /* [chunks][c] each: mean and squares, or the sums of backward */
} Job;

/* Rows of some channels. */
typedef struct {
  size_t row, rows;
  int channel, c;
} Part;

/* save: mean, rstd, scale [c] each; then, in backward, k1, k2. */
enum { SAVE_MEAN, SAVE_RSTD, SAVE_SCALE, SAVE_K1, SAVE_K2, N_SAVE };

static float *
saved (const Step *step, int what)
{
  return (float *) step->save + (size_t) what * (size_t) step->in_shape.c;
}

bool
thaw_norm_pools (int channels)
{
  return channels < MANY_CHANNELS; /* pieces that own channels do not gather */
}

/* The place in its window that each element of a pooled map came from. */
static uint8_t *
pooled_from (const Step *step)
{
  return (uint8_t *) saved (step, N_SAVE);
}

static size_t
chunk_rows_of (size_t rows, int c)
{
  size_t least = MAX ((size_t) 8, (size_t) (THAW_PIECE_ELEMENTS / 2) / (size_t) c);
  size_t most = MAX ((size_t) 8, (size_t) CHUNK_ELEMENTS / (size_t) c);
  return MIN (MAX (least, (rows + CHUNKS - 1) / CHUNKS), most);
}

/* Channels of a piece that owns channels: few pieces do not divide evenly among threads. */
static int
width_of (int c)
{
  if (c < LEAST_BLOCKS * CHANNEL_BLOCK)
    return CHANNEL_BLOCK / 2;
  return c >= 8 * CHANNEL_BLOCK ? 2 * CHANNEL_BLOCK : CHANNEL_BLOCK;
}

static Job
job_of (const Step *step, const Run *run)
{
  size_t rows = shape_pixels (&step->in_shape) * (size_t) run->n;
  int c = step->in_shape.c;
  Job job = {.step = step, .run = run, .rows = rows, .c = c};

  if (c >= MANY_CHANNELS && rows <= FEW_ROWS)
    job.width = width_of (c);
  job.chunk_rows = job.width > 0 ? rows : chunk_rows_of (rows, c);
  job.chunks = ceil_div (rows, job.chunk_rows);
  job.first = (double *) step->scratch;
  job.second = job.first + (size_t) job.chunks * (size_t) c;
  job.norm = (ThawNorm){.mean = saved (step, SAVE_MEAN),
                        .rstd = saved (step, SAVE_RSTD),
                        .scale = saved (step, SAVE_SCALE),
                        .shift = step->bias->value,
                        .act = step->act};
  return job;
}

static int
pieces_of (const Job *job)
{
  return job->width > 0 ? ceil_div ((size_t) job->c, (size_t) job->width) : job->chunks;
}

static size_t
rows_of (const Job *job, int chunk)
{
  return MIN (job->chunk_rows, job->rows - (size_t) chunk * job->chunk_rows);
}

static Part
part_of (const Job *job, int piece)
{
  if (job->width > 0)
    return (Part){0, job->rows, piece * job->width, MIN (job->width, job->c - piece * job->width)};
  return (Part){(size_t) piece * job->chunk_rows, rows_of (job, piece), 0, job->c};
}

static size_t
begin_of (const Job *job, const Part *part)
{
  return part->row * (size_t) job->c + (size_t) part->channel;
}

/* The norm of the part's channels. */
static ThawNorm
norm_of (const Job *job, const Part *part)
{
  ThawNorm norm = job->norm;

  norm.mean += part->channel;
  norm.rstd += part->channel;
  norm.scale += part->channel;
  norm.shift += part->channel;
  return norm;
}

/* Mean of a part and the squares around it, both from the cache after the first sweep. */
static void
sum_part (const Job *job, int piece, int worker)
{
  Part part = part_of (job, piece);
  size_t at = (part.row > 0 ? (size_t) piece * (size_t) job->c : 0) + (size_t) part.channel;
  size_t c = (size_t) part.c, stride = (size_t) job->c;
  const float *x = job->step->x + begin_of (job, &part);
  double *mean = job->first + at, *squares = job->second + at;
  float *centre =
      (float *) (job->step->worker_scratch + (size_t) worker * job->step->worker_stride);

  memset (mean, 0, c * sizeof *mean);
  memset (squares, 0, c * sizeof *squares);
  job->run->kernels->column_sums (x, part.rows, stride, part.c, mean);
  for (size_t j = 0; j < c; j++) {
    mean[j] /= (double) part.rows;
    centre[j] = (float) mean[j];
  }
  job->run->kernels->column_squares (x, part.rows, stride, part.c, centre, squares);
  for (size_t j = 0; j < c; j++) { /* the centre was rounded to float */
    double off = mean[j] - centre[j];
    squares[j] -= (double) part.rows * off * off;
  }
}

static void
statistics_piece (void *user, int piece, int worker)
{
  sum_part (user, piece, worker);
}

/* Into the first chunk's place. */
static void
combine_statistics (Job *job)
{
  size_t c = (size_t) job->c;
  double count = (double) rows_of (job, 0);

  for (int chunk = 1; chunk < job->chunks; chunk++) {
    const double *mean = job->first + (size_t) chunk * c;
    const double *squares = job->second + (size_t) chunk * c;
    double rows = (double) rows_of (job, chunk), total = count + rows;
    double share = rows / total, cross = count * rows / total;
    for (size_t j = 0; j < c; j++) {
      double off = mean[j] - job->first[j];
      job->first[j] += off * share;
      job->second[j] += squares[j] + off * off * cross;
    }
    count = total;
  }
}

static void
set_statistics (const Step *step, int j, double mean, double variance)
{
  double rstd = 1 / sqrt (variance + step->node->norm.eps);

  saved (step, SAVE_MEAN)[j] = (float) mean;
  saved (step, SAVE_RSTD)[j] = (float) rstd;
  saved (step, SAVE_SCALE)[j] = (float) (rstd * step->weight->value[j]);
}

/* From the sums of all rows, for channels first <= j < end. */
static void
use_sums (const Job *job, int first, int end)
{
  const Step *step = job->step;
  double momentum = step->node->norm.momentum, count = (double) job->rows;

  for (int j = first; j < end; j++) {
    double mean = job->first[j], squares = MAX (job->second[j], 0);
    double unbiased = squares / (count > 1 ? count - 1 : 1);
    float *run_mean = step->running_mean->value + j, *run_var = step->running_var->value + j;

    /* A NaN must come through: MAX (NaN, 0) is 0. */
    if (isnan (job->second[j]))
      squares = unbiased = job->second[j];
    set_statistics (step, j, mean, squares / count);
    *run_mean = (float) ((1 - momentum) * *run_mean + momentum * mean);
    *run_var = (float) ((1 - momentum) * *run_var + momentum * unbiased);
  }
}

static void
use_running (const Step *step)
{
  for (int j = 0; j < step->in_shape.c; j++)
    set_statistics (step, j, step->running_mean->value[j], step->running_var->value[j]);
}

static void
normalize_piece (void *user, int piece, int worker)
{
  const Job *job = user;
  const Step *step = job->step;
  Part part = part_of (job, piece);
  ThawNorm norm = norm_of (job, &part);
  size_t begin = begin_of (job, &part);

  job->run->kernels->normalize (&norm, step->x + begin, step->x2 != NULL ? step->x2 + begin : NULL,
                                part.rows, (size_t) job->c, part.c, step->y + begin);
}

/* A row of the pooled map. */
static void
pooled_piece (void *user, int oy, int worker)
{
  const Job *job = user;
  const Step *step = job->step;
  int n = job->run->n;
  const float *x[THAW_POOL_TAPS];
  uint8_t tap[THAW_POOL_TAPS];

  for (int ox = 0; ox < step->columns.out; ox++) {
    size_t at = ((size_t) oy * (size_t) step->columns.out + (size_t) ox) * (size_t) n;
    int taps = thaw_pool_window (step, n, oy, ox, x, tap);
    job->run->kernels->normalize_max_pool (&job->norm, x, tap, taps, (size_t) n, job->c,
                                           step->y + at * (size_t) job->c,
                                           pooled_from (step) + at * (size_t) job->c);
  }
}

static void
whole_piece (void *user, int piece, int worker)
{
  const Job *job = user;
  Part part = part_of (job, piece);

  sum_part (job, piece, worker);
  use_sums (job, part.channel, part.channel + part.c);
  normalize_piece (user, piece, worker);
}

static void
norm_forward (const Step *step, const Run *run)
{
  Job job = job_of (step, run);
  bool from_batch = run->mode == THAW_MODE_TRAIN && !step->held;

  if (from_batch)
    *step->batches->value += 1;
  if (from_batch && job.width > 0) {
    thaw_pool_run (run->pool, pieces_of (&job), whole_piece, &job);
    return;
  }
  if (from_batch) {
    thaw_pool_run (run->pool, job.chunks, statistics_piece, &job);
    combine_statistics (&job);
    use_sums (&job, 0, job.c);
  } else {
    use_running (step);
  }
  if (step->pooled)
    thaw_pool_run (run->pool, step->rows.out, pooled_piece, &job);
  else
    thaw_pool_run (run->pool, pieces_of (&job), normalize_piece, &job);
}

void
thaw_norm_remake (const Step *step, const Run *run)
{
  Step again = *step;
  Job job;

  again.y = step->again;
  again.scratch = step->forward_scratch; /* not used */
  job = job_of (&again, run);
  thaw_pool_run (run->pool, pieces_of (&job), normalize_piece, &job);
}

/* --- Backward -----------------------------------------------------------------------------------
 */
/* The gradient of some rows before pooling, in the worker's scratch. */
static const float *
gather_rows (const Job *job, const Part *part, int worker)
{
  const Step *step = job->step;
  size_t n = (size_t) job->run->n, c = (size_t) job->c, end = part->row + part->rows, next;
  float *rows = (float *) (step->worker_scratch + (size_t) worker * step->worker_stride);
  float *to = rows;

  for (size_t row = part->row; row < end; row = next) {
    size_t pixel = row / n;
    next = MIN (end, (pixel + 1) * n);
    thaw_pool_gather (step, job->run, pooled_from (step), pixel, row % n * c, (next - row) * c, to,
                      false);
    to += (next - row) * c;
  }
  return rows;
}

/* Gathered rows are used while the first caches have them: so many at once. Sums go over groups of
 * rows that divide it, so that it does not show in the bits. */
static size_t
gathered_rows (int c)
{
  return MAX ((size_t) 8, (size_t) GATHER_ELEMENTS / (size_t) c / 8 * 8);
}

/* The next rows of a part that go through a pass together; FALSE: there are no more. */
static bool
next_rows (const Job *job, const Part *part, Part *some)
{
  size_t end = part->row + part->rows, most = gathered_rows (job->c);

  some->row += some->rows;
  some->rows = job->step->pooled ? MIN (most, end - some->row) : end - some->row;
  return some->rows > 0;
}

static ThawNormGrad
grad_of (const Job *job, const Part *part, int worker)
{
  const Step *step = job->step;
  size_t begin = begin_of (job, part);

  return (ThawNormGrad){.x = step->x + begin,
                        .dy = step->pooled ? gather_rows (job, part, worker) : step->dy + begin,
                        .y = step->x2 != NULL ? step->y + begin : NULL,
                        .dx = step->dx != NULL ? step->dx + begin : NULL,
                        .dr = step->dx2 != NULL ? step->dx2 + begin : NULL,
                        .add_dx = step->add_dx,
                        .add_dr = step->add_dx2,
                        .k1 = saved (step, SAVE_K1) + part->channel,
                        .k2 = saved (step, SAVE_K2) + part->channel};
}

static void
sums_piece (void *user, int piece, int worker)
{
  const Job *job = user;
  Part part = part_of (job, piece), some = part;
  ThawNorm norm = norm_of (job, &part);
  size_t at = (part.row > 0 ? (size_t) piece * (size_t) job->c : 0) + (size_t) part.channel;

  memset (job->first + at, 0, (size_t) part.c * sizeof (double));
  memset (job->second + at, 0, (size_t) part.c * sizeof (double));
  some.rows = 0;
  while (next_rows (job, &part, &some)) {
    ThawNormGrad grad = grad_of (job, &some, worker);
    job->run->kernels->normalize_sums (&norm, &grad, some.rows, (size_t) job->c, part.c,
                                       job->first + at, job->second + at);
  }
}

static void
combine_sums (Job *job)
{
  size_t c = (size_t) job->c;

  for (int chunk = 1; chunk < job->chunks; chunk++) {
    for (size_t j = 0; j < c; j++) {
      job->first[j] += job->first[(size_t) chunk * c + j];
      job->second[j] += job->second[(size_t) chunk * c + j];
    }
  }
}

/* Gradients of the parameters, and what dx needs, from the sums of all rows. */
static void
use_gradient_sums (const Job *job, int first, int end)
{
  const Step *step = job->step;
  float *k1 = saved (step, SAVE_K1), *k2 = saved (step, SAVE_K2);

  for (int j = first; j < end; j++) {
    if (step->weight->trainable)
      step->weight->grad[j] = (float) job->second[j];
    if (step->bias->trainable)
      step->bias->grad[j] = (float) job->first[j];
    if (job->through_statistics) {
      k1[j] = (float) (job->first[j] / (double) job->rows);
      k2[j] = (float) (job->second[j] / (double) job->rows * job->norm.rstd[j]);
    }
  }
}

static void
gradient_piece (void *user, int piece, int worker)
{
  const Job *job = user;
  Part part = part_of (job, piece), some = part;
  ThawNorm norm = norm_of (job, &part);

  some.rows = 0;
  while ((job->step->dx != NULL || job->step->dx2 != NULL) && next_rows (job, &part, &some)) {
    ThawNormGrad grad = grad_of (job, &some, worker);
    job->run->kernels->normalize_grad (&norm, &grad, some.rows, (size_t) job->c, part.c);
  }
}

static void
whole_gradient_piece (void *user, int piece, int worker)
{
  const Job *job = user;
  Part part = part_of (job, piece);

  sums_piece (user, piece, worker);
  use_gradient_sums (job, part.channel, part.channel + part.c);
  gradient_piece (user, piece, worker);
}

static void
norm_backward (const Step *step, const Run *run)
{
  Job job = job_of (step, run);
  size_t bytes = (size_t) job.c * sizeof (float);
  bool sums;

  job.through_statistics = !step->held && step->dx != NULL;
  sums = job.through_statistics || step->weight->trainable || step->bias->trainable;
  memset (saved (step, SAVE_K1), 0, bytes);
  memset (saved (step, SAVE_K2), 0, bytes);
  if (sums && job.width > 0) {
    thaw_pool_run (run->pool, pieces_of (&job), whole_gradient_piece, &job);
    return;
  }
  if (sums) {
    thaw_pool_run (run->pool, job.chunks, sums_piece, &job);
    combine_sums (&job);
    use_gradient_sums (&job, 0, job.c);
  }
  if (step->dx != NULL || step->dx2 != NULL)
    thaw_pool_run (run->pool, pieces_of (&job), gradient_piece, &job);
}

static void
norm_needs (const Step *step, int n, Needs *needs)
{
  size_t c = (size_t) step->in_shape.c, rows = shape_pixels (&step->in_shape) * (size_t) n;
  size_t chunks = (size_t) ceil_div (rows, chunk_rows_of (rows, step->in_shape.c));

  needs->x_for_backward = true;
  needs->y_for_backward = step->in[1] >= 0;
  needs->in_place = needs->dx_in_place = !step->pooled;
  needs->save = N_SAVE * c * sizeof (float);
  if (step->pooled) {
    needs->save += shape_count (&step->out_shape, n);
    needs->backward_worker = gathered_rows ((int) c) * c * sizeof (float);
  }
  needs->forward_shared = needs->backward_shared = 2 * MAX (chunks, CHUNKS) * c * sizeof (double);
  needs->forward_worker = c * sizeof (float);
}

const Op thaw_op_batch_norm = {norm_needs, norm_forward, norm_backward};
