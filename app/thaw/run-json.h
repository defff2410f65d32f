/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run-json: runs as programs and as people read them. */
#pragma once

#include "cli.h"

/* Begins the object and leaves it open, for more members. */
void run_json (CliJson *builder, const ThawRun *run);
void runs_json (GPtrArray *runs); /* of ThawRun: prints one array */
void runs_print (GPtrArray *runs);
