/* SPDX-License-Identifier: Apache-2.0 */
/* What would change a directory, or the inode itself: the write battery. */
#include "conformance/probe/probe.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>

#define XATTR "user.maskspec"

bool probe_is_control(const struct todo *t)
{
	return strip_prefix(t->class, "control") != NULL;
}

/* A name that no earlier row of any identity has used. */
static char *new_name(const struct todo *t)
{
	return xasprintf("%s/.%s.%s.%d", t->path, op_info[t->op].name, identity_names[t->as],
			 (int)getpid());
}

static char *beside(const struct todo *t)
{
	return xasprintf("%s.%s.%s", t->path, op_info[t->op].name, identity_names[t->as]);
}

static int touch(const char *path)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return neg(fd);
}

int probe_create(const struct todo *t, _unused_ struct text *value)
{
	_cleanup_free_ char *name = new_name(t);

	return touch(name);
}

int probe_mkdir(const struct todo *t, _unused_ struct text *value)
{
	_cleanup_free_ char *name = new_name(t);

	return neg(mkdir(name, 0700));
}

int probe_mknod(const struct todo *t, _unused_ struct text *value)
{
	_cleanup_free_ char *name = new_name(t);

	return neg(mknod(name, S_IFCHR | 0600, makedev(1, 3)));
}

int probe_mkfifo(const struct todo *t, _unused_ struct text *value)
{
	_cleanup_free_ char *name = new_name(t);

	return neg(mknod(name, S_IFIFO | 0600, 0));
}

int probe_symlink(const struct todo *t, _unused_ struct text *value)
{
	_cleanup_free_ char *name = new_name(t);

	return neg(symlink("nowhere", name));
}

/*
 * The source lies on the file system around the mask, so a true mask answers EXDEV or EROFS; or,
 * where all around is read-only, on that of the controls.
 */
static int from_beside(const struct todo *t, int (*move)(const char *from, const char *to))
{
	_cleanup_free_ char *from = beside(t);
	_cleanup_free_ char *to = new_name(t);
	int r = touch(from);

	if (r == -EROFS) {
		free(from);
		from = xasprintf("/t/.%s.%s", op_info[t->op].name, identity_names[t->as]);
		r = touch(from);
	}
	if (r < 0)
		return PROBE_UNAVAILABLE;
	r = neg(move(from, to));
	unlink(from);
	return r;
}

int probe_link(const struct todo *t, _unused_ struct text *value)
{
	return from_beside(t, link);
}

int probe_rename_into(const struct todo *t, _unused_ struct text *value)
{
	return from_beside(t, rename);
}

int probe_tmpfile(const struct todo *t, _unused_ struct text *value)
{
	_cleanup_close_ int fd = open(t->path, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

	return neg(fd);
}

/* By a relative name: sun_path holds 107 bytes. */
int probe_bind_socket(const struct todo *t, _unused_ struct text *value)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int r;

	if (fd < 0)
		return PROBE_UNAVAILABLE;
	if (chdir(t->path) < 0)
		return -errno;
	snprintf(sun.sun_path, sizeof(sun.sun_path), ".sock.%s", identity_names[t->as]);
	r = neg(bind(fd, (const struct sockaddr *)&sun, sizeof(sun)));
	if (chdir("/") < 0)
		return PROBE_UNAVAILABLE;
	return r;
}

int probe_unlink_missing(const struct todo *t, _unused_ struct text *value)
{
	_cleanup_free_ char *name = new_name(t);

	return neg(unlink(name));
}

int probe_chmod(const struct todo *t, struct text *value)
{
	struct stat st;

	if (stat(t->path, &st) < 0)
		return -errno;
	text_addf(value, "mode=%04o", st.st_mode & 07777);
	if (chmod(t->path, (st.st_mode & 07777) ^ 01) < 0)
		return -errno;
	return neg(chmod(t->path, st.st_mode & 07777));
}

/* Not undone: the driver compares the device's mode from outside. */
int probe_chmod_device(const struct todo *t, _unused_ struct text *value)
{
	return neg(chmod(t->path, 0600));
}

int probe_chown(const struct todo *t, _unused_ struct text *value)
{
	struct stat st;

	if (stat(t->path, &st) < 0)
		return -errno;
	if (chown(t->path, st.st_uid + 1, st.st_gid + 1) == 0)
		return neg(chown(t->path, st.st_uid, st.st_gid));
	if (errno != EINVAL)
		return -errno;
	/* A user namespace of one id has no other owner; this writes to the inode, too. */
	return neg(chown(t->path, st.st_uid, st.st_gid));
}

int probe_utimes(const struct todo *t, _unused_ struct text *value)
{
	static const struct timespec then[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };

	return neg(utimensat(AT_FDCWD, t->path, then, 0));
}

int probe_setxattr(const struct todo *t, _unused_ struct text *value)
{
	return neg(setxattr(t->path, XATTR, "x", 1, 0));
}

/* setxattr stands before it in ops.def, so a writable thing has the attribute by now. */
int probe_removexattr(const struct todo *t, _unused_ struct text *value)
{
	return neg(removexattr(t->path, XATTR));
}

int probe_setflags(const struct todo *t, _unused_ struct text *value)
{
	_cleanup_close_ int fd = open(t->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int flags = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0)
		return -errno;
	flags ^= FS_NODUMP_FL;
	return neg(ioctl(fd, FS_IOC_SETFLAGS, &flags));
}

int probe_rename_self(const struct todo *t, _unused_ struct text *value)
{
	_cleanup_free_ char *to = beside(t);

	if (rename(t->path, to) < 0)
		return -errno;
	return rename(to, t->path) < 0 ? PROBE_UNAVAILABLE : 0;
}

int probe_rmdir(const struct todo *t, _unused_ struct text *value)
{
	_cleanup_free_ char *own = NULL;

	if (!probe_is_control(t))
		return neg(rmdir(t->path));
	own = beside(t);
	return mkdir(own, 0700) < 0 ? PROBE_UNAVAILABLE : neg(rmdir(own));
}

/* Nothing is written: behind the path may be a trigger of the whole machine. */
int probe_try_write(const struct todo *t, struct text *value)
{
	_cleanup_free_ char *name = new_name(t);
	_cleanup_close_ int fd = -EBADF;
	struct stat st;
	int r;

	if (stat(t->path, &st) < 0)
		return -errno;
	text_addf(value, "type=%s", S_ISDIR(st.st_mode) ? "dir" : "file");
	if (S_ISDIR(st.st_mode)) {
		r = touch(name);
		if (r == 0)
			unlink(name);
		return r;
	}
	fd = open(t->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	return neg(fd);
}
