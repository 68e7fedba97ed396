/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of EXPECT that are past their until=. */
#include "conformance/report/expect.h"
#include "conformance/report/read.h"
#include "conformance/tests/report_sample.h"
#include "conformance/tests/suite.h"

static void load(struct report *r, const char *entries)
{
	_cleanup_free_ char *text = xstrdup(entries);
	_cleanup_expects_ struct expects e = { 0 };
	_cleanup_free_ char *error = NULL;

	ck_assert_int_eq(expect_parse("F", text, &e, &error), 0);
	expect_apply(r, &e);
}

/* Of sample_full(), which was started on the first of January 2026 with runc 1.1.5+ds1. */
struct expired_row {
	const char *name, *words;
	const char *line; /* among the expired, or "" */
	const char *reason;
};

static const struct expired_row expired_rows[] = {
	{ "until-none", "", "", "x" },
	{ "until-tomorrow", "\tuntil=2026-01-02", "", "x (until 2026-01-02)" },
	{ "until-today", "\tuntil=2026-01-01", "F:1: until 2026-01-01\n", "x (until 2026-01-01)" },
	{ "until-yesterday", "\tuntil=2025-12-31 owner=kir link=https://a.b/c",
	  "F:1: until 2025-12-31, owner kir, https://a.b/c\n",
	  "x (until 2025-12-31, owner kir, https://a.b/c)" },
	{ "until-next", "\tuntil=1.1.6", "", "x (until 1.1.6)" },
	{ "until-this", "\tuntil=1.1.5+ds1", "F:1: until 1.1.5+ds1\n", "x (until 1.1.5+ds1)" },
	{ "until-last", "\towner=kir until=1.1.5", "F:1: until 1.1.5, owner kir\n",
	  "x (until 1.1.5, owner kir)" },
	{ "owner-alone", "\towner=kir", "", "x (owner kir)" },
};

/* Only that it is over differs: what is excused is the same. */
START_TEST(test_expired)
{
	const struct expired_row *row = &expired_rows[_i];
	_cleanup_free_ char *text = xasprintf("runc *\t*\tdir-empty\tfail\tx%s\n", row->words);
	_cleanup_report_ struct report r = { 0 };

	sample_full(&r);
	load(&r, text);
	ck_assert_str_eq(r.expired_expects, row->line);
	ck_assert_str_eq(r.unused_expects, "");
	ck_assert(r.results[0].expected_fall);
	ck_assert_str_eq(r.results[0].expect_reason, row->reason);
}
END_TEST

/* Nobody knows when it was: no day is over. But a version is. */
START_TEST(test_expired_undated)
{
	static const char text[] = "runc *\t*\tdir-empty\tfail\tx\tuntil=2000-01-01\n"
				   "runc *\t*\tdir-empty\tfail\tx\tuntil=1.0.0\n";
	_cleanup_report_ struct report r = { 0 };

	sample_full(&r);
	r.started[0] = '\0';
	load(&r, text);
	ck_assert_str_eq(r.expired_expects, "F:2: until 1.0.0\n");
}
END_TEST

/* Which of these verdicts there was can't be told from what is said of the entry. */
START_TEST(test_expired_published)
{
	static const char *const verdicts[] = { "fail", "skip", "broken", "sometimes",
						"fail|skip" };
	static const writer writers[] = { report_tap, write_plain_text };
	size_t i, w;

	for (i = 0; i < ARRAY_SIZE(verdicts); i++) {
		_cleanup_free_ char *text = xasprintf(
			"runc *\t*\tdir-empty\t%s\tx\tuntil=1.0.0 owner=kir\n", verdicts[i]);
		_cleanup_report_ struct report r = { 0 };

		sample_full(&r);
		r.published = true;
		load(&r, text);
		report_conclude(&r, true, true);
		for (w = 0; w < ARRAY_SIZE(writers); w++) {
			_cleanup_free_ char *out = written(writers[w], &r);

			ck_assert_ptr_nonnull(strstr(out, "F:1: until 1.0.0, owner kir\n"));
		}
	}
}
END_TEST

/* report.json keeps it, and one that says nothing of it stays as it is. */
START_TEST(test_expired_kept)
{
	const struct expired_row *row = &expired_rows[_i];
	_cleanup_free_ char *text = xasprintf("runc *\t*\tdir-empty\tfail\tx%s\n", row->words);
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *first = NULL, *again = NULL, *error = NULL;

	sample_full(&r);
	load(&r, text);
	report_conclude(&r, true, true);
	first = written(report_json, &r);
	ck_assert_int_eq(strstr(first, "expired_expects") != NULL, *row->line != '\0');
	ck_assert_msg(reports_read("F", first, strlen(first), &rs, &error) == 0, "%s", error);
	again = written(report_json, &rs.list[0]);
	ck_assert_str_eq(first, again);
}
END_TEST

/* What STRICT failed must not conform by being read back and published. */
START_TEST(test_expired_later)
{
	bool strict = _i;
	_cleanup_report_ struct report r = { 0 };
	size_t i;

	sample_full(&r);
	for (i = 0; i < r.n_results; i++)
		r.results[i].verdict = VERDICT_PASS;
	r.unused_expects = xstrdup("F:1: x\n");
	report_conclude(&r, true, strict);
	ck_assert_int_eq(r.outcome, strict ? OUTCOME_FAILS : OUTCOME_CONFORMS);
	report_publish(&r);
	ck_assert_int_eq(r.outcome, strict ? OUTCOME_FAILS : OUTCOME_CONFORMS);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("expired");

	ADD_ROWS(s, expired_rows, test_expired);
	ADD_ROWS(s, expired_rows, test_expired_kept);
	add_case(s, "undated", test_expired_undated, 0);
	add_case(s, "published", test_expired_published, 0);
	add_case(s, "later", test_expired_later, 0);
	add_case(s, "later-strict", test_expired_later, 1);
	return run_suite(s);
}
