/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV as RFC 4180 has it, UTF-8, with a header: a row for each result of each report. What no
 * result says has a row without an id: a kernel that could not be had, a report without results,
 * and how many are withheld.
 */
#include "conformance/report/columns.h"
#include "conformance/report/formats.h"
#include "conformance/report/output.h"

/* Spreadsheets take 32767 characters, Python's csv 131072. */
#define CELL_MAX 32000

static const char header[] =
	"runtime,version,args,kernel,release,machine,conditions,profile,run,id,level,verdict,known,"
	"reason,expected,observed,bundles,spec,rerun\r\n";

/* A spreadsheet would take a cell that begins so for a formula. */
static bool is_formula(const char *s)
{
	return *s && strchr("=+-@", *s);
}

static void add_cell(struct text *t, const char *s)
{
	_cleanup_text_ struct text clean = { 0 };
	const char *p;
	bool quoted;

	output_clean(&clean, s, false);
	output_shorten(&clean, CELL_MAX);
	p = text_str(&clean);
	quoted = strpbrk(p, ",\"") != NULL;
	text_add(t, quoted ? "\"" : "");
	text_add(t, is_formula(p) ? "'" : "");
	for (; *p; p++) {
		text_add(t, *p == '"' ? "\"" : "");
		text_add_n(t, p, 1);
	}
	text_add(t, quoted ? "\"," : ",");
}

/* In place of the last comma. */
static void end_row(struct text *t)
{
	t->s[--t->len] = '\0';
	text_add(t, "\r\n");
}

/* Lines become words. */
static void add_words(struct text *t, const char *lines)
{
	_cleanup_free_ char *words = xstrdup(lines);
	size_t len = strlen(words), i;

	if (len && words[len - 1] == '\n')
		words[len - 1] = '\0';
	for (i = 0; words[i]; i++)
		if (words[i] == '\n')
			words[i] = ' ';
	add_cell(t, words);
}

static void add_column(struct text *t, const struct report *r)
{
	_cleanup_free_ char *name = report_runtime_name(r);
	_cleanup_free_ char *version = report_runtime_version(r);
	_cleanup_free_ char *conditions = column_conditions(r);

	add_cell(t, name);
	add_cell(t, version);
	add_words(t, column_args(r));
	add_cell(t, column_kernel(r));
	add_cell(t, r->kernel);
	add_cell(t, r->machine);
	add_cell(t, conditions);
	add_cell(t, r->profile);
	add_cell(t, column_verdict(r));
}

static void add_result(struct text *t, const struct report *r, const struct result *res)
{
	_cleanup_text_ struct text bundles = { 0 };

	output_bundles(&bundles, res, " ");
	add_column(t, r);
	add_cell(t, requirements[res->id].id);
	add_cell(t, level_names[res->level]);
	add_cell(t, verdict_names[res->verdict]);
	add_cell(t, res->expected_fall	   ? "known fall"
		    : res->unexpected_pass ? "unexpected pass"
					   : "");
	add_cell(t, res->expected_fall ? res->expect_reason : res->reason);
	add_cell(t, res->expected);
	add_cell(t, res->observed);
	add_cell(t, text_str(&bundles));
	add_cell(t, requirements[res->id].spec);
	add_cell(t, res->rerun);
	end_row(t);
}

/* Without an id. */
static void add_remark(struct text *t, const struct report *r, const char *verdict, const char *why)
{
	const char *const cells[] = { "", "", verdict, "", why, "", "", "", "", "" };
	size_t i;

	add_column(t, r);
	for (i = 0; i < ARRAY_SIZE(cells); i++)
		add_cell(t, cells[i]);
	end_row(t);
}

static void add_report(struct text *t, const struct report *r)
{
	_cleanup_free_ char *passes = NULL, *withheld = NULL;
	bool any = false;
	size_t i;

	for (i = 0; i < r->n_results; i++) {
		if (!result_shown(r, &r->results[i]))
			continue;
		any = true;
		add_result(t, r, &r->results[i]);
	}
	if (!any || *str(r->why))
		add_remark(t, r, column_verdict(r), r->why);
	if (!report_hides(r))
		return;
	passes = xasprintf("%u passed, not listed beside what is withheld",
			   report_count(r, VERDICT_PASS));
	withheld = xasprintf("%u not shown", r->n_withheld);
	add_remark(t, r, "pass", passes);
	add_remark(t, r, "withheld", withheld);
}

int report_csv(const struct reports *rs, FILE *out)
{
	size_t i;

	if (fputs(header, out) == EOF)
		return -EIO;
	for (i = 0; i < rs->n; i++) {
		_cleanup_text_ struct text t = { 0 };
		int r;

		add_report(&t, &rs->list[i]);
		r = output_put(&rs->list[i], &t, out);
		if (r < 0)
			return r;
	}
	return fflush(out) == 0 ? 0 : -EIO;
}
