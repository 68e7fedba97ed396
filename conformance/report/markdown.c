/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A job summary: the verdict, what falls, and how to run just that again; all else is folded. Of
 * several reports first those that fall, side by side, then a section for each that has something
 * to say.
 */
#include "conformance/report/markdown.h"

#include "conformance/report/columns.h"
#include "conformance/report/formats.h"
#include "conformance/report/output.h"

#define NAME_BYTES 120
#define TEXT_BYTES 600
#define COMMAND_BYTES 4096

/* A row that may name what @r withholds. */
static void page_add_sifted(struct page *p, const struct report *r, const char *row)
{
	_cleanup_text_ struct text t = { 0 };

	output_sieve(r, row, &t);
	page_add(p, text_str(&t));
}

/* Head -------------------------------------------------------------------------------------- */

static void add_why(struct text *t, const struct report *r)
{
	if (!*str(r->why))
		return;
	markdown_code(t, r->why, TEXT_BYTES);
	text_add(t, "\n\n");
}

static void add_count(struct text *t, const char *name, const unsigned int *n)
{
	text_addf(t, "| %s | %u | %u | %u | %u |\n", name, n[VERDICT_PASS], n[VERDICT_FAIL],
		  n[VERDICT_SKIP], n[VERDICT_BROKEN]);
}

static void add_counts(struct text *t, const struct report *r)
{
	unsigned int all[VERDICT_COUNT];
	int i;

	text_add(t, "| | pass | fail | skip | broken |\n|---|--:|--:|--:|--:|\n");
	for (i = 0; i < VERDICT_COUNT; i++)
		all[i] = report_count(r, (enum verdict)i);
	for (i = 0; i < LEVEL_COUNT && !report_hides(r); i++)
		add_count(t, level_names[i], r->count[i]);
	add_count(t, report_hides(r) ? "shown" : "all", all);
	if (r->n_withheld)
		text_addf(t, "\n%u withheld\n", r->n_withheld);
	text_add(t, "\n");
}

static void add_subject(struct text *t, const struct report *r)
{
	_cleanup_text_ struct text subject = { 0 };
	_cleanup_free_ char *conditions = column_conditions(r);

	if (!column_judged(r))
		return;
	output_subject(&subject, r);
	markdown_code(t, text_str(&subject), TEXT_BYTES);
	if (*conditions) {
		text_add(t, ", ");
		markdown_code(t, conditions, TEXT_BYTES);
	}
	text_add(t, ", profile ");
	markdown_code(t, r->profile, NAME_BYTES);
	text_addf(t, "%s, %.1f s\n\n", r->partial ? ", partial" : "", r->seconds);
}

static void add_head(struct page *p, const struct report *r)
{
	_cleanup_text_ struct text t = { 0 };

	add_subject(&t, r);
	add_why(&t, r);
	add_counts(&t, r);
	page_add_sifted(p, r, text_str(&t));
}

/* Tables of results ------------------------------------------------------------------------- */

static bool is_known(const struct result *res)
{
	return res->expected_fall;
}

static bool is_skip(const struct result *res)
{
	return res->verdict == VERDICT_SKIP;
}

static bool is_unexpected(const struct result *res)
{
	return res->unexpected_pass;
}

static bool is_pass(const struct result *res)
{
	return res->verdict == VERDICT_PASS && !res->unexpected_pass;
}

static void add_fall(struct text *t, const struct result *res)
{
	const char *what = res->verdict == VERDICT_BROKEN ? res->reason : res->observed;

	text_addf(t, "| %s | %s | %s |", level_names[res->level], requirements[res->id].id,
		  verdict_names[res->verdict]);
	markdown_cell(t, what, TEXT_BYTES);
	markdown_cell(t, res->rerun, COMMAND_BYTES);
}

static void add_listed(struct text *t, const struct result *res)
{
	text_addf(t, "| %s | %s | %s |", level_names[res->level], requirements[res->id].id,
		  verdict_names[res->verdict]);
	markdown_cell(t, res->expect_reason, TEXT_BYTES);
	markdown_cell(t, res->observed, TEXT_BYTES);
}

static void add_skip(struct text *t, const struct result *res)
{
	text_addf(t, "| %s | %s |", level_names[res->level], requirements[res->id].id);
	markdown_cell(t, res->reason, TEXT_BYTES);
}

static void add_pass(struct text *t, const struct result *res)
{
	text_addf(t, "| %s | %s |", level_names[res->level], requirements[res->id].id);
	markdown_cell(t, res->observed, TEXT_BYTES);
}

#define FALL_HEAD "| level | requirement | verdict | observed | again |\n|---|---|---|---|---|\n"

static const struct table {
	const char *title, *head;
	bool (*holds)(const struct result *res);
	void (*add)(struct text *t, const struct result *res);
	bool folded;
} tables[] = {
	{ "Fails", FALL_HEAD, result_fails_run, add_fall, false },
	{ "Could not be judged", FALL_HEAD, result_is_broken, add_fall, false },
	{ "Falls below MUST, which don't fail the run", FALL_HEAD, result_is_lesser_fall, add_fall,
	  true },
	{ "Known falls, which EXPECT lists",
	  "| level | requirement | verdict | because | observed |\n|---|---|---|---|---|\n",
	  is_known, add_listed, true },
	{ "Passes that EXPECT lists as falls",
	  "| level | requirement | verdict | because | observed |\n|---|---|---|---|---|\n",
	  is_unexpected, add_listed, true },
	{ "Skipped", "| level | requirement | because |\n|---|---|---|\n", is_skip, add_skip,
	  true },
	{ "Passed", "| level | requirement | observed |\n|---|---|---|\n", is_pass, add_pass,
	  true },
};

static unsigned int rows_of(const struct report *r, const struct table *table)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < r->n_results; i++)
		n += result_shown(r, &r->results[i]) && table->holds(&r->results[i]);
	return n;
}

static void add_rows(struct page *p, const struct report *r, const struct table *table)
{
	size_t i;

	for (i = 0; i < r->n_results && !p->cut; i++) {
		const struct result *res = &r->results[i];
		_cleanup_text_ struct text row = { 0 };

		if (!result_shown(r, res) || !table->holds(res))
			continue;
		table->add(&row, res);
		text_add(&row, "\n");
		page_add_sifted(p, r, text_str(&row));
	}
}

static void add_table(struct page *p, const struct report *r, const struct table *table)
{
	unsigned int n = rows_of(r, table);
	_cleanup_free_ char *begin = NULL;

	if (!n)
		return;
	if (table->folded)
		begin = xasprintf("<details><summary>%s (%u)</summary>\n\n%s", table->title, n,
				  table->head);
	else
		begin = xasprintf("### %s (%u)\n\n%s", table->title, n, table->head);
	if (!page_add(p, begin))
		return;
	add_rows(p, r, table);
	page_close(p, table->folded ? "\n</details>\n\n" : "\n");
}

static void add_entries(struct page *p, const struct report *r, const char *what, const char *lines)
{
	_cleanup_free_ char *copy = xstrdup(str(lines));
	char *rest = copy, *line;

	while ((line = next_line(&rest))) {
		_cleanup_text_ struct text t = { 0 };

		text_addf(&t, "%s entry of EXPECT: ", what);
		markdown_code(&t, line, TEXT_BYTES);
		text_add(&t, "\n\n");
		page_add_sifted(p, r, text_str(&t));
	}
}

static void add_report(struct page *p, const struct report *r)
{
	size_t i;

	add_head(p, r);
	for (i = 0; i < ARRAY_SIZE(tables); i++)
		add_table(p, r, &tables[i]);
	add_entries(p, r, "unused", r->unused_expects);
	add_entries(p, r, "expired", r->expired_expects);
}

/* Several ----------------------------------------------------------------------------------- */

static void add_columns(struct page *p, const struct reports *rs)
{
	size_t i;

	page_add(p, "| # | runtime | kernel | verdict | pass | fail | skip | broken | |\n"
		    "|--:|---|---|---|--:|--:|--:|--:|---|\n");
	for (i = 0; i < rs->n; i++) {
		const struct report *r = &rs->list[i];
		_cleanup_free_ char *runtime = column_runtime(r);
		_cleanup_text_ struct text t = { 0 };

		text_addf(&t, "| %zu |", i + 1);
		markdown_cell(&t, runtime, NAME_BYTES);
		markdown_cell(&t, column_kernel(r), NAME_BYTES);
		text_addf(&t, " **%s** | %u | %u | %u | %u |", column_verdict(r),
			  report_count(r, VERDICT_PASS), report_count(r, VERDICT_FAIL),
			  report_count(r, VERDICT_SKIP), report_count(r, VERDICT_BROKEN));
		markdown_cell(&t, r->why, TEXT_BYTES);
		text_add(&t, "\n");
		page_add_sifted(p, r, text_str(&t));
	}
	page_add(p, "\n");
}

static const char *cell_of(const struct result *res)
{
	if (!res)
		return "";
	if (res->expected_fall)
		return "known";
	if (result_fails_run(res))
		return "**FAIL**";
	return result_is_broken(res) ? "**broken**" : verdict_names[res->verdict];
}

static bool row_falls(const struct reports *rs, enum requirement_id id)
{
	size_t i;

	for (i = 0; i < rs->n; i++) {
		const struct result *res = column_result(&rs->list[i], id);

		if (res && (res->verdict == VERDICT_FAIL || res->verdict == VERDICT_BROKEN))
			return true;
	}
	return false;
}

static void add_matrix(struct page *p, const struct reports *rs)
{
	_cleanup_text_ struct text head = { 0 };
	size_t i, k;

	text_add(&head, "### What falls somewhere\n\n| level | requirement |");
	for (i = 0; i < rs->n; i++)
		text_addf(&head, " %zu |", i + 1);
	text_add(&head, "\n|---|---|");
	for (i = 0; i < rs->n; i++)
		text_add(&head, "---|");
	page_add(p, text_str(&head));
	page_add(p, "\n");
	for (k = 0; k < REQ_COUNT; k++) {
		_cleanup_text_ struct text row = { 0 };

		if (!row_falls(rs, (enum requirement_id)k))
			continue;
		text_addf(&row, "| %s | %s |", level_names[requirements[k].level],
			  requirements[k].id);
		for (i = 0; i < rs->n; i++)
			text_addf(&row, " %s |",
				  cell_of(column_result(&rs->list[i], (enum requirement_id)k)));
		text_add(&row, "\n");
		page_add(p, text_str(&row));
	}
	page_add(p, "\n");
}

static void add_section(struct page *p, const struct report *r, size_t number)
{
	_cleanup_free_ char *runtime = column_runtime(r);
	_cleanup_text_ struct text t = { 0 };

	text_addf(&t, "## %zu: %s, ", number, column_verdict(r));
	markdown_code(&t, runtime, NAME_BYTES);
	text_add(&t, *runtime ? " on " : "");
	markdown_code(&t, column_kernel(r), NAME_BYTES);
	text_add(&t, "\n\n");
	page_add_sifted(p, r, text_str(&t));
	add_report(p, r);
}

int report_markdown(const struct reports *rs, FILE *out)
{
	struct matrix m = columns_matrix(rs);
	const char *verdict = rs->n == 1 ? column_verdict(&rs->list[0]) : matrix_verdict(&m);
	_cleanup_free_ char *title = xasprintf("# maskspec: %s\n\n", verdict);
	_cleanup_page_ struct page p = { 0 };
	size_t i;

	free(m.columns);
	page_add(&p, title);
	if (rs->n == 1) {
		add_report(&p, &rs->list[0]);
	} else {
		add_columns(&p, rs);
		add_matrix(&p, rs);
		for (i = 0; i < rs->n; i++)
			add_section(&p, &rs->list[i], i + 1);
	}
	return page_write(&p, out);
}
