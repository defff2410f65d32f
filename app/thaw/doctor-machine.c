/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What computes: OpenBLAS and the kernels that it chose, Thaw's own, threads, and variables of the
 * environment that change them. */
#include "bench.h"
#include "doctor.h"

static void
look_at_blas (Doctor *doctor)
{
  DoctorFinding *finding;

  thaw_blas_init ();
  if (thaw_blas_core_suits ()) {
    doctor_find (doctor, DOCTOR_IN_ORDER, "machine", NULL, NULL,
                 g_strdup_printf (_ ("%s: kernels '%s', the best that it has for this processor"),
                                  thaw_blas_config (), thaw_blas_core ()));
    return;
  }
  finding = doctor_find (
      doctor, DOCTOR_WORTH_KNOWING, "machine", NULL, NULL,
      g_strdup_printf (
          _ ("%s: kernels '%s', expected those for the vectors of this processor (%s); "
             "training takes longer than it has to"),
          thaw_blas_config (), thaw_blas_core (),
          (thaw_cpu_flags () & THAW_CPU_AVX512) != 0 ? "AVX-512" : "AVX2"));
  doctor_advise (finding, g_strdup (_ ("Unset OPENBLAS_CORETYPE and THAW_BLAS_CORE, or install an "
                                       "OpenBLAS that was built for many processors.")));
}

static void
look_at_kernels (Doctor *doctor)
{
  g_autofree char *processor = bench_processor ();
  ThawIsa best = THAW_ISA_BASE;
  const char *wish = g_getenv ("THAW_CPU");

  for (int isa = 0; isa < THAW_N_ISAS; isa++)
    if (thaw_isa_available ((ThawIsa) isa))
      best = (ThawIsa) isa;
  doctor_find (doctor, DOCTOR_IN_ORDER, "machine", NULL, NULL,
               g_strdup_printf (_ ("%s: Thaw's own kernels '%s', vectors up to '%s'; %d threads"),
                                processor, thaw_kernels ()->name, thaw_isa_name (best),
                                thaw_cores ()));
  if (wish != NULL) {
    DoctorFinding *finding =
        doctor_find (doctor, DOCTOR_WORTH_KNOWING, "machine", NULL, NULL,
                     g_strdup_printf (_ ("THAW_CPU is '%s': Thaw uses no better kernels than that, "
                                         "and other kernels give other bits"),
                                      wish));
    doctor_advise (finding, g_strdup (_ ("Unset it unless you compare kernels.")));
  }
}

static void
look_at_variables (Doctor *doctor)
{
  g_autoptr (GString) set = g_string_new (NULL);

  for (const char *const *name = bench_variables; *name != NULL; name++)
    if (g_getenv (*name) != NULL)
      g_string_append_printf (set, "%s%s=%s", set->len > 0 ? ", " : "", *name, g_getenv (*name));
  if (set->len > 0)
    doctor_find (doctor, DOCTOR_WORTH_KNOWING, "machine", NULL, NULL,
                 g_strdup_printf (_ ("the environment changes what OpenBLAS does: %s; Thaw sets "
                                     "threads and kernels itself"),
                                  set->str));
}

void
doctor_look_at_machine (Doctor *doctor)
{
  look_at_blas (doctor);
  look_at_kernels (doctor);
  look_at_variables (doctor);
}
