/* SPDX-License-Identifier: Apache-2.0 */
/* The pages of a site: what they are made of, where their links lead, and what they don't tell. */
#include "conformance/report/site.h"

#include "conformance/tests/page_walk.h"
#include "conformance/tests/report_sample.h"
#include "conformance/tests/suite.h"

struct pages {
	char **paths, **texts;
	size_t n;
};

static int keep_page(void *to, const char *path, const struct text *t)
{
	struct pages *p = to;
	size_t n = p->n;

	GROW(p->paths, n);
	GROW(p->texts, n);
	p->paths[n] = xstrdup(path);
	p->texts[n] = xstrdup(text_str(t));
	p->n++;
	return 0;
}

static void pages_free(struct pages *p)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		free(p->paths[i]);
		free(p->texts[i]);
	}
	free(p->paths);
	free(p->texts);
}
#define _cleanup_pages_ _cleanup_(pages_free)

static const char *page_at(const struct pages *p, const char *path)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (streq(p->paths[i], path))
			return p->texts[i];
	return NULL;
}

static void set(char **s, const char *to)
{
	free(*s);
	*s = xstrdup(to);
}

struct sample {
	const char *version, *kernel, *started;
	bool published;
};

static void add_sample(struct reports *rs, const char *file, struct sample s)
{
	struct report r = { 0 };

	sample_full(&r);
	set(&r.runtime_version, s.version);
	set(&r.kernel, s.kernel);
	set(&r.started, s.started);
	set(&r.cgroup, "v2");
	r.published = s.published;
	report_conclude(&r, true, false);
	reports_add(rs, file, &r);
}

static const struct sample samples[] = {
	{ "runc version 1.1.5", "5.10.0", "2026-01-01T00:00:00Z", false },
	{ "runc version 1.1.5", "6.1.0", "2026-01-01T01:00:00Z", false },
	{ "runc version 1.10.0", "6.1.0", "2026-01-01T02:00:00Z", false },
	{ "crun version 1.2", "6.1.0", "2026-01-01T03:00:00Z", false },
	{ "runc version 1.1.5", "6.1.0", "2026-02-01T00:00:00Z", false },
};

static void add_absent(struct reports *rs, const char *why)
{
	struct report r = { .kernel_name = xstrdup("debian-9"),
			    .why = xstrdup(why),
			    .runtime_name = xstrdup("runc"),
			    .outcome = OUTCOME_NOTHING_RAN };

	reports_add(rs, "a/report.json", &r);
}

static void add_all(struct reports *rs)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(samples); i++)
		add_sample(rs, "a/report.json", samples[i]);
	add_absent(rs, "no such kernel");
}

static struct pages site_of(const struct reports *rs)
{
	struct pages p = { 0 };

	ck_assert_int_eq(site_write(rs, keep_page, &p), 0);
	return p;
}

/* Structure ------------------------------------------------------------------------------------ */

/* Where @href, on the page at @path, leads: false if nowhere. */
static bool leads(const struct pages *p, const char *path, const char *href)
{
	size_t n = strcspn(href, "#");
	_cleanup_free_ char *file = xstrndup(href, n);
	_cleanup_free_ char *id = href[n] ? xasprintf(" id=\"%s\"", href + n + 1) : NULL;
	const char *up = strip_prefix(file, "../"), *text;

	if (streq(href, "data:,"))
		return true;
	if (!*file)
		text = page_at(p, path);
	else
		text = (up != NULL) == (strchr(path, '/') != NULL) ? page_at(p, up ? up : file)
								   : NULL;
	return text && (!id || strstr(text, id));
}

/* The first link that leads nowhere, or NULL; owned. */
static char *dead_link(const struct pages *p)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		const char *s = p->texts[i];

		while ((s = strstr(s, " href=\""))) {
			_cleanup_free_ char *href = NULL;

			s += strlen(" href=\"");
			href = xstrndup(s, strcspn(s, "\""));
			if (!leads(p, p->paths[i], href))
				return xasprintf("%s: %s", p->paths[i], href);
		}
	}
	return NULL;
}

START_TEST(test_structure)
{
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_pages_ struct pages p = { 0 };
	_cleanup_free_ char *dead = NULL;
	size_t i;

	if (_i == 1)
		add_sample(&rs, "a/report.json", samples[0]);
	else if (_i == 2)
		add_all(&rs);
	p = site_of(&rs);
	for (i = 0; i < p.n; i++) {
		struct walk w;

		walk_page(&w, p.texts[i]);
		ck_assert_msg(!w.error, "%s: %s", p.paths[i], w.error);
		ck_assert_msg(!strstr(p.texts[i], "//www"), "%s", p.paths[i]);
		walk_free(&w);
	}
	dead = dead_link(&p);
	ck_assert_msg(!dead, "%s", dead);
	/* An index, the runs, and what was due of them: eight requirements. */
	ck_assert_uint_eq(p.n, 1 + rs.n + (_i ? 8 : 0));
}
END_TEST

/* The check of links sees one. */
START_TEST(test_dead_link)
{
	static const char *const links[] = { "gone.html", "#gone", "../index.html",
					     "run/a.html#gone" };
	_cleanup_pages_ struct pages p = { 0 };
	_cleanup_text_ struct text t = { 0 }, run = { 0 };
	_cleanup_free_ char *dead = NULL;

	text_addf(&t, "<a href=\"run/a.html#here\">x</a><a href=\"%s\">x</a>", links[_i]);
	text_add(&run, "<a id=\"here\" href=\"../index.html\">x</a>");
	keep_page(&p, "index.html", &t);
	keep_page(&p, "run/a.html", &run);
	dead = dead_link(&p);
	ck_assert_ptr_nonnull(dead);
	ck_assert_ptr_nonnull(strstr(dead, links[_i]));
}
END_TEST

static void expect_in_order(const char *text, const char *const *parts, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		text = strstr(text, parts[i]);
		ck_assert_msg(text, "not there, or not in this order: %s", parts[i]);
	}
}

/* Rows by runtime and version, columns by kernel, and of a cell the latest run. */
START_TEST(test_index)
{
	static const char *const rows[] = {
		"3 kernels</h1>",
		"<th scope=\"col\">5.10.0</th><th scope=\"col\">6.1.0</th>",
		"<span>crun</span>",
		"crun 1.2 --root /run/a b</th><td class=\"n\">no run</td>",
		"fails</span></a> <span class=\"m f\">2 FAIL</span> <span class=\"m b\">1 broken",
		"<span class=\"m l\">1 fail</span></td>",
		"<span>runc</span>",
		"runc 1.1.5 --root",
		">1 more</a>",
		"runc 1.10.0 --root",
		"id=\"requirements\"",
		"requirement/dir-empty.html",
		"<span class=\"m f\">4 FAIL</span>",
		"The others:",
		"requirement/file-null.html",
		"id=\"runs\"",
		"2026-02-01T00:00:00Z",
		"2026-01-01T01:00:00Z",
	};
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_pages_ struct pages p = { 0 };

	add_all(&rs);
	p = site_of(&rs);
	expect_in_order(page_at(&p, "index.html"), rows, ARRAY_SIZE(rows));
}
END_TEST

/* Of one cell a whole run stands before a part, however new that is. */
START_TEST(test_partial)
{
	static const char *const rows[] = { "id=\"runs\"", "2026-01-01T01", "2026-02-01T00",
					    "partial" };
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_pages_ struct pages p = { 0 };

	add_sample(&rs, "a", samples[4]);
	add_sample(&rs, "a", samples[1]);
	rs.list[0].partial = true;
	p = site_of(&rs);
	expect_in_order(page_at(&p, "index.html"), rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(test_requirement)
{
	static const char *const said[] = {
		"<title>maskspec: dir-empty</title>",
		"<h1>dir-empty <small>MUST</small></h1>",
		"<dt>Why</dt>",
		"<dt>Source</dt>",
		"docs/spec/10-directories.md#dir-empty",
		"crun 1.2",
		".html#dir-empty.1\"><span class=\"m f\">FAIL</span></a>",
		"3 entries, &quot;a\\b&quot;",
		"2026-01-01T03:00:00Z",
		"Of 6 runs 1 did not",
	};
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_pages_ struct pages p = { 0 };

	add_all(&rs);
	p = site_of(&rs);
	expect_in_order(page_at(&p, "requirement/dir-empty.html"), said, ARRAY_SIZE(said));
	ck_assert_ptr_null(page_at(&p, "requirement/path-bytes.html"));
}
END_TEST

/* The same pages in whatever order the reports are named. */
START_TEST(test_order)
{
	_cleanup_reports_ struct reports a = { 0 }, b = { 0 };
	_cleanup_pages_ struct pages p = { 0 }, q = { 0 };
	size_t i;

	add_all(&a);
	add_absent(&b, "no such kernel");
	for (i = ARRAY_SIZE(samples); i-- > 0;)
		add_sample(&b, "a/report.json", samples[i]);
	p = site_of(&a);
	q = site_of(&b);
	ck_assert_uint_eq(p.n, q.n);
	for (i = 0; i < p.n; i++) {
		ck_assert_str_eq(p.paths[i], q.paths[i]);
		ck_assert_str_eq(p.texts[i], q.texts[i]);
	}
}
END_TEST

/* Twice --------------------------------------------------------------------------------------- */

START_TEST(test_unique)
{
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_free_ char *error = NULL;
	int r;

	add_all(&rs);
	add_all(&rs);
	if (_i)
		set(&rs.list[7].results[0].observed, "other");
	r = site_unique(&rs, &error);
	if (!_i) {
		ck_assert_int_eq(r, 0);
		ck_assert_uint_eq(rs.n, ARRAY_SIZE(samples) + 1);
		return;
	}
	ck_assert_int_eq(r, -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "a/report.json and a/report.json: are of one run"));
}
END_TEST

/* Hostile ------------------------------------------------------------------------------------- */

#define HOSTILE                                                                                    \
	"</title></style><script>alert(1)</script>\" onmouseover='x' "                             \
	"\033\u202e\xff../../etc/x<!--"

static void poison(struct report *r, const char *s)
{
	char **strings[] = { &r->kit_version,
			     &r->runtime_name,
			     &r->runtime_version,
			     &r->runtime_argv,
			     &r->kernel,
			     &r->kernel_name,
			     &r->cgroup,
			     &r->profile,
			     &r->started,
			     &r->why,
			     &r->boot_id,
			     &r->results[0].observed,
			     &r->results[0].expect_reason,
			     &r->results[3].reason };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(strings); i++)
		set(strings[i], s);
}

static struct pages poisoned(const char *s)
{
	_cleanup_reports_ struct reports rs = { 0 };

	add_sample(&rs, "a", samples[0]);
	add_absent(&rs, s);
	poison(&rs.list[0], s);
	set(&rs.list[1].kernel_name, s);
	return site_of(&rs);
}

static char *tags_of(const struct pages *p, const char *path)
{
	struct walk w;
	char *tags;

	walk_page(&w, page_at(p, path));
	ck_assert_msg(!w.error, "%s: %s", path, w.error);
	tags = xstrdup(text_str(&w.tags));
	walk_free(&w);
	return tags;
}

/* Whatever the strings are: the same requirements with as many tags, and paths that are no paths.
 */
START_TEST(test_hostile)
{
	_cleanup_free_ char *big = xcalloc((1 << 20) + 1, 1);
	_cleanup_pages_ struct pages p = poisoned("harmless"), q = { 0 };
	size_t i;

	memset(big, '<', 1 << 20);
	q = poisoned(_i ? big : HOSTILE);
	ck_assert_uint_eq(p.n, q.n);
	for (i = 0; i < q.n; i++) {
		const char *s = q.paths[i], *name = strchr(s, '/') ? strchr(s, '/') + 1 : s;
		_cleanup_free_ char *tags = tags_of(&q, s), *plain = tags_of(&p, p.paths[i]);

		ck_assert_msg(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") ==
					      strlen(name) &&
				      *name != '.' && *name != '-' && strlen(s) < 120,
			      "%s", s);
		ck_assert_uint_eq(count_lines(tags), count_lines(plain));
		ck_assert_ptr_null(strstr(q.texts[i], "<script>alert"));
	}
}
END_TEST

/* Published ------------------------------------------------------------------------------------ */

static bool any_names(const struct pages *p, const char *id)
{
	size_t i, n = strlen(id);

	for (i = 0; i < p->n; i++) {
		if (strncmp(p->paths[i], "requirement/", 12) == 0 &&
		    strncmp(p->paths[i] + 12, id, n) == 0 && p->paths[i][12 + n] == '.')
			return true;
		if (page_names(p->texts[i], id))
			return true;
	}
	return false;
}

/* A fall that is withheld is in no page and no path, nor are the passes. */
START_TEST(test_published)
{
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_pages_ struct pages p = { 0 };
	struct sample one = samples[0], two = samples[1];
	bool published = _i > 0;
	size_t i;

	one.published = two.published = published;
	add_sample(&rs, "a", one);
	add_sample(&rs, "a", two);
	set(&rs.list[0].kernel_name, "dir-empty");
	p = site_of(&rs);
	for (i = 0; i < ARRAY_SIZE(page_hidden); i++)
		ck_assert_msg(any_names(&p, page_hidden[i]) == !published, "%s", page_hidden[i]);
	ck_assert(any_names(&p, "path-link"));
	for (i = 0; i < p.n; i++)
		ck_assert_int_eq(published && strstr(p.paths[i], "dir-empty"), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("site");
	int i;

	add_case(s, "none", test_structure, 0);
	add_case(s, "one", test_structure, 1);
	add_case(s, "many", test_structure, 2);
	for (i = 0; i < 4; i++)
		add_case(s, "dead-link-is-seen", test_dead_link, i);
	add_case(s, "index", test_index, 0);
	add_case(s, "partial", test_partial, 0);
	add_case(s, "requirement", test_requirement, 0);
	add_case(s, "order", test_order, 0);
	add_case(s, "unique", test_unique, 0);
	add_case(s, "unique-differs", test_unique, 1);
	add_case(s, "hostile", test_hostile, 0);
	add_slow_case(s, "hostile-big", test_hostile, 1);
	add_case(s, "unpublished", test_published, 0);
	add_case(s, "published", test_published, 1);
	return run_suite(s);
}
