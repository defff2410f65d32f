/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names and their tokens. */
#include "pickle-globals.h"

#include <string.h>

#define FOR_TORCH (1 << THAW_PICKLE_TORCH)
#define FOR_CIFAR (1 << THAW_PICKLE_CIFAR)

static const struct {
  const char *module, *name;
  int flavours, token;
} globals[] = {
    {"collections", "OrderedDict", FOR_TORCH, THAW_TOKEN_ORDERED_DICT},
    {"torch._utils", "_rebuild_tensor_v2", FOR_TORCH, THAW_TOKEN_REBUILD_TENSOR},
    {"torch._utils", "_rebuild_parameter", FOR_TORCH, THAW_TOKEN_REBUILD_PARAMETER},
    {"torch", "FloatStorage", FOR_TORCH, THAW_TOKEN_STORAGE + THAW_DTYPE_F32},
    {"torch", "DoubleStorage", FOR_TORCH, THAW_TOKEN_STORAGE + THAW_DTYPE_F64},
    {"torch", "HalfStorage", FOR_TORCH, THAW_TOKEN_STORAGE + THAW_DTYPE_F16},
    {"torch", "BFloat16Storage", FOR_TORCH, THAW_TOKEN_STORAGE + THAW_DTYPE_BF16},
    {"torch", "LongStorage", FOR_TORCH, THAW_TOKEN_STORAGE + THAW_DTYPE_I64},
    {"torch", "IntStorage", FOR_TORCH, THAW_TOKEN_STORAGE + THAW_DTYPE_I32},
    {"torch", "ShortStorage", FOR_TORCH, THAW_TOKEN_STORAGE + THAW_DTYPE_I16},
    {"torch", "CharStorage", FOR_TORCH, THAW_TOKEN_STORAGE + THAW_DTYPE_I8},
    {"torch", "ByteStorage", FOR_TORCH, THAW_TOKEN_STORAGE + THAW_DTYPE_U8},
    {"torch", "BoolStorage", FOR_TORCH, THAW_TOKEN_STORAGE + THAW_DTYPE_BOOL},
    {"numpy.core.multiarray", "_reconstruct", FOR_CIFAR, THAW_TOKEN_RECONSTRUCT},
    {"numpy._core.multiarray", "_reconstruct", FOR_CIFAR, THAW_TOKEN_RECONSTRUCT}, /* NumPy 2 */
    {"numpy", "ndarray", FOR_CIFAR, THAW_TOKEN_NDARRAY},
    {"numpy", "dtype", FOR_CIFAR, THAW_TOKEN_DTYPE},
};

static bool
same (const char *text, const uint8_t *bytes, size_t length)
{
  return strlen (text) == length && memcmp (text, bytes, length) == 0;
}

int
thaw_pickle_global (ThawPickleFlavour flavour,
                    const uint8_t *module,
                    size_t module_length,
                    const uint8_t *name,
                    size_t name_length)
{
  for (size_t i = 0; i < G_N_ELEMENTS (globals); i++)
    if ((globals[i].flavours & (1 << flavour)) && same (globals[i].module, module, module_length) &&
        same (globals[i].name, name, name_length))
      return globals[i].token;
  return -1;
}

const char *
thaw_torch_storage_name (ThawDtype dtype)
{
  for (size_t i = 0; i < G_N_ELEMENTS (globals); i++)
    if (globals[i].token == THAW_TOKEN_STORAGE + (int) dtype)
      return globals[i].name;
  return NULL;
}
