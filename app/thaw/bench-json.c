/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A benchmark for programs. */
#include "bench.h"
#include "cli.h"

#include <math.h>

static void
json_spread (CliJson *json, const char *prefix, BenchSpread spread)
{
  g_autofree char *median = g_strconcat (prefix, "_step_ms", NULL);
  g_autofree char *min = g_strconcat (prefix, "_step_ms_min", NULL);
  g_autofree char *max = g_strconcat (prefix, "_step_ms_max", NULL);

  cli_json_real (json, median, spread.median);
  cli_json_real (json, min, spread.min);
  cli_json_real (json, max, spread.max);
}

static void
json_what (CliJson *json, const Bench *bench)
{
  g_autofree char *name = bench_processor ();

  cli_json_text (json, "model", bench->spec.model->entry.name);
  cli_json_text (json, "shape",
                 bench->spec.shape != NULL && *bench->spec.shape != '\0' ? bench->spec.shape
                                                                         : NULL);
  cli_json_int (json, "batch", bench->spec.batch);
  cli_json_int (json, "size", bench->spec.size);
  cli_json_int (json, "classes", bench->spec.classes);
  cli_json_bool (json, "frozen", bench->spec.frozen);
  cli_json_int (json, "parameters", (gint64) bench->parameters);
  cli_json_int (json, "live_parameters", (gint64) bench->live_parameters);
  cli_json_int (json, "rounds", bench->spec.rounds);
  cli_json_int (json, "threads", bench->threads);
  cli_json_int (json, "cores", thaw_cores ());
  cli_json_text (json, "processor", name);
  cli_json_text (json, "kernels", thaw_kernels ()->name);
  cli_json_text (json, "blas_core", thaw_blas_core ());
  cli_json_begin_object (json, "versions");
  cli_json_text (json, "thaw", VERSION);
  cli_json_text (json, "openblas", thaw_blas_config ());
  cli_json_text (json, "compiler", __VERSION__);
  cli_json_end_object (json);
  cli_json_begin_object (json, "environment");
  for (int i = 0; bench_variables[i] != NULL; i++)
    cli_json_text (json, bench_variables[i], g_getenv (bench_variables[i]));
  cli_json_end_object (json);
}

static void
json_traffic (CliJson *json, const char *place, const char *traffic, const BenchTraffic *t)
{
  cli_json_begin_object (json, NULL);
  cli_json_text (json, "place", place);
  cli_json_text (json, "traffic", traffic);
  cli_json_int (json, "bytes", (gint64) t[BENCH_ALL].bytes);
  cli_json_real (json, "one_thread_gbs", t[BENCH_ONE].gbs);
  cli_json_real (json, "all_threads_gbs", t[BENCH_ALL].gbs);
  cli_json_end_object (json);
}

/* "floor_bandwidth" is the place whose bandwidth floors take for elementwise passes,
 * "floor_ideal_bandwidth" that of the ideal floors. */
static void
json_limits (CliJson *json, const Bench *bench)
{
  static const char *const traffic_names[] = {"read", "update"};

  cli_json_real (json, "peak_gflops", bench_peak_gflops (bench));
  cli_json_begin_object (json, "gflops");
  for (int isa = 0; isa < THAW_N_ISAS; isa++) {
    if (!thaw_isa_available ((ThawIsa) isa))
      continue;
    cli_json_begin_object (json, thaw_isa_name ((ThawIsa) isa));
    cli_json_real (json, "one_thread", bench->gflops[isa][BENCH_ONE]);
    cli_json_real (json, "all_threads", bench->gflops[isa][BENCH_ALL]);
    cli_json_end_object (json);
  }
  cli_json_end_object (json);
  cli_json_begin_array (json, "bandwidths");
  for (int place = 0; place < BENCH_N_PLACES; place++)
    for (int traffic = 0; traffic < 2; traffic++)
      json_traffic (json, bench_place_name ((BenchPlace) place), traffic_names[traffic],
                    bench->traffic[place][traffic]);
  json_traffic (json, "pass", "adam", bench->pass);
  cli_json_end_array (json);
  cli_json_real (json, "core_round_trip_ns", bench->round_trip_ns.median);
  cli_json_real (json, "core_round_trip_ns_min", bench->round_trip_ns.min);
  cli_json_real (json, "core_round_trip_ns_max", bench->round_trip_ns.max);
  cli_json_text (json, "floor_bandwidth", "pass");
  cli_json_text (json, "floor_ideal_bandwidth", "l3");
}

static void
json_floor (CliJson *json, const char *member, const Floor *floor)
{
  cli_json_begin_object (json, member);
  for (int t = 0; floor != NULL && t < FLOOR_N_TERMS; t++) {
    cli_json_begin_object (json, floor_term_name ((FloorTerm) t));
    cli_json_int (json, "flop", (gint64) floor->terms[t].flop);
    cli_json_int (json, "bytes", (gint64) floor->terms[t].bytes);
    cli_json_real (json, "ms", floor->terms[t].ms);
    cli_json_real (json, "ideal_ms", floor->terms[t].ideal_ms);
    cli_json_end_object (json);
  }
  cli_json_end_object (json);
}

static void
json_part (CliJson *json, const BenchPart *part)
{
  cli_json_real (json, "forward_ms", part != NULL ? part->forward_ms : NAN);
  cli_json_real (json, "backward_ms", part != NULL ? part->backward_ms : NAN);
}

static void
json_layer (CliJson *json, const Bench *bench, int i)
{
  const FloorLayer *infer = &bench->infer_floor->layers[i];
  const FloorLayer *train = bench->train_floor != NULL ? &bench->train_floor->layers[i] : NULL;
  const BenchPart *runs = NULL, *part = NULL;

  if (bench->part_of != NULL && bench->part_of[i] >= 0)
    runs = &bench->parts[bench->part_of[i]];
  if (runs != NULL && runs->layer == i)
    part = runs;
  cli_json_begin_object (json, NULL);
  cli_json_text (json, "name", infer->info->name);
  cli_json_text (json, "kind", infer->info->kind);
  cli_json_text (json, "runs_with", runs != part ? runs->name : NULL);
  cli_json_begin_array (json, "shape");
  cli_json_int (json, NULL, infer->info->channels);
  cli_json_int (json, NULL, infer->info->height);
  cli_json_int (json, NULL, infer->info->width);
  cli_json_end_array (json);
  cli_json_int (json, "live_macs", (gint64) infer->info->live_macs);
  cli_json_real (json, "step_floor_ms", train != NULL ? train->ms : NAN);
  cli_json_real (json, "optimizer_floor_ms",
                 train != NULL ? train->terms[FLOOR_OPTIMIZER].ms : NAN);
  cli_json_real (json, "infer_floor_ms", infer->ms);
  json_part (json, part);
  cli_json_end_object (json);
}

/* Layers as a listing has them, and what runs between them. */
static void
json_layers (CliJson *json, const Bench *bench)
{
  cli_json_begin_array (json, "layers");
  for (int i = 0; i < bench->infer_floor->n_layers; i++)
    json_layer (json, bench, i);
  cli_json_end_array (json);
  cli_json_begin_array (json, "between_layers");
  for (int p = 0; p < bench->n_parts; p++) {
    if (bench->parts[p].layer >= 0)
      continue;
    cli_json_begin_object (json, NULL);
    cli_json_text (json, "kind", bench->parts[p].kind);
    json_part (json, &bench->parts[p]);
    cli_json_end_object (json);
  }
  cli_json_end_array (json);
  cli_json_real (json, "optimizer_ms", bench->optimizer_ms);
}

static void
json_bytes (CliJson *json, const char *member, bool known, uint64_t bytes)
{
  if (known)
    cli_json_int (json, member, (gint64) bytes);
  else
    cli_json_text (json, member, NULL);
}

void
bench_print_json (const Bench *bench)
{
  CliJson *json = cli_json_new ();
  const Floor *train = bench->train_floor;

  cli_json_begin_object (json, NULL);
  json_what (json, bench);
  cli_json_real (json, "train_images_per_second", bench_per_second (bench, bench->train_ms));
  json_spread (json, "train", bench->train_ms);
  cli_json_real (json, "step_floor_ms", train != NULL ? train->ms : NAN);
  cli_json_real (json, "step_floor_ideal_ms", train != NULL ? train->ideal_ms : NAN);
  cli_json_real (json, "infer_images_per_second", bench_per_second (bench, bench->infer_ms));
  json_spread (json, "infer", bench->infer_ms);
  cli_json_real (json, "infer_floor_ms", bench->infer_floor->ms);
  cli_json_real (json, "infer_floor_ideal_ms", bench->infer_floor->ideal_ms);
  json_limits (json, bench);
  json_floor (json, "step_floor", train);
  json_floor (json, "infer_floor", bench->infer_floor);
  if (bench->parts != NULL)
    json_layers (json, bench);
  cli_json_int (json, "infer_activation_bytes", (gint64) bench->infer_activation_bytes);
  json_bytes (json, "train_activation_bytes", train != NULL, bench->train_activation_bytes);
  json_bytes (json, "train_peak_resident_bytes", train != NULL, bench->train_peak_resident_bytes);
  cli_json_end_object (json);
  cli_json_print (json);
}
