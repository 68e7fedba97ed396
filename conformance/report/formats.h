/* SPDX-License-Identifier: Apache-2.0 */
/* The formats of `maskspec report`: all are written from the same reports. */
#pragma once

#include "conformance/report/read.h"

struct format {
	const char *name;
	const char *help;
	bool single; /* of one report only */
	/* 0, or a negative errno of the stream. What comes from facts is escaped as @out wants it.
	 */
	int (*write)(const struct reports *rs, FILE *out);
};

/* Each may have several reports: a testsuite, a section, or rows of their own. */
int report_junit(const struct reports *rs, FILE *out);
int report_markdown(const struct reports *rs, FILE *out);
int report_csv(const struct reports *rs, FILE *out);
/* For services that run a CI (told.h); each of several reports. */
int report_github(const struct reports *rs, FILE *out);
int report_tmt(const struct reports *rs, FILE *out);

/* NULL where there is none of that name. */
const struct format *format_by_name(const char *name);
/* "json, tap, …": for a person who misspelt one. */
void format_names(struct text *t);
void format_help(FILE *out);
