/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The magic links of procfs: what they lead to is outside when it lies on a mount that the reader's
 * mount namespace does not have, or is another namespace than the reader's own.
 */
#include "conformance/probe/probe.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

/* The first three of a process are its caller's to give: followed, but not judged. */
#define FIRST_FD 3

struct scan {
	int *mounts; /* ids of the reader's own */
	size_t n_mounts;
	bool many;    /* processes, of which some may be closed to the reader */
	bool at_init; /* the container's first process is being scanned */
	int init;     /* what kept it from being followed */
	unsigned int links, outside;
	unsigned int refused, unread; /* of many, by the kernel; for any other reason */
	struct text first;
};

static void scan_free(struct scan *s)
{
	free(s->mounts);
	text_free(&s->first);
}
#define _cleanup_scan_ _cleanup_(scan_free)

static int read_mounts(struct scan *s)
{
	_cleanup_free_ char *text = NULL;
	char *rest, *line;
	int r = read_file_at(AT_FDCWD, "/proc/self/mountinfo", 16u << 20, &text, NULL);

	for (rest = text; r == 0 && (line = next_line(&rest));) {
		GROW(s->mounts, s->n_mounts);
		s->mounts[s->n_mounts++] = atoi(line);
	}
	return r;
}

/* fdinfo says it since 3.15, of descriptors opened with O_PATH, too. */
static int mount_of(int fd)
{
	_cleanup_free_ char *path = xasprintf("/proc/self/fdinfo/%d", fd);
	_cleanup_free_ char *text = NULL;
	const char *at;
	int r = read_file_at(AT_FDCWD, path, 65536, &text, NULL);

	if (r < 0)
		return r;
	at = strstr(text, "mnt_id:");
	return at ? atoi(at + strlen("mnt_id:")) : -ENODATA;
}

static bool has_mount(const struct scan *s, int id)
{
	size_t i;

	for (i = 0; i < s->n_mounts && s->mounts[i] != id; i++)
		;
	return i < s->n_mounts;
}

/* "net:[4026531840]": that of the reader? Pipes, sockets and the like are no way out. Those for
 * children (pid_for_children, time_for_children) are named like the others. */
static int is_foreign_namespace(const char *text)
{
	static const char *const types[] = { "cgroup", "ipc",  "mnt",  "net",
					     "pid",    "time", "user", "uts" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		_cleanup_free_ char *path = xasprintf("/proc/self/ns/%s", types[i]);
		const char *rest = strip_prefix(text, types[i]);
		char own[64];
		ssize_t n;

		if (!rest || strncmp(rest, ":[", 2) != 0)
			continue;
		n = readlink(path, own, sizeof(own) - 1);
		if (n < 0)
			return -errno;
		own[n] = '\0';
		return !streq(own, text);
	}
	return false;
}

/* A memfd is named like a path, but lies in no file system. */
static int leads_outside(const struct scan *s, const char *link, const char *text)
{
	_cleanup_close_ int fd = -EBADF;
	int id;

	if (*text != '/')
		return is_foreign_namespace(text);
	if (strip_prefix(text, "/memfd:"))
		return false;
	fd = open(link, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	id = mount_of(fd);
	return id < 0 ? id : !has_mount(s, id);
}

static int scan_link(struct scan *s, const char *link, bool judged)
{
	char text[4096];
	ssize_t n = readlink(link, text, sizeof(text) - 1);
	int outside;

	if (n < 0)
		return -errno;
	text[n] = '\0';
	outside = judged ? leads_outside(s, link, text) : false;
	if (outside < 0)
		return outside;
	s->links++;
	if (outside && !s->outside++)
		text_addf(&s->first, "%s -> %s", link, text);
	return 0;
}

/* What is gone by now leads nowhere. */
static void count_failure(struct scan *s, int r)
{
	if (r == 0 || r == -ENOENT || r == -ESRCH)
		return;
	if (s->many && (r == -EACCES || r == -EPERM))
		s->refused++;
	else
		s->unread++;
	if (s->at_init && s->init == 0)
		s->init = r;
}

static int scan_fds(struct scan *s, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int r;

	if (!d)
		return -errno;
	while (errno = 0, (e = readdir(d))) {
		_cleanup_free_ char *link = xasprintf("%s/%s", dir, e->d_name);

		if (*e->d_name >= '0' && *e->d_name <= '9')
			count_failure(s, scan_link(s, link, atoi(e->d_name) >= FIRST_FD));
	}
	r = -errno;
	closedir(d);
	return r;
}

static void scan_process(struct scan *s, const char *pid)
{
	_cleanup_free_ char *fds = xasprintf("/proc/%s/fd", pid);
	_cleanup_free_ char *root = xasprintf("/proc/%s/root", pid);
	_cleanup_free_ char *cwd = xasprintf("/proc/%s/cwd", pid);

	s->at_init = streq(pid, "1");
	s->init = s->at_init ? 0 : s->init;
	count_failure(s, scan_link(s, root, true));
	count_failure(s, scan_link(s, cwd, true));
	count_failure(s, scan_fds(s, fds));
}

static int scan_processes(struct scan *s)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	int r;

	if (!d)
		return -errno;
	s->many = true;
	s->init = -ESRCH;
	while (errno = 0, (e = readdir(d)))
		if (*e->d_name >= '1' && *e->d_name <= '9')
			scan_process(s, e->d_name);
	r = -errno;
	closedir(d);
	return r;
}

/* A folder and a descriptor of a mount that nobody has any more. Never closed: they are scanned. */
static int plant(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", PROBE_DIR, "tmpfs", 0, "size=4k") < 0 || chdir(PROBE_DIR) < 0 ||
	    open(".", O_RDONLY | O_DIRECTORY) < 0 || umount2(PROBE_DIR, MNT_DETACH) < 0)
		return -errno;
	return 0;
}

int probe_links(const struct todo *t, struct text *value)
{
	_cleanup_scan_ struct scan s = { 0 };
	int r;

	if (probe_is_control(t) && plant() < 0)
		return PROBE_UNAVAILABLE;
	r = read_mounts(&s);
	if (r < 0)
		return r;
	if (streq(t->path, "/proc"))
		r = scan_processes(&s);
	else if (ends_in(t->path, "/fd"))
		r = scan_fds(&s, t->path);
	else
		r = scan_link(&s, t->path, true);
	if (r < 0)
		return r;
	text_addf(value, "links=%u outside=%u refused=%u unread=%u init=%s first=%s", s.links,
		  s.outside, s.refused, s.unread, s.init < 0 ? errno_name(s.init) : "ok",
		  text_str(&s.first));
	return 0;
}

/* Other containers --------------------------------------------------------------------------- */

static bool is_other(const char *pid)
{
	_cleanup_free_ char *ns = xasprintf("/proc/%s/ns/mnt", pid);
	_cleanup_free_ char *todo = xasprintf("/proc/%s/root" PROBE_DIR "/todo", pid);
	char own[64] = "", theirs[64] = "";

	if (readlink("/proc/self/ns/mnt", own, sizeof(own) - 1) < 0 ||
	    readlink(ns, theirs, sizeof(theirs) - 1) < 0)
		return false;
	return !streq(own, theirs) && access(todo, F_OK) == 0;
}

static bool shows(const struct text *value)
{
	const char *s = text_str(value);

	return strstr(s, "open=ok") && !strstr(s, "entries=0") && !strstr(s, "bytes=0");
}

int probe_each_other(const char *path, int (*look)(const char *path, struct text *value),
		     struct text *value)
{
	const char *at = strstr(path, OTHER);
	DIR *d = opendir("/proc");
	int r = d ? -EPERM : -errno;
	struct dirent *e;

	while (d && !shows(value) && (e = readdir(d))) {
		_cleanup_free_ char *there = NULL;

		if (*e->d_name < '1' || *e->d_name > '9' || !is_other(e->d_name))
			continue;
		there = xasprintf("%.*s%s%s", (int)(at - path), path, e->d_name,
				  at + strlen(OTHER));
		text_free(value);
		r = look(there, value);
	}
	if (d)
		closedir(d);
	return r;
}
