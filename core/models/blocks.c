/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Building blocks that families share. */
#include "models-private.h"

ThawNode
thaw_conv_bn (ThawGraph *graph,
              ThawNode x,
              const char *module,
              const char *conv,
              const char *bn,
              ThawConv2d spec,
              ThawNormKind norm,
              int activation)
{
  g_autofree char *conv_name = g_strconcat (module, conv, NULL);
  g_autofree char *bn_name = g_strconcat (module, bn, NULL);

  x = thaw_graph_conv2d (graph, x, conv_name, &spec);
  x = thaw_graph_batch_norm (graph, x, bn_name, norm.eps, norm.momentum);
  return activation == THAW_NO_ACTIVATION ? x : thaw_graph_activation (graph, x, activation);
}

ThawNode
thaw_squeeze_excite (ThawGraph *graph,
                     ThawNode x,
                     const char *module,
                     bool timm,
                     int channels,
                     int squeezed,
                     ThawActivation inner,
                     ThawActivation gate)
{
  const ThawConv2d squeeze = {squeezed, 1, 1, 0, 1, true};
  const ThawConv2d expand = {channels, 1, 1, 0, 1, true};
  g_autofree char *fc1 = g_strconcat (module, timm ? ".conv_reduce" : ".fc1", NULL);
  g_autofree char *fc2 = g_strconcat (module, timm ? ".conv_expand" : ".fc2", NULL);
  ThawNode y = thaw_graph_global_avg_pool (graph, x);

  y = thaw_graph_conv2d (graph, y, fc1, &squeeze);
  y = thaw_graph_activation (graph, y, inner);
  y = thaw_graph_conv2d (graph, y, fc2, &expand);
  return thaw_graph_scale (graph, x, thaw_graph_activation (graph, y, gate));
}

ThawNode
thaw_head (ThawGraph *graph, ThawNode x, const char *linear, const ThawModelShape *shape)
{
  x = thaw_graph_global_avg_pool (graph, x);
  thaw_graph_tap (graph, x, "avgpool");
  if (shape->dropout > 0)
    x = thaw_graph_dropout (graph, x, shape->dropout);
  return thaw_graph_linear (graph, x, linear, shape->classes, true);
}

ThawPartNames
thaw_timm_names (ThawPart part, bool expands)
{
  static const ThawPartNames alone[] = {{NULL, NULL}, {"conv_dw", "bn1"}, {"conv_pw", "bn2"}};
  static const ThawPartNames all[] = {{"conv_pw", "bn1"}, {"conv_dw", "bn2"}, {"conv_pwl", "bn3"}};

  return expands ? all[part] : alone[part];
}

int
thaw_gentle_stride (int *gentle, int stride)
{
  if (stride == 1 || *gentle == 0)
    return stride;
  (*gentle)--;
  return 1;
}

int
thaw_round_to_8 (int v)
{
  int n = MAX (8, (v + 4) / 8 * 8);

  return n * 10 < v * 9 ? n + 8 : n;
}
