/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A field's value as people read and type it: lists without brackets, texts without quotes. */
#pragma once

#include "thaw-recipe.h"

G_BEGIN_DECLS

/* Shown and taken as text: lists, and numbers that two may stand for. */
bool thaw_field_is_typed (const ThawParamSpec *spec);
/* "0.9, 0.999" of "[0.9, 0.999]". (transfer full) */
char *thaw_field_text (const ThawParamSpec *spec, const char *json);
/* As JSON, of a spec that is typed: numbers between commas or spaces. What is none stays as it was
 * typed, for the engine to refuse by name. (transfer full) */
char *thaw_field_json (const ThawParamSpec *spec, const char *text);

G_END_DECLS
