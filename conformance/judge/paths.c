/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/spec/30-paths.md. Most requirements here ask for one thing, that a path of their class shows
 * a mask; they differ in what leads there, which is the fixtures' business, and in whether a
 * refused container is a right end, too.
 */
#include "conformance/judge/ends.h"
#include "conformance/judge/rows.h"
#include "conformance/judge/snapshot.h"

#define MASKED(id)                                                                                 \
	JUDGE(id) = { .class = NAME_##id,                                                          \
		      .ops = OPS1(LOOK),                                                           \
		      .control = "control",                                                        \
		      .violates = row_not_masked,                                                  \
		      .expected = "masked: nothing can be read" }
#define MASKED_OR_REFUSED(id)                                                                      \
	JUDGE(id) = { .class = NAME_##id,                                                          \
		      .ops = OPS1(LOOK),                                                           \
		      .control = "control",                                                        \
		      .refusal_passes = true,                                                      \
		      .violates = row_not_masked,                                                  \
		      .expected = "masked, or the container refused" }

#define NAME_path_missing_rest "path-missing-rest"
#define NAME_path_link "path-link"
#define NAME_path_link_chain "path-link-chain"
#define NAME_path_link_clamped "path-link-clamped"
#define NAME_path_link_middle "path-link-middle"
#define NAME_path_double_slash "path-double-slash"
#define NAME_path_dot "path-dot"
#define NAME_path_bytes "path-bytes"
#define NAME_path_name_max "path-name-max"
#define NAME_path_duplicate "path-duplicate"
#define NAME_path_same_object "path-same-object"
#define NAME_path_nested "path-nested"
#define NAME_path_special "path-special"
#define NAME_path_mountpoint "path-mountpoint"
#define NAME_path_relative_exposed "path-relative-exposed"
#define NAME_path_overlong "path-overlong"
#define NAME_path_trailing_slash "path-trailing-slash"
#define NAME_path_dev "path-dev"
#define NAME_list_type "list-type"
#define NAME_list_thermal "list-thermal"

MASKED(path_missing_rest);
MASKED(path_link);
MASKED(path_link_chain);
MASKED(path_link_clamped);
MASKED(path_link_middle);
MASKED(path_double_slash);
MASKED(path_dot);
MASKED(path_bytes);
MASKED(path_name_max);
MASKED(path_duplicate);
MASKED(path_same_object);
MASKED(path_special);
MASKED(path_mountpoint);
MASKED(list_thermal);
MASKED_OR_REFUSED(path_relative_exposed);
MASKED_OR_REFUSED(path_overlong);
MASKED_OR_REFUSED(path_trailing_slash);
MASKED_OR_REFUSED(path_dev);
MASKED_OR_REFUSED(list_type);

/* A runtime that masks as the host's root masks what root of the container can't look at: then the
 * mount table, seen from the host, has something else there. A bind of the path on itself is none.
 */
static bool is_mounted_over(const struct view *v, const struct row *r)
{
	_cleanup_snapshot_ struct snapshot s = { 0 };
	const struct mount *m, *root;

	if (!streq(r->result, "EACCES") ||
	    snapshot_read(v->facts, "driver", v->container->name, "running", "container", &s) < 0)
		return false;
	m = snapshot_top(&s, r->path);
	root = snapshot_top(&s, "/");
	return m && root && !same_superblock(m, root);
}

JUDGE(path_unreachable) = {
	.class = "path-unreachable",
	.ops = OPS1(LOOK),
	.control = "control",
	.refusal_passes = true,
	.violates = row_not_masked,
	.unseen = is_mounted_over,
	.expected =
		"masked, also where root of the container may not look, or the container refused",
};

/* What is hidden below an ancestor's mask is not there to be masked, and that is right. */
JUDGE(path_nested) = {
	.class = NAME_path_nested,
	.ops = OPS1(LOOK),
	.control = "control",
	.violates = row_exposes,
	.expected = "masked, or hidden below a mask",
};

JUDGE(path_pairs) = {
	.class = "path-pairs",
	.ops = OPS1(LOOK),
	.control = "control",
	.refusal_passes = true,
	.violates = row_exposes,
	.expected = "masked, hidden below a mask, or the container refused",
};

JUDGE(path_missing_untouched) = {
	.class = "path-missing-untouched",
	.ops = OPS1(LOOK),
	.control = "control",
	.violates = row_ok,
	.expected = "ENOENT still",
};

/* Ends of a container ------------------------------------------------------------------------ */

#define FAILING "/t/over/failing"

REFUSED(path_absolute);
REFUSED(path_loop);
REFUSED(path_notdir);
REFUSED(list_nul);
STARTS(path_missing);

/* The sibling shows that the kernel can't look the path up; where it can, there is no question. */
static void check_failing(const struct view *v, struct finding *f)
{
	const struct row *r = find_row(v->facts, "probe", "plain", "run", OP_LOOK, FAILING);
	const struct view plain = { .facts = v->facts, .container = plain_container(v->facts) };

	if (plain.container && container_refused(&plain))
		found(f, VERDICT_SKIP, "no overlay file system can be mounted here");
	else if (r && row_ok(r))
		found(f, VERDICT_SKIP, "overlay file systems know no metacopy here");
	else if (!r || !streq(r->result, "EIO"))
		found(f, VERDICT_BROKEN, "dull control: no look at %s without masks", FAILING);
	else
		check_refused(v, f);
}

JUDGE(path_failing) = {
	.check = check_failing,
	.expected = "the container is refused",
};

/* The bundles put nothing below /proc, so what stands there is a mask that nobody asked for. Masks
 * come from a tmpfs or, of files, from a /dev; other types may be how a runtime makes a procfs. */
static const char *unasked_mask(const struct snapshot *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strip_prefix(s->mounts[i].info.point, "/proc/") &&
		    has_word("tmpfs devtmpfs", s->mounts[i].info.type))
			return s->mounts[i].info.point;
	return NULL;
}

static void check_absent(const struct view *v, struct finding *f)
{
	_cleanup_snapshot_ struct snapshot s = { 0 };
	const char *mask;

	check_starts(v, f);
	if (!container_started(v))
		return;
	if (snapshot_read(v->facts, "probe", v->container->name, "first", "", &s) < 0 ||
	    !snapshot_top(&s, "/proc")) {
		found(f, VERDICT_BROKEN, "no mount table of container %s", v->container->name);
		return;
	}
	mask = unasked_mask(&s);
	if (mask)
		found(f, VERDICT_FAIL, "%s of container %s is masked, though not listed", mask,
		      v->container->name);
}

JUDGE(list_absent) = {
	.check = check_absent,
	.expected = "the container starts, and nothing is masked",
};

/* Reported ----------------------------------------------------------------------------------- */

static void say_end(const struct view *v, struct finding *f)
{
	size_t i;

	if (container_refused(v)) {
		found(f, VERDICT_PASS, "refused");
		return;
	}
	if (!container_started(v)) {
		found(f, VERDICT_BROKEN, "container %s neither started nor was refused",
		      v->container->name);
		return;
	}
	for (i = 0; i < v->facts->n_rows; i++) {
		const struct row *r = &v->facts->rows[i];

		if (r->op == OP_LOOK && r->as == AS_ROOT && streq(r->phase, "run") &&
		    row_from(r, "probe", v->container->name) && !strstr(r->path, "control"))
			found(f, VERDICT_PASS, "%s is %s", r->path,
			      row_exposes(r) ? "not masked" : "masked");
	}
	found(f, VERDICT_PASS, "started");
}

#define REPORTED(id) JUDGE(id) = { .check = say_end, .expected = "reported, never failed" }

REPORTED(path_root);
REPORTED(list_duplicate_key);

/* Default lists ------------------------------------------------------------------------------- */

/* What root saw at @path; NULL where nothing is known. */
static const struct row *look_at(const struct facts *f, const char *name, const char *path)
{
	const struct row *one = NULL;
	size_t i;

	for (i = 0; i < f->n_rows; i++) {
		const struct row *r = &f->rows[i];

		if (r->op != OP_LOOK || r->as != AS_ROOT || !streq(r->phase, "run") ||
		    !streq(r->path, path) || !row_from(r, "probe", name))
			continue;
		if (one && !(streq(one->result, r->result) && streq(one->value, r->value)))
			return NULL;
		one = r;
	}
	return one && *one->result && !streq(one->result, "unavailable") ? one : NULL;
}

/* Root of the container may not open every file: then a mask shows by being another node. */
static bool looks_unmasked(const struct row *with, const struct row *without)
{
	return row_not_null(with) && strstr(with->value, "type=file") &&
	       !strstr(with->value, "open=ok") && streq(with->value, without->value);
}

/* Which paths exist and can be read differs by machine: the sibling without masks says. */
static void check_list(const struct view *v, struct finding *f)
{
	unsigned int masked = 0;
	size_t i;

	if (!container_started(v) || !plain_started(v)) {
		found(f, VERDICT_BROKEN, "container %s or plain did not start", v->container->name);
		return;
	}
	for (i = 0; i < v->container->n_masks; i++) {
		const char *path = v->container->masks[i].path;
		const struct row *with = look_at(v->facts, v->container->name, path);
		const struct row *without = look_at(v->facts, "plain", path);

		if (!streq(v->container->masks[i].class, "list-default"))
			continue;
		if (!with || !without || (row_ok(without) && !*without->value))
			found(f, VERDICT_BROKEN, "no look at %s", path);
		else if (row_exposes(with))
			found(f, VERDICT_FAIL, "%s: %s", path, with->value);
		else if (looks_unmasked(with, without))
			found(f, VERDICT_FAIL, "%s is the same without masks: %s", path,
			      with->value);
		else if (!row_ok(with) && row_ok(without))
			found(f, VERDICT_BROKEN, "%s is there without masks, but %s with them",
			      path, with->result);
		else if (row_exposes(without))
			masked++;
	}
	if (masked == 0)
		found(f, VERDICT_BROKEN,
		      "dull control: nothing of the list is readable without masks");
	else
		found(f, VERDICT_PASS, "%u paths masked", masked);
}

JUDGE(list_default) = {
	.check = check_list,
	.expected = "nothing of the list can be read",
};
