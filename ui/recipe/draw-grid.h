/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawDrawGrid: what the transforms of a draft make of a few pictures: samples across, the picture
 * itself on top, draws below. Worked out in a thread by the same code that trains, drawn anew as
 * fast as that goes while a slider moves. */
#pragma once

#include "data-source.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define THAW_TYPE_DRAW_GRID (thaw_draw_grid_get_type ())
G_DECLARE_FINAL_TYPE (ThawDrawGrid, thaw_draw_grid, THAW, DRAW_GRID, GtkWidget)

GtkWidget *thaw_draw_grid_new (ThawDraft *draft, ThawDataSource *source);
/* Held: the same random numbers however often it is drawn. */
void thaw_draw_grid_set_held (ThawDrawGrid *grid, bool held);
void thaw_draw_grid_draw_anew (ThawDrawGrid *grid); /* other random numbers, once */
bool thaw_draw_grid_busy (ThawDrawGrid *grid);      /* not up to date yet */

G_END_DECLS
