/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rootfs: made, digested from outside, and what is found by name. Everything goes through
 * descriptors and never follows a link, because a runtime had its hands on the tree.
 */
#include "conformance/observe.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include "reference/sys.h"

/*
 * Opens the folder that the first @n bytes of @path name below @root, making what is missing. One
 * call where it is there; without openat2, which came with 5.6, every component is walked.
 */
static int open_folder(int root, const char *path, size_t n, unsigned int shift)
{
	static const struct ms_open_how how = { .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
						.resolve = MS_RESOLVE_BENEATH |
							   MS_RESOLVE_NO_SYMLINKS };
	_cleanup_free_ char *folder = xstrndup(path, n);
	_cleanup_close_ int up = -EBADF;
	char *name = strrchr(folder, '/');
	int fd;

	if (!folder[strspn(folder, "/")]) {
		fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		return fd < 0 ? -errno : fd;
	}
	fd = sys_openat2(root, folder + strspn(folder, "/"), &how);
	if (fd >= 0)
		return fd;
	up = open_folder(root, path, name ? (size_t)(name - folder) : 0, shift);
	if (up < 0)
		return TAKE_FD(up);
	name = name ? name + 1 : folder;
	if (mkdirat(up, name, 0755) == 0 &&
	    fchownat(up, name, shift, shift, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	fd = openat(up, *name ? name : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* *@ret_leaf points into @path. */
static int open_parent(int root, const char *path, unsigned int shift, const char **ret_leaf)
{
	const char *slash = strrchr(path, '/');

	*ret_leaf = slash ? slash + 1 : path;
	return open_folder(root, path, slash ? (size_t)(slash - path) : 0, shift);
}

/* A node of the host's, whose owner and mode are not ours to set. */
#define BOUND 1
/* Its mode needs no further call: thousands are made for one bundle. */
#define HAS_MODE 2
#define NOT_MASKED 0755

static int made(mode_t mode)
{
	return mode & ~NOT_MASKED ? 0 : HAS_MODE;
}

static int make_dir(int dir, const char *leaf, mode_t mode)
{
	if (mkdirat(dir, leaf, mode) == 0)
		return made(mode);
	return errno == EEXIST ? 0 : -errno;
}

static int make_file(int dir, const char *leaf, mode_t mode, const char *content)
{
	_cleanup_close_ int fd = openat(dir, leaf, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	size_t n = strlen(content);

	if (fd < 0 || write(fd, content, n) != (ssize_t)n)
		return -errno;
	return made(mode);
}

/* Where no node can be made the driver's own, from the sandbox's /dev, is bound. */
static int bind_char(int dir, const char *leaf, unsigned int maj, unsigned int min)
{
	const char *source = maj != 1	? NULL
			     : min == 3 ? "/dev/null"
			     : min == 5 ? "/dev/zero"
			     : min == 7 ? "/dev/full"
					: NULL;
	_cleanup_free_ char *path = xasprintf("/proc/self/fd/%d/%s", dir, leaf);
	int r = source ? make_file(dir, leaf, 0600, "") : -EPERM;

	if (r < 0)
		return r;
	return mount(source, path, NULL, MS_BIND, NULL) < 0 ? -errno : BOUND;
}

static int make_char(int dir, const char *leaf, const char *rdev)
{
	unsigned int maj, min;

	if (sscanf(rdev, "%u:%u", &maj, &min) != 2)
		return -EINVAL;
	if (mknodat(dir, leaf, S_IFCHR | 0600, makedev(maj, min)) == 0)
		return 0;
	return errno == EPERM && !is_root() ? bind_char(dir, leaf, maj, min) : -errno;
}

static int make_socket(int dir, const char *leaf)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	/* By /proc, because sun_path is short and binds follow no descriptor. */
	if (fd < 0 || snprintf(sun.sun_path, sizeof(sun.sun_path), "/proc/self/fd/%d/%s", dir,
			       leaf) >= (int)sizeof(sun.sun_path))
		return -ENAMETOOLONG;
	return bind(fd, (const struct sockaddr *)&sun, sizeof(sun)) < 0 ? -errno : 0;
}

/* Without the right to the attribute it is an ordinary file, which the control then shows. */
static int make_metacopy(int dir, const char *leaf)
{
	_cleanup_close_ int fd = -EBADF;
	int r = make_file(dir, leaf, 0600, "");

	fd = r < 0 ? r : openat(dir, leaf, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return r < 0 ? r : -errno;
	if (fsetxattr(fd, "trusted.overlay.metacopy", "", 0, 0) < 0 && errno != EPERM &&
	    errno != EOPNOTSUPP)
		return -errno;
	return 0;
}

static int make_hard(int root, int dir, const char *leaf, const char *target)
{
	return linkat(root, target + strspn(target, "/"), dir, leaf, 0) < 0 ? -errno : 0;
}

static int make_node(int root, int dir, const char *leaf, const struct tree_entry *e)
{
	switch (e->kind) {
	case TREE_DIR:
		return make_dir(dir, leaf, e->mode);
	case TREE_FILE:
		return make_file(dir, leaf, e->mode, e->arg);
	case TREE_LINK:
		return symlinkat(e->arg, dir, leaf) < 0 ? -errno : 0;
	case TREE_HARD:
		return make_hard(root, dir, leaf, e->arg);
	case TREE_CHAR:
		return make_char(dir, leaf, e->arg);
	case TREE_FIFO:
		return mknodat(dir, leaf, S_IFIFO | 0600, 0) < 0 ? -errno : 0;
	case TREE_SOCKET:
		return make_socket(dir, leaf);
	case TREE_METACOPY:
		return make_metacopy(dir, leaf);
	case TREE_KINDS:
	default:
		return -EINVAL;
	}
}

struct maker {
	const struct test_case *c;
	int root;
	unsigned int shift;
	uid_t uid; /* of what it makes */
	gid_t gid;
	const char *path; /* of the entry last made, whose parent is @dir */
	int dir;
};

/* One entry's neighbours follow it. */
static int open_next(struct maker *m, const char *path, const char **ret_leaf)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) + 1 : 0;

	if (m->dir >= 0 && n && strncmp(m->path, path, n) == 0 && !strchr(m->path + n, '/')) {
		*ret_leaf = path + n;
		return m->dir;
	}
	safe_close(m->dir);
	m->path = path;
	m->dir = open_parent(m->root, path, m->shift, ret_leaf);
	return m->dir;
}

static int make_entry(struct maker *m, const struct tree_entry *e)
{
	uid_t uid = m->shift + (m->c->rootless ? 0 : e->uid);
	gid_t gid = m->shift + (m->c->rootless ? 0 : e->gid);
	bool ours = uid == m->uid && gid == m->gid;
	const char *leaf = "";
	int dir = open_next(m, e->path, &leaf);
	int r = dir < 0 ? dir : make_node(m->root, dir, leaf, e);

	if (r < 0 || r == BOUND)
		return r;
	if (!ours && fchownat(dir, leaf, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (e->kind == TREE_LINK || (ours && r == HAS_MODE))
		return 0;
	return fchmodat(dir, leaf, e->mode, 0) < 0 ? -errno : 0;
}

int tree_make(const struct test_case *c, int rootfs, unsigned int shift, const char **ret_path)
{
	struct maker m = { .c = c,
			   .root = rootfs,
			   .shift = shift,
			   .uid = geteuid(),
			   .gid = getegid(),
			   .dir = -EBADF };
	int r = 0;
	size_t i;

	for (i = 0; i < c->n_tree && r >= 0; i++) {
		r = make_entry(&m, &c->tree[i]);
		if (r < 0)
			*ret_path = c->tree[i].path;
	}
	safe_close(m.dir);
	return r < 0 ? r : 0;
}

int tree_write(int rootfs, const char *path)
{
	_cleanup_free_ char *name = xasprintf("%s/.host", path);
	const char *leaf;
	_cleanup_close_ int dir = open_parent(rootfs, name, 0, &leaf);
	int r = dir < 0 ? dir : make_file(dir, leaf, 0600, "");

	if (r < 0)
		return r;
	unlinkat(dir, leaf, 0);
	return 0;
}

int tree_open(int rootfs, const char *path)
{
	const char *leaf;
	_cleanup_close_ int dir = open_parent(rootfs, path, 0, &leaf);
	_cleanup_close_ int fd =
		dir < 0 ? dir : openat(dir, leaf, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);

	return dir < 0 ? dir : fd < 0 ? -errno : 0;
}

/* Digest ----------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted names of @fd, which it takes over; *@ret and each name are owned by the caller. */
static ssize_t names_of(int fd, char ***ret)
{
	DIR *d = fdopendir(fd);
	char **names = NULL;
	struct dirent *e;
	size_t n = 0;

	if (!d) {
		safe_close(fd);
		return -errno;
	}
	while ((e = readdir(d))) {
		if (streq(e->d_name, ".") || streq(e->d_name, ".."))
			continue;
		GROW(names, n);
		names[n++] = xstrdup(e->d_name);
	}
	closedir(d);
	if (n)
		qsort(names, n, sizeof(*names), by_name);
	*ret = names;
	return (ssize_t)n;
}

static int add_digest(int dir, const char *name, struct sha256 *s);

static int add_children(int dir, const char *name, struct sha256 *s)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_close_ int at = fd < 0 ? -EBADF : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	char **names = NULL;
	ssize_t n, i;
	int r = 0;

	if (fd < 0)
		return -errno;
	n = names_of(fd, &names);
	for (i = 0; i < n; i++) {
		if (r == 0)
			r = add_digest(at, names[i], s);
		free(names[i]);
	}
	free(names);
	return n < 0 ? (int)n : r;
}

static int add_content(int dir, const char *name, struct sha256 *s)
{
	_cleanup_close_ int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char hex[SHA256_HEX];
	int r;

	if (fd < 0)
		return -errno;
	r = sha256_fd(fd, hex);
	sha256_add(s, hex, sizeof(hex));
	return r;
}

/* Times are left out: reading a file may change one. */
static int add_digest(int dir, const char *name, struct sha256 *s)
{
	struct stat st;
	char line[128];

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	sha256_add(s, name, strlen(name) + 1);
	snprintf(line, sizeof(line), "%o %u %u %llu %u", st.st_mode, st.st_uid, st.st_gid,
		 S_ISREG(st.st_mode) ? (unsigned long long)st.st_size : 0ull,
		 (unsigned int)st.st_rdev);
	sha256_add(s, line, strlen(line) + 1);
	if (S_ISDIR(st.st_mode))
		return add_children(dir, name, s);
	return S_ISREG(st.st_mode) ? add_content(dir, name, s) : 0;
}

int tree_digest(int rootfs, const char *path, char hex[SHA256_HEX])
{
	struct sha256 s;
	int r;

	sha256_init(&s);
	path += strspn(path, "/");
	r = add_digest(rootfs, *path ? path : ".", &s);
	sha256_hex(&s, hex);
	return r;
}

/* Finding ---------------------------------------------------------------------------------- */

int count_named(const char *dir, const char *part, int depth)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int n = 0;

	if (!d)
		return -1;
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		if (strstr(e->d_name, part)) {
			n++;
		} else if (depth > 1 && e->d_type == DT_DIR) {
			_cleanup_free_ char *sub = xasprintf("%s/%s", dir, e->d_name);
			int more = streq(sub, CASES) ? 0 : count_named(sub, part, depth - 1);

			n += more > 0 ? more : 0;
		}
	}
	closedir(d);
	return n;
}

struct leaves {
	dev_t dev;
	size_t n, max;
	struct text *out;
};

/* A leaf that holds something: a mask over an empty directory would show nothing. */
static void walk_leaves(const char *dir, struct leaves *l, int depth)
{
	_cleanup_close_ int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool has_dir = false, has_file = false;
	char **names = NULL;
	struct stat st;
	ssize_t n, i;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_dev != l->dev || depth > 8)
		return;
	n = names_of(TAKE_FD(fd), &names);
	for (i = 0; i < n; i++) {
		_cleanup_free_ char *name = names[i];
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);

		if (l->n >= l->max || lstat(path, &st) < 0)
			continue;
		has_dir |= S_ISDIR(st.st_mode);
		has_file |= S_ISREG(st.st_mode);
		if (S_ISDIR(st.st_mode))
			walk_leaves(path, l, depth + 1);
	}
	free(names);
	if (has_file && !has_dir && l->n < l->max) {
		text_addf(l->out, "%s\n", dir);
		l->n++;
	}
}

size_t sysfs_leaves(size_t max, struct text *out)
{
	/* Not class/net nor virtual/net: they differ by network namespace. */
	static const char *const roots[] = { "/sys/module", "/sys/devices/system",
					     "/sys/kernel/slab", "/sys/kernel/mm",
					     "/sys/devices/platform" };
	struct leaves l = { .max = max, .out = out };
	struct stat st;
	size_t i;

	if (stat("/sys", &st) < 0)
		return 0;
	l.dev = st.st_dev;
	for (i = 0; i < ARRAY_SIZE(roots); i++)
		walk_leaves(roots[i], &l, 0);
	return l.n;
}
