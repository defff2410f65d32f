/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One function an opcode, and the table of those that are allowed.
 * Names and meanings: Python's pickletools. */
#include "pickle-ops.h"
#include "fail.h"
#include "pickle-stack.h"

#include <string.h>

#define MAX_MEMO 1000000
#define MAX_GLOBAL 512

#define FORMAT THAW_FORMATS_ERROR_FORMAT
#define LIMIT THAW_FORMATS_ERROR_LIMIT

/* --- Constants -------------------------------------------------------------------------------- */

static gboolean
op_none (ThawPickle *p, GError **error)
{
  return thaw_pickle_push (p, (ThawPickleValue){.kind = THAW_PICKLE_NONE}, error);
}

static gboolean
op_true (ThawPickle *p, GError **error)
{
  return thaw_pickle_push (p, (ThawPickleValue){.kind = THAW_PICKLE_BOOL, .integer = 1}, error);
}

static gboolean
op_false (ThawPickle *p, GError **error)
{
  return thaw_pickle_push (p, (ThawPickleValue){.kind = THAW_PICKLE_BOOL}, error);
}

static gboolean
push_int (ThawPickle *p, int64_t value, GError **error)
{
  return thaw_pickle_push (p, (ThawPickleValue){.kind = THAW_PICKLE_INT, .integer = value}, error);
}

static gboolean
op_binint (ThawPickle *p, GError **error)
{
  uint64_t value;

  return thaw_pickle_number (p, 4, &value, error) &&
         push_int (p, (int32_t) (uint32_t) value, error);
}

static gboolean
op_binint1 (ThawPickle *p, GError **error)
{
  uint64_t value;

  return thaw_pickle_number (p, 1, &value, error) && push_int (p, (int64_t) value, error);
}

static gboolean
op_binint2 (ThawPickle *p, GError **error)
{
  uint64_t value;

  return thaw_pickle_number (p, 2, &value, error) && push_int (p, (int64_t) value, error);
}

/* Two's complement of any length; what fits 64 bits is a number. */
static gboolean
op_long1 (ThawPickle *p, GError **error)
{
  uint64_t length, value;
  const uint8_t *bytes;

  if (!thaw_pickle_number (p, 1, &length, error) || !thaw_pickle_span (p, length, &bytes, error))
    return FALSE;
  if (length > 8)
    return thaw_pickle_push (
        p, (ThawPickleValue){.kind = THAW_PICKLE_BIG, .length = (uint32_t) length, .bytes = bytes},
        error);
  value = thaw_le (bytes, (int) length);
  if (length > 0 && length < 8 && (bytes[length - 1] & 0x80))
    value |= UINT64_MAX << (8 * length);
  return push_int (p, (int64_t) value, error);
}

static gboolean
op_binfloat (ThawPickle *p, GError **error)
{
  const uint8_t *bytes;
  uint64_t bits = 0;
  ThawPickleValue value = {.kind = THAW_PICKLE_FLOAT};

  if (!thaw_pickle_span (p, 8, &bytes, error))
    return FALSE;
  for (int i = 0; i < 8; i++)
    bits = bits << 8 | bytes[i];
  memcpy (&value.real, &bits, sizeof bits);
  return thaw_pickle_push (p, value, error);
}

/* --- Text and bytes --------------------------------------------------------------------------- */

static gboolean
string (ThawPickle *p, int width, ThawPickleKind kind, GError **error)
{
  uint64_t length;
  const uint8_t *bytes;

  if (!thaw_pickle_number (p, width, &length, error) ||
      !thaw_pickle_span (p, length, &bytes, error))
    return FALSE;
  if (kind == THAW_PICKLE_TEXT && !g_utf8_validate_len ((const char *) bytes, length, NULL))
    return thaw_pickle_fail (p, error, FORMAT, _ ("text that is not UTF-8"));
  return thaw_pickle_push (
      p, (ThawPickleValue){.kind = kind, .length = (uint32_t) length, .bytes = bytes}, error);
}

static gboolean
op_unicode (ThawPickle *p, GError **error)
{
  return string (p, 4, THAW_PICKLE_TEXT, error);
}

static gboolean
op_short_unicode (ThawPickle *p, GError **error)
{
  return string (p, 1, THAW_PICKLE_TEXT, error);
}

static gboolean
op_bytes (ThawPickle *p, GError **error)
{
  return string (p, 4, THAW_PICKLE_BYTES, error);
}

static gboolean
op_short_bytes (ThawPickle *p, GError **error)
{
  return string (p, 1, THAW_PICKLE_BYTES, error);
}

/* --- Containers ------------------------------------------------------------------------------- */

static gboolean
push_node (
    ThawPickle *p, ThawPickleKind kind, const ThawPickleValue *items, guint count, GError **error)
{
  ThawPickleNode *node = thaw_pickle_node (p, items, count, error);

  return node != NULL && thaw_pickle_push (p, (ThawPickleValue){.kind = kind, .node = node}, error);
}

static gboolean
op_mark (ThawPickle *p, GError **error)
{
  return thaw_pickle_push_mark (p, error);
}

static gboolean
op_empty_tuple (ThawPickle *p, GError **error)
{
  return push_node (p, THAW_PICKLE_TUPLE, NULL, 0, error);
}

static gboolean
op_empty_list (ThawPickle *p, GError **error)
{
  return push_node (p, THAW_PICKLE_LIST, NULL, 0, error);
}

static gboolean
op_empty_dict (ThawPickle *p, GError **error)
{
  return push_node (p, THAW_PICKLE_DICT, NULL, 0, error);
}

static gboolean
tuple_of (ThawPickle *p, guint count, GError **error)
{
  const ThawPickleValue *items = thaw_pickle_pop (p, count, error);

  return items != NULL && push_node (p, THAW_PICKLE_TUPLE, items, count, error);
}

static gboolean
op_tuple1 (ThawPickle *p, GError **error)
{
  return tuple_of (p, 1, error);
}

static gboolean
op_tuple2 (ThawPickle *p, GError **error)
{
  return tuple_of (p, 2, error);
}

static gboolean
op_tuple3 (ThawPickle *p, GError **error)
{
  return tuple_of (p, 3, error);
}

static gboolean
op_tuple (ThawPickle *p, GError **error)
{
  const ThawPickleValue *items;
  guint count;

  return thaw_pickle_pop_mark (p, &items, &count, error) &&
         push_node (p, THAW_PICKLE_TUPLE, items, count, error);
}

/* Adds values to the container on top of the stack. */
static gboolean
extend (ThawPickle *p, const ThawPickleValue *items, guint count, gboolean pairs, GError **error)
{
  const ThawPickleValue *container = thaw_pickle_top (p, error);

  if (container == NULL)
    return FALSE;
  if (pairs ? !thaw_pickle_is_dict (container) : container->kind != THAW_PICKLE_LIST)
    return thaw_pickle_fail (p, error, FORMAT,
                             pairs ? _ ("items are set in what is not a dictionary")
                                   : _ ("items are appended to what is not a list"));
  if (pairs && count % 2 != 0)
    return thaw_pickle_fail (p, error, FORMAT, _ ("a key has no value"));
  if (!thaw_pickle_node_add (container->node, items, count))
    return thaw_pickle_too_much (p, error);
  return TRUE;
}

static gboolean
op_append (ThawPickle *p, GError **error)
{
  const ThawPickleValue *items = thaw_pickle_pop (p, 1, error);

  return items != NULL && extend (p, items, 1, FALSE, error);
}

static gboolean
op_appends (ThawPickle *p, GError **error)
{
  const ThawPickleValue *items;
  guint count;

  return thaw_pickle_pop_mark (p, &items, &count, error) && extend (p, items, count, FALSE, error);
}

static gboolean
op_setitem (ThawPickle *p, GError **error)
{
  const ThawPickleValue *items = thaw_pickle_pop (p, 2, error);

  return items != NULL && extend (p, items, 2, TRUE, error);
}

static gboolean
op_setitems (ThawPickle *p, GError **error)
{
  const ThawPickleValue *items;
  guint count;

  return thaw_pickle_pop_mark (p, &items, &count, error) && extend (p, items, count, TRUE, error);
}

/* --- Memo ------------------------------------------------------------------------------------- */

static gboolean
memo_put (ThawPickle *p, uint64_t slot, GError **error)
{
  const ThawPickleValue *value = thaw_pickle_top (p, error);
  ThawPickleMemo *memo;

  if (value == NULL)
    return FALSE;
  if (slot >= MAX_MEMO)
    return thaw_pickle_fail (p, error, LIMIT, _ ("memo slot %" PRIu64 ", at most %d are allowed"),
                             slot, MAX_MEMO);
  if (slot >= p->memo->len)
    g_array_set_size (p->memo, (guint) slot + 1);
  memo = &g_array_index (p->memo, ThawPickleMemo, slot);
  p->memo_count += !memo->set;
  *memo = (ThawPickleMemo){.value = *value, .set = TRUE};
  return TRUE;
}

static gboolean
memo_get (ThawPickle *p, uint64_t slot, GError **error)
{
  if (slot >= p->memo->len || !g_array_index (p->memo, ThawPickleMemo, slot).set)
    return thaw_pickle_fail (p, error, FORMAT, _ ("memo slot %" PRIu64 " is not set"), slot);
  return thaw_pickle_push (p, g_array_index (p->memo, ThawPickleMemo, slot).value, error);
}

static gboolean
op_binput (ThawPickle *p, GError **error)
{
  uint64_t slot;

  return thaw_pickle_number (p, 1, &slot, error) && memo_put (p, slot, error);
}

static gboolean
op_long_binput (ThawPickle *p, GError **error)
{
  uint64_t slot;

  return thaw_pickle_number (p, 4, &slot, error) && memo_put (p, slot, error);
}

static gboolean
op_memoize (ThawPickle *p, GError **error)
{
  return memo_put (p, p->memo_count, error);
}

static gboolean
op_binget (ThawPickle *p, GError **error)
{
  uint64_t slot;

  return thaw_pickle_number (p, 1, &slot, error) && memo_get (p, slot, error);
}

static gboolean
op_long_binget (ThawPickle *p, GError **error)
{
  uint64_t slot;

  return thaw_pickle_number (p, 4, &slot, error) && memo_get (p, slot, error);
}

/* --- Protocol, names, calls ------------------------------------------------------------------- */

static gboolean
op_proto (ThawPickle *p, GError **error)
{
  uint64_t protocol;

  if (!thaw_pickle_number (p, 1, &protocol, error))
    return FALSE;
  if (p->ops != 1 || protocol < 2 || protocol > 4)
    return thaw_pickle_fail (p, error, FORMAT,
                             _ ("protocol %" PRIu64 ", expected 2 to 4 at the start"), protocol);
  return TRUE;
}

static gboolean
op_frame (ThawPickle *p, GError **error)
{
  uint64_t length;

  if (!thaw_pickle_number (p, 8, &length, error))
    return FALSE;
  if (length > thaw_cursor_left (&p->in))
    return thaw_pickle_fail (p, error, FORMAT, _ ("a frame goes beyond the end"));
  return TRUE;
}

static gboolean
push_global (ThawPickle *p,
             const uint8_t *module,
             size_t module_length,
             const uint8_t *name,
             size_t name_length,
             GError **error)
{
  int token = thaw_pickle_global (p->flavour, module, module_length, name, name_length);

  if (token < 0) {
    g_autofree char *shown_module = thaw_quote (module, module_length);
    g_autofree char *shown_name = thaw_quote (name, name_length);
    return thaw_pickle_fail (p, error, THAW_FORMATS_ERROR_FORBIDDEN,
                             _ ("asks for '%s.%s', which is not allowed in such a file"),
                             shown_module, shown_name);
  }
  return thaw_pickle_push (p, (ThawPickleValue){.kind = THAW_PICKLE_TOKEN, .integer = token},
                           error);
}

/* Text up to a newline, which is taken too. */
static gboolean
line (ThawPickle *p, const uint8_t **bytes, size_t *length, GError **error)
{
  const uint8_t *start = p->in.bytes + p->in.at;
  const uint8_t *end = memchr (start, '\n', MIN (thaw_cursor_left (&p->in), MAX_GLOBAL));

  if (end == NULL)
    return thaw_pickle_fail (p, error, FORMAT, _ ("a name without an end"));
  *bytes = start;
  *length = (size_t) (end - start);
  p->in.at += *length + 1;
  return TRUE;
}

static gboolean
op_global (ThawPickle *p, GError **error)
{
  const uint8_t *module = NULL, *name = NULL;
  size_t module_length = 0, name_length = 0;

  return line (p, &module, &module_length, error) && line (p, &name, &name_length, error) &&
         push_global (p, module, module_length, name, name_length, error);
}

static gboolean
op_stack_global (ThawPickle *p, GError **error)
{
  const ThawPickleValue *names = thaw_pickle_pop (p, 2, error);

  if (names == NULL)
    return FALSE;
  if (names[0].kind != THAW_PICKLE_TEXT || names[1].kind != THAW_PICKLE_TEXT)
    return thaw_pickle_fail (p, error, FORMAT, _ ("a global's name is not text"));
  return push_global (p, names[0].bytes, names[0].length, names[1].bytes, names[1].length, error);
}

static gboolean
op_reduce (ThawPickle *p, GError **error)
{
  const ThawPickleValue *operands = thaw_pickle_pop (p, 2, error);
  ThawPickleValue result;

  return operands != NULL && thaw_pickle_reduce (p, &operands[0], &operands[1], &result, error) &&
         thaw_pickle_push (p, result, error);
}

static gboolean
op_build (ThawPickle *p, GError **error)
{
  const ThawPickleValue *state = thaw_pickle_pop (p, 1, error), *target;

  return state != NULL && (target = thaw_pickle_top (p, error)) != NULL &&
         thaw_pickle_build (p, target, state, error);
}

static gboolean
op_binpersid (ThawPickle *p, GError **error)
{
  const ThawPickleValue *id = thaw_pickle_pop (p, 1, error);
  ThawPickleValue result;

  return id != NULL && thaw_pickle_persistent (p, id, &result, error) &&
         thaw_pickle_push (p, result, error);
}

gboolean
thaw_pickle_stop (ThawPickle *p, GError **error)
{
  if (p->height != 1 || p->marks->len != 0)
    return thaw_pickle_fail (p, error, FORMAT, _ ("%u values are left at STOP, expected one"),
                             p->height + p->marks->len);
  p->result = p->stack[0];
  return TRUE;
}

/* --- The table -------------------------------------------------------------------------------- */

#define TORCH (1 << THAW_PICKLE_TORCH)
#define CIFAR (1 << THAW_PICKLE_CIFAR)
#define BOTH (TORCH | CIFAR)

static const struct {
  int flavours;
  gboolean (*run) (ThawPickle *p, GError **error);
} ops[256] = {
    [THAW_OP_PROTO] = {BOTH, op_proto},
    [0x95] = {BOTH, op_frame},
    ['('] = {BOTH, op_mark},
    ['N'] = {BOTH, op_none},
    [0x88] = {BOTH, op_true},
    [0x89] = {BOTH, op_false},
    ['J'] = {BOTH, op_binint},
    ['K'] = {BOTH, op_binint1},
    ['M'] = {BOTH, op_binint2},
    [0x8a] = {BOTH, op_long1},
    ['G'] = {BOTH, op_binfloat},
    ['X'] = {BOTH, op_unicode},
    [0x8c] = {BOTH, op_short_unicode},
    ['U'] = {BOTH, op_short_bytes}, /* SHORT_BINSTRING: Python 2's str */
    ['T'] = {CIFAR, op_bytes},      /* BINSTRING                       */
    ['B'] = {CIFAR, op_bytes},      /* BINBYTES                        */
    ['C'] = {CIFAR, op_short_bytes},
    [')'] = {BOTH, op_empty_tuple},
    [']'] = {BOTH, op_empty_list},
    ['}'] = {BOTH, op_empty_dict},
    ['t'] = {BOTH, op_tuple},
    [0x85] = {BOTH, op_tuple1},
    [0x86] = {BOTH, op_tuple2},
    [0x87] = {BOTH, op_tuple3},
    ['a'] = {BOTH, op_append},
    ['e'] = {BOTH, op_appends},
    ['s'] = {BOTH, op_setitem},
    ['u'] = {BOTH, op_setitems},
    ['q'] = {BOTH, op_binput},
    ['r'] = {BOTH, op_long_binput},
    [0x94] = {BOTH, op_memoize},
    ['h'] = {BOTH, op_binget},
    ['j'] = {BOTH, op_long_binget},
    ['c'] = {BOTH, op_global},
    [0x93] = {BOTH, op_stack_global},
    ['R'] = {BOTH, op_reduce},
    ['b'] = {BOTH, op_build},
    ['Q'] = {TORCH, op_binpersid},
};

/* Opcodes that make objects or look things up: worth another word than "damaged". */
static gboolean
is_dangerous (uint8_t code)
{
  return code != 0 && (strchr ("ioP", code) != NULL || (code >= 0x81 && code <= 0x84) ||
                       code == 0x92 || code == 0x97);
}

gboolean
thaw_pickle_step (ThawPickle *p, uint8_t code, GError **error)
{
  if (ops[code].flavours & (1 << p->flavour))
    return ops[code].run (p, error);
  if (is_dangerous (code))
    return thaw_pickle_fail (p, error, THAW_FORMATS_ERROR_FORBIDDEN,
                             _ ("operation 0x%02x, which makes objects, is not allowed"), code);
  return thaw_pickle_fail (p, error, FORMAT, _ ("operation 0x%02x does not belong in such a file"),
                           code);
}
