/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page of the guide as what stands in it, one below the other: Markdown (CommonMark) taken apart
 * by cmark. Knows no widget. Pages are our own, but nothing in one can do more than look wrong. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef enum {
  THAW_GUIDE_HEADING,
  THAW_GUIDE_TEXT,
  THAW_GUIDE_CODE,
  THAW_GUIDE_PICTURE, /* a paragraph with nothing but a picture */
  THAW_GUIDE_RULE,
} ThawGuideKind;

typedef struct {
  ThawGuideKind kind;
  int level;    /* of a heading: 1 to 6 */
  int depth;    /* in so many lists, at most THAW_GUIDE_MOST_DEPTH */
  bool note;    /* in a quotation */
  char *marker; /* (nullable) what the first block of an item begins with: a bullet, "3." */
  char *markup; /* (nullable) heading and text: Pango's, with links as GtkLabel takes them */
  char *text;   /* the same in plain words; the lines of code; what a picture shows */
  char *anchor; /* (nullable) of a heading, as GitHub makes them of its words */
  char *file;   /* (nullable) of a picture, as the page names it */
} ThawGuideBlock;

typedef struct {
  GPtrArray *blocks; /* of ThawGuideBlock */
  GPtrArray *links;  /* of char *: where they lead, in order */
} ThawGuideText;

#define THAW_GUIDE_MOST_DEPTH 4

/* Cannot fail: bytes that are not UTF-8 become U+FFFD, HTML is left out. (transfer full) */
ThawGuideText *thaw_guide_text_new (const char *markdown, gsize length) G_GNUC_WARN_UNUSED_RESULT;
void thaw_guide_text_free (ThawGuideText *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawGuideText, thaw_guide_text_free)

/* The words of a heading as the end of a link. (transfer full) */
char *thaw_guide_anchor (const char *words) G_GNUC_WARN_UNUSED_RESULT;
/* Its first heading of the first level; NULL when it has none. (transfer none) (nullable) */
const char *thaw_guide_text_title (const ThawGuideText *self);

G_END_DECLS
