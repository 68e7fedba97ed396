/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHARD=i/n: the cases of a run, of each of its kernels, dealt out to n machines. Pure, and in
 * whole milliseconds: every machine comes to the same shards by itself.
 *
 * A case is never cut: what must run together (containers at once, a pair of paths) is one. The
 * preflight is of every shard, and so it is not dealt.
 */
#pragma once

#include <stddef.h>

#define SPLIT_MAX 1000	       /* shards */
#define SPLIT_UNKNOWN_MS 100   /* a case that no time was recorded of */
#define SPLIT_MACHINE_FACTOR 4 /* what a case takes in a virtual machine without KVM */
#define SPLIT_MACHINE_MS 4000  /* until the first case runs there */

struct shard {
	unsigned int number, count; /* from 1; 0 of 0: the whole run */
};

/* "2/3"; -EINVAL for what is none, or of more than SPLIT_MAX. */
int shard_parse(const char *s, struct shard *ret);

/* fixtures/times.tsv: bundle and milliseconds, a tab between; "#" begins a comment. */
struct times {
	struct time_of {
		char *bundle; /* owned */
		unsigned long ms;
	} * list;
	size_t n;
};

void times_free(struct times *t);
#define _cleanup_times_ _cleanup_(times_free)
/* Takes what @text says; -EINVAL with the number of the line that says nothing in *@ret_line. */
int times_parse(const char *text, struct times *ret, unsigned int *ret_line);
/* SPLIT_UNKNOWN_MS for one that is not in there. */
unsigned long times_of(const struct times *t, const char *bundle);

struct work {
	unsigned long ms;
	size_t kernel; /* below @n_kernels */
};

/*
 * Longest first, each to the shard that is done with it soonest, the first of equals. A kernel
 * costs @begin_ms[kernel] in each shard that has some of it: with several, the works of one are
 * dealt in parts, as large as it is quickest. @list: those of a kernel stand together. @ret: of
 * each of the @n works its shard, from 1; no shard is empty unless there are more of them than
 * works.
 */
void split(const struct work *list, size_t n, const unsigned long *begin_ms, size_t n_kernels,
	   unsigned int shards, unsigned int *ret);
