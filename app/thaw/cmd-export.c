/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw export: the weights of a run as a file that PyTorch loads. */
#include "best.h"
#include "fold.h"
#include "thaw-catalogues.h"

#include "thaw-formats.h"

#include <stdio.h>
#include <string.h>

/* The weights in `path`, folded; says what shows that they are the same network. NULL with a
 * sentence. (transfer full) */
static ThawStateDict *
folded (const ThawRun *run, const char *path, const ThawStateDict *weights, GError **error)
{
  g_auto (ThawCheckpointInfo) info = {0};
  g_autoptr (ThawRecipe) recipe =
      thaw_recipe_parse (run->recipe, -1, _ ("the run's recipe"), thaw_catalogues (), error);
  ThawStateDict *dict;
  FoldProof proof;

  if (recipe == NULL || !thaw_checkpoint_info (path, &info, error))
    return NULL;
  dict = fold_weights (recipe, info.n_classes, weights, path, &proof, error);
  if (dict != NULL)
    printf (_ ("Folded: on %d pictures of noise the logits differ by %.2g at most, the largest "
               "being %.3g; inference takes %.2f ms instead of %.2f, %.2f times as fast.\n"),
            proof.pictures, proof.difference, proof.largest, proof.after_ms, proof.before_ms,
            proof.before_ms / proof.after_ms);
  return dict;
}

/* Weights of convolutions and linear layers in half precision. What has one dimension (biases,
 * batch norms and their statistics, which may be very small) stays as it is: it is under 1 % of a
 * file. NULL with a sentence. (transfer full) */
static ThawStateDict *
halved (const ThawStateDict *weights, GError **error)
{
  g_autoptr (ThawStateDict) dict = thaw_state_dict_new ();

  for (size_t i = 0; i < thaw_state_dict_size (weights); i++) {
    const ThawTensor *tensor = thaw_state_dict_nth (weights, i);
    bool half = tensor->dtype == THAW_DTYPE_F32 && tensor->ndim > 1;
    int64_t at = -1;
    ThawTensor *copy =
        half ? thaw_tensor_to_f16 (tensor, &at)
             : thaw_tensor_new (tensor->name, tensor->dtype, tensor->ndim, tensor->shape);
    if (copy == NULL) {
      g_set_error (error, THAW_FORMATS_ERROR, THAW_FORMATS_ERROR_LIMIT,
                   at >= 0 ? _ ("%s: a value is too large for half precision, which ends at 65504; "
                                "export without --half")
                           : _ ("%s: memory is short"),
                   tensor->name);
      return NULL;
    }
    if (!half && tensor->bytes > 0)
      memcpy (copy->data, tensor->data, tensor->bytes);
    thaw_state_dict_add (dict, copy);
  }
  return g_steal_pointer (&dict);
}

int
cmd_export (int argc, char **argv)
{
  g_autoptr (ThawStore) store = NULL;
  g_autoptr (ThawRun) run = NULL;
  g_autoptr (ThawStateDict) weights = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL, *kind = NULL, *path = NULL, *sha256 = NULL, *size = NULL;
  uint64_t bytes;
  int status;
  gboolean fold = FALSE, half = FALSE;
  bool pth;
  const GOptionEntry entries[] = {
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
       N_ ("Where to write: .safetensors or .pth"), N_ ("FILE")},
      {"which", 0, 0, G_OPTION_ARG_STRING, &kind,
       N_ ("Which weights: best (default), last or saved"), N_ ("KIND")},
      {"fold", 0, 0, G_OPTION_ARG_NONE, &fold,
       N_ ("RepVGG: fold the branches into plain convolutions, for inference"), NULL},
      {"half", 0, 0, G_OPTION_ARG_NONE, &half,
       N_ ("Convolutions and linear layers as float16: half the size"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 1, 1, &status))
    return status;
  if (output == NULL)
    return cli_fail_usage (_ ("-o FILE is missing"));
  pth = g_str_has_suffix (output, ".pth") || g_str_has_suffix (output, ".pt");
  if (!pth && !g_str_has_suffix (output, ".safetensors"))
    return cli_fail_usage (_ ("'%s' ends neither in .safetensors nor in .pth"), output);
  if (kind != NULL && strcmp (kind, "best") != 0 && strcmp (kind, "last") != 0 &&
      strcmp (kind, "saved") != 0)
    return cli_fail_usage (_ ("--which is '%s', expected best, last or saved"), kind);

  store = cli_store (THAW_STORE_READ, &error);
  run = store != NULL ? thaw_store_find_run (store, argv[1], &error) : NULL;
  path = run != NULL ? best_file (store, run, kind != NULL ? kind : "best", &error) : NULL;
  weights = path != NULL ? thaw_checkpoint_weights (path, &error) : NULL;
  if (weights != NULL && fold) {
    ThawStateDict *plain = folded (run, path, weights, &error);
    thaw_state_dict_free (weights);
    weights = plain;
  }
  if (weights != NULL && half) {
    ThawStateDict *small = halved (weights, &error);
    thaw_state_dict_free (weights);
    weights = small;
  }
  if (weights == NULL)
    return cli_fail (error);
  if (!(pth ? thaw_pth_write : thaw_safetensors_write) (weights, output, &sha256, &bytes, &error))
    return cli_fail (error);
  size = cli_bytes (bytes);
  printf (_ ("%s: %s, SHA-256 %s\n"), output, size, sha256);
  return CLI_OK;
}
