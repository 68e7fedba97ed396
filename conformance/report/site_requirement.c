/* SPDX-License-Identifier: Apache-2.0 */
/* The page of a requirement: its sentence, and what each run showed of it. */
#include "conformance/report/site_pages.h"

#include "conformance/report/output.h"

#define SHOWN_MAX 500

static void put_head(struct site *s, const struct requirement *req)
{
	struct text *t = &s->p.t;

	html_begin(t);
	text_add(t, req->id);
	html_style(t);
	text_addf(t,
		  "<header>\n<p class=\"brand\"><a href=\"../index.html\">all runs</a></p>\n"
		  "<h1>%s <small>%s</small></h1>\n</header>\n<main>\n<section>\n"
		  "<p class=\"sentence\">",
		  req->id, level_names[req->level]);
	html_spec(&s->p, req->title);
	text_add(t, "</p>\n");
	page_sentence(&s->p, req);
	text_add(t, "</section>\n");
}

static void put_said(struct site *s, const struct report *r, const char *what, const char *said)
{
	if (!*str(said))
		return;
	text_addf(&s->p.t, "<div>%s", what);
	html_fact(&s->p.t, r, said, SHOWN_MAX);
	text_add(&s->p.t, "</div>");
}

/* What is no pass leads to its evidence. */
static void put_row(struct site *s, const struct site_run *run, enum requirement_id id)
{
	const struct report *r = run->c.r;
	const struct result *res = run->c.cells[id];
	enum kind k = cell_kind(&run->c, id);
	struct text *t = &s->p.t;

	text_add(t, "<tr><th scope=\"row\">");
	html_fact(t, r, run->c.runtime, FACT_NAME);
	text_add(t, "</th><td>");
	html_fact(t, r, run->kernel, FACT_NAME);
	text_addf(t,
		  "</td><td><a href=\"../run/%s.html#%s%s\"><span class=\"m %c\">%s</span></a>"
		  "</td><td class=\"long\">",
		  run->name, requirements[id].id, k == KIND_PASS ? "" : ".1", kinds[k].letter,
		  kinds[k].word);
	put_said(s, r, "", res->reason);
	put_said(s, r, "", res->observed);
	put_said(s, r, "EXPECT says: ", res->expect_reason);
	text_add(t, "</td><td><small>");
	html_fact(t, r, r->started, FACT_NAME);
	text_add(t, "</small></td></tr>\n");
}

void site_requirement(struct site *s, enum requirement_id id)
{
	size_t i, n = 0;

	put_head(s, &requirements[id]);
	text_add(&s->p.t,
		 "<section>\n<h2 id=\"runs\">Runs</h2>\n<div class=\"scroll\" tabindex=\"0\" "
		 "role=\"region\" aria-labelledby=\"runs\"><table class=\"numbers\"><thead><tr>"
		 "<th scope=\"col\">runtime</th><th scope=\"col\">kernel</th>"
		 "<th scope=\"col\">verdict</th><th scope=\"col\">observed</th>"
		 "<th scope=\"col\">started</th></tr></thead><tbody>\n");
	for (i = 0; i < s->p.n; i++) {
		if (cell_kind(&s->runs[i].c, id) == KIND_NONE)
			continue;
		put_row(s, &s->runs[i], id);
		n++;
	}
	text_add(&s->p.t, "</tbody></table></div>\n");
	if (n < s->p.n)
		text_addf(&s->p.t,
			  "<p>Of %zu runs %zu did not observe it, or do not show it.</p>\n", s->p.n,
			  s->p.n - n);
	page_legend(&s->p);
	text_add(&s->p.t, "</section>\n");
	site_foot(s);
}
