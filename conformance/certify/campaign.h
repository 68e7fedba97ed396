/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runs that a certificate rests on: some of each kernel, below one folder:
 *
 *   kernels/N/run-M/facts/     N and M count from 1, in the order in which they were made
 *
 * certify makes the folder, verify unpacks it; both judge what lies in it by what is here.
 */
#pragma once

#include "conformance/assemble.h"
#include "conformance/certify/grade.h"

struct campaign_kernel {
	struct report *runs; /* owned, as all here */
	size_t n;
	char cases[SHA256_HEX]; /* of which cases with which ids were due: the same in all runs */
	struct graded graded;
};

struct campaign {
	struct campaign_kernel *kernels;
	size_t n;
	struct text reasons; /* of FAILED, for the whole, one a line */
	enum grade grade;
};

void campaign_free(struct campaign *c);
#define _cleanup_campaign_ _cleanup_(campaign_free)
/* Path of run @run of kernel @kernel, from 1, below @dir; owned by the caller. */
char *campaign_run_path(const char *dir, size_t kernel, size_t run);
/*
 * The first run whose facts say of which runtime and kit they are: of all (NULL: there is none), or
 * of kernel @k (its first one where there is none). A run that broke may have no facts.
 */
const struct report *campaign_told(const struct campaign *c);
const struct report *campaign_kernel_told(const struct campaign_kernel *k);
/* Begins the next kernel. */
void campaign_add_kernel(struct campaign *c);
/* Takes the last one away, of which nothing was added. */
void campaign_drop_kernel(struct campaign *c);
/*
 * Judges run @run of the last kernel, which lies below @dir. 0, or a negative errno with
 * *@ret_error, a sentence that names the file (owned by the caller).
 */
int campaign_add_run(struct campaign *c, const char *dir, const struct judge_options *o,
		     char **ret_error);
/* Of the last kernel: what can still be run of it. More is asked for until enough are whole. */
bool campaign_wants_run(const struct campaign *c, const struct cert *cert);
/* Grades all that was added. */
void campaign_grade(struct campaign *c, const struct cert *cert);
