/* SPDX-License-Identifier: Apache-2.0 */
/* A folder below TMPDIR that is gone when its variable is. */
#pragma once

/* "WHAT-XXXXXX" below TMPDIR, or /tmp; owned. NULL with a sentence in *@ret_error (owned). */
char *scratch_make(const char *what, char **ret_error);
/* Removes it with all that is in it, and frees the path. */
void scratch_drop(char **dir);
#define _cleanup_scratch_ _cleanup_(scratch_drop)
