/* SPDX-License-Identifier: Apache-2.0 */
/* Help for whoever misspelt an id. */
#pragma once

#include "conformance/text.h"

/* Appends "; near: a, b" where requirements have names like @word, at most five, and
 * never @word; else nothing. */
void near_ids(const char *word, struct text *out);
