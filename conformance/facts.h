/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts: what was observed of one case, in one file, enough to be judged anywhere and years later.
 *
 * facts/1, one record a line, fields as in text.h:
 *   facts/1
 *   h KEY VALUE                                   header
 *   c LINE                                        the case, line by line, escaped
 *   r SOURCE PHASE IDENTITY OP PATH RESULT VALUE  an observation
 *   end LINES
 * SOURCE is `probe:NAME` or `driver:NAME` for container NAME, `driver` for the whole case.
 * PHASE: before, create, start, first, run, round-0 to round-3 (of several containers at once),
 * running, exec, hook, kill, delete, after, or the name of a step (steps.c).
 * The header key `deny` says what the runtime was told that the kernel lacks (calls.h);
 * `kit-installed` is `yes` where the kit that made them was (kit.h).
 * The format is append-only: readers ignore header keys and operations they do not know.
 */
#pragma once

#include "conformance/case.h"

#define FACTS_SCHEMA "facts/1"
#define FACTS_MAX (256u << 20)

struct header {
	char *key;
	char *value;
};

struct row {
	char *source;
	char *phase;
	enum identity as;
	enum op op;
	char *path;
	char *result;
	char *value;
};

enum facts_state {
	FACTS_WHOLE,
	FACTS_MISSING,	 /* no such file */
	FACTS_CUT,	 /* no or a wrong end marker */
	FACTS_MALFORMED, /* a record that is none, or a case that is none */
	FACTS_FOREIGN,	 /* digest of the case, run or profile is not the manifest's */
};

/* Strings point into @text; the case into text of its own. */
struct facts {
	enum facts_state state;
	char *why_missing; /* owned; NULL where nobody knows */
	char *text;
	struct header *headers;
	size_t n_headers;
	struct row *rows;
	size_t n_rows;
	struct test_case c;
	char case_digest[65];
};

void facts_free(struct facts *f);
#define _cleanup_facts_ _cleanup_(facts_free)
/* Takes @text over, always; the outcome is ret->state. */
void facts_parse(char *text, struct facts *ret);
/* Value of a header key, "" where it is missing. */
const char *facts_header(const struct facts *f, const char *key);
/* The same, NULL where it is missing. */
const char *facts_find_header(const struct facts *f, const char *key);
/* Value of `key=` among the blank-separated words of a row's value, in @buf; false if none. */
bool row_value(const struct row *r, const char *key, char *buf, size_t size);
/* The same as a number; -1 if none. */
long long row_number(const struct row *r, const char *key);
/* True when @r is what @source (`probe` or `driver`) says of container @name. */
bool row_from(const struct row *r, const char *source, const char *name);
