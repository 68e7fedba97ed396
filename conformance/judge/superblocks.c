/* SPDX-License-Identifier: Apache-2.0 */
/* docs/spec/60-superblocks.md: what masks cost, and that they stay where they belong. */
#include "conformance/judge/host.h"
#include "conformance/judge/measure.h"
#include "conformance/judge/snapshot.h"

/* The path that two mounts of the fixture, not made by masks, have: they must be counted. */
#define CONTROL_CLASS "sb-control"

/* Directories of the lists that exist on any machine. */
#define DIR_CLASSES "masked-dir sb-dir alias-rest-dir list-thermal"

static bool is_dir_mask(const struct facts *f, const char *name, const struct mask *m)
{
	size_t i;

	if (has_word(DIR_CLASSES, m->class))
		return true;
	if (!streq(m->class, "list-default"))
		return false;
	/* Of the default lists only a look tells. */
	for (i = 0; i < f->n_rows; i++)
		if (f->rows[i].op == OP_LOOK && streq(f->rows[i].path, m->path) &&
		    row_from(&f->rows[i], "probe", name) && strstr(f->rows[i].value, "type=dir"))
			return true;
	return false;
}

/* A mask that stands, of which no look says the kind, can't be counted nor left out. */
static const char *unknown_kind(const struct snapshot *s, const struct view *v)
{
	size_t i, j;

	for (i = 0; i < v->container->n_masks; i++) {
		const struct mask *m = &v->container->masks[i];
		bool known = !streq(m->class, "list-default") || !snapshot_top(s, m->path);

		for (j = 0; !known && j < v->facts->n_rows; j++) {
			const struct row *r = &v->facts->rows[j];

			known = r->op == OP_LOOK && streq(r->path, m->path) &&
				row_from(r, "probe", v->container->name) &&
				strip_prefix(r->value, "type=");
		}
		if (!known)
			return m->path;
	}
	return NULL;
}

static bool is_file_mask(const struct mask *m)
{
	return has_word("masked-file sb-file", m->class);
}

static unsigned int mark(struct snapshot *s, const char *path)
{
	struct mount *m = snapshot_top(s, path);

	if (!m || m->is_target)
		return 0;
	m->is_target = true;
	return 1;
}

static void unmark(struct snapshot *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		s->mounts[i].is_target = false;
}

/* Marks the mounts of the directory masks; their number. */
static unsigned int mark_dirs(struct snapshot *s, const struct view *v)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < v->container->n_masks; i++)
		if (is_dir_mask(v->facts, v->container->name, &v->container->masks[i]))
			n += mark(s, v->container->masks[i].path);
	for (i = 0; i < v->facts->n_rows; i++)
		if (v->facts->rows[i].op == OP_EXPAND &&
		    row_from(&v->facts->rows[i], "driver", v->container->name))
			n += mark(s, v->facts->rows[i].value);
	return n;
}

static unsigned int mark_class(struct snapshot *s, const struct view *v, const char *class)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < v->container->n_masks; i++)
		if (class ? streq(v->container->masks[i].class, class)
			  : is_file_mask(&v->container->masks[i]))
			n += mark(s, v->container->masks[i].path);
	return n;
}

/* Each of the fixture's own mounts must count as a superblock of its own. */
static bool control_counts(struct snapshot *s, const struct view *v)
{
	unsigned int n, counted;

	unmark(s);
	n = mark_class(s, v, CONTROL_CLASS);
	counted = snapshot_superblocks(s, NULL);
	unmark(s);
	return n >= 2 && counted == n;
}

static int read_inside(const struct view *v, struct snapshot *ret)
{
	return snapshot_read(v->facts, "probe", v->container->name, "first", "", ret);
}

static bool started(const struct view *v, struct finding *f)
{
	bool may = v->container->expect == EXPECT_EITHER && container_refused(v);

	if (container_started(v))
		return true;
	found(f, may ? VERDICT_SKIP : VERDICT_BROKEN,
	      may ? "container %s was refused" : "container %s did not start (see life-start)",
	      v->container->name);
	return false;
}

static bool usable(const struct view *v, struct snapshot *s, struct finding *f)
{
	if (!started(v, f))
		return false;
	if (read_inside(v, s) < 0) {
		found(f, VERDICT_BROKEN, "no mount table of container %s", v->container->name);
		return false;
	}
	if (!control_counts(s, v)) {
		found(f, VERDICT_BROKEN, "dull control: mounts of the bundle are not counted");
		return false;
	}
	return true;
}

static void judge_count(struct finding *f, unsigned int superblocks, unsigned int masks,
			const char *what)
{
	if (masks == 0)
		found(f, VERDICT_SKIP, "no mask of %s is a mount", what);
	else
		found(f, superblocks <= 1 ? VERDICT_PASS : VERDICT_FAIL,
		      "%u superblock%s for %u masked %s", superblocks, superblocks == 1 ? "" : "s",
		      masks, what);
}

/* Directory masks that exist on any machine: not those of the engines' lists. */
static unsigned int wanted_dirs(const struct view *v)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < v->container->n_masks; i++)
		n += has_word(DIR_CLASSES, v->container->masks[i].class);
	for (i = 0; i < v->facts->n_rows; i++)
		n += v->facts->rows[i].op == OP_EXPAND &&
		     row_from(&v->facts->rows[i], "driver", v->container->name);
	return n;
}

static void check_shared(const struct view *v, struct finding *f)
{
	_cleanup_snapshot_ struct snapshot s = { 0 };
	const char *unknown;
	unsigned int masks;

	if (!usable(v, &s, f))
		return;
	unknown = unknown_kind(&s, v);
	if (unknown)
		found(f, VERDICT_BROKEN, "no look at %s, which is masked", unknown);
	masks = mark_dirs(&s, v);
	if (masks < wanted_dirs(v))
		found(f, VERDICT_BROKEN, "only %u of %u directory masks are mounts", masks,
		      wanted_dirs(v));
	judge_count(f, snapshot_superblocks(&s, NULL), masks, "directories");
}

static void check_files(const struct view *v, struct finding *f)
{
	_cleanup_snapshot_ struct snapshot s = { 0 }, host = { 0 };
	unsigned int masks;

	if (!usable(v, &s, f))
		return;
	if (snapshot_read(v->facts, "driver", v->container->name, "running", "host", &host) < 0) {
		found(f, VERDICT_BROKEN, "no mount table of the host");
		return;
	}
	masks = mark_class(&s, v, NULL);
	judge_count(f, snapshot_superblocks(&s, &host), masks, "files");
}

/* From the host ------------------------------------------------------------------------------ */

static int new_to_host(const struct facts *f, const char *name, unsigned int *ret)
{
	_cleanup_snapshot_ struct snapshot inside = { 0 }, host = { 0 };

	if (snapshot_read(f, "driver", name, "running", "container", &inside) < 0 ||
	    snapshot_read(f, "driver", name, "running", "host", &host) < 0)
		return -ENOENT;
	*ret = snapshot_new(&inside, &host);
	return 0;
}

static void check_shared_host(const struct view *v, struct finding *f)
{
	unsigned int with, without;

	if (!started(v, f))
		return;
	if (new_to_host(v->facts, v->container->name, &with) < 0 ||
	    new_to_host(v->facts, "plain", &without) < 0) {
		found(f, VERDICT_BROKEN, "no mount tables from the host");
	} else if (without < 2) {
		found(f, VERDICT_BROKEN, "dull control: mounts of the bundle are not counted");
	} else {
		unsigned int more = with > without ? with - without : 0;

		found(f, more <= 1 ? VERDICT_PASS : VERDICT_FAIL,
		      "%u superblocks more on the host than without masks (%u, %u)", more, with,
		      without);
	}
}

#define EXPECTED_SHARED "at most 1 superblock for all directory masks"
#define SHARED(id) JUDGE(id) = { .check = check_shared, .expected = EXPECTED_SHARED }

SHARED(sb_shared);
SHARED(sb_shared_sysfs);
SHARED(sb_shared_lists);
SHARED(sb_shared_userns);
SHARED(sb_shared_pair);
SHARED(sb_shared_alias);
SHARED(scale_eight);
JUDGE(sb_shared_host) = { .check = check_shared_host, .expected = EXPECTED_SHARED };
JUDGE(sb_files) = { .check = check_files, .expected = "at most 1 superblock for all file masks" };

/* Propagation ------------------------------------------------------------------------------- */

static void check_host_mounts(const struct view *v, struct finding *f)
{
	if (!container_started(v))
		found(f, VERDICT_BROKEN, "container %s did not start", v->container->name);
	else
		check_no_new_mount(v, "running", "/rootfs", f);
}

static void check_gone(const struct view *v, struct finding *f)
{
	check_no_new_mount(v, "after", "/", f);
}

JUDGE(sb_host_mounts) = {
	.check = check_host_mounts,
	.every = true,
	.expected = "no mount below the rootfs on the host",
};
JUDGE(sb_propagation_host) = {
	.check = check_host_mounts,
	.expected = "no mount below the rootfs on the host",
};
JUDGE(sb_gone) = {
	.check = check_gone,
	.every = true,
	.expected = "the host's mounts are as before the container",
};
JUDGE(life_refused_mounts) = {
	.check = check_gone,
	.expected = "the host's mounts are as before the container",
};

static bool is_shared(const struct mount *m)
{
	return m && strip_prefix(m->info.optional, "shared:");
}

static void check_private(const struct view *v, struct finding *f)
{
	_cleanup_snapshot_ struct snapshot s = { 0 }, host = { 0 };
	size_t i;

	if (!usable(v, &s, f))
		return;
	/* The driver's own mounts are shared, as systemd's are (sandbox.c). */
	if (snapshot_read(v->facts, "driver", v->container->name, "running", "host", &host) < 0 ||
	    !is_shared(snapshot_top(&host, "/run")))
		found(f, VERDICT_BROKEN, "dull control: a shared mount isn't seen as such");
	mark_dirs(&s, v);
	mark_class(&s, v, NULL);
	for (i = 0; i < s.n; i++)
		if (s.mounts[i].is_target && is_shared(&s.mounts[i]))
			found(f, VERDICT_FAIL, "%s is %s", s.mounts[i].info.point,
			      s.mounts[i].info.optional);
	found(f, VERDICT_PASS, "no mask is shared");
}

JUDGE(sb_private) = { .check = check_private, .expected = "no `shared:` in mountinfo" };

static void say_propagation(const struct view *v, struct finding *f)
{
	_cleanup_snapshot_ struct snapshot s = { 0 };
	const struct mount *m;

	if (container_refused(v)) {
		found(f, VERDICT_PASS, "%s: refused", v->container->name);
	} else if (!container_started(v)) {
		found(f, VERDICT_BROKEN, "container %s neither started nor was refused",
		      v->container->name);
	} else if (read_inside(v, &s) < 0) {
		found(f, VERDICT_BROKEN, "no mount table of container %s", v->container->name);
	} else {
		m = snapshot_top(&s, "/t/a");
		found(f, VERDICT_PASS, "%s: mask is %s", v->container->name,
		      !m		  ? "no mount"
		      : *m->info.optional ? m->info.optional
					  : "private");
	}
}

JUDGE(sb_propagation) = { .check = say_propagation, .expected = "reported, never failed" };

bool measure_superblocks(const struct view *v, unsigned int *ret_superblocks,
			 unsigned int *ret_mounts)
{
	_cleanup_snapshot_ struct snapshot s = { 0 };

	if (read_inside(v, &s) < 0 || mark_dirs(&s, v) == 0)
		return false;
	*ret_superblocks = snapshot_superblocks(&s, NULL);
	unmark(&s);
	*ret_mounts = mark_dirs(&s, v) + mark_class(&s, v, NULL);
	return true;
}
