/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batches on their way into the net, mixed if the recipe's Mixup or CutMix says so, and what they
 * cost: lambda of the loss by a picture's own label and 1 - lambda of that by its partner's. */
#include "train-private.h"

ThawMix
thaw_mixing_enter (ThawTrainer *trainer, const ThawBatch *batch)
{
  ThawMix mix = thaw_pipeline_mix (trainer->train_pipeline, trainer->recipe->seed,
                                   (uint64_t) trainer->at.epoch, batch->number);

  if (mix.lambda == 1.0 && mix.box.h == 0)
    thaw_net_enter (trainer->net, batch->x, batch->n);
  else
    thaw_mix_batch (&mix, thaw_dataset_size (trainer->set), batch->n, batch->x,
                    thaw_net_input (trainer->net));
  return mix;
}

double
thaw_mixing_loss (ThawTrainer *trainer,
                  const ThawMix *mix,
                  const ThawBatch *batch,
                  const float *logits,
                  int *correct)
{
  g_autofree int *partners = NULL;
  bool own = mix->lambda >= 0.5; /* the greater share is what counts as right */

  if (mix->lambda == 1.0)
    return thaw_loss_batch (trainer->loss, logits, batch->labels, batch->n, trainer->dlogits,
                            correct);
  partners = g_new (int, batch->n);
  for (int i = 0; i < batch->n; i++)
    partners[i] = batch->labels[thaw_mix_partner (i, batch->n)];
  return thaw_loss_mixed (trainer->loss, logits, own ? batch->labels : partners,
                          own ? partners : batch->labels, own ? mix->lambda : 1.0 - mix->lambda,
                          batch->n, trainer->dlogits, correct);
}
