/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture-load.h"
#include "thaw-foreign.h"

enum { MOST_PX = 4096 }; /* what the engine reads */

static void
texture_unref (void *data)
{
  if (data != NULL)
    g_object_unref (data);
}

/* As the engine sees it: read by the same reader, in a process of its own. (transfer full)
 * (nullable) */
static GdkTexture *
texture_of (const char *path, GCancellable *cancel)
{
  int h, w;
  g_autoptr (GBytes) pixels =
      path != NULL ? thaw_foreign_picture_whole (path, MOST_PX, &h, &w, cancel, NULL) : NULL;

  if (pixels == NULL)
    return NULL;
  return gdk_memory_texture_new (w, h, GDK_MEMORY_R8G8B8, pixels, (gsize) w * 3);
}

static void
load_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancel)
{
  char **paths = data;
  GPtrArray *textures = g_ptr_array_new_with_free_func (texture_unref);

  for (int i = 0; paths[i] != NULL && !g_cancellable_is_cancelled (cancel); i++)
    g_ptr_array_add (textures, texture_of (paths[i], cancel));
  g_task_return_pointer (task, textures, (GDestroyNotify) g_ptr_array_unref);
}

void
thaw_pictures_load (const char *const *paths,
                    GCancellable *cancel,
                    GAsyncReadyCallback done,
                    gpointer user)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancel, done, user);

  g_task_set_source_tag (task, thaw_pictures_load);
  g_task_set_task_data (task, g_strdupv ((char **) paths), (GDestroyNotify) g_strfreev);
  g_task_run_in_thread (task, load_thread);
}

GPtrArray *
thaw_pictures_load_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
