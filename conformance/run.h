/* SPDX-License-Identifier: Apache-2.0 */
/* What `maskspec run` is told, and what it plans. */
#pragma once

#include "conformance/maskspec.h"

struct run_options {
	char *runtime; /* absolute path */
	char **runtime_args;
	size_t n_runtime_args;
	const char *profile, *filter, *require, *out, *timeout, *jobs, *cgroup, *deny, *userns;
	struct users users; /* as whom containers run */
	struct judge_options judge;
	bool json, verbose, time;
};

struct planned {
	const struct test_case *c;
	char *ids;  /* due in this run, blank-separated */
	char *file; /* the bundle as a file's name */
	char *text;
};

struct plan {
	struct planned *cases;
	size_t n;
	char *run_id;
	char *exec; /* what came of it in the preflight; NULL before that */
};

/* -1 to go on, or the exit status after a message that names option, value and remedy. */
int run_options_parse(struct run_options *o, int argc, char **argv);
/* The words that start observe on a range of the plan; the array and words are owned. */
char **observe_argv(const struct plan *p, const struct run_options *o, const char *digest,
		    size_t from, size_t to);
/* Writes OUT/status; returns @status. */
int write_status(const char *out, int status);
