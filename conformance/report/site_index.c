/* SPDX-License-Identifier: Apache-2.0 */
/* The first page: runtimes by kernels, the requirements that need a look, all runs. */
#include "conformance/report/site_pages.h"

#include "conformance/report/output.h"

static bool begins_group(const struct site *s, size_t i)
{
	return i == 0 || !streq(s->runs[i].group, s->runs[i - 1].group);
}

static bool begins_runtime(const struct site *s, size_t i)
{
	return begins_group(s, i) || !streq(s->runs[i].c.runtime, s->runs[i - 1].c.runtime);
}

static void put_head(struct site *s)
{
	struct text *t = &s->p.t;
	size_t i, runtimes = 0;

	for (i = 0; i < s->p.n; i++)
		runtimes += begins_runtime(s, i);
	html_begin(t);
	text_addf(t, "%zu run%s", s->p.n, s->p.n == 1 ? "" : "s");
	html_style(t);
	text_addf(t,
		  "<header>\n<p class=\"brand\">maskspec site</p>\n"
		  "<h1>Path masking: %zu runtime%s, %zu kernel%s</h1>\n"
		  "<nav aria-label=\"parts of this page\"><a href=\"#runtimes\">runtimes</a> "
		  "<a href=\"#requirements\">requirements</a> <a href=\"#runs\">runs</a></nav>\n"
		  "</header>\n<main>\n",
		  runtimes, runtimes == 1 ? "" : "s", s->n_kernels, s->n_kernels == 1 ? "" : "s");
}

/* Opens a table that scrolls by itself; @id is that of its heading. */
static void begin_table(struct site *s, const char *id)
{
	text_addf(&s->p.t,
		  "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"%s\">"
		  "<table class=\"numbers\"><thead><tr>",
		  id);
}

/* Runtimes by kernels -------------------------------------------------------------------------- */

static void put_falls(struct site *s, const struct site_run *run)
{
	size_t counts[KIND_COUNT] = { 0 };
	int id;

	for (id = 0; id < REQ_COUNT; id++)
		counts[cell_kind(&run->c, (enum requirement_id)id)]++;
	site_tally(s, counts, KIND_KNOWN);
}

static void put_verdict(struct site *s, const struct site_run *run)
{
	text_addf(&s->p.t, "<a href=\"run/%s.html\">", run->name);
	page_verdict(&s->p, &run->c);
	text_add(&s->p.t, "</a>");
}

/* Of the latest run, @i; those behind it are of the same runtime on the same kernel. */
static void put_cell(struct site *s, size_t i)
{
	size_t k;

	text_add(&s->p.t, "<td>");
	put_verdict(s, &s->runs[i]);
	put_falls(s, &s->runs[i]);
	for (k = i + 1; k < s->p.n && !s->runs[k].latest; k++)
		;
	if (k > i + 1)
		text_addf(&s->p.t, " <small><a href=\"#run.%zu\">%zu more</a></small>", i + 2,
			  k - i - 1);
	text_add(&s->p.t, "</td>");
}

static void put_runtime(struct site *s, size_t first)
{
	size_t i, k;

	text_add(&s->p.t, "<tr><th scope=\"row\">");
	html_fact(&s->p.t, s->runs[first].c.r, s->runs[first].c.runtime, FACT_NAME);
	text_add(&s->p.t, "</th>");
	for (k = 0; k < s->n_kernels; k++) {
		bool found = false;

		for (i = first; i < s->p.n && (i == first || !begins_runtime(s, i)); i++) {
			if (!s->runs[i].latest || !streq(s->runs[i].kernel, s->kernels[k]))
				continue;
			put_cell(s, i);
			found = true;
		}
		if (!found)
			text_add(&s->p.t, "<td class=\"n\">no run</td>");
	}
	text_add(&s->p.t, "</tr>\n");
}

static void put_group(struct site *s, size_t i)
{
	text_addf(&s->p.t,
		  "%s<tbody><tr class=\"part\"><th scope=\"rowgroup\" colspan=\"%zu\"><span>",
		  i ? "</tbody>\n" : "", s->n_kernels + 1);
	if (*s->runs[i].group)
		html_fact(&s->p.t, s->runs[i].c.r, s->runs[i].group, FACT_NAME);
	else
		text_add(&s->p.t, "runtime without a name");
	text_add(&s->p.t, "</span></th></tr>\n");
}

/* Of a run that has it, so that what that one hides stays hidden. */
static void put_kernel(struct site *s, const char *kernel)
{
	size_t i;

	for (i = 0; i + 1 < s->p.n && !streq(s->runs[i].kernel, kernel); i++)
		;
	text_add(&s->p.t, "<th scope=\"col\">");
	html_fact(&s->p.t, s->runs[i].c.r, kernel, FACT_NAME);
	text_add(&s->p.t, "</th>");
}

static void put_runtimes(struct site *s)
{
	size_t i;

	text_add(&s->p.t, "<section>\n<h2 id=\"runtimes\">Runtimes by kernels</h2>\n"
			  "<p>Of several runs of a cell the latest that is whole.</p>\n");
	begin_table(s, "runtimes");
	text_add(&s->p.t, "<th scope=\"col\">runtime</th>");
	for (i = 0; i < s->n_kernels; i++)
		put_kernel(s, s->kernels[i]);
	text_add(&s->p.t, "</tr></thead>\n");
	for (i = 0; i < s->p.n; i++) {
		if (begins_group(s, i))
			put_group(s, i);
		if (begins_runtime(s, i))
			put_runtime(s, i);
	}
	text_addf(&s->p.t, "%s</table></div>\n", s->p.n ? "</tbody>" : "");
	page_legend(&s->p);
	text_add(&s->p.t, "</section>\n");
}

/* Requirements --------------------------------------------------------------------------------- */

/* Of the runs in the table above: the gravest kind, or KIND_NONE where there is nothing to look at.
 */
static enum kind count_kinds(const struct site *s, enum requirement_id id, size_t *counts)
{
	size_t i, all = 0;
	int gravest = KIND_COUNT - 1;

	for (i = 0; i < s->p.n; i++)
		if (s->runs[i].latest)
			counts[cell_kind(&s->runs[i].c, id)]++;
	counts[KIND_NONE] = 0;
	for (i = 0; i < KIND_COUNT; i++)
		all += counts[i];
	while (gravest > KIND_NONE && !counts[gravest])
		gravest--;
	return gravest > KIND_SKIP || counts[gravest] < all ? (enum kind)gravest : KIND_NONE;
}

static void put_requirement(struct site *s, enum requirement_id id, const size_t *counts)
{
	const struct requirement *req = &requirements[id];

	text_addf(
		&s->p.t,
		"<tr><th scope=\"row\"><a href=\"requirement/%s.html\">%s</a></th><td>%s</td><td>",
		req->id, req->id, level_names[req->level]);
	site_tally(s, counts, KIND_PASS);
	text_add(&s->p.t, "</td><td class=\"long\">");
	html_spec(&s->p, req->title);
	text_add(&s->p.t, "</td></tr>\n");
}

/* Those whose gravest kind is @k. */
static size_t put_requirements_of(struct site *s, enum kind k)
{
	size_t n = 0;
	int id;

	for (id = 0; id < REQ_COUNT; id++) {
		size_t counts[KIND_COUNT] = { 0 };

		if (count_kinds(s, (enum requirement_id)id, counts) != k)
			continue;
		put_requirement(s, (enum requirement_id)id, counts);
		n++;
	}
	return n;
}

static void put_others(struct site *s)
{
	int id;

	text_add(&s->p.t, "<p>The others:");
	for (id = 0; id < REQ_COUNT; id++) {
		size_t counts[KIND_COUNT] = { 0 };
		const char *name = requirements[id].id;

		if (count_kinds(s, (enum requirement_id)id, counts) == KIND_NONE &&
		    site_shows(s, (enum requirement_id)id))
			text_addf(&s->p.t, " <a href=\"requirement/%s.html\">%s</a>", name, name);
	}
	text_add(&s->p.t, "</p>\n");
}

static void put_requirements(struct site *s)
{
	size_t n = 0;
	int k;

	text_add(&s->p.t,
		 "<section>\n<h2 id=\"requirements\">Requirements that fall or differ</h2>\n");
	begin_table(s, "requirements");
	text_add(&s->p.t, "<th scope=\"col\">requirement</th><th scope=\"col\">level</th>"
			  "<th scope=\"col\">runs</th><th scope=\"col\">sentence</th></tr></thead>"
			  "<tbody>\n");
	for (k = KIND_COUNT - 1; k > KIND_NONE; k--)
		n += put_requirements_of(s, (enum kind)k);
	if (!n)
		text_add(&s->p.t, "<tr><td colspan=\"4\">none</td></tr>\n");
	text_add(&s->p.t, "</tbody></table></div>\n");
	put_others(s);
	text_add(&s->p.t, "</section>\n");
}

/* Runs ----------------------------------------------------------------------------------------- */

static void put_fact(struct site *s, const struct report *r, const char *fact)
{
	text_add(&s->p.t, "<td>");
	html_fact(&s->p.t, r, fact, FACT_NAME);
	text_add(&s->p.t, "</td>");
}

static void put_run(struct site *s, size_t i)
{
	const struct site_run *run = &s->runs[i];
	const struct report *r = run->c.r;

	text_addf(&s->p.t, "<tr id=\"run.%zu\"><th scope=\"row\">", i + 1);
	html_fact(&s->p.t, r, run->c.runtime, FACT_NAME);
	text_add(&s->p.t, "</th>");
	put_fact(s, r, run->kernel);
	text_add(&s->p.t, "<td>");
	put_verdict(s, run);
	put_falls(s, run);
	text_add(&s->p.t, "</td>");
	put_fact(s, r, r->started);
	put_fact(s, r, r->profile);
	put_fact(s, r, r->kit_version);
	text_addf(&s->p.t, "<td class=\"long\">%s", r->partial ? "partial " : "");
	html_fact(&s->p.t, r, r->why, FACT_LONG);
	text_add(&s->p.t, "</td></tr>\n");
}

static void put_runs(struct site *s)
{
	size_t i;

	text_add(&s->p.t, "<section>\n<h2 id=\"runs\">Runs</h2>\n");
	begin_table(s, "runs");
	text_add(&s->p.t, "<th scope=\"col\">runtime</th><th scope=\"col\">kernel</th>"
			  "<th scope=\"col\">verdict</th><th scope=\"col\">started</th>"
			  "<th scope=\"col\">profile</th><th scope=\"col\">kit</th>"
			  "<th scope=\"col\">remarks</th></tr></thead><tbody>\n");
	for (i = 0; i < s->p.n; i++)
		put_run(s, i);
	text_add(&s->p.t, "</tbody></table></div>\n</section>\n");
}

void site_index(struct site *s)
{
	put_head(s);
	put_runtimes(s);
	put_requirements(s);
	put_runs(s);
	site_foot(s);
}
