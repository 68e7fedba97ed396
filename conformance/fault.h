/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The word fault=K:MODE of DENY: the K-th call of the mount class that a runtime makes between the
 * beginning of `create` and the execution of the container's program is not made.
 *
 * - `pass`: mount, move_mount, mount_setattr and umount2 answer 0, and nothing is done. open_tree
 *   and fsmount answer a descriptor, which nobody can make up: they go on to the kernel.
 * - `einval`: all six answer EINVAL.
 *
 * Counted are calls that were answered, of all processes and threads of the runtime, in the first
 * container of a bundle: its siblings are controls. Here is what is decided; supervisor.c does it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define FAULT_WORD "fault="
#define FAULT_MAX 99999

enum fault_mode { FAULT_NONE, FAULT_PASS, FAULT_EINVAL };

struct fault {
	unsigned long k;
	enum fault_mode mode;
};

struct mount_call {
	const char *name;
	int number;
	bool can_pass;
	int dir, path; /* which arguments say where: a descriptor (-1: none), a string */
};

enum { MOUNT_CALLS = 6 };
extern const struct mount_call mount_calls[MOUNT_CALLS];
/* NULL when it is of another class. */
const struct mount_call *mount_call_by_number(int nr);

/* Reads "fault=K:MODE", @n bytes: 0 or -EINVAL. */
int fault_parse(const char *word, size_t n, struct fault *ret);
/* The word, owned by the caller. */
char *fault_word(const struct fault *f);

/* Of one container's start. */
struct fault_count {
	unsigned long answered; /* calls of the class so far */
	bool open;		/* being counted */
	const struct mount_call *hit;
	bool made; /* the fault; false with @hit: that call can't pass */
};

enum fault_answer { FAULT_GOES_ON, FAULT_ANSWERS_0, FAULT_ANSWERS_EINVAL };
/* What becomes of call @nr; nothing is counted before fault_answered(). */
enum fault_answer fault_decide(const struct fault *f, const struct fault_count *c, int nr);
/* The call was answered so. A caller that was interrupted asks again and is decided again. True:
 * it was the K-th. */
bool fault_answered(const struct fault *f, struct fault_count *c, int nr);
