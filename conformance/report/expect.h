/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EXPECT: falls that are known. WITHHELD: falls that must not be published yet.
 *
 * A line of an EXPECT file has five columns with one or more tabs between them (a runtime's glob
 * holds a blank):
 *   RUNTIME VERSION   KERNEL   ID         fail|sometimes|skip|broken   reason
 *   RUNTIME VERSION   KERNEL   withheld   N                            reason
 * The first two are globs, the first one with @(A|B), too. The second form allows exactly N further
 * falls (fail at any level, or broken) without naming them.
 * `sometimes` is a fail that depends on a race: runs without it are as expected. `fail|skip`, as it
 * stands, is a fail that not every machine can show.
 * A line of a WITHHELD file has three: RUNTIME, VERSION (globs) and ID. `#` begins a comment line.
 */
#pragma once

#include "conformance/report/report.h"

struct expect_entry {
	char *runtime; /* glob over "NAME VERSION" */
	char *kernel;
	char *reason;
	enum requirement_id id; /* REQ_COUNT: `withheld` */
	enum verdict verdict;
	bool sometimes;	       /* or passed */
	bool or_skip;	       /* or skipped: the machine could not show it */
	unsigned int withheld; /* that many, where id is REQ_COUNT */
	unsigned int line;
};

struct expects {
	char *file;
	struct expect_entry *entries;
	size_t n;
};

void expects_free(struct expects *e);
#define _cleanup_expects_ _cleanup_(expects_free)

/* Parses @text, which it cuts up. 0, or -EINVAL with "FILE:LINE: what is wrong, what to do". */
int expect_parse(const char *file, char *text, struct expects *ret, char **ret_error);
/* The file at @value, or of that name in @dir. */
int expect_load(const char *value, const char *dir, struct expects *ret, char **ret_error);
/*
 * Marks expected falls and unexpected passes, adds up the falls that are allowed without a name,
 * and lists the entries that nothing used. An entry for another runtime or kernel, or for what this
 * run didn't look at, is none of these.
 */
void expect_apply(struct report *r, const struct expects *e);

/*
 * Marks what the file at @path lists; call it before expect_apply(). On an error nothing of the
 * report may be published. The error never names an id.
 */
int withheld_apply(struct report *r, const char *path, char **ret_error);
/*
 * Of report_conclude(): withholds each fall that EXPECT doesn't name where the report is published
 * or EXPECT counts such falls. They are expected if their number is right and WITHHELD, where there
 * is such a file, lists them all; else withheld_mismatch says so.
 */
void withheld_conclude(struct report *r);
