/* SPDX-License-Identifier: Apache-2.0 */
/* Faults that no mount table shows: what the kernel has to do for them is what is wrong. */
#include <sched.h>
#include <sys/mount.h>

#include "reference/ladder.h"
#include "reference/mutants.h"
#include "reference/sys.h"

static bool masks_directory(const struct mask_op *op)
{
	return op->kind == MASK_OP_TMPFS || op->kind == MASK_OP_BIND_DIR;
}

/* A file system of its own for each directory is made, and then the shared one taken. */
APPLY_HOOK(apply_spare_superblock)
{
	_cleanup_close_ int fs = -EBADF;

	(void)c;
	if (masks_directory(op)) {
		fs = sys_fsopen("tmpfs", MS_FSOPEN_CLOEXEC);
		if (fs < 0 || sys_fsconfig(fs, MS_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
			return fail_if(-EIO, err, &targets[op->target]);
	}
	return mask_apply(ctx, targets, op, err);
}

/* A clone that can't be attached is thrown away, for which the kernel waits. */
APPLY_HOOK(apply_null_first)
{
	const struct mask_target *t = &targets[op->target];

	(void)c;
	if (masks_directory(op) &&
	    (mount(fd_path(ctx->null_fd).text, fd_path(t->fd).text, NULL, MS_BIND, NULL) == 0 ||
	     errno != ENOTDIR))
		return fail_if(-EIO, err, t);
	return mask_apply(ctx, targets, op, err);
}

/* Each path is mounted and unmounted once more, where nobody sees it. */
static int unmount_each(struct container *c, struct fault *f)
{
	int r = fault_load_config(c, f);

	if (r < 0)
		return r;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fault_set(f, errno, "unshare: %s", strerror(errno));
	for (size_t i = 0; i < c->spec.masked_paths.n; i++)
		if (mount(c->bundle, c->bundle, NULL, MS_BIND, NULL) < 0 ||
		    umount2(c->bundle, MNT_DETACH) < 0)
			return fault_set(f, errno, "%s: %s", c->bundle, strerror(errno));
	return 0;
}

STAGES_HOOK(stages_unmount_each)
{
	if (which == STAGES_DELETE)
		stage_insert_after(s, "stop",
				   (struct stage){ "unmount each mask", unmount_each, NULL });
}
