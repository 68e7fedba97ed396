/* SPDX-License-Identifier: Apache-2.0 */
/* How grave a result is, and the words by which services that run a CI are told of it. */
#pragma once

#include "conformance/report/report.h"

enum told { /* from the gravest */
	    TOLD_FAIL,
	    TOLD_BROKEN,
	    TOLD_LESSER,     /* a SHOULD that fell: no failure of the run */
	    TOLD_UNEXPECTED, /* passes, and EXPECT lists it */
	    TOLD_KNOWN,	     /* a fall that EXPECT lists */
	    TOLD_SKIP,
	    TOLD_PASS,
	    TOLD_COUNT,
};

enum told told_of(const struct result *res);
/* "fails", "could not be judged", …: after the id of a requirement. */
extern const char *const told_words[TOLD_COUNT];
/*
 * What to know of one result, or of the run where @res is NULL: some lines, clean, none longer than
 * 2000 bytes, and of a published report without what it hides. Owned by the caller.
 */
char *told_lines(const struct report *r, const struct result *res);
/* Appends what the report is of, "runc 1.1.5 on el8": clean, one line, at most 120 bytes. */
void told_subject(struct text *t, const struct report *r);
/* What the report's kernel is called, of a file the last part, or its version; never NULL. */
const char *told_kernel(const struct report *r);
/* True where a shown result tells the outcome; else the run itself must: nothing ran, EXPECT does
 * not fit. */
bool told_outcome(const struct report *r);
