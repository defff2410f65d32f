/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ema.json: averages of torchvision's and timm's kind after each update, the counter too. The
 * fixtures are in double; the tolerance is a few roundings to float32 of numbers around 1. */
#include "golden.h"
#include "thaw-optim.h"

#include <math.h>

#define TOLERANCE 1e-6

static void
to_floats (JsonArray *array, float *out)
{
  g_autoptr (GArray) values = golden_reals (array);

  for (guint i = 0; i < values->len; i++)
    out[i] = (float) g_array_index (values, double, i);
}

static void
run_case (JsonObject *item, JsonArray *series, ThawPool *pool, GoldenTally *tally)
{
  const char *title = golden_text (item, "name");
  guint n = json_array_get_length (json_array_get_array_element (series, 0));
  g_autofree float *value = g_new (float, n);
  g_autoptr (GArray) counts = golden_reals (golden_array (item, "int_buffer_model"));
  g_autoptr (GArray) wanted = golden_reals (golden_array (item, "int_buffer"));
  float counter = 0;
  const ThawEmaItem items[] = {{value, n, false}, {&counter, 1, true}};
  bool initial = !g_str_has_prefix (title, "torchvision");
  g_autoptr (ThawEma) ema =
      thaw_ema_new (golden_real (item, "decay"), initial ? THAW_EMA_INITIAL : THAW_EMA_FIRST_UPDATE,
                    items, 2, NULL);

  to_floats (json_array_get_array_element (series, 0), value);
  thaw_ema_begin (ema, pool);
  for (guint k = 0; k < wanted->len; k++) {
    g_autoptr (GArray) expected =
        golden_reals (json_array_get_array_element (golden_array (item, "values"), k));
    g_autofree char *place = g_strdup_printf ("%s update %u", title, k + 1);
    to_floats (json_array_get_array_element (series, k + 1), value);
    counter = (float) g_array_index (counts, double, k);
    thaw_ema_update (ema, pool);
    golden_check_floats (tally, place, thaw_ema_average (ema, 0), (const double *) expected->data,
                         n, TOLERANCE);
    golden_check (tally, place, thaw_ema_average (ema, 1)[0], g_array_index (wanted, double, k), 0);
  }
}

static void
averages (void)
{
  g_autoptr (JsonParser) parser = golden_load ("ema.json");
  JsonObject *root = golden_root (parser);
  JsonArray *cases = golden_array (root, "cases"), *series = golden_array (root, "series");
  g_autoptr (ThawPool) pool = thaw_pool_new (2);
  GoldenTally tally = {"ema"};

  for (guint i = 0; i < json_array_get_length (cases); i++)
    run_case (json_array_get_object_element (cases, i), series, pool, &tally);
  golden_report (&tally);
}

/* With warm-up: the formula by hand, and what it began with is soon gone. */
static void
warms_up (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  float value = 1;
  const ThawEmaItem item = {&value, 1, false};
  g_autoptr (ThawEma) ema = thaw_ema_new (0.999, THAW_EMA_WARMUP, &item, 1, NULL);
  g_autoptr (ThawEma) again = thaw_ema_new (0.999, THAW_EMA_WARMUP, &item, 1, NULL);
  double wanted = 1;

  thaw_ema_begin (ema, pool);
  value = 0;
  for (int n = 0; n < 60; n++) {
    thaw_ema_update (ema, pool);
    wanted *= (1.0 + n) / (10.0 + n);
    g_assert_cmpfloat_with_epsilon (thaw_ema_average (ema, 0)[0], wanted, 1e-6 * wanted + 1e-30);
    if (n == 20) { /* goes on where a checkpoint stood */
      thaw_ema_restore (again, thaw_ema_updates (ema));
      thaw_ema_average (again, 0)[0] = thaw_ema_average (ema, 0)[0];
    } else if (n > 20) {
      thaw_ema_update (again, pool);
      g_assert_true (thaw_ema_average (again, 0)[0] == thaw_ema_average (ema, 0)[0]);
    }
  }
  thaw_ema_restore (ema, 100000); /* from here on, the decay as given */
  thaw_ema_average (ema, 0)[0] = 1;
  thaw_ema_update (ema, pool);
  g_assert_cmpfloat_with_epsilon (thaw_ema_average (ema, 0)[0], 0.999, 1e-7);
}

/* Away and back again: no bit has changed. */
static void
swaps (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (3);
  enum { COUNT = 40001 };
  g_autofree float *value = g_new (float, COUNT);
  const ThawEmaItem item = {value, COUNT, false};
  g_autoptr (ThawEma) ema = thaw_ema_new (0.5, THAW_EMA_INITIAL, &item, 1, NULL);

  for (int i = 0; i < COUNT; i++)
    value[i] = (float) i;
  thaw_ema_begin (ema, pool);
  for (int i = 0; i < COUNT; i++)
    value[i] = (float) i + 2;
  thaw_ema_update (ema, pool);
  thaw_ema_swap (ema, pool);
  for (int i = 0; i < COUNT; i++)
    g_assert_true (value[i] == (float) i + 1 && thaw_ema_average (ema, 0)[i] == (float) i + 2);
  thaw_ema_swap (ema, pool);
  for (int i = 0; i < COUNT; i++)
    g_assert_true (value[i] == (float) i + 2 && thaw_ema_average (ema, 0)[i] == (float) i + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/golden/ema", averages);
  g_test_add_func ("/golden/ema/swaps", swaps);
  g_test_add_func ("/golden/ema/warms_up", warms_up);
  return g_test_run ();
}
