/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container's root. It is bound inside a private tmpfs, the stage, which covers the root
 * directory's own place: no other name of the host is needed, and the stage goes with the old
 * root. Everything is mounted before pivot_root(2), by descriptor, with the host's procfs as the
 * working directory; nothing of the container is looked up but under root_fd.
 */
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "reference/container.h"
#include "reference/sys.h"

static int open_procfs(struct container *c, struct fault *f)
{
	struct statfs fs;

	c->proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (c->proc_fd < 0 || fstatfs(c->proc_fd, &fs) < 0 || fchdir(c->proc_fd) < 0)
		return fault_path(f, errno, "open", "/proc");
	if (fs.f_type != PROC_SUPER_MAGIC)
		return fault_path(f, ENODEV, "no procfs", "/proc");
	return 0;
}

int bind_at(struct container *c, int from, int to, const char *path, bool recursive,
	    struct fault *f)
{
	char source[32], target[32];
	int fd;

	snprintf(source, sizeof(source), "self/fd/%d", from);
	snprintf(target, sizeof(target), "self/fd/%d", to);
	if (mount(source, target, NULL, MS_BIND | (recursive ? MS_REC : 0), NULL) < 0)
		return fault_path(f, errno, "bind", path);
	fd = mask_lookup(c->root_fd, path, MASK_METHOD_AUTO);
	return fd < 0 ? fault_path(f, -fd, "reopen", path) : fd;
}

/*
 * The tmpfs holds a directory, a node and nothing else. It is made on /proc, which is known to
 * exist and held open, because a recursive bind of the root's directory would carry along
 * whatever is mounted on that.
 */
static int mount_stage(struct container *c, struct fault *f)
{
	if (mount("maskref", "/proc", "tmpfs", MS_NOSUID | MS_NOEXEC,
		  "mode=0711,nr_blocks=4,nr_inodes=8") < 0)
		return fault_set(f, errno, "mount the stage: %s", strerror(errno));
	c->stage_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (c->stage_fd < 0 || mkdirat(c->stage_fd, "root", 0755) < 0)
		return fault_set(f, errno, "open the stage: %s", strerror(errno));
	return 0;
}

/* From /proc, which is still needed, to the one place that nobody looks at again. */
static int move_stage(struct container *c, int place, struct fault *f)
{
	char from[32], to[32];

	snprintf(from, sizeof(from), "self/fd/%d", c->stage_fd);
	snprintf(to, sizeof(to), "self/fd/%d", place);
	if (mount(from, to, NULL, MS_MOVE, NULL) < 0)
		return fault_set(f, errno, "move the stage: %s", strerror(errno));
	return 0;
}

/* Recursive: in a user namespace what is mounted below may not be uncovered. */
static int bind_root(struct container *c, int source, struct fault *f)
{
	_cleanup_close_ int target = openat(c->stage_fd, "root", O_PATH | O_CLOEXEC);
	char from[32], to[32];

	snprintf(from, sizeof(from), "self/fd/%d", source);
	snprintf(to, sizeof(to), "self/fd/%d", target);
	if (target < 0 || mount(from, to, NULL, MS_BIND | MS_REC, NULL) < 0)
		return fault_path(f, errno, "bind the root", c->spec.root_path);
	c->root_fd = openat(c->stage_fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (c->root_fd < 0)
		return fault_path(f, errno, "open the root", c->spec.root_path);
	return 0;
}

int rootfs_stage(struct container *c, struct fault *f)
{
	_cleanup_free_ char *place = NULL;
	_cleanup_close_ int source = -EBADF;
	const char *path = c->spec.root_path;

	/* Slave: what happens on the host still arrives, nothing goes the other way. */
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return fault_set(f, errno, "make the mounts slaves: %s", strerror(errno));
	if (open_procfs(c, f) < 0)
		return -f->errnum;
	if (asprintf(&place, "%s%s%s", *path == '/' ? "" : c->bundle, *path == '/' ? "" : "/",
		     path) < 0)
		return fault_path(f, ENOMEM, "root.path", path);
	source = open(place, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (source < 0)
		return fault_path(f, errno, "root.path", place);
	if (mount_stage(c, f) < 0 || bind_root(c, source, f) < 0)
		return -f->errnum;
	return move_stage(c, source, f);
}

/* The caller's node, for where mknod is not allowed: a user namespace, no CAP_MKNOD. */
static int open_host_null(struct fault *f)
{
	_cleanup_close_ int fd = open("/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fault_path(f, errno, "open", "/dev/null");
	if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
		return fault_path(f, ENODEV, "not the null device", "/dev/null");
	return TAKE_FD(fd);
}

/*
 * The mask of files: a node that nobody else has, on a read-only mount that every bind of it
 * inherits. Where the host's node must serve, the same flag keeps chmod(2) away from it.
 */
int rootfs_null(struct container *c, struct fault *f)
{
	_cleanup_close_ int source = -EBADF, target = -EBADF;
	char from[32], to[32];
	int r;

	umask(0);
	if (mknodat(c->stage_fd, "null", S_IFCHR | 0666, makedev(1, 3)) < 0) {
		source = open_host_null(f);
		if (source < 0)
			return source;
		if (mknodat(c->stage_fd, "null", S_IFREG | 0600, 0) < 0)
			return fault_set(f, errno, "make a place for null: %s", strerror(errno));
	}
	target = openat(c->stage_fd, "null", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	snprintf(from, sizeof(from), "self/fd/%d", source >= 0 ? source : target);
	snprintf(to, sizeof(to), "self/fd/%d", target);
	if (mount(from, to, NULL, MS_BIND, NULL) < 0)
		return fault_set(f, errno, "bind the null node: %s", strerror(errno));
	c->null_fd = openat(c->stage_fd, "null", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (c->null_fd < 0)
		return fault_set(f, errno, "open the null node: %s", strerror(errno));
	r = mask_remount(c->null_fd, MS_RDONLY, 0);
	return r < 0 ? fault_set(f, -r, "make null read-only: %s", strerror(-r)) : 0;
}

/* Makes @name in directory @parent unless it is there; never through a link. */
static int make_one(int parent, const char *name, bool dir)
{
	int fd;

	if (dir && mkdirat(parent, name, 0755) < 0 && errno != EEXIST)
		return -errno;
	if (!dir && mknodat(parent, name, S_IFREG | 0644, 0) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC | (dir ? O_DIRECTORY : 0));
	return fd < 0 ? -errno : fd;
}

/* Goes down the cleaned @path from the deepest directory that exists. */
static int make_path(struct container *c, char *path, bool dir)
{
	_cleanup_close_ int at = openat(c->root_fd, ".", O_PATH | O_CLOEXEC);
	int fd = at < 0 ? -errno : 0;

	for (char *p = path + 1; fd >= 0 && *p;) {
		size_t len = strcspn(p, "/");
		char behind = p[len];

		p[len] = '\0';
		fd = mask_lookup(c->root_fd, path, MASK_METHOD_AUTO);
		if (fd == -ENOENT)
			fd = make_one(at, p, dir || behind);
		p[len] = behind;
		p += len + (behind == '/');
		safe_close(at);
		at = fd;
	}
	return fd < 0 ? fd : TAKE_FD(at);
}

int rootfs_open(struct container *c, const char *path, bool dir, struct fault *f)
{
	_cleanup_free_ char *clean = NULL;
	int fd = mask_lookup(c->root_fd, path, MASK_METHOD_AUTO);

	if (fd == -ENOENT) {
		fd = mask_clean_path(path, &clean);
		if (fd == 0)
			fd = make_path(c, clean, dir);
	}
	return fd < 0 ? fault_path(f, -fd, "open or make in the container", path) : fd;
}

int rootfs_workdir(struct container *c, struct fault *f)
{
	_cleanup_close_ int fd = rootfs_open(c, c->spec.process.cwd, true, f);

	return fd < 0 ? fd : 0;
}

int rootfs_readonly(struct container *c, struct fault *f)
{
	int r = c->spec.root_readonly ? mask_remount(c->root_fd, MS_RDONLY, 0) : 0;

	return r < 0 ? fault_set(f, -r, "root.readonly: %s", strerror(-r)) : 0;
}

/* pivot_root(".", ".") puts the old root on top of the new one, from where it is detached. */
int rootfs_pivot(struct container *c, struct fault *f)
{
	_cleanup_close_ int old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	unsigned long propagation = c->spec.root_propagation;
	int r;

	if (old < 0 || fchdir(c->root_fd) < 0)
		return fault_set(f, errno, "enter the new root: %s", strerror(errno));
	r = sys_pivot_root(".", ".");
	if (r < 0)
		return fault_set(f, -r, "pivot_root: %s", strerror(-r));
	if (fchdir(old) < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return fault_set(f, errno, "leave the old root: %s", strerror(errno));
	if (propagation && mount(NULL, "/", NULL, propagation, NULL) < 0)
		return fault_set(f, errno, "linux.rootfsPropagation: %s", strerror(errno));
	return 0;
}
