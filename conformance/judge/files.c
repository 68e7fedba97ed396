/* SPDX-License-Identifier: Apache-2.0 */
/* docs/spec/20-files.md */
#include "conformance/judge/rows.h"
#include "conformance/judge/users.h"

static bool reads_something(const struct row *r)
{
	if (!row_ok(r))
		return !(streq(r->result, "EACCES") && r->as != AS_ROOT);
	return row_number(r, "bytes") != 0;
}

JUDGE(file_empty) = {
	.class = "masked-file",
	.ops = OPS1(READ),
	.control = "control-file",
	.violates = reads_something,
	.expected = "0 bytes, then end of file",
};

JUDGE(file_exec) = {
	.class = "masked-file",
	.ops = OPS1(READ),
	.identities = BIT(AS_EXEC),
	.control = "control-file",
	.violates = reads_something,
	.expected = "0 bytes for a process that joined, too",
};

JUDGE(file_alias) = {
	.class = "alias-file",
	.ops = OPS1(LOOK),
	.control = "control-alias",
	.violates = row_not_masked,
	.expected = "0 bytes by every name",
};

static bool not_null_device(const struct row *r)
{
	return !row_ok(r) || row_not_null(r);
}

JUDGE(file_null) = {
	.class = "masked-file",
	.ops = OPS1(STAT),
	.control = "control-file",
	.violates = not_null_device,
	.expected = "a character device 1:3",
};

static bool reads_back(const struct row *r)
{
	return row_number(r, "bytes") != 0;
}

JUDGE(file_write) = {
	.class = "masked-file",
	.ops = OPS1(WRITE),
	.control = "control-file",
	.violates = reads_back,
	.expected = "0 bytes read after a write",
};

/* ENOEXEC: the kernel has opened and read it, and only found no format. */
static bool is_used(const struct row *r)
{
	return row_ok(r) || (r->op == OP_EXEC && streq(r->result, "ENOEXEC"));
}

JUDGE(file_map) = {
	.class = "masked-file",
	.ops = OPS2(MMAP, EXEC),
	.control = "control-file",
	.violates = is_used,
	.expected = "ENODEV for mmap, EACCES for execve",
};

JUDGE(file_truncate) = {
	.class = "masked-file",
	.ops = OPS1(TRUNCATE),
	.control = "control-file",
	.violates = row_ok,
	.expected = "an error, nothing cut",
};

JUDGE(file_rename) = {
	.class = "masked-file",
	.ops = OPS2(UNLINK, RENAMESELF),
	.control = "control-file",
	.violates = row_ok,
	.expected = "an error, nothing unlinked or moved",
};

JUDGE(file_mount) = {
	.class = "masked-file",
	.ops = MOUNT_OPS,
	.control = "control-mount-file",
	.control_as = AS_SYSADMIN,
	.violates = row_ok,
	.expected = "an error (EPERM; EINVAL in a nested user namespace)",
};

static const struct {
	enum op op;
	const char *errnos;
} refusals[] = {
	{ OP_MMAP, "ENODEV" },
	{ OP_EXEC, "EACCES" },
	{ OP_TRUNCATE, "EINVAL EROFS" },
	{ OP_UNLINK, "EBUSY EACCES" },
	{ OP_RENAMESELF, "EBUSY EACCES" },
};

static bool other_errno(const struct row *r)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++)
		if (refusals[i].op == r->op)
			return !has_word(refusals[i].errnos, r->result);
	return true;
}

JUDGE(file_errno) = {
	.class = "masked-file",
	.ops = OPS3(MMAP, EXEC, TRUNCATE) | OPS2(UNLINK, RENAMESELF),
	.control = "control-file",
	.violates = other_errno,
	.expected = "ENODEV, EACCES, EINVAL, EBUSY: those of a mounted null device",
};

JUDGE(file_mode) = {
	.class = "masked-file",
	.ops = OPS1(STAT),
	.informs = row_say,
	.expected = "reported, never failed",
};

static const struct row *mode_of(const struct view *v, const char *phase, const char *device)
{
	const struct row *r =
		find_row(v->facts, "driver", v->container->name, phase, OP_DEVMODE, device);

	return r && row_ok(r) && *r->value ? r : NULL;
}

/* 0 the same, 1 changed, -1 not observed. */
static int mode_changed(const struct view *v, const char *device)
{
	const struct row *before = mode_of(v, "before", device),
			 *after = mode_of(v, "after", device);

	return before && after ? !streq(before->value, after->value) : -1;
}

/* Why the container may not change any device, if it may not: what its chmod of the control met. */
static const char *chmod_denied(const struct view *v)
{
	const struct row *r = find_row(v->facts, "probe", v->container->name, "run", OP_CHMODDEV,
				       "/t/control.dev");

	return r ? users_denied(v->container, r) : NULL;
}

static void check_host_device(const struct view *v, struct finding *f)
{
	int null = mode_changed(v, "/dev/null"), control = mode_changed(v, "/dev/control");

	if (!container_started(v))
		found(f, VERDICT_BROKEN, "container %s did not start", v->container->name);
	else if (null > 0)
		found(f, VERDICT_FAIL,
		      "chmod of the mask changed the host's /dev/null from %s to %s",
		      mode_of(v, "before", "/dev/null")->value,
		      mode_of(v, "after", "/dev/null")->value);
	else if (null == 0 && control == 0 && chmod_denied(v))
		found(f, VERDICT_SKIP, "%s", chmod_denied(v));
	else if (null < 0 || control != 1)
		found(f, VERDICT_BROKEN,
		      "dull control: a chmod of a bound device is not seen outside");
	else
		found(f, VERDICT_PASS, "the host's /dev/null is unchanged");
}

JUDGE(file_host_device) = {
	.check = check_host_device,
	.expected = "mode of the host's /dev/null is unchanged",
};

/* Covered content, of files and directories -------------------------------------------------- */

static const struct row *digest(const struct view *v, const char *phase, const char *path)
{
	const struct row *r =
		find_row(v->facts, "driver", v->container->name, phase, OP_DIGEST, path);

	return r && row_ok(r) && *r->value ? r : NULL;
}

/* 0 the same, 1 changed, -1 not observed before. What is gone has changed. */
static int content_changed(const struct view *v, const char *path)
{
	const struct row *before = digest(v, "before", path), *after = digest(v, "after", path);

	if (!before || !find_row(v->facts, "driver", v->container->name, "after", OP_DIGEST, path))
		return -1;
	return !after || !streq(before->value, after->value);
}

/* Unlike content that is covered, a control must be there afterwards. */
static bool control_changed(const struct view *v, const char *class)
{
	size_t i;

	for (i = 0; i < v->container->n_masks; i++)
		if (streq(v->container->masks[i].class, class))
			return digest(v, "after", v->container->masks[i].path) &&
			       content_changed(v, v->container->masks[i].path) == 1;
	return false;
}

static void check_covered(const struct view *v, struct finding *f, const char *class,
			  const char *control)
{
	size_t i;

	if (!container_started(v)) {
		found(f, VERDICT_BROKEN, "container %s did not start", v->container->name);
		return;
	}
	if (!control_changed(v, control))
		found(f, VERDICT_BROKEN,
		      "dull control: what was written to the sibling is not seen");
	for (i = 0; i < v->container->n_masks; i++) {
		const struct mask *m = &v->container->masks[i];
		int changed = has_word(class, m->class) ? content_changed(v, m->path) : 0;

		if (changed > 0)
			found(f, VERDICT_FAIL, "content of %s has changed", m->path);
		else if (changed < 0)
			found(f, VERDICT_BROKEN, "no digest of %s", m->path);
	}
	found(f, VERDICT_PASS, "unchanged, byte by byte");
}

static void check_dirs(const struct view *v, struct finding *f)
{
	check_covered(v, f, "masked-dir", "control-dir");
}

static void check_files(const struct view *v, struct finding *f)
{
	check_covered(v, f, "masked-file", "control-file");
}

static void check_readonly(const struct view *v, struct finding *f)
{
	check_covered(v, f, "readonly-dir readonly-file", "control-dir");
}

JUDGE(ro_content) = {
	.check = check_readonly,
	.expected = "the same names, modes, owners and bytes as before",
};

JUDGE(dir_covered) = {
	.check = check_dirs,
	.expected = "the same names, modes, owners and bytes as before",
};

JUDGE(file_covered) = {
	.check = check_files,
	.expected = "the same mode, owner and bytes as before",
};
