/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the reports of a certificate's runs to PASSED, WARNED or FAILED, by a certification profile:
 * docs/spec/certification.md. Pure: certify and verify call the same, one with the reports that it
 * made, the other with those that it makes of the facts again.
 */
#pragma once

#include "conformance/certify/cert.h"
#include "conformance/report/report.h"

enum grade { GRADE_PASSED, GRADE_WARNED, GRADE_FAILED, GRADE_COUNT };
extern const char *const grade_names[GRADE_COUNT];

/* How a requirement stands after all runs of one kernel. */
enum standing {
	STANDING_NOT_ASKED,
	STANDING_SKIPPED,
	STANDING_PASSED,
	STANDING_WARNED,
	STANDING_FAILED
};

struct graded {
	enum grade grade;
	enum standing ids[REQ_COUNT];
	char *declared[REQ_COUNT]; /* the reason of a declared deviation; NULL. Owned */
	struct text reasons;	   /* of FAILED, one a line */
};

/* False where the requirement came into the specification after the version that @c is of. */
bool grade_asks(const struct cert *c, enum requirement_id id);
/* Whether @r says anything of the runtime: a run that is broken as a whole doesn't. */
bool grade_is_whole(const struct report *r);

void graded_free(struct graded *g);
#define _cleanup_graded_ _cleanup_(graded_free)
/*
 * Grades all @n runs of one kernel, in the order in which they were made, by @c. Deviations are
 * what the reports expect to fall (EXPECT).
 */
void grade_kernel(const struct cert *c, const struct report *const *runs, size_t n,
		  struct graded *ret);
/*
 * Adds to @reasons, a line each, which of the profile's kernels is not among @versions (uname -r).
 * Returns their number.
 */
size_t grade_kernels_missing(const struct cert *c, char *const *versions, size_t n,
			     struct text *reasons);
