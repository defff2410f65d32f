/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private: what a graph is made of. */
#pragma once

#include "thaw-nn.h"

typedef enum {
  NODE_INPUT,
  NODE_CONV2D,
  NODE_BATCH_NORM,
  NODE_ACTIVATION,
  NODE_MAX_POOL,
  NODE_GLOBAL_AVG_POOL,
  NODE_LINEAR,
  NODE_ADD,
  NODE_SCALE,
  NODE_DROPOUT,
  NODE_STOCHASTIC_DEPTH,
  NODE_SLICE,
  NODE_CONCAT,
  NODE_SHUFFLE,
} NodeKind;

typedef struct {
  int c, h, w;
} Shape;

typedef struct {
  NodeKind kind;
  char *name;     /* module; NULL for nodes without parameters */
  ThawNode in[2]; /* -1: none */
  Shape shape;    /* of the value */
  union {
    ThawConv2d conv;
    struct {
      double eps, momentum;
    } norm;
    ThawActivation activation;
    struct {
      int kernel, stride, padding;
    } pool;
    struct {
      int features;
      bool bias;
    } linear;
    double dropout; /* of stochastic depth as well */
    int first;      /* channel of a slice */
    int groups;     /* of a shuffle */
  };
} Node;

typedef struct {
  ThawNode node;
  char *module;
} Tap;

struct _ThawGraph {
  GArray *nodes; /* of Node */
  GArray *taps;  /* of Tap  */
  char *error;   /* the first mistake; later ones follow from it */
  ThawNode output;
  bool finished;
};

static inline const Node *
graph_node (const ThawGraph *graph, ThawNode node)
{
  return &g_array_index (graph->nodes, Node, node);
}

static inline int
graph_size (const ThawGraph *graph)
{
  return (int) graph->nodes->len;
}

/* used[i]: the output depends on node i. (transfer full) */
bool *thaw_graph_used (const ThawGraph *graph);
