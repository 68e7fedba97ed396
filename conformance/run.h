/* SPDX-License-Identifier: Apache-2.0 */
/* What `maskspec run` is told, and what it plans. */
#pragma once

#include "conformance/maskspec.h"
#include "conformance/split.h"
#include "conformance/words.h"

#define NONCE_MAX 128

struct run_options {
	char *runtime; /* absolute path */
	char **runtime_args;
	size_t n_runtime_args;
	const char *profile, *filter, *require, *out, *timeout, *jobs, *cgroup, *deny, *userns;
	struct users users; /* as whom containers run */
	struct judge_options judge;
	const char *kernels;	   /* as given; "host" is the one that runs here */
	const char *kernel;	   /* the one of this run; NULL: the host's */
	bool several;		   /* more than one is named: each gets a run of its own */
	const char *nonce;	   /* somebody else's, or NULL */
	const char *shard_word;	   /* SHARD as given, or NULL */
	struct shard shard;	   /* count 0: the whole run */
	const char *dealt_kernels; /* over which shards are dealt: all that were given */
	const char *accel, *cache;
	const char *vm_timeout; /* NULL: those of vm/boot */
	const char *vm_cpus;
	bool json, verbose, time, keep;
	bool plan; /* run nothing */
};

struct planned {
	const struct test_case *c;
	char *ids;  /* due in this run, blank-separated */
	char *file; /* the bundle as a file's name */
	char *text;
	size_t place;	    /* in the whole run */
	unsigned int shard; /* of SHARD, that has it; 0: every one, or there are none */
};

struct plan {
	struct planned *cases;
	size_t n;
	struct planned *elsewhere; /* cases of the run that other shards have */
	size_t n_elsewhere;
	struct case_list list; /* that they are of */
	char *run_id;
};

/* -1 to go on, or the exit status after a message that names option, value and remedy. */
int run_options_parse(struct run_options *o, int argc, char **argv);
/* The words that start observe on a range of the plan, where the kernel is; see words_free(). */
char **observe_argv(const struct plan *p, const struct run_options *o, const char *digest,
		    size_t from, size_t to);
/* Turns them to one of several kernels, with a folder of its own. */
void run_options_place(struct run_options *o, const char *kernel, const char *out);
/* Writes OUT/status; returns @status. */
int write_status(const char *out, int status);
