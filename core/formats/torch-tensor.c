/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Views of storages, checked in 64 bits and copied out.
 * Source: torch._utils._rebuild_tensor_v2. */
#include "torch-tensor.h"
#include "fail.h"

#include <string.h>

#define FORMAT THAW_FORMATS_ERROR_FORMAT
#define BUDGET_BASE ((uint64_t) 16 << 20)
#define BUDGET_MOST ((uint64_t) 8 << 30)

typedef struct {
  const uint8_t *bytes; /* the storage */
  size_t size;          /* of an element */
  uint64_t offset, available;
  int ndim;
  uint64_t shape[THAW_MAX_DIMS], stride[THAW_MAX_DIMS];
  uint64_t count;
} View;

ThawTorchBudget
thaw_torch_budget (uint64_t file_bytes)
{
  uint64_t most = MIN (file_bytes, BUDGET_MOST / 16) * 16 + BUDGET_BASE;

  return (ThawTorchBudget){.left = MIN (most, BUDGET_MOST)};
}

/* Sizes and strides as non-negative numbers of one rank. */
static gboolean
read_dims (
    View *view, const char *source, const char *name, const ThawPickleValue *v, GError **error)
{
  const ThawPickleNode *sizes = v[2].node, *strides = v[3].node;

  if (sizes->count != strides->count)
    return thaw_fail (error, FORMAT, source, _ ("tensor '%s' has %u sizes but %u strides"), name,
                      sizes->count, strides->count);
  if (sizes->count > THAW_MAX_DIMS)
    return thaw_fail (error, THAW_FORMATS_ERROR_LIMIT, source,
                      _ ("tensor '%s' has %u dimensions, at most %d are read"), name, sizes->count,
                      THAW_MAX_DIMS);
  view->ndim = (int) sizes->count;
  view->count = 1;
  for (int i = 0; i < view->ndim; i++) {
    int64_t size = sizes->items[i].integer, stride = strides->items[i].integer;
    if (size < 0 || stride < 0)
      return thaw_fail (error, FORMAT, source,
                        _ ("tensor '%s' has a negative size or stride (%" PRId64 ", %" PRId64 ")"),
                        name, size, stride);
    view->shape[i] = (uint64_t) size;
    view->stride[i] = (uint64_t) stride;
    if (__builtin_mul_overflow (view->count, view->shape[i], &view->count))
      return thaw_fail (error, FORMAT, source, _ ("the size of tensor '%s' is beyond 64 bits"),
                        name);
  }
  return TRUE;
}

/* A legacy storage may be a window of another: (key, offset, size). */
static gboolean
read_window (
    View *view, const char *source, const ThawPickleValue *window, uint64_t *base, GError **error)
{
  const ThawPickleValue *v;
  uint64_t end;

  *base = 0;
  if (window->kind == THAW_PICKLE_NONE)
    return TRUE;
  if (!thaw_pickle_items (window, 3, &v) || v[0].kind != THAW_PICKLE_TEXT ||
      v[1].kind != THAW_PICKLE_INT || v[2].kind != THAW_PICKLE_INT || v[1].integer < 0 ||
      v[2].integer < 0 ||
      __builtin_add_overflow ((uint64_t) v[1].integer, (uint64_t) v[2].integer, &end) ||
      end > view->available)
    return thaw_fail (error, FORMAT, source, _ ("a window of a storage lies outside it"));
  *base = (uint64_t) v[1].integer;
  view->available = (uint64_t) v[2].integer;
  return TRUE;
}

/* Whether the last element, at offset + sum of (size - 1) * stride, is inside the storage. */
static gboolean
fits (const View *view)
{
  uint64_t last = view->offset, step;

  if (view->count == 0)
    return TRUE;
  for (int i = 0; i < view->ndim; i++)
    if (__builtin_mul_overflow (view->shape[i] - 1, view->stride[i], &step) ||
        __builtin_add_overflow (last, step, &last))
      return FALSE;
  return last < view->available;
}

static gboolean
read_view (View *view,
           const char *source,
           const char *name,
           const ThawPickleValue *v,
           GHashTable *storages,
           GError **error)
{
  const ThawPickleValue *parts = v[0].node->items;
  const ThawTorchStorage *storage = thaw_torch_storage_find (storages, &parts[1]);
  uint64_t base;

  if (storage == NULL)
    return thaw_fail (error, FORMAT, source, _ ("tensor '%s' names no storage"), name);
  view->bytes = storage->bytes;
  view->size = thaw_dtype_size (storage->dtype);
  view->available = storage->count;
  if (v[1].integer < 0)
    return thaw_fail (error, FORMAT, source, _ ("tensor '%s' has the negative offset %" PRId64),
                      name, v[1].integer);
  view->offset = (uint64_t) v[1].integer;
  if (!read_dims (view, source, name, v, error) ||
      !read_window (view, source, &parts[3], &base, error))
    return FALSE;
  if (!fits (view))
    return thaw_fail (error, FORMAT, source,
                      _ ("tensor '%s' reaches outside its storage '%s' of %" PRIu64 " elements"),
                      name, storage->key, view->available);
  view->offset += base;
  return TRUE;
}

/* How many trailing dimensions lie in memory as one row-major run; *run: its elements. */
static int
packed_tail (const View *view, uint64_t *run)
{
  int outer = view->ndim;

  *run = 1;
  while (outer > 0 && (view->stride[outer - 1] == *run || view->shape[outer - 1] == 1)) {
    outer--;
    *run *= view->shape[outer];
  }
  return outer;
}

/* Walks the outer dimensions like an odometer and copies runs. Cannot fail: the view fits. */
static void
copy_out (const View *view, uint8_t *out)
{
  uint64_t index[THAW_MAX_DIMS] = {0}, run, at = view->offset;
  int outer = packed_tail (view, &run), d;

  for (;;) {
    memcpy (out, view->bytes + at * view->size, run * view->size);
    out += run * view->size;
    for (d = outer - 1; d >= 0; d--) {
      at += view->stride[d];
      if (++index[d] < view->shape[d])
        break;
      at -= view->stride[d] * view->shape[d];
      index[d] = 0;
    }
    if (d < 0)
      return;
  }
}

ThawTensor *
thaw_torch_tensor (const char *source,
                   const char *name,
                   const ThawPickleValue *value,
                   GHashTable *storages,
                   ThawTorchBudget *budget,
                   GError **error)
{
  View view = {0};
  const ThawPickleValue *v = value->node->items;
  ThawDtype dtype = (ThawDtype) (v[0].node->items[0].integer - THAW_TOKEN_STORAGE);
  ThawTensor *tensor;
  uint64_t bytes;

  if (!read_view (&view, source, name, v, storages, error))
    return NULL;
  if (__builtin_mul_overflow (view.count, view.size, &bytes) || bytes > budget->left) {
    thaw_fail (error, THAW_FORMATS_ERROR_LIMIT, source,
               _ ("tensor '%s' expands to more than a file of this size may"), name);
    return NULL;
  }
  budget->left -= bytes;
  tensor = thaw_tensor_new (name, dtype, view.ndim, view.shape);
  if (tensor == NULL) {
    thaw_fail (error, THAW_FORMATS_ERROR_LIMIT, source,
               _ ("no memory for tensor '%s' of %" PRIu64 " bytes"), name, bytes);
    return NULL;
  }
  if (view.count > 0)
    copy_out (&view, tensor->data);
  return tensor;
}
