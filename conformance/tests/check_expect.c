/* SPDX-License-Identifier: Apache-2.0 */
/* REQUIRE, EXPECT and WITHHELD: how they are read, what they do to a report. */
#include <sys/stat.h>

#include "conformance/report/expect.h"
#include "conformance/report/require.h"
#include "conformance/tests/report_sample.h"
#include "conformance/tests/suite.h"

/* Writes @text to a file of its own; its name is owned by the caller. */
static char *temporary(const char *text)
{
	char *name = xstrdup("/tmp/check_expect.XXXXXX");
	_cleanup_close_ int fd = mkstemp(name);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return name;
}

struct require_row {
	const char *name, *value;
	const char *error; /* part of it, or NULL */
	bool shared, files, host_mounts;
};

static const struct require_row require_rows[] = {
	{ "require-nothing", "", NULL, false, false, false },
	{ "require-blanks", " , ", NULL, false, false, false },
	{ "require-id", "sb-shared", NULL, true, false, false },
	{ "require-two", "sb-shared, sb-files", NULL, true, true, false },
	{ "require-glob", "sb-f*", NULL, false, true, false },
	{ "require-all", "*", NULL, true, true, false },
	{ "require-must", "sb-host-mounts", NULL, false, false, false },
	{ "require-set", "shared-mask", NULL, true, false, false },
	{ "require-set-and-id", "shared-mask sb-files", NULL, true, true, false },
	{ "require-path", "fixtures/require/shared-mask", NULL, true, false, false },
	{ "require-unknown", "sb-sharde", "REQUIRE: \"sb-sharde\" is no requirement", 0, 0, 0 },
	{ "require-near", "sb-sharde", "; near: sb-shared", 0, 0, 0 },
	{ "require-empty-glob", "zz*", "\"zz*\" matches no requirement", 0, 0, 0 },
	{ "require-info", "dir-mode", "\"dir-mode\" is INFO", 0, 0, 0 },
	{ "require-no-file", "./no/such", "cannot read ./no/such: ENOENT", 0, 0, 0 },
	{ "require-directory", "/tmp", "cannot read /tmp: EISDIR", 0, 0, 0 },
};

START_TEST(test_require)
{
	const struct require_row *row = &require_rows[_i];
	_cleanup_free_ char *error = NULL;
	struct require q = { 0 };
	int r = require_parse(row->value, "fixtures/require", &q, &error);

	ck_assert_int_eq(r, row->error ? -EINVAL : 0);
	if (row->error)
		ck_assert_msg(strstr(error, row->error) != NULL, "%s", error);
	/* Nobody is told to write what was just refused. */
	if (row->error && strstr(error, "near: "))
		ck_assert_msg(!strstr(strstr(error, "near: "), row->value), "%s", error);
	ck_assert_int_eq(require_level(&q, REQ_sb_shared) == LEVEL_MUST, row->shared);
	ck_assert_int_eq(require_level(&q, REQ_sb_files) == LEVEL_MUST, row->files);
	ck_assert_int_eq(require_level(&q, REQ_sb_host_mounts), LEVEL_MUST);
	ck_assert_int_eq(require_level(&q, REQ_dir_mode), LEVEL_INFO);
}
END_TEST

START_TEST(test_require_file)
{
	_cleanup_free_ char *path = temporary("# why\n\n sb-files # and why\nsb-nope\n");
	_cleanup_free_ char *error = NULL;
	_cleanup_free_ char *want = xasprintf("%s:4: \"sb-nope\" is no requirement", path);
	struct require q = { 0 };

	ck_assert_int_eq(require_parse(path, "fixtures/require", &q, &error), -EINVAL);
	ck_assert_msg(strstr(error, want) == error, "%s", error);
	unlink(path);
}
END_TEST

struct parse_row {
	const char *name, *text;
	const char *error; /* whole beginning, or NULL */
	size_t n;
};

static const struct parse_row parse_rows[] = {
	{ "parse-empty", "", NULL, 0 },
	{ "parse-comments", "# a\n\n  # b\n", NULL, 0 },
	{ "parse-one", "runc 1.1.5*\t*\tsb-shared\tfail\tone for each\n", NULL, 1 },
	{ "parse-tabs", "runc 1*\t\t*\t \tsb-shared\t\tskip\t\t\treason", NULL, 1 },
	{ "parse-crlf", "runc *\t*\tsb-shared\tbroken\treason\r\n", NULL, 1 },
	{ "parse-withheld", "runc *\t*\twithheld\t2\treason\n", NULL, 1 },
	{ "parse-blanks", "runc * sb-shared fail x\n", "F:1: 1 columns: write five with tabs", 0 },
	{ "parse-columns", "# a\nrunc *\t*\tsb-shared\n", "F:2: 3 columns: write five", 0 },
	{ "parse-no-reason", "runc *\t*\tsb-shared\tfail\n", "F:1: no reason: say", 0 },
	{ "parse-blank-reason", "runc *\t*\tsb-shared\tfail\t  \n", "F:1: no reason: say", 0 },
	{ "parse-id", "r\t*\tsb-sharde\tfail\tx\n", "F:1: \"sb-sharde\" is no requirement", 0 },
	{ "parse-case", "r\t*\tsb-shared\tFAIL\tx\n", "F:1: \"FAIL\" is no verdict", 0 },
	{ "parse-pass", "r\t*\tsb-shared\tpass\tx\n", "F:1: \"pass\" is no verdict", 0 },
	{ "parse-not-due", "r\t*\tsb-shared\tnot-due\tx\n", "F:1: \"not-due\" is no verdict", 0 },
	{ "parse-zero", "r\t*\twithheld\t0\tx\n", "F:1: \"0\" is no number", 0 },
	{ "parse-minus", "r\t*\twithheld\t-1\tx\n", "F:1: \"-1\" is no number", 0 },
	{ "parse-huge", "r\t*\twithheld\t99999999999999999999\tx\n", "F:1: \"9999", 0 },
	{ "parse-ranges", "runc >=1.1 <1.3.6\t>=5.10 <6.12\tsb-shared\tfail\tx\n", NULL, 1 },
	{ "parse-words",
	  "r *\t*\tsb-shared\tfail\tx\tlink=https://a.b/c owner=kir until=2028-02-29\n", NULL, 1 },
	{ "parse-words-tabs", "r *\t*\tsb-shared\tfail\tx \t owner=a\t\tuntil=1.5.0-rc.1\n", NULL,
	  1 },
	{ "parse-words-withheld", "r *\t*\twithheld\t1\tx\tuntil=2027-01-01\n", NULL, 1 },
	{ "parse-not-words", "r *\t*\tsb-shared\tfail\tx=y until=z\tand more = less\n", NULL, 1 },
	{ "parse-range-name", "runc>=1.1\t*\tsb-shared\tfail\tx\n",
	  "F:1: RUNTIME VERSION \"runc>=1.1\": write the runtime's name and a blank", 0 },
	{ "parse-range-alone", ">=1.1\t*\tsb-shared\tfail\tx\n", "F:1: RUNTIME VERSION \">=1.1\"",
	  0 },
	{ "parse-range-version", "runc >=1.1 1.3\t*\tsb-shared\tfail\tx\n",
	  "F:1: RUNTIME VERSION \"runc >=1.1 1.3\": \"1.3\" is no bound: write", 0 },
	{ "parse-range-kernel", "runc *\t>=6.12 <5.10\tsb-shared\tfail\tx\n",
	  "F:1: KERNEL \">=6.12 <5.10\": no version is >=6.12 and <5.10", 0 },
	{ "parse-fixme", "r *\t*\tsb-shared\tfail\tFIXME: why? 2 seen\n",
	  "F:1: the reason is still to be written", 0 },
	{ "parse-word-unknown", "r *\t*\tsb-shared\tfail\tx\tuntli=1.5.0\n",
	  "F:1: \"untli=1.5.0\": behind the reason and a tab stand until=, owner= and link=", 0 },
	{ "parse-word-no-sign", "r *\t*\tsb-shared\tfail\tx\tuntil 1.5.0\n",
	  "F:1: \"until\": behind", 0 },
	{ "parse-word-stray", "r *\t*\tsb-shared\tfail\tx\towner=a b\n", "F:1: \"b\": behind", 0 },
	{ "parse-word-twice", "r *\t*\tsb-shared\tfail\tx\towner=a owner=b\n",
	  "F:1: \"owner=b\": there are two of owner", 0 },
	{ "parse-owner-empty", "r *\t*\tsb-shared\tfail\tx\towner=\n",
	  "F:1: \"owner=\": write owner= and a name", 0 },
	{ "parse-link", "r *\t*\tsb-shared\tfail\tx\tlink=javascript:alert(1)\n",
	  "F:1: \"link=javascript:alert(1)\": write link= and an address", 0 },
	{ "parse-until-month", "r *\t*\tsb-shared\tfail\tx\tuntil=2027-13-01\n",
	  "F:1: \"until=2027-13-01\": write until= and a day as 2027-01-31, or a version", 0 },
	{ "parse-until-leap", "r *\t*\tsb-shared\tfail\tx\tuntil=2027-02-29\n",
	  "F:1: \"until=", 0 },
	{ "parse-until-short", "r *\t*\tsb-shared\tfail\tx\tuntil=2027-1-1\n", "F:1: \"until=", 0 },
	{ "parse-until-year", "r *\t*\tsb-shared\tfail\tx\tuntil=2027\n", "F:1: \"until=", 0 },
	{ "parse-until-time", "r *\t*\tsb-shared\tfail\tx\tuntil=2027-01-01T00\n",
	  "F:1: \"until=", 0 },
	{ "parse-withheld-reason", "r\t*\twithheld\t1\n", "F:1: no reason", 0 },
};

START_TEST(test_parse)
{
	const struct parse_row *row = &parse_rows[_i];
	_cleanup_free_ char *text = xstrdup(row->text);
	_cleanup_expects_ struct expects e = { 0 };
	_cleanup_free_ char *error = NULL;
	int r = expect_parse("F", text, &e, &error);

	ck_assert_int_eq(r, row->error ? -EINVAL : 0);
	if (row->error)
		ck_assert_msg(strip_prefix(error, row->error) != NULL, "%s", error);
	ck_assert_uint_eq(e.n, row->n);
}
END_TEST

/*
 * On sample_full(): fails dir-empty (MUST), sb-files (MUST), sb-shared (SHOULD); broken
 * path-missing; skip path-link; passes file-null and file-empty.
 */
struct apply_row {
	const char *name, *text;
	const char *withheld; /* WITHHELD file, or NULL */
	const char *flags;    /* p: partial, a: profile all, P: published */
	const char *expected, *unexpected;
	unsigned int unused, n_withheld;
	bool mismatch;
};

#define ALL_FALLS "dir-empty path-missing sb-shared sb-files "
/* Names all but dir-empty. */
#define REST                                                                                       \
	"runc *\t*\tsb-shared\tfail\tx\nrunc *\t*\tpath-missing\tbroken\tx\n"                      \
	"runc *\t*\tsb-files\tfail\tx\n"
#define REST_FALLS "path-missing sb-shared sb-files "

static const struct apply_row apply_rows[] = {
	{ "fail", "runc 1.1.5*\t*\tdir-empty\tfail\tx\n", NULL, "", "dir-empty ", "", 0, 0, 0 },
	{ "broken", "runc *\t6.*\tpath-missing\tbroken\tx\n", NULL, "", "path-missing ", "", 0, 0,
	  0 },
	{ "skip", "runc *\t*\tpath-link\tskip\tx\n", NULL, "", "", "", 0, 0, 0 },
	{ "other-runtime", "crun *\t*\tdir-empty\tfail\tx\n", NULL, "", "", "", 0, 0, 0 },
	{ "other-version", "runc 1.2*\t*\tfile-null\tfail\tx\n", NULL, "", "", "", 0, 0, 0 },
	{ "one-of-versions", "runc @(1.0|1.1.5)*\t*\tdir-empty\tfail\tx\n", NULL, "", "dir-empty ",
	  "", 0, 0, 0 },
	{ "none-of-versions", "runc @(1.0|1.2)*\t*\tfile-null\tfail\tx\n", NULL, "", "", "", 0, 0,
	  0 },
	{ "range", "runc >=1.1 <1.2\t>=6.1 <6.19\tdir-empty\tfail\tx\n", NULL, "", "dir-empty ", "",
	  0, 0, 0 },
	{ "range-of-names", "@(crun|r*) =1.1.5+ds1\t=6.18.44\tdir-empty\tfail\tx\n", NULL, "",
	  "dir-empty ", "", 0, 0, 0 },
	{ "range-name", "crun >=1.1 <1.2\t*\tfile-null\tfail\tx\n", NULL, "", "", "", 0, 0, 0 },
	{ "range-version", "runc >=1.2\t*\tfile-null\tfail\tx\n", NULL, "", "", "", 0, 0, 0 },
	{ "range-kernel", "runc *\t<6.18\tfile-null\tfail\tx\n", NULL, "", "", "", 0, 0, 0 },
	{ "other-kernel", "runc *\t5.*\tfile-null\tfail\tx\n", NULL, "", "", "", 0, 0, 0 },
	{ "unexpected", "runc *\t*\tfile-null\tfail\tx\n", NULL, "", "", "file-null ", 0, 0, 0 },
	{ "sometimes-fails", "runc *\t*\tdir-empty\tsometimes\tx\n", NULL, "", "dir-empty ", "", 0,
	  0, 0 },
	{ "sometimes-passes", "runc *\t*\tfile-null\tsometimes\tx\n", NULL, "", "", "", 0, 0, 0 },
	{ "sometimes-broken", "runc *\t*\tpath-missing\tsometimes\tx\n", NULL, "", "", "", 1, 0,
	  0 },
	{ "or-skip-fails", "runc *\t*\tdir-empty\tfail|skip\tx\n", NULL, "", "dir-empty ", "", 0, 0,
	  0 },
	{ "or-skip-skips", "runc *\t*\tpath-link\tfail|skip\tx\n", NULL, "", "", "", 0, 0, 0 },
	{ "or-skip-passes", "runc *\t*\tfile-null\tfail|skip\tx\n", NULL, "", "", "file-null ", 0,
	  0, 0 },
	{ "or-skip-broken", "runc *\t*\tpath-missing\tfail|skip\tx\n", NULL, "", "", "", 1, 0, 0 },
	{ "other-verdict", "runc *\t*\tdir-empty\tbroken\tx\n", NULL, "", "", "", 1, 0, 0 },
	{ "worse-verdict", "runc *\t*\tpath-missing\tfail\tx\n", NULL, "", "", "", 1, 0, 0 },
	{ "not-looked-at", "runc *\t*\tpath-bytes\tfail\tx\n", NULL, "", "", "", 0, 0, 0 },
	{ "not-there-in-all", "runc *\t*\tpath-bytes\tfail\tx\n", NULL, "a", "", "", 1, 0, 0 },
	{ "partial-all", "runc *\t*\tpath-bytes\tfail\tx\n", NULL, "ap", "", "", 0, 0, 0 },
	{ "withheld-fits",
	  "runc *\t*\tdir-empty\tfail\tx\nrunc *\t*\tsb-shared\tfail\tx\nrunc "
	  "*\t*\tpath-missing\tbroken\tx\nrunc *\t*\twithheld\t1\tx\n",
	  NULL, "", "dir-empty path-missing sb-shared sb-files ", "", 0, 1, 0 },
	{ "withheld-all", "runc *\t*\twithheld\t4\tx\n", NULL, "", ALL_FALLS, "", 0, 4, 0 },
	{ "withheld-sum", "runc *\t*\twithheld\t1\tx\nrunc *\t6*\twithheld\t3\tx\n", NULL, "",
	  ALL_FALLS, "", 0, 4, 0 },
	{ "withheld-more", "runc *\t*\twithheld\t3\tx\n", NULL, "", "", "", 0, 4, 1 },
	{ "withheld-fewer", "runc *\t*\twithheld\t5\tx\n", NULL, "a", "", "", 0, 4, 1 },
	{ "withheld-partial", "runc *\t*\twithheld\t5\tx\n", NULL, "p", ALL_FALLS, "", 0, 4, 0 },
	{ "withheld-part", "runc *\t*\twithheld\t5\tx\n", NULL, "", ALL_FALLS, "", 0, 4, 0 },
	{ "withheld-other", "crun *\t*\twithheld\t2\tx\n", NULL, "", "", "", 0, 0, 0 },
	{ "publish", "", NULL, "P", "", "", 0, 4, 1 },
	{ "publish-named", "runc *\t*\tdir-empty\tfail\tx\n", NULL, "P", "dir-empty ", "", 0, 3,
	  1 },
	{ "publish-fits", "runc *\t*\tdir-empty\tfail\tx\nrunc *\t*\twithheld\t3\tx\n", NULL, "P",
	  ALL_FALLS, "", 0, 3, 0 },
	{ "publish-other", "crun *\t*\twithheld\t4\tx\n", NULL, "P", "", "", 0, 4, 1 },
	{ "publish-partial", "", NULL, "Pp", "", "", 0, 4, 1 },
	/* Which line is unused would tell what fell instead. */
	{ "publish-other-verdict", "runc *\t*\tdir-empty\tbroken\tx\n", NULL, "P", "", "", 0, 4,
	  1 },
	{ "publish-unused", "runc *\t*\tpath-bytes\tfail\tx\n", NULL, "Pa", "", "", 1, 4, 1 },
	{ "file-listed", REST, "runc\t1.1.5*\tdir-empty\n", "P", REST_FALLS, "", 0, 1, 1 },
	{ "file-other", REST, "crun\t*\tdir-empty\n# c\n\nrunc\t1.2*\tdir-empty\n", "P", REST_FALLS,
	  "", 0, 1, 1 },
	{ "file-pass", "", "runc\t*\tfile-null\n", "P", "", "", 0, 5, 1 },
	{ "file-fits", REST "runc *\t*\twithheld\t1\tx\n", "runc\t*\tdir-empty\n", "P", ALL_FALLS,
	  "", 0, 1, 0 },
	{ "file-differs", REST "runc *\t*\twithheld\t2\tx\n", "runc\t*\tdir-empty\n", "Pa",
	  REST_FALLS, "", 0, 1, 1 },
	/* The right number of others than those that are listed. */
	{ "file-unlisted", REST "runc *\t*\twithheld\t1\tx\n", "runc\t*\tfile-null\n", "P",
	  REST_FALLS, "", 0, 2, 1 },
};

static void load(struct report *r, const struct apply_row *row)
{
	_cleanup_free_ char *text = xstrdup(row->text);
	_cleanup_free_ char *error = NULL;
	_cleanup_expects_ struct expects e = { 0 };

	if (row->withheld) {
		_cleanup_free_ char *path = temporary(row->withheld);

		ck_assert_int_eq(withheld_apply(r, path, &error), 0);
		unlink(path);
	}
	ck_assert_int_eq(expect_parse("F", text, &e, &error), 0);
	expect_apply(r, &e);
}

static void init(struct report *r, const struct apply_row *row)
{
	sample_full(r);
	r->partial = strchr(row->flags, 'p');
	r->published = strchr(row->flags, 'P');
	if (strchr(row->flags, 'a'))
		memcpy(r->profile, "all", 4);
}

START_TEST(test_apply)
{
	const struct apply_row *row = &apply_rows[_i];
	_cleanup_report_ struct report r = { 0 };
	_cleanup_text_ struct text expected = { 0 };
	_cleanup_text_ struct text unexpected = { 0 };
	unsigned int unused = 0;
	const char *p;
	size_t i;

	init(&r, row);
	load(&r, row);
	report_conclude(&r, true, false);
	for (i = 0; i < r.n_results; i++) {
		const char *id = requirements[r.results[i].id].id;

		if (r.results[i].expected_fall)
			text_addf(&expected, "%s ", id);
		if (r.results[i].unexpected_pass)
			text_addf(&unexpected, "%s ", id);
	}
	for (p = r.unused_expects; (p = strchr(p, '\n')); p++)
		unused++;
	ck_assert_str_eq(text_str(&expected), row->expected);
	ck_assert_str_eq(text_str(&unexpected), row->unexpected);
	ck_assert_uint_eq(unused, row->unused);
	ck_assert_uint_eq(r.n_withheld, row->n_withheld);
	ck_assert_int_eq(r.withheld_mismatch != NULL, row->mismatch);
}
END_TEST

/* True when @id stands in @s as a word of its own. */
static bool names(const char *s, const char *id)
{
	const char *p;
	size_t n = strlen(id);

	for (p = s; (p = strstr(p, id)); p++)
		if (!strchr("-abcdefghijklmnopqrstuvwxyz", p[n]))
			return true;
	return false;
}

/* Whatever was withheld, and however it got into the report: no published format names it. */
START_TEST(test_published)
{
	static const writer writers[] = { report_tap, report_json, write_plain_text };
	const struct apply_row *row = &apply_rows[_i];
	_cleanup_report_ struct report r = { 0 };
	size_t i, w;

	init(&r, row);
	r.published = true;
	r.require = xstrdup("dir-empty,sb-files file-null sb-shared");
	free(r.results[3].reason);
	r.results[3].reason =
		xstrdup("for dir-empty, sb-files,\nfile-null or \001sb-shared\nwas\tdull");
	report_add_measurement(&r, "time.dir-empty", "s", "1", "dirs/file-null");
	load(&r, row);
	report_conclude(&r, true, false);
	for (w = 0; w < ARRAY_SIZE(writers); w++) {
		_cleanup_free_ char *out = written(writers[w], &r);

		for (i = 0; i < r.n_results; i++) {
			const char *id = requirements[r.results[i].id].id;

			/* Nor do the named passes tell it by what is missing among them. */
			if (r.results[i].withheld || (r.n_withheld && streq(id, "file-empty")))
				ck_assert_msg(!names(out, id), "%s is in\n%s", id, out);
		}
		/* Superblocks and levels would tell what it is. */
		if (r.n_withheld && w == 1) {
			ck_assert_ptr_nonnull(strstr(out, "\"measurements\":\t[]"));
			ck_assert_ptr_nonnull(strstr(out, "\"by_level\":\tnull"));
		}
		/* A line that is shown as unused names what fell by its number. */
		if (!strchr(row->flags, 'a'))
			ck_assert_ptr_null(strstr(out, "F:1: "));
		ck_assert_int_eq(strstr(out, "1 withheld") != NULL && w != 1,
				 r.n_withheld == 1 && w != 1);
	}
}
END_TEST

struct withheld_row {
	const char *name, *text, *error;
};

static const struct withheld_row withheld_rows[] = {
	{ "withheld-columns", "runc\t1\n", "WITHHELD, line 1: write" },
	{ "withheld-blanks", "# a\nrunc 1 dir-empty\n", "WITHHELD, line 2: write" },
	{ "withheld-unknown", "runc\t1\tdir-emty\n", "WITHHELD, line 1: write" },
	{ "withheld-too-many", "runc\t1\tdir-empty\tx\n", "WITHHELD, line 1: write" },
	{ "withheld-no-file", NULL, "WITHHELD: cannot read" },
};

START_TEST(test_withheld_errors)
{
	const struct withheld_row *row = &withheld_rows[_i];
	_cleanup_free_ char *path = temporary(row->text ? row->text : "");
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *error = NULL;

	sample_full(&r);
	if (!row->text)
		unlink(path);
	ck_assert_int_eq(withheld_apply(&r, path, &error), -EINVAL);
	ck_assert_msg(strip_prefix(error, row->error) != NULL, "%s", error);
	ck_assert_ptr_null(strstr(error, "dir-em"));
	unlink(path);
}
END_TEST

/* What stands behind a NUL must not silently be no entry. */
START_TEST(test_nul)
{
	_cleanup_free_ char *path = temporary("");
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *error = NULL;

	ck_assert_int_eq(truncate(path, 3), 0);
	sample_full(&r);
	ck_assert_int_eq(withheld_apply(&r, path, &error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "NUL byte"));
	unlink(path);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("expect");

	ADD_ROWS(s, require_rows, test_require);
	add_case(s, "require-file", test_require_file, 0);
	ADD_ROWS(s, parse_rows, test_parse);
	ADD_ROWS(s, apply_rows, test_apply);
	ADD_ROWS(s, apply_rows, test_published);
	ADD_ROWS(s, withheld_rows, test_withheld_errors);
	add_case(s, "nul", test_nul, 0);
	return run_suite(s);
}
