/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawSpark: the tiny accuracy curve of a run, in the run's colour. Silent for screen readers: the
 * row says the number. */
#pragma once

#include "run-item.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define THAW_TYPE_SPARK (thaw_spark_get_type ())
G_DECLARE_FINAL_TYPE (ThawSpark, thaw_spark, THAW, SPARK, GtkWidget)

void thaw_spark_set_item (ThawSpark *spark, ThawRunItem *item); /* (nullable) */

G_END_DECLS
