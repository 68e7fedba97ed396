/* SPDX-License-Identifier: Apache-2.0 */
/* Starts `maskspec run` as a certification profile asks for it. */
#pragma once

#include "conformance/certify/cert.h"
#include "conformance/words.h"

struct runner {
	const struct cert *cert;
	const char *runtime, *fixtures;
	const char *nonce, *deviations; /* "": none */
	const struct words *more;	/* options of maskspec run, as they are */
};

/* Those of maskspec run that are handed on as they were given, for a table of getopt_long(). */
#define RUNNER_OPTION '='
#define RUNNER_OPTIONS                                                                             \
	{ "accel", required_argument, NULL, RUNNER_OPTION },                                       \
		{ "cache", required_argument, NULL, RUNNER_OPTION },                               \
		{ "timeout", required_argument, NULL, RUNNER_OPTION },                             \
		{ "jobs", required_argument, NULL, RUNNER_OPTION },                                \
	{                                                                                          \
		"vm-timeout", required_argument, NULL, RUNNER_OPTION                               \
	}

/*
 * One run on @kernels, as KERNELS= has them, whose facts are in @out/facts then; @out NULL only
 * checks what is asked for. What it says goes to stderr as always. 0, however the run ended, or the
 * exit status where there can be none: usage, or Ctrl-C.
 */
int runner_run(const struct runner *r, const char *kernels, const char *out);
