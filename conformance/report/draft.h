/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A draft of an EXPECT file (expect.h): a line for what falls unexpectedly in reports. Its versions
 * are those that were seen; where several in a row have the same fall, a range from the first to
 * the last one. The reason is left to a person: EXPECT refuses the file until it is written.
 *
 * What a report withholds is not in it, and no gap in a range tells of it.
 */
#pragma once

#include "conformance/report/read.h"

/* @words: the sixth column of each line, "" for none. 0, or a negative errno of the stream. */
int draft_write(const struct reports *rs, const char *words, FILE *out);
