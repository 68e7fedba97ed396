/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.json back into reports: what a report says can be written in any format again, years later
 * and without its facts. Nothing is judged anew, and nothing is believed that the file does not
 * say.
 */
#pragma once

#include "conformance/report/report.h"

/* 64 MiB: a matrix of 40 reports with all their evidence has some 20. */
#define REPORT_MAX (64u << 20)

struct reports {
	struct report *list; /* owned */
	char **files;	     /* where each is from; owned */
	size_t n;
};

void reports_free(struct reports *rs);
#define _cleanup_reports_ _cleanup_(reports_free)
/* Adds @r, which it takes over and zeroes. */
void reports_add(struct reports *rs, const char *file, struct report *r);
/*
 * Adds what @text, of @len bytes, has: one report, or those of a matrix; its kernels that could not
 * be judged become reports without results whose why says so. 0, or -EINVAL with "FILE: FIELD: what
 * is wrong, what to do" (owned by the caller), and then nothing is added.
 */
int reports_read(const char *file, const char *text, size_t len, struct reports *rs,
		 char **ret_error);
