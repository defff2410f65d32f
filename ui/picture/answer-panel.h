/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawAnswerPanel: what one run says of a picture: its top classes with bars. */
#pragma once

#include "run-item.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define THAW_TYPE_ANSWER_PANEL (thaw_answer_panel_get_type ())
G_DECLARE_FINAL_TYPE (ThawAnswerPanel, thaw_answer_panel, THAW, ANSWER_PANEL, AdwBin)

GtkWidget *thaw_answer_panel_new (const char *home, ThawRunItem *item);
/* Asks the run's best weights; a question before this one is withdrawn. Signal "answered" (). */
void thaw_answer_panel_ask (ThawAnswerPanel *panel, const char *path);
/* Says a sentence instead: what cannot be asked. Signal "answered" (). */
void thaw_answer_panel_refuse (ThawAnswerPanel *panel, const char *sentence);
/* The first class, NULL while there is none. */
const char *thaw_answer_panel_best (ThawAnswerPanel *panel);
const char *thaw_answer_panel_error (ThawAnswerPanel *panel); /* (nullable) a sentence */

G_END_DECLS
