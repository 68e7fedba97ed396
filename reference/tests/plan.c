/* SPDX-License-Identifier: Apache-2.0 */
#include "reference/mask.h"
#include "reference/tests/tests.h"

#define MAX_TARGETS 8

/* ino tells objects apart; everything is on one mount. */
#define DIR(p, i)                                                                                  \
	{                                                                                          \
		.path = p, .is_dir = true, .id.ino = i                                             \
	}
#define FILE_AT(p, i)                                                                              \
	{                                                                                          \
		.path = p, .id.ino = i                                                             \
	}
#define ALIAS(p, i)                                                                                \
	{                                                                                          \
		.path = p, .is_dir = true, .alias = MASK_ALIAS_SELF, .id.ino = i                   \
	}
#define FAILED(p, e)                                                                               \
	{                                                                                          \
		.path = p, .errnum = e                                                             \
	}

static const struct {
	const char *name, *strategy;
	struct mask_target targets[MAX_TARGETS];
	const char *plan; /* NULL: refused with @errnum */
	int errnum;
} rows[] = {
	{ "nothing", "shared-tmpfs", { { 0 } }, "", 0 },
	{ "one-dir", "shared-tmpfs", { DIR("/d", 1) }, "tmpfs /d\nshare /d\nverify /d\n", 0 },
	{ "two-dirs",
	  "shared-tmpfs",
	  { DIR("/d", 1), DIR("/e", 2) },
	  "tmpfs /d\nshare /d\nbind-dir /e\nverify /d\nverify /e\n",
	  0 },
	{ "per-dir",
	  "tmpfs-per-dir",
	  { DIR("/d", 1), FILE_AT("/f", 3), DIR("/e", 2) },
	  "tmpfs /d\nbind-null /f\ntmpfs /e\nverify /d\nverify /f\nverify /e\n",
	  0 },
	{ "empty-dir",
	  "shared-empty-dir",
	  { FILE_AT("/f", 3), DIR("/d", 1), DIR("/e", 2) },
	  "bind-null /f\nempty-dir /d\nbind-dir /d\nbind-dir /e\n"
	  "verify /f\nverify /d\nverify /e\n",
	  0 },
	{ "empty-dir-alias",
	  "shared-empty-dir",
	  { ALIAS("/proc/self/fd/3", 1), DIR("/d", 2) },
	  "tmpfs /proc/self/fd/3\nempty-dir /d\nbind-dir /d\n"
	  "verify /proc/self/fd/3\nverify /d\n",
	  0 },
	{ "empty-dir-not-for-files",
	  "shared-empty-dir",
	  { FILE_AT("/f", 3) },
	  "bind-null /f\nverify /f\n",
	  0 },
	{ "detached",
	  "detached",
	  { DIR("/d", 1), DIR("/e", 2), FILE_AT("/f", 3) },
	  "detached /d\nbind-dir /e\nbind-null /f\nverify /d\nverify /e\nverify /f\n",
	  0 },
	{ "detached-alias",
	  "detached",
	  { ALIAS("/proc/self/fd/3", 1), DIR("/d", 2), ALIAS("/proc/7/fd/3", 3), DIR("/e", 4) },
	  "tmpfs /proc/self/fd/3\ndetached /d\ntmpfs /proc/7/fd/3\nbind-dir /e\n"
	  "verify /proc/self/fd/3\nverify /d\nverify /proc/7/fd/3\nverify /e\n",
	  0 },
	{ "detached-duplicate",
	  "detached",
	  { DIR("/d", 1), DIR("/d", 1) },
	  "detached /d\nduplicate /d\nverify /d\n",
	  0 },
	{ "per-dir-alias",
	  "tmpfs-per-dir",
	  { DIR("/d", 2), ALIAS("/proc/self/fd/3", 1) },
	  "tmpfs /d\ntmpfs /proc/self/fd/3\nverify /d\nverify /proc/self/fd/3\n",
	  0 },
	{ "alias-first",
	  "shared-tmpfs",
	  { ALIAS("/proc/self/fd/3", 1), DIR("/d", 2), DIR("/e", 3) },
	  "tmpfs /proc/self/fd/3\ntmpfs /d\nshare /d\nbind-dir /e\n"
	  "verify /proc/self/fd/3\nverify /d\nverify /e\n",
	  0 },
	{ "alias-between",
	  "shared-tmpfs",
	  { DIR("/d", 2), ALIAS("/proc/self/fd/3", 1), DIR("/e", 3) },
	  "tmpfs /d\nshare /d\ntmpfs /proc/self/fd/3\nbind-dir /e\n"
	  "verify /d\nverify /proc/self/fd/3\nverify /e\n",
	  0 },
	{ "missing",
	  "shared-tmpfs",
	  { FAILED("/x", ENOENT), FILE_AT("/f", 1) },
	  "missing /x\nbind-null /f\nverify /f\n",
	  0 },
	{ "duplicate-dir",
	  "shared-tmpfs",
	  { DIR("/d", 1), DIR("//d", 1) },
	  "tmpfs /d\nshare /d\nduplicate //d\nverify /d\n",
	  0 },
	{ "duplicate-file",
	  "shared-tmpfs",
	  { FILE_AT("/f", 1), FILE_AT("/g", 1), FILE_AT("/h", 1) },
	  "bind-null /f\nduplicate /g\nduplicate /h\nverify /f\n",
	  0 },
	{ "other-mount-is-no-duplicate",
	  "shared-tmpfs",
	  { FILE_AT("/f", 1), { .path = "/m/f", .id = { .ino = 1, .mnt_id = 2 } } },
	  "bind-null /f\nbind-null /m/f\nverify /f\nverify /m/f\n",
	  0 },
	{ "escapes",
	  "shared-tmpfs",
	  { FILE_AT("/a b\tc\nd\\e", 1) },
	  "bind-null /a\\040b\\011c\\012d\\134e\nverify /a\\040b\\011c\\012d\\134e\n",
	  0 },
	{ "root",
	  "shared-tmpfs",
	  { DIR("/d", 1), { .path = "/d/..", .is_dir = true, .is_root = true } },
	  NULL,
	  EINVAL },
	{ "eloop", "shared-tmpfs", { FAILED("/l", ELOOP) }, NULL, ELOOP },
	{ "enotdir", "shared-tmpfs", { FAILED("/f/x", ENOTDIR) }, NULL, ENOTDIR },
	{ "eacces", "shared-tmpfs", { FAILED("/p/x", EACCES) }, NULL, EACCES },
	{ "exdev", "shared-tmpfs", { FAILED("/proc/self/fd/3", EXDEV) }, NULL, EXDEV },
	{ "eio-behind-good", "shared-tmpfs", { DIR("/d", 1), FAILED("/x", EIO) }, NULL, EIO },
};

START_TEST(plan)
{
	_cleanup_(mask_plan_done) struct mask_plan got = { 0 };
	_cleanup_free_ char *text = NULL;
	struct mask_error err = { 0 };
	size_t n = 0;
	int r;

	while (n < MAX_TARGETS && rows[_i].targets[n].path)
		n++;
	r = mask_plan(mask_strategy_find(rows[_i].strategy), rows[_i].targets, n, &got, &err);
	ck_assert_int_eq(r, -rows[_i].errnum);
	if (r < 0) {
		ck_assert_int_eq(err.errnum, rows[_i].errnum);
		ck_assert_str_eq(err.path, rows[_i].targets[n - 1].path);
		return;
	}
	ck_assert_int_eq(mask_plan_print(&got, rows[_i].targets, &text), 0);
	ck_assert_str_eq(text, rows[_i].plan);
}
END_TEST

/* The hash of identities must find each of many, in time. */
START_TEST(many)
{
	enum { N = 20000 };
	_cleanup_free_ struct mask_target *targets = calloc(2 * N, sizeof(*targets));
	_cleanup_(mask_plan_done) struct mask_plan got = { 0 };
	size_t duplicates = 0;

	ck_assert_ptr_nonnull(targets);
	for (size_t i = 0; i < 2 * N; i++)
		targets[i] = (struct mask_target)DIR("/d", i % N + 1);
	ck_assert_int_eq(mask_plan(mask_strategy_find("shared-tmpfs"), targets, 2 * N, &got, NULL),
			 0);
	for (size_t i = 0; i < got.n; i++)
		duplicates += got.ops[i].kind == MASK_OP_DUPLICATE;
	ck_assert_uint_eq(duplicates, N);
}
END_TEST

/* A name is found, the first is the default, nothing else is one. */
START_TEST(strategies)
{
	size_t n = 0;

	for (; mask_strategy_name(n); n++)
		ck_assert_ptr_nonnull(mask_strategy_find(mask_strategy_name(n)));
	ck_assert_uint_eq(n, 4);
	ck_assert_str_eq(mask_strategy_name(0), "shared-tmpfs");
	ck_assert_ptr_null(mask_strategy_find("shared"));
}
END_TEST

Suite *plan_suite(void)
{
	Suite *s = suite_create("plan");

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		add_row(s, rows[i].name, plan, i);
	add_row(s, "many", many, 0);
	add_row(s, "strategies", strategies, 0);
	return s;
}
