/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Labels of shades and marks, in a strip of up to three rows above the plot. A label stands right
 * of its line (left of it at the right edge) in the first row where it meets no other label, no
 * line passes through it and its own line passes through none. One that finds no room is left out;
 * its line stays. */
#include "frame.h"

#include <math.h>

#define MAX_ROWS 3
#define GAP_PX 4

static double
text_width (const ThawFrame *frame, const char *text)
{
  return thaw_text_width_of (frame->style, THAW_SCALE_SMALL, text);
}

static bool
within (const ThawNote *note, double line)
{
  return line > note->from - GAP_PX / 2.0 && line < note->to + GAP_PX / 2.0;
}

static bool
fits (const ThawFrame *frame, const ThawNote *note)
{
  for (guint i = 0; i < frame->notes->len; i++) {
    const ThawNote *other = &g_array_index (frame->notes, ThawNote, i);
    int row = other->row < 0 ? MAX_ROWS : other->row;
    if (other->row == note->row && note->from < other->to + GAP_PX &&
        other->from < note->to + GAP_PX)
      return false;
    if (row < note->row && within (note, other->line))
      return false;
    if (row > note->row && row < MAX_ROWS && within (other, note->line))
      return false;
  }
  return true;
}

/* Tries the rows from the top, right of the line and then left of it. */
static void
place (ThawFrame *frame, ThawNote note, double width)
{
  double right = frame->left + frame->width + frame->style->font_px, at = note.from;

  for (int row = 0; row < MAX_ROWS; row++)
    for (int side = 0; side < 2; side++) {
      note.row = row;
      note.from = side == 0 ? at : note.line - GAP_PX - width;
      note.to = note.from + width;
      if (note.to > right || note.from < frame->left - GAP_PX || isnan (note.to) ||
          !fits (frame, &note))
        continue;
      frame->note_rows = MAX (frame->note_rows, row + 1);
      g_array_append_val (frame->notes, note);
      return;
    }
  note.row = -1;
  g_array_append_val (frame->notes, note);
}

static bool
visible (const ThawFrame *frame, double x)
{
  return x >= frame->left - 0.5 && x <= frame->left + frame->width + 0.5;
}

static void
place_shade (ThawFrame *frame, const ThawShade *shade)
{
  double x0 = MAX (thaw_frame_x (frame, shade->x0), frame->left);
  double x1 = MIN (thaw_frame_x (frame, shade->x1), frame->left + frame->width), width;

  if (!shade->label || !*shade->label || x1 <= x0)
    return;
  width = text_width (frame, shade->label);
  place (frame,
         (ThawNote){.line = NAN,
                    .from = width < x1 - x0 ? (x0 + x1 - width) / 2 : x0,
                    .text = shade->label},
         width);
}

/* Of the star before a label, with its gap. */
static double
star_width (const ThawFrame *frame, const ThawMark *mark)
{
  return mark->kind == THAW_MARK_BEST && mark->label && *mark->label ? frame->style->font_px : 0;
}

static bool
has_labels (const ThawChart *chart)
{
  for (guint i = 0; i < chart->shades->len; i++) {
    const char *label = g_array_index (chart->shades, ThawShade, i).label;
    if (label && *label)
      return true;
  }
  for (guint i = 0; i < chart->marks->len; i++) {
    const char *label = g_array_index (chart->marks, ThawMark, i).label;
    if (label && *label)
      return true;
  }
  return false;
}

static int
compare_marks (gconstpointer a, gconstpointer b)
{
  const ThawMark *const *p = a, *const *q = b;

  return ((*p)->x > (*q)->x) - ((*p)->x < (*q)->x);
}

void
thaw_notes_place (ThawFrame *frame)
{
  g_autoptr (GPtrArray) marks = g_ptr_array_new ();

  frame->note_height = thaw_text_line (frame->style, THAW_SCALE_SMALL);
  for (guint i = 0; i < frame->chart->shades->len; i++)
    place_shade (frame, &g_array_index (frame->chart->shades, ThawShade, i));
  for (guint i = 0; i < frame->chart->marks->len; i++)
    g_ptr_array_add (marks, &g_array_index (frame->chart->marks, ThawMark, i));
  g_ptr_array_sort (marks, compare_marks);
  for (guint i = 0; i < marks->len; i++) {
    const ThawMark *mark = marks->pdata[i];
    double line = thaw_frame_x (frame, mark->x);
    const char *text = mark->label ? mark->label : "";
    if (visible (frame, line))
      place (frame, (ThawNote){.line = line, .from = line + GAP_PX, .mark = mark, .text = text},
             text_width (frame, text) + star_width (frame, mark));
  }
  if (has_labels (frame->chart)) /* the plot keeps its height when they go out of view */
    frame->note_rows = MAX (frame->note_rows, 1);
}

static double
alpha_of (const ThawMark *mark)
{
  return mark->kind == THAW_MARK_SEAM ? 0.4 : 0.6;
}

/* From its label's row, or from the plot's top, down to the axis. */
static void
draw_line (const ThawFrame *frame, const ThawNote *note)
{
  double top = note->row < 0 || !*note->text
                   ? frame->top
                   : frame->notes_top + note->row * frame->note_height + 2;
  double x = floor (note->line) + 0.5;

  thaw_set_color (frame->cr, thaw_style_hue (frame->style, note->mark->hue), alpha_of (note->mark));
  thaw_set_dash (frame->cr, note->mark->kind == THAW_MARK_LINE ? 1 : 2, 1);
  cairo_set_line_width (frame->cr, 1);
  cairo_move_to (frame->cr, x, top);
  cairo_line_to (frame->cr, x, frame->top + frame->height);
  cairo_stroke (frame->cr);
  thaw_set_dash (frame->cr, 0, 1);
}

static void
draw_label (const ThawFrame *frame, const ThawNote *note)
{
  ThawColor color = frame->style->text;
  double y = frame->notes_top + note->row * frame->note_height, star = 0;

  color.a *= 0.85;
  if (note->mark && *note->text) {
    star = star_width (frame, note->mark);
    if (star > 0)
      thaw_star_draw (frame->cr, note->from + star * 0.42, y + frame->note_height * 0.5,
                      star * 0.42, thaw_style_hue (frame->style, note->mark->hue));
  }
  thaw_text_draw (frame->cr, thaw_text_new (frame->style, THAW_SCALE_SMALL, false, note->text),
                  color, note->from + star, y, 0);
}

void
thaw_layer_notes (const ThawFrame *frame)
{
  for (guint i = 0; i < frame->notes->len; i++) {
    const ThawNote *note = &g_array_index (frame->notes, ThawNote, i);
    if (note->mark)
      draw_line (frame, note);
    if (note->row >= 0)
      draw_label (frame, note);
  }
}

/* Rings of marks that have a value. */
void
thaw_layer_rings (const ThawFrame *frame)
{
  double radius = 0.42 * frame->style->font_px;

  for (guint i = 0; i < frame->chart->marks->len; i++) {
    const ThawMark *mark = &g_array_index (frame->chart->marks, ThawMark, i);
    double x = thaw_frame_x (frame, mark->x);
    if (!visible (frame, x) || thaw_edge_of (&frame->y, mark->y) != 0)
      continue;
    thaw_set_color (frame->cr, thaw_style_hue (frame->style, mark->hue), 1);
    cairo_set_line_width (frame->cr, frame->style->line_width_px);
    cairo_new_path (frame->cr);
    cairo_arc (frame->cr, x, thaw_frame_y (frame, mark->y), radius, 0, 2 * G_PI);
    cairo_stroke (frame->cr);
  }
}

/* The band reaches up through the strip, behind its label. */
void
thaw_layer_shades (const ThawFrame *frame)
{
  double top = frame->note_rows ? frame->notes_top : frame->top;

  for (guint i = 0; i < frame->chart->shades->len; i++) {
    const ThawShade *shade = &g_array_index (frame->chart->shades, ThawShade, i);
    double x0 = MAX (thaw_frame_x (frame, shade->x0), frame->left);
    double x1 = MIN (thaw_frame_x (frame, shade->x1), frame->left + frame->width);
    if (x1 <= x0)
      continue;
    thaw_set_color (frame->cr, frame->style->shade, 1);
    cairo_rectangle (frame->cr, x0, top, x1 - x0, frame->top + frame->height - top);
    cairo_fill (frame->cr);
  }
}
