/* SPDX-License-Identifier: Apache-2.0 */
/* Drafts of EXPECT: what they list, and that a finished one excuses just that. */
#include "conformance/report/draft.h"
#include "conformance/report/expect.h"
#include "conformance/tests/report_sample.h"
#include "conformance/tests/suite.h"

/*
 * A report of dir-empty and of a pass beside it. @letter: P F S B the verdict; - not due; e a fall
 * that EXPECT named; w one that is withheld, h in a published report; c broken, as all else;
 * n nothing is masked at all.
 */
static void add_report(struct reports *rs, const char *version, const char *kernel, char letter)
{
	static const char letters[] = "-SPBF";
	const char *verdict = strchr(letters, letter);
	struct report r = { 0 };
	struct result *res;

	sample_init(&r);
	free(r.runtime_version);
	free(r.kernel);
	r.runtime_version = xasprintf("runc version %s\nspec: 1", version);
	r.kernel = xstrdup(kernel);
	r.outcome = letter == 'n' ? OUTCOME_NOT_IMPLEMENTED : OUTCOME_FAILS;
	r.one_cause = letter == 'c';
	r.why = xstrdup(strchr("cn", letter) ? "for one reason" : "");
	r.published = letter == 'h';
	r.n_withheld = letter == 'h' || letter == 'w';
	sample_add(&r, REQ_file_null, LEVEL_MUST, VERDICT_PASS);
	res = sample_add(&r, REQ_dir_empty, LEVEL_MUST,
			 verdict	 ? (enum verdict)(verdict - letters)
			 : letter == 'c' ? VERDICT_BROKEN
					 : VERDICT_FAIL);
	res->expected_fall = letter == 'e';
	res->withheld = r.n_withheld > 0;
	reports_add(rs, "F", &r);
}

/* @all: "VERSION KERNEL LETTER; …" */
static void add_reports(struct reports *rs, const char *all)
{
	_cleanup_free_ char *copy = xstrdup(all);
	char *state = NULL, *one;

	for (one = strtok_r(copy, ";", &state); one; one = strtok_r(NULL, ";", &state)) {
		char version[64], kernel[64], letter;

		ck_assert_int_eq(sscanf(one, " %63s %63s %c", version, kernel, &letter), 3);
		add_report(rs, version, kernel, letter);
	}
}

static char *drafted(const struct reports *rs, const char *words)
{
	size_t len = 0;
	char *s = NULL;
	FILE *f = open_memstream(&s, &len);

	ck_assert_int_eq(draft_write(rs, words, f), 0);
	fclose(f);
	return s;
}

struct draft_row {
	const char *name, *reports;
	const char *lines; /* RUNTIME VERSION|KERNEL|VERDICT, a line each */
};

static const struct draft_row draft_rows[] = {
	{ "nothing", "1.1.5 6.1 P", "" },
	{ "fail", "1.1.5+ds1 6.1.0-9-amd64 F", "runc 1.1.5+ds1|6.1.0-9-amd64|fail\n" },
	{ "broken", "1.1.5 6.1 B", "runc 1.1.5|6.1|broken\n" },
	{ "skip", "1.1.5 6.1 S", "" },
	{ "known", "1.1.5 6.1 e", "" },
	{ "withheld", "1.1.5 6.1 w", "" },
	{ "hidden", "1.1.5 6.1 h", "" },
	{ "one-cause", "1.1.5 6.1 c", "" },
	{ "not-implemented", "1.1.5 6.1 n", "" },
	{ "twice", "1.1.5 6.1 F; 1.1.5 6.1 F", "runc 1.1.5|6.1|fail\n" },
	{ "kernels", "1.1.5 6.1 F; 1.1.5 5.10 F; 1.1.5 6.12 F", "runc 1.1.5|>=5.10 <=6.12|fail\n" },
	{ "versions", "1.1.15 6.1 F; 1.1.5 6.1 F; 1.3.5 6.1 F", "runc >=1.1.5 <=1.3.5|6.1|fail\n" },
	{ "both", "1.1.5 5.4 F; 1.1.5 6.1 F; 1.1.6 5.4 F; 1.1.6 6.1 F",
	  "runc >=1.1.5 <=1.1.6|>=5.4 <=6.1|fail\n" },
	{ "candidate", "1.4.0 6.1 P; 1.4.0-rc.1 6.1 F; 1.3.0 6.1 F",
	  "runc >=1.3.0 <=1.4.0-rc.1|6.1|fail\n" },
	{ "kernel-between", "1.1.5 5.10 F; 1.1.5 6.1 P; 1.1.5 6.12 F",
	  "runc 1.1.5|5.10|fail\nrunc 1.1.5|6.12|fail\n" },
	{ "version-between", "1.1.5 6.1 F; 1.1.6 6.1 P; 1.1.7 6.1 F",
	  "runc 1.1.5|6.1|fail\nrunc 1.1.7|6.1|fail\n" },
	{ "other-kernels", "1.1.5 5.10 F; 1.1.5 6.1 F; 1.1.6 6.1 F",
	  "runc 1.1.5|>=5.10 <=6.1|fail\nrunc 1.1.6|6.1|fail\n" },
	{ "not-looked-at", "1.1.5 6.1 F; 1.1.6 6.1 -; 1.1.7 6.1 F",
	  "runc >=1.1.5 <=1.1.7|6.1|fail\n" },
	/* A gap would tell that something fell there. */
	{ "hidden-between", "1.1.5 6.1 F; 1.1.6 6.1 h; 1.1.7 6.1 w; 1.1.8 6.1 F",
	  "runc >=1.1.5 <=1.1.8|6.1|fail\n" },
	{ "known-between", "1.1.5 6.1 F; 1.1.6 6.1 e; 1.1.7 6.1 F",
	  "runc 1.1.5|6.1|fail\nrunc 1.1.7|6.1|fail\n" },
	{ "sometimes", "1.1.5 6.1 F; 1.1.5 6.1 P; 1.1.6 6.1 F",
	  "runc 1.1.6|6.1|fail\nrunc 1.1.5|6.1|sometimes\n" },
	{ "or-skip", "1.1.5 6.1 S; 1.1.5 6.1 F", "runc 1.1.5|6.1|fail|skip\n" },
	{ "fail-and-broken", "1.1.5 6.1 B; 1.1.5 6.1 F",
	  "runc 1.1.5|6.1|fail\nrunc 1.1.5|6.1|broken\n" },
	{ "no-number", "release-1 6.1 F; release-2 6.1 F",
	  "runc release-1|6.1|fail\nrunc release-2|6.1|fail\n" },
	{ "kernels-no-number", "1 host F; 1 guest F", "runc 1|guest|fail\nrunc 1|host|fail\n" },
	{ "glob", "1.*[a]@(b) <6>\\ F", "runc 1.\\*\\[a]@\\(b)|?6?\\\\|fail\n" },
};

/* RUNTIME VERSION|KERNEL|VERDICT of each line that is no comment; they all are of dir-empty. */
static char *columns_of(const char *draft)
{
	_cleanup_free_ char *copy = xstrdup(draft);
	_cleanup_text_ struct text t = { 0 };
	char *rest = copy, *line;

	while ((line = next_line(&rest))) {
		char *state = NULL, *runtime, *kernel, *id, *verdict;

		if (*line == '#')
			continue;
		runtime = strtok_r(line, "\t", &state);
		kernel = strtok_r(NULL, "\t", &state);
		id = strtok_r(NULL, "\t", &state);
		verdict = strtok_r(NULL, "\t", &state);
		ck_assert_str_eq(id, "dir-empty");
		ck_assert_ptr_nonnull(strip_prefix(strtok_r(NULL, "\t", &state), "FIXME: why?"));
		text_addf(&t, "%s|%s|%s\n", runtime, kernel, verdict);
	}
	return xstrdup(text_str(&t));
}

START_TEST(test_draft)
{
	const struct draft_row *row = &draft_rows[_i];
	_cleanup_free_ char *text = NULL, *columns = NULL, *error = NULL;
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_expects_ struct expects e = { 0 };

	add_reports(&rs, row->reports);
	text = drafted(&rs, "");
	columns = columns_of(text);
	ck_assert_str_eq(columns, row->lines);
	/* Nobody can use it as it is. */
	ck_assert_int_eq(expect_parse("F", text, &e, &error), *row->lines ? -EINVAL : 0);
}
END_TEST

/* What a person does to it. */
static void finish(char *draft)
{
	char *at;

	while ((at = strstr(draft, "FIXME")))
		memcpy(at, "known", strlen("known"));
}

/* Each fall is excused, and no pass is called unexpected. */
static void check_finished(struct reports *rs)
{
	_cleanup_free_ char *text = drafted(rs, "until=9.0 owner=kir"), *error = NULL;
	_cleanup_expects_ struct expects e = { 0 };
	size_t i;

	finish(text);
	ck_assert_msg(expect_parse("F", text, &e, &error) == 0, "%s", error);
	for (i = 0; i < rs->n; i++) {
		struct report *r = &rs->list[i];
		struct result *res = &r->results[1];

		expect_apply(r, &e);
		ck_assert_int_eq(res->expected_fall,
				 res->verdict == VERDICT_FAIL || res->verdict == VERDICT_BROKEN);
		ck_assert(!res->unexpected_pass && !r->results[0].unexpected_pass);
		if (res->expected_fall)
			ck_assert_ptr_nonnull(strstr(res->expect_reason, "(until 9.0, owner kir)"));
		ck_assert_str_eq(r->expired_expects, "");
		/* One fell and one skipped and one passed is more than a line can say. */
		if (res->verdict != VERDICT_SKIP)
			ck_assert_str_eq(r->unused_expects, "");
	}
}

/* Every way that two versions can do on two kernels, each in two runs. */
#define LETTERS "-PFSB"
#define CELLS 4
#define WAYS (5 * 5 * 5 * 5)

START_TEST(test_finished)
{
	static const char *const versions[] = { "1.1.5", "1.1.6" }, *const kernels[] = { "5.4",
											 "6.1" };
	_cleanup_reports_ struct reports rs = { 0 };
	int cell, way = _i;

	for (cell = 0; cell < CELLS; cell++, way /= 5)
		add_report(&rs, versions[cell / 2], kernels[cell % 2], LETTERS[way % 5]);
	/* The first of them is known to do otherwise at times, but no verdict is both. */
	if (_i % 5 == 2)
		add_report(&rs, versions[0], kernels[0], LETTERS[1 + (_i / 5) % 3]);
	check_finished(&rs);
}
END_TEST

/* What comes from facts stays on its line, and a name that is withheld stays out. */
START_TEST(test_hostile)
{
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_free_ char *text = NULL;
	struct result *res;

	add_report(&rs, "1.1.5", "6.1\n#\t", 'F');
	res = &rs.list[0].results[1];
	free(res->observed);
	res->observed = xstrdup("a\tuntil=1.0\033[2J\xff\nb\tc");
	free(rs.list[0].started);
	rs.list[0].started = xstrdup("now\nrunc *\t*\tsb-shared\tfail\tx");
	text = drafted(&rs, "");
	ck_assert_uint_eq(count_lines(text), 3);
	ck_assert_ptr_nonnull(strstr(text,
				     "\nrunc 1.1.5\t6.1???\tdir-empty\tfail\tFIXME: why? seen: "
				     "a\\011until=1.0\\033[2J\\377\n"));
	free(text);
	free(res->observed);
	res->observed = xstrdup("not so file-null");
	rs.list[0].results[0].withheld = true;
	text = drafted(&rs, "");
	ck_assert_ptr_null(strstr(text, "file-null"));
}
END_TEST

START_TEST(test_origin)
{
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_free_ char *text = NULL;
	struct report absent = { .kernel_name = xstrdup("debian-7"),
				 .why = xstrdup("not to be had") };

	add_reports(&rs, "1.1.5 6.1 F; 1.1.6 6.1 h; 1.1.7 6.1 c; 1.1.8 6.1 e");
	reports_add(&rs, "F", &absent);
	text = drafted(&rs, "owner=kir");
	ck_assert_ptr_nonnull(strstr(text, "# runc 1.1.5 on Linux 6.1 (x86_64, cgroup v1), profile "
					   "core, 2026-01-01T00:00:00Z: 1 unexpected fall\n"));
	ck_assert_ptr_nonnull(strstr(text, ": 0 unexpected falls, 1 withheld and not here"));
	ck_assert_ptr_nonnull(strstr(text, "2026-01-01T00:00:00Z: 0 unexpected falls\n"));
	ck_assert_ptr_nonnull(strstr(text, ": nothing to list: for one reason\n"));
	ck_assert_ptr_nonnull(strstr(text, "# debian-7: nothing to list: not to be had\n"));
	ck_assert_ptr_nonnull(strstr(text, "\towner=kir\n"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("draft");
	TCase *ways = tcase_create("finished");

	ADD_ROWS(s, draft_rows, test_draft);
	tcase_add_loop_test(ways, test_finished, 0, WAYS);
	suite_add_tcase(s, ways);
	add_case(s, "hostile", test_hostile, 0);
	add_case(s, "origin", test_origin, 0);
	return run_suite(s);
}
