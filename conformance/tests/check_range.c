/* SPDX-License-Identifier: Apache-2.0 */
/* Versions in their order, and ranges of them. */
#include "conformance/report/range.h"
#include "conformance/tests/suite.h"

/* Each line is before the next; what stands on one line, with blanks between, is the same. */
static const char *const ordered[] = {
	/* crun */
	"0.17 v0.17 0.17.0 00.17",
	"0.20.1.5-925d",
	"0.21",
	/* runc, with Debian's and Fedora's packages of it */
	"1.0.0~",
	"1.0.0-alpha 1.0.0~alpha 1.0-alpha",
	"1.0.0-beta.2",
	"1.0.0-beta.11",
	"1.0.0~git20240101",
	"1.0.0-rc1 1.0.0-RC1 1.0.0~rc1 1.0.0-rc.1 1.0.0.rc1",
	"1.0.0~rc9",
	"1.0.0-rc93 1.0.0~rc93",
	"1.0.0-rc93+dev",
	"1.0.0~rc93+ds1 1.0.0-rc93+ds1",
	"1.0.0~rc93+ds1-5+deb11u3",
	"1.0.0-rc94",
	"1 1.0 1.0.0 v1 1.0.0-0",
	"1.0.0+dev",
	"1.0.0-1~deb12u1",
	"1.0.0-1",
	"1.0.0-1.fc41",
	"1.0.0-1.fc42",
	"1.0.0-2~bpo12+1",
	"1.0.0-2",
	"1.0.1",
	"1.1.5",
	"1.1.5+ds1",
	"1.1.5+ds1-1+deb12u1",
	"1.1.5+ds1-1+deb12u2",
	"1.1.15",
	"1.1.15+ds1",
	"1.1.15+ds1-2+b4",
	"1.1.15+ds2",
	"1.1.15.1",
	"1.3.6",
	"1.4.0-rc.1",
	"1.4.0-rc.1+dev",
	"1.4.0-rc.2",
	"1.4.0-rc.10",
	"1.4.0",
	"1.4.0+dev",
	"1.4.3-1",
	/* kernels of RHEL, Debian, Fedora, Ubuntu */
	"4.18.0",
	"4.18.0-80.el8.x86_64",
	"4.18.0-553.el8_10.x86_64",
	"4.18.0-553.5.1.el8_10.x86_64",
	"5.4",
	"5.10.0-9-amd64",
	"5.10.0-28-amd64",
	"5.10.0-43-cloud-amd64",
	"5.14.0-427.13.1.el9_4.x86_64",
	"6.1.0-9-amd64",
	"6.1.0-37-amd64",
	"6.8.0-45-generic",
	"6.8.0-100-generic",
	"6.12~",
	"6.12.0-0.rc3.20241018gitabc.29.fc42.x86_64",
	"6.12-rc4 6.12.0-rc4",
	"6.12-rc4-amd64 6.12~rc4-amd64",
	"6.12 6.12.0+",
	"6.12.48+deb13-amd64",
	"6.12.57+deb13-amd64",
	"6.18.44-fc-v18",
	"99999999999999999999999999999999",
	"100000000000000000000000000000000",
};

static int sign(int order)
{
	return order < 0 ? -1 : order > 0;
}

/* Every version of line @a against every one of line @b. */
static void compare_lines(size_t a, size_t b)
{
	_cleanup_free_ char *left = xstrdup(ordered[a]);
	char *state = NULL, *x;

	for (x = strtok_r(left, " ", &state); x; x = strtok_r(NULL, " ", &state)) {
		_cleanup_free_ char *right = xstrdup(ordered[b]);
		char *other = NULL, *y;

		ck_assert_msg(version_is_plain(x), "%s", x);
		for (y = strtok_r(right, " ", &other); y; y = strtok_r(NULL, " ", &other))
			ck_assert_msg(sign(version_compare(x, y)) == (a > b) - (a < b),
				      "%s and %s: %d", x, y, version_compare(x, y));
	}
}

START_TEST(test_order)
{
	size_t b;

	for (b = 0; b < ARRAY_SIZE(ordered); b++)
		compare_lines((size_t)_i, b);
}
END_TEST

struct range_row {
	const char *name, *range;
	const char *error; /* part of it, or NULL */
	const char *in, *out;
};

static const struct range_row range_rows[] = {
	{ "between", ">=1.1.0 <1.3.6", NULL, "1.1.0 1.1.15+ds1 1.3.5 1.3.6-rc.1", "1.0.9 1.3.6" },
	{ "blanks", "  >=  1.1   <1.3.6 ", NULL, "1.1.0", "1.0.9 1.3.6" },
	{ "no-blanks", ">=1.1<1.3.6", NULL, "1.1.0", "1.0.9 1.3.6" },
	{ "series", ">=5.10 <5.11", NULL, "5.10.0-43-cloud-amd64 5.10.251", "5.4 5.11-1 6.1 4.18" },
	{ "candidates", "<6.12", NULL, "6.12-rc1 6.11", "6.12.0 6.12-1" },
	{ "no-candidates", "<6.12~", NULL, "6.11.9", "6.12-rc1 6.12" },
	{ "least", ">=1.3", NULL, "1.3.0 2", "1.2 1.3-rc1" },
	{ "more", ">1.3", NULL, "1.3+ds1 1.3.1", "1.3.0 1.2" },
	{ "most", "<=1.3", NULL, "1.3.0 1.2 1.3~rc1", "1.3.1 1.3+ds1" },
	{ "equal", "=1.3", NULL, "1.3 1.3.0", "1.3.1 1.2 1.3-rc1" },
	{ "one", ">=1.3 <=1.3", NULL, "1.3", "1.3.1 1.2" },
	{ "none-of-words", "<9999", NULL, "1 v1", "release-2023 kata unknown" },
	{ "nothing-known", "<9999", NULL, "1", "" },
	{ "turned", ">=1.3.6 <1.1", "no version is >=1.3.6 and <1.1: swap", "", "" },
	{ "empty", ">1.3 <1.3", "no version is", "", "" },
	{ "half-open", ">=1.3 <1.3.0", "no version is >=1.3 and <1.3.0", "", "" },
	{ "two-equal", "=1.3 =1.4", "no version is =1.3 and =1.4", "", "" },
	{ "no-sign", ">=1.1 1.3", "\"1.3\" is no bound: write < <= = >= or >", "", "" },
	{ "wrong-sign", "=>1.1", "\"=>1.1\" is no bound", "", "" },
	{ "two-signs", "==1.1", "\"==1.1\" is no bound", "", "" },
	{ "no-version", ">=", "\"\" is no version to compare with", "", "" },
	{ "glob", ">=1.1.*", "\"1.1.*\" is no version to compare with: write one that begins", "",
	  "" },
	{ "word", ">=latest", "\"latest\" is no version to compare with", "", "" },
	{ "comma", ">=1.1,<1.3", "\"1.1,\" is no version", "", "" },
};

static void each_holds(const struct range *r, const char *versions, bool want)
{
	_cleanup_free_ char *copy = xstrdup(versions);
	char *state = NULL, *word;

	for (word = strtok_r(copy, " ", &state); word; word = strtok_r(NULL, " ", &state))
		ck_assert_msg(range_holds(r, word) == want, "%s", word);
}

START_TEST(test_range)
{
	const struct range_row *row = &range_rows[_i];
	_cleanup_free_ char *error = NULL;
	struct range r = { 0 };

	ck_assert(range_is_meant(row->range));
	ck_assert_int_eq(range_parse(row->range, &r, &error), row->error ? -EINVAL : 0);
	if (row->error)
		ck_assert_msg(strstr(error, row->error) != NULL, "%s", error);
	else
		ck_assert(!range_holds(&r, ""));
	each_holds(&r, row->in, true);
	each_holds(&r, row->out, false);
	range_free(&r);
}
END_TEST

START_TEST(test_globs_are_none)
{
	ck_assert(!range_is_meant("runc @(1.0.0~rc93|1.1.5)*"));
	ck_assert(!range_is_meant("5.10.*"));
	ck_assert(!range_is_meant("*"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("range");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ordered); i++)
		add_case(s, ordered[i], test_order, (int)i);
	ADD_ROWS(s, range_rows, test_range);
	add_case(s, "globs-are-none", test_globs_are_none, 0);
	return run_suite(s);
}
