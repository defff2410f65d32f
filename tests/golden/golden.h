/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Golden fixtures: finding and reading them, the formula that makes weights and inputs, and a tally
 * of comparisons. The formula is described in fixtures/README.md; everything is computed in double
 * and rounded once. */
#pragma once

#include "thaw-base.h"
#include <json-glib/json-glib.h>

/* THAW_GOLDEN, else the project's copy. (transfer none) */
const char *golden_dir (void);
/* A fixture by file name; fails the test when it cannot be read or its format is not thaw-golden/1.
 * (transfer full) */
JsonParser *golden_load (const char *file);
JsonObject *golden_root (JsonParser *parser); /* (transfer none) */
bool golden_exists (const char *file);
uint64_t golden_seed (JsonObject *root); /* "seed", a decimal string of 64 bits */

/* --- JSON shortcuts; a missing member fails the test -------------------------------------------
 */
double
golden_real (JsonObject *object,
             const char *member); /* null gives NaN; strings "NaN", "Infinity", "-Infinity" too */
int golden_int (JsonObject *object, const char *member);
const char *golden_text (JsonObject *object, const char *member);
JsonArray *golden_array (JsonObject *object, const char *member);
JsonObject *golden_object (JsonObject *object, const char *member);
double golden_node_real (JsonNode *node);
/* All numbers of a possibly nested array, depth first. (transfer full) */
GArray *golden_reals (JsonArray *array); /* of double */

/* --- The formula
 * ---------------------------------------------------------------------------------- */
/* out: count floats, overwritten: the tensor `name` of a state_dict by the rules for its last part
 * and rank. */
void golden_tensor (
    uint64_t seed, const char *name, int ndim, const uint64_t *shape, double conv_gain, float *out);
void golden_values (uint64_t seed, const char *name, uint64_t count, double scale, float *out);
void golden_batch (uint64_t seed,
                   const char *tag,
                   int n,
                   int size,
                   float *nchw); /* [n][3][size][size], overwritten */
void golden_labels (uint64_t seed, const char *name, int n, int *out); /* 0..9 */

/* --- Comparing
 * -------------------------------------------------------------------------------------- */
typedef struct {
  const char *what;
  uint64_t values;   /* compared so far */
  uint64_t failures; /* out of tolerance */
  uint64_t skipped;  /* cases for things that are not built yet */
  double worst;      /* largest error / tolerance */
  char worst_name[160];
} GoldenTally;

/* Compares one value; NaN equals NaN alone, an infinity itself alone. tolerance 0: exactly equal.
 * Prints the first failures. */
void golden_check (
    GoldenTally *tally, const char *name, double found, double expected, double tolerance);
/* Compares n floats with doubles: |found - expected| <= tolerance. */
void golden_check_floats (GoldenTally *tally,
                          const char *name,
                          const float *found,
                          const double *expected,
                          size_t n,
                          double tolerance);
/* Prints "WHAT: N values compared, worst error X of tolerance at NAME, S skipped" as a diagnostic
 * and fails the test when any value was out of tolerance, or none was compared at all. */
void golden_report (const GoldenTally *tally);
