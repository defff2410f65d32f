/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The student's guide in one language: its pages, in the order in which its first page names them,
 * read from a folder of the program's resources. Knows no widget. */
#pragma once

#include "guide-text.h"

G_BEGIN_DECLS

typedef struct {
  char *name;  /* "curves.md" */
  char *title; /* its first heading */
  ThawGuideText *text;
  char *folded; /* all of its words, for searching */
} ThawGuidePage;

typedef struct {
  char *root;       /* ends with '/' */
  GPtrArray *pages; /* of ThawGuidePage; the first is "index.md", if there is any */
} ThawGuide;

/* The folder of the language that the program speaks, else of English. (transfer full) */
char *thaw_guide_root (void) G_GNUC_WARN_UNUSED_RESULT;
/* root: a resource path. A page that is named but not there is left out; a guide without a page is
 * an empty one. (transfer full) */
ThawGuide *thaw_guide_new (const char *root) G_GNUC_WARN_UNUSED_RESULT;
void thaw_guide_free (ThawGuide *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawGuide, thaw_guide_free)

/* The place of a page, -1 when there is none of that name. */
int thaw_guide_find (const ThawGuide *self, const char *name);
/* Where a link of a page leads. FALSE: nowhere in the guide. *anchor: (nullable), within link. */
bool thaw_guide_follow (
    const ThawGuide *self, int from, const char *link, int *page, const char **anchor);
/* The place of the heading in a page, -1 when there is none. */
int thaw_guide_find_anchor (const ThawGuidePage *page, const char *anchor);
/* The resource of a picture that a page names; NULL when there is none. (transfer full)(nullable)
 */
char *thaw_guide_picture (const ThawGuide *self, const char *file) G_GNUC_WARN_UNUSED_RESULT;

/* The place of the block of a page that has most of the words, -1 when the page lacks one of them.
 * folded: words, through thaw_guide_fold (). */
int thaw_guide_search (const ThawGuidePage *page, const char *const *folded);
char *thaw_guide_fold (const char *text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
