/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must not differ when the same runtime goes through the same case on the same kernel again:
 * which observations were made, of what, and how each was answered. What is counted, timed or
 * numbered anew in each run (the rows' values) may, and so may mountinfo, which has the host's
 * mounts in it; verdicts rest on these, and are compared as such. Pure.
 */
#pragma once

#include "conformance/facts.h"

/* One observation; the same one may be made several times in a case. */
struct sight {
	char *what;	    /* source, phase, identity, operation, path; owned */
	const char *result; /* points into the facts */
	size_t number;	    /* of those of the same words, from 0 */
};

struct sights {
	struct facts facts;
	struct sight *list; /* sorted; owned */
	size_t n;
};

void sights_free(struct sights *s);
/* Takes the text of a facts file over. False where it is not whole; then nothing was seen. */
bool sights_read(char *text, struct sights *ret);
/*
 * Adds a line to @differ, which begins with @name, for each observation of @here that is answered
 * otherwise than in all @n of
 * @there, or is only here or only there. What differs among @there is not held against @here.
 */
void sights_compare(const struct sights *there, size_t n, const struct sights *here,
		    const char *name, struct text *differ);
