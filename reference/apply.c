/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes masks and read-only paths. Operation by step; ladder.c has the calls:
 *   tmpfs      mask_ladder_tmpfs(target fd)
 *   share      openat2(root, canonical path of the target), then compare
 *   empty-dir  mask_ladder_empty_dir(), which becomes the shared fd
 *   detached   mask_ladder_detached(target fd), which becomes the shared fd
 *   bind-dir   mask_ladder_bind(shared fd, target fd)
 *   bind-null  mask_ladder_bind(null fd, target fd)
 *   verify     openat2(root, configured path), then compare
 * Nothing is undone on failure: the mount namespace dies with the container that failed.
 */
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "reference/ladder.h"
#include "reference/sys.h"

int mask_begin(struct mask_ctx *ctx, struct mask_error *err)
{
	int r = mask_identify(ctx->proc_fd, ctx->root_fd, &ctx->root_id, NULL);

	if (r < 0)
		return mask_fail(err, "identify the root", -r, "/");
	r = mask_ladder_begin(ctx);
	if (r < 0)
		return mask_fail(err, "write down the options of a mask", -r, "");
	ctx->cwd_fd = open(".", O_PATH | O_CLOEXEC);
	if (ctx->cwd_fd < 0)
		return mask_fail(err, "open the working directory", errno, ".");
	if (fchdir(ctx->proc_fd) < 0)
		return mask_fail(err, "enter procfs", errno, "");
	return 0;
}

void mask_end(struct mask_ctx *ctx)
{
	/* Best effort: without the old directory the process stays in procfs, which is harmless. */
	if (ctx->cwd_fd >= 0 && fchdir(ctx->cwd_fd) < 0)
		ctx->cwd_fd = safe_close(ctx->cwd_fd);
	ctx->cwd_fd = safe_close(ctx->cwd_fd);
	ctx->shared_fd = safe_close(ctx->shared_fd);
	mask_ladder_end(ctx);
}

/* Read-only paths ---------------------------------------------------------------------------- */

/* Flags of a mount as mount(2) wants them: a remount sets all, so none may be forgotten. */
static unsigned long mount_flags_of(unsigned long st)
{
	unsigned long flags =
		st & (ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC | ST_NOATIME | ST_NODIRATIME);

	if (st & ST_RELATIME)
		flags |= MS_RELATIME;
	else if (!(st & ST_NOATIME))
		flags |= MS_STRICTATIME;
	if (st & MS_STATFS_NOSYMFOLLOW)
		flags |= MS_MOUNT_NOSYMFOLLOW;
	return flags;
}
_Static_assert((int)ST_RDONLY == (int)MS_RDONLY && (int)ST_NOSUID == (int)MS_NOSUID &&
		       (int)ST_NODEV == (int)MS_NODEV && (int)ST_NOEXEC == (int)MS_NOEXEC &&
		       (int)ST_NOATIME == (int)MS_NOATIME &&
		       (int)ST_NODIRATIME == (int)MS_NODIRATIME,
	       "statvfs and mount flags have the same bits");

int mask_remount(int fd, unsigned long set, unsigned long clear)
{
	struct statvfs st;
	unsigned long flags;

	if (fstatvfs(fd, &st) < 0)
		return -errno;
	flags = (mount_flags_of(st.f_flag) & ~clear) | set;
	if (set & MS_NOATIME)
		flags &= ~(unsigned long)(MS_RELATIME | MS_STRICTATIME);
	if (mount("none", fd_path(fd).text, NULL, MS_BIND | MS_REMOUNT | flags, NULL) < 0)
		return -errno;
	return 0;
}

static int remount_readonly(int fd)
{
	return mask_remount(fd, MS_RDONLY, 0);
}

static int check_readonly(int fd)
{
	struct statvfs st;

	if (fstatvfs(fd, &st) < 0)
		return -errno;
	return st.f_flag & ST_RDONLY ? 0 : -EACCES;
}

/* Opens what now lies at the place of @target, which must be on another mount than before. */
static int reopen_covered(const struct mask_ctx *ctx, const struct mask_target *target,
			  struct mask_identity *ret_id)
{
	_cleanup_free_ char *name = NULL;
	_cleanup_close_ int fd = -EBADF;
	int r = mask_canonical(ctx, target->fd, &name);

	if (r < 0)
		return r;
	fd = mask_lookup(ctx->root_fd, name, MASK_METHOD_AUTO);
	if (fd < 0)
		return fd;
	r = mask_identify(ctx->proc_fd, fd, ret_id, NULL);
	if (r < 0)
		return r;
	return ret_id->mnt_id == target->id.mnt_id ? -ESTALE : TAKE_FD(fd);
}

int mask_readonly(const struct mask_ctx *ctx, const struct mask_target *target,
		  struct mask_error *err)
{
	struct fd_path self = fd_path(target->fd);
	_cleanup_close_ int fd = -EBADF;
	struct mask_identity id;
	int r;

	if (target->errnum == ENOENT)
		return 0;
	if (target->errnum)
		return mask_fail(err, "look up the path to make read-only", target->errnum,
				 target->path);
	if (target->is_root) {
		r = remount_readonly(target->fd);
		if (r == 0)
			r = check_readonly(target->fd);
		return r < 0 ? mask_fail(err, "make the root read-only", -r, target->path) : 0;
	}
	if (mount(self.text, self.text, NULL, MS_BIND | MS_REC, NULL) < 0)
		return mask_fail(err, "bind the read-only path", errno, target->path);
	fd = reopen_covered(ctx, target, &id);
	if (fd < 0)
		return mask_fail(err, "reopen the read-only path", -fd, target->path);
	if (id.ino != target->id.ino || id.dev_major != target->id.dev_major ||
	    id.dev_minor != target->id.dev_minor)
		return mask_fail(err, "recognise the read-only path", ESTALE, target->path);
	r = remount_readonly(fd);
	if (r < 0)
		return mask_fail(err, "remount the path read-only", -r, target->path);
	/* A filter may answer the call in the kernel's place: what counts is what stands there. */
	r = check_readonly(fd);
	return r < 0 ? mask_fail(err, "verify the read-only path", -r, target->path) : 0;
}

/* Masks -------------------------------------------------------------------------------------- */

/* 0 when @fd, an O_PATH descriptor of a directory, has no entries; -ENOTEMPTY when it has. */
static int check_empty(int fd)
{
	_cleanup_close_ int dir = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* Room for `.`, `..` and the longest name: whatever there is shows in the first answer. */
	_Alignas(struct ms_dirent) char buf[512];
	int n;

	if (dir < 0)
		return -errno;
	while ((n = sys_getdents(dir, buf, sizeof(buf))) > 0) {
		for (int at = 0; at < n;) {
			const struct ms_dirent *entry = (const void *)(buf + at);

			if (!streq(entry->name, ".") && !streq(entry->name, ".."))
				return -ENOTEMPTY;
			at += entry->size;
		}
	}
	return n;
}

/* A directory mask is an empty tmpfs, read-only as mount and, being one, as file system. */
static int check_directory_mask(const struct mask_ctx *ctx, int fd, const struct mask_identity *id)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return -errno;
	if (fs.f_type != TMPFS_MAGIC)
		return -EXDEV;
	if (!(fs.f_flags & ST_RDONLY))
		return -EACCES;
	if (ctx->shared_fd >= 0 && id->ino == ctx->shared_id.ino &&
	    id->dev_major == ctx->shared_id.dev_major && id->dev_minor == ctx->shared_id.dev_minor)
		return 0;
	/* One inode in use is the root itself; where inodes are unlimited f_files is 0. */
	if (fs.f_files > 0 && fs.f_files - fs.f_ffree == 1)
		return 0;
	return check_empty(fd);
}

static int check_file_mask(int fd)
{
	struct statfs fs;
	struct stat st;

	if (fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0)
		return -errno;
	if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
		return -ENODEV;
	return fs.f_flags & ST_RDONLY ? 0 : -EACCES;
}

/* @fd becomes the source of all masks that follow, if it is what one should be. Takes @fd. */
static int adopt(struct mask_ctx *ctx, int fd)
{
	_cleanup_close_ int owned = fd;
	struct mask_identity id;
	int r;

	if (fd < 0)
		return fd;
	r = mask_identify(ctx->proc_fd, fd, &id, NULL);
	if (r == 0)
		r = check_directory_mask(ctx, fd, &id);
	if (r < 0)
		return r;
	ctx->shared_id = id;
	ctx->shared_fd = TAKE_FD(owned);
	return 0;
}

/* The tmpfs just mounted on @target; a look-up found it, so it may be something else. */
static int share(struct mask_ctx *ctx, const struct mask_target *target)
{
	_cleanup_close_ int fd = -EBADF;
	struct mask_identity id;

	fd = reopen_covered(ctx, target, &id);
	if (fd < 0)
		return fd;
	if (id.dev_major == target->id.dev_major && id.dev_minor == target->id.dev_minor)
		return -ESTALE;
	return adopt(ctx, TAKE_FD(fd));
}

/* An alias leads past the mask to the covered object, so its place is looked at by its name. */
static int look_again(const struct mask_ctx *ctx, const struct mask_target *target)
{
	_cleanup_free_ char *name = NULL;
	int r;

	if (target->alias == MASK_ALIAS_NONE)
		return mask_lookup(ctx->root_fd, target->path, MASK_METHOD_AUTO);
	r = mask_canonical(ctx, target->fd, &name);
	return r < 0 ? r : mask_lookup(ctx->root_fd, name, MASK_METHOD_AUTO);
}

static int verify(const struct mask_ctx *ctx, const struct mask_target *target)
{
	_cleanup_close_ int fd = look_again(ctx, target);
	struct mask_identity id;
	int r;

	/* It was there a moment ago: another mask covers the way to it. */
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fd;
	r = mask_identify(ctx->proc_fd, fd, &id, NULL);
	if (r < 0)
		return r;
	if (id.mnt_id == target->id.mnt_id)
		return -ESTALE;
	return target->is_dir ? check_directory_mask(ctx, fd, &id) : check_file_mask(fd);
}

int mask_apply(struct mask_ctx *ctx, const struct mask_target *targets, const struct mask_op *op,
	       struct mask_error *err)
{
	const struct mask_target *t = &targets[op->target];
	const char *step = NULL;
	int r = 0;

	switch (op->kind) {
	case MASK_OP_MISSING:
	case MASK_OP_DUPLICATE:
		break;
	case MASK_OP_TMPFS:
		step = "mount a tmpfs on the path to mask";
		r = mask_ladder_tmpfs(ctx, t->fd);
		break;
	case MASK_OP_SHARE:
		step = "reopen the tmpfs that masks shall share";
		r = share(ctx, t);
		break;
	case MASK_OP_EMPTY_DIR:
		step = "make the empty directory that masks shall share";
		r = adopt(ctx, mask_ladder_empty_dir(ctx));
		break;
	case MASK_OP_DETACHED:
		step = "attach a new tmpfs to the path to mask";
		r = adopt(ctx, mask_ladder_detached(ctx, t->fd));
		break;
	case MASK_OP_BIND_DIR:
		step = "bind the shared directory on the path to mask";
		r = mask_ladder_bind(ctx, ctx->shared_fd, t->fd);
		break;
	case MASK_OP_BIND_NULL:
		step = "bind the null device on the path to mask";
		r = mask_ladder_bind(ctx, ctx->null_fd, t->fd);
		break;
	case MASK_OP_VERIFY:
		step = "verify the mask";
		r = verify(ctx, t);
		break;
	}
	return r < 0 ? mask_fail(err, step, -r, t->path) : 0;
}
