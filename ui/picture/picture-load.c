/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture-load.h"

enum { MOST_PX = 4096 };

static void
texture_unref (void *data)
{
  if (data != NULL)
    g_object_unref (data);
}

/* What the engine would take: looked at before it is decoded here, since a small file can hold a
 * picture that fills the memory. */
static bool
is_sane (const char *path)
{
  int width = 0, height = 0;

  return path != NULL && g_file_test (path, G_FILE_TEST_IS_REGULAR) &&
         gdk_pixbuf_get_file_info (path, &width, &height) != NULL && width > 0 && height > 0 &&
         width <= MOST_PX && height <= MOST_PX;
}

static void
load_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancel)
{
  char **paths = data;
  GPtrArray *textures = g_ptr_array_new_with_free_func (texture_unref);

  for (int i = 0; paths[i] != NULL && !g_cancellable_is_cancelled (cancel); i++)
    g_ptr_array_add (textures,
                     is_sane (paths[i]) ? gdk_texture_new_from_filename (paths[i], NULL) : NULL);
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
