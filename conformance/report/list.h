/* SPDX-License-Identifier: Apache-2.0 */
/* Files of lines that a user names: REQUIRE, EXPECT, WITHHELD. */
#pragma once

#include "conformance/text.h"

/*
 * Reads the whole file at @path; @what names the variable it came by. 0, or -EINVAL with
 * *@ret_error. A NUL byte is an error: what stands behind it would silently be no entry.
 */
int list_read(const char *what, const char *path, char **ret_text, char **ret_error);
/* Path of the file that @value names: with a slash itself, else below @dir, else itself. */
char *list_path(const char *value, const char *dir);
/* What to write in place of @path, where no such file is: the names in @dir; "" for any other
 * error than ENOENT. Owned by the caller. */
char *list_choices(const char *path, const char *dir);
