/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/spec/80-security.md: images and bundles that were made to get round a mask, and what leads
 * out of the container. A refused container is a right end nearly everywhere.
 */
#include "conformance/judge/ends.h"
#include "conformance/judge/rows.h"
#include "conformance/judge/snapshot.h"

#define PROCFS "9fa0"
#define SYSFS "62656572"

static bool not_a_null_mask(const struct row *r)
{
	return row_not_masked(r) || row_not_null(r);
}

JUDGE(sec_null) = {
	.class = "sec-null",
	.ops = OPS1(LOOK),
	.control = "control",
	.refusal_passes = true,
	.violates = not_a_null_mask,
	.expected = "the null device 1:3, or the container refused",
};

static bool is_a_file(const struct row *r)
{
	char type[16];

	return row_ok(r) &&
	       (!row_value(r, "type", type, sizeof(type)) || has_word("file dir", type));
}

JUDGE(sec_stdio) = {
	.class = "sec-stdio",
	.ops = OPS1(STAT),
	.control = "control-stdio",
	.refusal_passes = true,
	.violates = is_a_file,
	.seen = row_ok,
	.expected = "pipes or a device, or the container refused",
};

/* Links of the image ------------------------------------------------------------------------- */

static bool is_fs(const struct row *r, const char *type)
{
	char buf[32];

	return row_ok(r) && row_value(r, "fs", buf, sizeof(buf)) && streq(buf, type);
}

static bool not_procfs(const struct row *r)
{
	return r->op == OP_STATFS ? !is_fs(r, PROCFS) : row_not_masked(r);
}

static bool not_sysfs(const struct row *r)
{
	return r->op == OP_STATFS ? !is_fs(r, SYSFS) : row_not_masked(r);
}

JUDGE(sec_proc_link) = {
	.class = "sec-proc-link sec-procfs",
	.ops = OPS2(LOOK, STATFS),
	.control = "control control-fs",
	.refusal_passes = true,
	.violates = not_procfs,
	.expected = "a procfs with its masks at /proc, or the container refused",
};

JUDGE(sec_sys_link) = {
	.class = "sec-sys-link sec-sysfs",
	.ops = OPS2(LOOK, STATFS),
	.control = "control control-fs",
	.refusal_passes = true,
	.violates = not_sysfs,
	.expected = "a sysfs with its masks at /sys, or the container refused",
};

static const char *digest(const struct facts *f, const char *name, const char *phase,
			  const char *path)
{
	const struct row *r = find_row(f, "driver", name, phase, OP_DIGEST, path);

	return r && row_ok(r) && *r->value ? r->value : NULL;
}

/* Whether the driver sees by its digests that something has changed: a container has changed it. */
static bool sees_changes(const struct facts *f)
{
	const char *before = digest(f, "plain", "before", "/t/control.d");
	const char *after = digest(f, "plain", "after", "/t/control.d");

	return before && after && !streq(before, after);
}

static void check_outside(const struct view *v, struct finding *f)
{
	const char *name = v->container->name;
	size_t i;

	if (!sees_changes(v->facts))
		found(f, VERDICT_BROKEN, "dull control: a change of the image is not seen");
	if (!container_started(v) && !container_refused(v))
		found(f, VERDICT_BROKEN, "container %s neither started nor was refused", name);
	for (i = 0; i < v->container->n_masks; i++) {
		const char *path = v->container->masks[i].path, *before, *after;

		if (!streq(v->container->masks[i].class, "sec-outside"))
			continue;
		before = digest(v->facts, name, "before", path);
		after = digest(v->facts, name, "after", path);
		if (before && after)
			found(f, streq(before, after) ? VERDICT_PASS : VERDICT_FAIL,
			      streq(before, after) ? "unchanged"
						   : "the folder that /dev leads to has changed");
		else
			found(f, VERDICT_BROKEN, "no digest of %s", path);
	}
}

JUDGE(sec_dev_link) = {
	.check = check_outside,
	.expected = "nothing made or changed outside the root",
};

/* Volumes and missing mounts ------------------------------------------------------------------ */

JUDGE(sec_proc_volume) = {
	.class = "sec-proc-volume",
	.ops = OPS1(LOOK),
	.control = "control",
	.refusal_passes = true,
	.violates = row_not_masked,
	.expected = "masked, or the container refused",
};

JUDGE(sec_root_readonly) = {
	.class = "sec-root-readonly",
	.ops = OPS1(TRYWRITE),
	.control = "control-try",
	.refusal_passes = true,
	.violates = row_ok,
	.expected = "nothing can be made in the root, or the container refused",
};

/* Not the tmpfs that holds the hierarchies of v1: that is the container's own. */
static bool is_hierarchy(const struct mountinfo *m)
{
	return strip_prefix(m->point, "/sys/fs/cgroup") && has_word("cgroup cgroup2", m->type);
}

static void check_cgroup_mounts(const struct snapshot *s, struct finding *f)
{
	const struct mount *io = snapshot_top(s, "/.maskspec");
	unsigned int n = 0;
	size_t i;

	if (!io || !mount_option(io->info.options, "rw"))
		found(f, VERDICT_BROKEN, "dull control: a writable mount is not seen");
	for (i = 0; i < s->n; i++) {
		const struct mountinfo *m = &s->mounts[i].info;

		if (!is_hierarchy(m))
			continue;
		n++;
		if (!mount_option(m->options, "ro"))
			found(f, VERDICT_FAIL, "%s at %s is writable", m->type, m->point);
	}
	if (n)
		found(f, VERDICT_PASS, "%u read-only hierarchies", n);
	else
		found(f, VERDICT_SKIP, "no hierarchy is mounted at /sys/fs/cgroup");
}

static void check_cgroup(const struct view *v, struct finding *f)
{
	_cleanup_snapshot_ struct snapshot s = { 0 };
	const char *name = v->container->name;

	if (!container_started(v) && !container_ran(v) && container_refused(v)) {
		found(f, plain_started(v) ? VERDICT_PASS : VERDICT_BROKEN, "%s",
		      plain_started(v) ? "refused" : "dull control: plain did not start");
		return;
	}
	if (!container_started(v) || snapshot_read(v->facts, "probe", name, "first", "", &s) < 0) {
		found(f, VERDICT_BROKEN, "no mount table of container %s", name);
		return;
	}
	check_cgroup_mounts(&s, f);
}

JUDGE(sec_cgroup_readonly) = {
	.check = check_cgroup,
	.expected = "every hierarchy at /sys/fs/cgroup read-only, or the container refused",
};

/* What leads out ------------------------------------------------------------------------------ */

static bool leads_outside(const struct row *r)
{
	return row_ok(r) && row_number(r, "outside") != 0;
}

/* A process may be closed to its peers, so none of them can follow its links; the container's first
 * one is open to its root. */
static bool links_seen(const struct row *r)
{
	char init[32];

	return row_ok(r) && row_number(r, "links") > 0 && row_number(r, "unread") == 0 &&
	       row_value(r, "init", init, sizeof(init)) && (r->as == AS_USER || streq(init, "ok"));
}

JUDGE(sec_cwd) = {
	.class = "sec-cwd",
	.ops = OPS1(LINKS),
	.control = "control-links",
	.control_as = AS_SYSADMIN,
	.refusal_passes = true,
	.violates = leads_outside,
	.seen = links_seen,
	.expected = "a working directory inside the root, or the container refused",
};

JUDGE(sec_fd) = {
	.class = "sec-fd sec-fd-exec",
	.ops = OPS1(LINKS),
	.identities = BIT(AS_ROOT) | BIT(AS_EXEC),
	.control = "control-fd",
	.violates = leads_outside,
	.seen = links_seen,
	.expected = "no descriptor of anything outside the container",
};

JUDGE(sec_links) = {
	.class = "sec-links",
	.ops = OPS1(LINKS),
	.control = "control-links",
	.control_as = AS_SYSADMIN,
	.violates = leads_outside,
	.seen = links_seen,
	.expected = "no link of procfs leads outside the container",
};

static bool is_mask(const struct row *r)
{
	return !row_not_masked(r);
}

/* By the same way the neighbour's other paths must be seen, so what is not seen is masked. */
JUDGE(sec_neighbour) = {
	.class = "sec-neighbour",
	.ops = OPS1(LOOK),
	.control = "control-neighbour",
	.violates = row_exposes,
	.seen = is_mask,
	.expected = "masked, seen from the neighbour, too",
};

JUDGE(sec_second_mount) = {
	.class = "sec-second-mount",
	.ops = OPS1(LOOK),
	.refusal_passes = true,
	.informs = row_say,
	.expected = "reported, never failed",
};
