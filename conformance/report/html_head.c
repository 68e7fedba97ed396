/* SPDX-License-Identifier: Apache-2.0 */
/* The top of the page: the verdict in words, and what to do next. */
#include "conformance/report/html_page.h"

#include "conformance/report/output.h"
#include "conformance/report/sentence.h"

static const struct {
	char letter;
	const char *mark, *word, *plural;
} verdicts[OUTCOME_COUNT] = {
	[OUTCOME_CONFORMS] = { 'p', "✓", "conforms", "conform" },
	[OUTCOME_FAILS] = { 'f', "✗", "fails", "fail" },
	[OUTCOME_NOT_IMPLEMENTED] = { 'f', "✗", "not implemented", "do not implement masking" },
	[OUTCOME_BROKEN] = { 'b', "!", "broken", "could not be judged" },
	[OUTCOME_NOTHING_RAN] = { 's', "–", "nothing ran", "saw nothing" },
};

static void add_verdict(struct html_page *p, enum outcome o, const char *word)
{
	text_addf(&p->t, "<span class=\"v %c\"><i aria-hidden=\"true\">%s</i> %s</span>",
		  verdicts[o].letter, verdicts[o].mark, word);
}

void page_verdict(struct html_page *p, const struct page_column *c)
{
	add_verdict(p, c->r->outcome,
		    column_judged(c->r) ? verdicts[c->r->outcome].word : "no report");
}

static size_t count_outcome(const struct html_page *p, enum outcome o)
{
	size_t i, n = 0;

	for (i = 0; i < p->n; i++)
		n += column_judged(p->columns[i].r) && p->columns[i].r->outcome == o;
	return n;
}

/* The gravest first. */
static const enum outcome by_gravity[] = {
	OUTCOME_FAILS,	     OUTCOME_NOT_IMPLEMENTED, OUTCOME_BROKEN,
	OUTCOME_NOTHING_RAN, OUTCOME_CONFORMS,
};

/* "2 of 28 reports fail", and so on for each verdict that there is. */
static void put_tally(struct html_page *p)
{
	size_t absent = p->n;
	size_t i;

	text_add(&p->t, "<p class=\"verdict\">");
	for (i = 0; i < ARRAY_SIZE(by_gravity); i++) {
		enum outcome o = by_gravity[i];
		size_t n = count_outcome(p, o);
		_cleanup_free_ char *words =
			xasprintf("%zu of %zu reports %s", n, p->n,
				  n == 1 ? verdicts[o].word : verdicts[o].plural);

		absent -= n;
		if (n)
			add_verdict(p, o, words);
	}
	if (absent)
		text_addf(&p->t,
			  "<span class=\"v s\"><i aria-hidden=\"true\">–</i> %zu without a "
			  "report</span>",
			  absent);
	text_add(&p->t, "</p>\n");
}

static size_t count_labels(const struct html_page *p, bool of_kernel)
{
	size_t i, k, n = 0;

	for (i = 0; i < p->n; i++) {
		const struct page_column *c = &p->columns[i];

		for (k = 0; k < i; k++)
			if (streq(of_kernel ? p->columns[k].kernel : p->columns[k].runtime,
				  of_kernel ? c->kernel : c->runtime))
				break;
		n += k == i;
	}
	return n;
}

static void put_name(struct html_page *p)
{
	if (p->n == 1) {
		html_subject(p, &p->columns[0]);
		return;
	}
	text_addf(&p->t, "Path masking: %zu runtime%s, %zu kernel%s", count_labels(p, false),
		  count_labels(p, false) == 1 ? "" : "s", count_labels(p, true),
		  count_labels(p, true) == 1 ? "" : "s");
}

static void put_counts(struct html_page *p, const struct page_column *c)
{
	static const enum verdict shown[] = { VERDICT_PASS, VERDICT_FAIL, VERDICT_SKIP,
					      VERDICT_BROKEN };
	bool hides = report_hides(c->r);
	size_t i;
	int level;

	text_add(&p->t, "<table class=\"counts\"><thead><tr><td></td>");
	for (i = 0; i < ARRAY_SIZE(shown); i++)
		text_addf(&p->t, "<th scope=\"col\">%s</th>", verdict_names[shown[i]]);
	text_add(&p->t, "</tr></thead><tbody>\n");
	for (level = 0; level < (hides ? 1 : LEVEL_COUNT); level++) {
		text_addf(&p->t, "<tr><th scope=\"row\">%s</th>",
			  hides ? "shown" : level_names[level]);
		for (i = 0; i < ARRAY_SIZE(shown); i++) {
			unsigned int n =
				hides ? report_count(c->r, shown[i]) : c->r->count[level][shown[i]];

			text_addf(&p->t, "<td%s>%u</td>", n ? "" : " class=\"zero\"", n);
		}
		text_add(&p->t, "</tr>\n");
	}
	text_add(&p->t, "</tbody></table>\n");
}

void page_sum(struct html_page *p, const struct page_column *c)
{
	_cleanup_text_ struct text sentence = { 0 };

	if (!column_judged(c->r))
		return;
	sentence_add(&sentence, c->r);
	text_add(&p->t, "<p class=\"sentence\">");
	html_fact(&p->t, c->r, text_str(&sentence), FACT_LONG);
	text_add(&p->t, "</p>\n");
	put_counts(p, c);
}

static void put_one(struct html_page *p, const struct page_column *c)
{
	text_add(&p->t, "<p class=\"verdict\">");
	page_verdict(p, c);
	text_add(&p->t, "</p>\n");
	page_sum(p, c);
	text_add(&p->t, "<h2 id=\"next\">What to do next</h2>\n");
	page_next(p, c);
}

static void put_summary_row(struct html_page *p, size_t i)
{
	static const enum verdict shown[] = { VERDICT_PASS, VERDICT_FAIL, VERDICT_SKIP,
					      VERDICT_BROKEN };
	const struct page_column *c = &p->columns[i];
	size_t k;

	text_addf(&p->t, "<tr><th scope=\"row\"><a href=\"#r.%zu\">", i + 1);
	html_fact(&p->t, c->r, c->runtime, FACT_NAME);
	text_add(&p->t, "</a></th><td>");
	html_fact(&p->t, c->r, c->kernel, FACT_NAME);
	text_add(&p->t, "</td><td>");
	page_verdict(p, c);
	text_add(&p->t, "</td>");
	for (k = 0; k < ARRAY_SIZE(shown); k++)
		text_addf(&p->t, "<td class=\"%s\">%u</td>",
			  report_count(c->r, shown[k]) ? "num" : "num zero",
			  report_count(c->r, shown[k]));
	text_addf(&p->t, "<td class=\"num%s\">%u</td><td class=\"num%s\">%u</td></tr>\n",
		  report_expected_falls(c->r) ? "" : " zero", report_expected_falls(c->r),
		  c->r->n_withheld ? "" : " zero", c->r->n_withheld);
}

/* Those that need somebody, the first ten of them. */
static void put_next_of_many(struct html_page *p)
{
	size_t i, n = 0;

	text_add(&p->t, "<h2 id=\"next\">What to do next</h2>\n");
	for (i = 0; i < p->n; i++) {
		const struct page_column *c = &p->columns[i];

		if ((column_judged(c->r) && c->r->outcome == OUTCOME_CONFORMS) || n++ >= 10)
			continue;
		text_addf(&p->t, "<h3><a href=\"#r.%zu\">", i + 1);
		html_subject(p, c);
		text_add(&p->t, "</a></h3>\n");
		page_next(p, c);
	}
	if (n > 10)
		text_addf(&p->t, "<p>And %zu more: see the verdicts below.</p>\n", n - 10);
	if (n == 0)
		text_add(&p->t, "<p>No run fails. What is below MUST, or known, is in the "
				"<a href=\"#matrix\">matrix</a>.</p>\n");
}

static void put_many(struct html_page *p)
{
	size_t i;

	put_tally(p);
	put_next_of_many(p);
	text_add(&p->t,
		 "<h2 id=\"verdicts\">Verdicts</h2>\n<div class=\"scroll short\" tabindex=\"0\" "
		 "role=\"region\" aria-labelledby=\"verdicts\"><table class=\"summary\"><thead><tr>"
		 "<th scope=\"col\">runtime</th><th scope=\"col\">kernel</th>"
		 "<th scope=\"col\">verdict</th><th scope=\"col\">pass</th>"
		 "<th scope=\"col\">fail</th><th scope=\"col\">skip</th>"
		 "<th scope=\"col\">broken</th><th scope=\"col\">known falls</th>"
		 "<th scope=\"col\">withheld</th></tr></thead><tbody>\n");
	for (i = 0; i < p->n; i++)
		put_summary_row(p, i);
	text_add(&p->t, "</tbody></table></div>\n");
}

void page_head(struct html_page *p)
{
	text_addf(&p->t, "<header>\n<p class=\"brand\">%s</p>\n<h1>",
		  p->in_site ? "<a href=\"../index.html\">all runs</a>" : "maskspec report");
	put_name(p);
	text_add(&p->t, "</h1>\n<nav aria-label=\"parts of this page\"><a href=\"#next\">next</a> "
			"<a href=\"#matrix\">matrix</a> <a href=\"#requirements\">requirements</a> "
			"<a href=\"#cost\">cost</a> <a href=\"#reports\">about the runs</a></nav>\n"
			"</header>\n<main>\n<section>\n");
	if (p->n == 1)
		put_one(p, &p->columns[0]);
	else
		put_many(p);
	text_add(&p->t, "</section>\n");
}
