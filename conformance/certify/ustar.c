/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/ustar.h"

#include "conformance/certify/ustar_header.h"

static const struct ustar_limits usual = { USTAR_BYTES_MAX, USTAR_MEMBERS_MAX, USTAR_MEMBER_MAX,
					   USTAR_DEPTH_MAX };

static void member_free(struct ustar_member *m)
{
	free(m->name);
	free(m->data);
}
#define _cleanup_member_ _cleanup_(member_free)

void ustar_free(struct ustar *a)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		member_free(&a->list[i]);
	free(a->list);
	*a = (struct ustar){ 0 };
}

/* The first member that is not before @name. */
static size_t place_of(const struct ustar *a, const char *name)
{
	size_t low = 0, high = a->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(a->list[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct ustar_member *ustar_find(const struct ustar *a, const char *name)
{
	size_t i = place_of(a, name);

	return i < a->n && streq(a->list[i].name, name) ? &a->list[i] : NULL;
}

/* Names ---------------------------------------------------------------------------------------- */

static bool is_plain(const char *s)
{
	while (*s > ' ' && *s <= '~' && *s != '\\')
		s++;
	return *s == '\0';
}

/* The file above @name, or the first one below it: no folder can be there. NULL: none. */
static const char *in_the_way(const struct ustar *a, const char *name)
{
	_cleanup_free_ char *above = xstrdup(name);
	_cleanup_free_ char *below = xasprintf("%s/", name);
	const struct ustar_member *m = NULL;
	size_t i = place_of(a, below);
	char *slash;

	if (i < a->n && strip_prefix(a->list[i].name, below))
		return a->list[i].name;
	while (!m && (slash = strrchr(above, '/'))) {
		*slash = '\0';
		m = ustar_find(a, above);
	}
	return m ? m->name : NULL;
}

/* What is wrong with @name alone, or NULL; its components in *@ret_depth. */
static const char *name_fault(const char *name, size_t *ret_depth)
{
	const char *p = name;
	size_t prefix;

	if (*name == '/')
		return "is absolute and leads outside; name it relative to the archive";
	if (!is_plain(name))
		return "has a blank, a backslash or what is no printable ASCII in its name; name "
		       "the file otherwise";
	for (*ret_depth = 1;; ++*ret_depth) {
		size_t n = strcspn(p, "/");

		if (n == 0)
			return "has an empty component in its name; write it with single slashes, "
			       "none at the end";
		if ((n == 1 && *p == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
			return "has a component . or .., which may lead outside; name it without";
		if (!p[n])
			break;
		p += n + 1;
	}
	return ustar_split(name, &prefix) ? NULL
					  : "has a longer name than ustar can hold (100 bytes, or "
					    "155 before a slash and 100 behind it); shorten it";
}

/* Sentences go to terminals: what isn't plain is shown as ?. */
static char *shown(const char *name)
{
	char *s = xstrdup(*name ? name : "(no name)"), *p;

	for (p = s; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return s;
}

static int fault(char **ret_error, int r, const char *name, const char *fmt, ...) _printf_(4, 5);
static int fault(char **ret_error, int r, const char *name, const char *fmt, ...)
{
	_cleanup_free_ char *begin = shown(name);
	_cleanup_free_ char *why = NULL;
	va_list ap;

	va_start(ap, fmt);
	why = xvasprintf(fmt, ap);
	va_end(ap);
	*ret_error = xasprintf("%s: %s", begin, why);
	return r;
}

int ustar_check(const struct ustar *a, const char *name, uint64_t size,
		const struct ustar_limits *l, char **ret_error)
{
	size_t depth = 0;
	const char *why = name_fault(name, &depth), *other;

	l = l ? l : &usual;
	if (why)
		return fault(ret_error, -EINVAL, name, "%s", why);
	if (ustar_find(a, name))
		return fault(ret_error, -EEXIST, name, "is there twice; leave one out");
	other = in_the_way(a, name);
	if (other)
		return fault(ret_error, -EEXIST, name,
			     "can't be there with %s, as one of them would be a folder; rename one",
			     other);
	if (depth > l->depth)
		return fault(ret_error, -EFBIG, name,
			     "has %zu components in its name; %zu are allowed", depth, l->depth);
	if (size > l->member_bytes)
		return fault(ret_error, -EFBIG, name, "has more bytes than the %zu allowed",
			     l->member_bytes);
	if (a->n >= l->members)
		return fault(ret_error, -EFBIG, name, "is one member more than the %zu allowed",
			     l->members);
	if (a->bytes + ustar_packed(size) + USTAR_END > l->bytes)
		return fault(ret_error, -EFBIG, name,
			     "makes the archive larger than the %zu bytes allowed", l->bytes);
	return 0;
}

/* Writing -------------------------------------------------------------------------------------- */

/* Takes *@m over, which ustar_check() found good. */
static void put(struct ustar *a, struct ustar_member *m)
{
	size_t i = place_of(a, m->name);

	GROW(a->list, a->n);
	memmove(a->list + i + 1, a->list + i, (a->n - i) * sizeof(*m));
	a->list[i] = *m;
	a->n++;
	a->bytes += (size_t)ustar_packed(m->size);
	*m = (struct ustar_member){ 0 };
}

int ustar_add(struct ustar *a, char *name, char *data, size_t size)
{
	_cleanup_member_ struct ustar_member m = { name, data, size };
	_cleanup_free_ char *error = NULL;
	int r = ustar_check(a, name, size, NULL, &error);

	if (r == 0)
		put(a, &m);
	return r;
}

static void write_member(const struct ustar_member *m, struct text *out)
{
	static const char zeros[USTAR_BLOCK];
	struct ustar_header h;

	ustar_header(&h, m->name, m->size);
	text_add_n(out, (const char *)&h, sizeof(h));
	text_add_n(out, m->data, m->size);
	text_add_n(out, zeros, (size_t)ustar_packed(m->size) - sizeof(h) - m->size);
}

void ustar_write(const struct ustar *a, struct text *out)
{
	static const char end[USTAR_END];
	size_t i;

	for (i = 0; i < a->n; i++)
		write_member(&a->list[i], out);
	text_add_n(out, end, sizeof(end));
}

/* Reading -------------------------------------------------------------------------------------- */

struct reader {
	const char *bytes;
	size_t size, at;
	const struct ustar_limits *l;
	struct ustar a;
	char **ret_error;
};

static const struct {
	char type;
	const char *what;
} kinds[] = {
	{ '1', "is a hard link" },	  { '2', "is a symbolic link" },
	{ '3', "is a character device" }, { '4', "is a block device" },
	{ '5', "is a directory" },	  { '6', "is a FIFO" },
	{ 'x', "is a pax header" },	  { 'g', "is a pax header" },
};

static const char *kind_of(char type)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].type == type)
			return kinds[i].what;
	return "has no type that is known";
}

static char *name_of(const struct ustar_header *h)
{
	return xasprintf("%.*s%s%.*s", (int)sizeof(h->prefix), h->prefix, *h->prefix ? "/" : "",
			 (int)sizeof(h->name), h->name);
}

static bool read_size(const struct ustar_header *h, uint64_t *ret)
{
	size_t n = sizeof(h->size) - 1, i;

	*ret = 0;
	for (i = 0; i < n && h->size[i] >= '0' && h->size[i] <= '7'; i++)
		*ret = *ret * 8 + (uint64_t)(h->size[i] - '0');
	return i == n && !h->size[n];
}

/* What is wrong with a header before its name and its size count; its size in *@ret. */
static int check_header(struct reader *rd, const struct ustar_header *h, const char *name,
			uint64_t *ret)
{
	struct ustar_header summed = *h;

	/* At the very begin it is no archive, and what stands where a name would be is none. */
	if (memcmp(h->magic, "ustar", sizeof(h->magic)) != 0)
		return fault(rd->ret_error, -EINVAL, rd->at ? name : "no archive",
			     "at byte %zu no header of POSIX ustar begins; the archive is damaged, "
			     "compressed or of another format: fetch it again",
			     rd->at);
	ustar_sum(&summed);
	if (memcmp(h->checksum, summed.checksum, sizeof(h->checksum)) != 0)
		return fault(rd->ret_error, -EINVAL, name,
			     "the checksum of its header is wrong; the archive is damaged: fetch "
			     "it again");
	if (h->type != '0')
		return fault(rd->ret_error, -EINVAL, name,
			     "%s; only regular files may be in it, so pack it again without",
			     kind_of(h->type));
	if (!read_size(h, ret))
		return fault(rd->ret_error, -EINVAL, name,
			     "its size is not written as 11 octal digits and a NUL; pack it again");
	return 0;
}

/* That it is written as it must be: packed again, and compared. */
static int compare(struct reader *rd, const struct ustar_member *m)
{
	_cleanup_text_ struct text again = { 0 };
	const char *is = rd->bytes + rd->at;
	const size_t sum = offsetof(struct ustar_header, checksum);
	size_t i = 0;

	write_member(m, &again);
	if (memcmp(is, again.s, again.len) == 0)
		return 0;
	/* It is right for what is there, and differs with anything else. */
	memcpy(again.s + sum, is + sum, sizeof(((struct ustar_header *)0)->checksum));
	while (is[i] == again.s[i])
		i++;
	if (i < USTAR_BLOCK)
		return fault(rd->ret_error, -EINVAL, m->name,
			     "the %s in its header is written otherwise than maskspec-certify "
			     "writes it; pack it again",
			     ustar_field(i));
	return fault(rd->ret_error, -EINVAL, m->name,
		     "what fills the last block of its data up is not zero; pack it again");
}

static int read_member(struct reader *rd)
{
	size_t left = rd->size - rd->at;
	_cleanup_member_ struct ustar_member m = { 0 };
	const char *last = rd->a.n ? rd->a.list[rd->a.n - 1].name : "";
	struct ustar_header h;
	uint64_t size = 0;
	int r;

	memcpy(&h, rd->bytes + rd->at, sizeof(h));
	m.name = name_of(&h);
	r = check_header(rd, &h, m.name, &size);
	r = r < 0 ? r : ustar_check(&rd->a, m.name, size, rd->l, rd->ret_error);
	if (r < 0)
		return r;
	if (strcmp(last, m.name) > 0)
		return fault(rd->ret_error, -EINVAL, m.name,
			     "is behind %s; members are sorted by the bytes of their names, so "
			     "pack it again",
			     last);
	if (ustar_packed(size) > left)
		return fault(rd->ret_error, -EINVAL, m.name,
			     "the archive ends in it: it is cut; fetch it again");
	m.size = (size_t)size;
	m.data = xrealloc(NULL, m.size + 1);
	memcpy(m.data, rd->bytes + rd->at + USTAR_BLOCK, m.size);
	m.data[m.size] = '\0';
	r = compare(rd, &m);
	if (r == 0)
		put(&rd->a, &m);
	return r;
}

static bool is_zero(const char *p, size_t n)
{
	while (n > 0 && !p[n - 1])
		n--;
	return n == 0;
}

static int read_end(const struct reader *rd)
{
	size_t left = rd->size - rd->at;

	if (left < USTAR_END)
		return fault(rd->ret_error, -EINVAL, "archive",
			     "ends without two blocks of zeros: it is cut; fetch it again");
	if (left > USTAR_END || !is_zero(rd->bytes + rd->at, USTAR_END))
		return fault(rd->ret_error, -EINVAL, "archive",
			     "has something behind its last member but two blocks of zeros; pack "
			     "it again, without records to fill up");
	return 0;
}

int ustar_read(const char *bytes, size_t size, const struct ustar_limits *l, struct ustar *ret,
	       char **ret_error)
{
	struct reader rd = { bytes, size, 0, l ? l : &usual, { 0 }, ret_error };
	int r = 0;

	if (size > rd.l->bytes)
		return fault(ret_error, -EFBIG, "archive", "has %zu bytes; %zu are allowed", size,
			     rd.l->bytes);
	while (r == 0 && size - rd.at >= USTAR_BLOCK && !is_zero(bytes + rd.at, USTAR_BLOCK)) {
		r = read_member(&rd);
		rd.at = rd.a.bytes;
	}
	r = r < 0 ? r : read_end(&rd);
	if (r < 0)
		ustar_free(&rd.a);
	else
		*ret = rd.a;
	return r;
}
