/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults of one strategy, or of one rung: what a kernel lacks is answered by less than was asked
 * for. Column 6 of fixtures/mutants.tsv names strategy and DENY they need.
 */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "reference/ladder.h"
#include "reference/mutants.h"
#include "reference/sys.h"

bool lacks_fsopen(void)
{
	return sys_fsopen("", 0) == -ENOSYS;
}

/* Without openat2 links are followed as the host has them. */
bool skip_host_link_walking(const struct look *l, size_t i)
{
	static const struct ms_open_how how;

	return sys_openat2(-1, "", &how) == -ENOSYS && skip_host_link(l, i);
}

/* mount(2) is given less to forget than mount attributes are. */
MASK_HOOK(mask_writable_classic)
{
	return sys_open_tree(-1, "", 0) == -ENOSYS ? mask_writable(c, ctx, t)
						   : mask_ladder_tmpfs(ctx, t->fd);
}

/* EINVAL to the limit of one inode is answered by no limit. */
MASK_HOOK(mask_unbounded_on_einval)
{
	const unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;

	if (mount("tmpfs", fd_path(t->fd).text, "tmpfs", flags, ctx->tmpfs_data[0]) == 0)
		return 0;
	return errno == EINVAL ? mask_unbounded(c, ctx, t) : -errno;
}

/* Sources ------------------------------------------------------------------------------------ */

APPLY_HOOK(apply_source)
{
	const struct mask_target *t = &targets[op->target];

	if (op->kind == MASK_OP_EMPTY_DIR || op->kind == MASK_OP_DETACHED)
		return fail_if(mutant->mask(c, ctx, t), err, t);
	return mask_apply(ctx, targets, op, err);
}

/* The tmpfs was made writable, to put the directory in, and stays so. */
MASK_HOOK(mask_empty_dir_writable)
{
	_cleanup_close_ int fd = mask_ladder_empty_dir(ctx), above = -EBADF;

	(void)c;
	(void)t;
	above = fd < 0 ? fd : openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (above < 0 || mount(NULL, fd_path(above).text, NULL,
			       MS_REMOUNT | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return fd < 0 ? fd : -errno;
	ctx->shared_fd = TAKE_FD(fd);
	return 0;
}

/* A file system read-write, and no attribute on its mount. */
MASK_HOOK(mask_detached_writable)
{
	_cleanup_close_ int fs = sys_fsopen("tmpfs", MS_FSOPEN_CLOEXEC), fd = -EBADF;
	int r = fs < 0 ? fs : sys_fsconfig(fs, MS_FSCONFIG_CMD_CREATE, NULL, NULL, 0);

	(void)c;
	fd = r < 0 ? r : sys_fsmount(fs, MS_FSMOUNT_CLOEXEC, 0);
	r = fd < 0 ? fd
		   : sys_move_mount(fd, "", t->fd, "",
				    MS_MOVE_MOUNT_F_EMPTY_PATH | MS_MOVE_MOUNT_T_EMPTY_PATH);
	if (r == 0)
		ctx->shared_fd = TAKE_FD(fd);
	return r;
}

/* No mount is cloned: each directory has one of its own. */
APPLY_HOOK(apply_detached_each)
{
	const struct mask_target *t = &targets[op->target];
	_cleanup_close_ int fd = -EBADF;

	(void)c;
	if ((op->kind != MASK_OP_DETACHED && op->kind != MASK_OP_BIND_DIR) ||
	    (mutant->lacks && !mutant->lacks()))
		return mask_apply(ctx, targets, op, err);
	fd = mask_ladder_detached(ctx, t->fd);
	return fail_if(fd, err, t);
}
