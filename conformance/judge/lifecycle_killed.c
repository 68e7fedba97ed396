/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/spec/90-errors-lifecycle.md: what a create leaves that is killed. Between a clone and its
 * record there is a moment in which no runtime can know; when it is killed in it is a matter of
 * luck, and a verdict must not be. So what is left now and then passes, and is reported.
 */
#include "conformance/judge/left.h"

#define OFTEN 4 /* one in so many moments */

/* 1: killed; 0: it was done before; -1: neither, or nothing is known. */
static int was_killed(const struct facts *f, const char *name)
{
	const struct row *r = find_row(f, "driver", name, "create", OP_EXIT, "create");

	if (r && streq(r->result, "signal:9"))
		return 1;
	return r && streq(r->result, "ok") ? 0 : -1;
}

static bool too_often(const struct facts *f, const char *id, enum op op)
{
	unsigned int moments = 0, bad = 0;
	size_t i;

	for (i = 0; i < f->c.n_containers; i++) {
		const char *name = f->c.containers[i].name;

		if (!has_word(f->c.containers[i].topics, id) || was_killed(f, name) != 1)
			continue;
		moments++;
		bad += count_left(f, name, "after", op) > 0;
	}
	return bad * OFTEN >= moments;
}

static void check_killed(const struct view *v, const char *id, enum op op, const char *what,
			 struct finding *f)
{
	const char *name = v->container->name;
	int killed = was_killed(v->facts, name);

	if (killed < 0)
		found(f, VERDICT_BROKEN, "create of container %s was neither killed nor done",
		      name);
	else if (!killed || too_often(v->facts, id, op) ||
		 count_left(v->facts, name, "after", op) <= 0)
		check_left(v, "whole", op, what, f);
	else
		found(f, VERDICT_PASS, "seldom a %s left, as of container %s", what, name);
}

#define KILLED(thing, op, what)                                                                    \
	static void check_##thing(const struct view *v, struct finding *f)                         \
	{                                                                                          \
		check_killed(v, "life-killed-" #thing, op, what, f);                               \
	}                                                                                          \
	JUDGE(life_killed_##thing) = { .check = check_##thing,                                     \
				       .expected = "no " what " after delete --force" }

KILLED(cgroups, OP_CGROUPS, "cgroup");
KILLED(state, OP_STATE, "state");
KILLED(processes, OP_PROCESSES, "process");
