/* SPDX-License-Identifier: Apache-2.0 */
/* docs/spec/90-errors-lifecycle.md: when masks stand, what an error and what delete leaves. */
#include "conformance/judge/left.h"
#include "conformance/judge/rows.h"
#include "conformance/judge/snapshot.h"
#include "conformance/judge/standing.h"

static const struct row *driver_row(const struct facts *f, const char *name, const char *phase,
				    enum op op, const char *path)
{
	return find_row(f, "driver", name, phase, op, path);
}

/* Each time the process says that it runs, and then gives its mount table; either may be lost. */
static size_t times_run(const struct view *v)
{
	size_t words = 0, tables = 0, i;

	for (i = 0; i < v->facts->n_rows; i++) {
		const struct row *r = &v->facts->rows[i];

		if (!streq(r->phase, "first") || !row_from(r, "probe", v->container->name))
			continue;
		words += r->op == OP_RAN;
		tables += r->op == OP_MOUNTINFO && streq(r->result, "end");
	}
	return words > tables ? words : tables;
}

static void check_start(const struct view *v, struct finding *f)
{
	const struct row *create =
		driver_row(v->facts, v->container->name, "create", OP_EXIT, "create");
	const struct row *start =
		driver_row(v->facts, v->container->name, "start", OP_EXIT, "start");
	const struct row *last = start ? start : create;

	if (container_started(v) && times_run(v) > 1)
		found(f, VERDICT_FAIL, "the process of container %s ran %zu times",
		      v->container->name, times_run(v));
	else if (container_started(v))
		found(f, VERDICT_PASS, "started");
	else if (!last)
		found(f, VERDICT_BROKEN, "nothing is known of container %s", v->container->name);
	else if (row_ok(last))
		found(f, VERDICT_FAIL, "%s answered ok, but the process of container %s never ran",
		      last->path, v->container->name);
	else
		found(f, VERDICT_FAIL, "%s answered %s: %.200s", last->path, last->result,
		      last->value);
}

JUDGE(life_start) = {
	.check = check_start,
	.every = true,
	.expected = "create and start answer 0, the process runs",
};

/* What is left ------------------------------------------------------------------------------- */

long count_left(const struct facts *f, const char *name, const char *phase, enum op op)
{
	const struct row *r = driver_row(f, name, phase, op, "");
	char *end;
	long n;

	if (!r || !row_ok(r) || !*r->value)
		return -1;
	n = strtol(r->value, &end, 10);
	return *end ? -1 : n;
}

static const char *plural(const char *what, long n)
{
	if (n == 1)
		return "";
	return what[strlen(what) - 1] == 's' ? "es" : "s";
}

void check_left(const struct view *v, const char *witness, enum op op, const char *what,
		struct finding *f)
{
	long seen = count_left(v->facts, witness, "running", op);
	long left = count_left(v->facts, v->container->name, "after", op);

	if (left > 0)
		found(f, VERDICT_FAIL, "%ld %s%s left of container %s", left, what,
		      plural(what, left), v->container->name);
	else if (left < 0)
		found(f, VERDICT_BROKEN, "no count of %s after container %s", what,
		      v->container->name);
	else if (seen == 0 && op != OP_PROCESSES)
		found(f, VERDICT_SKIP, "a running container has no %s where it was looked for",
		      what);
	else if (seen <= 0)
		found(f, VERDICT_BROKEN, "dull control: no %s of a running container is seen",
		      what);
	else
		found(f, VERDICT_PASS, "no %s left", what);
}

static bool refused(const struct view *v, struct finding *f)
{
	if (container_refused(v))
		return true;
	if (container_started(v))
		found(f, VERDICT_SKIP, "container %s was not refused", v->container->name);
	else
		found(f, VERDICT_BROKEN, "container %s neither started nor was refused",
		      v->container->name);
	return false;
}

#define LEFT(thing, op, what)                                                                      \
	static void check_deleted_##thing(const struct view *v, struct finding *f)                 \
	{                                                                                          \
		if (!container_started(v))                                                         \
			found(f, VERDICT_BROKEN, "container %s did not start",                     \
			      v->container->name);                                                 \
		else                                                                               \
			check_left(v, v->container->name, op, what, f);                            \
	}                                                                                          \
	static void check_refused_##thing(const struct view *v, struct finding *f)                 \
	{                                                                                          \
		if (refused(v, f))                                                                 \
			check_left(v, "plain", op, what, f);                                       \
	}                                                                                          \
	JUDGE(life_delete_##thing) = { .check = check_deleted_##thing,                             \
				       .every = true,                                              \
				       .expected = "no " what " after delete" };                   \
	JUDGE(life_refused_##thing) = { .check = check_refused_##thing,                            \
					.expected = "no " what " after a refusal" }

LEFT(cgroups, OP_CGROUPS, "cgroup");
LEFT(state, OP_STATE, "state");
LEFT(processes, OP_PROCESSES, "process");

/* Neither an error that comes after the process nor one that never comes will do. */
static void check_payload(const struct view *v, struct finding *f)
{
	if (!container_started(v) && container_ran(v))
		found(f, VERDICT_FAIL, "the process of container %s ran, though it was not started",
		      v->container->name);
	else if (!refused(v, f))
		return;
	else if (!find_row(v->facts, "probe", "plain", "first", OP_RAN, NULL))
		found(f, VERDICT_BROKEN, "dull control: the sibling's process left no trace");
	else
		found(f, VERDICT_PASS, "it never ran");
}

JUDGE(life_refused_payload) = {
	.check = check_payload,
	.expected = "no trace of the process",
};

/* When masks stand --------------------------------------------------------------------------- */

static const struct row *first_look(const struct view *v, const char *path)
{
	return find_row(v->facts, "probe", v->container->name, "first", OP_LOOK, path);
}

static void check_first_look(const struct view *v, struct finding *f)
{
	const struct row *control = first_look(v, "/t/control");
	unsigned int n = 0;
	size_t i;

	if (!container_started(v)) {
		bool may = v->container->expect == EXPECT_EITHER && container_refused(v);

		found(f, may ? VERDICT_SKIP : VERDICT_BROKEN, "container %s did not start",
		      v->container->name);
		return;
	}
	if (!control || !row_exposes(control))
		found(f, VERDICT_BROKEN, "dull control: the sibling was not read at first");
	for (i = 0; i < v->container->n_masks; i++) {
		const struct mask *m = &v->container->masks[i];
		const struct row *r = first_look(v, m->path);

		if (!is_plain_mask(m))
			continue;
		n++;
		if (!r)
			found(f, VERDICT_BROKEN, "no first look at %s", m->path);
		else if (row_not_masked(r))
			found(f, VERDICT_FAIL, "%s at first: %s %s", m->path, r->result, r->value);
	}
	if (n)
		found(f, VERDICT_PASS, "masked at the first look");
	else
		found(f, VERDICT_SKIP, "container %s masks nothing plain", v->container->name);
}

JUDGE(life_first_look) = {
	.check = check_first_look,
	.every = true,
	.expected = "masked before the process does anything",
};

static void check_created(const struct view *v, struct finding *f)
{
	_cleanup_snapshot_ struct snapshot created = { 0 }, running = { 0 };
	const char *name = v->container->name;
	unsigned int mounts = 0;
	size_t i;

	if (snapshot_read(v->facts, "driver", name, "create", "container", &created) < 0 ||
	    snapshot_read(v->facts, "driver", name, "running", "container", &running) < 0) {
		found(f, VERDICT_BROKEN, "no mount table of container %s from the host", name);
		return;
	}
	if (snapshot_top(&running, "/t/control") || !snapshot_top(&running, "/proc"))
		found(f, VERDICT_BROKEN, "dull control: mounts are not told apart");
	for (i = 0; i < v->container->n_masks; i++) {
		const struct mask *m = &v->container->masks[i];

		if (!is_plain_mask(m))
			continue;
		if (!snapshot_top(&running, m->path)) {
			if (snapshot_top(&created, m->path))
				found(f, VERDICT_BROKEN,
				      "dull control: the mask of %s stood, but is gone", m->path);
			continue;
		}
		mounts++;
		if (!snapshot_top(&created, m->path))
			found(f, VERDICT_FAIL, "%s is not yet masked", m->path);
	}
	if (mounts == 0)
		found(f, VERDICT_SKIP, "no mask is a mount");
	else
		found(f, VERDICT_PASS, "%u masks stand when create has returned", mounts);
}

JUDGE(life_created) = {
	.check = check_created,
	.expected = "every mask is mounted when create has returned",
};

static void check_start_unchanged(const struct view *v, struct finding *f)
{
	if (!container_started(v))
		found(f, VERDICT_BROKEN, "container %s did not start", v->container->name);
	else if (strstr(v->container->config, "\"CAP_SYS_ADMIN\""))
		found(f, VERDICT_SKIP, "the process may change its mounts itself");
	else
		check_standing(v, "create", f);
}

JUDGE(life_start_unchanged) = {
	.check = check_start_unchanged,
	.every = true,
	.expected = "the masks of the running container are the mounts that create left",
};
