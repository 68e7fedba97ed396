/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The view of the host that a runtime under test gets, in mount namespaces of the run's own:
 *
 *   /                  as it is, but read-only: what a runtime writes cannot stay
 *   /run               a tmpfs: scratch, state folders, whatever a runtime leaves
 *   /proc              of the run's own PID namespace
 *   /dev               a tmpfs with nodes of its own, one for each worker, so that a chmod
 *                      through a mask harms a copy, and is seen there
 *   /sys/fs/cgroup     v2, or v1 without the unified mount of a hybrid host
 *
 * Shared, as systemd has it, so that a runtime that lets mounts propagate is caught here; but cut
 * off from the host before, so that it harms nobody, and that what the host mounts meanwhile is not
 * blamed on the runtime.
 */
#include "conformance/observe.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#include "conformance/mountinfo.h"

#define CGROUP_DIR "/sys/fs/cgroup"
#define CGROUP_MAGIC 0x27e0eb
#define CGROUP2_MAGIC 0x63677270
#define TMPFS_MAGIC 0x01021994

static int neg(int r)
{
	return r < 0 ? -errno : 0;
}

static bool is_filesystem(const char *path, long magic)
{
	struct statfs s;

	return statfs(path, &s) == 0 && s.f_type == magic;
}

static bool is_cgroup2(const char *path)
{
	return is_filesystem(path, CGROUP2_MAGIC);
}

const char *sandbox_cgroup_name(void)
{
	if (is_cgroup2(CGROUP_DIR))
		return "v2";
	return "v1";
}

struct hierarchy {
	char *name;
	int fd; /* of its root, -EBADF for a link */
	char *target;
};

/* The v1 hierarchies of the host, and links like cpu -> cpu,cpuacct; nothing else. */
static size_t list_hierarchies(struct hierarchy **ret)
{
	DIR *d = opendir(CGROUP_DIR);
	struct hierarchy *list = NULL;
	struct dirent *e;
	size_t n = 0;

	while (d && (e = readdir(d))) {
		_cleanup_free_ char *path = xasprintf(CGROUP_DIR "/%s", e->d_name);
		char target[256];
		ssize_t len;

		if (e->d_name[0] == '.' || !is_filesystem(path, CGROUP_MAGIC))
			continue;
		len = readlink(path, target, sizeof(target));
		GROW(list, n);
		list[n++] = (struct hierarchy){
			.name = xstrdup(e->d_name),
			.fd = len < 0 ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -EBADF,
			.target = len < 0 ? NULL : xstrndup(target, (size_t)len),
		};
	}
	if (d)
		closedir(d);
	*ret = list;
	return n;
}

static int put_hierarchy(const struct hierarchy *h)
{
	_cleanup_free_ char *path = xasprintf(CGROUP_DIR "/%s", h->name);
	_cleanup_free_ char *from = xasprintf("/proc/self/fd/%d", h->fd);

	if (h->target)
		return neg(symlink(h->target, path));
	if (h->fd < 0 || mkdir(path, 0755) < 0)
		return -errno;
	return neg(mount(from, path, NULL, MS_BIND, NULL));
}

/*
 * crun refuses the hybrid layout, and where only the mount of `unified` is gone it makes a plain
 * folder of the one that is left: so the hierarchies are put into a folder of their own.
 */
static int make_v1(void)
{
	_cleanup_free_ struct hierarchy *list = NULL;
	size_t n = list_hierarchies(&list), i;
	int r = neg(mount("maskspec-cgroup", CGROUP_DIR, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
			  "mode=755,size=64k"));

	for (i = 0; i < n; i++) {
		if (r == 0)
			r = put_hierarchy(&list[i]);
		safe_close(list[i].fd);
		free(list[i].name);
		free(list[i].target);
	}
	if (r < 0)
		return r;
	return neg(mount(NULL, CGROUP_DIR, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
}

static int make_cgroups(enum cgroup_layout want)
{
	if (is_cgroup2(CGROUP_DIR))
		return want == CGROUP_V1 ? -ENOTSUP : 0;
	if (want == CGROUP_V2)
		return neg(mount("cgroup2", CGROUP_DIR, "cgroup2", 0, NULL));
	return make_v1();
}

static bool below(const char *path, const char *dir)
{
	const char *rest = strip_prefix(path, dir);

	return rest && (*rest == '/' || !*rest);
}

static unsigned long kept_flags(const char *options)
{
	static const struct {
		const char *name;
		unsigned long flag;
	} table[] = {
		{ "nosuid", MS_NOSUID },     { "nodev", MS_NODEV },
		{ "noexec", MS_NOEXEC },     { "noatime", MS_NOATIME },
		{ "relatime", MS_RELATIME }, { "nodiratime", MS_NODIRATIME },
	};
	unsigned long flags = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (mount_option(options, table[i].name))
			flags |= table[i].flag;
	return flags;
}

static int make_readonly(void)
{
	static const char *const writable[] = { "/proc", "/run", "/dev", CGROUP_DIR };
	_cleanup_free_ char *text = NULL;
	char *rest, *line;
	int r = read_file_at(AT_FDCWD, "/proc/self/mountinfo", 16u << 20, &text, NULL);

	for (rest = text; r == 0 && (line = next_line(&rest));) {
		struct mountinfo m;
		bool skip = false;
		size_t i;

		if (mountinfo_parse(line, &m) < 0)
			continue;
		for (i = 0; i < ARRAY_SIZE(writable); i++)
			skip |= below(m.point, writable[i]);
		if (skip)
			continue;
		/* A mount below another one of the same place can't be reached by path: ENOENT,
		 * EINVAL. */
		if (mount(NULL, m.point, NULL,
			  MS_REMOUNT | MS_BIND | MS_RDONLY | kept_flags(m.options), NULL) < 0 &&
		    errno != EINVAL && errno != ENOENT && errno != EACCES)
			r = -errno;
	}
	return r;
}

static int make_scratch(void)
{
	static const char *const dirs[] = { SCRATCH, CASES, SCRATCH "/state", SCRATCH "/tmp" };
	size_t i;

	if (mount("maskspec", "/run", "tmpfs", MS_NOSUID, "mode=755,size=512m") < 0)
		return -errno;
	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		if (mkdir(dirs[i], 0755) < 0)
			return -errno;
	return neg(chmod(SCRATCH "/tmp", 01777));
}

static int copy_probe(int exe)
{
	_cleanup_close_ int to = open(SCRATCH "/probe", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	char buf[65536];
	ssize_t n;

	if (to < 0)
		return -errno;
	while ((n = read(exe, buf, sizeof(buf))) > 0)
		if (write(to, buf, (size_t)n) != n)
			return -EIO;
	return neg((int)n);
}

static int propagation(void)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	return neg(mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL));
}

int sandbox_init(const struct options *o, const char **ret_step)
{
	int r;

	*ret_step = "make the mounts private and shared";
	if ((r = propagation()) < 0)
		return r;
	*ret_step = "mount /proc of the run";
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return -errno;
	*ret_step = "mount a tmpfs on /run";
	if ((r = make_scratch()) < 0)
		return r;
	*ret_step = "copy the probe";
	if ((r = copy_probe(o->exe_fd)) < 0)
		return r;
	*ret_step = "make the cgroup layout (CGROUP=)";
	if ((r = make_cgroups(o->cgroup)) < 0)
		return r;
	*ret_step = "make the host's mounts read-only";
	return make_readonly();
}

static const struct {
	const char *path;
	unsigned int major, minor;
	const char *host; /* what is bound where no node can be made */
} nodes[] = {
	{ "/dev/null", 1, 3, "/dev/null" },	  { "/dev/zero", 1, 5, "/dev/zero" },
	{ "/dev/full", 1, 7, "/dev/full" },	  { "/dev/random", 1, 8, "/dev/random" },
	{ "/dev/urandom", 1, 9, "/dev/urandom" }, { "/dev/tty", 5, 0, "/dev/tty" },
	{ "/dev/control", 1, 3, "/dev/null" },
};

static const struct {
	const char *path, *target;
} links[] = {
	{ "/dev/fd", "/proc/self/fd" },	      { "/dev/stdin", "/proc/self/fd/0" },
	{ "/dev/stdout", "/proc/self/fd/1" }, { "/dev/stderr", "/proc/self/fd/2" },
	{ "/dev/ptmx", "pts/ptmx" },
};

static int make_node(const char *path, unsigned int major, unsigned int minor)
{
	if (mknod(path, S_IFCHR | 0666, makedev(major, minor)) < 0)
		return -errno;
	return neg(chmod(path, 0666));
}

/* @from was opened before the new /dev covered it. */
static int bind_node(int from, const char *path)
{
	_cleanup_free_ char *source = xasprintf("/proc/self/fd/%d", from);
	_cleanup_close_ int place = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (from < 0 || place < 0 || mount(source, path, NULL, MS_BIND, NULL) < 0)
		return -errno;
	/* As on the tmpfs that root's nodes lie on: a mount without flags to lose can be remounted
	 * by anybody who has a user namespace, to no effect. */
	return neg(mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NOEXEC, NULL));
}

static int make_nodes(const int *host)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(nodes); i++) {
		int r = is_root() ? make_node(nodes[i].path, nodes[i].major, nodes[i].minor)
				  : bind_node(host[i], nodes[i].path);

		if (r < 0)
			return r;
	}
	return 0;
}

/* A devpts needs a root for its ptmx, which a namespace without uid 0 can't give; nothing here
 * asks for a terminal. */
static int make_pts(void)
{
	if (mkdir("/dev/pts", 0755) < 0 || mkdir("/dev/shm", 01777) < 0)
		return -errno;
	if (!is_root())
		return 0;
	return neg(mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
			 "newinstance,ptmxmode=0666,mode=620"));
}

static int make_dev(void)
{
	int host[ARRAY_SIZE(nodes)], r;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(nodes); i++)
		host[i] = open(nodes[i].host, O_PATH | O_CLOEXEC);
	r = neg(mount("maskspec-dev", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755,size=1m"));
	if (r == 0)
		r = make_nodes(host);
	for (i = 0; i < ARRAY_SIZE(nodes); i++)
		safe_close(host[i]);
	for (i = 0; r == 0 && i < ARRAY_SIZE(links); i++)
		r = neg(symlink(links[i].target, links[i].path));
	return r < 0 ? r : make_pts();
}

int sandbox_worker(const char **ret_step)
{
	int r;

	*ret_step = "unshare a mount namespace";
	if (unshare(CLONE_NEWNS) < 0)
		return -errno;
	*ret_step = "make the mounts private and shared";
	if ((r = propagation()) < 0)
		return r;
	*ret_step = "mount a /dev";
	return make_dev();
}

/* Without root ------------------------------------------------------------------------------ */

bool is_root(void)
{
	return geteuid() == 0;
}

const char *sandbox_limits(void)
{
	return is_root() ? ""
			 : "ids other than the user's own\ncgroups\nfiles of other owners\n"
			   "device nodes: those of the host are bound";
}

static int write_map(pid_t pid, const char *file, unsigned int id)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/%s", (int)pid, file);
	_cleanup_free_ char *map = xasprintf("%u %u 1", id, id);

	return write_existing(path, streq(file, "setgroups") ? "deny" : map);
}

int sandbox_map(pid_t init)
{
	int r = write_map(init, "uid_map", geteuid());

	/* Who may not drop groups by it may write a gid_map (3.19). */
	if (r == 0)
		r = write_map(init, "setgroups", 0);
	return r < 0 ? r : write_map(init, "gid_map", getegid());
}
