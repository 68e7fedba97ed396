/* SPDX-License-Identifier: Apache-2.0 */
/* What to do next: which requirements fall, and the command that runs just them. */
#include "conformance/report/html_page.h"

#include "conformance/report/output.h"

static const struct {
	enum kind kind;
	bool rerun;
	const char *text; /* behind how many, before their ids */
} steps[] = {
	{ KIND_FAIL, true, "fail the run. Read the sentence, compare expected and observed" },
	{ KIND_BROKEN, true,
	  "could not be judged, by fault of the kit or of the machine, not of the runtime" },
	{ KIND_SURPRISE, false, "pass, though EXPECT lists them as falls; remove these lines" },
	{ KIND_LESSER, true, "fail below MUST, not the run; REQUIRE= makes them count" },
	{ KIND_KNOWN, false, "fall as EXPECT says they do" },
};

/* Links to what was seen, and the same ids for FILTER. */
static size_t add_ids(const struct html_page *p, const struct page_column *c, enum kind kind,
		      struct text *links, struct text *filter)
{
	size_t no = (size_t)(c - p->columns) + 1;
	size_t i, n = 0;

	for (i = 0; i < p->n_rows; i++) {
		const char *id = requirements[p->rows[i].id].id;

		if (cell_kind(c, p->rows[i].id) != kind)
			continue;
		text_addf(links, "%s<a href=\"#%s.%zu\">%s</a>", n ? ", " : "", id, no, id);
		text_addf(filter, "%s%s", n ? " " : "", id);
		n++;
	}
	return n;
}

/* Length of @command up to the id @of that it ends in; 0: it does not. */
static size_t before_id(const char *command, const char *of)
{
	size_t n = strlen(command), id = strlen(of);

	if (n <= id || !strchr("= ", command[n - id - 1]) || !streq(command + n - id, of))
		return 0;
	return n - id;
}

/* Each result's command ends in its own id; one run of all of them is as good. */
static void add_rerun(struct html_page *p, const struct page_column *c, enum kind kind,
		      const char *filter)
{
	_cleanup_text_ struct text command = { 0 };
	const struct result *first = NULL;
	size_t i, n;

	for (i = 0; i < p->n_rows && !first; i++)
		if (cell_kind(c, p->rows[i].id) == kind)
			first = c->cells[p->rows[i].id];
	if (!first || !*str(first->rerun))
		return;
	n = before_id(first->rerun, requirements[first->id].id);
	if (n) {
		text_add_n(&command, first->rerun, n);
		text_add_word(&command, filter);
	} else {
		text_add(&command, first->rerun);
	}
	text_add(&p->t, "<pre class=\"command\" tabindex=\"0\">");
	html_fact(&p->t, c->r, text_str(&command), FACT_LONG);
	text_add(&p->t, "</pre>");
}

static void put_step(struct html_page *p, const struct page_column *c, size_t step)
{
	_cleanup_text_ struct text links = { 0 }, filter = { 0 };
	enum kind kind = steps[step].kind;
	size_t n = add_ids(p, c, kind, &links, &filter);

	if (n == 0)
		return;
	text_addf(&p->t, "<li><span class=\"m %c\">%zu %s</span> %s: %s.", kinds[kind].letter, n,
		  kinds[kind].word, steps[step].text, text_str(&links));
	if (steps[step].rerun)
		add_rerun(p, c, kind, text_str(&filter));
	text_add(&p->t, "</li>\n");
}

static void put_fact_item(struct html_page *p, const struct page_column *c, const char *what,
			  const char *fact)
{
	if (!*str(fact))
		return;
	text_addf(&p->t, "<li>%s", what);
	html_fact(&p->t, c->r, fact, FACT_LONG);
	text_add(&p->t, "</li>\n");
}

/* A run that hides something is not told to do anything about it by name. */
static void put_remarks(struct html_page *p, const struct page_column *c)
{
	const struct report *r = c->r;

	put_fact_item(p, c, "", r->why);
	put_fact_item(p, c, "Entries of EXPECT that nothing used: ", r->unused_expects);
	if (r->n_withheld)
		text_addf(&p->t,
			  "<li>%u withheld: they are for the runtime's authors first, see "
			  "docs/guide/disclosure.md.</li>\n",
			  r->n_withheld);
	if (r->partial)
		text_add(&p->t, "<li>FILTER left something out: this says nothing about the "
				"rest.</li>\n");
}

void page_next(struct html_page *p, const struct page_column *c)
{
	size_t from;
	size_t i;

	text_add(&p->t, "<ul class=\"next\">\n");
	from = p->t.len;
	put_remarks(p, c);
	for (i = 0; i < ARRAY_SIZE(steps); i++)
		put_step(p, c, i);
	if (p->t.len == from)
		text_add(&p->t, "<li>Nothing: every judged requirement held.</li>\n");
	text_add(&p->t, "</ul>\n");
}
