/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

#include <math.h>

static void
add_epoch (Made *made, int epoch, bool frozen, int per_epoch)
{
  double seconds = frozen ? 10 : 30;
  ThawEpochRow row = {.epoch = epoch,
                      .step = (gint64) (epoch + 1) * per_epoch,
                      .frozen = frozen,
                      .lr = frozen ? 1e-3 : 1e-4,
                      .train_loss = 1,
                      .train_accuracy = 0.52 + epoch / 100.0,
                      .ema_loss = NAN,
                      .ema_accuracy = NAN,
                      .clean_loss = 1,
                      .clean_accuracy = 0.55 + epoch / 100.0,
                      .loss = 1,
                      .accuracy = 0.5 + epoch / 100.0,
                      .set = g_strdup ("validation"),
                      .seconds = seconds,
                      .images_per_second = per_epoch * 10 / seconds,
                      .trainable = frozen ? 100 : 1000,
                      .best = true};

  g_array_append_val (made->epochs, row);
  for (int i = 0; i < per_epoch; i++) {
    gint64 step = (gint64) epoch * per_epoch + i;
    ThawIterationRow at = {step, epoch, 2 - 0.001 * (double) step, row.lr};
    g_array_append_val (made->iterations, at);
  }
}

void
made_init (Made *made, int epochs, int frozen, int per_epoch)
{
  *made = (Made){.run = {.id = (char *) "00000000000000000000000000000001",
                         .name = (char *) "made",
                         .model = (char *) "resnet18",
                         .state = THAW_RUN_FINISHED,
                         .epochs = epochs,
                         .epochs_done = epochs,
                         .steps_done = (uint64_t) (epochs * per_epoch),
                         .parameters = 1000,
                         .trainable_frozen = 100,
                         .macs = 5000,
                         .best_epoch = epochs - 1,
                         .best_accuracy = 0.5 + (epochs - 1) / 100.0,
                         .test_loss = NAN,
                         .test_accuracy = NAN}};
  made->iterations = g_array_new (FALSE, FALSE, sizeof (ThawIterationRow));
  made->epochs = g_array_new (FALSE, FALSE, sizeof (ThawEpochRow));
  g_array_set_clear_func (made->epochs, (GDestroyNotify) thaw_epoch_row_clear);
  made->events = g_array_new (FALSE, FALSE, sizeof (ThawEventRow));
  g_array_set_clear_func (made->events, (GDestroyNotify) thaw_event_row_clear);
  made->attempts = g_array_new (FALSE, FALSE, sizeof (ThawAttemptRow));
  made->artifacts = g_ptr_array_new_with_free_func ((GDestroyNotify) thaw_artifact_free);
  made->run.recipe = g_strdup_printf (
      "{\"name\": \"made\", \"freeze\": {\"epochs\": %d}, \"epochs\": %d, \"batch_size\": 10, "
      "\"seed\": 3}",
      frozen, epochs);
  for (int e = 0; e < epochs; e++)
    add_epoch (made, e, e < frozen, per_epoch);
  made->rows = (ThawRunRows){.run = &made->run,
                             .iterations = made->iterations,
                             .epochs = made->epochs,
                             .events = made->events,
                             .attempts = made->attempts,
                             .artifacts = made->artifacts};
}

void
made_event (Made *made, const char *kind, int epoch, gint64 step, const char *detail)
{
  ThawEventRow row = {.seq = made->events->len + 1,
                      .attempt = 1,
                      .epoch = epoch,
                      .step = step,
                      .kind = g_strdup (kind),
                      .detail = g_strdup (detail),
                      .at_ms = 1000};

  g_array_append_val (made->events, row);
}

void
made_clear (Made *made)
{
  g_free (made->run.recipe);
  g_array_unref (made->iterations);
  g_array_unref (made->epochs);
  g_array_unref (made->events);
  g_array_unref (made->attempts);
  g_ptr_array_unref (made->artifacts);
}
