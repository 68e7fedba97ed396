/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/mountinfo.h"

#include <limits.h>

#include "conformance/text.h"

static char *next_word(char **rest)
{
	char *word = *rest;
	char *blank;

	if (!word || !*word)
		return NULL;
	blank = strchr(word, ' ');
	if (blank)
		*blank = '\0';
	*rest = blank ? blank + 1 : NULL;
	return word;
}

/* Digits up to @end, as the kernel's %d and %u write them: strtol() would take more. */
static bool read_number(const char *s, char end, unsigned int max, unsigned int *ret,
			const char **rest)
{
	unsigned long long v = 0;
	const char *p = s;

	for (; *p >= '0' && *p <= '9' && v <= max; p++)
		v = 10 * v + (unsigned long long)(*p - '0');
	if (p == s || *p != end || v > max || (*s == '0' && p > s + 1))
		return false;
	*ret = (unsigned int)v;
	*rest = p + 1;
	return true;
}

static bool read_id(const char *s, int *ret)
{
	unsigned int v = 0;
	bool ok = read_number(s, '\0', INT_MAX, &v, &s);

	*ret = (int)v;
	return ok;
}

static bool read_device(const char *s, struct mountinfo *m)
{
	return read_number(s, ':', UINT_MAX, &m->major, &s) &&
	       read_number(s, '\0', UINT_MAX, &m->minor, &s);
}

/* The optional fields end at a lone "-"; there may be none. */
static int read_optional(char **rest, char **ret)
{
	char *start = *rest;
	char *word;

	while ((word = next_word(rest))) {
		if (streq(word, "-")) {
			if (word == start) {
				*ret = word + 1; /* the NUL behind it */
				return 0;
			}
			word[-1] = '\0';
			*ret = start;
			return 0;
		}
		if (*rest)
			(*rest)[-1] = ' ';
	}
	return -EINVAL;
}

int mountinfo_parse(char *line, struct mountinfo *ret)
{
	struct mountinfo m = { 0 };
	char *rest = line;
	char *words[6];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!(words[i] = next_word(&rest)) || !*words[i])
			return -EINVAL;
	if (!read_id(words[0], &m.id) || !read_id(words[1], &m.parent) ||
	    !read_device(words[2], &m))
		return -EINVAL;
	m.root = unescape(words[3]);
	m.point = unescape(words[4]);
	m.options = words[5];
	if (read_optional(&rest, &m.optional) < 0)
		return -EINVAL;
	m.type = next_word(&rest);
	m.source = next_word(&rest);
	m.super = rest;
	/* Of all fields only the source may be empty: mount("", …). */
	if (!m.type || !*m.type || !m.source || !m.super)
		return -EINVAL;
	*ret = m;
	return 0;
}

bool mount_option(const char *options, const char *option)
{
	size_t n = strlen(option);
	const char *p = options;

	for (; p; p = strchr(p, ','), p = p ? p + 1 : NULL)
		if (strncmp(p, option, n) == 0 && (p[n] == ',' || p[n] == '\0'))
			return true;
	return false;
}
