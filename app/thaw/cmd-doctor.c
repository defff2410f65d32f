/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw doctor: looks at all that a home is made of, says how it stands, and mends what can be
 * mended without losing anything. */
#include "doctor.h"

int
cmd_doctor (int argc, char **argv)
{
  g_auto (Doctor) doctor = {0};
  gboolean repair = FALSE, quick = FALSE, json = FALSE;
  int status;
  const GOptionEntry entries[] = {
      {"repair", 0, 0, G_OPTION_ARG_NONE, &repair,
       N_ ("Mend what can be mended safely: after a copy, and deleting nothing"), NULL},
      {"quick", 'q', 0, G_OPTION_ARG_NONE, &quick,
       N_ ("Compare sizes only: read no checkpoint, data set or file of weights whole"), NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 0, 0, &status))
    return status;
  doctor.home = thaw_store_default_home ();
  doctor.repair = repair;
  doctor.quick = quick;
  doctor_look_at_home (&doctor);
  doctor_look_at_store (&doctor);
  doctor_look_at_runs (&doctor);
  doctor_look_at_checkpoints (&doctor);
  doctor_look_at_space (&doctor);
  doctor_look_at_data (&doctor);
  doctor_look_at_weights (&doctor);
  doctor_look_at_machine (&doctor);
  if (json)
    doctor_print_json (&doctor);
  else
    doctor_print_text (&doctor);
  return doctor_count (&doctor, DOCTOR_WRONG) > 0 ? CLI_FAILED : CLI_OK;
}
