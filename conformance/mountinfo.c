/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/mountinfo.h"

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

static bool read_int(const char *s, int *ret)
{
	char *end;
	long v = strtol(s, &end, 10);

	*ret = (int)v;
	return end != s && !*end;
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
	char end;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!(words[i] = next_word(&rest)))
			return -EINVAL;
	if (!read_int(words[0], &m.id) || !read_int(words[1], &m.parent) ||
	    sscanf(words[2], "%u:%u%c", &m.major, &m.minor, &end) != 2)
		return -EINVAL;
	m.root = unescape(words[3]);
	m.point = unescape(words[4]);
	m.options = words[5];
	if (read_optional(&rest, &m.optional) < 0)
		return -EINVAL;
	m.type = next_word(&rest);
	m.source = next_word(&rest);
	m.super = rest;
	if (!m.type || !m.source || !m.super)
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
