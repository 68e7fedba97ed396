/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "reference/ladder.h"
#include "reference/sys.h"

#define MASK_FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)
#define MASK_ATTRS                                                                                 \
	(MS_MOUNT_ATTR_RDONLY | MS_MOUNT_ATTR_NOSUID | MS_MOUNT_ATTR_NODEV | MS_MOUNT_ATTR_NOEXEC)
/* In ctx->stage_fd. */
#define STAGE_NAME "masks"

/*
 * Mode 0755: whoever could list the covered directory gets an empty list and no new errno.
 * One block and one inode are the least a tmpfs takes; Ubuntu's 5.4 wants two inodes (runc #5348).
 */
static const char *const inodes[] = { "1", "2" };
_Static_assert(ARRAY_SIZE(inodes) == ARRAY_SIZE(((struct mask_ctx *)0)->tmpfs_data),
	       "one text for each bound");

int mask_ladder_begin(struct mask_ctx *ctx)
{
	for (size_t i = 0; i < ARRAY_SIZE(inodes); i++) {
		char options[64];
		int r;

		snprintf(options, sizeof(options), "mode=0755,nr_blocks=1,nr_inodes=%s", inodes[i]);
		r = mask_mount_data(options, ctx->mountlabel, true, &ctx->tmpfs_data[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

void mask_ladder_end(struct mask_ctx *ctx)
{
	for (size_t i = 0; i < ARRAY_SIZE(ctx->tmpfs_data); i++) {
		free(ctx->tmpfs_data[i]);
		ctx->tmpfs_data[i] = NULL;
	}
}

static int neg(int r)
{
	return r < 0 ? -errno : r;
}

/*
 *   rung         kernel                 lost below
 *   nr_inodes=1  any but Ubuntu's 5.4
 *   nr_inodes=2  any                    nothing, as the mask is empty and read-only; statfs tells
 */
static int with_least_inodes(struct mask_ctx *ctx, int (*try)(struct mask_ctx *ctx, int to), int to)
{
	int r = -EINVAL;

	for (size_t least = ctx->bound; r == -EINVAL && least < ARRAY_SIZE(inodes); least++) {
		ctx->bound = least;
		r = try(ctx, to);
	}
	return r;
}

static int tmpfs_on(struct mask_ctx *ctx, int to)
{
	return neg(mount("tmpfs", fd_path(to).text, "tmpfs", MASK_FLAGS | MS_RDONLY,
			 ctx->tmpfs_data[ctx->bound]));
}

int mask_ladder_tmpfs(struct mask_ctx *ctx, int to)
{
	return with_least_inodes(ctx, tmpfs_on, to);
}

static int bind_tree(int from, int to)
{
	_cleanup_close_ int tree = sys_open_tree(
		from, "", MS_OPEN_TREE_CLONE | MS_OPEN_TREE_CLOEXEC | MS_AT_EMPTY_PATH);

	if (tree < 0)
		return tree;
	return sys_move_mount(tree, "", to, "",
			      MS_MOVE_MOUNT_F_EMPTY_PATH | MS_MOVE_MOUNT_T_EMPTY_PATH);
}

/*
 *   rung                   kernel  lost below
 *   open_tree, move_mount  5.2     nothing; faster, and names no descriptor by procfs
 *   mount MS_BIND          any
 * Either clones the flags of the mount that @from is on, so no rung needs a remount, which would
 * name the covered object anyway.
 */
int mask_ladder_bind(struct mask_ctx *ctx, int from, int to)
{
	int r = from < 0 ? -EBADF : ctx->no_tree ? -ENOSYS : bind_tree(from, to);

	if (r != -ENOSYS)
		return r;
	ctx->no_tree = true;
	return neg(mount(fd_path(from).text, fd_path(to).text, NULL, MS_BIND, NULL));
}

/* In the stage ------------------------------------------------------------------------------- */

/* Mounts a tmpfs there, above an earlier one; an O_PATH descriptor of its root. */
static int stage_tmpfs(const struct mask_ctx *ctx, unsigned long flags, const char *data)
{
	_cleanup_close_ int place = -EBADF;

	if (mkdirat(ctx->stage_fd, STAGE_NAME, 0700) < 0 && errno != EEXIST)
		return -errno;
	place = neg(
		openat(ctx->stage_fd, STAGE_NAME, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
	if (place < 0)
		return place;
	if (mount("tmpfs", fd_path(place).text, "tmpfs", flags, data) < 0)
		return -errno;
	return neg(
		openat(ctx->stage_fd, STAGE_NAME, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

int mask_ladder_empty_dir(struct mask_ctx *ctx)
{
	/* One inode for the tmpfs, the other for the directory: the least on every kernel. */
	const char *data = ctx->tmpfs_data[ARRAY_SIZE(inodes) - 1];
	_cleanup_close_ int fd = stage_tmpfs(ctx, MASK_FLAGS, data);

	if (fd < 0)
		return fd;
	if (mkdirat(fd, "empty", 0555) < 0 || fchmodat(fd, "empty", 0555, 0) < 0)
		return -errno;
	/* Without MS_BIND: superblock and mount. */
	if (mount(NULL, fd_path(fd).text, NULL, MS_REMOUNT | MS_RDONLY | MASK_FLAGS, data) < 0)
		return -errno;
	return neg(openat(fd, "empty", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/* Detached ----------------------------------------------------------------------------------- */

static int configure(const struct mask_ctx *ctx, int fs)
{
	const char *label = ctx->mountlabel;
	const struct {
		const char *key, *value;
	} options[] = {
		{ "source", "tmpfs" },
		{ "mode", "0755" },
		{ "nr_blocks", "1" },
		{ "nr_inodes", inodes[ctx->bound] },
		{ "context", label && *label ? label : NULL },
	};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(options); i++)
		if (options[i].value)
			r = sys_fsconfig(fs, MS_FSCONFIG_SET_STRING, options[i].key,
					 options[i].value, 0);
	if (r >= 0)
		r = sys_fsconfig(fs, MS_FSCONFIG_SET_FLAG, "ro", NULL, 0);
	return r < 0 ? r : sys_fsconfig(fs, MS_FSCONFIG_CMD_CREATE, NULL, NULL, 0);
}

/* A context that refused an option is spent, so each bound gets one of its own. */
static int new_mount(struct mask_ctx *ctx, _unused_ int to)
{
	_cleanup_close_ int fs = sys_fsopen("tmpfs", MS_FSOPEN_CLOEXEC);
	int r = fs < 0 ? fs : configure(ctx, fs);

	return r < 0 ? r : sys_fsmount(fs, MS_FSMOUNT_CLOEXEC, MASK_ATTRS);
}

static int new_staged(struct mask_ctx *ctx, _unused_ int to)
{
	return stage_tmpfs(ctx, MASK_FLAGS | MS_RDONLY, ctx->tmpfs_data[ctx->bound]);
}

static int staged(struct mask_ctx *ctx, int to)
{
	_cleanup_close_ int fd = with_least_inodes(ctx, new_staged, to);
	int r = fd < 0 ? fd : mask_ladder_bind(ctx, fd, to);

	return r < 0 ? r : TAKE_FD(fd);
}

/*
 *   rung                                   kernel  lost below
 *   fsopen, fsconfig, fsmount, move_mount  5.2     nothing
 *   mount in the stage, mask_ladder_bind() any     needs ctx->stage_fd and one more mount
 * The new mount is attached before it is cloned: of one never attached open_tree(2) makes no clone
 * up to 6.12 (EINVAL), of one that was it does on every kernel that has the call.
 */
int mask_ladder_detached(struct mask_ctx *ctx, int to)
{
	_cleanup_close_ int fd = with_least_inodes(ctx, new_mount, to);
	int r = fd;

	if (r >= 0)
		r = sys_move_mount(fd, "", to, "",
				   MS_MOVE_MOUNT_F_EMPTY_PATH | MS_MOVE_MOUNT_T_EMPTY_PATH);
	if (r == -ENOSYS)
		return staged(ctx, to);
	return r < 0 ? r : TAKE_FD(fd);
}
