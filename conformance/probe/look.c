/* SPDX-License-Identifier: Apache-2.0 */
/* What only looks: nothing here changes what a later row sees. */
#include "conformance/probe/probe.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

static const char *type_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "dir";
	case S_IFREG:
		return "file";
	case S_IFCHR:
		return "chr";
	case S_IFBLK:
		return "blk";
	case S_IFIFO:
		return "fifo";
	case S_IFSOCK:
		return "sock";
	default:
		return "other";
	}
}

/* O_NONBLOCK: a fifo that is not masked must not hold the probe. */
long probe_read_bytes(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	char buf[65536];
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, sizeof(buf));
	return n < 0 ? -errno : (long)n;
}

static int count_entries(const char *path, unsigned int *ret_entries, unsigned int *ret_dots)
{
	DIR *d = opendir(path);
	struct dirent *e;
	int r;

	if (!d)
		return -errno;
	*ret_entries = *ret_dots = 0;
	while (errno = 0, (e = readdir(d))) {
		if (streq(e->d_name, ".") || streq(e->d_name, ".."))
			++*ret_dots;
		else
			++*ret_entries;
	}
	r = -errno;
	closedir(d);
	return r;
}

static void look_inside(const char *path, mode_t mode, struct text *value)
{
	unsigned int entries = 0, dots = 0;
	long n;

	if (S_ISDIR(mode)) {
		n = count_entries(path, &entries, &dots);
		text_addf(value, " open=%s entries=%u", n < 0 ? errno_name((int)n) : "ok", entries);
		return;
	}
	n = probe_read_bytes(path);
	text_addf(value, " open=%s bytes=%ld", n < 0 ? errno_name((int)n) : "ok", n < 0 ? 0 : n);
}

static int look(const char *path, struct text *value)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	text_addf(value, "type=%s rdev=%u:%u", type_name(st.st_mode), major(st.st_rdev),
		  minor(st.st_rdev));
	look_inside(path, st.st_mode, value);
	return 0;
}

int probe_look(const struct todo *t, struct text *value)
{
	return strstr(t->path, OTHER) ? probe_each_other(t->path, look, value)
				      : look(t->path, value);
}

int probe_list(const struct todo *t, struct text *value)
{
	unsigned int entries, dots;
	int r = count_entries(t->path, &entries, &dots);

	if (r == 0)
		text_addf(value, "entries=%u dots=%u", entries, dots);
	return r;
}

int probe_read(const struct todo *t, struct text *value)
{
	long n = probe_read_bytes(t->path);

	if (n < 0)
		return (int)n;
	text_addf(value, "bytes=%ld", n);
	return 0;
}

int probe_stat(const struct todo *t, struct text *value)
{
	struct stat st;

	if (stat(t->path, &st) < 0)
		return -errno;
	text_addf(value, "type=%s mode=%04o uid=%u gid=%u rdev=%u:%u", type_name(st.st_mode),
		  st.st_mode & 07777, st.st_uid, st.st_gid, major(st.st_rdev), minor(st.st_rdev));
	return 0;
}

int probe_statfs(const struct todo *t, struct text *value)
{
	struct statfs s;

	if (statfs(t->path, &s) < 0)
		return -errno;
	text_addf(value, "fs=%lx ro=%d blocks=%llu files=%llu", (unsigned long)s.f_type,
		  !!(s.f_flags & 1), (unsigned long long)s.f_blocks, (unsigned long long)s.f_files);
	return 0;
}
