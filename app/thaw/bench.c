/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rounds of steps in turn with the limits of the machine. */
#include "course.h"

#include <math.h>
#include <string.h>
#include <sys/resource.h>

#define MEMORY_MIN ((size_t) 64 << 20)
#define MEMORY_MAX ((size_t) 1 << 30)
#define PASS_BYTES ((size_t) 400000 * 16) /* value, gradient and both averages */

/* --- Limits of the machine --- */

static size_t
buffer_bytes (const Bench *bench, BenchPlace place, ThawTraffic traffic, int threads)
{
  size_t l2 = thaw_cache_bytes (2), l3 = thaw_cache_bytes (3);
  size_t memory = CLAMP (4 * l3, MEMORY_MIN, MEMORY_MAX);

  switch (place) {
  case BENCH_L2:
    return l2 / 2 * (size_t) threads;
  case BENCH_L3:
    return MAX (l3 / 4, MIN (2 * l2 * (size_t) threads, l3 / 2));
  case BENCH_MODEL: /* weights, or trainable weights and both averages */
    return CLAMP (traffic == THAW_TRAFFIC_READ ? 4 * bench->live_parameters : 12 * bench->trainable,
                  (size_t) 4096 * (size_t) threads, memory);
  case BENCH_MEMORY:
  case BENCH_N_PLACES:
  default:
    return memory;
  }
}

const char *
bench_place_name (BenchPlace place)
{
  static const char *const names[] = {
      [BENCH_L2] = "l2", [BENCH_L3] = "l3", [BENCH_MODEL] = "model", [BENCH_MEMORY] = "memory"};
  return names[place];
}

static void
measure_traffic (
    BenchTraffic *t, ThawTraffic traffic, ThawPool *pool, int threads, float *buffer, size_t bytes)
{
  double gbs = thaw_measure_bandwidth (traffic, pool, threads, buffer, bytes);

  t->bytes = bytes;
  t->gbs = MAX (t->gbs, gbs);
}

static void
measure_limits (Bench *bench, ThawPool *pool, float *buffer)
{
  for (int crowd = 0; crowd < BENCH_N_CROWDS; crowd++) {
    int threads = crowd == BENCH_ONE ? 1 : bench->threads;
    for (int isa = 0; isa < THAW_N_ISAS; isa++)
      if (thaw_isa_available ((ThawIsa) isa)) {
        double gflops = thaw_measure_gflops ((ThawIsa) isa, pool, threads);
        bench->gflops[isa][crowd] = MAX (bench->gflops[isa][crowd], gflops);
      }
    for (int place = 0; place < BENCH_N_PLACES; place++)
      for (int traffic = 0; traffic < 2; traffic++)
        measure_traffic (&bench->traffic[place][traffic][crowd], (ThawTraffic) traffic, pool,
                         threads, buffer,
                         buffer_bytes (bench, (BenchPlace) place, (ThawTraffic) traffic, threads));
    measure_traffic (&bench->pass[crowd], THAW_TRAFFIC_ADAM, pool, threads, buffer, PASS_BYTES);
  }
}

/* On a machine that others use as well, one thread may get more than all together. */
static double
largest_gbs (const Bench *bench, BenchPlace place, ThawTraffic traffic)
{
  const BenchTraffic *t = bench->traffic[place][traffic];

  return MAX (t[BENCH_ONE].gbs, t[BENCH_ALL].gbs);
}

double
bench_peak_gflops (const Bench *bench)
{
  double best = 0;

  for (int isa = 0; isa < THAW_N_ISAS; isa++)
    for (int crowd = 0; crowd < BENCH_N_CROWDS; crowd++)
      best = MAX (best, bench->gflops[isa][crowd]);
  return best;
}

static FloorLimits
floor_limits (const Bench *bench)
{
  return (FloorLimits){
      .gflops = bench_peak_gflops (bench),
      .pass_gbs = MAX (bench->pass[BENCH_ONE].gbs, bench->pass[BENCH_ALL].gbs),
      .cached_gbs = largest_gbs (bench, BENCH_L3, THAW_TRAFFIC_UPDATE),
      .memory_gbs = largest_gbs (bench, BENCH_MEMORY, THAW_TRAFFIC_UPDATE),
      .model_read_gbs = largest_gbs (bench, BENCH_MODEL, THAW_TRAFFIC_READ),
      .model_update_gbs = largest_gbs (bench, BENCH_MODEL, THAW_TRAFFIC_UPDATE),
      .cache_bytes = thaw_cache_bytes (3),
  };
}

/* --- The parts of a step --- */

/* The layer that a step of the schedule runs. Layers without a name of their own share one: they go
 * in order, from `from` on. */
static int
layer_of (const Floor *floor, const ThawStepTime *step, int from)
{
  int i = strcmp (step->name, step->kind) == 0 ? from : 0;

  for (; i < floor->n_layers; i++)
    if (strcmp (floor->layers[i].info->name, step->name) == 0)
      return i;
  return -1;
}

/* Layers without a step of their own run in another's: a global average with what follows it, as in
 * squeeze and excitation, anything else with what is before it. */
static void
join_layers (Bench *bench, const Floor *floor)
{
  int *part_of = g_new (int, floor->n_layers);

  for (int i = 0; i < floor->n_layers; i++)
    part_of[i] = -1;
  for (int p = 0; p < bench->n_parts; p++)
    if (bench->parts[p].layer >= 0)
      part_of[bench->parts[p].layer] = p;
  for (int i = 0; i < floor->n_layers; i++) {
    bool average = strcmp (floor->layers[i].info->kind, "AdaptiveAvgPool2d") == 0;
    int other = average ? i + 1 : i - 1;
    if (part_of[i] < 0 && other >= 0 && other < floor->n_layers)
      part_of[i] = part_of[other];
  }
  bench->part_of = part_of;
}

/* The median over rounds of column `i` of the profiled rounds. */
static double
part_median (const Course *course, int i, int width)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint at = (guint) i; at < course->parts->len; at += (guint) width)
    g_array_append_vals (values, &g_array_index (course->parts, double, at), 1);
  return bench_spread (values).median;
}

static void
collect_parts (Bench *bench, const Course *course, const Floor *floor)
{
  const ThawStepTime *times;
  int width, from = 0;

  thaw_net_profile (course->net, true); /* for the names */
  times = thaw_net_profile_times (course->net, &bench->n_parts);
  width = 2 * bench->n_parts + 1;
  bench->parts = g_new0 (BenchPart, bench->n_parts);
  for (int i = 0; i < bench->n_parts; i++) {
    bench->parts[i] = (BenchPart){.name = g_intern_string (times[i].name),
                                  .kind = g_intern_string (times[i].kind),
                                  .layer = layer_of (floor, &times[i], from),
                                  .forward_ms = part_median (course, 2 * i, width),
                                  .backward_ms = part_median (course, 2 * i + 1, width)};
    if (bench->parts[i].layer >= from)
      from = bench->parts[i].layer + 1;
  }
  join_layers (bench, floor);
  if (course->mode == THAW_MODE_TRAIN)
    bench->optimizer_ms = part_median (course, width - 1, width);
}

/* --- The whole --- */

static uint64_t
peak_resident_bytes (void)
{
  struct rusage usage;

  return getrusage (RUSAGE_SELF, &usage) == 0 ? (uint64_t) usage.ru_maxrss * 1024 : 0;
}

static void
count_parameters (Bench *bench, ThawNet *net)
{
  g_autoptr (GArray) layers = thaw_graph_layers (thaw_net_graph (net));

  for (guint i = 0; i < layers->len; i++) {
    const ThawLayerInfo *info = &g_array_index (layers, ThawLayerInfo, i);
    bench->parameters += info->parameters;
    bench->live_parameters += info->live_parameters;
  }
  bench->trainable = thaw_model_freeze (bench->spec.model, net, bench->spec.frozen);
}

static gboolean
run_rounds (Bench *bench, ThawPool *pool, Course *train, Course *infer, GError **error)
{
  size_t bytes = 0;
  float *buffer;
  gboolean good = TRUE;
  g_autoptr (GArray) round_trips = g_array_new (FALSE, FALSE, sizeof (double));

  for (int place = 0; place < BENCH_N_PLACES; place++)
    bytes =
        MAX (bytes, buffer_bytes (bench, (BenchPlace) place, THAW_TRAFFIC_READ, bench->threads));
  bytes = MAX (bytes, PASS_BYTES);
  bytes = MAX (bytes, buffer_bytes (bench, BENCH_MODEL, THAW_TRAFFIC_UPDATE, bench->threads));
  buffer = thaw_aligned_new0 (bytes);
  if (buffer == NULL) {
    g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_MEMORY,
                 _ ("No memory for %zu bytes to measure bandwidth with"), bytes);
    return FALSE;
  }
  for (int r = 0; r < bench->spec.rounds && good; r++) {
    double round_trip = thaw_measure_round_trip (pool);
    if (isfinite (round_trip))
      g_array_append_val (round_trips, round_trip);
    measure_limits (bench, pool, buffer);
    good =
        (train == NULL || course_round (train, pool, error)) && course_round (infer, pool, error);
    if (good && bench->spec.layers)
      good = course_profile (train != NULL ? train : infer, pool, error);
  }
  if (round_trips->len > 0)
    bench->round_trip_ns = bench_spread (round_trips);
  thaw_aligned_free (buffer);
  return good;
}

Bench *
bench_run (const BenchSpec *spec, GError **error)
{
  g_autoptr (Bench) bench = g_new0 (Bench, 1);
  g_autoptr (ThawPool) pool = thaw_pool_new (spec->threads);
  g_autoptr (Course) train = NULL, infer = NULL;
  FloorLimits limits;

  bench->spec = *spec;
  bench->threads = thaw_pool_threads (pool);
  bench->train_ms = bench->round_trip_ns = (BenchSpread){NAN, NAN, NAN};
  bench->optimizer_ms = NAN;
  if (spec->train) {
    train = course_new (spec, THAW_MODE_TRAIN, pool, error);
    if (train == NULL || !course_warm_up (train, pool, error))
      return NULL;
    bench->train_peak_resident_bytes = peak_resident_bytes ();
    bench->train_activation_bytes = thaw_net_activation_bytes (train->net);
    bench->train_floor = floor_count (train->net, THAW_MODE_TRAIN, spec->batch);
  }
  infer = course_new (spec, THAW_MODE_EVAL, pool, error);
  if (infer == NULL || !course_warm_up (infer, pool, error))
    return NULL;
  bench->infer_activation_bytes = thaw_net_activation_bytes (infer->net);
  bench->infer_floor = floor_count (infer->net, THAW_MODE_EVAL, spec->batch);
  count_parameters (bench, infer->net);
  if (!run_rounds (bench, pool, train, infer, error))
    return NULL;
  bench->infer_ms = bench_spread (infer->rounds);
  if (train != NULL)
    bench->train_ms = bench_spread (train->rounds);
  if (spec->layers)
    collect_parts (bench, train != NULL ? train : infer,
                   train != NULL ? bench->train_floor : bench->infer_floor);
  limits = floor_limits (bench);
  floor_time (bench->infer_floor, &limits);
  if (train != NULL)
    floor_time (bench->train_floor, &limits);
  return g_steal_pointer (&bench);
}

void
bench_free (Bench *bench)
{
  if (bench == NULL)
    return;
  floor_free (bench->train_floor);
  floor_free (bench->infer_floor);
  g_free (bench->parts);
  g_free (bench->part_of);
  g_free (bench);
}

/* --- What it was measured with --- */

const char *const bench_variables[] = {"OPENBLAS_CORETYPE",    "OPENBLAS_L2_SIZE",
                                       "OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS",
                                       "OMP_NUM_THREADS",      NULL};

char *
bench_processor (void)
{
  g_autofree char *text = NULL;
  const char *name;

  if (g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL) &&
      (name = strstr (text, "model name")) != NULL && (name = strchr (name, ':')) != NULL)
    return g_strstrip (g_strndup (name + 1, strcspn (name + 1, "\n")));
#if defined(__x86_64__)
  return g_strdup ("x86-64");
#elif defined(__aarch64__)
  return g_strdup ("aarch64");
#else
  return g_strdup ("unknown");
#endif
}

double
bench_per_second (const Bench *bench, BenchSpread ms)
{
  return bench->spec.batch * 1000 / ms.median;
}
