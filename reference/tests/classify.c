/* SPDX-License-Identifier: Apache-2.0 */
#include "reference/mask.h"
#include "reference/tests/tests.h"

static const struct {
	const char *name, *path;
	enum mask_alias form;
} forms[] = {
	{ "self", "/proc/self/fd/3", MASK_ALIAS_SELF },
	{ "thread-self", "/proc/thread-self/fd/0", MASK_ALIAS_THREAD_SELF },
	{ "pid", "/proc/1/fd/12", MASK_ALIAS_PID },
	{ "self-task", "/proc/self/task/1/fd/7", MASK_ALIAS_SELF_TASK },
	{ "pid-task", "/proc/42/task/43/fd/7", MASK_ALIAS_PID_TASK },
	{ "slashes", "//proc///self/fd//3", MASK_ALIAS_SELF },
	{ "trailing-slash", "/proc/self/fd/3/", MASK_ALIAS_SELF },
	{ "dot", "/proc/./self/fd/./3", MASK_ALIAS_SELF },
	{ "dot-dot", "/x/../proc/self/fd/3", MASK_ALIAS_SELF },
	{ "dot-dot-root", "/../proc/self/fd/3", MASK_ALIAS_SELF },
	{ "directory", "/proc/self/fd", MASK_ALIAS_NONE },
	{ "below", "/proc/self/fd/3/x", MASK_ALIAS_NONE },
	{ "fdinfo", "/proc/self/fdinfo/3", MASK_ALIAS_NONE },
	{ "name", "/proc/self/fd/x", MASK_ALIAS_NONE },
	{ "number-and-name", "/proc/self/fd/3x", MASK_ALIAS_NONE },
	{ "negative", "/proc/self/fd/-1", MASK_ALIAS_NONE },
	{ "other-proc", "/x/proc/self/fd/3", MASK_ALIAS_NONE },
	{ "relative", "proc/self/fd/3", MASK_ALIAS_NONE },
	{ "empty", "", MASK_ALIAS_NONE },
	{ "dev-fd", "/dev/fd/3", MASK_ALIAS_NONE },
	{ "thread-self-task", "/proc/thread-self/task/1/fd/3", MASK_ALIAS_NONE },
	{ "task-without-tid", "/proc/self/task/fd/3", MASK_ALIAS_NONE },
	{ "cwd", "/proc/self/cwd", MASK_ALIAS_NONE },
	{ "leading-zero", "/proc/self/fd/03", MASK_ALIAS_NONE },
	{ "zero", "/proc/self/fd/0", MASK_ALIAS_SELF },
	{ "pid-leading-zero", "/proc/01/fd/3", MASK_ALIAS_NONE },
	{ "pid-zero", "/proc/0/fd/3", MASK_ALIAS_NONE },
	{ "tid-zero", "/proc/self/task/0/fd/3", MASK_ALIAS_NONE },
	{ "plus", "/proc/self/fd/+3", MASK_ALIAS_NONE },
	{ "hexadecimal", "/proc/self/fd/0x3", MASK_ALIAS_NONE },
	{ "greatest", "/proc/self/fd/4294967279", MASK_ALIAS_SELF },
	{ "too-great", "/proc/self/fd/4294967280", MASK_ALIAS_NONE },
	{ "overflow", "/proc/self/fd/4294967299", MASK_ALIAS_NONE },
	{ "overflow-64", "/proc/self/fd/18446744073709551619", MASK_ALIAS_NONE },
	{ "pid-overflow", "/proc/4294967297/fd/3", MASK_ALIAS_NONE },
	{ "dot-dot-inside", "/proc/self/fd/../fd/3", MASK_ALIAS_SELF },
	{ "prefix", "/process/self/fd/3", MASK_ALIAS_NONE },
};

START_TEST(form)
{
	ck_assert_int_eq(mask_classify(forms[_i].path), forms[_i].form);
}
END_TEST

static const struct {
	const char *name, *path, *clean;
} paths[] = {
	{ "clean-root", "/", "/" },
	{ "clean-slashes", "//a///b/", "/a/b" },
	{ "clean-dot", "/./a/.", "/a" },
	{ "clean-dot-dot", "/a/../b", "/b" },
	{ "clean-climb", "/../../a", "/a" },
	{ "clean-to-root", "/a/..", "/" },
	{ "clean-dots-are-names", "/.../..a/a..", "/.../..a/a.." },
	{ "clean-relative", "a", NULL },
};

START_TEST(clean)
{
	_cleanup_free_ char *got = NULL;
	int r = mask_clean_path(paths[_i].path, &got);

	ck_assert_int_eq(r, paths[_i].clean ? 0 : -EINVAL);
	ck_assert_pstr_eq(got, paths[_i].clean);
}
END_TEST

Suite *classify_suite(void)
{
	Suite *s = suite_create("classify");

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		add_row(s, forms[i].name, form, i);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		add_row(s, paths[i].name, clean, i);
	return s;
}
