/* SPDX-License-Identifier: Apache-2.0 */
/* What a run is not judged for: a runtime that does not do as much without any mask. */
#include "conformance/assemble.h"

/* The first command that did not do what it must for the next one to be asked at all. */
static char *command_fault(const struct facts *f, const char *name, bool started)
{
	static const struct {
		const char *phase, *command;
		bool late;     /* asked of a container that has started */
		bool may_fail; /* an error is for the judges; only a deadline or a flood ends here
				*/
	} commands[] = {
		{ "create", "create", false, false }, { "create", "state", false, false },
		{ "start", "start", false, false },   { "kill", "kill", true, false },
		{ "delete", "delete", true, true },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		const char *command = commands[i].command;
		const struct row *r =
			find_row(f, "driver", name, commands[i].phase, OP_EXIT, command);

		if (commands[i].late && !started)
			continue;
		if (!r)
			return xasprintf("%s of a container without masks was never answered",
					 command);
		if (!streq(r->result, "ok") &&
		    !(commands[i].may_fail && strip_prefix(r->result, "exit:")))
			return xasprintf("%s of a container without masks ended with %s%s%.300s",
					 command, r->result, *r->value ? ": " : "", r->value);
	}
	return NULL;
}

/* All that is seen from the host hangs on the pid, and who knows not the status knows no pid. */
static char *state_fault(const struct facts *f, const char *name)
{
	const struct row *status = find_row(f, "driver", name, "create", OP_STATUS, "");
	const struct row *pid = find_row(f, "driver", name, "create", OP_STATUS, "pid");

	if (!status || !streq(status->value, "created"))
		return xasprintf("state of a container without masks answered the status \"%s\" "
				 "after create, not \"created\"",
				 status ? status->value : "");
	if (pid && !streq(pid->result, "ok"))
		return xasprintf("state of a container without masks answered %s", pid->value);
	return NULL;
}

char *preflight_fault(const struct facts *f)
{
	struct view v = { .facts = f };
	_cleanup_free_ char *fault = NULL;

	if (f->state != FACTS_WHOLE || !f->c.n_containers)
		return xstrdup("the preflight case left no facts");
	v.container = &f->c.containers[0];
	fault = command_fault(f, v.container->name, container_started(&v));
	if (!fault && container_started(&v))
		fault = state_fault(f, v.container->name);
	if (fault || container_started(&v))
		return TAKE_PTR(fault);
	return xstrdup("create and start of a container without masks answered 0, but its process "
		       "never ran");
}
