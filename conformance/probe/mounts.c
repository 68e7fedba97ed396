/* SPDX-License-Identifier: Apache-2.0 */
/* Attempts to get a mask out of the way with mount calls; each runs in a child of its own. */
#include "conformance/probe/probe.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "reference/sys.h"

static bool is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Something of the kind of @path that can be bound or be a mount's new place. */
static const char *like(const char *path)
{
	return is_dir(path) ? PROBE_DIR : PROBE_DIR "/todo";
}

int probe_umount(const struct todo *t, _unused_ struct text *value)
{
	return neg(umount2(t->path, 0));
}

int probe_umount_detach(const struct todo *t, _unused_ struct text *value)
{
	return neg(umount2(t->path, MNT_DETACH));
}

int probe_remount(const struct todo *t, _unused_ struct text *value)
{
	return neg(mount(NULL, t->path, NULL, MS_REMOUNT, NULL));
}

int probe_remount_bind(const struct todo *t, _unused_ struct text *value)
{
	return neg(mount(NULL, t->path, NULL, MS_REMOUNT | MS_BIND, NULL));
}

int probe_bind_over(const struct todo *t, _unused_ struct text *value)
{
	return neg(mount(like(t->path), t->path, NULL, MS_BIND, NULL));
}

int probe_tmpfs_over(const struct todo *t, _unused_ struct text *value)
{
	return neg(mount("tmpfs", t->path, "tmpfs", 0, NULL));
}

int probe_move(const struct todo *t, _unused_ struct text *value)
{
	return neg(mount(t->path, like(t->path), NULL, MS_MOVE, NULL));
}

int probe_private(const struct todo *t, _unused_ struct text *value)
{
	return neg(mount(NULL, t->path, NULL, MS_PRIVATE, NULL));
}

int probe_open_tree(const struct todo *t, _unused_ struct text *value)
{
	_cleanup_close_ int fd =
		sys_open_tree(AT_FDCWD, t->path, MS_OPEN_TREE_CLONE | MS_OPEN_TREE_CLOEXEC);

	return fd < 0 ? fd : 0;
}

int probe_mount_setattr(const struct todo *t, _unused_ struct text *value)
{
	static const struct ms_mount_attr writable = { .attr_clr = MS_MOUNT_ATTR_RDONLY };

	return sys_mount_setattr(AT_FDCWD, t->path, 0, &writable);
}

int probe_fspick(const struct todo *t, _unused_ struct text *value)
{
	_cleanup_close_ int fd = sys_fspick(AT_FDCWD, t->path, MS_FSPICK_CLOEXEC);

	return fd < 0 ? fd : 0;
}

int probe_unshare_ns(_unused_ const struct todo *t, _unused_ struct text *value)
{
	return neg(unshare(CLONE_NEWNS));
}

int probe_pivot(const struct todo *t, _unused_ struct text *value)
{
	if (chdir(t->path) < 0)
		return -errno;
	return sys_pivot_root(".", ".");
}

int probe_handle(const struct todo *t, _unused_ struct text *value)
{
	_cleanup_close_ int at = open(t->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	_cleanup_close_ int fd = -EBADF;
	char buf[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	struct file_handle *h = (struct file_handle *)(void *)buf;
	int mount_id;

	if (at < 0)
		return -errno;
	h->handle_bytes = MAX_HANDLE_SZ;
	if (name_to_handle_at(AT_FDCWD, t->path, h, &mount_id, AT_SYMLINK_FOLLOW) < 0)
		return PROBE_UNAVAILABLE;
	fd = open_by_handle_at(at, h, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return neg(fd);
}
