/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tree is walked by cmark's iterator, so that no nesting however deep needs a deep stack. */
#include "guide-text.h"

#include <cmark.h>
#include <string.h>

typedef struct {
  ThawGuideText *text;
  GArray *numbers; /* of int, a list each: of its next item, 0: bullets */
  GString *markup, *plain;
  char *marker;  /* (nullable) of the item that begins */
  char *picture; /* (nullable) the paragraph is this picture alone */
  int quotes, links;
  bool broken; /* the line ended: a space, unless both sides are written without */
} Walk;

static void
block_free (ThawGuideBlock *block)
{
  g_free (block->marker);
  g_free (block->markup);
  g_free (block->text);
  g_free (block->anchor);
  g_free (block->file);
  g_free (block);
}

void
thaw_guide_text_free (ThawGuideText *self)
{
  g_ptr_array_unref (self->blocks);
  g_ptr_array_unref (self->links);
  g_free (self);
}

char *
thaw_guide_anchor (const char *words)
{
  g_autofree char *lower = g_utf8_strdown (words, -1);
  GString *anchor = g_string_new (NULL);

  for (const char *p = lower; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if (c == ' ')
      g_string_append_c (anchor, '-');
    else if (c == '-' || c == '_' || g_unichar_isalnum (c))
      g_string_append_unichar (anchor, c);
  }
  return g_string_free (anchor, FALSE);
}

const char *
thaw_guide_text_title (const ThawGuideText *self)
{
  for (guint i = 0; i < self->blocks->len; i++) {
    const ThawGuideBlock *block = self->blocks->pdata[i];
    if (block->kind == THAW_GUIDE_HEADING && block->level == 1)
      return block->text;
  }
  return NULL;
}

/* --- Words --- */

static bool
is_wide_end (const char *text, gsize length)
{
  const char *last = g_utf8_find_prev_char (text, text + length);

  return last != NULL && g_unichar_iswide (g_utf8_get_char (last));
}

/* A line that ended before these words. */
static void
end_line (Walk *walk, const char *words)
{
  if (!walk->broken || *words == '\0')
    return;
  walk->broken = false;
  if (is_wide_end (walk->plain->str, walk->plain->len) &&
      g_unichar_iswide (g_utf8_get_char (words)))
    return;
  g_string_append_c (walk->markup, ' ');
  g_string_append_c (walk->plain, ' ');
}

static void
add_words (Walk *walk, const char *words)
{
  g_autofree char *escaped = g_markup_escape_text (words, -1);

  end_line (walk, words);
  g_string_append (walk->markup, escaped);
  g_string_append (walk->plain, words);
}

static void
add_code_words (Walk *walk, const char *words)
{
  end_line (walk, words);
  g_string_append (walk->markup, "<tt>");
  add_words (walk, words);
  g_string_append (walk->markup, "</tt>");
}

static const char *
first_words (cmark_node *node)
{
  while (node != NULL && cmark_node_get_literal (node) == NULL)
    node = cmark_node_first_child (node);
  return node != NULL ? cmark_node_get_literal (node) : "";
}

/* What is before a link is not underlined with it. A link in a link is only its words. */
static void
add_link (Walk *walk, cmark_node *node, bool enter)
{
  const char *url = cmark_node_get_url (node);
  g_autofree char *tag = g_markup_printf_escaped ("<a href=\"%s\">", url);

  if (enter) {
    end_line (walk, first_words (node));
    g_ptr_array_add (walk->text->links, g_strdup (url));
    if (walk->links++ == 0)
      g_string_append (walk->markup, tag);
  } else if (--walk->links == 0) {
    g_string_append (walk->markup, "</a>");
  }
}

/* --- Blocks --- */

static ThawGuideBlock *
add_block (Walk *walk, ThawGuideKind kind, char *text)
{
  ThawGuideBlock *block = g_new0 (ThawGuideBlock, 1);

  block->kind = kind;
  block->depth = (int) MIN (walk->numbers->len, THAW_GUIDE_MOST_DEPTH);
  block->note = walk->quotes > 0;
  block->marker = g_steal_pointer (&walk->marker);
  block->text = text;
  g_ptr_array_add (walk->text->blocks, block);
  return block;
}

static void
begin_words (Walk *walk, cmark_node *node)
{
  cmark_node *child = cmark_node_first_child (node);

  g_string_truncate (walk->markup, 0);
  g_string_truncate (walk->plain, 0);
  walk->broken = false;
  if (cmark_node_get_type (node) == CMARK_NODE_PARAGRAPH && child != NULL &&
      cmark_node_get_type (child) == CMARK_NODE_IMAGE && cmark_node_next (child) == NULL)
    walk->picture = g_strdup (cmark_node_get_url (child));
}

static void
end_words (Walk *walk, cmark_node *node)
{
  bool heading = cmark_node_get_type (node) == CMARK_NODE_HEADING;
  ThawGuideKind kind = walk->picture != NULL ? THAW_GUIDE_PICTURE
                       : heading             ? THAW_GUIDE_HEADING
                                             : THAW_GUIDE_TEXT;
  ThawGuideBlock *block = add_block (walk, kind, g_strdup (walk->plain->str));

  if (kind == THAW_GUIDE_PICTURE) {
    block->file = g_steal_pointer (&walk->picture);
    return;
  }
  if (heading) {
    block->level = cmark_node_get_heading_level (node);
    block->anchor = thaw_guide_anchor (block->text);
  }
  block->markup = g_strdup (walk->markup->str);
}

static void
begin_item (Walk *walk)
{
  int *next = &g_array_index (walk->numbers, int, walk->numbers->len - 1);

  g_free (walk->marker);
  walk->marker = *next == 0 ? g_strdup ("•") : g_strdup_printf ("%d.", (*next)++);
}

static void
begin_list (Walk *walk, cmark_node *node)
{
  int first = cmark_node_get_list_type (node) == CMARK_ORDERED_LIST
                  ? MAX (1, cmark_node_get_list_start (node))
                  : 0;

  g_array_append_val (walk->numbers, first);
}

static void
add_code (Walk *walk, cmark_node *node)
{
  char *text = g_strdup (cmark_node_get_literal (node));

  add_block (walk, THAW_GUIDE_CODE, g_strchomp (text));
}

/* --- The walk --- */

static void
visit_inline (Walk *walk, cmark_node *node, bool enter)
{
  switch (cmark_node_get_type (node)) {
  case CMARK_NODE_TEXT:
    add_words (walk, cmark_node_get_literal (node));
    break;
  case CMARK_NODE_CODE:
    add_code_words (walk, cmark_node_get_literal (node));
    break;
  case CMARK_NODE_SOFTBREAK:
    walk->broken = true;
    break;
  case CMARK_NODE_LINEBREAK:
    g_string_append_c (walk->markup, '\n');
    g_string_append_c (walk->plain, '\n');
    break;
  case CMARK_NODE_EMPH:
  case CMARK_NODE_IMAGE: /* among words: what it shows */
    g_string_append (walk->markup, enter ? "<i>" : "</i>");
    break;
  case CMARK_NODE_STRONG:
    g_string_append (walk->markup, enter ? "<b>" : "</b>");
    break;
  case CMARK_NODE_LINK:
    add_link (walk, node, enter);
    break;
  default:
    break;
  }
}

static void
visit (Walk *walk, cmark_node *node, bool enter)
{
  switch (cmark_node_get_type (node)) {
  case CMARK_NODE_LIST:
    if (enter)
      begin_list (walk, node);
    else
      g_array_set_size (walk->numbers, walk->numbers->len - 1);
    break;
  case CMARK_NODE_ITEM:
    if (enter)
      begin_item (walk);
    break;
  case CMARK_NODE_BLOCK_QUOTE:
    walk->quotes += enter ? 1 : -1;
    break;
  case CMARK_NODE_HEADING:
  case CMARK_NODE_PARAGRAPH:
    if (enter)
      begin_words (walk, node);
    else
      end_words (walk, node);
    break;
  case CMARK_NODE_CODE_BLOCK:
    add_code (walk, node);
    break;
  case CMARK_NODE_THEMATIC_BREAK:
    add_block (walk, THAW_GUIDE_RULE, g_strdup (""));
    break;
  default:
    visit_inline (walk, node, enter);
  }
}

ThawGuideText *
thaw_guide_text_new (const char *markdown, gsize length)
{
  ThawGuideText *text = g_new0 (ThawGuideText, 1);
  Walk walk = {.text = text,
               .numbers = g_array_new (FALSE, FALSE, sizeof (int)),
               .markup = g_string_new (NULL),
               .plain = g_string_new (NULL)};
  cmark_node *document =
      cmark_parse_document (markdown, length, CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8);
  cmark_iter *iter = cmark_iter_new (document);
  cmark_event_type event;

  text->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) block_free);
  text->links = g_ptr_array_new_with_free_func (g_free);
  while ((event = cmark_iter_next (iter)) != CMARK_EVENT_DONE)
    visit (&walk, cmark_iter_get_node (iter), event == CMARK_EVENT_ENTER);
  cmark_iter_free (iter);
  cmark_node_free (document);
  g_array_unref (walk.numbers);
  g_string_free (walk.markup, TRUE);
  g_string_free (walk.plain, TRUE);
  g_free (walk.marker);
  return text;
}
