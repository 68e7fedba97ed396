/* SPDX-License-Identifier: Apache-2.0 */
/* Both formats end in a count of lines, which no mutation gets right: without this, only damaged
 * files would be tried. */
#include "conformance/fuzz/fuzz.h"

char *mended_case(const char *text)
{
	_cleanup_free_ char *copy = xstrdup(text);
	struct text out = { 0 };
	char *rest = copy, *line;

	while ((line = next_line(&rest)))
		if (!strip_prefix(line, "end\t"))
			text_addf(&out, "%s\n", line);
	text_addf(&out, "end\t%zu\n", count_lines(text_str(&out)));
	return out.s;
}

char *mended_facts(const char *text)
{
	_cleanup_free_ char *copy = xstrdup(text);
	struct text out = { 0 };
	size_t case_lines = 0;
	char *rest = copy, *line;

	while ((line = next_line(&rest))) {
		if (strip_prefix(line, "end\t"))
			continue;
		if (strip_prefix(line, "c\tend\\011")) {
			text_addf(&out, "c\tend\\011%zu\n", case_lines);
			continue;
		}
		case_lines += strip_prefix(line, "c\t") != NULL;
		text_addf(&out, "%s\n", line);
	}
	text_addf(&out, "end\t%zu\n", count_lines(text_str(&out)));
	return out.s;
}
