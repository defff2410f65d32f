/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What both ends agree on. Private. */
#pragma once

#include "thaw-confine.h"

/* Descriptors of a helper beside /dev/null for the usual three. */
enum { THAW_FD_QUESTION = 3, THAW_FD_ANSWER, THAW_FD_ALIVE, THAW_FD_INPUT, THAW_FD_MORE };

/* What an answer begins with. */
enum { THAW_ANSWER_DONE, THAW_ANSWER_ERROR, THAW_ANSWER_REFUSED, THAW_N_ANSWERS };

#define THAW_ANSWER_TEXT_MOST 8192

/* Where the helper is: beside the program, in the libexec folder beside its folder, where
 * THAW_READER says, where it was configured to be. (transfer none) */
const char *thaw_confine_program (void);

/* From here on this process may do what the filter lets it. FALSE with errno. */
gboolean thaw_confine_filter (bool opens);

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define THAW_CONFINE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define THAW_CONFINE_SANITIZED 1
#endif
#endif
#ifndef THAW_CONFINE_SANITIZED
#define THAW_CONFINE_SANITIZED 0
#endif
