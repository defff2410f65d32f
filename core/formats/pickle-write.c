/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pickling tensors by hand. Opcode names: Python's pickletools. */
#include "pickle-write.h"
#include "fail.h"
#include "pickle-globals.h"

#include <string.h>

/* Memo slots: the two callables, the recurring strings, then one a storage type. */
enum { MEMO_ORDERED_DICT, MEMO_REBUILD, MEMO_STORAGE_WORD, MEMO_CPU, MEMO_TYPES };

typedef struct {
  GByteArray *out;
  gboolean have[MEMO_TYPES + THAW_N_DTYPES];
} Pickler;

static void
put_op (Pickler *p, uint8_t op)
{
  g_byte_array_append (p->out, &op, 1);
}

static void
put_number (Pickler *p, uint64_t value, int width)
{
  for (int i = 0; i < width; i++)
    put_op (p, (uint8_t) (value >> (8 * i)));
}

/* BININT1, BININT2, BININT or LONG1, the shortest that holds it. value <= 2^63 - 1. */
static void
put_int (Pickler *p, uint64_t value)
{
  int width = value <= 0xff ? 1 : value <= 0xffff ? 2 : 4;

  if (value <= 0x7fffffff) {
    put_op (p, width == 1 ? 'K' : width == 2 ? 'M' : 'J');
    put_number (p, value, width);
    return;
  }
  put_op (p, 0x8a);
  put_op (p, 8);
  put_number (p, value, 8);
}

/* BINUNICODE */
static void
put_text (Pickler *p, const char *text)
{
  size_t length = strlen (text);

  put_op (p, 'X');
  put_number (p, length, 4);
  g_byte_array_append (p->out, (const guint8 *) text, (guint) length);
}

/* BINGET what is in the slot; FALSE when it has to be put there with `remember` first. */
static gboolean
recall (Pickler *p, int slot)
{
  if (!p->have[slot])
    return FALSE;
  put_op (p, 'h');
  put_op (p, (uint8_t) slot);
  return TRUE;
}

/* BINPUT */
static void
remember (Pickler *p, int slot)
{
  put_op (p, 'q');
  put_op (p, (uint8_t) slot);
  p->have[slot] = TRUE;
}

static void
put_global (Pickler *p, int slot, const char *module, const char *name)
{
  g_autofree char *lines = NULL;

  if (recall (p, slot))
    return;
  lines = g_strdup_printf ("c%s\n%s\n", module, name);
  g_byte_array_append (p->out, (const guint8 *) lines, (guint) strlen (lines));
  remember (p, slot);
}

static void
put_word (Pickler *p, int slot, const char *text)
{
  if (recall (p, slot))
    return;
  put_text (p, text);
  remember (p, slot);
}

/* OrderedDict () */
static void
put_ordered_dict (Pickler *p)
{
  put_global (p, MEMO_ORDERED_DICT, "collections", "OrderedDict");
  put_op (p, ')');
  put_op (p, 'R');
}

/* ('storage', type, key, 'cpu', count) as a persistent id */
static void
put_storage (Pickler *p, const ThawTensor *tensor, size_t key)
{
  g_autofree char *text = g_strdup_printf ("%zu", key);

  put_op (p, '(');
  put_word (p, MEMO_STORAGE_WORD, "storage");
  put_global (p, MEMO_TYPES + (int) tensor->dtype, "torch",
              thaw_torch_storage_name (tensor->dtype));
  put_text (p, text);
  put_word (p, MEMO_CPU, "cpu");
  put_int (p, tensor->count);
  put_op (p, 't');
  put_op (p, 'Q');
}

/* The shape, then the strides of row-major order. */
static void
put_layout (Pickler *p, const ThawTensor *tensor)
{
  uint64_t stride[THAW_MAX_DIMS], run = 1;

  for (int i = tensor->ndim - 1; i >= 0; i--) {
    stride[i] = run;
    run *= MAX (tensor->shape[i], 1);
  }
  put_op (p, '(');
  for (int i = 0; i < tensor->ndim; i++)
    put_int (p, tensor->shape[i]);
  put_op (p, 't');
  put_op (p, '(');
  for (int i = 0; i < tensor->ndim; i++)
    put_int (p, stride[i]);
  put_op (p, 't');
}

/* _rebuild_tensor_v2 (storage, 0, shape, strides, False, OrderedDict ()) */
static void
put_tensor (Pickler *p, const ThawTensor *tensor, size_t key)
{
  put_global (p, MEMO_REBUILD, "torch._utils", "_rebuild_tensor_v2");
  put_op (p, '(');
  put_storage (p, tensor, key);
  put_int (p, 0);
  put_layout (p, tensor);
  put_op (p, 0x89);
  put_ordered_dict (p);
  put_op (p, 't');
  put_op (p, 'R');
}

gboolean
thaw_pickle_state_dict (GByteArray *out,
                        const ThawStateDict *dict,
                        const char *path,
                        GError **error)
{
  Pickler p = {.out = out};

  put_op (&p, 0x80);
  put_op (&p, 2);
  put_ordered_dict (&p);
  put_op (&p, '(');
  for (size_t i = 0; i < thaw_state_dict_size (dict); i++) {
    const ThawTensor *tensor = thaw_state_dict_nth (dict, i);
    if (thaw_torch_storage_name (tensor->dtype) == NULL)
      return thaw_fail (error, THAW_FORMATS_ERROR_FORMAT, path,
                        _ ("tensor '%s' is of type %s, which PyTorch files do not have"),
                        tensor->name, thaw_dtype_name (tensor->dtype));
    put_text (&p, tensor->name);
    put_tensor (&p, tensor, i);
  }
  put_op (&p, 'u');
  put_op (&p, '.');
  return TRUE;
}
