/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/spec/90-errors-lifecycle.md: what a create leaves that is killed. Between a clone and its
 * record there is a moment in which no runtime can know; when it is killed in it is a matter of
 * luck, and a verdict must not be. So what is left now and then passes, and is reported.
 */
#include "conformance/judge/host.h"
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

struct moments {
	unsigned int tried, met, bad;
};

static struct moments count_moments(const struct facts *f, const char *id, enum op op)
{
	struct moments m = { 0 };
	size_t i;

	for (i = 0; i < f->c.n_containers; i++) {
		const char *name = f->c.containers[i].name;

		if (!has_word(f->c.containers[i].topics, id))
			continue;
		m.tried++;
		if (was_killed(f, name) != 1)
			continue;
		m.met++;
		m.bad += count_left(f, name, "after", op) > 0;
	}
	return m;
}

static bool too_few(const struct moments *m)
{
	return m->met * 2 < m->tried;
}

static bool too_often(const struct moments *m)
{
	return !too_few(m) && m->bad * OFTEN >= m->met;
}

/* Whatever few creates left, or did not, says little of all. */
static void check_met(const struct view *v, const struct moments *m, struct finding *f)
{
	if (was_killed(v->facts, v->container->name) < 0)
		found(f, VERDICT_BROKEN, "create of container %s was neither killed nor done",
		      v->container->name);
	else if (too_few(m))
		found_unasked(f, "too few creates were killed before they were done");
}

static void check_killed(const struct view *v, const char *id, enum op op, const char *what,
			 struct finding *f)
{
	const struct moments m = count_moments(v->facts, id, op);
	const char *name = v->container->name;

	if (was_killed(v->facts, name) != 1 || too_often(&m) ||
	    count_left(v->facts, name, "after", op) <= 0)
		check_left(v, "whole", op, what, f);
	else
		found(f, VERDICT_PASS, "seldom a %s left, as of container %s", what, name);
	check_met(v, &m, f);
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

/* Of mounts none is right, at whatever moment. */
static void check_killed_mounts(const struct view *v, struct finding *f)
{
	const struct moments m = count_moments(v->facts, "life-killed-mounts", OP_COUNT);

	check_no_new_mount(v, "after", "/", f);
	check_met(v, &m, f);
}

JUDGE(life_killed_mounts) = {
	.check = check_killed_mounts,
	.expected = "the host's mounts are as before the container",
};
