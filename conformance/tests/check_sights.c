/* SPDX-License-Identifier: Apache-2.0 */
/* What must not differ when a case is run again, and what may. */
#include "conformance/certify/sights.h"

#include "conformance/tests/suite.h"

static const char head[] = "facts/1\nh\trun\tr1\nc\tcase/1\nc\tbundle\\011b\nc\ttitle\\011T\n"
			   "c\tprofile\\011core\nc\tcontainer\\011a\\011starts\\011-\n"
			   "c\tconfig\\011{}\nc\tend\\0116\n";

#define HEAD_LINES 9

/* Rows by a letter each; of e, E and x only the result or the value is another. */
static const struct {
	char letter;
	const char *line;
} rows[] = {
	{ 'e', "r\tprobe:a\trun\troot\tlist\t/t/a\tok\tentries=0 dots=2" },
	{ 'E', "r\tprobe:a\trun\troot\tlist\t/t/a\tEACCES\t-" },
	{ 'x', "r\tprobe:a\trun\troot\tlist\t/t/a\tok\tentries=7 dots=2" },
	{ 'u', "r\tprobe:a\trun\tuser\tlist\t/t/a\tok\tentries=0 dots=2" },
	{ 'f', "r\tprobe:a\trun\troot\tread\t/t/f\tok\tbytes=0" },
	{ 't', "r\tprobe:a\trun\troot\tread\t/t/\\033[1m\\012n\tok\tbytes=0" },
	{ 'm',
	  "r\tdriver:a\trun\tdriver\tmountinfo\thost\tok\t95 94 254:0 / / ro - ext4 /dev/v rw" },
};

static char *facts_of(const char *letters)
{
	_cleanup_text_ struct text t = { 0 };
	size_t i, lines = HEAD_LINES + strlen(letters);

	text_add(&t, head);
	for (; *letters; letters++)
		for (i = 0; i < ARRAY_SIZE(rows); i++)
			if (rows[i].letter == *letters)
				text_addf(&t, "%s\n", rows[i].line);
	text_addf(&t, "end\t%zu\n", lines);
	return TAKE_PTR(t.s);
}

/* What the certificate's runs saw, with blanks between; what was seen here; what is said of it. */
static const struct compared_row {
	const char *name, *there, *here, *says;
} compared_rows[] = {
	{ "same", "efm efm", "efm", "" },
	{ "terminal", "t", "",
	  "c: probe:a run root read /t/\\033[1m\\012n: ok in the certificate, not seen here\n" },
	{ "order", "efu", "fue", "" },
	{ "value", "ef", "xf", "" },
	{ "mountinfo", "em", "e", "" },
	{ "answer", "ef ef", "Ef",
	  "c: probe:a run root list /t/a: ok in the certificate, EACCES here\n" },
	{ "lost", "ef", "e",
	  "c: probe:a run root read /t/f: ok in the certificate, not seen here\n" },
	{ "more", "e", "ef",
	  "c: probe:a run root read /t/f: not seen in the certificate, ok here\n" },
	{ "identity", "e", "u",
	  "c: probe:a run root list /t/a: ok in the certificate, not seen here\n"
	  "c: probe:a run user list /t/a: not seen in the certificate, ok here\n" },
	{ "twice", "ee", "ee", "" },
	{ "second-answer", "ee", "eE",
	  "c: probe:a run root list /t/a: ok in the certificate, EACCES here\n" },
	{ "second-lost", "ee", "e",
	  "c: probe:a run root list /t/a: ok in the certificate, not seen here\n" },
	{ "unsteady", "ef Ef", "Ef", "" },
	{ "unsteady-first", "ef Ef", "ef", "" },
	{ "now-and-then", "ef e", "e", "" },
	{ "only-in-second", "e ef", "ef", "" },
};

START_TEST(test_compared)
{
	const struct compared_row *row = &compared_rows[_i];
	_cleanup_free_ char *runs = xstrdup(row->there);
	_cleanup_(sights_free) struct sights here;
	_cleanup_text_ struct text differ = { 0 };
	struct sights there[2];
	char *state = NULL, *run;
	size_t n = 0;

	for (run = strtok_r(runs, " ", &state); run; run = strtok_r(NULL, " ", &state))
		ck_assert(sights_read(facts_of(run), &there[n++]));
	ck_assert(sights_read(facts_of(row->here), &here));
	sights_compare(there, n, &here, "c", &differ);
	ck_assert_str_eq(text_str(&differ), row->says);
	while (n)
		sights_free(&there[--n]);
}
END_TEST

START_TEST(test_cut)
{
	_cleanup_free_ char *text = facts_of("ef");
	_cleanup_(sights_free) struct sights s;

	ck_assert(!sights_read(xstrndup(text, strlen(text) - 8), &s));
	ck_assert_uint_eq(s.n, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sights");

	ADD_ROWS(s, compared_rows, test_compared);
	add_case(s, "cut", test_cut, 0);
	return run_suite(s);
}
