/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/fuzz/fuzz.h"
#include "conformance/mountinfo.h"

static void check_inside(const char *s, const char *line, size_t size)
{
	MUST(s && s >= line && s + strlen(s) <= line + size);
}

static void parse_line(const char *text)
{
	_cleanup_free_ char *line = xstrdup(text);
	size_t size = strlen(line);
	struct mountinfo m;

	if (mountinfo_parse(line, &m) < 0)
		return;
	check_inside(m.root, line, size);
	check_inside(m.point, line, size);
	check_inside(m.options, line, size);
	check_inside(m.optional, line, size);
	check_inside(m.type, line, size);
	check_inside(m.source, line, size);
	check_inside(m.super, line, size);
	mount_option(m.options, m.super);
	mount_option(m.super, "ro");
}

static void escape_and_back(const char *text)
{
	_cleanup_text_ struct text t = { 0 };

	text_add_field(&t, text);
	MUST(!strpbrk(t.s, "\t\n"));
	MUST(streq(unescape(t.s), text));
}

int fuzz_mountinfo(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = xstrndup((const char *)data, size);

	parse_line(text);
	escape_and_back(text);
	return 0;
}
