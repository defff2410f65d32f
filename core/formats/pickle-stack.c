/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stack of the pickle machine and the operands of its opcodes. */
#include "pickle-stack.h"

#define MAX_STACK 100000

#define FORMAT THAW_FORMATS_ERROR_FORMAT
#define LIMIT THAW_FORMATS_ERROR_LIMIT

gboolean
thaw_pickle_push (ThawPickle *p, ThawPickleValue value, GError **error)
{
  if (p->height + p->marks->len >= MAX_STACK)
    return thaw_pickle_fail (p, error, LIMIT, _ ("more than %d values on the stack"), MAX_STACK);
  if (p->height == p->capacity) {
    p->capacity *= 2;
    p->stack = g_renew (ThawPickleValue, p->stack, p->capacity);
  }
  p->stack[p->height++] = value;
  return TRUE;
}

gboolean
thaw_pickle_push_mark (ThawPickle *p, GError **error)
{
  if (p->height + p->marks->len >= MAX_STACK)
    return thaw_pickle_fail (p, error, LIMIT, _ ("more than %d values on the stack"), MAX_STACK);
  g_array_append_val (p->marks, p->height);
  return TRUE;
}

/* Where the last mark is; nothing below it may be taken but by the opcode that ends it. */
static guint
floor_of (const ThawPickle *p)
{
  return p->marks->len ? g_array_index (p->marks, guint, p->marks->len - 1) : 0;
}

const ThawPickleValue *
thaw_pickle_pop (ThawPickle *p, guint count, GError **error)
{
  guint have = p->height - floor_of (p);

  if (have < count) {
    thaw_pickle_fail (p, error, FORMAT, _ ("the stack has %u values, this operation takes %u"),
                      have, count);
    return NULL;
  }
  p->height -= count;
  return p->stack + p->height;
}

const ThawPickleValue *
thaw_pickle_top (ThawPickle *p, GError **error)
{
  if (p->height == floor_of (p)) {
    thaw_pickle_fail (p, error, FORMAT, _ ("the stack is empty"));
    return NULL;
  }
  return p->stack + p->height - 1;
}

gboolean
thaw_pickle_pop_mark (ThawPickle *p, const ThawPickleValue **values, guint *count, GError **error)
{
  guint start;

  if (p->marks->len == 0)
    return thaw_pickle_fail (p, error, FORMAT, _ ("there is no MARK on the stack"));
  start = floor_of (p);
  *count = p->height - start;
  *values = p->stack + start;
  p->height = start;
  g_array_set_size (p->marks, p->marks->len - 1);
  return TRUE;
}

gboolean
thaw_pickle_number (ThawPickle *p, int width, uint64_t *value, GError **error)
{
  if (!thaw_cursor_number (&p->in, width, value))
    return thaw_pickle_fail (p, error, FORMAT, _ ("cut short inside an operand"));
  return TRUE;
}

gboolean
thaw_pickle_span (ThawPickle *p, uint64_t length, const uint8_t **bytes, GError **error)
{
  if (!thaw_cursor_take (&p->in, length, bytes))
    return thaw_pickle_fail (p, error, FORMAT, _ ("claims %" PRIu64 " bytes, %zu are left"), length,
                             thaw_cursor_left (&p->in));
  return TRUE;
}
