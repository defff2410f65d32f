/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Started by thaw as its helper: confined, then it does what the path says. Started by hand with
 * --free CANARY VICTIM ATTACK: the same without confinement, so that a test sees that the attack is
 * one: exit status 0 when it got through. */
#include "hostile.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const HostileAttack *
find_attack (const char *name)
{
  for (const HostileAttack *a = hostile_attacks; a->name != NULL; a++)
    if (strcmp (a->name, name) == 0)
      return a;
  return NULL;
}

/* "got through" as the name of the only tensor. */
static int
tell (HostileEnd end)
{
  ThawParcel *parcel;
  g_autoptr (ThawStateDict) dict = thaw_state_dict_new ();
  const uint64_t shape[] = {1};
  const char *name = end == HOSTILE_GOT_THROUGH ? "got through" : "refused";

  if (end == HOSTILE_SILENT)
    return 0;
  parcel = thaw_confine_answer ();
  thaw_state_dict_add (dict, thaw_tensor_new (name, THAW_DTYPE_F32, 1, shape));
  thaw_pack_weights (parcel, dict, THAW_FORMAT_SAFETENSORS);
  return thaw_parcel_finish (parcel) ? 0 : 1;
}

static int
serve (void)
{
  ThawParcelTaking question;
  int input;
  ThawAsk ask;
  const char *path, *name;
  const HostileAttack *attack;

  hostile_victim = getppid ();
  if (!thaw_confine_enter (&question, &input))
    return 1;
  ask = (ThawAsk) thaw_parcel_take_number (&question, THAW_N_ASKS - 1);
  if (ask == THAW_ASK_SET || ask == THAW_ASK_PICTURE || ask == THAW_ASK_WHOLE)
    thaw_parcel_take_number (&question, UINT64_MAX);
  if (ask == THAW_ASK_SET)
    thaw_parcel_take_number (&question, UINT64_MAX);
  path = thaw_parcel_take_text (&question, THAW_PATH_MOST);
  name = path != NULL ? strrchr (path, '/') : NULL;
  if (name == NULL)
    return 1;
  hostile_canary = path; /* the test made it so that it lies in its own folder */
  attack = find_attack (name + 1);
  if (attack != NULL)
    return tell (attack->attempt ());
  return hostile_lie (name + 1, ask) ? 0 : 1;
}

int
main (int argc, char **argv)
{
  const HostileAttack *attack = argc == 5 ? find_attack (argv[4]) : NULL;

  if (argc == 1)
    _exit (serve ());
  if (attack == NULL || strcmp (argv[1], "--free") != 0)
    return 2;
  hostile_canary = argv[2];
  hostile_victim = atoi (argv[3]);
  _exit (attack->attempt () == HOSTILE_GOT_THROUGH ? 0 : 1);
}
