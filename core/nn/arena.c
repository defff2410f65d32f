/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where each buffer lies in the arena. */
#include "net-private.h"

static int
larger_first (const void *a, const void *b)
{
  const Buffer *left = *(Buffer *const *) a, *right = *(Buffer *const *) b;

  if (left->bytes != right->bytes)
    return left->bytes > right->bytes ? -1 : 1;
  return left < right ? -1 : left > right;
}

static int
lower_first (const void *a, const void *b)
{
  const Buffer *left = *(Buffer *const *) a, *right = *(Buffer *const *) b;

  return left->offset < right->offset ? -1 : left->offset > right->offset;
}

static bool
overlap_in_time (const Buffer *a, const Buffer *b)
{
  return a->first <= b->last && b->first <= a->last;
}

/* The lowest gap between placed buffers of the same time. */
static size_t
find_gap (const Buffer *buffer, Buffer *const *placed, int n, Buffer **neighbours)
{
  size_t end = 0;
  int count = 0;

  for (int i = 0; i < n; i++)
    if (overlap_in_time (buffer, placed[i]))
      neighbours[count++] = placed[i];
  qsort (neighbours, (size_t) count, sizeof *neighbours, lower_first);
  for (int i = 0; i < count; i++) {
    if (neighbours[i]->offset >= end + buffer->bytes)
      break;
    end = MAX (end, neighbours[i]->offset + neighbours[i]->bytes);
  }
  return end;
}

size_t
thaw_arena_place (Buffer *buffers, int n)
{
  g_autofree Buffer **order = g_new (Buffer *, n + 1);
  g_autofree Buffer **neighbours = g_new (Buffer *, n + 1);
  size_t total = 0;

  for (int i = 0; i < n; i++) {
    buffers[i].bytes = (buffers[i].bytes + 63) & ~(size_t) 63;
    order[i] = &buffers[i];
  }
  qsort (order, (size_t) n, sizeof *order, larger_first);
  for (int i = 0; i < n; i++) {
    order[i]->offset = find_gap (order[i], order, i, neighbours);
    total = MAX (total, order[i]->offset + order[i]->bytes);
  }
  return total;
}
