/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/spec/60-superblocks.md: what the kernel was seen doing for a container
 * (conformance/trace.c), without masks, with some and with many.
 */
#include "conformance/judge/rows.h"
#include "conformance/judge/snapshot.h"

#define CONTROL "control"
/* From one number of masks to the next: less than one for two of the 16. What a runtime does once
 * for all masks, and what differs from one run to the next, is less. */
#define MOST_MORE 7
/* The tmpfs of the bundle, which every container has. */
#define OF_BUNDLE 2

static const char *const sizes[] = { "plain", "d16", "d128" };

struct counts {
	long long of[ARRAY_SIZE(sizes)];
};

static const struct row *control_row(const struct view *v, const char *path)
{
	return find_row(v->facts, "driver", NULL, CONTROL, OP_TRACE, path);
}

static bool is_unavailable(const struct row *r)
{
	return r && streq(r->result, "unavailable");
}

/* Whether something was counted, of @event or (NULL) of any, so that it can't be unavailable. */
static bool was_counted(const struct view *v, const char *event)
{
	size_t i;

	for (i = 0; i < v->facts->n_rows; i++) {
		const struct row *r = &v->facts->rows[i];

		if (r->op == OP_TRACE && !streq(r->path, "tracer") &&
		    (!event || streq(r->path, event)) && !is_unavailable(r))
			return true;
	}
	return false;
}

/* False with the finding made. */
static bool can_trace(const struct view *v, struct finding *f)
{
	const struct row *r = control_row(v, "tracer");

	if (r && row_ok(r))
		return true;
	if (is_unavailable(r) && *r->value && !was_counted(v, NULL))
		found(f, VERDICT_SKIP, "the kernel can't be traced (%s)", r->value);
	else
		found(f, VERDICT_BROKEN, "whether the kernel can be traced is not known");
	return false;
}

static bool read_count(const struct row *r, long long *ret)
{
	*ret = r && row_ok(r) ? row_number(r, "count") : -1;
	return *ret >= 0;
}

static const char *why_not(const struct row *r)
{
	return !r ? "no count" : row_ok(r) ? "no number" : r->result;
}

/* What the driver did must have been counted, or nothing follows from counts that are small. */
static bool control_counts(const struct view *v, const char *event, struct finding *f)
{
	const struct row *r = control_row(v, event), *made = control_row(v, "made");
	long long want, seen;

	if (is_unavailable(r) && !was_counted(v, event)) {
		found(f, VERDICT_SKIP, "the kernel has no function to trace for %s", event);
		return false;
	}
	if (!read_count(made, &want) || want < OF_BUNDLE || !read_count(r, &seen) || seen < want) {
		found(f, VERDICT_BROKEN, "dull control: %s of the driver's mounts were not counted",
		      event);
		return false;
	}
	return true;
}

static bool counts_of(const struct view *v, const char *phase, const char *event,
		      struct counts *ret, struct finding *f)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		const struct row *r =
			find_row(v->facts, "driver", sizes[i], phase, OP_TRACE, event);

		if (!read_count(r, &ret->of[i])) {
			found(f, VERDICT_BROKEN, "%s of container %s at %s: %s", event, sizes[i],
			      phase, why_not(r));
			return false;
		}
	}
	return true;
}

static bool all_started(const struct view *v, struct finding *f)
{
	size_t i, j, n = 0;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		for (j = 0; j < v->facts->c.n_containers; j++) {
			const struct view one = { .facts = v->facts,
						  .container = &v->facts->c.containers[j] };

			n += streq(one.container->name, sizes[i]) && container_started(&one);
		}
	if (n != ARRAY_SIZE(sizes))
		found(f, VERDICT_BROKEN, "a container did not start (see life-start)");
	return n == ARRAY_SIZE(sizes);
}

static bool is_in(const struct snapshot *s, size_t end, const struct mount *m)
{
	size_t i;

	for (i = 0; i < end; i++)
		if (same_superblock(&s->mounts[i], m))
			return true;
	return false;
}

/* The tmpfs of a container's mount table that the host's has not: each of them was made. */
static long long new_tmpfs(const struct view *v, const char *name)
{
	_cleanup_snapshot_ struct snapshot inside = { 0 }, host = { 0 };
	long long n = 0;
	size_t i;

	if (snapshot_read(v->facts, "driver", name, "running", "container", &inside) < 0 ||
	    snapshot_read(v->facts, "driver", name, "running", "host", &host) < 0)
		return -ENOENT;
	for (i = 0; i < inside.n; i++)
		n += streq(inside.mounts[i].info.type, "tmpfs") &&
		     !is_in(&inside, i, &inside.mounts[i]) &&
		     !is_in(&host, host.n, &inside.mounts[i]);
	return n;
}

/* Of two ways to count the same, the one that sees more can't have seen less: a fault of ours. */
static void compare_tables(const struct view *v, const struct counts *made, struct finding *f)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		long long there = new_tmpfs(v, sizes[i]);

		if (there < 0)
			found(f, VERDICT_BROKEN, "no mount tables of container %s", sizes[i]);
		else if (there > made->of[i])
			found(f, VERDICT_BROKEN,
			      "%lld tmpfs in the mount table of container %s, %lld were made",
			      there, sizes[i], made->of[i]);
	}
}

/* The kernel followed the runtime's processes, or it had not seen the bundle's own tmpfs. */
static bool followed(const struct view *v, struct finding *f)
{
	struct counts made;

	if (!counts_of(v, "start", "superblocks", &made, f))
		return false;
	compare_tables(v, &made, f);
	if (made.of[0] >= OF_BUNDLE)
		return true;
	found(f, VERDICT_BROKEN, "dull control: mounts of the bundle are not counted");
	return false;
}

static bool usable(const struct view *v, const char *event, struct finding *f)
{
	return can_trace(v, f) && all_started(v, f) && control_counts(v, event, f) &&
	       followed(v, f);
}

static bool grows(const struct counts *c)
{
	size_t i;

	for (i = 1; i < ARRAY_SIZE(sizes); i++)
		if (c->of[i] - c->of[i - 1] > MOST_MORE)
			return true;
	return false;
}

static void check_counts(const struct view *v, const char *phase, const char *event,
			 struct finding *f)
{
	struct counts c;

	if (usable(v, event, f) && counts_of(v, phase, event, &c, f))
		found(f, grows(&c) ? VERDICT_FAIL : VERDICT_PASS,
		      "%lld without masks, %lld with 16, %lld with 128", c.of[0], c.of[1], c.of[2]);
}

static void check_made(const struct view *v, struct finding *f)
{
	check_counts(v, "start", "superblocks", f);
}

static void check_shrinkers(const struct view *v, struct finding *f)
{
	check_counts(v, "start", "shrinkers", f);
}

static void check_grace(const struct view *v, struct finding *f)
{
	check_counts(v, "start", "grace", f);
}

static void check_grace_delete(const struct view *v, struct finding *f)
{
	check_counts(v, "delete", "grace", f);
}

#define EXPECTED "no more with 128 masks than with 16"

JUDGE(sb_made) = { .check = check_made, .expected = EXPECTED };
JUDGE(sb_shrinkers) = { .check = check_shrinkers, .expected = EXPECTED };
JUDGE(sb_grace) = { .check = check_grace, .expected = EXPECTED };
JUDGE(sb_grace_delete) = { .check = check_grace_delete, .expected = EXPECTED };

static void say_event(const struct view *v, const char *event, struct finding *f)
{
	static const char *const phases[] = { "start", "delete" };
	size_t i;

	if (!control_counts(v, event, f))
		return;
	for (i = 0; i < ARRAY_SIZE(phases); i++) {
		struct counts c;

		if (counts_of(v, phases[i], event, &c, f))
			found(f, VERDICT_PASS, "%s to %s: %lld, %lld, %lld", event, phases[i],
			      c.of[0], c.of[1], c.of[2]);
	}
}

static void say_traced(const struct view *v, struct finding *f)
{
	static const char *const events[] = { "superblocks", "shrinkers", "grace" };
	size_t i;

	if (!can_trace(v, f) || !all_started(v, f) || !followed(v, f))
		return;
	for (i = 0; i < ARRAY_SIZE(events); i++)
		say_event(v, events[i], f);
}

JUDGE(sb_traced) = { .check = say_traced, .expected = "reported, never failed" };
