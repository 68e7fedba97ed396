/* SPDX-License-Identifier: Apache-2.0 */
/* The two lists of config.json given to libmaskref; plan and apply pass the seams here. */
#include <sched.h>
#include <sys/prctl.h>

#include "reference/container.h"
#include "reference/seam.h"
#include "reference/sys.h"

static int to_fault(const char *field, const struct mask_error *err, struct fault *f)
{
	return fault_set(f, err->errnum, "linux.%s: %s: '%s': %s", field, err->step, err->path,
			 strerror(err->errnum));
}

static struct mask_ctx context(const struct container *c)
{
	struct mask_ctx ctx = MASK_CTX_INIT;

	ctx.root_fd = c->root_fd;
	ctx.proc_fd = c->proc_fd;
	ctx.null_fd = c->null_fd;
	ctx.stage_fd = c->stage_fd;
	ctx.mountlabel = c->spec.mount_label;
	return ctx;
}

static bool has_mount_ids(int fd)
{
	struct ms_statx st;

	return sys_statx_fd(fd, MS_STATX_MNT_ID, &st) == 0 && (st.mask & MS_STATX_MNT_ID);
}

/*
 * Without STATX_MNT_ID (up to 5.7) the id of a mount stands in fdinfo, and that folder of a process
 * that is not dumpable belongs to root of the host (seen on RHEL 8's 4.18; fs/proc/fd.c makes no
 * exception for the process itself, as it does for fd), which in a user namespace nobody is. In a
 * new one there is nobody, either, who could look at this process meanwhile; in one that is joined
 * there may be, so masks are refused there. True: it is dumpable until hide_again().
 */
static bool show_fdinfo(const struct container *c)
{
	const struct spec_namespace *user = spec_namespace(&c->spec, CLONE_NEWUSER);

	return user && !user->path && !has_mount_ids(c->root_fd) && prctl(PR_SET_DUMPABLE, 1) == 0;
}

static void hide_again(const bool *shown)
{
	if (*shown)
		prctl(PR_SET_DUMPABLE, 0);
}

/* One by one: a later path may lie in what an earlier one has bound. */
int masks_readonly_paths(struct container *c, struct fault *f)
{
	_cleanup_(hide_again) _unused_ bool shown = show_fdinfo(c);
	_cleanup_(mask_end) struct mask_ctx ctx = context(c);
	struct mask_error err;

	if (mask_begin(&ctx, &err) < 0)
		return to_fault("readonlyPaths", &err, f);
	for (size_t i = 0; i < c->spec.readonly_paths.n; i++) {
		_cleanup_(mask_target_done) struct mask_target target;

		mask_resolve(&ctx, c->spec.readonly_paths.v[i], &target);
		if (mask_readonly(&ctx, &target, &err) < 0)
			return to_fault("readonlyPaths", &err, f);
	}
	return 0;
}

static int apply_plan(struct container *c, struct mask_ctx *ctx, const struct mask_plan *plan,
		      const struct mask_target *targets, struct mask_error *err)
{
	for (size_t i = 0; i < plan->n; i++) {
		int r = seam.apply ? seam.apply(c, ctx, targets, &plan->ops[i], err)
				   : mask_apply(ctx, targets, &plan->ops[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int plan_and_apply(struct container *c, struct mask_ctx *ctx, struct mask_target *targets,
			  size_t n, struct mask_error *err)
{
	_cleanup_(mask_plan_done) struct mask_plan plan = { 0 };
	int r = seam.plan ? seam.plan(c, ctx, targets, n, &plan, err)
			  : mask_plan(c->strategy, targets, n, &plan, err);

	return r < 0 ? r : apply_plan(c, ctx, &plan, targets, err);
}

int masks_mask(struct container *c, struct mask_ctx *ctx, const struct strings *paths,
	       struct fault *f)
{
	_cleanup_free_ struct mask_target *targets = calloc(paths->n + 1, sizeof(*targets));
	struct mask_error err;
	int r;

	if (!targets)
		return fault_set(f, ENOMEM, "linux.maskedPaths: %s", strerror(ENOMEM));
	for (size_t i = 0; i < paths->n; i++)
		mask_resolve(ctx, paths->v[i], &targets[i]);
	r = plan_and_apply(c, ctx, targets, paths->n, &err);
	for (size_t i = 0; i < paths->n; i++)
		mask_target_done(&targets[i]);
	return r < 0 ? to_fault("maskedPaths", &err, f) : 0;
}

int masks_masked_paths(struct container *c, struct fault *f)
{
	_cleanup_(hide_again) _unused_ bool shown = show_fdinfo(c);
	_cleanup_(mask_end) struct mask_ctx ctx = context(c);
	struct mask_error err;

	if (c->spec.masked_paths.n == 0)
		return 0;
	if (mask_begin(&ctx, &err) < 0)
		return to_fault("maskedPaths", &err, f);
	return masks_mask(c, &ctx, &c->spec.masked_paths, f);
}
