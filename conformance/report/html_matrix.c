/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matrix. A cell that passes is a word and no more, so that 200 requirements of 40 reports are
 * quick; any other links to what was seen, which lives once, below.
 */
#include "conformance/report/html_page.h"

#include "conformance/report/output.h"

static const char *const titles[PART_COUNT][2] = {
	[PART_FIRST] = { "Falls", "Differ between reports" },
	[PART_ALIKE] = { "Skipped", "Alike in all reports, not passed" },
	[PART_PASS] = { "Passed", "Passed in all reports" },
};

/* Columns from @i on that are of one runtime. */
static size_t span_of(const struct html_page *p, size_t i)
{
	size_t k = i;

	while (k < p->n && streq(p->columns[k].runtime, p->columns[i].runtime))
		k++;
	return k - i;
}

/* The reader of one report knows whose it is. */
static void put_only_column(struct html_page *p)
{
	text_add(&p->t,
		 "<thead><tr><th scope=\"col\" class=\"id\">requirement</th>"
		 "<th scope=\"col\">verdict</th><th scope=\"col\">sentence</th></tr></thead>\n");
}

static void put_columns(struct html_page *p)
{
	size_t i;

	text_add(&p->t, "<thead><tr><th scope=\"col\" rowspan=\"2\" class=\"id\">requirement</th>");
	for (i = 0; i < p->n; i += span_of(p, i)) {
		text_addf(&p->t, "<th scope=\"colgroup\" class=\"rt\" colspan=\"%zu\"><span>",
			  span_of(p, i));
		html_fact(&p->t, p->columns[i].r, p->columns[i].runtime, FACT_NAME);
		text_add(&p->t, "</span></th>");
	}
	text_add(&p->t, "</tr><tr class=\"kernels\">");
	for (i = 0; i < p->n; i++) {
		text_addf(&p->t, "<th scope=\"col\"%s><a href=\"#r.%zu\">",
			  i && span_of(p, i - 1) == 1 ? " class=\"g\"" : "", i + 1);
		html_fact(&p->t, p->columns[i].r, p->columns[i].kernel, FACT_NAME);
		text_add(&p->t, "</a></th>");
	}
	text_add(&p->t, "</tr></thead>\n");
}

static void put_cell(struct html_page *p, size_t i, enum requirement_id id)
{
	const struct page_column *c = &p->columns[i];
	enum kind k = cell_kind(c, id);
	bool begins = i && !streq(p->columns[i - 1].runtime, c->runtime);

	if (!column_judged(c->r))
		text_addf(&p->t, "<td class=\"a%s\">none</td>", begins ? " g" : "");
	else if (k == KIND_NONE || k == KIND_PASS)
		text_addf(&p->t, "<td class=\"%c%s\">%s</td>", kinds[k].letter, begins ? " g" : "",
			  kinds[k].word);
	else
		text_addf(&p->t, "<td class=\"%c%s\"><a href=\"#%s.%zu\">%s</a></td>",
			  kinds[k].letter, begins ? " g" : "", requirements[id].id, i + 1,
			  kinds[k].word);
}

static void put_row(struct html_page *p, const struct page_row *row)
{
	const struct requirement *req = &requirements[row->id];
	size_t i;

	text_addf(&p->t,
		  "<tr><th scope=\"row\" class=\"id\"><a href=\"#%s\">%s</a> <small>%s</small>"
		  "</th>",
		  req->id, req->id, level_names[req->level]);
	for (i = 0; i < p->n; i++)
		put_cell(p, i, row->id);
	if (p->n == 1) {
		text_add(&p->t, "<td class=\"say\">");
		html_spec(p, req->title);
		text_add(&p->t, "</td>");
	}
	text_add(&p->t, "</tr>\n");
}

static void put_part(struct html_page *p, enum part part)
{
	size_t i, n = 0;

	for (i = 0; i < p->n_rows; i++)
		n += p->rows[i].part == part;
	if (!n)
		return;
	text_addf(&p->t,
		  "<tbody><tr class=\"part\"><th scope=\"rowgroup\" colspan=\"%zu\"><span>%s: "
		  "%zu</span></th></tr>\n",
		  p->n + (p->n == 1 ? 2 : 1), titles[part][p->n > 1], n);
	for (i = 0; i < p->n_rows; i++)
		if (p->rows[i].part == part)
			put_row(p, &p->rows[i]);
	text_add(&p->t, "</tbody>\n");
}

void page_legend(struct html_page *p)
{
	int k;

	text_add(&p->t, "<dl class=\"legend\" aria-label=\"what the words mean\">\n");
	for (k = KIND_COUNT - 1; k >= 0; k--)
		text_addf(&p->t, "<div><dt><span class=\"m %c\">%s</span></dt><dd>%s</dd></div>\n",
			  kinds[k].letter, kinds[k].word, kinds[k].help);
	text_add(&p->t, "<div><dt><span class=\"m a\">none</span></dt><dd>no report: the kernel "
			"could not be had or judged</dd></div>\n</dl>\n");
}

void page_matrix(struct html_page *p)
{
	int part;

	text_add(&p->t, "<section>\n<h2 id=\"matrix\">Matrix</h2>\n"
			"<form id=\"filter\" hidden></form>\n");
	text_addf(&p->t,
		  "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"matrix\">"
		  "<table class=\"matrix%s\" id=\"m\">\n",
		  p->n == 1 ? " one" : "");
	if (p->n == 1)
		put_only_column(p);
	else
		put_columns(p);
	for (part = 0; part < PART_COUNT; part++)
		put_part(p, (enum part)part);
	text_add(&p->t, "</table></div>\n");
	page_legend(p);
	text_add(&p->t, "</section>\n");
}
