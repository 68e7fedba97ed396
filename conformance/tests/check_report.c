/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: how results become an outcome, and what the writers make of them. */
#include "conformance/report/output.h"
#include "conformance/report/progress.h"
#include "conformance/report/wrap.h"
#include "conformance/tests/report_sample.h"
#include "conformance/tests/suite.h"

struct conclude_row {
	const char *name;
	/* Words of a level's letter (M S I), a verdict's (P F S B), ! where EXPECT lists it. */
	const char *results;
	enum outcome outcome;
	int exit;
	/* of the letters u: an unexpected pass, s: STRICT, n: not implemented, p: published, a: of
	 * PROFILE=all, x: an expired entry */
	const char *flags, *unused;
	unsigned int allowed; /* falls without a name */
};

#define PASS VERDICT_PASS
#define FAIL VERDICT_FAIL
#define SKIP VERDICT_SKIP
#define BROKEN VERDICT_BROKEN

static const struct conclude_row conclude_rows[] = {
	{ "nothing", "", OUTCOME_NOTHING_RAN, 4, "", "", 0 },
	{ "only-skips", "MS SS", OUTCOME_NOTHING_RAN, 4, "", "", 0 },
	{ "pass", "MP SS", OUTCOME_CONFORMS, 0, "", "", 0 },
	{ "must-fails", "MP MF", OUTCOME_FAILS, 1, "", "", 0 },
	{ "should-fails", "MP SF", OUTCOME_CONFORMS, 0, "", "", 0 },
	{ "info-fails", "MP IF", OUTCOME_CONFORMS, 0, "", "", 0 },
	{ "broken", "MP SB", OUTCOME_BROKEN, 3, "", "", 0 },
	{ "fail-before-broken", "MB MF", OUTCOME_FAILS, 1, "", "", 0 },
	{ "only-broken", "MB", OUTCOME_BROKEN, 3, "", "", 0 },
	{ "expected", "MP MF!", OUTCOME_CONFORMS, 0, "", "", 0 },
	{ "expected-alone", "MF!", OUTCOME_CONFORMS, 0, "", "", 0 },
	{ "expected-broken", "MP MB!", OUTCOME_CONFORMS, 0, "", "", 0 },
	{ "expected-and-not", "MF! MF", OUTCOME_FAILS, 1, "", "", 0 },
	{ "not-implemented", "MF", OUTCOME_NOT_IMPLEMENTED, 1, "n", "", 0 },
	{ "unused-lax", "MP", OUTCOME_CONFORMS, 0, "", "a\n", 0 },
	{ "unused-strict", "MP", OUTCOME_FAILS, 1, "s", "a\n", 0 },
	{ "unexpected-lax", "MP", OUTCOME_CONFORMS, 0, "u", "", 0 },
	{ "unexpected-strict", "MP", OUTCOME_FAILS, 1, "us", "", 0 },
	{ "strict-clean", "MP", OUTCOME_CONFORMS, 0, "s", "", 0 },
	{ "expired-lax", "MP", OUTCOME_CONFORMS, 0, "x", "", 0 },
	{ "expired-strict", "MP", OUTCOME_FAILS, 1, "xs", "", 0 },
	{ "broken-before-lists", "MB", OUTCOME_BROKEN, 3, "s", "a\n", 0 },
	{ "mismatch", "MP", OUTCOME_FAILS, 1, "a", "", 1 },
	{ "fewer-of-a-part", "MP", OUTCOME_CONFORMS, 0, "", "", 1 },
	{ "counted", "MP MF", OUTCOME_CONFORMS, 0, "", "", 1 },
	{ "counted-broken", "MP SB", OUTCOME_CONFORMS, 0, "", "", 1 },
	{ "published", "MP SP", OUTCOME_CONFORMS, 0, "p", "", 0 },
	{ "published-must", "MP MF", OUTCOME_FAILS, 1, "p", "", 0 },
	{ "published-should", "MP SF", OUTCOME_FAILS, 1, "p", "", 0 },
	{ "published-info", "MP IF", OUTCOME_FAILS, 1, "p", "", 0 },
	{ "published-broken", "MP SB", OUTCOME_BROKEN, 3, "p", "", 0 },
	{ "published-both", "MB SF", OUTCOME_FAILS, 1, "p", "", 0 },
	{ "published-named", "MP MF! SF!", OUTCOME_CONFORMS, 0, "p", "", 0 },
	{ "published-fits", "MP MF", OUTCOME_CONFORMS, 0, "p", "", 1 },
	{ "published-more", "MF! MF SF", OUTCOME_FAILS, 1, "p", "", 1 },
	{ "published-fewer", "MP", OUTCOME_FAILS, 1, "pa", "", 1 },
	{ "published-part", "MP", OUTCOME_CONFORMS, 0, "p", "", 1 },
	{ "published-nothing-works", "MF MF", OUTCOME_FAILS, 1, "pn", "", 0 },
	{ "published-expired", "MP MF", OUTCOME_FAILS, 1, "psx", "", 1 },
	{ "published-strict", "MP MF", OUTCOME_FAILS, 1, "psu", "", 1 },
};

/* True when a line of @tap is a `not ok` without a TODO. */
static bool has_failure(const char *tap)
{
	const char *line;

	for (line = tap; (line = strstr(line, "\nnot ok")); line++) {
		const char *todo = strstr(line, "# TODO");

		if (!todo || todo > strchr(line + 1, '\n'))
			return true;
	}
	return false;
}

START_TEST(test_conclude)
{
	const struct conclude_row *row = &conclude_rows[_i];
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *tap = NULL;

	sample_init(&r);
	sample_words(&r, row->results);
	if (strchr(row->flags, 'u'))
		r.results[0].unexpected_pass = true;
	r.unused_expects = xstrdup(row->unused);
	if (strchr(row->flags, 'x'))
		r.expired_expects = xstrdup("F:1: until 1.0\n");
	r.withheld_allowed = row->allowed;
	r.published = strchr(row->flags, 'p');
	if (strchr(row->flags, 'a'))
		memcpy(r.profile, "all", 4);
	report_conclude(&r, !strchr(row->flags, 'n'), strchr(row->flags, 's'));
	ck_assert_str_eq(outcome_names[r.outcome], outcome_names[row->outcome]);
	ck_assert_int_eq(outcome_exit(r.outcome), row->exit);
	/* A reader of TAP alone comes to the same end. */
	tap = written(report_tap, &r);
	ck_assert_int_eq(has_failure(tap), row->exit != 0);
}
END_TEST

struct merge_row {
	const char *name;
	enum verdict first, second, want;
	const char *bundles;
};

static const struct merge_row merge_rows[] = {
	{ "pass-pass", PASS, PASS, PASS, "a b" },
	{ "pass-fail", PASS, FAIL, FAIL, "b" },
	{ "fail-pass", FAIL, PASS, FAIL, "a" },
	{ "fail-fail", FAIL, FAIL, FAIL, "a b" },
	{ "broken-fail", BROKEN, FAIL, FAIL, "b" },
	{ "fail-broken", FAIL, BROKEN, FAIL, "a" },
	{ "pass-broken", PASS, BROKEN, BROKEN, "b" },
	{ "skip-pass", SKIP, PASS, PASS, "b" },
	{ "skip-not-due", SKIP, VERDICT_NOT_DUE, SKIP, "a" },
};

START_TEST(test_merge)
{
	const struct merge_row *row = &merge_rows[_i];
	struct finding a = { .verdict = row->first };
	struct finding b = { .verdict = row->second };
	_cleanup_text_ struct text bundles = { 0 };
	struct result res = { .id = REQ_dir_empty };
	size_t i;

	text_add(&a.observed, "first");
	text_add(&b.observed, "second");
	result_merge(&res, &a, "a");
	result_merge(&res, &b, "b");
	result_merge(&res, &b, "b");
	for (i = 0; i < res.n_bundles; i++)
		text_addf(&bundles, "%s%s", i ? " " : "", res.bundles[i]);
	ck_assert_int_eq(res.verdict, row->want);
	ck_assert_str_eq(text_str(&bundles), row->bundles);
	ck_assert_int_eq(strstr(res.observed, "first") != NULL, row->bundles[0] == 'a');
	text_free(&a.observed);
	text_free(&b.observed);
	result_free(&res);
}
END_TEST

struct observed_row {
	const char *name, *texts[3], *want;
};

static const struct observed_row observed_rows[] = {
	{ "observed-greatest", { "2 a", "512 b", "16 c" }, "512 b; 2 a; 16 c" },
	{ "observed-one-text", { "2 a; 16 b; 512 c", "", "" }, "512 c; 2 a; 16 b" },
	{ "observed-first", { "512 a", "2 b", "2 b" }, "512 a; 2 b" },
	{ "observed-words", { "2 a", "b 512", "16 c" }, "2 a; b 512; 16 c" },
	{ "observed-nothing", { "", "", "" }, "" },
};

START_TEST(test_observed)
{
	const struct observed_row *row = &observed_rows[_i];
	struct result res = { .id = REQ_dir_empty };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(row->texts); i++) {
		struct finding f = { .verdict = FAIL };

		text_add(&f.observed, row->texts[i]);
		result_merge(&res, &f, "a");
		text_free(&f.observed);
	}
	ck_assert_str_eq(res.observed, row->want);
	result_free(&res);
}
END_TEST

/* However many cases there are, the worst of them is kept. */
START_TEST(test_observed_long)
{
	struct result res = { .id = REQ_dir_empty };
	int i;

	for (i = 0; i < 200; i++) {
		struct finding f = { .verdict = FAIL };

		text_addf(&f.observed, "%d superblocks", 1000 + i);
		result_merge(&res, &f, "a");
		text_free(&f.observed);
	}
	ck_assert_ptr_eq(strstr(res.observed, "1199 superblocks; "), res.observed);
	ck_assert_uint_le(strlen(res.observed), 400);
	ck_assert_ptr_nonnull(strstr(res.observed + strlen(res.observed) - 12, " superblocks"));
	result_free(&res);
}
END_TEST

struct clean_row {
	const char *name, *in, *plain, *quoted;
};

static const struct clean_row clean_rows[] = {
	{ "plain", "a b", "a b", "\"a b\"" },
	{ "escape", "\033[31m", "\\033[31m", "\"\\\\033[31m\"" },
	{ "newline", "a\nb\tc", "a\\012b\\011c", "\"a\\nb\\tc\"" },
	{ "quote", "\"\\", "\"\\", "\"\\\"\\\\\"" },
	{ "utf8", "\xc3\xa4\xf0\x9f\x98\x80", "\xc3\xa4\xf0\x9f\x98\x80",
	  "\"\xc3\xa4\xf0\x9f\x98\x80\"" },
	{ "broken-utf8", "\xc3(\xff", "\\303(\\377", "\"\\\\303(\\\\377\"" },
	{ "overlong", "\xc0\xaf", "\\300\\257", "\"\\\\300\\\\257\"" },
	{ "surrogate", "\xed\xa0\x80", "\\355\\240\\200", "\"\\\\355\\\\240\\\\200\"" },
	{ "c1", "\xc2\x9b", "\\302\\233", "\"\\\\302\\\\233\"" },
};

START_TEST(test_clean)
{
	const struct clean_row *row = &clean_rows[_i];
	_cleanup_text_ struct text plain = { 0 };
	_cleanup_text_ struct text quoted = { 0 };

	output_clean(&plain, row->in, false);
	output_quoted(&quoted, row->in);
	ck_assert_str_eq(text_str(&plain), row->plain);
	ck_assert_str_eq(text_str(&quoted), row->quoted);
}
END_TEST

struct wrap_row {
	const char *name, *prefix, *words;
	unsigned int times;
	size_t max, lines;
	bool cut;
};

static const struct wrap_row wrap_rows[] = {
	{ "empty", "  ", "", 1, 3, 1, false },
	{ "short", "  ", "one ", 3, 1, 1, false },
	{ "two", "  ", "word ", 30, 9, 2, false },
	{ "cut", "  ", "word ", 30, 1, 1, true },
	{ "cut-later", "  observed: ", "word ", 90, 2, 2, true },
	{ "umlauts", "", "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4 ", 20, 9, 1, false },
	{ "one-long-word", "", "0123456789", 30, 9, 3, false },
};

START_TEST(test_wrap)
{
	const struct wrap_row *row = &wrap_rows[_i];
	_cleanup_text_ struct text in = { 0 };
	_cleanup_text_ struct text out = { 0 };
	size_t lines = 0;
	const char *p;
	unsigned int i;

	for (i = 0; i < row->times; i++)
		text_add(&in, row->words);
	wrap_lines(&out, row->prefix, text_str(&in), row->max);
	for (p = text_str(&out); (p = strchr(p, '\n')); p++)
		lines++;
	ck_assert_uint_eq(lines, row->lines);
	ck_assert_int_eq(strstr(text_str(&out), "\xe2\x80\xa6") != NULL, row->cut);
}
END_TEST

START_TEST(test_tap)
{
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *tap = NULL;

	sample_full(&r);
	free(r.results[4].reason);
	r.results[4].reason = xstrdup("not # offered");
	r.results[7].expected_fall = true;
	r.results[7].expect_reason = xstrdup("issue #7");
	report_conclude(&r, true, false);
	tap = written(report_tap, &r);
	ck_assert_ptr_eq(strstr(tap, "TAP version 13\n1..8\nnot ok 1 - dir-empty: "), tap);
	ck_assert_ptr_nonnull(strstr(tap, "\nok 2 - file-null: "));
	ck_assert_ptr_nonnull(strstr(tap, "\nnot ok 4 - path-missing: "));
	ck_assert_ptr_nonnull(strstr(tap, " # SKIP not # offered\n"));
	ck_assert_ptr_nonnull(strstr(tap, " # TODO SHOULD\n  ---\n  level: \"SHOULD\"\n"));
	ck_assert_ptr_nonnull(strstr(tap, " # TODO known fall: issue #7\n"));
	ck_assert_ptr_nonnull(strstr(tap, "observed: \"3 entries, \\\"a\\\\b\\\" # and more\"\n"));
	ck_assert_ptr_nonnull(strstr(tap, "  bundles:\n    - \"dirs/basic\"\n"));
}
END_TEST

START_TEST(test_tap_escapes)
{
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *tap = NULL;

	sample_init(&r);
	r.why = xstrdup("a # TODO \\ b");
	report_conclude(&r, true, false);
	tap = written(report_tap, &r);
	ck_assert_str_eq(tap, "TAP version 13\n1..1\n"
			      "not ok 1 - maskspec: nothing-ran: a \\# TODO \\\\ b\n");
}
END_TEST

/* Runs @format with the name of a file that holds what @w writes; true if it exits with 0. */
static bool accepted(writer w, const struct report *r, const char *format)
{
	char name[] = "/tmp/check_report.XXXXXX";
	_cleanup_close_ int fd = mkstemp(name);
	_cleanup_free_ char *text = written(w, r);
	_cleanup_free_ char *command = xasprintf("%s %s", format, name);
	int status;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	status = system(command);
	unlink(name);
	return status == 0;
}

START_TEST(test_prove)
{
	_cleanup_report_ struct report r = { 0 };

	sample_full(&r);
	report_conclude(&r, true, false);
	ck_assert(!accepted(report_tap, &r, "prove -Q --exec cat >/dev/null 2>&1"));
	/* Only what a MUST or the kit did stops prove. */
	r.results[0].verdict = r.results[7].verdict = r.results[3].verdict = VERDICT_PASS;
	report_conclude(&r, true, false);
	ck_assert(accepted(report_tap, &r, "prove -Q --exec cat"));
}
END_TEST

#define VALIDATE "/usr/bin/python3 conformance/tests/validate.py fixtures/schema/report.schema.json"

START_TEST(test_schema)
{
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *json = NULL;

	sample_full(&r);
	free(r.distro);
	r.distro = xstrdup("hostile \033[2J \xff \"\\\n");
	r.unused_expects = xstrdup("a\nb\n");
	r.published = _i == 1;
	r.results[0].withheld = true;
	report_conclude(&r, true, false);
	ck_assert(accepted(report_json, &r, VALIDATE));
	json = written(report_json, &r);
	ck_assert_int_eq(strstr(json, "\"18446744073709551615\"") != NULL, !r.published);
	ck_assert_int_eq(strstr(json, "\"by_level\":\tnull") != NULL, r.published);
	ck_assert_ptr_nonnull(strstr(json, "\"seconds\":\t12.346"));
	ck_assert_ptr_nonnull(strstr(json, "\"/run/a b\""));
}
END_TEST

/* An empty report has the same keys. */
START_TEST(test_schema_empty)
{
	_cleanup_report_ struct report r = { .profile = xstrdup("core"),
					     .userns = xstrdup("none") };

	report_conclude(&r, true, false);
	ck_assert(accepted(report_json, &r, VALIDATE));
}
END_TEST

static size_t columns_of(const char *line, size_t bytes)
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < bytes; i++)
		n += ((unsigned char)line[i] & 0xc0) != 0x80;
	return n;
}

START_TEST(test_text)
{
	static const char sentence[] =
		"\nrunc 1.1.5+ds1 on Linux 6.18.44 (x86_64, cgroup v1) fails 2 of 5 MUST "
		"requirements of OCI path\nmasking (maskspec 0.1 at abc1234): dir-empty, "
		"sb-files.\n";
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *text = NULL;
	const char *line, *end;
	size_t block = 0;

	sample_full(&r);
	free(r.results[0].observed);
	r.results[0].observed = xasprintf("%0300d words and %0300d", 1, 2);
	free(r.results[0].rerun);
	r.results[0].rerun = xasprintf("make conformance FILTER=%0200d", 3);
	report_conclude(&r, true, false);
	text = written(write_plain_text, &r);
	for (line = text; (end = strchr(line, '\n')); line = end + 1) {
		block = end == line ? 0 : block + 1;
		ck_assert_uint_le(block, 6);
		if (!strip_prefix(line, "  rerun:"))
			ck_assert_uint_le(columns_of(line, (size_t)(end - line)), 100);
	}
	ck_assert_ptr_eq(strstr(text, "fails  runc 1.1.5+ds1 on Linux"), text);
	ck_assert_ptr_nonnull(strstr(text, "\nskipped     1 not offered\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nFAIL  MUST  dir-empty  docs/spec/"));
	ck_assert_ptr_nonnull(strstr(text, "\nFAIL  MUST (required)  sb-files  docs/spec/"));
	ck_assert_ptr_nonnull(strstr(text, r.results[0].rerun));
	ck_assert_str_eq(text + strlen(text) - strlen(sentence), sentence);
}
END_TEST

START_TEST(test_many_failures)
{
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *text = NULL;
	const char *p;
	size_t n = 0;
	int i;

	sample_init(&r);
	for (i = 0; i < 12; i++)
		sample_add(&r, (enum requirement_id)i, LEVEL_MUST, VERDICT_FAIL);
	report_conclude(&r, true, false);
	text = written(write_plain_text, &r);
	for (p = text; (p = strstr(p, "\nFAIL  MUST")); p++)
		n++;
	ck_assert_uint_eq(n, 10);
	ck_assert_ptr_nonnull(strstr(text, "\nand 2 more, see report.json\n"));
}
END_TEST

/* A long observation is cut, what leads to the sentence is not. */
START_TEST(test_should_line)
{
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *want = NULL;
	_cleanup_free_ char *text = NULL;
	struct result *res;

	sample_init(&r);
	res = sample_add(&r, REQ_sb_shared, LEVEL_SHOULD, VERDICT_FAIL);
	free(res->observed);
	res->observed = xasprintf("of %0300d", 1);
	want = xasprintf("\nSHOULD  sb-shared  %s: of\n", requirements[REQ_sb_shared].spec);
	report_conclude(&r, true, false);
	text = written(write_plain_text, &r);
	ck_assert_msg(strstr(text, want) != NULL, "%s", text);
}
END_TEST

START_TEST(test_progress)
{
	size_t len = 0;
	char *s = NULL;
	FILE *f = open_memstream(&s, &len);
	struct progress p;

	progress_start(&p, f, 41, _i == 1);
	progress_update(&p, 12, "pairs/dir");
	progress_end(&p);
	fclose(f);
	if (_i == 0)
		ck_assert_str_eq(s, "");
	else
		ck_assert_ptr_nonnull(
			strstr(s, "\r\033[Kmaskspec: 12/41 cases, running pairs/dir, 0.0 s"
				  "\r\033[K"));
	free(s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("report");

	ADD_ROWS(s, conclude_rows, test_conclude);
	ADD_ROWS(s, merge_rows, test_merge);
	ADD_ROWS(s, observed_rows, test_observed);
	add_case(s, "observed-long", test_observed_long, 0);
	ADD_ROWS(s, clean_rows, test_clean);
	ADD_ROWS(s, wrap_rows, test_wrap);
	add_case(s, "tap", test_tap, 0);
	add_case(s, "tap-escapes", test_tap_escapes, 0);
	add_case(s, "tap-prove", test_prove, 0);
	add_case(s, "schema", test_schema, 0);
	add_case(s, "schema-published", test_schema, 1);
	add_case(s, "schema-empty", test_schema_empty, 0);
	add_case(s, "text", test_text, 0);
	add_case(s, "text-many", test_many_failures, 0);
	add_case(s, "text-should", test_should_line, 0);
	add_case(s, "progress-off", test_progress, 0);
	add_case(s, "progress-on", test_progress, 1);
	return run_suite(s);
}
