/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file system below SQLite that fails on command. Wraps the default VFS under the name "faulty";
 * counts every operation that can run out of space. */
#pragma once

#include <stdbool.h>

void faulty_vfs_register (void);
/* The operation number `at` (from 1) fails with `result` and errno `number`; `for_good`: so do all
 * after it. Counting starts again. at = 0: nothing fails. */
void faulty_vfs_fail (int at, bool for_good, int result, int number);
int faulty_vfs_operations (void); /* since the last faulty_vfs_fail */
