/* SPDX-License-Identifier: Apache-2.0 */
/* JUnit, Markdown and CSV: whatever a runtime says stays text, and what is withheld stays hidden.
 */
#include "conformance/report/columns.h"
#include "conformance/report/formats.h"
#include "conformance/report/markdown.h"
#include "conformance/report/output.h"
#include "conformance/tests/report_sample.h"
#include "conformance/tests/suite.h"

static const char *const several[] = { "json", "junit", "markdown", "csv" };

/* What the format writes of @rs, owned by the caller. */
static char *written_as(const char *format, const struct reports *rs)
{
	size_t len = 0;
	char *s = NULL;
	FILE *f = open_memstream(&s, &len);

	ck_assert_int_eq(format_by_name(format)->write(rs, f), 0);
	fclose(f);
	ck_assert_uint_eq(strlen(s), len);
	return s;
}

/* Whether @command, which gets the name of a file with @text, exits with 0. */
static bool accepted(const char *text, const char *command)
{
	char name[] = "/tmp/check_formats.XXXXXX";
	_cleanup_close_ int fd = mkstemp(name);
	_cleanup_free_ char *line = xasprintf("%s %s >/dev/null 2>&1", command, name);
	FILE *f = fdopen(fd, "w");
	int status;

	ck_assert_ptr_nonnull(f);
	fd = -EBADF;
	ck_assert_int_ge(fputs(text, f), 0);
	fclose(f);
	status = system(line);
	unlink(name);
	return status == 0;
}

#define XMLLINT "xmllint --noout --huge --schema fixtures/schema/junit.xsd"
#define CSV                                                                                        \
	"/usr/bin/python3 -c 'import csv, sys; "                                                   \
	"rows = list(csv.reader(open(sys.argv[1], newline=\"\", encoding=\"utf-8\"), "             \
	"strict=True)); "                                                                          \
	"sys.exit(len({len(r) for r in rows}) != 1)'"

static void replace(char **s, const char *with)
{
	free(*s);
	*s = xstrdup(with);
}

/* In every text that comes from a runtime, a kernel or a user; of a long one a few will do. */
static void make_hostile(struct report *r, const char *text)
{
	char **slots[] = { &r->runtime_path, &r->runtime_name, &r->runtime_version,
			   &r->runtime_argv, &r->kernel,       &r->machine,
			   &r->distro,	     &r->cgroup,       &r->profile,
			   &r->userns,	     &r->started,      &r->require,
			   &r->why };
	bool lengthy = strlen(text) > 4096;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(slots); i += lengthy ? 4 : 1)
		replace(slots[i], text);
	r->kernel_name = xstrdup(text);
	r->unused_expects = xstrdup(text);
	report_add_denied(r, text, 1);
	for (i = 0; i < (lengthy ? 1 : r->n_results); i++) {
		struct result *res = &r->results[i];

		replace(&res->reason, text);
		replace(&res->observed, text);
		replace(&res->evidence, text);
		replace(&res->rerun, text);
		replace(&res->expect_reason, text);
		replace(&res->bundles[0], text);
	}
}

static void add_sample(struct reports *rs, const char *text)
{
	struct report r;

	sample_full(&r);
	r.results[1].unexpected_pass = true;
	sample_add(&r, REQ_iso_lock, LEVEL_MUST, VERDICT_FAIL)->expected_fall = true;
	report_conclude(&r, true, false);
	if (text)
		make_hostile(&r, text);
	reports_add(rs, "a", &r);
}

/* Hostile texts ------------------------------------------------------------------------------- */

static const struct {
	const char *name, *text;
	unsigned int times;
} hostile[] = {
	{ "script", "<script>alert(1)</script>", 1 },
	{ "cdata", "]]></system-out><testcase name='x'/>", 1 },
	{ "entities", "&amp;&#1;&nbsp;\"'", 1 },
	{ "controls", "\001\002\033[31m\010\r\v\f\177\302\205", 1 },
	{ "no-characters", "\357\277\276\357\277\277\355\240\200\377\300\200", 1 },
	{ "newlines", "a\nb\tc\r\nd", 1 },
	{ "formula", "=cmd|' /C calc'!A0", 1 },
	{ "commas", "a,b;\"c\"\n\"", 1 },
	{ "pipes", "a | b \\| c \\\\| d \\", 1 },
	{ "backticks", "` `` ``` <b>@someone</b> [x](http://y)", 1 },
	{ "mention", "@someone #1 http://example.invalid www.example.invalid", 1 },
	{ "slashes", "/a/b/", 1 },
	{ "dots", ".", 1 },
	{ "nothing", "", 1 },
	{ "long", "<|`\"&\n", 175000 },
	{ "long-ticks", "`", 1 << 20 },
};

static char *hostile_text(int row)
{
	_cleanup_text_ struct text t = { 0 };
	unsigned int i;

	for (i = 0; i < hostile[row].times; i++)
		text_add(&t, hostile[row].text);
	return xstrdup(text_str(&t));
}

START_TEST(test_hostile)
{
	_cleanup_free_ char *text = hostile_text(_i);
	_cleanup_free_ char *junit = NULL, *markdown = NULL, *csv = NULL;
	_cleanup_reports_ struct reports rs = { 0 };

	add_sample(&rs, text);
	add_sample(&rs, text);
	junit = written_as("junit", &rs);
	markdown = written_as("markdown", &rs);
	csv = written_as("csv", &rs);
	ck_assert(accepted(junit, XMLLINT));
	ck_assert(accepted(csv, CSV));
	ck_assert_uint_le(strlen(markdown), MARKDOWN_MAX);
	ck_assert_ptr_null(strstr(junit, "<script>"));
	ck_assert_ptr_null(strstr(markdown, "\033"));
	ck_assert_ptr_null(strstr(csv, "\n="));
	ck_assert_ptr_null(strstr(csv, ",="));
}
END_TEST

/* The checks above can fail. */
START_TEST(test_refused)
{
	ck_assert(!accepted("<testsuites name=\"\001\"/>", XMLLINT));
	ck_assert(!accepted("<testsuites name=\"x\"/>", XMLLINT));
	ck_assert(!accepted("a,b\r\n\"a\",b,c\r\n", CSV));
	ck_assert(!accepted("a,\"b\r\n", CSV));
}
END_TEST

static const struct {
	const char *name, *in, *out;
	size_t max;
} codes[] = {
	{ "code-plain", "a b", "` a b `", 99 },
	{ "code-empty", "", "", 99 },
	{ "code-html", "<b>@x</b>", "` <b>@x</b> `", 99 },
	{ "code-tick", "a`b", "`` a`b ``", 99 },
	{ "code-ticks", "``", "``` `` ```", 99 },
	{ "code-pipe", "a|b", "` a\\|b `", 99 },
	{ "code-escaped-pipe", "a\\|b", "` a\\134\\|b `", 99 },
	{ "code-backslash", "a\\b\\", "` a\\b\\ `", 99 },
	{ "code-newline", "a\nb", "` a\\012b `", 99 },
	{ "code-cut", "abcdef", "` abc\xe2\x80\xa6 `", 3 },
	{ "code-cut-in-character", "ab\xc3\xa4", "` ab\xe2\x80\xa6 `", 3 },
};

START_TEST(test_code)
{
	_cleanup_text_ struct text t = { 0 };

	markdown_code(&t, codes[_i].in, codes[_i].max);
	ck_assert_str_eq(text_str(&t), codes[_i].out);
}
END_TEST

/* Outside of its code spans no line of a summary has a word from facts. */
START_TEST(test_markdown_spans)
{
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_free_ char *text = NULL;
	char *p, *tick;

	add_sample(&rs, "zzz | zzz \\| zzz");
	text = written_as("markdown", &rs);
	ck_assert_ptr_nonnull(strstr(text, "zzz"));
	for (p = text; (tick = strchr(p, '`')); p = strchr(tick + 1, '`') + 1) {
		*tick = '\0';
		ck_assert_msg(!strstr(p, "zzz"), "%s", p);
		ck_assert_ptr_nonnull(strchr(tick + 1, '`'));
	}
	ck_assert_ptr_null(strstr(p, "zzz"));
}
END_TEST

START_TEST(test_page)
{
	_cleanup_page_ struct page p = { 0 };
	_cleanup_free_ char *big = xasprintf("%0*d", 1000000, 0);
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	ck_assert(page_add(&p, "<details>\n"));
	ck_assert(page_add(&p, big));
	ck_assert(!page_add(&p, big));
	/* Nothing is left out in the middle. */
	ck_assert(!page_add(&p, "small"));
	page_close(&p, "</details>\n");
	ck_assert_int_eq(page_write(&p, f), 0);
	fclose(f);
	ck_assert_uint_le(len, MARKDOWN_MAX);
	ck_assert_ptr_nonnull(strstr(text, "</details>\n\n**Cut here: "));
	ck_assert_ptr_null(strstr(text, "small"));
}
END_TEST

/* What counts ------------------------------------------------------------------------------- */

static const struct {
	const char *name, *result; /* as of sample_words() */
	const char *counts;	   /* in the suite's head */
	const char *element;	   /* in the case, or not at all */
} junit_rows[] = {
	{ "junit-must", "MF", "failures=\"1\" errors=\"0\" skipped=\"0\"",
	  "<failure type=\"MUST\"" },
	{ "junit-broken", "SB", "failures=\"0\" errors=\"1\" skipped=\"0\"",
	  "<error type=\"broken\"" },
	{ "junit-skip", "MS MP", "failures=\"0\" errors=\"0\" skipped=\"1\"", "<skipped type" },
	{ "junit-should", "SF", "failures=\"0\" errors=\"0\" skipped=\"0\"",
	  "<system-out>SHOULD: not met, which is no failure of the run\n" },
	{ "junit-info", "IP", "failures=\"0\" errors=\"0\" skipped=\"0\"", "<system-out>INFO: " },
	{ "junit-known", "MF!", "failures=\"0\" errors=\"0\" skipped=\"0\"",
	  "<system-out>known fall (fail)\n" },
	{ "junit-known-broken", "MB!", "failures=\"0\" errors=\"0\" skipped=\"0\"",
	  "<system-out>known fall (broken)\n" },
	{ "junit-pass", "MP", "failures=\"0\" errors=\"0\" skipped=\"0\"", NULL },
	{ "junit-nothing", "", "failures=\"0\" errors=\"1\" skipped=\"0\"",
	  "<error type=\"nothing-ran\"" },
};

START_TEST(test_junit)
{
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_free_ char *text = NULL;
	struct report r;
	bool found;

	sample_init(&r);
	sample_words(&r, junit_rows[_i].result);
	report_conclude(&r, true, false);
	reports_add(&rs, "a", &r);
	text = written_as("junit", &rs);
	ck_assert(accepted(text, XMLLINT));
	ck_assert_msg(strstr(text, junit_rows[_i].counts) != NULL, "%s", text);
	found = strstr(text, "<failure") || strstr(text, "<error") || strstr(text, "<skipped") ||
		strstr(text, "<system-out");
	ck_assert_int_eq(found, junit_rows[_i].element != NULL);
	if (found)
		ck_assert_msg(strstr(text, junit_rows[_i].element) != NULL, "%s", text);
	/* Who reads only this file comes to the verdict of the run. */
	ck_assert_int_eq(strstr(text, "<failure") || strstr(text, "<error"),
			 outcome_exit(rs.list[0].outcome) != 0);
}
END_TEST

START_TEST(test_names)
{
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_free_ char *text = NULL;

	add_sample(&rs, NULL);
	add_sample(&rs, NULL);
	rs.list[0].kernel_name = xstrdup("/boot/el-8.10");
	machine_unknown(&rs.list[0].vm, "");
	text = written_as("junit", &rs);
	ck_assert_ptr_nonnull(
		strstr(text, "classname=\"runc.el-8_10.directories\" name=\"dir-empty\""));
	ck_assert_ptr_nonnull(
		strstr(text, "classname=\"runc.host.directories\" name=\"dir-empty\""));
	ck_assert_ptr_nonnull(strstr(text, "name=\"runc 1.1.5+ds1 --root /run/a b on 6.18.44\""));
	ck_assert_ptr_nonnull(strstr(text, "timestamp=\"2026-01-01T00:00:00\""));
}
END_TEST

/* A column that nothing is known of is never silently less. */
START_TEST(test_absent)
{
	struct report r = { .kernel_name = xstrdup("gone-1"),
			    .why = xstrdup("no such mirror"),
			    .outcome = _i ? OUTCOME_BROKEN : OUTCOME_NOTHING_RAN };
	_cleanup_reports_ struct reports rs = { 0 };
	size_t i;

	machine_unknown(&r.vm, "");
	add_sample(&rs, NULL);
	reports_add(&rs, "a", &r);
	for (i = 0; i < ARRAY_SIZE(several); i++) {
		_cleanup_free_ char *text = written_as(several[i], &rs);

		ck_assert_ptr_nonnull(strstr(text, "gone-1"));
		ck_assert_ptr_nonnull(strstr(text, "no such mirror"));
		ck_assert_int_eq(strstr(text, "absent") != NULL, _i == 0);
	}
}
END_TEST

/* Published ----------------------------------------------------------------------------------- */

static const char *const publishing[] = { "json",   "junit", "markdown", "csv",
					  "github", "tmt",   "html" };

static void add_withholding(struct reports *rs, bool published, const char *version)
{
	struct report r;

	sample_full(&r);
	make_hostile(&r, "dir-empty file-null");
	free(r.runtime_version);
	r.runtime_version = xstrdup(version);
	r.published = published;
	r.results[0].withheld = true;
	r.results[7].expected_fall = true;
	report_conclude(&r, true, false);
	reports_add(rs, "a", &r);
}

/* Ids of the withheld and of the passes, in every text they could come in by: of one report, and of
 * a matrix of two runtimes. */
START_TEST(test_published)
{
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_free_ char *text = NULL;
	bool published = _i < 2 * (int)ARRAY_SIZE(publishing);
	size_t i;

	add_withholding(&rs, published, "runc version 1.1.5 dir-empty");
	if ((size_t)_i / ARRAY_SIZE(publishing) % 2)
		add_withholding(&rs, published, "dir-empty file-null");
	text = written_as(publishing[(size_t)_i % ARRAY_SIZE(publishing)], &rs);
	ck_assert_int_eq(strstr(text, "dir-empty") != NULL, !rs.list[0].published);
	ck_assert_int_eq(strstr(text, "file-null") != NULL, !rs.list[0].published);
	ck_assert_int_eq(strstr(text, "superblocks.directory_masks") != NULL,
			 !rs.list[0].published &&
				 streq(publishing[(size_t)_i % ARRAY_SIZE(publishing)], "json"));
	ck_assert_ptr_nonnull(strstr(text, "sb-files"));
	for (i = 0; rs.list[0].published && i < REQ_COUNT; i++)
		if (strstr(text, requirements[i].id))
			ck_assert_ptr_nonnull(column_result(&rs.list[0], (enum requirement_id)i));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("formats");
	int i;

	for (i = 0; i < (int)ARRAY_SIZE(hostile); i++)
		add_slow_case(s, hostile[i].name, test_hostile, i);
	add_case(s, "refused", test_refused, 0);
	ADD_ROWS(s, codes, test_code);
	add_case(s, "markdown-spans", test_markdown_spans, 0);
	add_case(s, "markdown-page", test_page, 0);
	ADD_ROWS(s, junit_rows, test_junit);
	add_case(s, "junit-names", test_names, 0);
	add_case(s, "absent", test_absent, 0);
	add_case(s, "not-judged", test_absent, 1);
	for (i = 0; i < 4 * (int)ARRAY_SIZE(publishing); i++) {
		_cleanup_free_ char *name = xasprintf(
			"%s-%s-%d", i < 2 * (int)ARRAY_SIZE(publishing) ? "published" : "open",
			publishing[(size_t)i % ARRAY_SIZE(publishing)],
			1 + i / (int)ARRAY_SIZE(publishing) % 2);

		add_case(s, name, test_published, i);
	}
	return run_suite(s);
}
