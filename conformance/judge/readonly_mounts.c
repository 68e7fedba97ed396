/* SPDX-License-Identifier: Apache-2.0 */
/* docs/spec/40-readonly.md, what a container's mounts and the host show of read-only paths. */
#include "conformance/judge/ends.h"
#include "conformance/judge/rows.h"
#include "conformance/judge/snapshot.h"

#define LISTED "readonly-dir readonly-file"

static bool started(const struct view *v, struct finding *f)
{
	if (container_started(v))
		return true;
	found(f, VERDICT_BROKEN, "container %s did not start (see life-start)", v->container->name);
	return false;
}

/* The row of root that the probe, or of the driver, gave in a phase; NULL without a result. */
static const struct row *one_row(const struct view *v, const char *source, const char *phase,
				 enum op op, const char *path)
{
	const struct row *r = find_row(v->facts, source, v->container->name, phase, op, path);

	return r && *r->result && !streq(r->result, "unavailable") ? r : NULL;
}

/* A masked sibling must show nothing, or reading would be seen where there is none. */
static bool mask_hides(const struct view *v)
{
	size_t i;

	for (i = 0; i < v->container->n_masks; i++) {
		const struct row *r =
			one_row(v, "probe", "first", OP_LOOK, v->container->masks[i].path);

		if (streq(v->container->masks[i].class, "control-masked"))
			return r && !row_not_masked(r);
	}
	return false;
}

static bool lies_directly_in(const char *path, const char *dir)
{
	const char *rest = strip_prefix(path, dir);

	return rest && *rest == '/' && !strchr(rest + 1, '/');
}

/* As many names or bytes as the case put there. */
static bool shows_tree(const struct test_case *c, const char *path, const struct row *r)
{
	long long names = 0, bytes = -1;
	size_t i;

	for (i = 0; i < c->n_tree; i++) {
		names += lies_directly_in(c->tree[i].path, path);
		if (c->tree[i].kind == TREE_FILE && streq(c->tree[i].path, path))
			bytes = (long long)strlen(c->tree[i].arg);
	}
	if (!row_shows(r))
		return false;
	return bytes >= 0 ? row_number(r, "bytes") == bytes : row_number(r, "entries") == names;
}

static void check_readable(const struct view *v, struct finding *f)
{
	size_t i;

	if (!started(v, f))
		return;
	if (!mask_hides(v))
		found(f, VERDICT_BROKEN, "dull control: the masked sibling shows content");
	for (i = 0; i < v->container->n_masks; i++) {
		const struct mask *m = &v->container->masks[i];
		const struct row *r = one_row(v, "probe", "first", OP_LOOK, m->path);

		if (!has_word(LISTED, m->class))
			continue;
		if (!r)
			found(f, VERDICT_BROKEN, "no look at %s", m->path);
		else if (!shows_tree(&v->facts->c, m->path, r))
			found(f, VERDICT_FAIL, "%s: %s %s", m->path, r->result, r->value);
	}
	found(f, VERDICT_PASS, "every path shows its content");
}

JUDGE(ro_readable) = {
	.check = check_readable,
	.expected = "the content, as without the entry",
};

/* Mounts -------------------------------------------------------------------------------------- */

static const struct mount *by_id(const struct snapshot *s, int id)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->mounts[i].info.id == id)
			return &s->mounts[i];
	return NULL;
}

/* The mount at @path and the one around it, which lies on another point; false without either. */
static bool mount_of(const struct snapshot *s, const char *path, const struct mount **ret,
		     const struct mount **ret_around)
{
	const struct mount *around = *ret = snapshot_top(s, path);

	do
		around = around ? by_id(s, around->info.parent) : NULL;
	while (around && streq(around->info.point, path));
	*ret_around = around;
	return around != NULL;
}

static bool is_readonly(const struct mount *m)
{
	return mount_option(m->info.options, "ro");
}

static void check_created(const struct view *v, struct finding *f)
{
	_cleanup_snapshot_ struct snapshot created = { 0 }, running = { 0 };
	const char *name = v->container->name;
	const struct mount *m, *around;
	unsigned int n = 0;
	size_t i;

	if (snapshot_read(v->facts, "driver", name, "create", "container", &created) < 0 ||
	    snapshot_read(v->facts, "driver", name, "running", "container", &running) < 0) {
		found(f, VERDICT_BROKEN, "no mount table of container %s from the host", name);
		return;
	}
	for (i = 0; i < v->container->n_masks; i++) {
		const char *path = v->container->masks[i].path;

		if (!has_word(LISTED, v->container->masks[i].class) ||
		    !mount_of(&running, path, &m, &around) || !is_readonly(m))
			continue;
		n++;
		if (is_readonly(around))
			found(f, VERDICT_BROKEN, "dull control: all around %s is read-only", path);
		m = snapshot_top(&created, path);
		if (!m || !is_readonly(m))
			found(f, VERDICT_FAIL, "%s is not yet read-only", path);
	}
	if (n)
		found(f, VERDICT_PASS, "%u read-only paths stand when create has returned", n);
	else
		found(f, VERDICT_SKIP, "no read-only path is a mount");
}

JUDGE(ro_created) = {
	.check = check_created,
	.expected = "every read-only path is mounted when create has returned",
};

/* Mounts of the bundle that are of a file system of their own. */
static bool devices_differ(const struct snapshot *s, const struct view *v)
{
	const struct mount *m, *around;
	size_t i;

	for (i = 0; i < v->container->n_masks; i++)
		if (streq(v->container->masks[i].class, "sb-control") &&
		    mount_of(s, v->container->masks[i].path, &m, &around))
			return !same_superblock(m, around);
	return false;
}

/* Whether @m shows, of its file system, what @around has at that place. */
static bool same_object(const struct mount *m, const struct mount *around)
{
	const char *root = streq(around->info.root, "/") ? "" : around->info.root;
	const char *point = streq(around->info.point, "/") ? "" : around->info.point;
	const char *below = strip_prefix(m->info.point, point);
	const char *rest = strip_prefix(m->info.root, root);

	return same_superblock(m, around) && below && rest && streq(below, rest);
}

static void check_bind(const struct view *v, struct finding *f)
{
	_cleanup_snapshot_ struct snapshot s = { 0 };
	const struct mount *m, *around;
	unsigned int n = 0;
	size_t i;

	if (!started(v, f))
		return;
	if (snapshot_read(v->facts, "probe", v->container->name, "first", "", &s) < 0 ||
	    !devices_differ(&s, v)) {
		found(f, VERDICT_BROKEN, "dull control: a tmpfs of the bundle is not told apart");
		return;
	}
	for (i = 0; i < v->container->n_masks; i++) {
		const char *path = v->container->masks[i].path;

		if (!has_word(LISTED, v->container->masks[i].class) ||
		    !mount_of(&s, path, &m, &around))
			continue;
		n++;
		if (!same_object(m, around))
			found(f, VERDICT_FAIL,
			      "%s is %s of a %s, not what is there in the %s around", path,
			      m->info.root, m->info.type, around->info.type);
	}
	if (n)
		found(f, VERDICT_PASS, "%u read-only paths are binds", n);
	else
		found(f, VERDICT_SKIP, "no read-only path is a mount");
}

JUDGE(ro_bind) = {
	.check = check_bind,
	.expected = "a mount of the path itself, on the file system around it",
};

static const char *const kept[] = { "nosuid", "nodev", "noexec" };

/* How many of the three a mount has. */
static unsigned int count_kept(const struct mount *m)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kept); i++)
		n += mount_option(m->info.options, kept[i]);
	return n;
}

static void check_flags(const struct view *v, struct finding *f)
{
	_cleanup_snapshot_ struct snapshot s = { 0 };
	bool with = false, without = false;
	const struct mount *m, *around;
	size_t i, k;

	if (!started(v, f))
		return;
	if (snapshot_read(v->facts, "probe", v->container->name, "first", "", &s) < 0) {
		found(f, VERDICT_BROKEN, "no mount table of container %s", v->container->name);
		return;
	}
	for (i = 0; i < v->container->n_masks; i++) {
		const char *path = v->container->masks[i].path;

		if (!streq(v->container->masks[i].class, "ro-flags") ||
		    !mount_of(&s, path, &m, &around))
			continue;
		with |= count_kept(around) == ARRAY_SIZE(kept);
		without |=
			count_kept(around) < ARRAY_SIZE(kept) && count_kept(m) < ARRAY_SIZE(kept);
		for (k = 0; k < ARRAY_SIZE(kept); k++)
			if (mount_option(around->info.options, kept[k]) &&
			    !mount_option(m->info.options, kept[k]))
				found(f, VERDICT_FAIL, "%s lost %s", path, kept[k]);
	}
	if (with && without)
		found(f, VERDICT_PASS, "the flags of the mount around it are kept");
	else
		found(f, VERDICT_BROKEN, "dull control: no mount with and one without the flags");
}

JUDGE(ro_flags) = {
	.check = check_flags,
	.expected = "nosuid, nodev and noexec as the mount around it has them",
};

/* The host ------------------------------------------------------------------------------------ */

static void check_host(const struct view *v, struct finding *f)
{
	char witness[32];
	size_t i;

	if (!started(v, f))
		return;
	for (i = 0; i < v->container->n_masks; i++) {
		const struct mask *m = &v->container->masks[i];
		const struct row *r = one_row(v, "driver", "running", OP_HOSTWRITE, m->path);

		if (!has_word(LISTED, m->class))
			continue;
		if (!r || !row_value(r, "witness", witness, sizeof(witness)) ||
		    !streq(witness, "EROFS"))
			found(f, VERDICT_BROKEN,
			      "dull control: a read-only mount of the host is not seen as such");
		if (r && streq(r->result, "ENOENT"))
			found(f, VERDICT_BROKEN, "nothing is left of %s on the host", m->path);
		else if (r && !row_ok(r))
			found(f, VERDICT_FAIL, "the host can't write to %s: %s", m->path,
			      r->result);
	}
	found(f, VERDICT_PASS, "the host can write");
}

JUDGE(ro_host) = {
	.check = check_host,
	.expected = "the host makes a file at the same place",
};

/* Default lists ------------------------------------------------------------------------------- */

static const struct row *of_plain(const struct view *v, enum op op, const char *path)
{
	const struct row *r = find_row(v->facts, "probe", "plain", "run", op, path);

	return r && *r->result && !streq(r->result, "unavailable") ? r : NULL;
}

/* A mask in its place would be of another. */
static bool same_fs(const struct row *a, const struct row *b)
{
	char fs[2][32] = { "", "" };

	return row_value(a, "fs", fs[0], sizeof(fs[0])) &&
	       row_value(b, "fs", fs[1], sizeof(fs[1])) && streq(fs[0], fs[1]);
}

/* One path of a list: true where the sibling without lists shows that it could be written to. */
static bool check_default_path(const struct view *v, const char *path, struct finding *f)
{
	const struct row *with = one_row(v, "probe", "run", OP_STATFS, path);
	const struct row *without = of_plain(v, OP_STATFS, path);
	const struct row *open = one_row(v, "probe", "run", OP_TRYWRITE, path);
	const struct row *opens = of_plain(v, OP_TRYWRITE, path);

	if (!with || !without || !open || (row_ok(without) && row_number(without, "ro") < 0)) {
		found(f, VERDICT_BROKEN, "no statfs of or try to write %s", path);
		return false;
	}
	if (row_ok(open))
		found(f, VERDICT_FAIL, "%s can be opened for writing", path);
	if (row_ok(with) && row_number(with, "ro") != 1)
		found(f, VERDICT_FAIL, "%s is not read-only: %s", path, with->value);
	if (row_ok(with) && row_ok(without) && !same_fs(with, without))
		found(f, VERDICT_FAIL, "%s is of another file system: %s, without the list %s",
		      path, with->value, without->value);
	if ((!row_ok(with) && row_ok(without)) ||
	    (!opens || (row_ok(opens) && streq(open->result, "ENOENT"))))
		found(f, VERDICT_BROKEN, "%s is there without the list, but not with it", path);
	return row_ok(without) && row_number(without, "ro") == 0;
}

static void check_default(const struct view *v, struct finding *f)
{
	unsigned int n = 0;
	size_t i;

	if (!container_started(v) || !plain_started(v)) {
		found(f, VERDICT_BROKEN, "container %s or plain did not start", v->container->name);
		return;
	}
	for (i = 0; i < v->container->n_masks; i++)
		if (streq(v->container->masks[i].class, "ro-default"))
			n += check_default_path(v, v->container->masks[i].path, f);
	if (n)
		found(f, VERDICT_PASS, "%u paths are read-only", n);
	else
		found(f, VERDICT_BROKEN,
		      "dull control: nothing of the list is writable without it");
}

JUDGE(ro_default) = {
	.check = check_default,
	.expected = "nothing of the list can be written to",
};
