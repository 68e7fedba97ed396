/* SPDX-License-Identifier: Apache-2.0 */
/* `maskspec run --time`: where the time of a run went. */
#pragma once

#include "conformance/report/report.h"

/* Seconds of the wall clock. */
struct run_times {
	double plan;	/* fixtures, cases, manifest */
	double observe; /* all cases, several at once */
	double judge;	/* facts read and judged, reports written */
};

double run_clock(void);
/* A table of runtime, payload and kit over all cases, from the measurements of @r. */
void run_times_print(const struct run_times *t, const struct report *r, FILE *out);
