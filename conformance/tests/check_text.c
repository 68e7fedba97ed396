/* SPDX-License-Identifier: Apache-2.0 */
/* The field format of cases and facts, growing memory, globs, files. */
#include "conformance/tests/vectors.h"

/* Fields -------------------------------------------------------------------------------------- */

struct field_row {
	const char *name, *plain, *escaped;
};

static const struct field_row field_rows[] = {
	{ "field-empty", "", "-" },
	{ "field-dash", "-", "\\055" },
	{ "field-dashes", "--", "--" },
	{ "field-dash-first", "-a", "-a" },
	{ "field-blank", "a b", "a b" },
	{ "field-tab", "a\tb", "a\\011b" },
	{ "field-newline", "\n", "\\012" },
	{ "field-backslash", "\\", "\\134" },
	{ "field-octal-text", "\\011", "\\134011" },
	{ "field-delete", "\x7f", "\\177" },
	{ "field-escape", "\x1b[1m", "\\033[1m" },
	{ "field-utf8", "\xc3\xa4", "\xc3\xa4" },
	{ "field-quote", "\"'", "\"'" },
};

START_TEST(test_field)
{
	const struct field_row *row = &field_rows[_i];
	_cleanup_text_ struct text t = { 0 };

	text_add_field(&t, row->plain);
	ck_assert_str_eq(text_str(&t), row->escaped);
	ck_assert_str_eq(unescape(t.s), row->plain);
}
END_TEST

START_TEST(test_field_null)
{
	_cleanup_text_ struct text t = { 0 };

	text_add_field(&t, NULL);
	ck_assert_str_eq(text_str(&t), "-");
}
END_TEST

/* Every byte but NUL, alone and between others, comes back as it was. */
START_TEST(test_every_byte)
{
	int c;

	for (c = 1; c < 256; c++) {
		const char alone[] = { (char)c, '\0' };
		const char between[] = { '7', (char)c, '0', '1', '1', '\0' };
		_cleanup_text_ struct text t = { 0 };
		char *fields[2];

		text_add_record(&t, alone, between, NULL);
		ck_assert_msg(strchr(t.s, '\n') == t.s + t.len - 1, "byte %d ends the line", c);
		t.s[t.len - 1] = '\0';
		ck_assert_uint_eq(split_record(t.s, fields, 2), 2);
		ck_assert_str_eq(fields[0], alone);
		ck_assert_str_eq(fields[1], between);
	}
}
END_TEST

START_TEST(test_field_length)
{
	_cleanup_text_ struct text t = { 0 };

	text_add_field_n(&t, "a\0b", 3);
	ck_assert_str_eq(text_str(&t), "a\\000b");
}
END_TEST

static const struct {
	const char *name, *in, *out;
} unescape_rows[] = {
	{ "unescape-dash", "-", "" },
	{ "unescape-two-dashes", "--", "--" },
	{ "unescape-mountinfo", "a\\040b\\134", "a b\\" },
	{ "unescape-short", "\\04", "\\04" },
	{ "unescape-lone", "\\", "\\" },
	{ "unescape-not-octal", "\\089", "\\089" },
	{ "unescape-too-great", "\\400", "\\400" },
	{ "unescape-last-byte", "\\377", "\xff" },
	{ "unescape-once", "\\134011", "\\011" },
};

static const cJSON *escapes;

START_TEST(test_escapes)
{
	const cJSON *vector = cJSON_GetArrayItem(escapes, _i);
	_cleanup_free_ char *s = xstrdup(vector_string(vector, "escaped"));

	ck_assert_str_eq(unescape(s), vector_string(vector, "text"));
}
END_TEST

START_TEST(test_unescape)
{
	_cleanup_free_ char *s = xstrdup(unescape_rows[_i].in);

	ck_assert_str_eq(unescape(s), unescape_rows[_i].out);
}
END_TEST

/* Records and lines --------------------------------------------------------------------------- */

static const struct {
	const char *name, *line;
	size_t n;
	const char *fields[3]; /* of at most 3 that are stored */
} split_rows[] = {
	{ "split-one", "a", 1, { "a" } },
	{ "split-empty", "", 1, { "" } },
	{ "split-three", "a\tb c\td", 3, { "a", "b c", "d" } },
	{ "split-dashes", "-\t\\055\t-", 3, { "", "-", "" } },
	{ "split-nothing-between", "\t\t", 3, { "", "", "" } },
	{ "split-last-empty", "a\t", 2, { "a", "" } },
	{ "split-surplus", "a\tb\tc\td", 4, { "a", "b", "c" } },
	{ "split-surplus-tabs", "a\tb\tc\t\t\t", 6, { "a", "b", "c" } },
};

START_TEST(test_split)
{
	_cleanup_free_ char *line = xstrdup(split_rows[_i].line);
	char *fields[4] = { NULL, NULL, NULL, line };
	size_t i, n = split_record(line, fields, 3);

	ck_assert_uint_eq(n, split_rows[_i].n);
	for (i = 0; i < n && i < 3; i++)
		ck_assert_str_eq(fields[i], split_rows[_i].fields[i]);
	ck_assert_ptr_eq(fields[3], line);
}
END_TEST

static const struct {
	const char *name, *text;
	const char *lines[4];
} line_rows[] = {
	{ "lines-none", "", { NULL } },
	{ "lines-one", "a\n", { "a" } },
	{ "lines-unended", "a\nb", { "a", "b" } },
	{ "lines-empty-between", "a\n\nb\n", { "a", "", "b" } },
	{ "lines-empty-first", "\na\n", { "", "a" } },
	{ "lines-empty-last", "a\n\n", { "a", "" } },
	{ "lines-carriage-return", "a\r\nb\n", { "a\r", "b" } },
};

START_TEST(test_lines)
{
	_cleanup_free_ char *text = xstrdup(line_rows[_i].text);
	const char *const *want = line_rows[_i].lines;
	char *rest = text;
	char *line;

	for (; (line = next_line(&rest)); want++)
		ck_assert_pstr_eq(line, *want);
	ck_assert_ptr_null(*want);
	ck_assert_ptr_null(next_line(&rest));
}
END_TEST

START_TEST(test_lines_null)
{
	char *rest = NULL;

	ck_assert_ptr_null(next_line(&rest));
}
END_TEST

/* Growth -------------------------------------------------------------------------------------- */

START_TEST(test_grow)
{
	_cleanup_free_ size_t *array = NULL;
	size_t n = 0, i;

	while (n < 5000) {
		GROW(array, n);
		array[n] = n;
		n++;
	}
	for (i = 0; i < n; i++)
		ck_assert_uint_eq(array[i], i);
}
END_TEST

/* Only where the number of elements is a power of two is there no room left. */
START_TEST(test_grow_moments)
{
	_cleanup_free_ char *p = NULL;
	size_t n;

	for (n = 0; n < 64; n++) {
		char *before = p;

		p = grow(p, n, 1);
		ck_assert_ptr_nonnull(p);
		if (n & (n - 1))
			ck_assert_ptr_eq(p, before);
	}
}
END_TEST

START_TEST(test_text_growth)
{
	_cleanup_text_ struct text t = { 0 };
	size_t i;

	ck_assert_str_eq(text_str(&t), "");
	for (i = 0; i < 3000; i++) {
		text_addf(&t, "%zu,", i % 10);
		ck_assert_uint_eq(t.len, 2 * (i + 1));
		ck_assert_uint_lt(t.len, t.cap);
	}
	ck_assert_uint_eq(strlen(t.s), t.len);
	text_free(&t);
	ck_assert_str_eq(text_str(&t), "");
}
END_TEST

/* Globs, errnos, files ------------------------------------------------------------------------ */

static const struct {
	const char *name, *globs, *s;
	bool want;
} glob_rows[] = {
	{ "glob-none", "", "dir-empty", false },
	{ "glob-only-blanks", " , \n", "dir-empty", false },
	{ "glob-word", "dir-empty", "dir-empty", true },
	{ "glob-part", "dir", "dir-empty", false },
	{ "glob-star", "dir-*", "dir-empty", true },
	{ "glob-second", "file-*,dir-*", "dir-empty", true },
	{ "glob-blank-between", "file-* dir-*", "dir-empty", true },
	{ "glob-lines", "file-*\ndir-*\n", "dir-empty", true },
	{ "glob-set", "[df]ir-empt?", "dir-empty", true },
	{ "glob-slash", "pairs/*", "pairs/file", true },
	{ "glob-star-slash", "*", "pairs/file", true },
	{ "glob-case", "DIR-*", "dir-empty", false },
	{ "glob-empty-string", "*", "", true },
};

START_TEST(test_glob)
{
	ck_assert_int_eq(glob_any(glob_rows[_i].globs, glob_rows[_i].s), glob_rows[_i].want);
}
END_TEST

START_TEST(test_errno_name)
{
	ck_assert_str_eq(errno_name(EROFS), "EROFS");
	ck_assert_str_eq(errno_name(-EROFS), "EROFS");
	ck_assert_str_eq(errno_name(EOPNOTSUPP), "EOPNOTSUPP");
	ck_assert_str_eq(errno_name(0), "E0");
	ck_assert_str_eq(errno_name(4095), "E4095");
}
END_TEST

START_TEST(test_files)
{
	char dir[] = "/tmp/check_text.XXXXXX";
	_cleanup_free_ char *text = NULL, *unset = NULL;
	_cleanup_close_ int fd = -EBADF;
	size_t len = 0;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(write_file_at(fd, "f", "old", 3), 0);
	ck_assert_int_eq(write_file_at(fd, "f", "a\0b", 3), 0);
	ck_assert_int_eq(read_file_at(fd, "f", 3, &text, &len), 0);
	ck_assert_uint_eq(len, 3);
	ck_assert_mem_eq(text, "a\0b", 4);
	ck_assert_int_eq(read_file_at(fd, "f", 2, &unset, &len), -EFBIG);
	ck_assert_int_eq(read_file_at(fd, "none", 2, &unset, &len), -ENOENT);
	ck_assert_ptr_null(unset);
	ck_assert_int_eq(faccessat(fd, "f.new", F_OK, 0), -1);
	unlinkat(fd, "f", 0);
	rmdir(dir);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("text");

	ADD_ROWS(s, field_rows, test_field);
	add_case(s, "field-null", test_field_null, 0);
	add_case(s, "field-every-byte", test_every_byte, 0);
	add_case(s, "field-length", test_field_length, 0);
	ADD_ROWS(s, unescape_rows, test_unescape);
	escapes = vectors_load("escapes");
	add_vectors(s, escapes, test_escapes);
	ADD_ROWS(s, split_rows, test_split);
	ADD_ROWS(s, line_rows, test_lines);
	add_case(s, "lines-null", test_lines_null, 0);
	add_case(s, "grow", test_grow, 0);
	add_case(s, "grow-moments", test_grow_moments, 0);
	add_case(s, "text-growth", test_text_growth, 0);
	ADD_ROWS(s, glob_rows, test_glob);
	add_case(s, "errno-name", test_errno_name, 0);
	add_case(s, "files", test_files, 0);
	return run_suite(s);
}
