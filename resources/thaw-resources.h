/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resources: what is compiled into the programs. Presets: recipes to start from. The sample: a
 * small data set. Knows nobody: both come as the bytes of their files. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Names of all presets, the lesson's first. NULL-terminated (transfer full). */
char **thaw_presets_list (void) G_GNUC_WARN_UNUSED_RESULT;
/* The document of a preset, or NULL when there is none of that name. (transfer full) (nullable) */
GBytes *thaw_preset_read (const char *name) G_GNUC_WARN_UNUSED_RESULT;
/* One translated line on what it is for, NULL when there is none of that name. (transfer none) */
const char *thaw_preset_help (const char *name);

/* The four files of the sample, a small part of Fashion-MNIST: gzipped IDX. *name: of the file.
 * (transfer full) */
#define THAW_SAMPLE_FILES 4
GBytes *thaw_sample_file (int i, const char **name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
