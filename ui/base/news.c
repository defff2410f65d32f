/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "news.h"

ThawNews *
thaw_news_new (ThawNewsKind kind)
{
  ThawNews *news = g_new0 (ThawNews, 1);

  news->kind = kind;
  return news;
}

void
thaw_news_free (ThawNews *news)
{
  if (news == NULL)
    return;
  g_free (news->message);
  g_free (news->id);
  g_clear_pointer (&news->summaries, g_ptr_array_unref);
  g_clear_pointer (&news->dead, g_ptr_array_unref);
  g_clear_pointer (&news->iterations, g_array_unref);
  g_clear_pointer (&news->epochs, g_array_unref);
  g_clear_pointer (&news->events, g_array_unref);
  g_clear_pointer (&news->attempts, g_array_unref);
  g_clear_pointer (&news->artifacts, g_ptr_array_unref);
  g_free (news);
}
