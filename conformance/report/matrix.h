/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of one runtime on several kernels, side by side. */
#pragma once

#include "conformance/report/report.h"

#define MATRIX_SCHEMA "maskspec-matrix/1"

struct column {
	char *name;	      /* of the kernel; owned */
	int status;	      /* exit status of its run */
	bool has_report;      /* false: nothing could be judged, and @why says the reason */
	char *why;	      /* owned, "" where there is a report */
	struct report report; /* owned */
};

struct matrix {
	struct column *columns; /* owned */
	size_t n;
	bool strict; /* a kernel that could not be had fails the whole */
};

void matrix_free(struct matrix *m);
#define _cleanup_matrix_ _cleanup_(matrix_free)
/* As of maskspec: 1 before 3 before 2; a kernel that could not be had (4) only where it is the only
 * one, or strict. */
int matrix_exit(const struct matrix *m);
const char *matrix_verdict(const struct matrix *m);
/* Writers; 0 or a negative errno of the stream. @all: rows that are the same everywhere, too. */
int matrix_json(const struct matrix *m, FILE *out);
int matrix_text(const struct matrix *m, FILE *out, bool all, bool colour);
