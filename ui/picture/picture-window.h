/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawPictureWindow: try a picture on one run or two; and what they say of pictures they never
 * learned from. */
#pragma once

#include "pages.h"

G_BEGIN_DECLS

#define THAW_TYPE_PICTURE_WINDOW (thaw_picture_window_get_type ())
G_DECLARE_FINAL_TYPE (ThawPictureWindow, thaw_picture_window, THAW, PICTURE_WINDOW, AdwWindow)

/* two: (nullable) */
GtkWidget *thaw_picture_window_new (const char *home, ThawRunItem *one, ThawRunItem *two);
void thaw_picture_window_try (ThawPictureWindow *window, GFile *picture);
/* Whether all that were asked have answered. */
bool thaw_picture_window_answered (ThawPictureWindow *window);
const char *thaw_picture_window_verdict (ThawPictureWindow *window); /* the sentence shown */

G_END_DECLS
