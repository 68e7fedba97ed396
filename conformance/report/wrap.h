/* SPDX-License-Identifier: Apache-2.0 */
/* Text in lines of 100 columns, for people. */
#pragma once

#include "conformance/text.h"

/* Lines that @s takes behind @prefix (which is ASCII, as are the blanks below it). */
size_t wrap_count(const char *prefix, const char *s);
/*
 * Appends @s, cleaned, behind @prefix, in at most @max lines; a last line that cannot hold the rest
 * ends in "…". A word that is longer than a line is broken: paths may have 4096 bytes.
 */
void wrap_lines(struct text *t, const char *prefix, const char *s, size_t max);
