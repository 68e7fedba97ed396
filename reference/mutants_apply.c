/* SPDX-License-Identifier: Apache-2.0 */
/* Faults in one step of the application. The working directory is a procfs. */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "reference/ladder.h"
#include "reference/mutants.h"

#define RO_MASK (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)

static int mount_on(int fd, const char *type, unsigned long flags, const char *data)
{
	return mount(type, fd_path(fd).text, type, flags, data) < 0 ? -errno : 0;
}

static int bind_on(int from, int to)
{
	return mount(fd_path(from).text, fd_path(to).text, NULL, MS_BIND, NULL) < 0 ? -errno : 0;
}

/* What lies at the place of @t now, without a look at what it is. */
int fault_reopen(const struct mask_ctx *ctx, const struct mask_target *t)
{
	_cleanup_free_ char *name = NULL;
	int r = mask_canonical(ctx, t->fd, &name);

	return r < 0 ? r : mask_lookup(ctx->root_fd, name, MASK_METHOD_AUTO);
}

static int share_unchecked(struct mask_ctx *ctx, const struct mask_target *t)
{
	ctx->shared_fd = fault_reopen(ctx, t);
	return ctx->shared_fd < 0 ? ctx->shared_fd : 0;
}

/* Directories -------------------------------------------------------------------------------- */

APPLY_HOOK(apply_directory)
{
	const struct mask_target *t = &targets[op->target];

	if (op->kind == MASK_OP_TMPFS)
		return fail_if(mutant->mask(c, ctx, t), err, t);
	if (op->kind == MASK_OP_SHARE)
		return fail_if(share_unchecked(ctx, t), err, t);
	return mask_apply(ctx, targets, op, err);
}

APPLY_HOOK(apply_each_directory)
{
	const struct mask_target *t = &targets[op->target];

	if (op->kind == MASK_OP_TMPFS || op->kind == MASK_OP_BIND_DIR)
		return fail_if(mutant->mask(c, ctx, t), err, t);
	return op->kind == MASK_OP_SHARE ? 0 : mask_apply(ctx, targets, op, err);
}

MASK_HOOK(mask_with_content)
{
	_cleanup_close_ int dir = -EBADF, fd = -EBADF;
	const char *data = "mode=0755,nr_blocks=2,nr_inodes=3";
	int r = mount_on(t->fd, "tmpfs", RO_MASK & ~(unsigned long)MS_RDONLY, data);

	(void)c;
	dir = r < 0 ? r : fault_reopen(ctx, t);
	if (dir < 0)
		return dir;
	fd = openat(dir, "content", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, "content\n", 8) < 0)
		return -errno;
	/* The superblock stays busy as long as the file is open for writing. */
	fd = safe_close(fd);
	return mount_on(dir, "tmpfs", RO_MASK | MS_REMOUNT, data);
}

MASK_HOOK(mask_writable)
{
	(void)c;
	(void)ctx;
	return mount_on(t->fd, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
			"mode=0755,nr_blocks=16,nr_inodes=64");
}

MASK_HOOK(mask_unbounded)
{
	(void)c;
	(void)ctx;
	return mount_on(t->fd, "tmpfs", RO_MASK, "mode=0755");
}

MASK_HOOK(mask_host_directory)
{
	_cleanup_close_ int fd = open(c->bundle, O_PATH | O_CLOEXEC);

	(void)ctx;
	return fd < 0 ? -errno : bind_on(fd, t->fd);
}

/* The first becomes read-only when all others were cloned from it as it was. */
APPLY_HOOK(apply_writable_copies)
{
	const struct mask_target *t = &targets[op->target];

	if (op->kind == MASK_OP_VERIFY)
		return ctx->shared_fd < 0
			       ? 0
			       : fail_if(mask_remount(ctx->shared_fd, MS_RDONLY, 0), err, t);
	return apply_directory(c, ctx, targets, op, err);
}

APPLY_HOOK(apply_unmask_duplicate)
{
	const struct mask_target *t = &targets[op->target];
	_cleanup_close_ int fd = -EBADF;
	struct mask_identity id;

	(void)c;
	if (op->kind != MASK_OP_DUPLICATE)
		return mask_apply(ctx, targets, op, err);
	fd = fault_reopen(ctx, t);
	/* A third entry finds the mask gone already. */
	if (fd < 0 || mask_identify(ctx->proc_fd, fd, &id, NULL) < 0 || id.mnt_id == t->id.mnt_id)
		return 0;
	return umount2(fd_path(fd).text, MNT_DETACH) < 0 ? fail_if(-errno, err, t) : 0;
}

APPLY_HOOK(apply_shared_propagation)
{
	const struct mask_target *t = &targets[op->target];
	_cleanup_close_ int fd = -EBADF;
	struct mask_identity id;

	(void)c;
	if (op->kind != MASK_OP_VERIFY)
		return mask_apply(ctx, targets, op, err);
	fd = fault_reopen(ctx, t);
	/* Hidden below another mask, which gets its turn. */
	if (fd < 0 || mask_identify(ctx->proc_fd, fd, &id, NULL) < 0 || id.mnt_id == t->id.mnt_id)
		return 0;
	return mount(NULL, fd_path(fd).text, NULL, MS_SHARED, NULL) < 0 ? fail_if(-errno, err, t)
									: 0;
}

/* The null device is bound on everything; ENOTDIR, which it gives for directories, is swallowed. */
APPLY_HOOK(apply_null_on_all)
{
	const struct mask_target *t = &targets[op->target];

	(void)c;
	if (op->kind == MASK_OP_TMPFS || op->kind == MASK_OP_BIND_DIR) {
		int r = bind_on(ctx->null_fd, t->fd);

		return r == -ENOTDIR ? 0 : fail_if(r, err, t);
	}
	return op->kind == MASK_OP_SHARE ? 0 : mask_apply(ctx, targets, op, err);
}

/* Looks every target up a second time, when those before it are masked already. */
APPLY_HOOK(apply_by_path)
{
	struct mask_target again = targets[op->target];
	_cleanup_close_ int fd = -EBADF;
	const struct mask_op first = { op->kind, 0 };

	(void)c;
	if (op->kind != MASK_OP_TMPFS && op->kind != MASK_OP_BIND_DIR &&
	    op->kind != MASK_OP_BIND_NULL)
		return mask_apply(ctx, targets, op, err);
	fd = mask_lookup(ctx->root_fd, again.path, MASK_METHOD_AUTO);
	if (fd < 0)
		return fail_if(fd, err, &again);
	again.fd = fd;
	return mask_apply(ctx, &again, &first, err);
}

/* Files -------------------------------------------------------------------------------------- */

APPLY_HOOK(apply_file)
{
	const struct mask_target *t = &targets[op->target];

	if (op->kind == MASK_OP_BIND_NULL)
		return fail_if(mutant->mask(c, ctx, t), err, t);
	return mask_apply(ctx, targets, op, err);
}

/* A directory of the stage with a tmpfs of its own on it, stacked when asked for again. */
static int open_workshop(const struct container *c, bool again)
{
	_cleanup_close_ int dir = -EBADF;
	bool fresh = mkdirat(c->stage_fd, "workshop", 0755) == 0;

	dir = openat(c->stage_fd, "workshop", O_PATH | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	if (fresh || again) {
		int r = mount_on(dir, "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755");

		if (r < 0)
			return r;
		dir = safe_close(dir);
		dir = openat(c->stage_fd, "workshop", O_PATH | O_CLOEXEC);
	}
	return TAKE_FD(dir);
}

/* Binds the node @dev, made in @dir, or the host's @name where nobody may make one. */
static int bind_node(int dir, dev_t dev, const char *name, bool readonly, int target)
{
	_cleanup_close_ int fd = -EBADF;
	int r;

	if (mknodat(dir, "node", S_IFCHR | 0666, dev) == 0 || errno == EEXIST)
		fd = openat(dir, "node", O_PATH | O_CLOEXEC);
	else
		fd = open(name, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* The mount the node is on, so that the bind inherits it. */
	r = readonly ? mask_remount(dir, MS_RDONLY, 0) : 0;
	return r < 0 ? r : bind_on(fd, target);
}

MASK_HOOK(mask_regular)
{
	_cleanup_close_ int dir = open_workshop(c, false), fd = -EBADF;
	int r;

	(void)ctx;
	if (dir < 0)
		return dir;
	if (mknodat(dir, "empty", S_IFREG | 0444, 0) < 0 && errno != EEXIST && errno != EROFS)
		return -errno;
	fd = openat(dir, "empty", O_PATH | O_CLOEXEC);
	r = fd < 0 ? -errno : mask_remount(dir, MS_RDONLY, 0);
	return r < 0 ? r : bind_on(fd, t->fd);
}

MASK_HOOK(mask_regular_writable)
{
	_cleanup_close_ int dir = open_workshop(c, false), fd = -EBADF;
	char name[32];

	(void)ctx;
	snprintf(name, sizeof(name), "file-%d", t->fd);
	fd = dir < 0 ? dir : openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	return fd < 0 ? -errno : bind_on(fd, t->fd);
}

MASK_HOOK(mask_zero)
{
	_cleanup_close_ int dir = open_workshop(c, false);

	(void)ctx;
	return dir < 0 ? dir : bind_node(dir, makedev(1, 5), "/dev/zero", false, t->fd);
}

/* Missing: nothing is masked, as runc had it before CVE-2025-31133. */
MASK_HOOK(mask_container_null)
{
	_cleanup_close_ int fd = mask_lookup(ctx->root_fd, "/dev/null", MASK_METHOD_AUTO);

	(void)c;
	if (fd == -ENOENT)
		return 0;
	return fd < 0 ? fd : bind_on(fd, t->fd);
}

MASK_HOOK(mask_host_null)
{
	_cleanup_close_ int fd = open("/dev/null", O_PATH | O_CLOEXEC);

	(void)c;
	(void)ctx;
	return fd < 0 ? -errno : bind_on(fd, t->fd);
}

MASK_HOOK(mask_own_superblock)
{
	_cleanup_close_ int dir = open_workshop(c, true);

	(void)ctx;
	return dir < 0 ? dir : bind_node(dir, makedev(1, 3), "/dev/null", true, t->fd);
}
