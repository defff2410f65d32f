/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A benchmark for people. */
#include "bench.h"
#include "cli.h"

#include <math.h>
#include <stdio.h>

static void
add_step (
    CliTable *table, const Bench *bench, const char *name, BenchSpread spread, const Floor *floor)
{
  g_autofree char *median = cli_number (spread.median, 3);
  g_autofree char *range = g_strdup_printf ("%.3f – %.3f", spread.min, spread.max);
  g_autofree char *speed = cli_count (lround (bench_per_second (bench, spread)));
  g_autofree char *least = cli_number (floor->ms, 3);
  g_autofree char *times = cli_number (spread.median / floor->ms, 2);

  cli_table_add (table, name, median, range, speed, least, times, NULL);
}

static void
print_steps (const Bench *bench)
{
  CliTable *table = cli_table_new (6, "lrrrrr");

  cli_table_add (table, _ ("Step"), _ ("Median, ms"), _ ("of rounds from – to"),
                 _ ("Images per second"), _ ("Floor, ms"), _ ("Times the floor"), NULL);
  cli_table_rule (table);
  if (bench->train_floor != NULL)
    add_step (table, bench, bench->spec.frozen ? _ ("Training, head alone") : _ ("Training"),
              bench->train_ms, bench->train_floor);
  add_step (table, bench, _ ("Inference"), bench->infer_ms, bench->infer_floor);
  cli_table_print (table);
  if (bench->train_floor != NULL) {
    g_autofree char *memory = cli_bytes (bench->train_activation_bytes);
    g_autofree char *peak = cli_bytes (bench->train_peak_resident_bytes);
    printf (_ ("\nTraining holds %s of activations and gradients; the process, at most %s.\n"),
            memory, peak);
  }
}

static void
add_limit (CliTable *table, const char *name, double one, double all)
{
  g_autofree char *left = cli_number (one, 1), *right = cli_number (all, 1);

  cli_table_add (table, name, left, right, NULL);
}

static void
print_limits (const Bench *bench)
{
  CliTable *table = cli_table_new (3, "lrr");
  g_autofree char *all = g_strdup_printf (
      ngettext ("%d thread", "%d threads", (gulong) bench->threads), bench->threads);

  printf (ngettext ("\nLimits of this machine, measured in %d round:\n\n",
                    "\nLimits of this machine, largest of %d rounds:\n\n",
                    (gulong) bench->spec.rounds),
          bench->spec.rounds);
  cli_table_add (table, _ ("Limit"), _ ("1 thread"), all, NULL);
  cli_table_rule (table);
  for (int isa = 0; isa < THAW_N_ISAS; isa++) {
    g_autofree char *name =
        g_strdup_printf (_ ("Multiply-add %s, GFLOPS"), thaw_isa_name ((ThawIsa) isa));
    if (thaw_isa_available ((ThawIsa) isa))
      add_limit (table, name, bench->gflops[isa][BENCH_ONE], bench->gflops[isa][BENCH_ALL]);
  }
  for (int place = 0; place < BENCH_N_PLACES; place++)
    for (int traffic = 0; traffic < 2; traffic++) {
      const BenchTraffic *t = bench->traffic[place][traffic];
      g_autofree char *bytes = cli_bytes (t[BENCH_ALL].bytes);
      g_autofree char *name = g_strdup_printf (
          traffic == THAW_TRAFFIC_READ ? _ ("Reading %s (%s), GB/s") : _ ("Updating %s (%s), GB/s"),
          bytes, bench_place_name ((BenchPlace) place));
      add_limit (table, name, t[BENCH_ONE].gbs, t[BENCH_ALL].gbs);
    }
  {
    g_autofree char *bytes = cli_bytes (bench->pass[BENCH_ALL].bytes);
    g_autofree char *name = g_strdup_printf (_ ("A pass of Adam over %s, GB/s"), bytes);
    add_limit (table, name, bench->pass[BENCH_ONE].gbs, bench->pass[BENCH_ALL].gbs);
  }
  cli_table_print (table);
  if (isfinite (bench->round_trip_ns.median))
    printf (
        _ ("\nFrom one core to another and back: %.0f ns (%.0f – %.0f). About 100 where they share "
           "a cache; several hundred where they do not, and then small networks lose a third "
           "of their speed.\n"),
        bench->round_trip_ns.median, bench->round_trip_ns.min, bench->round_trip_ns.max);
}

static void
print_floor (const char *title, const Floor *floor)
{
  CliTable *table = cli_table_new (5, "lrrrr");
  g_autofree char *sum = cli_number (floor->ms, 3);
  g_autofree char *ideal_sum = cli_number (floor->ideal_ms, 3);

  printf ("\n%s\n\n", title);
  cli_table_add (table, _ ("Part"), "GFLOP", "MB", _ ("ms"), _ ("Ideal, ms"), NULL);
  cli_table_rule (table);
  for (int t = 0; t < FLOOR_N_TERMS; t++) {
    const FloorCost *cost = &floor->terms[t];
    g_autofree char *flop = cli_number ((double) cost->flop / 1e9, 3);
    g_autofree char *bytes = cli_number ((double) cost->bytes / 1e6, 2);
    g_autofree char *ms = cli_number (cost->ms, 3), *ideal = cli_number (cost->ideal_ms, 3);
    if (cost->flop > 0 || cost->bytes > 0)
      cli_table_add (table, floor_term_text ((FloorTerm) t), flop, bytes, ms, ideal, NULL);
  }
  cli_table_rule (table);
  cli_table_add (table, _ ("Sum"), "", "", sum, ideal_sum, NULL);
  cli_table_print (table);
}

void
bench_print_text (const Bench *bench)
{
  g_autofree char *name = bench_processor ();

  printf (_ ("%s at %d×%d pixels, batches of %d, %d of %d cores; %s; kernels %s, BLAS %s\n"),
          bench->spec.model->entry.name, bench->spec.size, bench->spec.size, bench->spec.batch,
          bench->threads, thaw_cores (), name, thaw_kernels ()->name, thaw_blas_core ());
  if (bench->spec.shape != NULL && *bench->spec.shape != '\0')
    printf ("%s\n", bench->spec.shape);
  for (int i = 0; bench_variables[i] != NULL; i++)
    if (g_getenv (bench_variables[i]) != NULL)
      printf (_ ("%s is set to %s\n"), bench_variables[i], g_getenv (bench_variables[i]));
  putchar ('\n');
  print_steps (bench);
  print_limits (bench);
  if (bench->train_floor != NULL)
    print_floor (_ ("Floor of a training step:"), bench->train_floor);
  print_floor (_ ("Floor of inference:"), bench->infer_floor);
  printf ("\n%s\n", _ ("Elementwise passes count at the bandwidth of a pass of Adam; in the ideal "
                       "column, at that of updating level 3 without arithmetic."));
  if (bench->parts != NULL)
    bench_print_layers (bench);
}
