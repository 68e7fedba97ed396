/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/spec/50-procfs-fds.md. An alias was masked if the container has more mounts on a point than
 * its sibling without masks, and no ordinary entry names it.
 */
#include "conformance/judge/ends.h"
#include "conformance/judge/host.h"
#include "conformance/judge/measure.h"
#include "conformance/judge/rows.h"
#include "conformance/judge/snapshot.h"

#define ORDINARY "alias-rest alias-rest-dir"
#define OBJECTS "alias-object-dir alias-object-file"
#define NONE_MOUNTED "no alias was mounted"
#define NO_DIRECTORY "no alias of a directory was mounted"
#define NO_OBJECT "no alias of an object that was looked at was mounted"

static bool is_listed(const struct container *k, const char *point, const char *classes)
{
	size_t i;

	for (i = 0; i < k->n_masks; i++)
		if (has_word(classes, k->masks[i].class) && streq(k->masks[i].path, point))
			return true;
	return false;
}

static size_t count_at(const struct snapshot *s, const char *point)
{
	size_t n = 0, i;

	for (i = 0; i < s->n; i++)
		n += streq(s->mounts[i].info.point, point);
	return n;
}

/* Marks the mounts that neither the sibling nor an ordinary entry explains; their number. */
static unsigned int mark_unexplained(struct snapshot *s, const struct snapshot *plain,
				     const struct container *k)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < s->n; i++) {
		const char *point = s->mounts[i].info.point;

		s->mounts[i].is_target = !s->mounts[i].covered && !strip_prefix(point, "/proc/") &&
					 count_at(s, point) > count_at(plain, point) &&
					 !is_listed(k, point, ORDINARY);
		n += s->mounts[i].is_target;
	}
	return n;
}

/* The number of masked aliases; negative, and @f (may be NULL) told, where it can't be said. */
static int read_aliases(const struct view *v, struct snapshot *ret, struct finding *f)
{
	_cleanup_snapshot_ struct snapshot plain = { 0 };
	const struct container *sibling = plain_container(v->facts);
	const char *name = v->container->name;
	struct finding ignored = { 0 };

	f = f ? f : &ignored;
	if (container_refused(v) && !container_ran(v)) {
		found(f, VERDICT_SKIP, NONE_MOUNTED);
	} else if (!container_started(v)) {
		found(f, VERDICT_BROKEN, "container %s neither started nor was refused", name);
	} else if (!sibling || snapshot_read(v->facts, "probe", name, "first", "", ret) < 0 ||
		   snapshot_read(v->facts, "probe", sibling->name, "first", "", &plain) < 0) {
		found(f, VERDICT_BROKEN, "no mount tables of containers %s and plain", name);
	} else {
		return (int)mark_unexplained(ret, &plain, v->container);
	}
	finding_free(&ignored);
	return -ENOENT;
}

enum kind { KIND_UNKNOWN, KIND_DIRECTORY, KIND_OTHER };

/* A look in the same container says what a mount is; or it is a whole tmpfs, which a file is not.
 * Files are let off: all may share one node. */
static enum kind kind_of(const struct view *v, const struct mount *m)
{
	const struct row *r =
		find_row(v->facts, "probe", v->container->name, "first", OP_LOOK, m->info.point);

	if (r && row_ok(r) && strip_prefix(r->value, "type="))
		return strip_prefix(r->value, "type=dir") ? KIND_DIRECTORY : KIND_OTHER;
	return streq(m->info.type, "tmpfs") && streq(m->info.root, "/") ? KIND_DIRECTORY
									: KIND_UNKNOWN;
}

/* Of what may be a file only the very same root of a superblock is a shared mask. */
static bool shares(const struct view *v, const struct mount *alias, const struct mount *m)
{
	bool known = kind_of(v, alias) == KIND_DIRECTORY && kind_of(v, m) == KIND_DIRECTORY;

	return alias != m && same_superblock(alias, m) &&
	       (known || streq(alias->info.root, m->info.root));
}

static bool is_directory_mask(const struct view *v, const struct mount *m)
{
	return m->is_target ? kind_of(v, m) != KIND_OTHER
			    : is_listed(v->container, m->info.point, "alias-rest-dir");
}

static void check_shares_none(const struct view *v, const struct snapshot *s,
			      const struct mount *alias, struct finding *f)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		const struct mount *m = &s->mounts[i];

		if (!m->covered && is_directory_mask(v, m) && shares(v, alias, m))
			found(f, VERDICT_FAIL, "%s of container %s shares its mask with %s",
			      alias->info.point, v->container->name, m->info.point);
	}
}

static void check_own(const struct view *v, struct finding *f)
{
	_cleanup_snapshot_ struct snapshot s = { 0 };
	int n = read_aliases(v, &s, f), directories = 0;
	size_t i;

	if (n < 0)
		return;
	for (i = 0; i < s.n; i++) {
		const struct mount *m = &s.mounts[i];

		if (!m->is_target || !is_directory_mask(v, m))
			continue;
		directories += kind_of(v, m) == KIND_DIRECTORY;
		check_shares_none(v, &s, m, f);
	}
	if (directories)
		found(f, VERDICT_PASS, "%d alias%s of directories mounted in container %s",
		      directories, directories == 1 ? "" : "es", v->container->name);
	else
		found(f, VERDICT_SKIP, n ? NO_DIRECTORY : NONE_MOUNTED);
}

JUDGE(alias_own) = {
	.check = check_own,
	.expected = "no alias has the superblock of another directory mask",
};

static const struct row *probe_row(const struct view *v, const char *phase, enum op op,
				   const char *path)
{
	const struct row *r = find_row(v->facts, "probe", v->container->name, phase, op, path);

	return r && *r->result ? r : NULL;
}

static bool mask_controls(const struct view *v)
{
	const struct row *look = probe_row(v, "first", OP_LOOK, "/t/control");
	const struct row *create = probe_row(v, "run", OP_CREATE, "/t/control.d");

	return look && row_exposes(look) && create && row_ok(create);
}

/* An attempt that had nothing to try it on, or could not be made, refuses nothing. */
static bool was_tried(const struct row *r)
{
	return r && !streq(r->result, "unavailable") && !streq(r->result, "ENOENT");
}

static void check_object(const struct view *v, const struct mask *m, struct finding *f)
{
	const struct row *look = probe_row(v, "first", OP_LOOK, m->path);
	const struct row *create = probe_row(v, "run", OP_CREATE, m->path);
	bool tried = streq(m->class, "alias-object-file") || was_tried(create);

	if (!look || !tried || !mask_controls(v))
		found(f, VERDICT_BROKEN, "no look at or no control of %s", m->path);
	if (look && row_not_masked(look))
		found(f, VERDICT_FAIL, "%s, masked by an alias: %s %s", m->path, look->result,
		      look->value);
	if (create && row_ok(create))
		found(f, VERDICT_FAIL, "%s, masked by an alias, can be written to", m->path);
	found(f, VERDICT_PASS, "%s is masked", m->path);
}

/* Of what no look is asked of, the mount table still says whether a tmpfs can be written to. */
static void check_flags(const struct view *v, const struct snapshot *s, struct finding *f)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		const struct mount *m = &s->mounts[i];

		if (m->is_target && streq(m->info.type, "tmpfs") && streq(m->info.root, "/") &&
		    !mount_option(m->info.options, "ro") && !mount_option(m->info.super, "ro"))
			found(f, VERDICT_FAIL, "%s of container %s, masked by an alias, is %s - %s",
			      m->info.point, v->container->name, m->info.options, m->info.super);
	}
}

static void check_mask(const struct view *v, struct finding *f)
{
	_cleanup_snapshot_ struct snapshot s = { 0 };
	int n = read_aliases(v, &s, f);
	bool any = false;
	size_t i;

	if (n < 0)
		return;
	check_flags(v, &s, f);
	for (i = 0; i < v->container->n_masks; i++) {
		const struct mask *m = &v->container->masks[i];

		if (!has_word(OBJECTS, m->class) || !snapshot_top(&s, m->path))
			continue;
		any = true;
		check_object(v, m, f);
	}
	if (!any)
		found(f, VERDICT_SKIP, n ? NO_OBJECT : NONE_MOUNTED);
}

JUDGE(alias_mask) = {
	.check = check_mask,
	.expected = "the object is empty, and nothing can be made in it",
};

JUDGE(alias_rest) = {
	.class = ORDINARY,
	.ops = OPS2(LOOK, CREATE),
	.control = "control control-create",
	.refusal_passes = true,
	.violates = row_weak_mask,
	.expected = "masked and read-only, or the container refused",
};

static void check_outside(const struct view *v, struct finding *f)
{
	check_no_new_mount(v, "create", "/", f);
	if (container_started(v))
		check_no_new_mount(v, "running", "/", f);
	check_no_new_mount(v, "after", "/", f);
}

JUDGE(alias_outside) = {
	.check = check_outside,
	.expected = "the host's mounts are as before the container",
};

/* The ordinary entries must be seen as mounts, or nothing would be seen of others. */
static bool ordinary_are_seen(const struct view *v, const struct snapshot *s)
{
	size_t i;

	for (i = 0; i < v->container->n_masks; i++)
		if (has_word(ORDINARY, v->container->masks[i].class) &&
		    snapshot_top(s, v->container->masks[i].path))
			return true;
	return false;
}

static void check_nothing(const struct view *v, struct finding *f)
{
	_cleanup_snapshot_ struct snapshot s = { 0 };
	int n;
	size_t i;

	if (!plain_started(v)) {
		found(f, VERDICT_BROKEN, "dull control: the sibling without masks didn't start");
		return;
	}
	if (container_refused(v) && !container_ran(v)) {
		found(f, VERDICT_PASS, "refused");
		return;
	}
	n = read_aliases(v, &s, f);
	if (n < 0)
		return;
	for (i = 0; i < s.n; i++)
		if (s.mounts[i].is_target)
			found(f, VERDICT_FAIL, "%s of container %s is masked, though not listed",
			      s.mounts[i].info.point, v->container->name);
	if (ordinary_are_seen(v, &s))
		found(f, VERDICT_PASS, "nothing but the ordinary entries is masked");
	else
		found(f, VERDICT_BROKEN, "dull control: no ordinary entry is a mount");
}

JUDGE(alias_nothing) = {
	.check = check_nothing,
	.expected = "no mount but those of the ordinary entries",
};

static void say_end(const struct view *v, struct finding *f)
{
	_cleanup_snapshot_ struct snapshot s = { 0 };
	const char *name = v->container->name;
	int n;

	if (container_refused(v)) {
		found(f, VERDICT_PASS, "%s: refused", name);
		return;
	}
	n = read_aliases(v, &s, f);
	if (n > 0)
		found(f, VERDICT_PASS, "%s: %d masked", name, n);
	else if (n == 0)
		found(f, VERDICT_PASS, "%s: skipped", name);
}

JUDGE(alias_end) = { .check = say_end, .expected = "reported, never failed" };

int measure_aliases(const struct facts *f)
{
	bool any = false;
	int sum = 0;
	size_t i;

	for (i = 0; i < f->c.n_containers; i++) {
		const struct view v = { .facts = f, .container = &f->c.containers[i] };
		_cleanup_snapshot_ struct snapshot s = { 0 };
		int n;

		if (!has_word(v.container->topics, "alias-own"))
			continue;
		any = true;
		n = read_aliases(&v, &s, NULL);
		sum += n > 0 ? n : 0;
	}
	return any ? sum : -ENOENT;
}
