/* SPDX-License-Identifier: Apache-2.0 */
/* What the services that run a CI are told: GitHub's workflow commands, and tmt's results. */
#include "conformance/report/expect.h"
#include "conformance/report/formats.h"
#include "conformance/report/told.h"
#include "conformance/tests/report_sample.h"
#include "conformance/tests/suite.h"

typedef int (*writer_of_all)(const struct reports *rs, FILE *out);

static char *of_all(writer_of_all w, const struct reports *rs)
{
	size_t len = 0;
	char *s = NULL;
	FILE *f = open_memstream(&s, &len);

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(w(rs, f), 0);
	fclose(f);
	return s;
}

static char *of_one(writer_of_all w, struct report *r)
{
	struct reports rs = { .list = r, .n = 1 };

	return of_all(w, &rs);
}

static size_t count_of(const char *s, const char *what)
{
	size_t n = 0;

	while ((s = strstr(s, what))) {
		s += strlen(what);
		n++;
	}
	return n;
}

struct told_row {
	const char *name;
	const char *word; /* as of sample_words(), u: an unexpected pass */
	enum told told;
	const char *github, *tmt; /* how its lines begin; NULL: no annotation */
};

static const struct told_row told_rows[] = {
	{ "must", "MF", TOLD_FAIL, "::error title=", "fail" },
	{ "broken", "MB", TOLD_BROKEN, "::error title=", "error" },
	{ "should-broken", "SB", TOLD_BROKEN, "::error title=", "error" },
	{ "should", "SF", TOLD_LESSER, "::warning title=", "info" },
	{ "info", "IF", TOLD_LESSER, "::warning title=", "info" },
	{ "known", "MF!", TOLD_KNOWN, "::notice title=", "info" },
	{ "known-broken", "MB!", TOLD_KNOWN, "::notice title=", "info" },
	{ "skip", "MS", TOLD_SKIP, NULL, "skip" },
	{ "pass", "MP", TOLD_PASS, NULL, "pass" },
	{ "unexpected", "MPu", TOLD_UNEXPECTED, "::warning title=", "info" },
};

START_TEST(test_row)
{
	const struct told_row *row = &told_rows[_i];
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *github = NULL, *tmt = NULL, *want = NULL;

	sample_init(&r);
	sample_words(&r, row->word);
	r.results[0].unexpected_pass = row->word[2] == 'u';
	/* A pass beside it, so that something was observed. */
	sample_add(&r, REQ_sb_shared, LEVEL_MUST, VERDICT_PASS);
	report_conclude(&r, true, false);
	ck_assert_int_eq(told_of(&r.results[0]), row->told);
	github = of_one(report_github, &r);
	if (row->github)
		ck_assert_ptr_eq(strstr(github, row->github), github);
	ck_assert_uint_eq(count_of(github, "\n"), row->github ? 1 : 0);
	tmt = of_one(report_tmt, &r);
	want = xasprintf("- name: \"/%s\"\n  result: %s\n", requirements[0].id, row->tmt);
	ck_assert_ptr_nonnull(strstr(tmt, want));
	ck_assert_uint_eq(count_of(tmt, "- name: "), 3);
}
END_TEST

/* The gravest first: a step drops what comes after the tenth. */
START_TEST(test_order)
{
	static const struct {
		const char *command;
		int id;
	} wanted[] = { { "error", 3 }, { "error", 2 }, { "warning", 1 }, { "notice", 0 } };
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *s = NULL;
	char *rest;
	size_t i;

	sample_init(&r);
	sample_words(&r, "MF! SF MB MF MP");
	report_conclude(&r, true, false);
	rest = s = of_one(report_github, &r);
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		_cleanup_free_ char *begin = xasprintf("::%s title=%s (", wanted[i].command,
						       requirements[wanted[i].id].id);
		char *line = next_line(&rest);

		ck_assert_ptr_nonnull(line);
		ck_assert_ptr_nonnull(strip_prefix(line, begin));
	}
	ck_assert_ptr_null(next_line(&rest));
}
END_TEST

#define HOSTILE "a%0Ab\r\n::add-mask::x\x1b]0;\xff\xe2\x80"

START_TEST(test_hostile_github)
{
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *s = NULL;

	sample_init(&r);
	sample_words(&r, "MF");
	free(r.results[0].observed);
	r.results[0].observed = xstrdup(HOSTILE);
	free(r.runtime_version);
	r.runtime_version = xstrdup("x,file=a::\n::stop-commands::x");
	report_conclude(&r, true, false);
	s = of_one(report_github, &r);
	ck_assert_uint_eq(count_of(s, "\n"), 1);
	ck_assert_uint_eq(count_of(s, "\r"), 0);
	ck_assert_uint_eq(count_of(s, "\x1b"), 0);
	/* The property ends where it should: none of the version's own separators is left. */
	ck_assert_ptr_nonnull(strstr(s, " fails%3A runc x%2Cfile=a%3A%3A on 6.18.44::"));
	ck_assert_ptr_nonnull(strstr(s, "%0Aobserved: a%250Ab\\015\\012::add-mask::x\\033]0;"
					"\\377\\342\\200%0Asentence: "));
}
END_TEST

START_TEST(test_hostile_tmt)
{
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *s = NULL;

	sample_init(&r);
	sample_words(&r, "MF");
	free(r.results[0].observed);
	r.results[0].observed = xstrdup("\"\n- name: /x\n  result: pass\\");
	report_conclude(&r, true, false);
	s = of_one(report_tmt, &r);
	ck_assert_uint_eq(count_of(s, "\n- name: "), 1);
	ck_assert_ptr_nonnull(
		strstr(s, "  - \"observed: \\\"\\\\012- name: /x\\\\012  result: pass\\\\\"\n"));
}
END_TEST

/* 1 MiB of a two-byte character: cut between two of them. */
START_TEST(test_long)
{
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *s = NULL, *tmt = NULL;
	size_t i, n = 1 << 20;

	sample_init(&r);
	sample_words(&r, "MF");
	free(r.results[0].observed);
	r.results[0].observed = xcalloc(n + 1, 1);
	for (i = 0; i < n; i += 2)
		strncpy(r.results[0].observed + i, "ä", 3);
	free(r.runtime_version);
	r.runtime_version = xstrdup(r.results[0].observed);
	report_conclude(&r, true, false);
	s = of_one(report_github, &r);
	ck_assert_uint_lt(strlen(s), 4096);
	ck_assert_uint_eq(count_of(s, "ä…"), 2);
	tmt = of_one(report_tmt, &r);
	ck_assert_uint_lt(strlen(tmt), 8192);
}
END_TEST

START_TEST(test_outcome)
{
	_cleanup_report_ struct report r = { 0 }, absent = { 0 };
	struct report list[2];
	struct reports rs = { .list = list, .n = 2 };
	_cleanup_free_ char *none = NULL, *one = NULL, *two = NULL, *tmt = NULL, *alone = NULL;

	sample_init(&r);
	sample_words(&r, "MP");
	report_conclude(&r, true, false);
	none = of_one(report_github, &r);
	ck_assert_str_eq(none, "");
	r.unused_expects = xstrdup("known:7: runc");
	free(r.why);
	r.why = NULL;
	report_conclude(&r, true, true);
	one = of_one(report_github, &r);
	ck_assert_ptr_eq(strstr(one, "::error title=maskspec%3A fails%3A runc 1.1.5+ds1 on "), one);
	ck_assert_ptr_nonnull(strstr(one, "%0Aunused entry of EXPECT: known:7: runc\n"));

	absent.kernel_name = xstrdup("./a/el 8.rpm");
	absent.why = xstrdup("el8 can't be had");
	absent.outcome = OUTCOME_NOTHING_RAN;
	list[0] = r;
	list[1] = absent;
	list[0].outcome = OUTCOME_CONFORMS;
	two = of_all(report_github, &rs);
	ck_assert_str_eq(two,
			 "::warning title=maskspec%3A absent%3A on el 8.rpm::el8 can't be had\n");
	tmt = of_all(report_tmt, &rs);
	ck_assert_ptr_eq(strstr(tmt, "- name: \"/\"\n  result: pass\n"), tmt);
	ck_assert_ptr_nonnull(strstr(tmt, "- name: \"/host/"));
	ck_assert_ptr_nonnull(strstr(tmt, "- name: \"/el_8.rpm\"\n  result: skip\n"));
	/* Where there is no other kernel nothing was judged. */
	list[0] = absent;
	alone = of_all(report_tmt, &rs);
	ck_assert_ptr_eq(strstr(alone, "- name: \"/\"\n  result: error\n"), alone);
	ck_assert_ptr_nonnull(strstr(alone, "- name: \"/el_8.rpm.2\"\n"));
}
END_TEST

static const writer_of_all writers[] = { report_github, report_tmt };

/* What is withheld is named nowhere: neither as a result, nor in the words of another one. */
START_TEST(test_hides)
{
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *open = NULL, *hidden = NULL;
	const char *secret, *passed;

	sample_init(&r);
	sample_words(&r, "MF! MF MP");
	secret = requirements[1].id;
	passed = requirements[2].id;
	free(r.results[0].observed);
	r.results[0].observed = xasprintf("%s", secret);
	r.results[0].expect_reason = xasprintf("as %s\nand %s", passed, secret);
	report_conclude(&r, true, false);
	open = of_one(writers[_i], &r);
	ck_assert_ptr_nonnull(strstr(open, secret));
	report_publish(&r);
	hidden = of_one(writers[_i], &r);
	ck_assert_ptr_nonnull(strstr(hidden, requirements[0].id));
	ck_assert_ptr_null(strstr(hidden, secret));
	ck_assert_ptr_null(strstr(hidden, passed));
	ck_assert_ptr_nonnull(strstr(hidden, "withheld: 1"));
	ck_assert_ptr_null(strstr(hidden, "(MUST)"));
	ck_assert_ptr_null(strstr(hidden, "\"MUST "));
}
END_TEST

/* Nor can its level be told: whatever it is, the same is written. */
START_TEST(test_hides_level)
{
	static const char *const levels[] = { "MP MF", "MP SF", "MP IF" };
	_cleanup_free_ char *first = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		_cleanup_report_ struct report r = { 0 };
		_cleanup_free_ char *s = NULL;

		sample_init(&r);
		sample_words(&r, levels[i]);
		r.published = true;
		report_conclude(&r, true, false);
		s = of_one(writers[_i], &r);
		ck_assert_ptr_nonnull(strstr(s, "withheld: 1"));
		if (first)
			ck_assert_str_eq(s, first);
		else
			first = TAKE_PTR(s);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("told");

	ADD_ROWS(s, told_rows, test_row);
	add_case(s, "order", test_order, 0);
	add_case(s, "hostile-github", test_hostile_github, 0);
	add_case(s, "hostile-tmt", test_hostile_tmt, 0);
	add_case(s, "long", test_long, 0);
	add_case(s, "outcome", test_outcome, 0);
	add_case(s, "hides-github", test_hides, 0);
	add_case(s, "hides-tmt", test_hides, 1);
	add_case(s, "hides-level-github", test_hides_level, 0);
	add_case(s, "hides-level-tmt", test_hides_level, 1);
	return run_suite(s);
}
