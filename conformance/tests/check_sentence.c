/* SPDX-License-Identifier: Apache-2.0 */
/* What a report says in one sentence, and what a published one keeps to itself. */
#include "conformance/report/sentence.h"
#include "conformance/tests/report_sample.h"
#include "conformance/tests/suite.h"

/* One reason that the caller knows is said, not what follows from it for each requirement. */
START_TEST(test_one_cause)
{
	static const char why[] = "create of a container without masks ended with exit:1";
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *text = NULL;
	_cleanup_free_ char *tap = NULL;

	sample_init(&r);
	sample_words(&r, _i == 0 ? "MB MB SB IB" : "MB MP");
	r.published = _i == 2;
	r.why = xstrdup(why);
	report_conclude(&r, true, false);
	ck_assert_int_eq(r.outcome, OUTCOME_BROKEN);
	text = written(write_plain_text, &r);
	tap = written(report_tap, &r);
	ck_assert_ptr_nonnull(strstr(text, why));
	ck_assert_int_eq(strstr(text, "\nBROKEN") != NULL, _i == 1);
	ck_assert_int_eq(strstr(tap, "\nnot ok 1 - dir-empty") != NULL, _i < 2);
	ck_assert_int_eq(strstr(text, "could not be judged on any requirement") != NULL, _i == 0);
}
END_TEST

struct sentence_row {
	const char *name, *results;
	bool published;
	unsigned int allowed;
	const char *want; /* behind the subject */
};

#define OF " of OCI path masking (maskspec 0.1 at abc1234"

static const struct sentence_row sentence_rows[] = {
	{ "say-passes", "MP MP SP", false, 0, "passes all 2 MUST requirements" OF ")." },
	{ "say-skipped", "MP MP MS", false, 0, "passes all 2 judged MUST requirements" OF ")." },
	{ "say-one", "MP", false, 0, "passes the only judged MUST requirement" OF ")." },
	{ "say-should", "SF MP MP SF", false, 0,
	  "fails 2 SHOULD requirements: dir-empty, dir-metadata; passes all 2 MUST requirements" OF
	  ")." },
	{ "say-only-should", "SF", false, 0, "fails 1 SHOULD requirement" OF "): dir-empty." },
	{ "say-should-passes", "SP SP IP", false, 0, "passes all 2 SHOULD requirements" OF ")." },
	{ "say-info", "IF MP MP", false, 0,
	  "fails 1 INFO requirement: dir-empty; passes all 2 MUST requirements" OF ")." },
	{ "say-known", "MF! MP MP SF!", false, 0,
	  "passes 2 of 3 MUST requirements" OF ", 2 known falls): dir-empty." },
	{ "say-known-should", "SF!", false, 0,
	  "fails 1 SHOULD requirement" OF ", 1 known fall): dir-empty." },
	{ "say-fails", "MF MP SF", false, 0, "fails 1 of 2 MUST requirements" OF "): dir-empty." },
	{ "say-broken", "MB MP", false, 0,
	  "could not be judged on 1 requirement" OF "): dir-empty." },
	{ "say-hidden", "MP MP SF! MF", true, 1,
	  "passes 2 and fails 1 requirement" OF ", 1 known fall, 1 withheld)." },
	{ "say-hidden-all", "MF", true, 1, "shows no requirement" OF ", 1 withheld)." },
	{ "say-unnamed", "MP SP SF MF", true, 0,
	  "passes 2 requirements" OF
	  ", 2 withheld): 2 falls are not named by EXPECT and not shown, "
	  "0 are allowed; see a run without PUBLISH." },
	{ "say-unnamed-one", "MP MF", true, 2,
	  "passes 1 requirement" OF ", 1 withheld): 1 fall is not named by EXPECT and not shown, 2 "
	  "are allowed; see a run without PUBLISH." },
	{ "say-missing", "MP", true, 1,
	  "passes the only judged MUST requirement" OF "): 0 falls are not named by EXPECT and not "
	  "shown, 1 is allowed; see a run without PUBLISH." },
};

START_TEST(test_sentence)
{
	const struct sentence_row *row = &sentence_rows[_i];
	_cleanup_text_ struct text t = { 0 };
	_cleanup_report_ struct report r = { 0 };
	char *p;

	sample_init(&r);
	sample_words(&r, row->results);
	r.published = row->published;
	r.withheld_allowed = row->allowed;
	memcpy(r.profile, "all", 4);
	report_conclude(&r, true, false);
	sentence_add(&t, &r);
	for (p = t.s; (p = strchr(p, '\n'));)
		*p = p[1] ? ' ' : '\0';
	ck_assert_str_eq(strstr(t.s, "cgroup v1) ") + strlen("cgroup v1) "), row->want);
}
END_TEST

/* Whether a MUST, a SHOULD or an INFO fell: what may be published is the same to the byte. */
START_TEST(test_level_hidden)
{
	static const char *const results[] = { "MP SP IP SF! MF", "MP SP IP SF! SF",
					       "MP SP IP SF! IF" };
	static const writer writers[] = { report_tap, report_json, write_plain_text };
	size_t i, w;

	for (w = 0; w < ARRAY_SIZE(writers); w++) {
		_cleanup_free_ char *first = NULL;

		for (i = 0; i < ARRAY_SIZE(results); i++) {
			_cleanup_report_ struct report r = { 0 };
			char *out;

			sample_init(&r);
			sample_words(&r, results[i]);
			r.published = true;
			r.withheld_allowed = (unsigned int)_i;
			report_conclude(&r, true, false);
			out = written(writers[w], &r);
			ck_assert_ptr_null(strstr(out, requirements[r.results[4].id].id));
			if (i > 0)
				ck_assert_str_eq(out, first);
			free(first);
			first = out;
		}
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sentence");

	add_case(s, "one-cause", test_one_cause, 0);
	add_case(s, "one-cause-no", test_one_cause, 1);
	add_case(s, "one-cause-published", test_one_cause, 2);
	ADD_ROWS(s, sentence_rows, test_sentence);
	add_case(s, "level-hidden", test_level_hidden, 0);
	add_case(s, "level-hidden-fits", test_level_hidden, 1);
	return run_suite(s);
}
