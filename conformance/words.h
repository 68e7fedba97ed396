/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a command line that is being made. */
#pragma once

#include "conformance/text.h"

struct words {
	char **v; /* owned, as each word */
	size_t n;
};

/* Takes @word over. */
void words_add(struct words *w, char *word);
/* @option, and @value behind it; both are copied. */
void words_add_pair(struct words *w, const char *option, const char *value);
/* The NULL of an argv. */
void words_end(struct words *w);
/* Frees what words_end() has ended; @v may be NULL. */
void words_free(char **v);
