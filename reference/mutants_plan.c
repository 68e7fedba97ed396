/* SPDX-License-Identifier: Apache-2.0 */
/* Faults between the look-up of the targets and the plan. */
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "reference/mutants.h"

/* Keeps the operations that mask; the reference's own look afterwards would refuse the fault. */
static void drop_verify(struct mask_plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n; i++)
		if (plan->ops[i].kind != MASK_OP_VERIFY)
			plan->ops[n++] = plan->ops[i];
	plan->n = n;
}

int plan_without_verify(const struct mask_strategy *s, const struct mask_target *targets, size_t n,
			struct mask_plan *ret, struct mask_error *err)
{
	int r = mask_plan(s, targets, n, ret, err);

	if (r == 0)
		drop_verify(ret);
	return r;
}

PLAN_HOOK(plan_unverified)
{
	(void)ctx;
	return plan_without_verify(c->strategy, targets, n, ret, err);
}

PLAN_HOOK(plan_skip)
{
	struct look l = { c, ctx, targets, n };
	_cleanup_free_ bool *skipped = calloc(n + 1, sizeof(*skipped));

	/* All are judged before any is changed: a predicate may look at the others. */
	for (size_t i = 0; skipped && i < n; i++)
		skipped[i] = mutant->skip(&l, i);
	for (size_t i = 0; skipped && i < n; i++)
		if (skipped[i] && !targets[i].is_root)
			targets[i].errnum = ENOENT;
	return plan_without_verify(c->strategy, targets, n, ret, err);
}

PLAN_HOOK(plan_errno)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++)
		if (targets[i].errnum == mutant->errnum)
			targets[i].errnum = ENOENT;
	return plan_without_verify(c->strategy, targets, n, ret, err);
}

/* The target looked up by another name than the configured. */
static void resolve_as(const struct mask_ctx *ctx, struct mask_target *t, const char *name)
{
	const char *path = t->path;

	mask_target_done(t);
	mask_resolve(ctx, name, t);
	t->path = path;
}

PLAN_HOOK(plan_spell)
{
	struct look l = { c, ctx, targets, n };

	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *name = mutant->spell(&l, i);

		if (name && !streq(name, targets[i].path))
			resolve_as(ctx, &targets[i], name);
	}
	return plan_without_verify(c->strategy, targets, n, ret, err);
}

PLAN_HOOK(plan_refuse_missing)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++)
		if (targets[i].errnum == ENOENT)
			return mask_fail(err, "find the path to mask", ENOENT, targets[i].path);
	return mask_plan(c->strategy, targets, n, ret, err);
}

PLAN_HOOK(plan_create_missing)
{
	struct fault ignored;

	for (size_t i = 0; i < n; i++) {
		if (targets[i].errnum == ENOENT) {
			int fd = rootfs_open(c, targets[i].path, true, &ignored);

			safe_close(fd);
			resolve_as(ctx, &targets[i], targets[i].path);
		}
	}
	return plan_without_verify(c->strategy, targets, n, ret, err);
}

PLAN_HOOK(plan_stop_at_missing)
{
	bool stopped = false;

	(void)ctx;
	for (size_t i = 0; i < n; i++) {
		stopped |= targets[i].errnum == ENOENT;
		if (stopped)
			targets[i].errnum = ENOENT;
	}
	return plan_without_verify(c->strategy, targets, n, ret, err);
}

PLAN_HOOK(plan_refuse_duplicate)
{
	int r = mask_plan(c->strategy, targets, n, ret, err);

	(void)ctx;
	for (size_t i = 0; r == 0 && i < ret->n; i++)
		if (ret->ops[i].kind == MASK_OP_DUPLICATE)
			return mask_fail(err, "mask a path twice", EEXIST,
					 targets[ret->ops[i].target].path);
	return r;
}

PLAN_HOOK(plan_refuse_nested)
{
	struct look l = { c, ctx, targets, n };

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (lies_below(&l, i, j))
				return mask_fail(err, "mask below a mask", EINVAL, targets[i].path);
	return mask_plan(c->strategy, targets, n, ret, err);
}

PLAN_HOOK(plan_refuse_devnull)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *clean = NULL;

		if (mask_clean_path(targets[i].path, &clean) == 0 && streq(clean, "/dev/null"))
			return mask_fail(err, "mask the null device", EINVAL, targets[i].path);
	}
	return mask_plan(c->strategy, targets, n, ret, err);
}

PLAN_HOOK(plan_refuse_directories)
{
	size_t dirs = 0;

	(void)ctx;
	for (size_t i = 0; i < n; i++) {
		dirs += !targets[i].errnum && targets[i].is_dir;
		if (dirs > 1)
			return mask_fail(err, "mask a second directory", EINVAL, targets[i].path);
	}
	return mask_plan(c->strategy, targets, n, ret, err);
}

/* What is covered ---------------------------------------------------------------------------- */

/* Never in procfs, sysfs or a volume: only what the bundle itself holds may come to harm. */
static bool is_bundles(const struct mask_ctx *ctx, const struct mask_target *t, bool dir)
{
	return !t->errnum && t->is_dir == dir && t->id.mnt_id == ctx->root_id.mnt_id;
}

PLAN_HOOK(plan_touch_directories)
{
	for (size_t i = 0; i < n; i++)
		if (is_bundles(ctx, &targets[i], true))
			safe_close(openat(targets[i].fd, "touched", O_WRONLY | O_CREAT | O_CLOEXEC,
					  0644));
	return mask_plan(c->strategy, targets, n, ret, err);
}

PLAN_HOOK(plan_chmod_directories)
{
	for (size_t i = 0; i < n; i++)
		if (is_bundles(ctx, &targets[i], true) && fchmodat(targets[i].fd, ".", 0711, 0) < 0)
			return mask_fail(err, "change the mode", errno, targets[i].path);
	return mask_plan(c->strategy, targets, n, ret, err);
}

static void write_covered(const struct mask_ctx *ctx, const struct mask_target *t, int flags,
			  const char *text)
{
	_cleanup_close_ int fd = -EBADF;
	char name[32];
	struct stat st;

	if (!is_bundles(ctx, t, false) || fstat(t->fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	snprintf(name, sizeof(name), "self/fd/%d", t->fd);
	fd = openat(ctx->proc_fd, name, O_WRONLY | O_CLOEXEC | flags);
	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		return;
}

PLAN_HOOK(plan_truncate_files)
{
	for (size_t i = 0; i < n; i++)
		write_covered(ctx, &targets[i], O_TRUNC, "");
	return mask_plan(c->strategy, targets, n, ret, err);
}

PLAN_HOOK(plan_append_files)
{
	for (size_t i = 0; i < n; i++)
		write_covered(ctx, &targets[i], O_APPEND, "x");
	return mask_plan(c->strategy, targets, n, ret, err);
}

/* Superblocks -------------------------------------------------------------------------------- */

PLAN_HOOK(plan_per_dir)
{
	struct look l = { c, ctx, targets, n };
	const struct mask_strategy *s = c->strategy;

	if (mutant->skip(&l, 0))
		s = mask_strategy_find("tmpfs-per-dir");
	return mask_plan(s, targets, n, ret, err);
}

/* The planner gives an alias a tmpfs of its own, which is just the fault wanted. */
PLAN_HOOK(plan_per_dir_sysfs)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++) {
		struct statfs fs;

		if (!targets[i].errnum && fstatfs(targets[i].fd, &fs) == 0 &&
		    (fs.f_type == SYSFS_MAGIC || fs.f_type == PROC_SUPER_MAGIC))
			targets[i].alias = MASK_ALIAS_SELF;
	}
	return mask_plan(c->strategy, targets, n, ret, err);
}
