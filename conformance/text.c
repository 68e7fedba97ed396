/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/text.h"

#include <fcntl.h>
#include <fnmatch.h>

static void out_of_memory(void)
{
	static const char msg[] = "maskspec: out of memory\n";

	if (write(STDERR_FILENO, msg, sizeof(msg) - 1) < 0)
		_exit(3);
	_exit(3);
}

void *xrealloc(void *p, size_t n)
{
	void *q = realloc(p, n ? n : 1);

	if (!q)
		out_of_memory();
	return q;
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

char *xstrndup(const char *s, size_t n)
{
	char *p = strndup(s, n);

	if (!p)
		out_of_memory();
	return p;
}

char *xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = xvasprintf(fmt, ap);
	va_end(ap);
	return p;
}

char *xvasprintf(const char *fmt, va_list ap)
{
	char *p;

	if (vasprintf(&p, fmt, ap) < 0)
		out_of_memory();
	return p;
}

void *grow(void *p, size_t n, size_t size)
{
	/* Only a power of two (and the start) is a full array. */
	if (n & (n - 1))
		return p;
	return xrealloc(p, (n ? 2 * n : 1) * size);
}

void text_free(struct text *t)
{
	free(t->s);
	*t = (struct text){ 0 };
}

void text_add_n(struct text *t, const char *s, size_t n)
{
	if (t->len + n + 1 > t->cap) {
		t->cap = 2 * (t->len + n + 1);
		t->s = xrealloc(t->s, t->cap);
	}
	memcpy(t->s + t->len, s, n);
	t->len += n;
	t->s[t->len] = '\0';
}

void text_add(struct text *t, const char *s)
{
	text_add_n(t, s, strlen(s));
}

void text_addf(struct text *t, const char *fmt, ...)
{
	_cleanup_free_ char *p = NULL;
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = vasprintf(&p, fmt, ap);
	va_end(ap);
	if (r < 0)
		out_of_memory();
	text_add_n(t, p, (size_t)r);
}

void text_add_word(struct text *t, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_/.,:=+@%-";

	if (*s && !s[strspn(s, plain)]) {
		text_add(t, s);
		return;
	}
	text_add(t, "'");
	for (; *s; s++)
		text_add_n(t, *s == '\'' ? "'\\''" : s, *s == '\'' ? 4 : 1);
	text_add(t, "'");
}

const char *text_str(const struct text *t)
{
	return t->s ? t->s : "";
}

void text_add_field_n(struct text *t, const char *s, size_t n)
{
	size_t i;

	if (n == 0) {
		text_add(t, "-");
		return;
	}
	if (n == 1 && s[0] == '-') {
		text_add(t, "\\055");
		return;
	}
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < 0x20 || c == '\\' || c == 0x7f)
			text_addf(t, "\\%03o", c);
		else
			text_add_n(t, s + i, 1);
	}
}

void text_add_field(struct text *t, const char *s)
{
	text_add_field_n(t, s ? s : "", s ? strlen(s) : 0);
}

void text_add_record(struct text *t, ...)
{
	const char *field;
	bool first = true;
	va_list ap;

	va_start(ap, t);
	while ((field = va_arg(ap, const char *))) {
		if (!first)
			text_add(t, "\t");
		first = false;
		text_add_field(t, field);
	}
	va_end(ap);
	text_add(t, "\n");
}

static bool octal(const char *s)
{
	return s[0] >= '0' && s[0] <= '3' && s[1] >= '0' && s[1] <= '7' && s[2] >= '0' &&
	       s[2] <= '7';
}

char *unescape(char *s)
{
	const char *in = s;
	char *out = s;

	if (streq(s, "-")) {
		*s = '\0';
		return s;
	}
	while (*in) {
		if (in[0] == '\\' && octal(in + 1)) {
			*out++ = (char)((in[1] - '0') << 6 | (in[2] - '0') << 3 | (in[3] - '0'));
			in += 4;
		} else {
			*out++ = *in++;
		}
	}
	*out = '\0';
	return s;
}

size_t split_record(char *line, char **fields, size_t max)
{
	size_t n = 0;

	while (line) {
		char *tab = strchr(line, '\t');

		if (tab)
			*tab = '\0';
		if (n < max)
			fields[n] = unescape(line);
		n++;
		line = tab ? tab + 1 : NULL;
	}
	return n;
}

char *next_line(char **rest)
{
	char *line = *rest;
	char *end;

	if (!line || !*line)
		return NULL;
	end = strchr(line, '\n');
	if (end)
		*end = '\0';
	*rest = end ? end + 1 : NULL;
	return line;
}

bool has_line(const char *lines, const char *line)
{
	size_t n = strlen(line);
	const char *s = lines;

	while (s && *s) {
		if (strncmp(s, line, n) == 0 && s[n] == '\n')
			return true;
		s = strchr(s, '\n');
		s = s ? s + 1 : NULL;
	}
	return false;
}

bool ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && streq(s + n - m, end);
}

size_t count_lines(const char *s)
{
	size_t n = 0;

	for (; (s = strchr(s, '\n')); s++)
		n++;
	return n;
}

int read_file_at(int dirfd, const char *path, size_t max, char **ret, size_t *ret_len)
{
	/* A FIFO that a runtime puts in a file's place must not block; others don't care. */
	_cleanup_close_ int fd = openat(dirfd, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	_cleanup_text_ struct text t = { 0 };
	char buf[16384];
	ssize_t n;

	if (fd < 0)
		return -errno;
	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (t.len + (size_t)n > max)
			return -EFBIG;
		text_add_n(&t, buf, (size_t)n);
	}
	text_add_n(&t, "", 0);
	if (ret_len)
		*ret_len = t.len;
	*ret = TAKE_PTR(t.s);
	return 0;
}

static int write_all(int fd, const char *s, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, s, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		s += n;
		len -= (size_t)n;
	}
	return 0;
}

int write_file_at(int dirfd, const char *path, const char *s, size_t len)
{
	_cleanup_free_ char *tmp = xasprintf("%s.new", path);
	_cleanup_close_ int fd = openat(dirfd, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int r;

	if (fd < 0)
		return -errno;
	r = write_all(fd, s, len);
	if (r == 0 && renameat(dirfd, tmp, dirfd, path) < 0)
		r = -errno;
	/* On a full disk what is half written would keep out what tells of it. */
	if (r < 0)
		unlinkat(dirfd, tmp, 0);
	return r;
}

int write_existing(const char *path, const char *s)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, s, strlen(s)) < 0 ? -errno : 0;
}

bool names_object(const char *path, const struct stat *want)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_dev == want->st_dev && st.st_ino == want->st_ino;
}

bool glob_any(const char *globs, const char *s)
{
	_cleanup_free_ char *copy = xstrdup(globs);
	char *state = NULL;
	char *glob;

	for (glob = strtok_r(copy, " ,\n", &state); glob; glob = strtok_r(NULL, " ,\n", &state))
		if (fnmatch(glob, s, 0) == 0)
			return true;
	return false;
}

#define NAME(e) [e] = #e
/* strerrorname_np came with glibc 2.32; RHEL 8 has 2.28. */
static const char *const errno_names[] = {
	NAME(EPERM),	  NAME(ENOENT),	    NAME(ESRCH),	 NAME(EINTR),
	NAME(EIO),	  NAME(ENXIO),	    NAME(E2BIG),	 NAME(ENOEXEC),
	NAME(EBADF),	  NAME(ECHILD),	    NAME(EAGAIN),	 NAME(ENOMEM),
	NAME(EACCES),	  NAME(EFAULT),	    NAME(ENOTBLK),	 NAME(EBUSY),
	NAME(EEXIST),	  NAME(EXDEV),	    NAME(ENODEV),	 NAME(ENOTDIR),
	NAME(EISDIR),	  NAME(EINVAL),	    NAME(ENFILE),	 NAME(EMFILE),
	NAME(ENOTTY),	  NAME(ETXTBSY),    NAME(EFBIG),	 NAME(ENOSPC),
	NAME(ESPIPE),	  NAME(EROFS),	    NAME(EMLINK),	 NAME(EPIPE),
	NAME(EDOM),	  NAME(ERANGE),	    NAME(ENAMETOOLONG),	 NAME(ENOSYS),
	NAME(ENOTEMPTY),  NAME(ELOOP),	    NAME(ENODATA),	 NAME(ETIME),
	NAME(EPROTO),	  NAME(EOVERFLOW),  NAME(EUSERS),	 NAME(ENOTSOCK),
	NAME(EOPNOTSUPP), NAME(EADDRINUSE), NAME(EADDRNOTAVAIL), NAME(ECONNREFUSED),
	NAME(ESTALE),	  NAME(EDQUOT),	    NAME(ECANCELED),	 NAME(EKEYREJECTED),
};

const char *errno_name(int errnum)
{
	static char other[16];

	if (errnum < 0)
		errnum = -errnum;
	if ((size_t)errnum < ARRAY_SIZE(errno_names) && errno_names[errnum])
		return errno_names[errnum];
	snprintf(other, sizeof(other), "E%d", errnum);
	return other;
}
