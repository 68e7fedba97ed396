/* SPDX-License-Identifier: Apache-2.0 */
/* Pure: which functions of the kernel are traced, and what the text of a trace says of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define TRACE_FUNCTIONS 5
#define TRACE_EVENTS 3

struct trace_event {
	const char *name;			/* the path of the fact */
	const char *functions[TRACE_FUNCTIONS]; /* those that a kernel may have; NULL at the end */
};
extern const struct trace_event trace_events[TRACE_EVENTS];

struct trace_counts {
	unsigned int n[TRACE_EVENTS];
	bool overrun; /* the buffer was too small: calls are missing */
};

/* Counts what the file `trace` says; cuts @text into lines. */
void trace_count(char *text, struct trace_counts *ret);
/* The process that wrote @mark to trace_marker, as the kernel numbers it; -ESRCH: none did. */
int trace_pid_of(char *text, const char *mark);
