/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: how results become an outcome, and what the writers make of them. */
#include <check.h>

#include "conformance/report/output.h"
#include "conformance/report/progress.h"
#include "conformance/report/wrap.h"
#include "conformance/tests/report_sample.h"

struct conclude_row {
	const char *name;
	/* Words of a level's letter (M S I), a verdict's (P F S B), ! where EXPECT lists it. */
	const char *results;
	enum outcome outcome;
	int exit;
	/* of the letters u: an unexpected pass, s: STRICT, n: not implemented */
	const char *flags, *unused, *mismatch;
};

#define PASS VERDICT_PASS
#define FAIL VERDICT_FAIL
#define SKIP VERDICT_SKIP
#define BROKEN VERDICT_BROKEN

static const struct conclude_row conclude_rows[] = {
	{"nothing", "", OUTCOME_NOTHING_RAN, 4, "", "", NULL},
	{"only-skips", "MS SS", OUTCOME_NOTHING_RAN, 4, "", "", NULL},
	{"pass", "MP SS", OUTCOME_CONFORMS, 0, "", "", NULL},
	{"must-fails", "MP MF", OUTCOME_FAILS, 1, "", "", NULL},
	{"should-fails", "MP SF", OUTCOME_CONFORMS, 0, "", "", NULL},
	{"info-fails", "MP IF", OUTCOME_CONFORMS, 0, "", "", NULL},
	{"broken", "MP SB", OUTCOME_BROKEN, 3, "", "", NULL},
	{"fail-before-broken", "MB MF", OUTCOME_FAILS, 1, "", "", NULL},
	{"only-broken", "MB", OUTCOME_BROKEN, 3, "", "", NULL},
	{"expected", "MP MF!", OUTCOME_CONFORMS, 0, "", "", NULL},
	{"expected-alone", "MF!", OUTCOME_CONFORMS, 0, "", "", NULL},
	{"expected-broken", "MP MB!", OUTCOME_CONFORMS, 0, "", "", NULL},
	{"expected-and-not", "MF! MF", OUTCOME_FAILS, 1, "", "", NULL},
	{"not-implemented", "MF", OUTCOME_NOT_IMPLEMENTED, 1, "n", "", NULL},
	{"unused-lax", "MP", OUTCOME_CONFORMS, 0, "", "a\n", NULL},
	{"unused-strict", "MP", OUTCOME_FAILS, 1, "s", "a\n", NULL},
	{"unexpected-lax", "MP", OUTCOME_CONFORMS, 0, "u", "", NULL},
	{"unexpected-strict", "MP", OUTCOME_FAILS, 1, "us", "", NULL},
	{"strict-clean", "MP", OUTCOME_CONFORMS, 0, "s", "", NULL},
	{"broken-before-lists", "MB", OUTCOME_BROKEN, 3, "s", "a\n", NULL},
	{"mismatch", "MP", OUTCOME_FAILS, 1, "", "", "EXPECT counts 2, 1 found"},
};

static void add_results(struct report *r, const char *words)
{
	static const char levels[] = "MSI";
	static const char verdicts[] = "-SPBF";
	int id = 0;

	for (; *words; words += strcspn(words, " "), words += *words == ' ') {
		enum level level = (enum level)(strchr(levels, words[0]) - levels);
		enum verdict verdict = (enum verdict)(strchr(verdicts, words[1]) - verdicts);

		sample_add(r, (enum requirement_id)id++, level, verdict)->expected_fall =
			words[2] == '!';
	}
}

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
	_cleanup_report_ struct report r = {0};
	_cleanup_free_ char *tap = NULL;

	sample_init(&r);
	add_results(&r, row->results);
	if (strchr(row->flags, 'u'))
		r.results[0].unexpected_pass = true;
	r.unused_expects = xstrdup(row->unused);
	r.withheld_mismatch = row->mismatch ? xstrdup(row->mismatch) : NULL;
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
	{"pass-pass", PASS, PASS, PASS, "a b"},
	{"pass-fail", PASS, FAIL, FAIL, "b"},
	{"fail-pass", FAIL, PASS, FAIL, "a"},
	{"fail-fail", FAIL, FAIL, FAIL, "a b"},
	{"broken-fail", BROKEN, FAIL, FAIL, "b"},
	{"fail-broken", FAIL, BROKEN, FAIL, "a"},
	{"pass-broken", PASS, BROKEN, BROKEN, "b"},
	{"skip-pass", SKIP, PASS, PASS, "b"},
	{"skip-not-due", SKIP, VERDICT_NOT_DUE, SKIP, "a"},
};

START_TEST(test_merge)
{
	const struct merge_row *row = &merge_rows[_i];
	struct finding a = {.verdict = row->first};
	struct finding b = {.verdict = row->second};
	_cleanup_text_ struct text bundles = {0};
	struct result res = {.id = REQ_dir_empty};
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

struct clean_row {
	const char *name, *in, *plain, *quoted;
};

static const struct clean_row clean_rows[] = {
	{"plain", "a b", "a b", "\"a b\""},
	{"escape", "\033[31m", "\\033[31m", "\"\\\\033[31m\""},
	{"newline", "a\nb\tc", "a\\012b\\011c", "\"a\\nb\\tc\""},
	{"quote", "\"\\", "\"\\", "\"\\\"\\\\\""},
	{"utf8", "\xc3\xa4\xf0\x9f\x98\x80", "\xc3\xa4\xf0\x9f\x98\x80",
	 "\"\xc3\xa4\xf0\x9f\x98\x80\""},
	{"broken-utf8", "\xc3(\xff", "\\303(\\377", "\"\\\\303(\\\\377\""},
	{"overlong", "\xc0\xaf", "\\300\\257", "\"\\\\300\\\\257\""},
	{"surrogate", "\xed\xa0\x80", "\\355\\240\\200", "\"\\\\355\\\\240\\\\200\""},
	{"c1", "\xc2\x9b", "\\302\\233", "\"\\\\302\\\\233\""},
};

START_TEST(test_clean)
{
	const struct clean_row *row = &clean_rows[_i];
	_cleanup_text_ struct text plain = {0};
	_cleanup_text_ struct text quoted = {0};

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
	{"empty", "  ", "", 1, 3, 1, false},
	{"short", "  ", "one ", 3, 1, 1, false},
	{"two", "  ", "word ", 30, 9, 2, false},
	{"cut", "  ", "word ", 30, 1, 1, true},
	{"cut-later", "  observed: ", "word ", 90, 2, 2, true},
	{"umlauts", "", "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4 ", 20, 9, 1, false},
	{"one-long-word", "", "0123456789", 30, 9, 3, false},
};

START_TEST(test_wrap)
{
	const struct wrap_row *row = &wrap_rows[_i];
	_cleanup_text_ struct text in = {0};
	_cleanup_text_ struct text out = {0};
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
	_cleanup_report_ struct report r = {0};
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
	ck_assert_ptr_nonnull(strstr(tap, " # TODO expected: issue #7\n"));
	ck_assert_ptr_nonnull(strstr(tap, "observed: \"3 entries, \\\"a\\\\b\\\" # and more\"\n"));
	ck_assert_ptr_nonnull(strstr(tap, "  bundles:\n    - \"dirs/basic\"\n"));
}
END_TEST

START_TEST(test_tap_escapes)
{
	_cleanup_report_ struct report r = {0};
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
	_cleanup_report_ struct report r = {0};

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
	_cleanup_report_ struct report r = {0};
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
	ck_assert_ptr_nonnull(strstr(json, "\"18446744073709551615\""));
	ck_assert_ptr_nonnull(strstr(json, "\"seconds\":\t12.346"));
	ck_assert_ptr_nonnull(strstr(json, "\"/run/a b\""));
}
END_TEST

/* An empty report has the same keys. */
START_TEST(test_schema_empty)
{
	_cleanup_report_ struct report r = {.profile = xstrdup("core")};

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
	_cleanup_report_ struct report r = {0};
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
	ck_assert_ptr_nonnull(strstr(text, r.results[0].rerun));
	ck_assert_str_eq(text + strlen(text) - strlen(sentence), sentence);
}
END_TEST

START_TEST(test_many_failures)
{
	_cleanup_report_ struct report r = {0};
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

static void add_case(Suite *s, const char *name, const TTest *test, int i)
{
	TCase *tc = tcase_create(name);

	tcase_add_loop_test(tc, test, i, i + 1);
	suite_add_tcase(s, tc);
}

#define ADD_ROWS(s, rows, test)                                                                    \
	for (i = 0; i < ARRAY_SIZE(rows); i++)                                                     \
	add_case(s, (rows)[i].name, test, (int)i)

int main(void)
{
	Suite *s = suite_create("report");
	SRunner *runner = srunner_create(s);
	size_t i;
	int failed;

	ADD_ROWS(s, conclude_rows, test_conclude);
	ADD_ROWS(s, merge_rows, test_merge);
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
	add_case(s, "progress-off", test_progress, 0);
	add_case(s, "progress-on", test_progress, 1);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
