/* SPDX-License-Identifier: Apache-2.0 */
/* What the probe says of a folder of descriptors: ordinary links stand for those of procfs. */
#include "conformance/tests/suite.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "conformance/facts.h"
#include "conformance/probe/probe.h"

static char tree[] = "/tmp/check-links.XXXXXX";

static const struct {
	const char *name;
	struct {
		const char *name, *to; /* NULL: a file, which is no link */
	} links[3];
	long long followed, outside, unread;
} rows[] = {
	{ "none", { { NULL, NULL } }, 0, 0, 0 },
	{ "streams", { { "0", "/proc" }, { "1", "net:[1]" }, { "2", "pipe:[3]" } }, 3, 0, 0 },
	{ "own-mount", { { "3", "/proc" } }, 1, 0, 0 },
	{ "pipe", { { "3", "pipe:[3]" }, { "4", "anon_inode:[eventfd]" } }, 2, 0, 0 },
	{ "memfd", { { "3", "/memfd:x (deleted)" } }, 1, 0, 0 },
	{ "foreign-net", { { "3", "net:[1]" } }, 1, 1, 0 },
	{ "foreign-pid", { { "3", "pid:[1]" }, { "4", "mnt:[1]" } }, 2, 2, 0 },
	{ "foreign-time", { { "3", "time:[1]" } }, 1, 1, 0 },
	{ "gone", { { "3", "/proc" }, { "4", "/proc/-1" } }, 1, 0, 0 },
	{ "no-link", { { "3", "/proc" }, { "4", NULL } }, 1, 0, 1 },
	{ "no-stream", { { "0", NULL } }, 0, 0, 1 },
	{ "loop", { { "3", "/proc" }, { "4", "4" } }, 2, 0, 0 },
	{ "unopened", { { "3", "/proc/self/stat/x" } }, 0, 0, 1 },
	{ "no-number", { { "x", "net:[1]" } }, 0, 0, 0 },
};

static int scan(const char *path, struct text *value)
{
	const struct todo t = { .op = OP_LINKS,
				.path = (char *)(uintptr_t)path,
				.class = (char *)(uintptr_t) "sec-fd" };

	return probe_links(&t, value);
}

static long long number(const struct text *value, const char *key)
{
	const struct row r = { .value = (char *)(uintptr_t)text_str(value) };

	return row_number(&r, key);
}

static char *make_links(size_t row)
{
	char *dir = xasprintf("%s/%zu.fd/fd", tree, row);
	_cleanup_free_ char *above = xasprintf("%s/%zu.fd", tree, row);
	size_t i;

	ck_assert_int_eq(mkdir(above, 0755), 0);
	ck_assert_int_eq(mkdir(dir, 0755), 0);
	for (i = 0; i < ARRAY_SIZE(rows[row].links) && rows[row].links[i].name; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, rows[row].links[i].name);

		if (rows[row].links[i].to)
			ck_assert_int_eq(symlink(rows[row].links[i].to, path), 0);
		else
			ck_assert_int_eq(write_file_at(AT_FDCWD, path, "x", 1), 0);
	}
	return dir;
}

START_TEST(test_folder)
{
	_cleanup_free_ char *dir = make_links((size_t)_i);
	_cleanup_text_ struct text value = { 0 };
	/* Namespaces of time came with 5.6: before, no link is named so. */
	bool exists =
		!streq(rows[_i].name, "foreign-time") || access("/proc/self/ns/time", F_OK) == 0;

	ck_assert_int_eq(scan(dir, &value), 0);
	ck_assert_int_eq(number(&value, "links"), exists ? rows[_i].followed : 0);
	ck_assert_int_eq(number(&value, "outside"), exists ? rows[_i].outside : 0);
	ck_assert_int_eq(number(&value, "unread"), rows[_i].unread);
	ck_assert_int_eq(number(&value, "refused"), 0);
}
END_TEST

/* A folder or link that can't be read is the result of the row, never "nothing leads outside". */
START_TEST(test_unreadable)
{
	static const struct {
		const char *path;
		int r;
	} none[] = {
		{ "/fd", -ENOENT },
		{ "/proc/self/stat/fd", -ENOTDIR },
		{ "/proc/self/stat", -EINVAL },
		{ "/proc/self/gone", -ENOENT },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(none); i++) {
		_cleanup_text_ struct text value = { 0 };

		ck_assert_int_eq(scan(none[i].path, &value), none[i].r);
		ck_assert_uint_eq(value.len, 0);
	}
}
END_TEST

/* Of the reader itself all can be followed, and its own namespaces are not foreign. */
START_TEST(test_own)
{
	static const char *const types[] = { "mnt", "pid_for_children", "net", "user", "time" };
	_cleanup_text_ struct text before = { 0 }, after = { 0 };
	long long opened = 0;
	size_t i;

	ck_assert_int_eq(scan("/proc/self/fd", &before), 0);
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		_cleanup_free_ char *path = xasprintf("/proc/self/ns/%s", types[i]);

		opened += open(path, O_RDONLY | O_CLOEXEC) >= 0;
	}
	ck_assert_int_eq(scan("/proc/self/fd", &after), 0);
	ck_assert_int_gt(opened, 0);
	ck_assert_int_eq(number(&after, "links"), number(&before, "links") + opened);
	ck_assert_int_eq(number(&after, "outside"), number(&before, "outside"));
	ck_assert_int_eq(number(&after, "unread"), 0);
}
END_TEST

static void make_tree(void)
{
	ck_assert_ptr_nonnull(mkdtemp(tree));
}

static void remove_tree(void)
{
	_cleanup_free_ char *command = xasprintf("rm -rf %s", tree);

	ck_assert_int_eq(system(command), 0);
}

int main(void)
{
	Suite *s = suite_create("links");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		tcase_add_checked_fixture(add_case(s, rows[i].name, test_folder, (int)i), make_tree,
					  remove_tree);
	add_case(s, "unreadable", test_unreadable, 0);
	add_case(s, "own", test_own, 0);
	return run_suite(s);
}
