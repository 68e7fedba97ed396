/* SPDX-License-Identifier: Apache-2.0 */
/* The archive of a certificate: one spelling of it is read, every other refused by its name. */
#include "conformance/certify/ustar.h"

#include "conformance/certify/ustar_header.h"
#include "conformance/tests/archive_sample.h"

#define X10 "xxxxxxxxxx"
#define X50 X10 X10 X10 X10 X10
#define X100 X50 X50
#define X155 X100 X50 "xxxxx"

#define BLOCKS(n) ((n)*USTAR_BLOCK)
/* Where sample_archive() has its headers. */
#define AX_AT BLOCKS(2)
#define AY_AT BLOCKS(4)
#define B_AT BLOCKS(7)
#define END_AT BLOCKS(8)

static char *sentence(const char *bytes, size_t size, const struct ustar_limits *l, int want)
{
	_cleanup_ustar_ struct ustar a = { 0 };
	char *error = NULL;

	ck_assert_int_eq(ustar_read(bytes, size, l, &a, &error), want);
	ck_assert_int_eq(error != NULL, want < 0);
	ck_assert_int_eq(a.n == 0, want < 0);
	return error;
}

static void assert_says(const char *error, const char *begin, const char *phrase)
{
	ck_assert_msg(strip_prefix(error, begin) && strstr(error, phrase), "%s", error);
}

/* Names ---------------------------------------------------------------------------------------- */

/* @add to an archive that has d/f. */
static const struct name_row {
	const char *name, *add;
	int r;
	const char *phrase;
} name_rows[] = {
	{ "plain", "a", 0, NULL },
	{ "every-sign", "!\"#$%&'()*+,-.:;<=>?@[]^_`{|}~", 0, NULL },
	{ "dots", "..a/.b/...", 0, NULL },
	{ "beside", "d/g", 0, NULL },
	{ "begins-like-a-folder", "d.", 0, NULL },
	{ "begins-like-a-file", "d/f.", 0, NULL },
	{ "100-bytes", X100, 0, NULL },
	{ "155-and-100-bytes", X155 "/" X100, 0, NULL },
	{ "eight-deep", "1/2/3/4/5/6/7/8", 0, NULL },
	{ "none", "", -EINVAL, "empty component" },
	{ "absolute", "/a", -EINVAL, "absolute" },
	{ "twice-a-slash", "a//b", -EINVAL, "empty component" },
	{ "slash-at-the-end", "a/", -EINVAL, "empty component" },
	{ "here", "./a", -EINVAL, "component . or .." },
	{ "outside", "a/../../b", -EINVAL, "lead outside" },
	{ "outside-at-the-end", "a/..", -EINVAL, "lead outside" },
	{ "blank", "a b", -EINVAL, "a blank" },
	{ "newline", "a\n", -EINVAL, "a blank" },
	{ "delete", "a\177", -EINVAL, "no printable ASCII" },
	{ "backslash", "a\\b", -EINVAL, "a backslash" },
	{ "utf-8", "\303\244", -EINVAL, "no printable ASCII" },
	{ "101-bytes", "x" X100, -EINVAL, "shorten it" },
	{ "156-bytes-before", "x" X155 "/x", -EINVAL, "shorten it" },
	{ "101-bytes-behind", X50 "/x" X100, -EINVAL, "shorten it" },
	{ "nine-deep", "1/2/3/4/5/6/7/8/9", -EFBIG, "9 components" },
	{ "again", "d/f", -EEXIST, "there twice" },
	{ "below-a-file", "d/f/g/h", -EEXIST, "with d/f" },
	{ "above-a-file", "d", -EEXIST, "with d/f" },
};

START_TEST(test_name)
{
	const struct name_row *row = &name_rows[_i];
	_cleanup_ustar_ struct ustar a = { 0 };
	_cleanup_free_ char *error = NULL;

	add_file(&a, "d/f", "", 0);
	ck_assert_int_eq(ustar_check(&a, row->add, 1, NULL, &error), row->r);
	if (row->r < 0)
		assert_says(error, "", row->phrase);
	ck_assert_int_eq(ustar_add(&a, xstrdup(row->add), xstrdup("1"), 1), row->r);
	ck_assert_uint_eq(a.n, row->r < 0 ? 1 : 2);
	ck_assert_int_eq(ustar_find(&a, row->add) != NULL, row->r == 0 || streq(row->add, "d/f"));
}
END_TEST

/* Of several slashes that would do it is the last. */
static const struct split_row {
	const char *name, *path, *first, *last;
} split_rows[] = {
	{ "split-none", "a/" X50, "", "a/" X50 },
	{ "split-one", X50 "/" X100, X50, X100 },
	{ "split-last", "a/b/" X50 "/" X50 "/c", "a/b/" X50 "/" X50, "c" },
	{ "split-last-that-fits", "a/" X100 X50 "/bb/c", "a/" X100 X50 "/bb", "c" },
	{ "split-before-the-end", "a/" X100 X50 "/bbb/c", "a/" X100 X50, "bbb/c" },
};

START_TEST(test_split)
{
	const struct split_row *row = &split_rows[_i];
	_cleanup_ustar_ struct ustar a = { 0 }, again = { 0 };
	_cleanup_text_ struct text out = { 0 };
	_cleanup_free_ char *error = NULL;
	struct ustar_header h;

	add_file(&a, row->path, "", 0);
	ustar_write(&a, &out);
	memcpy(&h, out.s, sizeof(h));
	ck_assert_int_eq(strncmp(h.prefix, row->first, sizeof(h.prefix)), 0);
	ck_assert_int_eq(strncmp(h.name, row->last, sizeof(h.name)), 0);
	ck_assert_int_eq(ustar_read(out.s, out.len, NULL, &again, &error), 0);
	ck_assert_str_eq(again.list[0].name, row->path);
}
END_TEST

/* Whole ---------------------------------------------------------------------------------------- */

START_TEST(test_again)
{
	_cleanup_ustar_ struct ustar a = { 0 }, b = { 0 };
	_cleanup_text_ struct text out = { 0 }, again = { 0 };
	_cleanup_free_ char *error = NULL;
	size_t i;

	if (_i)
		sample_archive(&a);
	ustar_write(&a, &out);
	ck_assert_uint_eq(out.len, a.bytes + USTAR_END);
	ck_assert_uint_eq(out.len, _i ? END_AT + USTAR_END : USTAR_END);
	ck_assert_int_eq(ustar_read(out.s, out.len, NULL, &b, &error), 0);
	ck_assert_uint_eq(b.n, a.n);
	for (i = 0; i < a.n; i++) {
		ck_assert_str_eq(b.list[i].name, a.list[i].name);
		ck_assert_uint_eq(b.list[i].size, a.list[i].size);
		ck_assert_mem_eq(b.list[i].data, a.list[i].data, a.list[i].size);
		ck_assert_int_eq(b.list[i].data[b.list[i].size], '\0');
	}
	ustar_write(&b, &again);
	ck_assert_uint_eq(again.len, out.len);
	ck_assert_mem_eq(again.s, out.s, out.len);
}
END_TEST

/* By their bytes, not as folders are listed: a-b and a.b are before what is in a. */
START_TEST(test_order)
{
	static const char *const sorted[] = { "B", "a-b", "a.b", "a/b", "a/c", "a0", "b" };
	size_t n = ARRAY_SIZE(sorted), first, i;

	for (first = 0; first < n; first++) {
		_cleanup_ustar_ struct ustar a = { 0 };

		for (i = 0; i < n; i++)
			add_file(&a, sorted[(first + i * 3) % n], "", 0);
		for (i = 0; i < n; i++)
			ck_assert_str_eq(a.list[i].name, sorted[i]);
	}
}
END_TEST

START_TEST(test_cut)
{
	_cleanup_ustar_ struct ustar a = { 0 };
	_cleanup_text_ struct text out = { 0 };
	size_t n;

	sample_archive(&a);
	ustar_write(&a, &out);
	for (n = 0; n < out.len; n++) {
		/* A copy of this length, so that a sanitizer sees what is read behind it. */
		_cleanup_free_ char *part = copied(out.s, n);
		_cleanup_free_ char *error = sentence(part, n, NULL, -EINVAL);

		assert_says(error, "", "cut");
	}
	ck_assert_ptr_null(sentence(out.s, out.len, NULL, 0));
}
END_TEST

/* Limits --------------------------------------------------------------------------------------- */

/* sample_archive() is just within @l; with one less in @field it is not. */
static const struct limit_row {
	const char *name;
	size_t field;
	const char *begin, *phrase;
} limit_rows[] = {
	{ "limit-bytes", offsetof(struct ustar_limits, bytes), "archive:", "5120 bytes; 5119 are" },
	{ "limit-members", offsetof(struct ustar_limits, members), "b:", "more than the 3" },
	{ "limit-member", offsetof(struct ustar_limits, member_bytes), "a/y:", "than the 512" },
	{ "limit-depth", offsetof(struct ustar_limits, depth),
	  "a/x:", "2 components in its name; 1" },
};

START_TEST(test_limit)
{
	const struct limit_row *row = &limit_rows[_i];
	struct ustar_limits l = { END_AT + USTAR_END, 4, SAMPLE_FULL, 2 };
	_cleanup_ustar_ struct ustar a = { 0 };
	_cleanup_text_ struct text out = { 0 };
	_cleanup_free_ char *error = NULL;

	sample_archive(&a);
	ustar_write(&a, &out);
	ck_assert_ptr_null(sentence(out.s, out.len, &l, 0));
	--*(size_t *)((char *)&l + row->field);
	error = sentence(out.s, out.len, &l, -EFBIG);
	assert_says(error, row->begin, row->phrase);
}
END_TEST

START_TEST(test_usual_bytes)
{
	const struct ustar full = { .bytes = USTAR_BYTES_MAX - USTAR_END - BLOCKS(2) };
	_cleanup_free_ char *large = NULL, *member = NULL;
	const struct ustar none = { 0 };

	ck_assert_int_eq(ustar_check(&full, "a", BLOCKS(1), NULL, &large), 0);
	ck_assert_int_eq(ustar_check(&full, "a", BLOCKS(1) + 1, NULL, &large), -EFBIG);
	assert_says(large, "a:", "the archive larger than the 268435456");
	ck_assert_int_eq(ustar_check(&none, "a", USTAR_MEMBER_MAX, NULL, &member), 0);
	ck_assert_int_eq(ustar_check(&none, "a", USTAR_MEMBER_MAX + 1, NULL, &member), -EFBIG);
	assert_says(member, "a:", "than the 67108864");
}
END_TEST

START_TEST(test_usual_members)
{
	_cleanup_ustar_ struct ustar a = { 0 };
	int i;

	/* Backwards, where each is moved for the next. */
	for (i = USTAR_MEMBERS_MAX; i > 0; i--)
		ck_assert_int_eq(ustar_add(&a, xasprintf("%d", i), xstrdup(""), 0), 0);
	ck_assert_int_eq(ustar_add(&a, xstrdup("0"), xstrdup(""), 0), -EFBIG);
}
END_TEST

/* Otherwise written ---------------------------------------------------------------------------- */

#define AT(header, field) ((header) + offsetof(struct ustar_header, field))
#define BYTES(s) s, sizeof(s) - 1

/* @bytes at @at of sample_archive(), and the checksum of the header @sum put right. */
#define UNSUMMED SIZE_MAX
static const struct edit_row {
	const char *name;
	size_t at;
	const char *bytes;
	size_t n, sum;
	int r;
	const char *begin, *phrase;
} edit_rows[] = {
	{ "hard-link", AT(AX_AT, type), BYTES("1"), AX_AT, -EINVAL, "a/x:", "is a hard link;" },
	{ "symlink", AT(AX_AT, type), BYTES("2"), AX_AT, -EINVAL, "a/x:", "is a symbolic link;" },
	{ "character", AT(AX_AT, type), BYTES("3"), AX_AT, -EINVAL, "a/x:", "is a character" },
	{ "block", AT(AX_AT, type), BYTES("4"), AX_AT, -EINVAL, "a/x:", "is a block device;" },
	{ "directory", AT(B_AT, type), BYTES("5"), B_AT, -EINVAL, "b:", "is a directory;" },
	{ "fifo", AT(B_AT, type), BYTES("6"), B_AT, -EINVAL, "b:", "is a FIFO;" },
	{ "pax", AT(AX_AT, type), BYTES("x"), AX_AT, -EINVAL, "a/x:", "is a pax header;" },
	{ "pax-global", AT(AX_AT, type), BYTES("g"), AX_AT, -EINVAL, "a/x:", "is a pax header;" },
	{ "contiguous", AT(AX_AT, type), BYTES("7"), AX_AT, -EINVAL, "a/x:", "no type that" },
	{ "old-file", AT(AX_AT, type), BYTES("\0"), AX_AT, -EINVAL, "a/x:", "no type that" },
	{ "gnu", AT(AX_AT, magic), BYTES("ustar  "), AX_AT, -EINVAL, "a/x:", "at byte 1024" },
	{ "damaged", 0, BYTES("\037\213"), UNSUMMED, -EINVAL, "??", "the checksum" },
	{ "mode", AT(AX_AT, mode), BYTES("0000755"), AX_AT, -EINVAL, "a/x:", "the mode in" },
	{ "uid", AT(AX_AT, uid), BYTES("0001750"), AX_AT, -EINVAL, "a/x:", "the owner's number" },
	{ "gid", AT(AX_AT, gid), BYTES("0001750"), AX_AT, -EINVAL, "a/x:", "the group's number" },
	{ "size-blank", AT(AX_AT, size) + 11, BYTES(" "), AX_AT, -EINVAL, "a/x:", "11 octal" },
	{ "size-decimal", AT(AX_AT, size) + 9, BYTES("9"), AX_AT, -EINVAL, "a/x:", "11 octal" },
	{ "size-binary", AT(AX_AT, size), BYTES("\200"), AX_AT, -EINVAL, "a/x:", "11 octal" },
	{ "size-huge", AT(AX_AT, size), BYTES("77777777777"), AX_AT, -EFBIG, "a/x:", "67108864" },
	{ "size-behind", AT(AX_AT, size), BYTES("00000100000"), AX_AT, -EINVAL, "a/x:", "cut" },
	{ "time", AT(AX_AT, mtime), BYTES("14641021000"), AX_AT, -EINVAL, "a/x:", "the time in" },
	{ "checksum", AT(AX_AT, checksum), BYTES("000000"), UNSUMMED, -EINVAL,
	  "a/x:", "the checksum of" },
	{ "checksum-blank", AT(AX_AT, checksum) + 6, BYTES("  "), UNSUMMED, -EINVAL,
	  "a/x:", "the checksum of" },
	{ "unsummed", AT(AX_AT, mode), BYTES("0000755"), UNSUMMED, -EINVAL,
	  "a/x:", "the checksum of" },
	{ "target", AT(AX_AT, link), BYTES("b"), AX_AT, -EINVAL, "a/x:", "the link's target" },
	{ "version", AT(AX_AT, version), BYTES("01"), AX_AT, -EINVAL, "a/x:", "the version" },
	{ "uname", AT(AX_AT, uname), BYTES("root"), AX_AT, -EINVAL, "a/x:", "the owner's name" },
	{ "gname", AT(AX_AT, gname), BYTES("root"), AX_AT, -EINVAL, "a/x:", "the group's name" },
	{ "major", AT(AX_AT, major), BYTES("\0"), AX_AT, -EINVAL, "a/x:", "the device's number" },
	{ "minor", AT(AX_AT, minor) + 6, BYTES("1"), AX_AT, -EINVAL,
	  "a/x:", "the device's number" },
	{ "filling", AT(AX_AT, rest) + 11, BYTES("1"), AX_AT, -EINVAL, "a/x:", "the filling in" },
	{ "behind-the-name", AT(AX_AT, name) + 99, BYTES("x"), AX_AT, -EINVAL,
	  "a/x:", "the name in" },
	{ "split-otherwise", AT(B_AT, prefix), BYTES("c"), B_AT, -EINVAL, "c/b:", "the name in" },
	{ "behind-the-prefix", AT(B_AT, prefix) + 154, BYTES("c"), B_AT, -EINVAL,
	  "b:", "the prefix in" },
	{ "name-none", AT(B_AT, name), BYTES("\0"), B_AT, -EINVAL, "(no name):", "empty" },
	{ "name-outside", AT(AX_AT, name), BYTES("../etc"), AX_AT, -EINVAL, "../etc:", "outside" },
	{ "name-absolute", AT(AX_AT, name), BYTES("/x"), AX_AT, -EINVAL, "/xx:", "is absolute" },
	{ "name-escape", AT(AX_AT, name), BYTES("\033[m"), AX_AT, -EINVAL, "?[m:", "printable" },
	{ "twice", AT(AY_AT, name), BYTES("a/x"), AY_AT, -EEXIST, "a/x:", "is there twice" },
	{ "order", AT(AX_AT, name), BYTES("a/z"), AX_AT, -EINVAL, "a/y:", "is behind a/z;" },
	{ "below", AT(AY_AT, name), BYTES("a/x/y"), AY_AT, -EEXIST, "a/x/y:", "with a/x," },
	{ "padding", AX_AT + USTAR_BLOCK + 3, BYTES("x"), UNSUMMED, -EINVAL,
	  "a/x:", "fills the last block" },
	{ "padding-end", B_AT - 1, BYTES("x"), UNSUMMED, -EINVAL, "a/y:", "fills the last" },
	{ "end", END_AT + USTAR_BLOCK, BYTES("x"), UNSUMMED, -EINVAL, "archive:", "something" },
	{ "trailing-byte", END_AT + USTAR_END, BYTES("\0"), UNSUMMED, -EINVAL,
	  "archive:", "something behind" },
	{ "record", BLOCKS(20) - 1, BYTES("\0"), UNSUMMED, -EINVAL, "archive:", "without records" },
};

START_TEST(test_edit)
{
	const struct edit_row *row = &edit_rows[_i];
	_cleanup_ustar_ struct ustar a = { 0 };
	_cleanup_text_ struct text out = { 0 };
	_cleanup_free_ char *error = NULL;
	struct ustar_header h;

	sample_archive(&a);
	ustar_write(&a, &out);
	ck_assert_ptr_null(sentence(out.s, out.len, NULL, 0));
	while (out.len < row->at + row->n)
		text_add_n(&out, "", 1);
	memcpy(out.s + row->at, row->bytes, row->n);
	if (row->sum != UNSUMMED) {
		memcpy(&h, out.s + row->sum, sizeof(h));
		ustar_sum(&h);
		memcpy(out.s + row->sum, &h, sizeof(h));
	}
	error = sentence(out.s, out.len, NULL, row->r);
	assert_says(error, row->begin, row->phrase);
}
END_TEST

/* A member that is taken out, put in front or there twice, whole as it is. */
START_TEST(test_moved)
{
	_cleanup_ustar_ struct ustar a = { 0 };
	_cleanup_text_ struct text out = { 0 }, moved = { 0 }, twice = { 0 }, less = { 0 };
	_cleanup_free_ char *order = NULL, *again = NULL;
	const char *b;

	sample_archive(&a);
	ustar_write(&a, &out);
	b = out.s + B_AT;
	text_add_n(&moved, b, BLOCKS(1));
	text_add_n(&moved, out.s, B_AT);
	text_add_n(&moved, out.s + END_AT, USTAR_END);
	order = sentence(moved.s, moved.len, NULL, -EINVAL);
	assert_says(order, "MANIFEST:", "is behind b;");
	text_add_n(&twice, out.s, END_AT);
	text_add_n(&twice, b, BLOCKS(1) + USTAR_END);
	again = sentence(twice.s, twice.len, NULL, -EEXIST);
	assert_says(again, "b:", "is there twice");
	text_add_n(&less, out.s, B_AT);
	text_add_n(&less, out.s + END_AT, USTAR_END);
	ck_assert_ptr_null(sentence(less.s, less.len, NULL, 0));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ustar");

	ADD_ROWS(s, name_rows, test_name);
	ADD_ROWS(s, split_rows, test_split);
	add_case(s, "again-empty", test_again, 0);
	add_case(s, "again", test_again, 1);
	add_case(s, "sorted", test_order, 0);
	add_slow_case(s, "cut", test_cut, 0);
	ADD_ROWS(s, limit_rows, test_limit);
	add_case(s, "usual-bytes", test_usual_bytes, 0);
	add_slow_case(s, "usual-members", test_usual_members, 0);
	ADD_ROWS(s, edit_rows, test_edit);
	add_case(s, "moved", test_moved, 0);
	return run_suite(s);
}
