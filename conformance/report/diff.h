/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What differs between two reports, or two matrices: OLD and NEW.
 *
 * A verdict that is graver than before has regressed, in the order pass, skip, broken, fail: a pass
 * that became a skip is evidence that was lost. What passes now is mended. What became less grave
 * without passing has changed, and so has a fall that EXPECT names: somebody knows of it. A
 * requirement that passed, and that a whole run of the same profile and specification says nothing
 * of any more, has regressed, too; else it is gone.
 *
 * Counts (superblocks, mounts) are compared exactly, one by one; times by their sums over the
 * bundles that both have, beyond a threshold. More is a regression where the runtime is the cause.
 *
 * Of reports that hide something only what both show is compared, and how much is hidden.
 */
#pragma once

#include "conformance/report/read.h"

#define DIFF_SCHEMA "maskspec-diff/1"
/* Percent: two runs of one runtime on a busy machine differ by less. */
#define DIFF_THRESHOLD 50

enum change {
	CHANGE_NONE,
	CHANGE_REGRESSED,
	CHANGE_MENDED,
	CHANGE_CHANGED,
	CHANGE_NEW,
	CHANGE_GONE,
	CHANGE_COUNT
};
extern const char *const change_names[CHANGE_COUNT];

struct difference {
	enum change change;
	enum requirement_id id;
	const struct result *old, *new; /* borrowed; NULL: not there */
};

struct measured {
	enum change change;
	const char *name, *unit, *bundle; /* borrowed; bundle is "" for a sum of times */
	unsigned long long old, new;
};

/* A runtime on a kernel in both. */
struct diff_column {
	const struct report *old, *new; /* borrowed; NULL: not there */
	enum change change;		/* of the whole column */
	char *why;			/* of that; "" else; owned */
	struct difference *list;	/* regressed first, MUST first; owned */
	size_t n;
	struct measured *measured; /* owned */
	size_t n_measured;
};

struct diff {
	struct diff_column *columns; /* owned */
	size_t n;
	double threshold;
	unsigned int count[CHANGE_COUNT];
};

/* Of two verdicts, VERDICT_NOT_DUE for none. @expected: EXPECT lists the new one. @whole: both runs
 * were asked the same, so that what is not there any more is lost. */
enum change change_of(enum verdict old, enum verdict new, bool expected, bool whole);

/* Borrows from both, which must outlive it. Columns are matched by runtime and kernel; what else is
 * the same (version, arguments, conditions) decides between several. */
void diff_reports(const struct reports *old, const struct reports *new, double threshold,
		  struct diff *ret);
void diff_free(struct diff *d);
#define _cleanup_diff_ _cleanup_(diff_free)

/* Writers; 0 or a negative errno of the stream. */
int diff_text(const struct diff *d, FILE *out);
int diff_json(const struct diff *d, FILE *out);
int diff_markdown(const struct diff *d, FILE *out);
