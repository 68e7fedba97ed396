/* SPDX-License-Identifier: Apache-2.0 */
/* The page: what it is made of, and that nothing of a report can become a part of it. */
#include "conformance/report/html_page.h"
#include "conformance/report/output.h"
#include "conformance/tests/page_walk.h"
#include "conformance/tests/report_sample.h"
#include "conformance/tests/suite.h"

/* Facts --------------------------------------------------------------------------------------- */

struct fact_row {
	const char *name, *in;
	size_t max;
	const char *out;
};

static const struct fact_row fact_rows[] = {
	{ "plain", "runc 1.1.5", 100, "runc 1.1.5" },
	{ "tag", "<script>x</script>", 100, "&lt;script&gt;x&lt;/script&gt;" },
	{ "quotes", "\"onmouseover='x' &lt;", 100, "&quot;onmouseover=&#39;x&#39; &amp;lt;" },
	{ "control", "a\033[31mb\001", 100, "a\\033[31mb\\001" },
	{ "no-utf8", "a\xff\xc3<", 100, "a\\377\\303&lt;" },
	{ "utf8", "äöü", 100, "äöü" },
	{ "turned", "a\u202eb\u2066c\u200fd", 100,
	  "a\\342\\200\\256b\\342\\201\\246c\\342\\200\\217d" },
	{ "not-turned", "a…b\u2030", 100, "a…b\u2030" },
	{ "just-fits", "0123456789", 10, "0123456789" },
	{ "cut", "0123456789<bcdef", 10, "01234… (6 bytes cut) …bcdef" },
	/* Never within a character. */
	{ "cut-utf8", "ääääääääää", 10, "ää… (10 bytes cut) …äää" },
	{ "none", NULL, 10, "" },
};

START_TEST(test_fact)
{
	const struct fact_row *row = &fact_rows[_i];
	_cleanup_text_ struct text t = { 0 };
	struct report r = { 0 };

	html_fact(&t, &r, row->in, row->max);
	ck_assert_str_eq(text_str(&t), row->out);
}
END_TEST

/* Pages --------------------------------------------------------------------------------------- */

static char *page_of(struct reports *rs)
{
	size_t len = 0;
	char *s = NULL;
	FILE *f = open_memstream(&s, &len);

	ck_assert_int_eq(html_write(rs, f), 0);
	fclose(f);
	return s;
}

static void add_sample(struct reports *rs, const char *kernel, bool published)
{
	struct report r = { 0 };

	sample_full(&r);
	report_add_measurement(&r, "mounts.masks", "mounts", "512", "superblocks/512");
	report_add_measurement(&r, "time.delete", "us", "1500", "superblocks/512");
	free(r.kernel);
	r.kernel = xstrdup(kernel);
	r.published = published;
	report_conclude(&r, true, false);
	reports_add(rs, "a/report.json", &r);
}

static void add_absent(struct reports *rs, const char *why)
{
	struct report r = { .kernel_name = xstrdup("debian-9"),
			    .why = xstrdup(why),
			    .outcome = OUTCOME_NOTHING_RAN };

	reports_add(rs, "a/report.json", &r);
}

/* Lines of @lines that are none of @in. */
static void expect_within(const char *lines, const char *in)
{
	_cleanup_free_ char *copy = xstrdup(lines + 1);
	char *rest = copy, *line;

	while ((line = next_line(&rest))) {
		_cleanup_free_ char *whole = xasprintf("\n%s\n", line);

		ck_assert_msg(strstr(in, whole), "#%s leads nowhere", line);
	}
}

static void expect_unique(const char *lines)
{
	_cleanup_free_ char *copy = xstrdup(lines + 1);
	char *rest = copy, *line;

	while ((line = next_line(&rest))) {
		_cleanup_free_ char *whole = xasprintf("\n%s\n", line);

		ck_assert_msg(!rest || !strstr(rest - 1, whole), "%s is there twice", line);
	}
}

/* One report, several, one that is absent, none at all: well-formed, and no link is dead. */
START_TEST(test_structure)
{
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_free_ char *page = NULL;
	struct walk w;
	int i;

	for (i = 0; i < _i; i++)
		add_sample(&rs, i ? "6.1.0" : "5.10.0", i == 2);
	if (_i == 2 || _i == 4)
		add_absent(&rs, "no such kernel");
	page = page_of(&rs);
	walk_page(&w, page);
	ck_assert_msg(!w.error, "%s", w.error);
	expect_within(text_str(&w.targets), text_str(&w.ids));
	expect_unique(text_str(&w.ids));
	ck_assert_int_eq(strstr(text_str(&w.ids), "\ndir-empty.1\n") != NULL, _i > 0);
	ck_assert_int_eq(strstr(page, "<td class=\"a\">none</td>") != NULL, _i == 2);
	ck_assert_ptr_null(strstr(page, "//www"));
	walk_free(&w);
}
END_TEST

/* The walk would see it. */
static const char *const bad_pages[] = {
	"<p>a</b>", "<p>", "<p>a & b</p>", "<p>a > b</p>", "<p>a\001</p>", "<p", "</p>",
};

START_TEST(test_walk)
{
	struct walk w;

	walk_page(&w, bad_pages[_i]);
	ck_assert_ptr_nonnull(w.error);
	walk_free(&w);
}
END_TEST

START_TEST(test_says)
{
	static const char *const said[] = {
		"runc 1.1.5+ds1 --root /run/a b on 6.18.44",
		"fails</span>",
		"2 FAIL</span> fail the run",
		"make conformance RUNTIME=/usr/bin/runc FILTER=&#39;dir-empty sb-files&#39;",
		"<td class=\"f\"><a href=\"#dir-empty.1\">FAIL</a></td>",
		"<td class=\"l\"><a href=\"#sb-shared.1\">fail</a></td>",
		"<td class=\"k\"><a href=\"#path-missing.1\">known</a></td>",
		"<td class=\"p\">pass</td>",
		"<dt>expected</dt><dd>nothing to be seen</dd>",
		"<dt>observed</dt><dd>3 entries, &quot;a\\b&quot; # and more</dd>",
		"evidence: 2 rows",
		"probe:a\trun\nprobe:b\trun\n",
		"<dt>EXPECT says</dt><dd>a bug</dd>",
		"<code>..</code>",
		"docs/spec/10-directories.md#dir-empty",
		"<svg viewBox",
	};
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_free_ char *page = NULL;
	size_t i;

	add_sample(&rs, "6.18.44", false);
	rs.list[0].results[3].expected_fall = true;
	rs.list[0].results[3].expect_reason = xstrdup("a bug");
	page = page_of(&rs);
	for (i = 0; i < ARRAY_SIZE(said); i++)
		ck_assert_msg(strstr(page, said[i]), "not said: %s", said[i]);
	/* A pass needs no details. */
	ck_assert_ptr_null(strstr(page, "id=\"file-null.1\""));
	ck_assert_ptr_nonnull(strstr(page, "id=\"file-null\""));
}
END_TEST

/* What differs is first, then what is alike and not passed, then what passed. */
START_TEST(test_order)
{
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_free_ char *page = NULL;
	const char *differs, *alike, *passed, *seen;

	add_sample(&rs, "5.10.0", false);
	add_sample(&rs, "6.1.0", false);
	rs.list[1].results[1].verdict = VERDICT_FAIL;
	page = page_of(&rs);
	differs = strstr(page, "Differ between reports: 1");
	alike = strstr(page, "Alike in all reports, not passed: 5");
	passed = strstr(page, "Passed in all reports: 2");
	ck_assert(differs && alike && passed && differs < alike && alike < passed);
	ck_assert(strstr(differs, "file-null") < alike);
	/* Both showed the same of dir-empty: once, for two. */
	seen = strstr(strstr(page, "<details class=\"req\" id=\"dir-empty\""), "class=\"seen\"");
	ck_assert(strstr(seen, "id=\"dir-empty.2\"") < strstr(seen + 1, "class=\"seen\""));
}
END_TEST

/* Hostile ------------------------------------------------------------------------------------- */

#define HOSTILE                                                                                    \
	"</title></style></script><script>alert(1)</script>\"onmouseover='x' id=\"dir-empty\" "    \
	"\033 "                                                                                    \
	"\u202e\xff--><!--"

/* Every string of @r is @s. */
static void poison(struct report *r, const char *s)
{
	char **strings[] = { &r->kit_version,
			     &r->kit_commit,
			     &r->runtime_path,
			     &r->runtime_name,
			     &r->runtime_version,
			     &r->runtime_sha256,
			     &r->runtime_argv,
			     &r->kernel,
			     &r->kernel_name,
			     &r->machine,
			     &r->distro,
			     &r->cgroup,
			     &r->lsm,
			     &r->features,
			     &r->boot_id,
			     &r->profile,
			     &r->filter,
			     &r->require,
			     &r->userns,
			     &r->started,
			     &r->why,
			     &r->unused_expects,
			     &r->limits,
			     &r->user_namespaces };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(strings); i++) {
		free(*strings[i]);
		*strings[i] = xstrdup(s);
	}
	report_add_denied(r, s, 1);
	report_add_measurement(r, s, s, s, s);
	for (i = 0; i < r->n_results; i++) {
		struct result *res = &r->results[i];
		char **of_result[] = { &res->reason,	&res->expected, &res->observed,
				       &res->evidence,	&res->rerun,	&res->expect_reason,
				       &res->bundles[0] };
		size_t k;

		for (k = 0; k < ARRAY_SIZE(of_result); k++) {
			free(*of_result[k]);
			*of_result[k] = xstrdup(s);
		}
	}
}

static char *poisoned(const char *s, struct walk *w)
{
	_cleanup_reports_ struct reports rs = { 0 };
	char *page;

	add_sample(&rs, "5.10.0", false);
	add_sample(&rs, "6.1.0", false);
	add_absent(&rs, s);
	poison(&rs.list[0], s);
	poison(&rs.list[1], s);
	page = page_of(&rs);
	walk_page(w, page);
	return page;
}

/* Whatever the strings are, the page has the same tags with the same attributes. */
START_TEST(test_hostile)
{
	_cleanup_free_ char *big = xcalloc((1 << 20) + 1, 1);
	struct walk harmless, w;
	_cleanup_free_ char *plain = poisoned("harmless", &harmless);
	_cleanup_free_ char *page = NULL;

	memset(big, '<', 1 << 20);
	page = poisoned(_i ? big : HOSTILE, &w);
	ck_assert_msg(!w.error, "%s", w.error);
	ck_assert_str_eq(text_str(&w.tags), text_str(&harmless.tags));
	if (_i) {
		ck_assert_ptr_nonnull(strstr(page, "bytes cut"));
		ck_assert_uint_lt(strlen(page), 4 * strlen(plain) + (1 << 20));
	}
	walk_free(&w);
	walk_free(&harmless);
}
END_TEST

/* Published ----------------------------------------------------------------------------------- */

/* A fall that is withheld is in no part of the page, nor are the passes, nor what was measured. */
START_TEST(test_published)
{
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_free_ char *page = NULL;
	bool published = _i > 0;
	size_t i;

	add_sample(&rs, "5.10.0", published);
	free(rs.list[0].require);
	rs.list[0].require = xstrdup("dir-empty sb-shared");
	free(rs.list[0].results[4].rerun);
	rs.list[0].results[4].rerun = xstrdup("FILTER='dir-empty path-link'");
	if (_i == 2)
		add_sample(&rs, "6.1.0", published);
	page = page_of(&rs);
	for (i = 0; i < ARRAY_SIZE(page_hidden); i++)
		ck_assert_msg(page_names(page, page_hidden[i]) == !published, "%s", page_hidden[i]);
	ck_assert(page_names(page, "path-link"));
	ck_assert_int_eq(strstr(page, "viewBox=\"0 0 460") != NULL, !published);
	ck_assert_int_eq(strstr(page, "4 withheld") != NULL, published);
	ck_assert_int_eq(strstr(page, "<th scope=\"row\">MUST</th>") != NULL, !published);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("html");
	size_t i;

	ADD_ROWS(s, fact_rows, test_fact);
	add_case(s, "page-none", test_structure, 0);
	add_case(s, "page-one", test_structure, 1);
	add_case(s, "page-two-absent", test_structure, 2);
	add_case(s, "page-three", test_structure, 3);
	for (i = 0; i < ARRAY_SIZE(bad_pages); i++)
		add_case(s, "walk-sees", test_walk, (int)i);
	add_case(s, "says", test_says, 0);
	add_case(s, "order", test_order, 0);
	add_case(s, "hostile", test_hostile, 0);
	add_slow_case(s, "hostile-big", test_hostile, 1);
	add_case(s, "unpublished", test_published, 0);
	add_case(s, "published", test_published, 1);
	add_case(s, "published-two", test_published, 2);
	return run_suite(s);
}
