/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawFacts: the numbers above the curves: a few captions with a value each, in lines that wrap. */
#pragma once

#include "thaw-analysis.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define THAW_TYPE_FACTS (thaw_facts_get_type ())
G_DECLARE_FINAL_TYPE (ThawFacts, thaw_facts, THAW, FACTS, GtkWidget)

GtkWidget *thaw_facts_new (void);
void thaw_facts_show (ThawFacts *facts, const ThawRunRows *rows);

G_END_DECLS
