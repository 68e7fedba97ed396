/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several containers at once. One does to a target all that might reach another and holds what can
 * be held; the others, and the driver on the host, look at it before and after. All words of one
 * look are one row, so that what is compared was seen at the same time.
 */
#include "conformance/probe/isolation.h"

#include <dirent.h>
#include <endian.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "conformance/probe/probe.h"

/* glibc has them from 2.20, with _GNU_SOURCE; open file description locks came with 3.15. */
_Static_assert(F_OFD_GETLK == 36 && F_OFD_SETLK == 37, "numbers of the kernel's interface");

/* Acts ------------------------------------------------------------------------------------- */

struct scene {
	const char *path, *who;
	int round;
	bool dir;
};

/* Descriptors that hold a lock or a socket, until the actor has looked itself. */
static int held[32];
static size_t n_held;

static int hold(int fd)
{
	if (n_held == ARRAY_SIZE(held)) {
		safe_close(fd);
		return -EMFILE;
	}
	held[n_held++] = fd;
	return 0;
}

static char *made(const struct scene *s, const char *what)
{
	return xasprintf("%s/.%s.%s", s->path, what, s->who);
}

static int touch(const char *path)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return neg(fd);
}

/*
 * Flags that the kernel may have locked are kept. What is no tmpfs is none of the sandbox's: a mask
 * may be a bind of a directory of the host, which would be written to for good.
 */
static int remount(const struct scene *s, unsigned long how)
{
	struct statvfs st;
	struct statfs fs;

	if (statvfs(s->path, &st) < 0 || statfs(s->path, &fs) < 0)
		return -errno;
	if (fs.f_type != TMPFS_MAGIC)
		return -EPERM;
	how |= st.f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC);
	return neg(mount(NULL, s->path, NULL, MS_REMOUNT | how, NULL));
}

/* With CAP_SYS_ADMIN a mask may be made writable, so these come first: the mount, and all mounts of
 * its file system. */
static int act_remount(const struct scene *s)
{
	return remount(s, MS_BIND);
}

static int act_remount_all(const struct scene *s)
{
	return remount(s, 0);
}

static int act_create(const struct scene *s)
{
	_cleanup_free_ char *name = made(s, "create");

	return touch(name);
}

static int act_mkdir(const struct scene *s)
{
	_cleanup_free_ char *name = made(s, "mkdir");

	return neg(mkdir(name, 0700));
}

static int act_symlink(const struct scene *s)
{
	_cleanup_free_ char *name = made(s, "symlink");

	return neg(symlink("/", name));
}

static int act_mkfifo(const struct scene *s)
{
	_cleanup_free_ char *name = made(s, "mkfifo");

	return neg(mkfifo(name, 0600));
}

static int act_rename(const struct scene *s)
{
	_cleanup_free_ char *from = xasprintf("%s.rename.%s", s->path, s->who);
	_cleanup_free_ char *to = made(s, "rename");
	int r = touch(from);

	if (r < 0)
		return r;
	r = neg(rename(from, to));
	unlink(from);
	return r;
}

/* sun_path holds 107 bytes; the descriptor's own name is on the same mount. */
static int socket_name(int dir, const char *name, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	return snprintf(ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d/%s", dir, name) <
			       (int)sizeof(ret->sun_path)
		       ? 0
		       : -ENAMETOOLONG;
}

static int act_socket(const struct scene *s)
{
	_cleanup_close_ int dir = open(s->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	_cleanup_free_ char *name = xasprintf(".socket.%s", s->who);
	struct sockaddr_un sun;

	if (dir < 0 || fd < 0)
		return -errno;
	if (socket_name(dir, name, &sun) < 0)
		return -ENAMETOOLONG;
	if (bind(fd, (const struct sockaddr *)&sun, sizeof(sun)) < 0 || listen(fd, 64) < 0)
		return -errno;
	return hold(TAKE_FD(fd));
}

static int act_write(const struct scene *s)
{
	_cleanup_close_ int fd = open(s->path, O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC);

	return fd < 0 || write(fd, s->who, strlen(s->who)) < 0 ? -errno : 0;
}

static int act_chmod(const struct scene *s)
{
	struct stat st;

	return stat(s->path, &st) < 0 ? -errno : neg(chmod(s->path, (st.st_mode & 07777) ^ 01));
}

static int act_chown(const struct scene *s)
{
	struct stat st;

	return stat(s->path, &st) < 0 ? -errno : neg(chown(s->path, st.st_uid + 1, st.st_gid + 1));
}

/* A time that no other round sets. */
static int act_utimes(const struct scene *s)
{
	const struct timespec then[2] = { { .tv_sec = s->round }, { .tv_sec = s->round } };

	return neg(utimensat(AT_FDCWD, s->path, then, 0));
}

static int act_setxattr(const struct scene *s)
{
	/* A version 2 capability of nothing: what may be set on a device, by its owner's root. */
	const uint32_t capability[5] = { htole32(0x02000000) };
	_cleanup_free_ char *name = xasprintf("user.maskspec.%s", s->who);
	int r = neg(setxattr(s->path, name, "x", 1, 0));

	if (r != -EPERM)
		return r;
	return neg(setxattr(s->path, "security.capability", capability, sizeof(capability), 0));
}

static int open_to_lock(const struct scene *s)
{
	int fd = s->dir ? -1 : open(s->path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? open(s->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY) : fd;
}

static int act_flock(const struct scene *s)
{
	_cleanup_close_ int fd = open_to_lock(s);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	return hold(TAKE_FD(fd));
}

/* A read lock where nobody can open for writing: it stands in the way of a write lock all the same.
 */
static int act_fcntl(const struct scene *s)
{
	_cleanup_close_ int fd = open_to_lock(s);
	struct flock lock = { .l_whence = SEEK_SET };
	int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);

	if (flags < 0)
		return -errno;
	lock.l_type = (flags & O_ACCMODE) == O_RDWR ? F_WRLCK : F_RDLCK;
	if (fcntl(fd, F_OFD_SETLK, &lock) < 0)
		return -errno;
	return hold(TAKE_FD(fd));
}

static const struct act {
	const char *name;
	char target; /* D F A, as in ops.def */
	int (*act)(const struct scene *s);
} acts[] = {
	{ "remount", 'A', act_remount },   { "remount-all", 'A', act_remount_all },
	{ "create", 'D', act_create },	   { "mkdir", 'D', act_mkdir },
	{ "symlink", 'D', act_symlink },   { "mkfifo", 'D', act_mkfifo },
	{ "rename", 'D', act_rename },	   { "socket", 'D', act_socket },
	{ "write", 'F', act_write },	   { "chmod", 'A', act_chmod },
	{ "chown", 'A', act_chown },	   { "utimes", 'A', act_utimes },
	{ "setxattr", 'A', act_setxattr }, { "flock", 'A', act_flock },
	{ "fcntl", 'A', act_fcntl },
};

int isolation_act(const char *path, const char *who, int round, struct text *value)
{
	struct scene s = { .path = path, .who = who, .round = round };
	struct stat st;
	size_t i;

	if (stat(path, &st) < 0)
		return -errno;
	s.dir = S_ISDIR(st.st_mode);
	for (i = 0; i < ARRAY_SIZE(acts); i++) {
		int r;

		if (acts[i].target != 'A' && (acts[i].target == 'D') != s.dir)
			continue;
		r = acts[i].act(&s);
		text_addf(value, "%s%s=%s", value->len ? " " : "", acts[i].name,
			  r < 0 ? errno_name(r) : "ok");
	}
	return 0;
}

/* Watches ---------------------------------------------------------------------------------- */

/* One instance for all: their number is bounded for each user (128). */
static int inotify = -EBADF;
static struct watch {
	char *path;
	int wd;
	long events; /* since the last look */
} * watches;
static size_t n_watches;

static void count_event(int wd)
{
	size_t i;

	for (i = 0; i < n_watches; i++)
		watches[i].events += watches[i].wd == wd;
}

/* Of what this process does itself nothing is counted, whatever name it went by. */
static void read_events(bool count)
{
	_Alignas(struct inotify_event) char buf[4096];
	ssize_t n, at;

	while (inotify >= 0 && (n = read(inotify, buf, sizeof(buf))) > 0) {
		for (at = 0; at < n;) {
			const struct inotify_event *e = (const void *)(buf + at);

			if (count)
				count_event(e->wd);
			at += (ssize_t)(sizeof(*e) + e->len);
		}
	}
}

static struct watch *watch_of(const char *path)
{
	size_t i;

	for (i = 0; i < n_watches; i++)
		if (streq(watches[i].path, path))
			return &watches[i];
	return NULL;
}

static int watch(const char *path)
{
	int wd;

	if (watch_of(path))
		return 0;
	if (inotify < 0)
		inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	wd = inotify < 0 ? -1 : inotify_add_watch(inotify, path, IN_ALL_EVENTS);
	if (wd < 0)
		return -errno;
	GROW(watches, n_watches);
	watches[n_watches++] = (struct watch){ .path = xstrdup(path), .wd = wd };
	return 0;
}

void isolation_release(void)
{
	while (n_held)
		safe_close(held[--n_held]);
	read_events(false);
}

/* Looks ------------------------------------------------------------------------------------ */

static void feel_names(int fd, struct text *value)
{
	int dir = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = dir < 0 ? NULL : fdopendir(dir);
	unsigned int names = 0, sockets = 0;
	struct dirent *e;

	if (!d) {
		safe_close(dir);
		return;
	}
	while ((e = readdir(d))) {
		_cleanup_close_ int peer = -EBADF;
		struct sockaddr_un sun;

		if (streq(e->d_name, ".") || streq(e->d_name, ".."))
			continue;
		names++;
		if (e->d_type != DT_SOCK || socket_name(fd, e->d_name, &sun) < 0)
			continue;
		peer = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		sockets += connect(peer, (const struct sockaddr *)&sun, sizeof(sun)) == 0;
	}
	closedir(d);
	text_addf(value, " names=%u sockets=%u", names, sockets);
}

static unsigned int count_xattrs(int fd)
{
	char names[4096];
	ssize_t n = flistxattr(fd, names, sizeof(names)), i;
	unsigned int count = 0;

	for (i = 0; i < n; i++)
		count += !names[i];
	return count;
}

static void feel_locks(int fd, struct text *value)
{
	struct flock lock = { .l_whence = SEEK_SET, .l_type = F_WRLCK };
	int r = flock(fd, LOCK_EX | LOCK_NB);

	text_addf(value, " flock=%s",
		  r == 0		 ? "free"
		  : errno == EWOULDBLOCK ? "held"
					 : errno_name(errno));
	if (r == 0)
		flock(fd, LOCK_UN);
	r = fcntl(fd, F_OFD_GETLK, &lock);
	text_addf(value, " fcntl=%s",
		  r < 0			   ? errno_name(errno)
		  : lock.l_type == F_UNLCK ? "free"
					   : "held");
}

static int feel(const char *path, struct text *value)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct watch *w = watch_of(path);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	text_addf(value, "object=%lu:%lu mode=%04o owner=%u:%u mtime=%lld.%09ld xattrs=%u",
		  (unsigned long)st.st_dev, (unsigned long)st.st_ino, st.st_mode & 07777, st.st_uid,
		  st.st_gid, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, count_xattrs(fd));
	if (S_ISDIR(st.st_mode))
		feel_names(fd, value);
	else
		text_addf(value, " bytes=%ld", probe_read_bytes(path));
	feel_locks(fd, value);
	if (w) {
		text_addf(value, " events=%ld", w->events);
		w->events = 0;
	}
	return 0;
}

int isolation_feel(const char *path, struct text *value)
{
	int r, watched;

	read_events(true);
	r = feel(path, value);
	watched = r < 0 ? 0 : watch(path);
	if (watched < 0)
		text_addf(value, " watch=%s", errno_name(watched));
	read_events(false);
	return r;
}
