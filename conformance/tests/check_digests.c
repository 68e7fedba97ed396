/* SPDX-License-Identifier: Apache-2.0 */
/* MANIFEST of a certificate, and that no bit of an archive with it can be another. */
#include "conformance/certify/digests.h"

#include "conformance/tests/archive_sample.h"

#define OF_HI "98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4"
#define OF_NONE "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

START_TEST(test_text)
{
	_cleanup_ustar_ struct ustar a = { 0 };
	_cleanup_free_ char *empty = digests_text(&a, NULL), *text = NULL, *all = NULL;

	add_file(&a, "n", "", 0);
	add_file(&a, "m/hi", "hi\n", 3);
	add_file(&a, "m/hi.dsse.json", "hi\n", 3);
	add_file(&a, DIGESTS_MEMBER, "x", 1);
	text = digests_text(&a, is_envelope);
	all = digests_text(&a, NULL);
	ck_assert_str_eq(empty, "");
	ck_assert_str_eq(text, OF_HI "  m/hi\n" OF_NONE "  n\n");
	ck_assert_str_eq(all, OF_HI "  m/hi\n" OF_HI "  m/hi.dsse.json\n" OF_NONE "  n\n");
}
END_TEST

/* @lines of the MANIFEST, in their order, each one of lines[]; NULL: there is no MANIFEST. */
static const struct manifest_row {
	const char *name, *lines, *says;
} manifest_rows[] = {
	{ "right", "xyz", NULL },
	{ "no-manifest", NULL, "MANIFEST: is missing;" },
	{ "empty", "", "x: is too many: MANIFEST ends before it;" },
	{ "first-not-named", "yz", "x: is too many: line 1 of MANIFEST," },
	{ "one-not-named", "xz", "y: is too many: line 2 of MANIFEST," },
	{ "last-not-named", "xy", "z: is too many: MANIFEST ends before it;" },
	{ "missing-first", "axyz", "a: is missing, and in MANIFEST;" },
	{ "missing-between", "xgyz", "w: is missing, and in MANIFEST;" },
	{ "missing-last", "xyzZ", "zz: is missing, and in MANIFEST;" },
	{ "digest", "xdz", "y: its digest is " OF_HI ", and " OF_NONE " in MANIFEST;" },
	{ "exchanged", "yxz", "x: is too many: line 1 of MANIFEST," },
	{ "again", "xyyz", "MANIFEST: line 3 names y again" },
	{ "again-last", "xyzz", "MANIFEST: line 4 names z again" },
	{ "itself", "mxyz", "MANIFEST: is in MANIFEST, which must not name it;" },
	{ "envelope", "xeyz", "x.dsse.json: is in MANIFEST, which must not name it;" },
	{ "capitals", "xUz", "MANIFEST: line 2 is not written" },
	{ "one-blank", "x1z", "MANIFEST: line 2 is not written" },
	{ "binary-mode", "x*z", "MANIFEST: line 2 is not written" },
	{ "three-blanks", "x3z", "MANIFEST: line 2 is not written" },
	{ "short", "xsz", "MANIFEST: line 2 is not written" },
	{ "no-name", "xnz", "MANIFEST: line 2 is not written" },
	{ "control", "xcz", "MANIFEST: line 2 is not written" },
	{ "carriage-return", "xrz", "MANIFEST: line 2 is not written" },
	{ "empty-line", "x\nyz", "MANIFEST: line 2 is not written" },
	{ "empty-line-last", "xyz\n", "MANIFEST: line 4 is not written" },
	{ "no-newline", "xyl", "MANIFEST: line 3 is not written" },
	{ "nul", "x0z", "MANIFEST: line 2 is not written" },
	{ "nul-last", "xyz-", "MANIFEST: line 4 is not written" },
};

#define LINE(digest, name) digest "  " name "\n"
#define BYTES(s) s, sizeof(s) - 1
static const struct {
	char letter;
	const char *bytes;
	size_t n;
} lines[] = {
	{ 'x', BYTES(LINE(OF_HI, "x")) },
	{ 'y', BYTES(LINE(OF_HI, "y")) },
	{ 'z', BYTES(LINE(OF_HI, "z")) },
	{ 'a', BYTES(LINE(OF_HI, "a")) },
	{ 'g', BYTES(LINE(OF_HI, "w")) },
	{ 'Z', BYTES(LINE(OF_HI, "zz")) },
	{ 'd', BYTES(LINE(OF_NONE, "y")) },
	{ 'm', BYTES(LINE(OF_HI, DIGESTS_MEMBER)) },
	{ 'e', BYTES(LINE(OF_HI, "x.dsse.json")) },
	{ 'U', BYTES("98EA6E4F216F2FB4B69FFF9B3A44842C38686CA685F3F55DC48C5D3FB1107BE4  y\n") },
	{ '1', BYTES(OF_HI " y\n") },
	{ '*', BYTES(OF_HI " *y\n") },
	{ '3', BYTES(OF_HI "   y\n") },
	{ 's', BYTES("98ea\n") },
	{ 'n', BYTES(LINE(OF_HI, "")) },
	{ 'c', BYTES(LINE(OF_HI, "\033[2J")) },
	{ 'r', BYTES(LINE(OF_HI, "y\r")) },
	{ '\n', BYTES("\n") },
	{ 'l', BYTES(OF_HI "  z") },
	{ '0', BYTES(OF_HI "  y\0\n") },
	{ '-', BYTES("\0") },
};

static void add_lines(struct ustar *a, const char *letters)
{
	_cleanup_text_ struct text out = { 0 };
	size_t i;

	text_add(&out, "");
	for (; *letters; letters++)
		for (i = 0; i < ARRAY_SIZE(lines); i++)
			if (lines[i].letter == *letters)
				text_add_n(&out, lines[i].bytes, lines[i].n);
	add_file(a, DIGESTS_MEMBER, out.s, out.len);
}

START_TEST(test_manifest)
{
	const struct manifest_row *row = &manifest_rows[_i];
	_cleanup_ustar_ struct ustar a = { 0 };
	_cleanup_free_ char *error = NULL;

	add_file(&a, "x", "hi\n", 3);
	add_file(&a, "y", "hi\n", 3);
	add_file(&a, "z", "hi\n", 3);
	add_file(&a, "x.dsse.json", "{}", 2);
	if (row->lines)
		add_lines(&a, row->lines);
	ck_assert_int_eq(digests_check(&a, is_envelope, &error), row->says ? -EINVAL : 0);
	ck_assert_int_eq(error != NULL, row->says != NULL);
	if (row->says)
		ck_assert_msg(strip_prefix(error, row->says), "%s", error);
}
END_TEST

/* Only what is kept apart may be another, without MANIFEST knowing. */
START_TEST(test_apart)
{
	_cleanup_ustar_ struct ustar a = { 0 };
	_cleanup_free_ char *with = NULL, *without = NULL;

	sample_archive(&a);
	add_file(&a, "m.dsse.json", "{}", 2);
	ck_assert_int_eq(digests_check(&a, is_envelope, &with), 0);
	ck_assert_int_eq(digests_check(&a, NULL, &without), -EINVAL);
	ck_assert_msg(strip_prefix(without, "m.dsse.json: is too many:"), "%s", without);
}
END_TEST

/* Bits ----------------------------------------------------------------------------------------- */

/* Whether the byte @at of what ustar_write() makes of @a is data of a member. */
static bool is_data(const struct ustar *a, size_t at)
{
	size_t begin = 512, i;

	for (i = 0; i < a->n; i++) {
		if (at >= begin && at < begin + a->list[i].size)
			return true;
		begin += (a->list[i].size + 511) / 512 * 512 + 512;
	}
	return false;
}

/* Each bit of each byte: ustar_read() refuses it, or where it is data digests_check() does. */
START_TEST(test_bits)
{
	_cleanup_ustar_ struct ustar a = { 0 };
	_cleanup_text_ struct text out = { 0 };
	size_t bit, data = 0, expected = 0;

	sample_archive(&a);
	ustar_write(&a, &out);
	for (bit = 0; bit < a.n; bit++)
		expected += 8 * a.list[bit].size;
	for (bit = 0; bit < 8 * out.len; bit++) {
		_cleanup_ustar_ struct ustar other = { 0 };
		_cleanup_free_ char *error = NULL;
		bool of_data = is_data(&a, bit / 8);
		int r;

		out.s[bit / 8] ^= (char)(1 << bit % 8);
		r = ustar_read(out.s, out.len, NULL, &other, &error);
		ck_assert_msg((r == 0) == of_data, "bit %zu: %s", bit, error ? error : "is read");
		if (r == 0)
			ck_assert_int_eq(digests_check(&other, is_envelope, &error), -EINVAL);
		ck_assert_ptr_nonnull(error);
		out.s[bit / 8] ^= (char)(1 << bit % 8);
		data += of_data;
	}
	ck_assert_uint_eq(data, expected);
	ck_assert_int_eq(digests_check(&a, is_envelope, NULL), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("digests");

	add_case(s, "text", test_text, 0);
	ADD_ROWS(s, manifest_rows, test_manifest);
	add_case(s, "apart", test_apart, 0);
	add_slow_case(s, "bits", test_bits, 0);
	return run_suite(s);
}
