/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/matrix.h"

#include "conformance/report/columns.h"
#include "conformance/report/json.h"
#include "conformance/report/output.h"
#include "conformance/report/wrap.h"

#define LINE_WIDTH 100
#define ID_WIDTH 26

void matrix_free(struct matrix *m)
{
	size_t i;

	for (i = 0; i < m->n; i++) {
		free(m->columns[i].name);
		free(m->columns[i].why);
		report_free(&m->columns[i].report);
	}
	free(m->columns);
	*m = (struct matrix){ 0 };
}

/* Not to be had: neither the runtime's fault nor the kit's. */
static bool is_absent(const struct column *c)
{
	return !c->has_report && c->status == outcome_exit(OUTCOME_NOTHING_RAN);
}

int matrix_exit(const struct matrix *m)
{
	static const int gravest_first[] = { 130, 143, 1, 3, 2 };
	size_t i, k, absent = 0;

	for (k = 0; k < ARRAY_SIZE(gravest_first); k++)
		for (i = 0; i < m->n; i++)
			if (m->columns[i].status == gravest_first[k])
				return gravest_first[k];
	for (i = 0; i < m->n; i++)
		absent += is_absent(&m->columns[i]);
	if (absent == m->n)
		return outcome_exit(OUTCOME_NOTHING_RAN);
	return absent && m->strict ? outcome_exit(OUTCOME_BROKEN) : 0;
}

static const char *verdict_of(const struct column *c)
{
	if (c->has_report)
		return outcome_names[c->report.outcome];
	return is_absent(c) ? "absent" : "broken";
}

const char *matrix_verdict(const struct matrix *m)
{
	int status = matrix_exit(m);
	int i;

	for (i = 0; i < OUTCOME_COUNT; i++)
		if (outcome_exit((enum outcome)i) == status)
			return outcome_names[i];
	return status > 128 ? "interrupted" : "broken";
}

/* JSON --------------------------------------------------------------------------------------- */

/* As report.json of that kernel has it, byte for byte. */
static int put_report(cJSON *array, const struct report *r)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int err = f ? report_json(r, f) : -ENOMEM;

	if (f && fclose(f) != 0)
		err = -EIO;
	if (err == 0)
		cJSON_AddItemToArray(array, cJSON_CreateRaw(text));
	return err;
}

/* One runtime need not be named: its reports do. */
static bool of_several_runtimes(const struct matrix *m)
{
	_cleanup_free_ char *first = NULL;
	size_t i;

	for (i = 0; i < m->n; i++) {
		_cleanup_free_ char *name = column_runtime(&m->columns[i].report);

		if (first && *name && !streq(first, name))
			return true;
		if (!first && *name)
			first = TAKE_PTR(name);
	}
	return false;
}

/* As its report lets it through. */
static void put_shown(cJSON *o, const char *key, const struct report *r, const char *text)
{
	_cleanup_text_ struct text shown = { 0 };

	output_sieve(r, str(text), &shown);
	json_put(o, key, text_str(&shown));
}

static void put_runtime(cJSON *o, const struct report *r)
{
	_cleanup_free_ char *name = report_runtime_name(r);
	_cleanup_free_ char *version = report_runtime_version(r);
	_cleanup_text_ struct text argv = { 0 };
	cJSON *runtime = cJSON_AddObjectToObject(o, "runtime");

	output_sieve(r, str(r->runtime_argv), &argv);
	put_shown(runtime, "name", r, name);
	put_shown(runtime, "version", r, version);
	json_put_lines(runtime, "argv", text_str(&argv));
}

static int put_columns(cJSON *root, const struct matrix *m)
{
	cJSON *summary = cJSON_AddObjectToObject(root, "summary");
	cJSON *kernels, *reports;
	size_t i;
	bool several = of_several_runtimes(m);
	int r = 0;

	json_put(summary, "verdict", matrix_verdict(m));
	kernels = cJSON_AddArrayToObject(summary, "kernels");
	reports = cJSON_AddArrayToObject(root, "reports");
	for (i = 0; r == 0 && i < m->n; i++) {
		const struct column *c = &m->columns[i];
		cJSON *o = cJSON_CreateObject();

		cJSON_AddItemToArray(kernels, o);
		put_shown(o, "name", &c->report, c->name);
		if (several)
			put_runtime(o, &c->report);
		json_put(o, "verdict", verdict_of(c));
		put_shown(o, "why", &c->report, c->has_report ? c->report.why : c->why);
		cJSON_AddBoolToObject(o, "judged", c->has_report);
		r = c->has_report ? put_report(reports, &c->report) : 0;
	}
	return r;
}

int matrix_json(const struct matrix *m, FILE *out)
{
	cJSON *root = cJSON_CreateObject();
	char *printed;
	int r;

	cJSON_AddStringToObject(root, "schema", MATRIX_SCHEMA);
	r = put_columns(root, m);
	printed = r == 0 ? cJSON_Print(root) : NULL;
	cJSON_Delete(root);
	if (!printed)
		return r < 0 ? r : -ENOMEM;
	if (fprintf(out, "%s\n", printed) < 0)
		r = -EIO;
	cJSON_free(printed);
	return r;
}

/* Terminal ------------------------------------------------------------------------------------ */

static const char *cell_of(const struct column *c, enum requirement_id id)
{
	const struct result *r = column_result(&c->report, id);

	if (!r)
		return "-";
	if (r->verdict == VERDICT_FAIL && r->expected_fall)
		return "known";
	return r->verdict == VERDICT_FAIL ? "FAIL" : verdict_names[r->verdict];
}

static bool is_bad(const char *cell)
{
	return streq(cell, "FAIL") || streq(cell, "broken");
}

/* Whether the row says more than that all is well, or skipped, everywhere. */
static bool row_speaks(const struct matrix *m, enum requirement_id id)
{
	const char *first = NULL;
	bool speaks = false;
	size_t i;

	for (i = 0; i < m->n; i++) {
		const char *cell = cell_of(&m->columns[i], id);

		if (!m->columns[i].has_report)
			continue;
		speaks |= is_bad(cell) || (first && !streq(first, cell));
		first = first ? first : cell;
	}
	return speaks;
}

static bool row_is_empty(const struct matrix *m, enum requirement_id id)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (column_result(&m->columns[i].report, id))
			return false;
	return true;
}

/* Columns as wide as their names where all fit, else numbers that a legend explains. */
static size_t column_width(const struct matrix *m)
{
	size_t widest = 15, i;

	for (i = 0; i < m->n; i++)
		if (strlen(m->columns[i].name) > widest)
			widest = strlen(m->columns[i].name);
	return 7 + ID_WIDTH + m->n * (widest + 1) <= LINE_WIDTH ? widest + 1 : 8;
}

static void add_cell(struct text *t, const char *cell, size_t width, bool colour)
{
	bool bad = is_bad(cell) || streq(cell, "fails");

	text_addf(t, "%s%-*s%s", colour && bad ? "\033[1;31m" : "", (int)width, cell,
		  colour && bad ? "\033[0m" : "");
}

static void add_head(struct text *t, const struct matrix *m, size_t width, bool colour)
{
	bool numbered = width == 8;
	size_t i;

	for (i = 0; numbered && i < m->n; i++)
		text_addf(t, "[%zu] %s: %s\n", i + 1, m->columns[i].name,
			  verdict_of(&m->columns[i]));
	text_addf(t, "%-*s", 7 + ID_WIDTH, "");
	for (i = 0; i < m->n; i++) {
		_cleanup_free_ char *number = xasprintf("[%zu]", i + 1);

		text_addf(t, "%-*s", (int)width, numbered ? number : m->columns[i].name);
	}
	text_add(t, "\n");
	if (numbered)
		return;
	text_addf(t, "%-*s", 7 + ID_WIDTH, "");
	for (i = 0; i < m->n; i++)
		add_cell(t, verdict_of(&m->columns[i]), width, colour);
	text_add(t, "\n");
}

static size_t add_rows(struct text *t, const struct matrix *m, size_t width, bool all, bool colour)
{
	size_t i, k, left_out = 0;

	for (k = 0; k < REQ_COUNT; k++) {
		enum requirement_id id = (enum requirement_id)k;

		if (row_is_empty(m, id))
			continue;
		if (!all && !row_speaks(m, id)) {
			left_out++;
			continue;
		}
		text_addf(t, "%-7s%-*s", level_names[requirements[id].level], ID_WIDTH,
			  requirements[id].id);
		for (i = 0; i < m->n; i++)
			add_cell(t, cell_of(&m->columns[i], id), width, colour);
		text_add(t, "\n");
	}
	return left_out;
}

static void add_reasons(struct text *t, const struct matrix *m)
{
	size_t i;

	for (i = 0; i < m->n; i++) {
		const struct column *c = &m->columns[i];
		const char *why = c->has_report ? str(c->report.why) : c->why;
		_cleanup_free_ char *prefix = xasprintf("%s: ", c->name);

		if (*why)
			wrap_lines(t, prefix, why, 4);
	}
}

int matrix_text(const struct matrix *m, FILE *out, bool all, bool colour)
{
	_cleanup_text_ struct text t = { 0 };
	size_t width = column_width(m), left_out;

	add_head(&t, m, width, colour);
	left_out = add_rows(&t, m, width, all, colour);
	if (left_out)
		text_addf(&t,
			  "%zu requirement%s the same on all kernels and %s fall (VERBOSE=1 shows "
			  "%s)\n",
			  left_out, left_out == 1 ? " is" : "s are",
			  left_out == 1 ? "doesn't" : "don't", left_out == 1 ? "it" : "them");
	add_reasons(&t, m);
	return fwrite(text_str(&t), 1, t.len, out) == t.len ? 0 : -EIO;
}
