/* SPDX-License-Identifier: Apache-2.0 */
/*
 * storm: starts and stops containers with many masked directories inside a virtual machine, by
 * runtimes that take turns, and writes a record a round. Judges nothing: `vm/storm` compares.
 *
 *   storm.c         the command line, the rounds, the records
 *   storm_bundle.c  bundles and memory cgroups
 *   storm_run.c     one start and stop of several containers at once
 *   storm_loop.c    the same without a runtime
 *   storm_trace.c   where the time goes, by the kernel's function_graph tracer
 *
 * A record is MASKSPEC_DIR/facts/NAME.ROUND.facts, lines of tab-separated fields:
 *
 *   storm    1 NAME ROUND RELEASE CONTAINERS MASKS CGROUPS idle|reclaim DROPPED
 *            DROPPED: times that slab was dropped meanwhile
 *   time     SUBJECT START KILL DELETE          microseconds, all containers together
 *   masks    SUBJECT SUPERBLOCKS                of the first container, by its mountinfo
 *   cost     SUBJECT PHASE CAUSE FUNCTION CALLS MICROSECONDS
 *            PHASE: start, stop, beside (a memory cgroup made and removed while containers live);
 *            without what functions named in other lines took inside
 *   lost     EVENTS                             that the tracer dropped
 *   untraced WHY                                there is no such tracer
 */
#pragma once

#include <sys/types.h>

#include "conformance/text.h"

#define STORM_DIR "/maskspec/storm"
#define STORM_MAX 256 /* containers, subjects' arguments */

struct storm {
	const char *name;
	unsigned int containers, masks, cgroups, rounds;
	bool reclaim, trace;
};

struct subject {
	const char *label;
	char *argv[STORM_MAX]; /* of the runtime, with its global options; or the name of a loop */
	size_t argc;
	bool loop;
};

struct sample {
	unsigned long start_us, kill_us, delete_us;
	unsigned int superblocks;
};

/* Says what failed on stderr and ends: a measurement that is not whole is none. */
void storm_die(const char *fmt, ...) _printf_(1, 2) __attribute__((noreturn));
unsigned long storm_now_us(void);

/* storm_bundle.c ----------------------------------------------------------------------------- */

#define STORM_ROOT STORM_DIR "/root"
#define STORM_MASKED "/masked"

/* One root for all, whose payload is this program itself, and a bundle each. */
void bundles_make(const struct storm *s);
/* The bundle of container @i; owned. */
char *bundle_path(unsigned int i);
/* @n memory cgroups beside those of containers. */
void cgroups_make(unsigned int n);
/* One made and removed. */
void cgroup_come_and_go(void);
/* This process into the memory cgroup of container @i, which is made; and that removed. */
void cgroup_join(unsigned int i);
void cgroup_leave(unsigned int i);

/* storm_run.c -------------------------------------------------------------------------------- */

/* What the costs of a phase are written into; NULL: nothing is traced. */
void storm_run(const struct storm *s, const struct subject *subject, struct sample *ret,
	       struct text *costs);

/* storm_loop.c ------------------------------------------------------------------------------- */

bool loop_is_known(const char *name);
/* Processes in memory cgroups and mount namespaces of their own, that wait for loop_start(). */
void loop_prepare(const char *name, const struct storm *s, pid_t pids[STORM_MAX]);
/* Microseconds until all have their masks. */
unsigned long loop_start(const struct storm *s, const pid_t *pids);

/* storm_trace.c ------------------------------------------------------------------------------ */

/* NULL, or why there is no such tracer; static. */
const char *trace_open(void);
void trace_begin(void);
/* Appends the lines `cost`, and `lost` where events were. */
void trace_end(struct text *out, const char *subject, const char *phase);
