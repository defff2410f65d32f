/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the time of a step goes, part by part, and where most of it is lost. */
#include "bench.h"
#include "cli.h"

#include <math.h>
#include <stdio.h>

#define FURTHEST 3

/* What a part should take: its layers' floor without the optimiser, which runs apart. */
static double
part_floor (const Bench *bench, const BenchPart *part)
{
  const Floor *floor = bench->train_floor != NULL ? bench->train_floor : bench->infer_floor;
  double ms = 0;

  for (int i = 0; i < floor->n_layers; i++)
    if (bench->part_of[i] >= 0 && &bench->parts[bench->part_of[i]] == part)
      ms += floor->layers[i].ms - floor->layers[i].terms[FLOOR_OPTIMIZER].ms;
  return ms;
}

static double
part_ms (const BenchPart *part)
{
  return part->forward_ms + part->backward_ms;
}

static void
add_times (CliTable *table,
           const char *name,
           const char *shape,
           double forward,
           double backward,
           double time,
           double floor)
{
  g_autofree char *f = cli_number (forward, 3), *b = cli_number (backward, 3);
  g_autofree char *both = cli_number (time, 3);
  g_autofree char *least = cli_number (floor > 0 ? floor : NAN, 3);
  g_autofree char *share = cli_percent (floor > 0 ? floor / time : NAN);
  g_autofree char *lost = cli_number (time - floor, 3);

  cli_table_add (table, name, shape, f, b, both, least, share, lost, NULL);
}

static void
add_part (CliTable *table, const Bench *bench, const BenchPart *part)
{
  g_autofree char *shape = NULL;

  if (part->layer >= 0) {
    const ThawLayerInfo *info = bench->infer_floor->layers[part->layer].info;
    shape = g_strdup_printf ("%d×%d×%d", info->channels, info->height, info->width);
  }
  add_times (table, part->name, shape, part->forward_ms, part->backward_ms, part_ms (part),
             part_floor (bench, part));
}

static double
lost_ms (const Bench *bench, const BenchPart *part)
{
  return part_ms (part) - part_floor (bench, part);
}

/* The parts that lose most time, most first; found by looking for each in turn. */
static void
print_furthest (const Bench *bench)
{
  g_autofree bool *named = g_new0 (bool, bench->n_parts);

  printf (_ ("\nMost time above the floor:"));
  for (int k = 0; k < MIN (FURTHEST, bench->n_parts); k++) {
    int most = -1;
    for (int i = 0; i < bench->n_parts; i++)
      if (!named[i] &&
          (most < 0 || lost_ms (bench, &bench->parts[i]) > lost_ms (bench, &bench->parts[most])))
        most = i;
    named[most] = true;
    printf ("%s %s (%.3f ms)", k > 0 ? "," : "", bench->parts[most].name,
            lost_ms (bench, &bench->parts[most]));
  }
  putchar ('\n');
}

void
bench_print_layers (const Bench *bench)
{
  const Floor *floor = bench->train_floor != NULL ? bench->train_floor : bench->infer_floor;
  CliTable *table = cli_table_new (8, "llrrrrrr");
  double forward = 0, backward = 0, all = 0;

  printf ("\n%s\n\n",
          bench->train_floor != NULL ? _ ("Parts of a training step:") : _ ("Parts of inference:"));
  cli_table_add (table, _ ("Layer"), _ ("Output"), _ ("Forward, ms"), _ ("Backward, ms"),
                 _ ("Time, ms"), _ ("Floor, ms"), _ ("Share of floor"), _ ("Above the floor, ms"),
                 NULL);
  cli_table_rule (table);
  for (int i = 0; i < bench->n_parts; i++) {
    add_part (table, bench, &bench->parts[i]);
    forward += bench->parts[i].forward_ms;
    backward += bench->parts[i].backward_ms;
  }
  all = forward + backward;
  if (bench->train_floor != NULL) {
    add_times (table, floor_term_text (FLOOR_OPTIMIZER), "", NAN, NAN, bench->optimizer_ms,
               floor->terms[FLOOR_OPTIMIZER].ms);
    all += bench->optimizer_ms;
  }
  cli_table_rule (table);
  add_times (table, _ ("Sum"), "", forward, backward, all, floor->ms);
  cli_table_print (table);
  print_furthest (bench);
}
