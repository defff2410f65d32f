/* SPDX-License-Identifier: GPL-3.0-or-later */
/* REDUCE, BUILD and BINPERSID for the few names that have a meaning. Operand types are checked
 * here; numbers against the file's size where tensors are built. */
#include "pickle.h"

static gboolean
refuse (const ThawPickle *p, GError **error, const char *what)
{
  return thaw_pickle_fail (p, error, THAW_FORMATS_ERROR_FORMAT,
                           _ ("%s was given operands of other types than expected"), what);
}

static gboolean
make (ThawPickle *p,
      ThawPickleKind kind,
      const ThawPickleValue *items,
      uint32_t count,
      ThawPickleValue *result,
      GError **error)
{
  ThawPickleNode *node = thaw_pickle_node (p, items, count, error);

  if (node == NULL)
    return FALSE;
  *result = (ThawPickleValue){.kind = kind, .node = node};
  return TRUE;
}

static gboolean
all_ints (const ThawPickleValue *tuple)
{
  if (tuple->kind != THAW_PICKLE_TUPLE)
    return FALSE;
  for (uint32_t i = 0; i < tuple->node->count; i++)
    if (tuple->node->items[i].kind != THAW_PICKLE_INT)
      return FALSE;
  return TRUE;
}

/* _rebuild_tensor_v2 (storage, offset, sizes, strides, requires_grad, hooks). A seventh operand
 * (conjugate and negative views) would change the values: refused. */
static gboolean
rebuild_tensor (ThawPickle *p, const ThawPickleValue *args, ThawPickleValue *result, GError **error)
{
  const ThawPickleValue *v;

  if (!thaw_pickle_items (args, 6, &v) || v[0].kind != THAW_PICKLE_STORAGE ||
      v[1].kind != THAW_PICKLE_INT || !all_ints (&v[2]) || !all_ints (&v[3]) ||
      v[4].kind != THAW_PICKLE_BOOL || !thaw_pickle_is_dict (&v[5]))
    return refuse (p, error, "_rebuild_tensor_v2");
  return make (p, THAW_PICKLE_TENSOR, v, 4, result, error);
}

/* _rebuild_parameter (tensor, requires_grad, hooks): the tensor. */
static gboolean
rebuild_parameter (ThawPickle *p,
                   const ThawPickleValue *args,
                   ThawPickleValue *result,
                   GError **error)
{
  const ThawPickleValue *v;

  if (!thaw_pickle_items (args, 3, &v) || v[0].kind != THAW_PICKLE_TENSOR ||
      v[1].kind != THAW_PICKLE_BOOL || !thaw_pickle_is_dict (&v[2]))
    return refuse (p, error, "_rebuild_parameter");
  *result = v[0];
  return TRUE;
}

/* OrderedDict (): filled later, item by item. */
static gboolean
ordered_dict (ThawPickle *p, const ThawPickleValue *args, ThawPickleValue *result, GError **error)
{
  const ThawPickleValue *v;

  if (!thaw_pickle_items (args, 0, &v))
    return refuse (p, error, "OrderedDict");
  return make (p, THAW_PICKLE_ORDERED, NULL, 0, result, error);
}

static gboolean
is_token (const ThawPickleValue *value, int token)
{
  return value->kind == THAW_PICKLE_TOKEN && value->integer == token;
}

/* _reconstruct (ndarray, (0,), b'b'): an array that BUILD fills. */
static gboolean
reconstruct (ThawPickle *p, const ThawPickleValue *args, ThawPickleValue *result, GError **error)
{
  const ThawPickleValue *v;

  if (!thaw_pickle_items (args, 3, &v) || !is_token (&v[0], THAW_TOKEN_NDARRAY) ||
      v[1].kind != THAW_PICKLE_TUPLE || !thaw_pickle_says (&v[2], "b"))
    return refuse (p, error, "_reconstruct");
  return make (p, THAW_PICKLE_NDARRAY, NULL, 0, result, error);
}

/* dtype ('u1', ...): no other type is wanted. */
static gboolean
numpy_dtype (ThawPickle *p, const ThawPickleValue *args, ThawPickleValue *result, GError **error)
{
  const ThawPickleValue *v;

  if (!thaw_pickle_items (args, 3, &v))
    return refuse (p, error, "dtype");
  if (!thaw_pickle_says (&v[0], "u1") && !thaw_pickle_says (&v[0], "|u1"))
    return thaw_pickle_fail (p, error, THAW_FORMATS_ERROR_FORMAT,
                             _ ("a numpy array of another type than unsigned bytes (u1)"));
  return make (p, THAW_PICKLE_DTYPE, NULL, 0, result, error);
}

gboolean
thaw_pickle_reduce (ThawPickle *p,
                    const ThawPickleValue *callee,
                    const ThawPickleValue *args,
                    ThawPickleValue *result,
                    GError **error)
{
  if (callee->kind == THAW_PICKLE_TOKEN && args->kind == THAW_PICKLE_TUPLE)
    switch (callee->integer) {
    case THAW_TOKEN_ORDERED_DICT:
      return ordered_dict (p, args, result, error);
    case THAW_TOKEN_REBUILD_TENSOR:
      return rebuild_tensor (p, args, result, error);
    case THAW_TOKEN_REBUILD_PARAMETER:
      return rebuild_parameter (p, args, result, error);
    case THAW_TOKEN_RECONSTRUCT:
      return reconstruct (p, args, result, error);
    case THAW_TOKEN_DTYPE:
      return numpy_dtype (p, args, result, error);
    default:
      break;
    }
  return thaw_pickle_fail (p, error, THAW_FORMATS_ERROR_FORBIDDEN,
                           _ ("calls something that cannot be called here"));
}

/* ndarray state: (version, shape, dtype, is_fortran, bytes). */
static gboolean
build_array (ThawPickle *p,
             const ThawPickleValue *target,
             const ThawPickleValue *state,
             GError **error)
{
  const ThawPickleValue *v;
  ThawPickleValue kept[2];

  if (!thaw_pickle_items (state, 5, &v) || v[0].kind != THAW_PICKLE_INT || !all_ints (&v[1]) ||
      v[2].kind != THAW_PICKLE_DTYPE || v[3].kind != THAW_PICKLE_BOOL ||
      v[4].kind != THAW_PICKLE_BYTES || target->node->count != 0)
    return refuse (p, error, "ndarray");
  if (v[3].integer)
    return thaw_pickle_fail (p, error, THAW_FORMATS_ERROR_FORMAT,
                             _ ("a numpy array in column order, expected rows"));
  kept[0] = v[1];
  kept[1] = v[4];
  if (!thaw_pickle_node_add (target->node, kept, 2))
    return thaw_pickle_too_much (p, error);
  return TRUE;
}

gboolean
thaw_pickle_build (ThawPickle *p,
                   const ThawPickleValue *target,
                   const ThawPickleValue *state,
                   GError **error)
{
  switch (target->kind) {
  case THAW_PICKLE_ORDERED: /* a state_dict's _metadata: dropped */
    return thaw_pickle_is_dict (state) ? TRUE : refuse (p, error, "BUILD");
  case THAW_PICKLE_DTYPE: /* byte order and the like, which bytes do not have */
    return state->kind == THAW_PICKLE_TUPLE ? TRUE : refuse (p, error, "dtype");
  case THAW_PICKLE_NDARRAY:
    return build_array (p, target, state, error);
  case THAW_PICKLE_NONE:
  case THAW_PICKLE_BOOL:
  case THAW_PICKLE_INT:
  case THAW_PICKLE_BIG:
  case THAW_PICKLE_FLOAT:
  case THAW_PICKLE_TEXT:
  case THAW_PICKLE_BYTES:
  case THAW_PICKLE_TOKEN:
  case THAW_PICKLE_TUPLE:
  case THAW_PICKLE_LIST:
  case THAW_PICKLE_DICT:
  case THAW_PICKLE_STORAGE:
  case THAW_PICKLE_TENSOR:
  default:
    return thaw_pickle_fail (p, error, THAW_FORMATS_ERROR_FORBIDDEN,
                             _ ("sets the state of something that has none"));
  }
}

/* ('storage', type, key, location, count), and in legacy files a view or None. */
gboolean
thaw_pickle_persistent (ThawPickle *p,
                        const ThawPickleValue *id,
                        ThawPickleValue *result,
                        GError **error)
{
  const ThawPickleValue *v;
  ThawPickleValue kept[4] = {{.kind = THAW_PICKLE_NONE}};

  if (!thaw_pickle_items (id, 6, &v) && !thaw_pickle_items (id, 5, &v))
    return refuse (p, error, "BINPERSID");
  if (!thaw_pickle_says (&v[0], "storage") || v[1].kind != THAW_PICKLE_TOKEN ||
      v[1].integer < THAW_TOKEN_STORAGE || v[2].kind != THAW_PICKLE_TEXT ||
      v[3].kind != THAW_PICKLE_TEXT || v[4].kind != THAW_PICKLE_INT)
    return refuse (p, error, "BINPERSID");
  kept[0] = v[1];
  kept[1] = v[2];
  kept[2] = v[4];
  if (id->node->count == 6)
    kept[3] = v[5];
  if (!make (p, THAW_PICKLE_STORAGE, kept, 4, result, error))
    return FALSE;
  g_ptr_array_add (p->storages, result->node);
  return TRUE;
}
