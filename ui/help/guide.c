/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "guide.h"

#include "thaw-ui.h"

#include <gio/gio.h>
#include <locale.h>
#include <string.h>
#include <thaw-guide-bundle.h> /* made by glib-compile-resources */

#define ROOT THAW_RESOURCE_PATH "guide/"
#define FIRST "index.md"

static void
page_free (ThawGuidePage *page)
{
  g_free (page->name);
  g_free (page->title);
  thaw_guide_text_free (page->text);
  g_free (page->folded);
  g_free (page);
}

char *
thaw_guide_fold (const char *text)
{
  g_autofree char *normal = g_utf8_normalize (text, -1, G_NORMALIZE_NFKC);

  return g_utf8_casefold (normal != NULL ? normal : "", -1);
}

static char *
fold_all (const ThawGuideText *text)
{
  GString *all = g_string_new (NULL);

  for (guint i = 0; i < text->blocks->len; i++) {
    const ThawGuideBlock *block = text->blocks->pdata[i];
    g_autofree char *folded = thaw_guide_fold (block->text);
    g_string_append (all, folded);
    g_string_append_c (all, '\n');
  }
  return g_string_free (all, FALSE);
}

static bool
add_page (ThawGuide *self, const char *name)
{
  g_autofree char *path = g_strconcat (self->root, name, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  ThawGuidePage *page;
  const char *markdown, *title;
  gsize length;

  if (bytes == NULL)
    return false;
  markdown = g_bytes_get_data (bytes, &length);
  page = g_new0 (ThawGuidePage, 1);
  page->name = g_strdup (name);
  page->text = thaw_guide_text_new (markdown != NULL ? markdown : "", length);
  title = thaw_guide_text_title (page->text);
  page->title = g_strdup (title != NULL && *title != '\0' ? title : name);
  page->folded = fold_all (page->text);
  g_ptr_array_add (self->pages, page);
  return true;
}

static bool
is_page_name (const char *link)
{
  return g_str_has_suffix (link, ".md") && strpbrk (link, "/#:?") == NULL;
}

/* --- Making one --- */

/* As gettext does it, so that guide and window speak alike. */
char *
thaw_guide_root (void)
{
  const char *locale = setlocale (LC_MESSAGES, NULL);
  const char *const *names = g_get_language_names ();

  g_resources_register (thaw_guide_bundle_get_resource ());
  for (int i = 0; names[i] != NULL && strcmp (locale, "C") != 0; i++) {
    g_autofree char *first = g_strconcat (ROOT, names[i], "/", FIRST, NULL);
    if (strcmp (names[i], "C") == 0)
      break;
    if (strpbrk (names[i], "./") == NULL &&
        g_resources_get_info (first, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL, NULL, NULL))
      return g_strconcat (ROOT, names[i], "/", NULL);
  }
  return g_strdup (ROOT "en/");
}

ThawGuide *
thaw_guide_new (const char *root)
{
  ThawGuide *self = g_new0 (ThawGuide, 1);
  const ThawGuidePage *first;

  self->root = g_strdup (root);
  self->pages = g_ptr_array_new_with_free_func ((GDestroyNotify) page_free);
  if (!add_page (self, FIRST))
    return self;
  first = self->pages->pdata[0];
  for (guint i = 0; i < first->text->links->len; i++) {
    const char *link = first->text->links->pdata[i];
    if (is_page_name (link) && thaw_guide_find (self, link) < 0)
      add_page (self, link);
  }
  return self;
}

void
thaw_guide_free (ThawGuide *self)
{
  g_free (self->root);
  g_ptr_array_unref (self->pages);
  g_free (self);
}

/* --- Finding --- */

int
thaw_guide_find (const ThawGuide *self, const char *name)
{
  for (guint i = 0; i < self->pages->len; i++)
    if (strcmp (((ThawGuidePage *) self->pages->pdata[i])->name, name) == 0)
      return (int) i;
  return -1;
}

int
thaw_guide_find_anchor (const ThawGuidePage *page, const char *anchor)
{
  for (guint i = 0; i < page->text->blocks->len; i++) {
    const ThawGuideBlock *block = page->text->blocks->pdata[i];
    if (block->anchor != NULL && strcmp (block->anchor, anchor) == 0)
      return (int) i;
  }
  return -1;
}

bool
thaw_guide_follow (
    const ThawGuide *self, int from, const char *link, int *page, const char **anchor)
{
  const char *hash = strchr (link, '#');
  g_autofree char *name = g_strndup (link, hash != NULL ? (gsize) (hash - link) : strlen (link));

  *page = *name == '\0' ? from : thaw_guide_find (self, name);
  *anchor = hash != NULL ? hash + 1 : NULL;
  return *page >= 0 && (guint) *page < self->pages->len;
}

char *
thaw_guide_picture (const ThawGuide *self, const char *file)
{
  g_autofree char *path = g_strconcat (self->root, file, NULL);

  if (strstr (file, "..") != NULL ||
      !g_resources_get_info (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL, NULL, NULL))
    return NULL;
  return g_steal_pointer (&path);
}

int
thaw_guide_search (const ThawGuidePage *page, const char *const *folded)
{
  int best = -1, most = 0;

  for (int i = 0; folded[i] != NULL; i++)
    if (strstr (page->folded, folded[i]) == NULL)
      return -1;
  for (guint i = 0; i < page->text->blocks->len; i++) {
    const ThawGuideBlock *block = page->text->blocks->pdata[i];
    g_autofree char *text = thaw_guide_fold (block->text);
    int n = 0;
    for (int j = 0; folded[j] != NULL; j++)
      n += strstr (text, folded[j]) != NULL;
    if (n > most) {
      most = n;
      best = (int) i;
    }
  }
  return best;
}
