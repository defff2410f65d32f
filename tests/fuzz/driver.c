/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a libFuzzer target without libFuzzer, as an ordinary test.
 *
 *   fuzz-NAME CORPUS [MUTATIONS [SEED [FIRST]]]
 *
 * CORPUS is a folder or one file. Each file is replayed, then MUTATIONS inputs are made from the
 * corpus. Mutation i depends on (SEED, i) alone, so what fails at number i comes back with FIRST =
 * i and MUTATIONS = 1. Output is TAP; the seed is printed. A finding is a crash, as with libFuzzer.
 */
#include "thaw-base.h"

#include <stdio.h>
#include <string.h>

#define INPUT_LIMIT_BYTES (1 << 20)

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

typedef struct {
  uint8_t *bytes;
  size_t length;
} Input;

static GArray *corpus;

static void
read_input (const char *path)
{
  Input input;
  char *text = NULL;

  if (!g_file_get_contents (path, &text, &input.length, NULL))
    g_error ("%s cannot be read", path);
  input.bytes = (uint8_t *) text;
  if (input.length > INPUT_LIMIT_BYTES)
    input.length = INPUT_LIMIT_BYTES;
  g_array_append_val (corpus, input);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static void
read_corpus (const char *path)
{
  const char *name;
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (dir == NULL) {
    read_input (path);
    return;
  }
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_build_filename (path, name, NULL));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    read_input (names->pdata[i]);
}

/* A copy of exactly `length` bytes, so that a read beyond the end is one beyond the block. */
static void
run_one (const uint8_t *bytes, size_t length)
{
  g_autofree uint8_t *copy = g_malloc (MAX (length, 1));

  memcpy (copy, bytes, length);
  LLVMFuzzerTestOneInput (copy, length);
}

static const uint64_t edges[] = {
    0,          1,          2,          7,           127,
    128,        255,        256,        32767,       65535,
    0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffffffff,
    UINT64_MAX};

/* Overwrites 1, 2, 4 or 8 bytes with a number that programs trip over. */
static void
put_edge (ThawRng *rng, GByteArray *input)
{
  uint64_t value = edges[thaw_rng_below (rng, G_N_ELEMENTS (edges))];
  size_t width = (size_t) 1 << thaw_rng_below (rng, 4), at;

  if (input->len < width)
    return;
  at = thaw_rng_below (rng, input->len - width + 1);
  for (size_t i = 0; i < width; i++)
    input->data[at + i] = (uint8_t) (value >> (8 * i));
}

/* Takes a piece of another input and puts it into this one. */
static void
splice (ThawRng *rng, GByteArray *input)
{
  const Input *other = &g_array_index (corpus, Input, thaw_rng_below (rng, corpus->len));
  size_t at = thaw_rng_below (rng, input->len + 1), from, count;
  g_autoptr (GByteArray) tail = g_byte_array_new ();

  if (other->length == 0 || input->len > INPUT_LIMIT_BYTES / 2)
    return;
  from = thaw_rng_below (rng, other->length);
  count = 1 + thaw_rng_below (rng, MIN (other->length - from, 64));
  g_byte_array_append (tail, input->data + at, input->len - at);
  g_byte_array_set_size (input, at);
  g_byte_array_append (input, other->bytes + from, count);
  g_byte_array_append (input, tail->data, tail->len);
}

static void
mutate (ThawRng *rng, GByteArray *input)
{
  size_t at = input->len ? thaw_rng_below (rng, input->len) : 0;

  switch (thaw_rng_below (rng, 8)) {
  case 0:
    if (input->len)
      input->data[at] ^= (uint8_t) (1u << thaw_rng_below (rng, 8));
    break;
  case 1:
    if (input->len)
      input->data[at] = (uint8_t) thaw_rng_u64 (rng);
    break;
  case 2:
    g_byte_array_set_size (input, at);
    break;
  case 3:
    if (input->len)
      g_byte_array_remove_range (input, at, 1 + thaw_rng_below (rng, MIN (input->len - at, 8)));
    break;
  case 4:
  case 5:
    put_edge (rng, input);
    break;
  default:
    splice (rng, input);
    break;
  }
}

static void
run_mutation (uint64_t seed, uint64_t number)
{
  ThawRng rng = thaw_rng (seed, THAW_RNG_TEST, number, 0, 0);
  const Input *start = &g_array_index (corpus, Input, thaw_rng_below (&rng, corpus->len));
  g_autoptr (GByteArray) input = g_byte_array_sized_new (start->length + 64);
  uint64_t changes = 1 + thaw_rng_below (&rng, 6);

  g_byte_array_append (input, start->bytes, start->length);
  for (uint64_t i = 0; i < changes; i++)
    mutate (&rng, input);
  run_one (input->data, input->len);
}

int
main (int argc, char **argv)
{
  const char *chosen = g_getenv ("THAW_FUZZ_SEED");
  uint64_t mutations = argc > 2 ? g_ascii_strtoull (argv[2], NULL, 10) : 0;
  uint64_t seed = g_ascii_strtoull (argc > 3 ? argv[3] : chosen ? chosen : "1", NULL, 10);
  uint64_t first = argc > 4 ? g_ascii_strtoull (argv[4], NULL, 10) : 0;

  if (argc < 2) {
    fprintf (stderr, "usage: %s CORPUS [MUTATIONS [SEED [FIRST]]]\n", argv[0]);
    return 2;
  }
  setvbuf (stdout, NULL, _IOLBF, 0);
  corpus = g_array_new (FALSE, FALSE, sizeof (Input));
  read_corpus (argv[1]);
  printf ("1..2\n# %u files, %" G_GUINT64_FORMAT " mutations, seed %" G_GUINT64_FORMAT "\n",
          corpus->len, mutations, seed);
  for (guint i = 0; i < corpus->len; i++)
    run_one (g_array_index (corpus, Input, i).bytes, g_array_index (corpus, Input, i).length);
  printf ("%s 1 - corpus\n", corpus->len ? "ok" : "not ok");
  for (uint64_t i = 0; i < mutations && corpus->len; i++) {
    if (i % 500 == 0)
      printf ("# mutation %" G_GUINT64_FORMAT "\n", first + i);
    run_mutation (seed, first + i);
  }
  printf ("ok 2 - mutations\n");
  for (guint i = 0; i < corpus->len; i++)
    g_free (g_array_index (corpus, Input, i).bytes);
  g_array_free (corpus, TRUE);
  return 0;
}
