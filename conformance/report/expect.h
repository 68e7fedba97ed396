/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EXPECT: falls that are known. WITHHELD: falls that must not be published yet.
 *
 * A line of an EXPECT file has five or six columns with one or more tabs between them (a runtime's
 * versions hold blanks):
 *   RUNTIME VERSION   KERNEL   ID         fail|sometimes|skip|broken   reason   WORD=VALUE...
 *   RUNTIME VERSION   KERNEL   withheld   N                            reason   WORD=VALUE...
 * The versions of the first two are globs, of the first one with @(A|B), too, or ranges (range.h):
 * `runc >=1.1.0 <1.3.6`, where only the name is a glob. The second form allows exactly N further
 * falls (fail at any level, or broken) without naming them.
 * `sometimes` is a fail that depends on a race: runs without it are as expected. `fail|skip`, as it
 * stands, is a fail that not every machine can show.
 * The words are until=DATE or until=VERSION of the runtime (from then on the entry is expired),
 * owner=NAME and link=URL. A reason that begins with FIXME is none: maskspec expect writes it.
 * A line of a WITHHELD file has three: RUNTIME, VERSION (globs) and ID. `#` begins a comment line.
 */
#pragma once

#include "conformance/report/range.h"
#include "conformance/report/report.h"

#define EXPECT_FIXME "FIXME"

struct expect_entry {
	char *runtime; /* glob over "NAME VERSION"; over "NAME" where there is a range */
	char *kernel;  /* NULL where there is a range */
	struct range versions, kernels;
	char *reason;
	char *until, *owner, *link; /* NULL: not given */
	enum requirement_id id;	    /* REQ_COUNT: `withheld` */
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
/* Of expect_words.c -------------------------------------------------------------------------- */

/* Cuts the sixth column off the fifth; NULL where there is none. */
char *expect_cut_words(char *reason);
/* Reads it, and cuts it up. Returns what is wrong with it (owned by the caller), or NULL. */
char *expect_read_words(char *words, struct expect_entry *e);
/* "until 2027-01-01, owner kir, https://…", "" where nothing is given; owned by the caller. */
char *expect_words(const struct expect_entry *e);
/* The reason, and the words behind it; owned by the caller. */
char *expect_reason(const struct expect_entry *e);
/* Of a report without a date no day is over. */
bool expect_is_expired(const struct expect_entry *e, const struct report *r);

/*
 * Marks expected falls and unexpected passes, adds up the falls that are allowed without a name,
 * and lists the entries that nothing used, and those that are expired. An entry for another runtime
 * or kernel is none of these; one for what this run didn't look at may be expired. A date is
 * compared with that of the run, so that old facts are judged as they were. An expired entry
 * excuses as before.
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
