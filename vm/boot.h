/* SPDX-License-Identifier: Apache-2.0 */
/*
 * boot: one virtual machine from start to end. Prints what observe would ("start NAME.case", "done
 * NAME.case"), writes the facts that the machine sends, its console and the file `machine`.
 *
 *   boot.c         the command line; what is written in the end
 *   boot_qemu.c    qemu's command line, its start, and whether KVM works here
 *   boot_watch.c   reads both serial ports until the machine ends or a deadline passes
 */
#pragma once

#include <signal.h>
#include <stdio.h>
#include <sys/types.h>

#include "conformance/machine.h"
#include "vm/console.h"

struct boot_options {
	const char *kernel, *initrd, *facts, *console; /* paths; console may be NULL */
	const char *append, *memory, *cpus, *cgroup, *accel, *cache, *qemu, *image;
	unsigned int boot_s, case_s, whole_s; /* deadlines */
	bool shell;
};

/* boot_qemu.c ------------------------------------------------------------------------------- */

struct qemu {
	pid_t pid;
	int console, result, words; /* read ends; words: its own stderr */
};

/* The command line that boots @o, NULL-terminated; owned. */
char **qemu_argv(const struct boot_options *o, const char *accel, const char *mode);
/* The kernel's command line in it; owned. */
char *qemu_append(const struct boot_options *o, const char *accel, const char *mode);
/* The same in one line of shell, with files in place of our pipes. */
char *qemu_by_hand(const struct boot_options *o, const char *accel);
/* Ends with this process, however that ends. */
int qemu_start(char *const *argv, struct qemu *ret);
/* Kills it if it still lives after so long; what waitpid() says of it. */
int qemu_end(struct qemu *q, unsigned int patience_ms);
/* First line of `qemu --version`, owned; NULL where it can't be run. */
char *qemu_version(const char *qemu);
/* "tcg" or "kvm", as o->accel says or as a probe boot proves; NULL after a message. */
const char *accel_choose(const struct boot_options *o, const char *version);

/* boot_watch.c ------------------------------------------------------------------------------ */

struct watch {
	const struct boot_options *o;
	int facts_fd;  /* folder, or -EBADF: nothing is written */
	FILE *console; /* or NULL */
	FILE *events;  /* or NULL */
	struct console said;
	unsigned long said_ms[SPLATS_MAX]; /* when, of this clock */
	struct text input, words;
	struct text running, doubtful; /* cases, blank-separated: machine.h */
	bool fault;		       /* was said on the console */
	size_t console_bytes;
	unsigned long frames; /* that came whole */
	unsigned int damaged, tries;
	unsigned long started_ms, begun_ms; /* of this clock; begun: init's first word */
	bool begun, ended, by_itself;	    /* by_itself: without a word of why, and unasked */
	char *why;  /* the machine did not end as it should: a phrase; owned */
	char *note; /* the last remark of the machine's init; owned */
};

/* Until the machine is gone; fills @w. */
void watch_machine(struct watch *w, struct qemu *q);
void watch_free(struct watch *w);
/* Set by a signal: then the machine is ended. WATCH_ENOUGH says that its preflight case failed. */
#define WATCH_ENOUGH SIGUSR1
extern volatile int watch_signal;
/* Whether it was set; then w->why says so. */
bool watch_interrupted(struct watch *w);
