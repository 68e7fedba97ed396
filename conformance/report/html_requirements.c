/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each requirement once: the sentence of the specification, and what every report showed of it that
 * is more than a pass. Reports that showed the same share one block.
 */
#include "conformance/report/html_page.h"

#include "conformance/report/output.h"

#define EVIDENCE_LINES 60
#define EVIDENCE_WIDTH 500

static bool is_told(enum kind k)
{
	return k != KIND_NONE && k != KIND_PASS;
}

/* As the page would show them: what is hidden depends on the report. */
static bool same_text(const struct page_column *a, const char *x, const struct page_column *b,
		      const char *y)
{
	_cleanup_text_ struct text s = { 0 }, t = { 0 };

	if (!report_hides(a->r) && !report_hides(b->r))
		return streq(str(x), str(y));
	output_sieve(a->r, str(x), &s);
	output_sieve(b->r, str(y), &t);
	return streq(text_str(&s), text_str(&t));
}

static bool show_the_same(const struct page_column *a, const struct page_column *b,
			  enum requirement_id id)
{
	const struct result *x = a->cells[id], *y = b->cells[id];
	size_t i;

	if (cell_kind(a, id) != cell_kind(b, id) || x->level != y->level ||
	    x->verdict != y->verdict || x->n_bundles != y->n_bundles)
		return false;
	for (i = 0; i < x->n_bundles; i++)
		if (!same_text(a, x->bundles[i], b, y->bundles[i]))
			return false;
	return same_text(a, x->reason, b, y->reason) && same_text(a, x->expected, b, y->expected) &&
	       same_text(a, x->observed, b, y->observed) &&
	       same_text(a, x->evidence, b, y->evidence) &&
	       same_text(a, x->expect_reason, b, y->expect_reason);
}

static void put_bundles(struct html_page *p, const struct report *r, const struct result *res)
{
	_cleanup_text_ struct text all = { 0 };

	output_bundles(&all, res, ", ");
	html_entry(&p->t, r, "in bundles", text_str(&all));
}

static void put_evidence(struct html_page *p, const struct report *r, const struct result *res)
{
	_cleanup_free_ char *copy = xstrdup(str(res->evidence));
	size_t all = count_lines(copy), n = 0;
	char *rest = copy;
	char *line;

	if (!*copy)
		return;
	text_addf(&p->t,
		  "<details class=\"evidence\" open><summary>evidence: %zu row%s of the "
		  "facts</summary><pre tabindex=\"0\">",
		  all, all == 1 ? "" : "s");
	while (n < EVIDENCE_LINES && (line = next_line(&rest))) {
		html_fact(&p->t, r, line, EVIDENCE_WIDTH);
		text_add(&p->t, "\n");
		n++;
	}
	text_add(&p->t, "</pre>");
	if (n < all)
		text_addf(&p->t, "<p>and %zu more, in report.json</p>", all - n);
	text_add(&p->t, "</details>\n");
}

static void put_seen(struct html_page *p, const struct page_column *c, enum requirement_id id)
{
	const struct result *res = c->cells[id];

	text_add(&p->t, "<dl>\n");
	if (res->level != requirements[id].level)
		html_entry(&p->t, c->r, "level", cell_level(res));
	html_entry(&p->t, c->r, "reason", res->reason);
	if (res->verdict == VERDICT_FAIL || *str(res->observed))
		html_entry(&p->t, c->r, "expected", res->expected);
	html_entry(&p->t, c->r, "observed", res->observed);
	html_entry(&p->t, c->r, "EXPECT says", res->expect_reason);
	html_entry(&p->t, c->r, "withheld", res->withheld ? "not to be published yet" : "");
	put_bundles(p, c->r, res);
	text_add(&p->t, "</dl>\n");
	put_evidence(p, c->r, res);
}

static void put_where(struct html_page *p, size_t i, enum requirement_id id)
{
	const struct page_column *c = &p->columns[i];

	text_addf(&p->t, "<li id=\"%s.%zu\"><a href=\"#r.%zu\">", requirements[id].id, i + 1,
		  i + 1);
	html_subject(p, c);
	text_add(&p->t, "</a>");
	if (*str(c->cells[id]->rerun)) {
		text_add(&p->t, "<pre class=\"command\" tabindex=\"0\">");
		html_fact(&p->t, c->r, c->cells[id]->rerun, FACT_LONG);
		text_add(&p->t, "</pre>");
	}
	text_add(&p->t, "</li>\n");
}

/* Of column @first and of all behind it that showed the same; these are then @done. */
static void put_block(struct html_page *p, size_t first, enum requirement_id id, bool *done)
{
	const struct page_column *c = &p->columns[first];
	enum kind k = cell_kind(c, id);
	size_t i;

	text_addf(&p->t, "<div class=\"seen\"><p><span class=\"m %c\">%s</span> %s</p>\n",
		  kinds[k].letter, kinds[k].word, kinds[k].help);
	put_seen(p, c, id);
	text_add(&p->t, "<ul class=\"where\">\n");
	for (i = first; i < p->n; i++) {
		if (!is_told(cell_kind(&p->columns[i], id)) || done[i] ||
		    !show_the_same(c, &p->columns[i], id))
			continue;
		put_where(p, i, id);
		done[i] = true;
	}
	text_add(&p->t, "</ul></div>\n");
}

static void put_blocks(struct html_page *p, enum requirement_id id)
{
	_cleanup_free_ bool *done = xcalloc(p->n + 1, sizeof(*done));
	int k;
	size_t i;

	for (k = KIND_COUNT - 1; k > KIND_PASS; k--)
		for (i = 0; i < p->n; i++)
			if ((int)cell_kind(&p->columns[i], id) == k && !done[i])
				put_block(p, i, id, done);
}

/* "3 fail, 20 pass" */
static void put_tally(struct html_page *p, enum requirement_id id)
{
	size_t counts[KIND_COUNT] = { 0 };
	size_t i;
	int k;

	for (i = 0; i < p->n; i++)
		counts[cell_kind(&p->columns[i], id)]++;
	for (k = KIND_COUNT - 1; k > KIND_NONE; k--) {
		if (!counts[k])
			continue;
		text_addf(&p->t, "<span class=\"m %c\">", kinds[k].letter);
		if (p->n > 1)
			text_addf(&p->t, "%zu ", counts[k]);
		text_addf(&p->t, "%s</span> ", kinds[k].word);
	}
}

void page_sentence(struct html_page *p, const struct requirement *req)
{
	const struct {
		const char *name, *text;
	} parts[] = { { "Why", req->why },
		      { "Source", req->source },
		      { "Observe", req->observe },
		      { "Disputed", req->disputed } };
	size_t i;

	text_add(&p->t, "<dl class=\"spec\">\n");
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!*parts[i].text)
			continue;
		text_addf(&p->t, "<dt>%s</dt><dd>", parts[i].name);
		html_spec(p, parts[i].text);
		text_add(&p->t, "</dd>\n");
	}
	text_addf(&p->t, "<dt>Where</dt><dd><code>%s</code></dd></dl>\n", req->spec);
}

static void put_requirement(struct html_page *p, const struct page_row *row)
{
	const struct requirement *req = &requirements[row->id];
	/* What a cell links to is open: not every browser unfolds what a link leads into. */
	bool open = row->gravest > KIND_SKIP || row->part == PART_FIRST;

	text_addf(&p->t,
		  "<details class=\"req\" id=\"%s\"%s><summary><h3>%s <small>%s</small></h3> ",
		  req->id, open ? " open" : "", req->id, level_names[req->level]);
	put_tally(p, row->id);
	text_add(&p->t, "<span class=\"sentence\">");
	html_spec(p, req->title);
	text_add(&p->t, "</span></summary>\n");
	put_blocks(p, row->id);
	text_add(&p->t,
		 open ? "<details><summary>why, source, and how it is observed</summary>\n" : "");
	page_sentence(p, req);
	text_add(&p->t, open ? "</details></details>\n" : "</details>\n");
}

void page_requirements(struct html_page *p)
{
	size_t i;

	text_add(&p->t, "<section>\n<h2 id=\"requirements\">Requirements</h2>\n"
			"<p class=\"fold\" hidden></p>\n");
	for (i = 0; i < p->n_rows; i++)
		put_requirement(p, &p->rows[i]);
	text_add(&p->t, "</section>\n");
}
