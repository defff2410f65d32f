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
  g_autoptr (PangoLayout) layout =
      thaw_text_new (frame->cr, frame->style, THAW_SCALE_SMALL, false, text);

  return thaw_text_width (layout);
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
      place (frame, (ThawNote){.line = line, .from = line + GAP_PX, .text = text},
             text_width (frame, text));
  }
}

/* From its label's row, or from the plot's top, down to the axis. */
static void
draw_line (const ThawFrame *frame, const ThawNote *note)
{
  double top = note->row < 0 || !*note->text
                   ? frame->top
                   : frame->notes_top + note->row * frame->note_height + 2;
  double x = floor (note->line) + 0.5;

  thaw_set_color (frame->cr, frame->style->text, 0.55);
  thaw_set_dash (frame->cr, 1, 1);
  cairo_set_line_width (frame->cr, 1);
  cairo_move_to (frame->cr, x, top);
  cairo_line_to (frame->cr, x, frame->top + frame->height);
  cairo_stroke (frame->cr);
  thaw_set_dash (frame->cr, 0, 1);
}

void
thaw_layer_notes (const ThawFrame *frame)
{
  ThawColor color = frame->style->text;

  color.a *= 0.85;
  for (guint i = 0; i < frame->notes->len; i++) {
    const ThawNote *note = &g_array_index (frame->notes, ThawNote, i);
    if (!isnan (note->line))
      draw_line (frame, note);
    if (note->row >= 0)
      thaw_text_draw (frame->cr,
                      thaw_text_new (frame->cr, frame->style, THAW_SCALE_SMALL, false, note->text),
                      color, note->from, frame->notes_top + note->row * frame->note_height, 0);
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
