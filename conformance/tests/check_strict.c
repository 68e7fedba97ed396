/* SPDX-License-Identifier: Apache-2.0 */
/* Fixtures that are not what they seem to be, or would take all memory; most were found by
 * `make fuzz FUZZ=fixture`. */
#include "conformance/tests/suite.h"

#include <fcntl.h>

#include "conformance/fixture.h"

#define X "{\"schema\":\"maskspec-fixture/1\",\"name\":\"x\","
#define K X "\"containers\":[{"
#define E "}]}"
#define TREE(entry) X "\"tree\":[" entry "],\"containers\":[{}]}"
#define KINDS(a, b) X "\"kinds\":[{" a "},{" b "}]}"
#define LISTS(list, container) X "\"lists\":[" list "],\"container\":" container "}"

static const struct {
	const char *name, *json, *error;
} rows[] = {
	{ "nul-escape", K "\"name\":\"a\\u0000b\"" E, "a NUL character" },
	{ "key-twice", K "\"name\":\"a\",\"name\":\"b\"" E, "\"name\" stands twice" },
	{ "array", "[1]", "fixture: not an object" },
	{ "container-array", X "\"containers\":[[1]]}", "containers[0]: not an object" },
	{ "containers-object", X "\"containers\":{\"a\":{}}}",
	  "containers: not an array of objects" },
	{ "tree-object", X "\"tree\":{},\"containers\":[{}]}", "tree: not an array of objects" },
	{ "tree-string", TREE("\"/t\""), "tree[0]: not an object" },
	{ "tree-nothing", TREE("{\"mode\":\"0755\"}"), "tree[0]: an entry needs one of dir" },
	{ "tree-uid", TREE("{\"dir\":\"/t\",\"uid\":-1}"), "tree[0]: uid: no whole number from 0" },
	{ "tree-gid", TREE("{\"dir\":\"/t\",\"gid\":1e300}"),
	  "tree[0]: gid: no whole number from 0" },
	{ "tree-mode", TREE("{\"dir\":\"/t\",\"mode\":\"777777\"}"),
	  "\"/t\": mode: \"777777\" is no octal" },
	{ "mounts", K "\"mounts\":{}" E, "container a: mounts: not an array of objects" },
	{ "paths", K "\"paths\":[[]]" E, "container a: paths: not an object" },
	{ "two-sources", X "\"lists\":[],\"containers\":[{}]}", "only one of them" },
	{ "kinds-number", X "\"kinds\":4}", "kinds: not an array of objects" },
	{ "kinds-none", X "\"kinds\":[]}", "even number" },
	{ "kind-percent", KINDS("\"name\":\"%\",\"masked\":[\"%\"]", "\"name\":\"b\""),
	  "kinds: \"%\" can't be a name" },
	{ "kind-twice", KINDS("\"name\":\"a\"", "\"name\":\"a\""), "kinds: two are named \"a\"" },
	{ "kind-masked", KINDS("\"name\":\"a\",\"masked\":1", "\"name\":\"b\""),
	  "kinds[0]: masked: not an array of strings" },
	{ "list-number", LISTS("1", "{}"), "lists[0]: not a string" },
	{ "list-elsewhere", LISTS("\"../x\"", "{}"), "lists: \"../x\" can't be a name" },
	{ "list-without", X "\"lists\":[\"k8s\"]}", "container: missing; lists need one" },
	{ "list-paths", LISTS("\"k8s\"", "{\"paths\":[]}"), "container: paths: not an object" },
	{ "repeat-in-repeat",
	  K "\"repeat\":65536,\"paths\":{\"masked-dir\":[{\"repeat\":65536,\"path\":\"/%d\"}]}" E,
	  "more than 1048576 values" },
	{ "repeat-fraction", TREE("{\"repeat\":0.5,\"dir\":\"/t\"}"),
	  "tree[0]: repeat: no whole number from 1 to 65536" },
	{ "dir-path", TREE("{\"dir\":-1}"), "tree[0]: dir: not a string" },
	{ "file-path", TREE("{\"file\":-1}"), "tree[0]: file: not a string" },
	{ "link-path", TREE("{\"link\":-1}"), "tree[0]: link: not a string" },
	{ "hard-path", TREE("{\"hard\":-1}"), "tree[0]: hard: not a string" },
	{ "char-path", TREE("{\"char\":-1}"), "tree[0]: char: not a string" },
	{ "fifo-path", TREE("{\"fifo\":-1}"), "tree[0]: fifo: not a string" },
	{ "socket-path", TREE("{\"socket\":-1}"), "tree[0]: socket: not a string" },
	{ "metacopy-path", TREE("{\"metacopy\":-1}"), "tree[0]: metacopy: not a string" },
	{ "rlimit-type", K "\"rlimits\":[{\"hard\":1,\"soft\":1}]" E, "rlimits[0]: lacks type" },
	{ "rlimit-hard", K "\"rlimits\":[{\"type\":\"RLIMIT_NPROC\",\"soft\":1}]" E,
	  "rlimits[0]: lacks hard" },
	{ "step-room", K "\"steps\":[{\"do\":\"fill-mounts\",\"name\":\"s\"}]" E,
	  "steps[0]: lacks room" },
	{ "step-most", K "\"steps\":[{\"do\":\"limit-files\",\"name\":\"s\"}]" E,
	  "steps[0]: lacks most" },
};

START_TEST(test_bad)
{
	_cleanup_case_list_ struct case_list l = { 0 };
	_cleanup_text_ struct text error = { 0 };
	_cleanup_close_ int dir = open("fixtures/bundles", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *json = rows[_i].json;

	ck_assert_int_eq(fixture_read(dir, "x.json", json, strlen(json), &l, &error), -EINVAL);
	ck_assert_msg(strstr(text_str(&error), rows[_i].error), "%s", text_str(&error));
	ck_assert_uint_eq(l.n, 0);
}
END_TEST

/* Of every field that an object may have: the errors name all, and none of them may be -1. */
static const struct {
	const char *name, *before, *after, *place;
} kinds[] = {
	{ "fields-cases", X, "}", "" },
	{ "fields-pairs", X "\"kinds\":[],", "}", "" },
	{ "fields-lists", X "\"lists\":[],", "}", "" },
	{ "fields-kind", X "\"kinds\":[{", "}]}", "kinds[0]: " },
	{ "fields-container", K, E, "container a: " },
	{ "fields-template", X "\"lists\":[],\"container\":{", "}}", "container: " },
	{ "fields-mount", K "\"mounts\":[{", "}]" E, "container a: mounts[0]: " },
	{ "fields-hooks", K "\"hooks\":{", "}" E, "container a: hooks: " },
	{ "fields-hook", K "\"hooks\":{\"poststop\":[{", "}]}" E,
	  "container a: hooks: poststop[0]: " },
	{ "fields-rlimit", K "\"rlimits\":[{", "}]" E, "container a: rlimits[0]: " },
	{ "fields-dir", X "\"tree\":[{\"dir\":\"/t\",", "}]}", "tree[0]: " },
	{ "fields-file", X "\"tree\":[{\"file\":\"/t\",", "}]}", "tree[0]: " },
	{ "fields-link", X "\"tree\":[{\"link\":\"/t\",", "}]}", "tree[0]: " },
	{ "fields-hard", X "\"tree\":[{\"hard\":\"/t\",", "}]}", "tree[0]: " },
	{ "fields-char", X "\"tree\":[{\"char\":\"/t\",", "}]}", "tree[0]: " },
	{ "fields-fifo", X "\"tree\":[{\"fifo\":\"/t\",", "}]}", "tree[0]: " },
	{ "fields-socket", X "\"tree\":[{\"socket\":\"/t\",", "}]}", "tree[0]: " },
	{ "fields-metacopy", X "\"tree\":[{\"metacopy\":\"/t\",", "}]}", "tree[0]: " },
	{ "fields-exec", K "\"steps\":[{\"do\":\"exec\",", "}]" E, "container a: steps[0]: " },
	{ "fields-pause", K "\"steps\":[{\"do\":\"pause\",", "}]" E, "container a: steps[0]: " },
	{ "fields-update", K "\"steps\":[{\"do\":\"update\",", "}]" E, "container a: steps[0]: " },
	{ "fields-kill", K "\"steps\":[{\"do\":\"kill-create\",", "}]" E,
	  "container a: steps[0]: " },
	{ "fields-fill", K "\"steps\":[{\"do\":\"fill-mounts\",", "}]" E,
	  "container a: steps[0]: " },
	{ "fields-limit", K "\"steps\":[{\"do\":\"limit-files\",", "}]" E,
	  "container a: steps[0]: " },
};

/* The error of a fixture with the field @name: -1 in the object of @kind; owned by the caller. */
static char *error_of_field(size_t kind, const char *name)
{
	_cleanup_case_list_ struct case_list l = { 0 };
	_cleanup_text_ struct text error = { 0 };
	_cleanup_free_ char *json =
		xasprintf("%s\"%s\":-1%s", kinds[kind].before, name, kinds[kind].after);

	ck_assert_int_eq(fixture_read(AT_FDCWD, "x.json", json, strlen(json), &l, &error), -EINVAL);
	return xstrdup(text_str(&error));
}

START_TEST(test_fields)
{
	size_t kind = (size_t)_i;
	_cleanup_free_ char *unknown = error_of_field(kind, "none-such");
	const char *place = *kinds[kind].place ? kinds[kind].place : "fixture: ";
	_cleanup_free_ char *begin = xasprintf("%s\"none-such\" is none of ", place);
	char *state = NULL, *name;
	unsigned int asked = 0;

	ck_assert_msg(strip_prefix(unknown, begin), "%s", unknown);
	for (name = strtok_r(unknown + strlen(begin), " ", &state); name;
	     name = strtok_r(NULL, " ", &state)) {
		_cleanup_free_ char *given = xasprintf("\"%s\":", name);
		_cleanup_free_ char *at = xasprintf("%s%s: ", kinds[kind].place, name);
		_cleanup_free_ char *error = NULL;

		if (strstr(strrchr(kinds[kind].before, '{'), given) ||
		    has_word("maskedPaths readonlyPaths", name))
			continue; /* twice is another error; and those two may be anything */
		/* A container without a string for its name has none in errors. */
		error = error_of_field(kind, name);
		ck_assert_msg(strip_prefix(error, at) || strstr(error, "containers[0]: name: "),
			      "%s: %s", name, error);
		asked++;
	}
	ck_assert_uint_gt(asked, 0);
}
END_TEST

START_TEST(test_nul_byte)
{
	static const char json[] = K E "\0 and more";
	_cleanup_case_list_ struct case_list l = { 0 };
	_cleanup_text_ struct text error = { 0 };

	ck_assert_int_eq(fixture_read(AT_FDCWD, "x.json", json, sizeof(json) - 1, &l, &error),
			 -EINVAL);
	ck_assert_str_eq(error.s, "a NUL character");
}
END_TEST

/* An escaped backslash begins no escape: the text of a config may hold one that is refused. */
START_TEST(test_escaped_escape)
{
	static const char json[] = K "\"maskedPathsText\":\"[\\\"/a\\\\u0000\\\"]\"" E;
	_cleanup_case_list_ struct case_list l = { 0 };
	_cleanup_text_ struct text error = { 0 };

	ck_assert_msg(fixture_read(AT_FDCWD, "x.json", json, strlen(json), &l, &error) == 0, "%s",
		      text_str(&error));
	ck_assert_ptr_nonnull(strstr(l.cases[0].containers[0].config, "[\"/a\\u0000\"]"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("strict");

	ADD_ROWS(s, rows, test_bad);
	ADD_ROWS(s, kinds, test_fields);
	add_case(s, "nul-byte", test_nul_byte, 0);
	add_case(s, "escaped-escape", test_escaped_escape, 0);
	return run_suite(s);
}
