/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often the kernel did, for the runtime of one case, what leaves no trace in a mount table:
 * tmpfs superblocks made, also those that are gone again, shrinkers registered, grace periods of
 * RCU waited for. Counted by the function tracer in an instance of its own, so that whoever else
 * traces on this host keeps filter, buffer and tracer; it goes with the case (or, by the watchdog,
 * with the run).
 */
#pragma once

#include "conformance/observe.h"

struct subject;

/* In a worker, for a case that asks for it: starts to follow this process and its children, and
 * counts what is known (the control). Facts of the case say whether it could be had, and why not.
 */
void trace_begin(struct observation *o);
void trace_end(void);
/* What happens between the two is counted as facts of @s in @phase. */
void trace_open(const struct observation *o);
void trace_close(struct subject *s, const char *phase);
/* Removes what a run left that was ended from outside. In a process of its own: it takes another
 * mount namespace. */
void trace_remove(const char *run_id);
