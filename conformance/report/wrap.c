/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/wrap.h"

#include "conformance/report/output.h"

#define COLUMNS 100
#define ELLIPSIS "\xe2\x80\xa6"

static bool is_start(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

/* Bytes of the first @columns characters of @s. */
static size_t bytes_of(const char *s, size_t columns)
{
	size_t n = 0;

	while (s[n] && (columns > 0 || !is_start(s[n]))) {
		columns -= is_start(s[n]);
		n++;
	}
	return n;
}

/* Bytes of @s that go on a line of @columns: to a blank where there is one. */
static size_t line_of(const char *s, size_t columns)
{
	size_t fits = bytes_of(s, columns);
	size_t n = fits;

	if (!s[fits])
		return fits;
	while (n > 0 && s[n] != ' ')
		n--;
	return n ? n : fits;
}

/* Writes to @t unless it is NULL. Returns the number of lines. */
static size_t wrap(struct text *t, const char *prefix, const char *s, size_t max)
{
	size_t width = COLUMNS - strlen(prefix);
	size_t lines = 0;

	do {
		size_t n = line_of(s, width);
		bool cut = ++lines == max && s[n];

		if (cut && bytes_of(s, width - 1) < n)
			n = bytes_of(s, width - 1);
		if (t) {
			text_addf(t, "%*s", lines > 1 ? (int)strlen(prefix) : 0, "");
			text_add(t, lines > 1 ? "" : prefix);
			text_add_n(t, s, n);
			text_add(t, cut ? ELLIPSIS "\n" : "\n");
		}
		s += n + strspn(s + n, " ");
	} while (*s && lines < max);
	return lines;
}

size_t wrap_count(const char *prefix, const char *s)
{
	_cleanup_text_ struct text clean = { 0 };

	output_clean(&clean, s, false);
	return wrap(NULL, prefix, text_str(&clean), SIZE_MAX);
}

void wrap_lines(struct text *t, const char *prefix, const char *s, size_t max)
{
	_cleanup_text_ struct text clean = { 0 };

	output_clean(&clean, s, false);
	wrap(t, prefix, text_str(&clean), max);
}
