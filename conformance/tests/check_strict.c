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
	add_case(s, "nul-byte", test_nul_byte, 0);
	add_case(s, "escaped-escape", test_escaped_escape, 0);
	return run_suite(s);
}
