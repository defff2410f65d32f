/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small data sets made on the spot: files, archives, pictures. Everything follows from a seed. */
#pragma once

#include "readers-private.h"
#include "picture-private.h"

/* A folder of its own below the system's temporary folder (transfer full), and its removal. */
char *tmp_new (void);
void tmp_remove (char *path);
/* Writes DIR/NAME, making folders on the way. */
void put_file (const char *dir, const char *name, const GByteArray *bytes);
void put_text (const char *dir, const char *name, const char *text);

GByteArray *bytes_of (const void *bytes, size_t length);
GByteArray *random_bytes (uint64_t seed, size_t length);
GByteArray *gzip (const GByteArray *bytes);

/* n records of a label and random pixels, labels 0..9 in turn. */
GByteArray *cifar_binary (uint64_t seed, uint32_t n);
/* The same images as Python 2 pickles them. */
GByteArray *cifar_python (const GByteArray *binary);
/* All six files of a form into `dir`: n images in each training batch, n_test in the test batch. */
void put_cifar (const char *dir, ThawSetKind kind, uint32_t n, uint32_t n_test);
/* Bytes of file `which` of that set. */
GByteArray *cifar_file (ThawSetKind kind, int which, uint32_t n, uint32_t n_test);

/* tar by libarchive, into memory. */
typedef struct archive Tar;
Tar *tar_new (GByteArray *out);
void tar_add_file (Tar *tar, const char *name, const GByteArray *bytes);
/* A symbolic link, or with `hard` a hard link. */
void tar_add_link (Tar *tar, const char *name, const char *target, gboolean hard);
/* A character device or a FIFO: AE_IFCHR, AE_IFIFO. */
void tar_add_special (Tar *tar, const char *name, unsigned int type);
void tar_end (Tar *tar);
/* A header alone that claims `size` bytes to follow. */
void tar_claim (GByteArray *out, const char *name, uint64_t size);
/* The six files as cifar-10-binary.tar.gz or cifar-10-python.tar.gz would hold them. */
GByteArray *cifar_archive (ThawSetKind kind, uint32_t n, uint32_t n_test);

GByteArray *idx_images (uint32_t n, uint32_t h, uint32_t w, const uint8_t *pixels);
GByteArray *idx_labels (uint32_t n, const uint8_t *labels);
/* Four files, n training and n_test test images of 28 x 28, labels 0..9 in turn. */
void put_idx (const char *dir, uint32_t n, uint32_t n_test, gboolean packed);

/* pixels: [h][w][channels of the type], 16-bit samples big-endian. transparent: a tRNS chunk. */
GByteArray *
png_of (int w, int h, int color_type, int depth, const uint8_t *pixels, gboolean transparent);
GByteArray *png_rgb (uint64_t seed, int w, int h);
/* components 1, 3 or 4 (CMYK). */
GByteArray *jpeg_of (uint64_t seed, int w, int h, int components, gboolean progressive);

/* Asserts that the call failed with this code and a sentence that has `part` in it. */
void check_error (GError *error, int code, const char *part);
