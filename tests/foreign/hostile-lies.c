/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers as a helper would give them that has been taken over: right in all but one thing. */
#include "confine-private.h"
#include "hostile.h"
#include "parcel-private.h"

#include <string.h>
#include <unistd.h>

#define SIDE 4
#define IMAGES 3

static bool
is (const char *lie, const char *name)
{
  return strcmp (lie, name) == 0;
}

/* --- Weights --- */

const char *const hostile_weight_lies[] = {"format",        "tensor-count",   "fewer-tensors",
                                           "more-tensors",  "no-name",        "name-not-text",
                                           "name-too-long", "name-twice",     "type",
                                           "dimensions",    "overflow",       "giant-block",
                                           "short-block",   "long-block",     "text-beyond",
                                           "text-no-end",   "text-inner-end", "meta-not-text",
                                           "meta-count",    "padding",        "not-finished",
                                           "magic",         "length-less",    "length-more",
                                           "longer-file",   "empty",          "cut-short",
                                           "status",        "error-of-else",  "error-code",
                                           "error-endless", "error-not-text", NULL};

static void
tensor (ThawParcel *parcel, const char *lie, const char *name)
{
  float values[5] = {1, 2, 3, 4, 5};
  g_autofree char *long_name = g_strnfill (513, 'x');
  const char *said = is (lie, "no-name")         ? NULL
                     : is (lie, "name-not-text") ? "\xff\xfe"
                     : is (lie, "name-too-long") ? long_name
                                                 : name;

  thaw_parcel_text (parcel, said);
  thaw_parcel_number (parcel, is (lie, "type") ? 99 : THAW_DTYPE_F32);
  thaw_parcel_number (parcel, is (lie, "dimensions") ? 9 : 2);
  thaw_parcel_number (parcel, is (lie, "overflow") || is (lie, "giant-block") ? 1ULL << 40 : 2);
  thaw_parcel_number (parcel, is (lie, "overflow") ? 1ULL << 40 : 2);
  if (is (lie, "giant-block")) {
    thaw_parcel_number (parcel, 1ULL << 43);
    return;
  }
  thaw_parcel_block (parcel, values,
                     is (lie, "short-block")  ? 12
                     : is (lie, "long-block") ? 20
                                              : 16);
}

static void
meta (ThawParcel *parcel, const char *lie)
{
  thaw_parcel_number (parcel, is (lie, "meta-count") ? UINT64_MAX : 1);
  thaw_parcel_text (parcel, "key");
  if (is (lie, "text-beyond"))
    thaw_parcel_number (parcel, 1 << 20);
  if (is (lie, "text-no-end")) {
    thaw_parcel_number (parcel, 8);
    thaw_parcel_number (parcel, UINT64_MAX);
  }
  if (is (lie, "text-inner-end")) {
    thaw_parcel_number (parcel, 7);
    thaw_parcel_number (parcel, 'a');
  }
  if (is (lie, "padding")) {
    thaw_parcel_number (parcel, 1);
    thaw_parcel_number (parcel, 'a' | UINT64_C (1) << 40);
  }
  thaw_parcel_text (parcel, is (lie, "meta-not-text") ? "\xc3\x28" : "value");
}

static void
weights (ThawParcel *parcel, const char *lie)
{
  thaw_parcel_number (parcel, is (lie, "format") ? 3 : THAW_FORMAT_SAFETENSORS);
  meta (parcel, lie);
  thaw_parcel_number (parcel, is (lie, "tensor-count")    ? UINT64_MAX
                              : is (lie, "fewer-tensors") ? 3
                                                          : 2);
  tensor (parcel, lie, "one");
  tensor (parcel, "", is (lie, "name-twice") ? "one" : "two");
  if (is (lie, "more-tensors"))
    tensor (parcel, "", "three");
}

/* --- Errors --- */

static void
error (ThawParcel *parcel, const char *lie)
{
  g_autofree char *endless = g_strnfill (THAW_ANSWER_TEXT_MOST + 1, 'x');

  thaw_parcel_number (parcel, is (lie, "status") ? 9 : THAW_ANSWER_ERROR);
  thaw_parcel_text (parcel, is (lie, "error-of-else") ? "g-io-error-quark"
                                                      : g_quark_to_string (THAW_FORMATS_ERROR));
  thaw_parcel_number (parcel, is (lie, "error-code") ? 60 : is (lie, "error-of-else") ? 19 : 1);
  thaw_parcel_text (parcel, is (lie, "error-endless")    ? endless
                            : is (lie, "error-not-text") ? "\xff"
                                                         : "a sentence");
}

/* --- What is wrong with the file itself --- */

static gboolean
spoil (const char *lie)
{
  uint64_t length = (uint64_t) lseek (THAW_FD_ANSWER, 0, SEEK_END), value;

  if (is (lie, "magic") || is (lie, "not-finished")) {
    value = is (lie, "magic") ? 1 : 0;
    return pwrite (THAW_FD_ANSWER, &value, sizeof value, 0) == sizeof value;
  }
  if (is (lie, "length-less") || is (lie, "length-more")) {
    value = is (lie, "length-less") ? length - 8 : length + 4096;
    return pwrite (THAW_FD_ANSWER, &value, sizeof value, 8) == sizeof value;
  }
  if (is (lie, "longer-file"))
    return pwrite (THAW_FD_ANSWER, &length, sizeof length, (off_t) length) == sizeof length;
  return TRUE;
}

/* --- Sets --- */

const char *const hostile_set_lies[] = {
    "label",          "size",        "no-classes", "classes", "images",       "other-path",
    "path-up",        "path-beside", "unknown-id", "kind",    "fingerprint",  "no-fingerprint",
    "sample-unasked", "class-name",  "no-class",   "title",   "pixels-short", "labels-short",
    "skipped-count",  "counts",      NULL};

static void
info (ThawParcel *parcel, const char *lie)
{
  g_autofree char *folder = g_path_get_dirname (hostile_canary);
  g_autofree char *up = g_strconcat (hostile_canary, "/../x", NULL);
  g_autofree char *beside = g_strconcat (hostile_canary, "x", NULL);

  thaw_parcel_number (parcel, is (lie, "kind") ? 9 : THAW_SET_CIFAR10_BINARY);
  thaw_parcel_text (parcel, is (lie, "unknown-id") ? "imagenet" : "cifar-10");
  thaw_parcel_text (parcel, is (lie, "title") ? "\xff" : "CIFAR-10");
  thaw_parcel_text (parcel, is (lie, "other-path")    ? folder
                            : is (lie, "path-up")     ? up
                            : is (lie, "path-beside") ? beside
                                                      : hostile_canary);
}

static void
set (ThawParcel *parcel, const char *lie)
{
  g_autofree char *sum = g_strnfill (is (lie, "fingerprint") ? 63 : 64, 'a');
  static uint8_t pixels[IMAGES * SIDE * SIDE * 3];
  uint16_t labels[IMAGES] = {0, 1, is (lie, "label") ? 2 : 1};
  uint8_t here[IMAGES] = {1, 0, 1};
  int classes = is (lie, "no-classes") ? 0 : is (lie, "classes") ? 1001 : 2;

  info (parcel, lie);
  thaw_parcel_number (parcel, is (lie, "size") ? SIDE - 1 : SIDE);
  thaw_parcel_number (parcel, (uint64_t) classes);
  for (int c = 0; c < classes; c++)
    thaw_parcel_text (parcel, is (lie, "no-class")     ? NULL
                              : is (lie, "class-name") ? "\xff"
                                                       : "class");
  thaw_parcel_number (parcel, is (lie, "images") ? UINT32_MAX : IMAGES - 1);
  thaw_parcel_number (parcel, is (lie, "counts") ? UINT64_C (1) << 32 : 0);
  thaw_parcel_number (parcel, 1);
  thaw_parcel_text (parcel, is (lie, "no-fingerprint") ? NULL : sum);
  thaw_parcel_number (parcel, is (lie, "skipped-count") ? UINT64_MAX : 0);
  thaw_parcel_block (parcel, labels, sizeof labels - (is (lie, "labels-short") ? 2 : 0));
  thaw_parcel_number (parcel, is (lie, "sample-unasked"));
  if (is (lie, "sample-unasked"))
    thaw_parcel_block (parcel, here, sizeof here);
  thaw_parcel_block (parcel, pixels, sizeof pixels - (is (lie, "pixels-short") ? 48 : 0));
}

/* --- Pictures --- */

const char *const hostile_picture_lies[] = {"no-height", "too-wide", "pixels-short", NULL};

static void
picture (ThawParcel *parcel, const char *lie)
{
  static uint8_t pixels[SIDE * SIDE * 3];

  thaw_parcel_number (parcel, is (lie, "no-height") ? 0 : SIDE);
  thaw_parcel_number (parcel, is (lie, "too-wide") ? UINT32_MAX : SIDE);
  thaw_parcel_block (parcel, pixels,
                     is (lie, "no-height") ? 0
                                           : sizeof pixels - (is (lie, "pixels-short") ? 3 : 0));
}

gboolean
hostile_lie (const char *name, ThawAsk ask)
{
  ThawParcel *parcel;

  if (is (name, "empty"))
    return TRUE;
  if (is (name, "cut-short"))
    return pwrite (THAW_FD_ANSWER, "TwParcl1", 8, 0) == 8;
  if (g_str_has_prefix (name, "error") || is (name, "status")) {
    parcel = thaw_parcel_new (THAW_FD_ANSWER);
    error (parcel, name);
    return thaw_parcel_finish (parcel);
  }
  parcel = thaw_confine_answer ();
  if (ask == THAW_ASK_WEIGHTS)
    weights (parcel, name);
  else if (ask == THAW_ASK_SET)
    set (parcel, name);
  else
    picture (parcel, name);
  return thaw_parcel_finish (parcel) && spoil (name);
}
