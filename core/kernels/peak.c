/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The limits of this machine, measured: arithmetic in registers and traffic of memory. */
#include "peak.h"

#include <stdatomic.h>
#include <string.h>

#define OPERATIONS_A_CALL 1.2e9 /* a thread: 5 ms at 240 GFLOPS       */
#define BYTES_A_CALL 5e8        /* all threads: 5 ms at 100 GB/s      */
#define BLOCK 64                /* floats: what a loop reads at a time, and more */

/* Where results go, so that no loop is thought useless. */
static _Atomic float sink;

static const PeakLoops *
loops_of (ThawIsa isa)
{
#ifdef THAW_HAVE_X86_VARIANTS
  if (isa == THAW_ISA_AVX512)
    return &thaw_peak_avx512;
  if (isa == THAW_ISA_AVX2)
    return &thaw_peak_avx2;
#endif
  return isa == THAW_ISA_BASE ? &thaw_peak_c : NULL;
}

const char *
thaw_isa_name (ThawIsa isa)
{
  static const char *const names[] = {
      [THAW_ISA_BASE] = "base", [THAW_ISA_AVX2] = "avx2", [THAW_ISA_AVX512] = "avx512"};

  g_return_val_if_fail ((int) isa >= 0 && isa < THAW_N_ISAS, NULL);
  return names[isa];
}

bool
thaw_isa_available (ThawIsa isa)
{
  unsigned int flags = thaw_cpu_flags ();

  if (loops_of (isa) == NULL)
    return false;
#if defined(__x86_64__)
  if (isa != THAW_ISA_BASE && !__builtin_cpu_supports ("fma"))
    return false;
#endif
  if (isa == THAW_ISA_AVX2)
    return (flags & THAW_CPU_AVX2) != 0;
  if (isa == THAW_ISA_AVX512)
    return (flags & THAW_CPU_AVX2) != 0 && (flags & THAW_CPU_AVX512) != 0;
  return true;
}

static const PeakLoops *
widest (void)
{
  for (int isa = THAW_N_ISAS - 1; isa > THAW_ISA_BASE; isa--)
    if (thaw_isa_available ((ThawIsa) isa))
      return loops_of ((ThawIsa) isa);
  return &thaw_peak_c;
}

typedef struct {
  const PeakLoops *loops;
  const ThawKernels *kernels;
  ThawTraffic traffic;
  float *buffer;
  size_t slice; /* floats of one array of one thread */
  uint64_t turns;
} Job;

static const struct {
  size_t arrays, bytes; /* bytes: that count, of an element */
} traffics[] = {
    [THAW_TRAFFIC_READ] = {1, 4}, [THAW_TRAFFIC_UPDATE] = {3, 24}, [THAW_TRAFFIC_ADAM] = {4, 28}};

static void
work_madds (void *user, int piece, int worker)
{
  const Job *job = user;

  atomic_store_explicit (&sink, job->loops->madds (job->turns, (float) (piece + 1)),
                         memory_order_relaxed);
}

/* The middle of a run: averages that have settled. */
static void
begin_adam (float *x, size_t slice)
{
  static const float start[] = {1, 0.01f, 0.01f, 1e-4f};

  for (size_t a = 0; a < 4; a++)
    for (size_t i = 0; i < slice; i++)
      x[a * slice + i] = start[a];
}

static void
work_traffic (void *user, int piece, int worker)
{
  static const ThawAdam adam = {-1e-6f, 1e-4f, 0.9f, 0.1f, 0.999f, 0.001f, 1, 1e-8f, false};
  const Job *job = user;
  size_t slice = job->slice;
  float *x = job->buffer + (size_t) piece * traffics[job->traffic].arrays * slice;

  for (uint64_t t = 0; t < job->turns; t++) {
    if (job->traffic == THAW_TRAFFIC_READ)
      atomic_store_explicit (&sink, job->loops->read (x, slice), memory_order_relaxed);
    else if (job->traffic == THAW_TRAFFIC_UPDATE)
      job->loops->update (x, x + slice, x + 2 * slice, slice);
    else
      job->kernels->adam (&adam, slice, x, x + slice, x + 2 * slice, x + 3 * slice, NULL);
  }
}

/* Seconds of a call, after one that wakes the threads and fills the caches. */
static double
seconds_of (ThawPool *pool, int threads, ThawPieceFunc work, Job *job)
{
  uint64_t turns = job->turns;
  gint64 begin;

  job->turns = MAX (turns / 16, 1);
  thaw_pool_run (pool, threads, work, job);
  job->turns = turns;
  begin = g_get_monotonic_time ();
  thaw_pool_run (pool, threads, work, job);
  return (double) MAX (g_get_monotonic_time () - begin, 1) / 1e6;
}

double
thaw_measure_gflops (ThawIsa isa, ThawPool *pool, int threads)
{
  Job job = {.loops = loops_of (isa)};

  g_return_val_if_fail (thaw_isa_available (isa), 0);
  g_return_val_if_fail (threads >= 1 && threads <= thaw_pool_threads (pool), 0);
  job.turns = (uint64_t) (OPERATIONS_A_CALL / (double) job.loops->operations);
  return (double) threads * (double) job.turns * (double) job.loops->operations / 1e9 /
         seconds_of (pool, threads, work_madds, &job);
}

double
thaw_measure_bandwidth (
    ThawTraffic traffic, ThawPool *pool, int threads, float *buffer, size_t bytes)
{
  Job job = {.loops = widest (), .kernels = thaw_kernels (), .traffic = traffic, .buffer = buffer};
  size_t arrays = traffics[traffic].arrays;
  double moved;

  g_return_val_if_fail (threads >= 1 && threads <= thaw_pool_threads (pool), 0);
  job.slice = bytes / sizeof (float) / arrays / (size_t) threads / BLOCK * BLOCK;
  g_return_val_if_fail (job.slice > 0, 0);
  moved = (double) (job.slice * traffics[traffic].bytes * (size_t) threads);
  for (int i = 0; traffic == THAW_TRAFFIC_ADAM && i < threads; i++)
    begin_adam (buffer + (size_t) i * arrays * job.slice, job.slice);
  job.turns = (uint64_t) (BYTES_A_CALL / moved) + 1;
  return moved * (double) job.turns / 1e9 / seconds_of (pool, threads, work_traffic, &job);
}

/* One line of what the kernel says of cache `index` of the first processor. (transfer full) */
static char *
cache_line (int index, const char *what)
{
  g_autofree char *path =
      g_strdup_printf ("/sys/devices/system/cpu/cpu0/cache/index%d/%s", index, what);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? g_strstrip (text) : NULL;
}

size_t
thaw_cache_bytes (int level)
{
  static const size_t usual[] = {32 << 10, 512 << 10, 8 << 20};

  g_return_val_if_fail (level >= 1 && level <= 3, 0);
  for (int i = 0; i < 8; i++) {
    g_autofree char *which = cache_line (i, "level"), *type = cache_line (i, "type");
    g_autofree char *size = cache_line (i, "size");
    char *unit = NULL;
    guint64 n;
    if (which == NULL || type == NULL || size == NULL)
      break;
    n = g_ascii_strtoull (size, &unit, 10);
    if (which[0] == '0' + level && strcmp (type, "Instruction") != 0 && n > 0 && n < 1 << 20)
      return (size_t) n * (*unit == 'M' ? 1 << 20 : *unit == 'K' ? 1 << 10 : 1);
  }
  return usual[level - 1];
}
