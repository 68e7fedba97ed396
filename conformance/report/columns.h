/* SPDX-License-Identifier: Apache-2.0 */
/* Several reports side by side: what a person calls each, and which two are of the same thing. */
#pragma once

#include "conformance/report/matrix.h"
#include "conformance/report/read.h"

/* "runc 1.1.5", with the arguments it was called with; "" where that is unknown. Facts, not
 * escaped; owned by the caller. */
char *column_runtime(const struct report *r);
/* The arguments alone, one a line. */
const char *column_args(const struct report *r);
/* As KERNELS named it, else `uname -r`; never NULL. */
const char *column_kernel(const struct report *r);
/* cgroup, user namespaces and DENY where they are not the usual ones: "cgroup v1, DENY=openat2", or
 * "". Owned by the caller. */
char *column_conditions(const struct report *r);
/* False for a kernel of a matrix that could not be had or judged. */
bool column_judged(const struct report *r);
/* "conforms", …; "absent" for a kernel that could not be had. */
const char *column_verdict(const struct report *r);
/* The reports as a matrix that borrows them; the caller frees its columns and nothing else. */
struct matrix columns_matrix(const struct reports *rs);
bool columns_same_runtime(const struct report *a, const struct report *b);
/* How many of the reports before @at have the name that @name gives the one at @at: what tells
 * reports of one name apart. */
size_t columns_before(const struct reports *rs, size_t at, char *(*name)(const struct report *r));
/* The shown result of @id, or NULL. */
const struct result *column_result(const struct report *r, enum requirement_id id);
/* Its verdict in a word; "nothing" where there is none. */
const char *column_word(const struct report *r, enum requirement_id id);
