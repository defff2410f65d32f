/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a pickle can hold here: inert values and lists of them.
 *
 * Text and byte strings are views into the pickle's own bytes. Containers are nodes that their
 * arena owns; the same node may hang in several places and even inside itself, as in Python, so
 * whoever walks a tree limits depth and steps. */
#pragma once

#include <glib.h>
#include <stdint.h>

#define THAW_PICKLE_MAX_DEPTH 32
#define THAW_PICKLE_MAX_NODES 1000000

typedef enum {
  THAW_PICKLE_NONE,
  THAW_PICKLE_BOOL,
  THAW_PICKLE_INT,
  THAW_PICKLE_BIG, /* an integer beyond 64 bits: two's complement bytes, never a number here */
  THAW_PICKLE_FLOAT,
  THAW_PICKLE_TEXT, /* valid UTF-8                                                     */
  THAW_PICKLE_BYTES,
  THAW_PICKLE_TOKEN, /* a global by name, see pickle-globals.h                           */
  THAW_PICKLE_TUPLE,
  THAW_PICKLE_LIST,
  THAW_PICKLE_DICT,    /* items: key, value, key, value ...                                */
  THAW_PICKLE_ORDERED, /* the same, an OrderedDict                                         */
  THAW_PICKLE_STORAGE, /* items: type token, key, element count, view or None              */
  THAW_PICKLE_TENSOR,  /* items: storage, offset, sizes, strides                           */
  THAW_PICKLE_NDARRAY, /* items: none, or shape and bytes                                  */
  THAW_PICKLE_DTYPE,   /* numpy's u1                                                       */
} ThawPickleKind;

typedef struct _ThawPickleNode ThawPickleNode;

typedef struct {
  ThawPickleKind kind;
  uint32_t length; /* of TEXT, BYTES and BIG, in bytes */
  union {
    int64_t integer; /* INT, BOOL (0 or 1), TOKEN */
    double real;
    const uint8_t *bytes;
    ThawPickleNode *node;
  };
} ThawPickleValue;

struct _ThawPickleNode {
  ThawPickleValue *items; /* owned */
  uint32_t count, capacity;
  uint32_t depth; /* 1 + that of the deepest item when it was put in */
};

/* Owns nodes. NULL from a function: too many nodes or no memory. */
typedef struct {
  GPtrArray *nodes;
} ThawPickleArena;

void thaw_pickle_arena_init (ThawPickleArena *arena);
void thaw_pickle_arena_clear (ThawPickleArena *arena);
ThawPickleNode *thaw_pickle_node_new (ThawPickleArena *arena, uint32_t capacity);
/* Copies the values in. FALSE when the node would be nested too deep or memory is short. */
gboolean thaw_pickle_node_add (ThawPickleNode *node, const ThawPickleValue *values, uint32_t count);

gboolean thaw_pickle_is_dict (const ThawPickleValue *value);
/* Whether TEXT or BYTES hold exactly these characters. */
gboolean thaw_pickle_says (const ThawPickleValue *value, const char *text);
/* Whether a TUPLE (or LIST) has `count` items; *items gets them. */
gboolean
thaw_pickle_items (const ThawPickleValue *tuple, uint32_t count, const ThawPickleValue **items);
/* The value under a key of a dictionary, the last one if it is there twice. (nullable) */
const ThawPickleValue *thaw_pickle_dict_get (const ThawPickleValue *dict, const char *key);
