/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "source.h"
#include "thaw-catalogues.h"

void
source_clear (Source *source)
{
  g_clear_pointer (&source->preset, g_free);
  g_clear_pointer (&source->recipe, g_free);
  g_clear_pointer (&source->like, g_free);
  g_clear_pointer (&source->data, g_free);
  g_clear_pointer (&source->set, g_strfreev);
}

int
source_check (const Source *source)
{
  if ((source->preset != NULL) + (source->recipe != NULL) + (source->like != NULL) > 1)
    return cli_fail_usage (_ ("--preset, --recipe and --like exclude each other"));
  return CLI_OK;
}

/* The recipe and the data of another run. */
static bool
take_after (Source *source, Session *session, GError **error)
{
  g_autoptr (ThawStore) store = cli_store (THAW_STORE_READ, error);
  g_autoptr (ThawRun) run = NULL;
  g_autoptr (ThawRecipe) recipe = NULL;

  run = store != NULL ? thaw_store_find_run (store, source->like, error) : NULL;
  if (run == NULL)
    return false;
  recipe = thaw_recipe_parse (run->recipe, -1, _ ("the run's recipe"), thaw_catalogues (), error);
  if (recipe == NULL)
    return false;
  session->recipe =
      source->set != NULL
          ? thaw_recipe_with (recipe, (const char *const *) source->set, thaw_catalogues (), error)
          : g_steal_pointer (&recipe);
  g_free (source->like);
  source->like = g_strdup (run->id);
  if (source->data == NULL)
    source->data = g_strdup (run->data_path);
  return session->recipe != NULL;
}

bool
source_read (Source *source, Session *session, GError **error)
{
  if (source->like != NULL && !take_after (source, session, error))
    return false;
  if (source->like == NULL)
    session->recipe =
        session_recipe (source->preset != NULL ? source->preset : SOURCE_DEFAULT_PRESET,
                        source->recipe, (const char *const *) source->set, error);
  if (session->recipe == NULL)
    return false;
  session->seed_drawn = thaw_recipe_draw_seed (session->recipe);
  return true;
}

const char *
source_preset (const Source *source)
{
  return source->recipe == NULL && source->like == NULL ? source->preset : NULL;
}
