/* SPDX-License-Identifier: GPL-3.0-or-later */
/* source: where a recipe and its data come from, for commands that take the same options: a preset,
 * a file or another run, with changes. */
#pragma once

#include "session.h"

#define SOURCE_DEFAULT_PRESET "day44-mobilenet-v3-small"

typedef struct {
  char *preset, *recipe, *like, *data; /* (nullable) */
  char **set;                          /* (nullable) */
} Source;

void source_clear (Source *source);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Source, source_clear)
/* The options of a source; ends with nothing: put them in front of others. */
#define SOURCE_OPTIONS(source)                                                                     \
  {"preset",                                                                                       \
   'p',                                                                                            \
   0,                                                                                              \
   G_OPTION_ARG_STRING,                                                                            \
   &(source)->preset,                                                                              \
   N_ ("Start from a preset (see: thaw presets)"),                                                 \
   N_ ("NAME")},                                                                                   \
      {"recipe",                                                                                   \
       'r',                                                                                        \
       0,                                                                                          \
       G_OPTION_ARG_FILENAME,                                                                      \
       &(source)->recipe,                                                                          \
       N_ ("Start from a recipe file"),                                                            \
       N_ ("FILE")},                                                                               \
      {"like",                                                                                     \
       0,                                                                                          \
       0,                                                                                          \
       G_OPTION_ARG_STRING,                                                                        \
       &(source)->like,                                                                            \
       N_ ("Start from the recipe and the data of a run"),                                         \
       N_ ("RUN")},                                                                                \
      {"set",                                                                                      \
       's',                                                                                        \
       0,                                                                                          \
       G_OPTION_ARG_STRING_ARRAY,                                                                  \
       &(source)->set,                                                                             \
       N_ ("Change a field of the recipe, e.g. --set epochs=3; may be repeated"),                  \
       N_ ("KEY.PATH=VALUE")},                                                                     \
  {                                                                                                \
    "data", 'd', 0, G_OPTION_ARG_FILENAME, &(source)->data,                                        \
        N_ ("The data set: an archive or a folder, or 'sample'"), N_ ("PATH")                      \
  }
/* CLI_OK, or the status of wrong usage, which was explained. */
int source_check (const Source *source);
/* Fills session->recipe. `like` becomes the whole id of that run, and `data` its data if none was
 * given. */
bool source_read (Source *source, Session *session, GError **error);
/* The preset that the recipe came from, for the run's row; NULL: from elsewhere. */
const char *source_preset (const Source *source);
