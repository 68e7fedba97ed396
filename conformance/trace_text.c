/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/trace_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/text.h"

/*
 * Which of the names a kernel has is asked when it runs, never its version:
 *   shrinkers   register_shrinker to 4.15, and register_shrinker_prepared for superblocks to 6.6;
 *               shrinker_register after
 *   grace       up to 4.19 synchronize_rcu is synchronize_sched where the kernel can't be preempted
 * A call by another one of the same event is that one, as synchronize_rcu is passed on where
 * grace periods are to be expedited.
 */
const struct trace_event trace_events[TRACE_EVENTS] = {
	{ "superblocks", { "shmem_fill_super" } },
	{ "shrinkers", { "register_shrinker", "register_shrinker_prepared", "shrinker_register" } },
	{ "grace",
	  { "synchronize_rcu", "synchronize_rcu_expedited", "synchronize_sched",
	    "synchronize_sched_expedited" } },
};

static bool is_of(const struct trace_event *e, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < TRACE_FUNCTIONS && e->functions[i]; i++)
		if (strlen(e->functions[i]) == len && memcmp(e->functions[i], name, len) == 0)
			return true;
	return false;
}

/* "runc-123     [000] ..... 1.2: shmem_fill_super <-vfs_get_super" */
static void count_line(const char *line, struct trace_counts *c)
{
	const char *arrow = strstr(line, " <-"), *name = arrow, *caller;
	size_t i;

	if (!arrow)
		return;
	caller = arrow + strlen(" <-");
	while (name > line && name[-1] != ' ')
		name--;
	for (i = 0; i < TRACE_EVENTS; i++)
		c->n[i] += is_of(&trace_events[i], name, (size_t)(arrow - name)) &&
			   !is_of(&trace_events[i], caller, strcspn(caller, " ["));
}

/* "# entries-in-buffer/entries-written: 12/12   #P:2": fewer are there than were. */
static bool is_cut(const char *line)
{
	const char *at = strstr(line, "entries-written: ");
	unsigned long in, written;

	return strstr(line, "LOST") ||
	       (at &&
		(sscanf(at, "entries-written: %lu/%lu", &in, &written) != 2 || in != written));
}

void trace_count(char *text, struct trace_counts *ret)
{
	char *rest, *line;

	*ret = (struct trace_counts){ 0 };
	for (rest = text; (line = next_line(&rest));) {
		ret->overrun |= is_cut(line);
		if (*line != '#')
			count_line(line, ret);
	}
}

/* "observe-123     [000] ..... 1.2: tracing_mark_write: maskspec" */
int trace_pid_of(char *text, const char *mark)
{
	char *rest, *line, *at;

	for (rest = text; (line = next_line(&rest));) {
		if (*line == '#' || !strstr(line, mark))
			continue;
		at = strchr(line, '[');
		if (at)
			*at = '\0';
		at = strrchr(line, '-');
		if (at && atoi(at + 1) > 0)
			return atoi(at + 1);
	}
	return -ESRCH;
}
