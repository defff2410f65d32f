/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base: random numbers, the thread pool, named tensors, small helpers. The face of the room. */
#pragma once

#include <glib.h>
#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

/* --- Random numbers --------------------------------------------------------------------------
 * A stream is a SplitMix64 sequence whose start is a hash of what the numbers are for, so a draw
 * never depends on who asks first, on threads or on interruptions. Each purpose has a tag of its
 * own. Cannot fail; a ThawRng is a value. */
typedef enum {
  THAW_RNG_INIT = 1,  /* a = hash of the parameter's name                       */
  THAW_RNG_SPLIT = 2, /* a = class                                              */
  THAW_RNG_ORDER = 3, /* a = epoch                                              */
  THAW_RNG_AUGMENT =
      4, /* a = epoch, b = image index in the data set, c = transform's place in the list */
  THAW_RNG_DROPOUT = 5, /* a = global step, b = node, c = sample                  */
  THAW_RNG_TEST = 6,
  THAW_RNG_MIX = 7, /* a = epoch, b = batch, c = transform's place in the list */
} ThawRngPurpose;

typedef struct {
  uint64_t state;
} ThawRng;

ThawRng thaw_rng (uint64_t seed, ThawRngPurpose purpose, uint64_t a, uint64_t b, uint64_t c);
uint64_t thaw_rng_u64 (ThawRng *rng);
void thaw_rng_skip (ThawRng *rng, uint64_t n);                /* as if n numbers were drawn   */
double thaw_rng_unit (ThawRng *rng);                          /* [0, 1), 53 bits               */
double thaw_rng_uniform (ThawRng *rng, double lo, double hi); /* lo + (hi - lo) * unit         */
uint64_t thaw_rng_below (ThawRng *rng, uint64_t n);           /* 0..n-1 without bias, n >= 1   */
double thaw_rng_normal (ThawRng *rng); /* mean 0, deviation 1 (Box-Muller, one value a call) */
void thaw_rng_shuffle (ThawRng *rng, uint32_t *items, size_t n); /* Fisher-Yates, in place     */

uint64_t thaw_fnv1a64 (const char *text); /* FNV-1a of UTF-8 bytes */

/* --- Thread pool -----------------------------------------------------------------------------
 * thaw_pool_run calls `work` once for each piece 0..pieces-1, on any of the pool's threads, and
 * returns when all are done. Results must not depend on which thread runs a piece: pieces are cut
 * by the shape of the work, never by the number of threads. `worker` (0..threads-1) picks scratch
 * memory. Not reentrant: one caller at a time, no nesting. Denormals are flushed to zero while a
 * piece runs, on every thread alike. */
typedef struct _ThawPool ThawPool;
typedef void (*ThawPieceFunc) (void *user, int piece, int worker);

ThawPool *
thaw_pool_new (int threads); /* threads >= 1; 0 = one for each core this process may use */
void thaw_pool_free (ThawPool *pool);
int thaw_pool_threads (const ThawPool *pool);
void thaw_pool_run (ThawPool *pool, int pieces, ThawPieceFunc work, void *user);
/* Pieces that can wait: threads take them while they would wait for others, in this call or during
 * thaw_pool_run from now on, and all that are left in thaw_pool_finish. At most `most` are left
 * when the call returns (none with one thread). All have the same `work` and `user` until they are
 * finished, and numbers that go on from call to call, from 0; they may run beside pieces of
 * thaw_pool_run, and what they read and write is nobody else's until then. */
void thaw_pool_later (ThawPool *pool, int pieces, ThawPieceFunc work, void *user, int most);
void thaw_pool_finish (ThawPool *pool);
int thaw_cores (void); /* processors this process may use (affinity), >= 1 */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawPool, thaw_pool_free)

/* --- What the processor offers --------------------------------------------------------------- */
typedef enum {
  THAW_CPU_AVX2 = 1 << 0,
  THAW_CPU_AVX512 = 1 << 1, /* F, BW, DQ, VL and CD together */
} ThawCpuFlags;

/* What is there and not masked. The variable THAW_CPU ("c", "avx2", "avx512") limits it for the
 * whole program: read once, at the first call. */
unsigned int thaw_cpu_flags (void);
/* Tests choose variants: flags outside `mask` count as missing from the next choice on. */
void thaw_cpu_set_mask (unsigned int mask);

/* --- Named tensors ---------------------------------------------------------------------------
 * What weight files hold: row-major, little-endian host memory, PyTorch's names and layouts (OIHW,
 * (out, in)). */
typedef enum {
  THAW_DTYPE_BOOL,
  THAW_DTYPE_U8,
  THAW_DTYPE_I8,
  THAW_DTYPE_I16,
  THAW_DTYPE_U16,
  THAW_DTYPE_F16,
  THAW_DTYPE_BF16,
  THAW_DTYPE_I32,
  THAW_DTYPE_U32,
  THAW_DTYPE_F32,
  THAW_DTYPE_F64,
  THAW_DTYPE_I64,
  THAW_DTYPE_U64,
  THAW_N_DTYPES
} ThawDtype;

#define THAW_MAX_DIMS 8

typedef struct {
  char *name;
  ThawDtype dtype;
  int ndim; /* 0 = scalar */
  uint64_t shape[THAW_MAX_DIMS];
  uint64_t count; /* product of shape, 1 for a scalar */
  uint64_t bytes; /* count * size of dtype            */
  void *data;     /* owned, 64-byte aligned; NULL only when bytes is 0 */
  GBytes *home; /* (nullable) owned: holds the memory of data, which then is not freed by itself */
} ThawTensor;

/* An ordered collection of tensors with unique names, and string metadata. */
typedef struct _ThawStateDict ThawStateDict;

const char *thaw_dtype_name (ThawDtype dtype); /* "F32", as safetensors writes it */
size_t thaw_dtype_size (ThawDtype dtype);

/* A zeroed tensor. NULL when the size overflows or memory is short. (transfer full) */
ThawTensor *thaw_tensor_new (const char *name, ThawDtype dtype, int ndim, const uint64_t *shape)
    G_GNUC_WARN_UNUSED_RESULT;
/* The same over memory that is there: `data`, 64-byte aligned and inside `home`, has the bytes that
 * the shape asks for; `home` is referenced as long as the tensor lasts. NULL when the size
 * overflows. (transfer full) */
ThawTensor *thaw_tensor_over (const char *name,
                              ThawDtype dtype,
                              int ndim,
                              const uint64_t *shape,
                              GBytes *home,
                              void *data) G_GNUC_WARN_UNUSED_RESULT;
/* Bytes that a tensor of this shape takes; false when they are beyond 64 bits. */
bool thaw_tensor_bytes (ThawDtype dtype, int ndim, const uint64_t *shape, uint64_t *bytes);
void thaw_tensor_free (ThawTensor *tensor);
char *thaw_tensor_shape_text (
    const ThawTensor *tensor); /* "(64, 3, 7, 7)", "()" for a scalar (transfer full) */
/* out: count floats, overwritten; any dtype is converted, F64 and integers rounded to nearest. */
void thaw_tensor_to_f32 (const ThawTensor *tensor, float *out);
/* A float32 tensor in half precision, rounded to nearest even. NULL when memory is short, or when a
 * finite value is too large for it (65520 and more): *at is its place then, else -1.
 * (transfer full) */
ThawTensor *thaw_tensor_to_f16 (const ThawTensor *tensor, int64_t *at) G_GNUC_WARN_UNUSED_RESULT;
/* Number of NaN and infinite elements; 0 for integer types. */
uint64_t thaw_tensor_count_nonfinite (const ThawTensor *tensor);

ThawStateDict *thaw_state_dict_new (void) G_GNUC_WARN_UNUSED_RESULT;
void thaw_state_dict_free (ThawStateDict *dict);
/* FALSE, and nothing taken, when the name exists already. (transfer full on success) */
bool thaw_state_dict_add (ThawStateDict *dict, ThawTensor *tensor);
/* Moves the tensors whose names begin with `prefix` into a new dictionary, in order and without the
 * prefix; nothing is copied. Metadata stay. (transfer full) */
ThawStateDict *thaw_state_dict_take (ThawStateDict *dict,
                                     const char *prefix) G_GNUC_WARN_UNUSED_RESULT;
/* Puts `prefix` before the name of every tensor. */
void thaw_state_dict_add_prefix (ThawStateDict *dict, const char *prefix);
size_t thaw_state_dict_size (const ThawStateDict *dict);
ThawTensor *thaw_state_dict_nth (const ThawStateDict *dict, size_t i); /* (transfer none) */
ThawTensor *thaw_state_dict_find (const ThawStateDict *dict,
                                  const char *name); /* (transfer none) (nullable) */
void thaw_state_dict_set_meta (ThawStateDict *dict, const char *key, const char *value);
const char *thaw_state_dict_meta (const ThawStateDict *dict, const char *key); /* (nullable) */
GList *thaw_state_dict_meta_keys (const ThawStateDict *dict); /* sorted; (transfer container) */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawTensor, thaw_tensor_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawStateDict, thaw_state_dict_free)

float thaw_f16_to_f32 (uint16_t half);
uint16_t thaw_f32_to_f16 (float value); /* round to nearest even; overflow gives infinity */

/* Neighbouring elements of an array. */
typedef struct {
  uint64_t start, count;
} ThawSpan;

/* --- Memory, files ---------------------------------------------------------------------------- */
void *thaw_aligned_new0 (size_t bytes); /* 64-byte aligned, zeroed; NULL when short of memory */
void thaw_aligned_free (void *block);
/* Opens a regular file for reading (O_NONBLOCK, fstat says regular, close-on-exec): its descriptor
 * and size; -1 and a G_FILE_ERROR sentence that names the file. Every reader opens through this. */
int thaw_file_open (const char *path, uint64_t *bytes, GError **error);
/* From now on thaw_file_open (path) gives a duplicate of `fd`, which stays the caller's and open:
 * for a process that may open nothing itself. One path; before there are threads. */
void thaw_file_hand (const char *path, int fd);
/* Lower-case hexadecimal SHA-256 of a file read with pread. NULL and error on failure (transfer
 * full). */
char *thaw_file_sha256 (const char *path, uint64_t *bytes, GError **error);
/* 32 hexadecimal digits from the system's random source (transfer full). */
char *thaw_random_id (void);
/* Reads a regular file of at most `max` bytes (O_NONBLOCK, fstat says regular, pread). A
 * G_FILE_ERROR sentence that names the file otherwise. The bytes are followed by a NUL that is not
 * counted. */
char *thaw_file_read (const char *path, size_t max, size_t *length, GError **error);

/* --- Texts ------------------------------------------------------------------------------------ */
/* Has the program's texts translated: from where THAW_LOCALEDIR says, else from share/locale beside
 * the bin or libexec folder that the program lies in, else from `configured`. After setlocale. */
void thaw_texts_bind (const char *configured);

/* --- Statistics of series ----------------------------------------------------------------------
 */
/* Volatility of a loss curve: standard deviation of the values around a centred moving average of
 * `window` points (shrunk at the ends), non-finite values left out. window <= 1 uses max(5, n /
 * 20). 0 for fewer than 3 values. */
double thaw_volatility (const double *values, size_t n, size_t window);

G_END_DECLS
