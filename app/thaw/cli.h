/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cli: what the commands of `thaw` share: options, messages, exit statuses, JSON, tables. */
#pragma once

#include "thaw-db.h"
#include "thaw-models.h"
#include "thaw-recipe.h"
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>

enum {
  CLI_OK = 0,
  CLI_FAILED = 1,        /* bad input, or it could not be done */
  CLI_USAGE = 2,         /* wrong usage */
  CLI_STOPPED = 3,       /* a run ended before its end because somebody asked; it can be resumed */
  CLI_INTERRUPTED = 130, /* the same by Ctrl-C */
};

typedef struct {
  const char *name;
  const char *arguments; /* as the usage line has them */
  const char *help;      /* one line, N_() */
  int (*run) (int argc, char **argv);
} CliCommand;

/* Commands, one file each. argv[0] is the command's name. They return an exit status. */
int cmd_train (int argc, char **argv);
int cmd_find_lr (int argc, char **argv);
int cmd_sweep (int argc, char **argv);
int cmd_resume (int argc, char **argv);
int cmd_pause (int argc, char **argv);
int cmd_continue (int argc, char **argv);
int cmd_stop (int argc, char **argv);
int cmd_save (int argc, char **argv);
int cmd_queue (int argc, char **argv);
int cmd_estimate (int argc, char **argv);
int cmd_augment (int argc, char **argv);
int cmd_runs (int argc, char **argv);
int cmd_show (int argc, char **argv);
int cmd_rename (int argc, char **argv);
int cmd_tag (int argc, char **argv);
int cmd_star (int argc, char **argv);
int cmd_trash (int argc, char **argv);
int cmd_restore (int argc, char **argv);
int cmd_compare (int argc, char **argv);
int cmd_plot (int argc, char **argv);
int cmd_plot_schedule (int argc, char **argv);
int cmd_predict (int argc, char **argv);
int cmd_export (int argc, char **argv);
int cmd_models (int argc, char **argv);
int cmd_datasets (int argc, char **argv);
int cmd_weights (int argc, char **argv);
int cmd_presets (int argc, char **argv);
int cmd_store (int argc, char **argv);
int cmd_doctor (int argc, char **argv);
int cmd_verify (int argc, char **argv);
int cmd_bench (int argc, char **argv);

const CliCommand *cli_commands (void); /* ends with a NULL name */

/* --- Options
 * -------------------------------------------------------------------------------------- Parses
 * `entries` for command argv[0]; what is left in argv[1..] are its arguments, between least and
 * most of them (most < 0: any number). FALSE: *status says how to exit (wrong usage was explained;
 * --help was given and printed). */
bool cli_parse (const char *summary,
                const GOptionEntry *entries,
                int *argc,
                char ***argv,
                int least,
                int most,
                int *status);

/* --- Messages --- */
int cli_fail (const GError *error); /* prints "thaw: sentence", returns CLI_FAILED */
int cli_fail_usage (const char *format, ...) G_GNUC_PRINTF (1, 2); /* returns CLI_USAGE */
void cli_note (const char *format, ...) G_GNUC_PRINTF (1, 2);      /* to standard error */

/* --- Text --- */
char *cli_count (gint64 n);                      /* "11,181,642" by locale (transfer full) */
char *cli_bytes (guint64 bytes);                 /* "46.8 MB" (transfer full) */
char *cli_duration (double seconds);             /* "2 min 5 s" (transfer full) */
char *cli_percent (double share);                /* "87.3 %", "–" for NaN (transfer full) */
char *cli_number (double value, int digits);     /* fixed digits, "–" for NaN (transfer full) */
char *cli_time (gint64 unix_ms);                 /* local date and time (transfer full) */
const char *cli_state_text (ThawRunState state); /* translated word */

/* A table whose columns are as wide as their widest cell (by terminal columns, so Chinese lines
 * up). */
typedef struct _CliTable CliTable;
CliTable *cli_table_new (int columns, const char *alignment); /* alignment: 'l' or 'r' a column */
void cli_table_add (CliTable *table,
                    ...) G_GNUC_NULL_TERMINATED; /* exactly `columns` strings, copied; then NULL */
void cli_table_row (CliTable *table, const char *const *cells);
void cli_table_rule (CliTable *table);  /* a line between rows */
void cli_table_print (CliTable *table); /* to standard output, and frees it */

void cli_table_free (CliTable *table);

/* --- JSON ---
 * `member` is NULL for the items of an array and for the document itself. */
typedef struct _CliJson CliJson;
CliJson *cli_json_new (void);
void cli_json_free (CliJson *json);
void cli_json_begin_object (CliJson *json, const char *member);
void cli_json_end_object (CliJson *json);
void cli_json_begin_array (CliJson *json, const char *member);
void cli_json_end_array (CliJson *json);
void cli_json_text (CliJson *json, const char *member, const char *value); /* NULL: null */
void cli_json_int (CliJson *json, const char *member, gint64 value);
void cli_json_real (CliJson *json, const char *member, double value); /* not finite: null */
void cli_json_bool (CliJson *json, const char *member, bool value);
/* A JSON document as it stands; null when there is none or it is damaged. */
void cli_json_embed (CliJson *json, const char *member, const char *document);
void cli_json_print (CliJson *json);  /* the document and a newline, flushed; frees it */
char *cli_json_steal (CliJson *json); /* the document, and frees the rest (transfer full) */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliJson, cli_json_free)

/* --- Where things are --- */
/* The store, or NULL after the error is set. Home: THAW_HOME or the default. */
ThawStore *cli_store (ThawStoreMode mode, GError **error);
/* Looks through a store opened for reading, unless it is big. */
void cli_look_for_damage (ThawStore *store);
/* Folders to look for data sets in: --data's (nullable), THAW_DATA, HOME/datasets, the current
 * folder. (transfer full) */
char **cli_data_folders (const char *given);
/* What can be found, of ThawSetInfo, the built-in sample last: its path is "sample" until somebody
 * uses it. NULL and error when nobody could look. (transfer full) */
GPtrArray *cli_find_sets (char **folders, GError **error);
/* The path of a set as people give it: "sample" is the built-in one, written to HOME/datasets on
 * first use. (transfer full) */
char *cli_set_path (const char *given, GError **error);
/* The set a recipe means: `given` (--data, nullable) or the best found. Sets *note (nullable) when
 * the recipe named another set. */
char *cli_find_data (const ThawRecipe *recipe, const char *given, char **set_id, GError **error);
/* The file for model.weights: NULL without error for "random". */
char *cli_find_weights (const ThawRecipe *recipe, GError **error);
/* The verified file of the weights that come with Thaw for a backbone. (transfer full) */
char *cli_find_starter (const ThawModel *model, GError **error);
/* Where that file is, or would belong if it is nowhere. (transfer full) */
char *cli_starter_path (const ThawWeightsFile *file);
char *cli_weights_folder (void); /* HOME/weights (transfer full) */
