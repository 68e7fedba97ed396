/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pivot_root of the initial ramfs is refused up to 6.18 (EINVAL), and a runtime told to go without
 * it would not be the runtime as it is used. So all is moved to a tmpfs, which becomes the root.
 */
#include "vm/init.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#define NEW_ROOT "/.root"

static char failed[4096];

static int fail(const char *path)
{
	int r = -errno;

	snprintf(failed, sizeof(failed), "%s", path);
	return r ? r : -EIO;
}

static int copy_file(const char *from, const char *to, const struct stat *st)
{
	_cleanup_close_ int in = open(from, O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	off_t left = st->st_size;

	if (in < 0 || out < 0)
		return fail(from);
	while (left > 0) {
		ssize_t n = sendfile(out, in, NULL, (size_t)left);

		if (n <= 0)
			return fail(to);
		left -= n;
	}
	return fchmod(out, st->st_mode & 07777) < 0 ? fail(to) : 0;
}

static int copy_link(const char *from, const char *to)
{
	char target[4096];
	ssize_t n = readlink(from, target, sizeof(target) - 1);

	if (n < 0)
		return fail(from);
	target[n] = '\0';
	return symlink(target, to) < 0 ? fail(to) : 0;
}

/* What was copied is let go at once: both would not fit into a small machine. */
static int copy_one(const char *path, const struct stat *st, int type, _unused_ struct FTW *where)
{
	_cleanup_free_ char *to = xasprintf(NEW_ROOT "%s", path);
	int r = 0;

	if (streq(path, "/") || strip_prefix(path, NEW_ROOT))
		return 0;
	if (type == FTW_D)
		return mkdir(to, st->st_mode & 07777) < 0 ? fail(to) : 0;
	if (type == FTW_SL)
		r = copy_link(path, to);
	else if (type == FTW_F && S_ISREG(st->st_mode))
		r = copy_file(path, to, st);
	if (r == 0)
		unlink(path);
	return r;
}

int root_copy(const char **ret_what)
{
	int r;

	*ret_what = failed;
	if (mkdir(NEW_ROOT, 0755) < 0 ||
	    mount("root", NEW_ROOT, "tmpfs", 0, "mode=755,size=90%") < 0)
		return fail(NEW_ROOT);
	r = nftw("/", copy_one, 64, FTW_PHYS | FTW_MOUNT);
	if (r < 0)
		return r;
	if (chdir(NEW_ROOT) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 ||
	    chdir("/") < 0)
		return fail(NEW_ROOT);
	return 0;
}

/* As systemd has them on a host, by what runtimes and cases ask for. /tmp is part of the root: a
 * runtime may lie there. */
static const struct {
	const char *path, *type, *options;
	unsigned long flags;
} mounts[] = {
	{ "/proc", "proc", "", MS_NOSUID | MS_NODEV | MS_NOEXEC },
	{ "/sys", "sysfs", "", MS_NOSUID | MS_NODEV | MS_NOEXEC },
	{ "/sys/kernel/tracing", "tracefs", "", MS_NOSUID | MS_NODEV | MS_NOEXEC },
	{ "/sys/kernel/security", "securityfs", "", MS_NOSUID | MS_NODEV | MS_NOEXEC },
	{ "/dev", "devtmpfs", "mode=755", MS_NOSUID },
	{ "/dev/pts", "devpts", "mode=620,ptmxmode=666", MS_NOSUID | MS_NOEXEC },
	{ "/dev/shm", "tmpfs", "mode=1777", MS_NOSUID | MS_NODEV },
	{ "/run", "tmpfs", "mode=755", MS_NOSUID | MS_NODEV },
};

/* runc up to 1.1 and crun open /dev/fd/N; devtmpfs has no such link. */
static const struct {
	const char *path, *target;
} links[] = {
	{ "/dev/fd", "/proc/self/fd" },
	{ "/dev/stdin", "/proc/self/fd/0" },
	{ "/dev/stdout", "/proc/self/fd/1" },
	{ "/dev/stderr", "/proc/self/fd/2" },
};

/* tracefs and securityfs are not in every kernel; no case rests on them. */
static bool may_be_missing(const char *path)
{
	return strip_prefix(path, "/sys/kernel/");
}

int root_mounts(const char **ret_what)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(mounts); i++) {
		*ret_what = mounts[i].path;
		if (!may_be_missing(mounts[i].path) && mkdir(mounts[i].path, 0755) < 0 &&
		    errno != EEXIST)
			return -errno;
		if (mount(mounts[i].type, mounts[i].path, mounts[i].type, mounts[i].flags,
			  *mounts[i].options ? mounts[i].options : NULL) < 0 &&
		    !may_be_missing(mounts[i].path))
			return -errno;
	}
	*ret_what = "/tmp";
	if ((mkdir("/tmp", 0) < 0 && errno != EEXIST) || chmod("/tmp", 01777) < 0)
		return -errno;
	for (i = 0; i < ARRAY_SIZE(links); i++) {
		*ret_what = links[i].path;
		if (symlink(links[i].target, links[i].path) < 0 && errno != EEXIST)
			return -errno;
	}
	return 0;
}
