/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file `machine` beside the facts of a run in a virtual machine: what it was and how it ended.
 * vm/boot writes it last, so a run that was cut has none, and then nothing is believed of it.
 *
 *   machine/1
 *   image SHA256               of the kernel
 *   accel NAME | qemu VERSION | memory MIB | cpus N
 *   append WORDS               the kernel's command line
 *   tries N                    boots; one that ended by itself before its init ran is repeated
 *   boot MILLISECONDS          to the first word of its init, "" where there was none
 *   fault CASES LINES          what the kernel said that lets nothing be believed
 *   warning CASES LINES        what else it said; CASES ran about then, blank-separated
 *   running CASES              when it ended
 *   doubtful CASES             that ran when a fault was said, or began after it
 *   ended REASON               "" where it ended as it should
 *   end LINES
 */
#pragma once

#include "conformance/text.h"

#define MACHINE_FILE "machine"

struct machine_remark {
	bool fault;
	char *cases, *lines;
};

/* Strings point into @text; what no line says is "". */
struct machine {
	char *text;
	const char *image, *accel, *qemu, *append, *memory, *cpus, *tries, *boot, *running,
		*doubtful, *ended;
	struct machine_remark *remarks;
	size_t n;
};

void machine_free(struct machine *m);
#define _cleanup_machine_ _cleanup_(machine_free)
/* Takes @text over. -EINVAL: none, or cut. */
int machine_parse(char *text, struct machine *ret);
/* In place of one that can't be read: @ended is static. */
void machine_unknown(struct machine *ret, const char *ended);
/* The whole file; owned by the caller. */
char *machine_write(const struct machine *m);
/* Adds to *@to, which stays what it is, what the kernel of @from said, and how it ended where that
 * of
 * *@to ended well. Nothing where one of them is unknown. */
void machine_merge(struct machine *to, const struct machine *from);
/* Why nothing that was seen there counts, one sentence with the kernel's lines; NULL: it does. */
char *machine_fault(const struct machine *m);
/* Why the facts of @file are no evidence, there or not; NULL: they are. Owned. */
char *machine_doubt(const struct machine *m, const char *file);
/* Why the facts of @file are not there; "" where the machine does not know either. Owned. */
char *machine_why_missing(const struct machine *m, const char *file);
