/* SPDX-License-Identifier: Apache-2.0 */
/* What DENY may say, and what a report says of it. */
#include "conformance/calls.h"

#include "conformance/case.h"
#include "conformance/tests/report_sample.h"
#include "conformance/tests/suite.h"

static const struct {
	const char *name, *words;
	const char *same; /* in the order of the table, or NULL: refused for @bad */
	const char *bad;
} rows[] = {
	{ "none", "", "", NULL },
	{ "blanks", "   ", "", NULL },
	{ "one", "openat2", "openat2", NULL },
	{ "order", " move_mount  open_tree ", "open_tree move_mount", NULL },
	{ "twice", "fsopen fsopen", "fsopen", NULL },
	{ "argument", "nr_inodes=1", "nr_inodes=1", NULL },
	{ "part", "openat2 open", NULL, "open" },
	{ "longer", "openat22", NULL, "openat22" },
	{ "comma", "openat2,open_tree", NULL, "openat2,open_tree" },
	{ "case", "OPENAT2", NULL, "OPENAT2" },
	{ "fault", "fault=12:pass openat2", "openat2 fault=12:pass", NULL },
	{ "fault-alone", "fault=1:einval", "fault=1:einval", NULL },
	{ "fault-zero", "openat2 fault=0:pass", NULL, "fault=0:pass" },
	{ "fault-mode", "fault=1:eio openat2", NULL, "fault=1:eio" },
	{ "fault-twice", "fault=1:pass fault=2:pass", NULL, "fault=2:pass" },
	/* No kernel lacks it: it is only counted. */
	{ "counted", "mount", NULL, "mount" },
};

START_TEST(words)
{
	_cleanup_free_ char *bad = NULL, *same = NULL;
	struct denial d = { 0 };
	int r = calls_parse(rows[_i].words, &d, &bad);

	ck_assert_int_eq(r, rows[_i].same ? 0 : -EINVAL);
	if (r < 0) {
		ck_assert_str_eq(bad, rows[_i].bad);
		return;
	}
	same = calls_words(&d);
	ck_assert_str_eq(same, rows[_i].same);
}
END_TEST

START_TEST(all_known)
{
	_cleanup_free_ char *known = calls_known(), *bad = NULL, *again = NULL;
	struct denial d = { 0 };

	ck_assert_int_eq(calls_parse(known, &d, &bad), 0);
	again = calls_words(&d);
	ck_assert_str_eq(again, known);
	ck_assert(has_word(known, "move_mount") && !has_word(known, "mount"));
}
END_TEST

START_TEST(remedies)
{
	_cleanup_free_ char *fault = calls_remedy("fault=0:pass"), *call = calls_remedy("openat");

	ck_assert_str_eq(fault, "at most one, fault=K:pass or fault=K:einval, K from 1 to 99999");
	ck_assert_msg(strstr(call, "none of ") == call && strstr(call, " open_tree "), "%s", call);
	ck_assert_msg(strstr(call, "fault=K"), "%s", call);
}
END_TEST

/* One number may stand in two rules only where one of them looks at the arguments. */
START_TEST(table)
{
	size_t i, k;

	for (i = 0; i < CALL_RULES; i++) {
		ck_assert_ptr_nonnull(call_rules[i].name);
		ck_assert_int_ne(call_rules[i].numbers[0], 0);
		for (k = 0; k < i; k++)
			ck_assert(call_rules[i].by_argument || call_rules[k].by_argument ||
				  call_rules[i].numbers[0] != call_rules[k].numbers[0]);
	}
}
END_TEST

static const struct {
	const char *name;
	writer writer;
	const char *text; /* that the report must hold */
} said[] = {
	{ "text-asked", write_plain_text, "denied      openat2 42 times, fsopen 1 time\n" },
	{ "text-never", write_plain_text, "never asked statmount\n" },
	{ "text-sentence", write_plain_text, "DENY=openat2 fsopen statmount" },
	{ "tap", report_tap, "\n# DENY openat2: answered 42 times\n" },
	{ "tap-never", report_tap, "\n# DENY statmount: answered 0 times\n" },
	{ "json", report_json, "\"name\":\t\"openat2\",\n\t\t\t\"answered\":\t\"42\"" },
};

START_TEST(conditioned)
{
	_cleanup_report_ struct report r;
	_cleanup_free_ char *with = NULL, *without = NULL;

	sample_full(&r);
	report_conclude(&r, true, false);
	without = written(said[_i].writer, &r);
	report_add_denied(&r, "openat2", 40);
	report_add_denied(&r, "fsopen", 0);
	report_add_denied(&r, "statmount", 0);
	report_add_denied(&r, "openat2", 2);
	report_add_denied(&r, "fsopen", 1);
	with = written(said[_i].writer, &r);
	ck_assert_msg(strstr(with, said[_i].text), "%s", with);
	ck_assert_ptr_null(strstr(without, "DENY"));
	ck_assert_ptr_null(strstr(without, "denied"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("calls");

	ADD_ROWS(s, rows, words);
	add_case(s, "all-known", all_known, 0);
	add_case(s, "remedies", remedies, 0);
	add_case(s, "table", table, 0);
	ADD_ROWS(s, said, conditioned);
	return run_suite(s);
}
