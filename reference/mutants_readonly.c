/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults about read-only paths. They take the place of the stage "readonlyPaths", or move it; the
 * working directory is a procfs while a path is handled, as in masks.c.
 */
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include "reference/ladder.h"
#include "reference/mutants.h"

static int mount_at(int fd, const char *type, unsigned long flags)
{
	struct fd_path p = fd_path(fd);

	return mount(type ? type : p.text, p.text, type, flags, NULL) < 0 ? -errno : 0;
}

READONLY_HOOK(readonly_no_remount)
{
	(void)c, (void)ctx, (void)i, (void)err;
	return mount_at(t->fd, NULL, MS_BIND | MS_REC);
}

READONLY_HOOK(readonly_first_only)
{
	(void)c;
	return i == 0 ? mask_readonly(ctx, t, err) : 0;
}

READONLY_HOOK(readonly_all_but_last)
{
	return i + 1 < c->spec.readonly_paths.n ? mask_readonly(ctx, t, err) : 0;
}

/* Every flag that a user namespace has not locked is lost. */
READONLY_HOOK(readonly_flags_lost)
{
	_cleanup_close_ int fd = -EBADF;
	int r = mask_readonly(ctx, t, err);

	(void)c, (void)i;
	fd = r < 0 || t->is_root ? r : fault_reopen(ctx, t);
	if (fd >= 0)
		mount_at(fd, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY);
	return r;
}

/* One flag is lost; the remount gives all the others. */
static int lose(const struct mask_ctx *ctx, const struct mask_target *t, unsigned long flag,
		struct mask_error *err)
{
	_cleanup_close_ int fd = -EBADF;
	int r = mask_readonly(ctx, t, err);

	fd = r < 0 || t->is_root ? r : fault_reopen(ctx, t);
	if (fd >= 0)
		mask_remount(fd, 0, flag);
	return r;
}

READONLY_HOOK(readonly_nosuid_lost)
{
	(void)c, (void)i;
	return lose(ctx, t, MS_NOSUID, err);
}

READONLY_HOOK(readonly_nodev_lost)
{
	(void)c, (void)i;
	return lose(ctx, t, MS_NODEV, err);
}

READONLY_HOOK(readonly_noexec_lost)
{
	(void)c, (void)i;
	return lose(ctx, t, MS_NOEXEC, err);
}

/* The file system instead of the mount: whoever else uses it can't write any more. */
READONLY_HOOK(readonly_superblock)
{
	_cleanup_close_ int fd = -EBADF;
	int r = mount_at(t->fd, NULL, MS_BIND | MS_REC);

	(void)c, (void)i, (void)err;
	fd = r < 0 ? r : fault_reopen(ctx, t);
	return fd < 0 ? fd : mount_at(fd, NULL, MS_REMOUNT | MS_RDONLY);
}

READONLY_HOOK(readonly_not_links)
{
	const struct look l = { c, ctx, t, 1 };

	(void)i;
	return skip_leaf_link(&l, 0) ? 0 : mask_readonly(ctx, t, err);
}

READONLY_HOOK(readonly_host_links)
{
	const struct look l = { c, ctx, t, 1 };

	(void)i;
	return skip_host_link(&l, 0) ? 0 : mask_readonly(ctx, t, err);
}

/* What is a read-only mount already was listed before. */
READONLY_HOOK(readonly_twice_undone)
{
	const struct look l = { c, ctx, t, 1 };
	struct statvfs fs;

	(void)i;
	if (!skip_mountpoint(&l, 0) || fstatvfs(t->fd, &fs) < 0 || !(fs.f_flag & ST_RDONLY))
		return mask_readonly(ctx, t, err);
	return umount2(fd_path(t->fd).text, MNT_DETACH) < 0 ? -errno : 0;
}

READONLY_HOOK(readonly_not_root)
{
	(void)c, (void)i;
	return t->is_root ? 0 : mask_readonly(ctx, t, err);
}

READONLY_HOOK(readonly_not_procfs)
{
	struct statfs fs;

	(void)c, (void)i;
	if (fstatfs(t->fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC)
		return 0;
	return mask_readonly(ctx, t, err);
}

/* Hidden instead of read-only: the wrong list. */
READONLY_HOOK(readonly_masked)
{
	(void)ctx, (void)i, (void)err;
	if (t->is_dir)
		return mount_at(t->fd, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC);
	return mount(fd_path(c->null_fd).text, fd_path(t->fd).text, NULL, MS_BIND, NULL) < 0
		       ? -errno
		       : 0;
}

READONLY_HOOK(readonly_chmod)
{
	(void)c, (void)i;
	/* Only what the bundle itself holds may come to harm. */
	if (t->is_dir && !t->is_root && t->id.mnt_id == ctx->root_id.mnt_id &&
	    fchmodat(t->fd, ".", 0711, 0) < 0)
		return -errno;
	return mask_readonly(ctx, t, err);
}

/* Masks that are there already lie under it. */
READONLY_HOOK(readonly_shallow)
{
	_cleanup_close_ int fd = -EBADF;
	int r = mount_at(t->fd, NULL, MS_BIND);

	(void)c, (void)i, (void)err;
	fd = r < 0 ? r : fault_reopen(ctx, t);
	return fd < 0 ? fd : mask_remount(fd, MS_RDONLY, 0);
}

static int handle(struct container *c, const struct mask_ctx *ctx, size_t i, bool *stop)
{
	_cleanup_(mask_target_done) struct mask_target t;
	struct mask_error err;

	mask_resolve(ctx, c->spec.readonly_paths.v[i], &t);
	*stop |= mutant->stop_at && t.errnum == mutant->stop_at;
	if (*stop || t.errnum == ENOENT || (mutant->errnum && t.errnum == mutant->errnum))
		return 0;
	if (t.errnum)
		return -t.errnum;
	return mutant->readonly ? mutant->readonly(c, ctx, &t, i, &err)
				: mask_readonly(ctx, &t, &err);
}

/* As masks_readonly_paths(), with a fault in one place. */
static int readonly_paths(struct container *c, struct fault *f)
{
	_cleanup_(mask_end) struct mask_ctx ctx = MASK_CTX_INIT;
	struct mask_error err;
	bool stop = false;

	ctx.root_fd = c->root_fd;
	ctx.proc_fd = c->proc_fd;
	if (mask_begin(&ctx, &err) < 0)
		return fault_path(f, err.errnum, err.step, err.path);
	for (size_t i = 0; i < c->spec.readonly_paths.n; i++) {
		int r = handle(c, &ctx, i, &stop);

		if (r < 0)
			return fault_path(f, -r, "linux.readonlyPaths",
					  c->spec.readonly_paths.v[i]);
	}
	return 0;
}

STAGES_HOOK(stages_readonly)
{
	if (which == STAGES_INIT)
		stage_find(s, "readonlyPaths")->run = readonly_paths;
}

STAGES_HOOK(stages_readonly_last)
{
	if (which != STAGES_INIT)
		return;
	stage_move(s, "maskedPaths", "readonlyPaths");
	stages_readonly(which, s);
}

static int refuse_missing(struct container *c, struct fault *f)
{
	for (size_t i = 0; i < c->spec.readonly_paths.n; i++) {
		const char *path = c->spec.readonly_paths.v[i];
		_cleanup_close_ int fd = mask_lookup(c->root_fd, path, MASK_METHOD_AUTO);

		if (fd == -ENOENT)
			return fault_path(f, ENOENT, "linux.readonlyPaths", path);
	}
	return masks_readonly_paths(c, f);
}

static int create_missing(struct container *c, struct fault *f)
{
	for (size_t i = 0; i < c->spec.readonly_paths.n; i++) {
		const char *path = c->spec.readonly_paths.v[i];
		_cleanup_close_ int fd = mask_lookup(c->root_fd, path, MASK_METHOD_AUTO);

		if (fd == -ENOENT)
			fd = rootfs_open(c, path, true, f);
	}
	return masks_readonly_paths(c, f);
}

STAGES_HOOK(stages_readonly_create)
{
	if (which == STAGES_INIT)
		stage_find(s, "readonlyPaths")->run = create_missing;
}

STAGES_HOOK(stages_readonly_refuse)
{
	if (which == STAGES_INIT)
		stage_find(s, "readonlyPaths")->run = refuse_missing;
}

/* The second half of each path, when start has come: names are the container's own by now. */
static int remount_late(struct container *c, struct fault *f)
{
	for (size_t i = 0; i < c->spec.readonly_paths.n; i++) {
		const char *path = c->spec.readonly_paths.v[i];

		if (mount(NULL, path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) < 0 &&
		    errno != ENOENT && errno != EPERM)
			return fault_path(f, errno, "linux.readonlyPaths", path);
	}
	return 0;
}

STAGES_HOOK(stages_readonly_late)
{
	if (which != STAGES_INIT)
		return;
	stages_readonly(which, s);
	stage_move(s, "ready", "restore RLIMIT_NOFILE");
	stage_move(s, "wait for start", "restore RLIMIT_NOFILE");
	stage_insert_after(s, "wait for start",
			   (struct stage){ "late remounts", remount_late, NULL });
}

/* The caller of create makes the path read-only for everybody. */
static int readonly_on_host(struct container *c, struct fault *f)
{
	for (size_t i = 0; i < c->spec.readonly_paths.n; i++) {
		_cleanup_free_ char *path = NULL;

		if (!streq(c->spec.readonly_paths.v[i], "/t/d"))
			continue;
		if (asprintf(&path, "%s/rootfs/t/d", c->bundle) < 0 ||
		    mount(path, path, NULL, MS_BIND, NULL) < 0 ||
		    mount(NULL, path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) < 0)
			return fault_path(f, errno, "linux.readonlyPaths", "/t/d");
	}
	return 0;
}

STAGES_HOOK(stages_readonly_on_host)
{
	if (which == STAGES_CREATE)
		stage_insert_after(s, "config", (struct stage){ "host", readonly_on_host, NULL });
}

/* The masks' targets are looked up before the read-only binds cover them, and found below. */
static struct mask_target *early;

static int resolve_early(struct container *c, struct fault *f)
{
	const struct strings *paths = &c->spec.masked_paths;
	struct mask_ctx ctx = MASK_CTX_INIT;

	ctx.root_fd = c->root_fd;
	ctx.proc_fd = c->proc_fd;
	early = calloc(paths->n + 1, sizeof(*early));
	if (!early)
		return fault_set(f, ENOMEM, "linux.maskedPaths: %s", strerror(ENOMEM));
	for (size_t i = 0; i < paths->n; i++)
		mask_resolve(&ctx, paths->v[i], &early[i]);
	return 0;
}

STAGES_HOOK(stages_resolve_early)
{
	if (which != STAGES_INIT)
		return;
	stage_insert_after(s, "readonlyPaths",
			   (struct stage){ "early look-up", resolve_early, NULL });
	stage_move(s, "early look-up", "readonlyPaths");
}

PLAN_HOOK(plan_resolved_early)
{
	(void)ctx;
	for (size_t i = 0; early && i < n; i++) {
		mask_target_done(&targets[i]);
		targets[i] = early[i];
	}
	return plan_without_verify(c->strategy, targets, n, ret, err);
}

/* Masks that the other list thwarts ----------------------------------------------------------- */

bool skip_readonly_too(const struct look *l, size_t i)
{
	const struct strings *list = &l->c->spec.readonly_paths;

	for (size_t j = 0; j < list->n; j++)
		if (streq(list->v[j], l->targets[i].path))
			return true;
	return false;
}

bool skip_around_readonly(const struct look *l, size_t i)
{
	const struct strings *list = &l->c->spec.readonly_paths;

	for (size_t j = 0; j < list->n; j++) {
		const char *below = strip_prefix(list->v[j], l->targets[i].path);

		if (below && *below == '/')
			return true;
	}
	return false;
}
