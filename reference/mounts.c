/* SPDX-License-Identifier: Apache-2.0 */
/* `mounts` and the devices every container has. Works as rootfs.c does: before the pivot, by fd. */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "reference/container.h"
#include "reference/sys.h"

/* A link in the place of /proc or /sys would move them (CVE-2019-19921, CVE-2023-27561). */
static int check_no_link(struct container *c, const struct spec_mount *m, int fd, struct fault *f)
{
	struct mask_ctx ctx = { .root_fd = c->root_fd, .proc_fd = c->proc_fd };
	_cleanup_free_ char *name = NULL, *clean = NULL;

	if (mask_canonical(&ctx, fd, &name) < 0 || mask_clean_path(m->destination, &clean) < 0 ||
	    !streq(name, clean))
		return fault_path(f, ELOOP, "mounts: a symbolic link on the way to the destination",
				  m->destination);
	return 0;
}

static int set_propagation(const struct spec_mount *m, int fd, struct fault *f)
{
	char target[32];

	snprintf(target, sizeof(target), "self/fd/%d", fd);
	for (size_t i = 0; i < m->n_propagation; i++)
		if (mount(NULL, target, NULL, m->propagation[i], NULL) < 0)
			return fault_path(f, errno, "mounts: propagation", m->destination);
	return 0;
}

static bool is_overlay(const struct spec_mount *m)
{
	return !m->bind && streq(m->type, "overlay");
}

static int open_source(const struct container *c, const char *source, struct fault *f)
{
	_cleanup_free_ char *path = NULL;
	int fd;

	if (asprintf(&path, "%s%s%s", *source == '/' ? "" : c->bundle, *source == '/' ? "" : "/",
		     source) < 0)
		return fault_path(f, ENOMEM, "mounts: source", source);
	fd = open(path, O_PATH | O_CLOEXEC);
	return fd < 0 ? fault_path(f, errno, "mounts: source", path) : fd;
}

/*
 * An overlay's directories are named by options. The stage will hide them, so they are opened while
 * they are in sight and named by descriptor, as mounts are made with procfs as working directory.
 * They are open until the container's process is executed.
 */
static int open_overlay(struct container *c, struct spec_mount *m, struct fault *f)
{
	static const char *const keys[] = { "lowerdir=", "upperdir=", "workdir=" };
	_cleanup_free_ char *data = TAKE_PTR(m->data);
	char *rest = data, *option;

	while ((option = strsep(&rest, ","))) {
		_cleanup_free_ char *before = TAKE_PTR(m->data);
		const char *path = NULL;
		int fd = -EBADF, r;

		for (size_t i = 0; !path && i < ARRAY_SIZE(keys); i++)
			path = strip_prefix(option, keys[i]);
		if (path) {
			fd = open_source(c, path, f);
			if (fd < 0)
				return fd;
		}
		r = path ? asprintf(&m->data, "%s%s%.*sself/fd/%d", before ? before : "",
				    before ? "," : "", (int)(path - option), option, fd)
			 : asprintf(&m->data, "%s%s%s", before ? before : "", before ? "," : "",
				    option);
		if (r < 0)
			return fault_path(f, ENOMEM, "mounts: options", m->destination);
	}
	return 0;
}

/* Before the stage covers the root's directory, which a source may lie in. */
int mounts_open_sources(struct container *c, struct fault *f)
{
	for (size_t i = 0; i < c->spec.n_mounts; i++) {
		struct spec_mount *m = &c->spec.mounts[i];
		int r = 0;

		if (m->bind)
			r = m->source_fd = open_source(c, m->source, f);
		else if (is_overlay(m) && m->data)
			r = open_overlay(c, m, f);
		if (r < 0)
			return r;
	}
	return 0;
}

static int mount_bind(struct container *c, struct spec_mount *m, struct fault *f)
{
	_cleanup_close_ int source = TAKE_FD(m->source_fd), target = -EBADF, fd = -EBADF;
	struct stat st;
	int r;

	if (fstat(source, &st) < 0)
		return fault_path(f, errno, "mounts: source", m->source);
	target = rootfs_open(c, m->destination, S_ISDIR(st.st_mode), f);
	if (target < 0)
		return target;
	fd = bind_at(c, source, target, m->destination, m->recursive, f);
	if (fd < 0)
		return fd;
	r = m->set || m->clear ? mask_remount(fd, m->set, m->clear) : 0;
	if (r < 0)
		return fault_path(f, -r, "mounts: options", m->destination);
	return set_propagation(m, fd, f);
}

static int mount_fs(struct container *c, const struct spec_mount *m, struct fault *f)
{
	_cleanup_close_ int target = rootfs_open(c, m->destination, true, f), fd = -EBADF;
	_cleanup_free_ char *data = NULL;
	bool labelled = streq(m->type, "tmpfs") || streq(m->type, "devpts");
	char name[32];
	int r;

	if (target < 0)
		return target;
	if ((streq(m->type, "proc") || streq(m->type, "sysfs")) &&
	    check_no_link(c, m, target, f) < 0)
		return -f->errnum;
	r = mask_mount_data(m->data ? m->data : "", labelled ? c->spec.mount_label : NULL, true,
			    &data);
	if (r < 0)
		return fault_path(f, -r, "linux.mountLabel", m->destination);
	snprintf(name, sizeof(name), "self/fd/%d", target);
	if (mount(m->source ? m->source : m->type, name, m->type, m->set, data) < 0)
		return fault_path(f, errno, "mounts: mount", m->destination);
	if (!m->n_propagation)
		return 0;
	fd = mask_lookup(c->root_fd, m->destination, MASK_METHOD_AUTO);
	return fd < 0 ? fault_path(f, -fd, "mounts: reopen", m->destination)
		      : set_propagation(m, fd, f);
}

int mounts_apply(struct container *c, struct fault *f)
{
	for (size_t i = 0; i < c->spec.n_mounts; i++) {
		struct spec_mount *m = &c->spec.mounts[i];
		int r;

		if (m->bind)
			r = mount_bind(c, m, f);
		else if (streq(m->type, "cgroup"))
			r = cgroup_mount(c, m, f);
		else
			r = mount_fs(c, m, f);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Cgroups ------------------------------------------------------------------------------------ */

static int bind_cgroup(struct container *c, const char *leaf, const char *path, unsigned long flags,
		       struct fault *f)
{
	_cleanup_close_ int source = open(leaf, O_PATH | O_CLOEXEC), target = -EBADF, fd = -EBADF;
	int r;

	if (source < 0)
		return fault_path(f, errno, "mounts: cgroup", leaf);
	target = rootfs_open(c, path, true, f);
	if (target < 0)
		return target;
	fd = bind_at(c, source, target, path, false, f);
	if (fd < 0)
		return fd;
	r = mask_remount(fd, flags, 0);
	return r < 0 ? fault_path(f, -r, "mounts: cgroup", path) : 0;
}

/* v2: the container's cgroup itself. v1: a tmpfs with one directory for each hierarchy. */
int cgroup_mount(struct container *c, const struct spec_mount *m, struct fault *f)
{
	const char *root = "/sys/fs/cgroup/";
	struct spec_mount tmpfs = { .destination = m->destination,
				    .type = "tmpfs",
				    .source = "tmpfs",
				    .set = m->set & ~(unsigned long)MS_RDONLY,
				    .data = (char *)(uintptr_t) "mode=755" };
	int r;

	if (c->cgroups.n_leaves == 0)
		return fault_path(f, EINVAL, "mounts: a cgroup mount needs linux.cgroupsPath",
				  m->destination);
	/* Two cgroups in one hierarchy there never are: one leaf means v2. */
	if (c->cgroups.n_leaves == 1)
		return bind_cgroup(c, c->cgroups.leaves[0], m->destination, m->set, f);
	r = mount_fs(c, &tmpfs, f);
	for (size_t i = 0; r == 0 && i < c->cgroups.n_leaves; i++) {
		_cleanup_free_ char *path = NULL;
		const char *name = strip_prefix(c->cgroups.leaves[i], root);

		if (!name ||
		    asprintf(&path, "%s/%.*s", m->destination, (int)strcspn(name, "/"), name) < 0)
			return fault_path(f, ENOMEM, "mounts: cgroup", m->destination);
		r = bind_cgroup(c, c->cgroups.leaves[i], path, m->set, f);
	}
	return r;
}

/* Devices ------------------------------------------------------------------------------------ */

static const struct spec_device default_devices[] = {
	{ "c", "/dev/null", 1, 3, 0666, 0, 0 },	   { "c", "/dev/zero", 1, 5, 0666, 0, 0 },
	{ "c", "/dev/full", 1, 7, 0666, 0, 0 },	   { "c", "/dev/random", 1, 8, 0666, 0, 0 },
	{ "c", "/dev/urandom", 1, 9, 0666, 0, 0 }, { "c", "/dev/tty", 5, 0, 0666, 0, 0 },
};

static const struct {
	const char *name, *target;
} default_links[] = {
	{ "fd", "/proc/self/fd" },	 { "stdin", "/proc/self/fd/0" },
	{ "stdout", "/proc/self/fd/1" }, { "stderr", "/proc/self/fd/2" },
	{ "ptmx", "pts/ptmx" },
};

/* In a user namespace nobody may make a device, so the host's is bound. */
static int bind_device(struct container *c, const struct spec_device *d, struct fault *f)
{
	_cleanup_close_ int source = open(d->path, O_PATH | O_CLOEXEC), target = -EBADF;
	int fd;

	if (source < 0)
		return fault_path(f, errno, "device of the host", d->path);
	target = rootfs_open(c, d->path, false, f);
	fd = target < 0 ? target : bind_at(c, source, target, d->path, false, f);
	safe_close(fd);
	return fd < 0 ? fd : 0;
}

/* What is there already stays as it is: masks never depend on it. */
static int create_device(struct container *c, const struct spec_device *d, struct fault *f)
{
	_cleanup_free_ char *parent = strdup(d->path);
	_cleanup_close_ int dir = -EBADF;
	mode_t type = *d->type == 'b' ? S_IFBLK : *d->type == 'p' ? S_IFIFO : S_IFCHR;
	char *slash = parent ? strrchr(parent, '/') : NULL;

	if (!slash || !slash[1])
		return fault_path(f, EINVAL, "linux.devices", d->path);
	*slash = '\0';
	dir = rootfs_open(c, *parent ? parent : "/", true, f);
	if (dir < 0)
		return dir;
	if (mknodat(dir, slash + 1, type | (mode_t)d->mode, makedev(d->major, d->minor)) == 0) {
		if (fchownat(dir, slash + 1, d->uid, d->gid, AT_SYMLINK_NOFOLLOW) < 0)
			return fault_path(f, errno, "own the device", d->path);
		return 0;
	}
	if (errno == EEXIST)
		return 0;
	if (errno == EPERM)
		return bind_device(c, d, f);
	return fault_path(f, errno, "make the device", d->path);
}

static int create_links(struct container *c, struct fault *f)
{
	_cleanup_close_ int dir = rootfs_open(c, "/dev", true, f);

	if (dir < 0)
		return dir;
	for (size_t i = 0; i < ARRAY_SIZE(default_links); i++)
		if (symlinkat(default_links[i].target, dir, default_links[i].name) < 0 &&
		    errno != EEXIST)
			return fault_path(f, errno, "make the link /dev/", default_links[i].name);
	return 0;
}

/* A /dev that the bundle binds is somebody's own and complete as it is. */
static bool dev_is_bound(const struct spec *spec)
{
	for (size_t i = 0; i < spec->n_mounts; i++) {
		_cleanup_free_ char *clean = NULL;

		if (spec->mounts[i].bind &&
		    mask_clean_path(spec->mounts[i].destination, &clean) == 0 &&
		    streq(clean, "/dev"))
			return true;
	}
	return false;
}

/* CVE-2026-41579: a /dev that leads elsewhere. Under the root it can't, but it is no /dev. */
static int check_dev(struct container *c, struct fault *f)
{
	static const struct spec_mount dev = { .destination = "/dev" };
	_cleanup_close_ int fd = rootfs_open(c, "/dev", true, f);

	return fd < 0 ? fd : check_no_link(c, &dev, fd, f);
}

int devices_create(struct container *c, struct fault *f)
{
	int r = 0;

	umask(0);
	if (!dev_is_bound(&c->spec)) {
		r = check_dev(c, f);
		for (size_t i = 0; r == 0 && i < ARRAY_SIZE(default_devices); i++)
			r = create_device(c, &default_devices[i], f);
		if (r == 0)
			r = create_links(c, f);
	}
	for (size_t i = 0; r == 0 && i < c->spec.n_devices; i++) {
		struct spec_device d = c->spec.devices[i];

		d.mode = d.mode ? d.mode & 07777 : 0666;
		r = create_device(c, &d, f);
	}
	umask(0022);
	return r;
}
