/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/formats.h"

#include "conformance/report/columns.h"
#include "conformance/report/html.h"

static int write_json(const struct reports *rs, FILE *out)
{
	struct matrix m;
	int r;

	if (rs->n == 1 && column_judged(&rs->list[0]))
		return report_json(&rs->list[0], out);
	m = columns_matrix(rs);
	r = matrix_json(&m, out);
	free(m.columns);
	return r;
}

static int write_tap(const struct reports *rs, FILE *out)
{
	return report_tap(&rs->list[0], out);
}

static int write_text(const struct reports *rs, FILE *out)
{
	return report_text(&rs->list[0], out, false);
}

static const struct format formats[] = {
	{ "html", "one page that needs nothing else: verdicts, matrix, evidence, sentences", false,
	  html_write },
	{ "json", "report.json; of several reports a matrix", false, write_json },
	{ "junit", "JUnit XML: only what fails the run is a failure", false, report_junit },
	{ "markdown", "a job summary, below 1 MiB", false, report_markdown },
	{ "csv", "a row for each result", false, report_csv },
	{ "tap", "TAP 13", true, write_tap },
	{ "github", "annotations: a workflow command of GitHub's for each fall", false,
	  report_github },
	{ "tmt", "results.yaml of a tmt test with `result: custom`", false, report_tmt },
	{ "text", "the summary for a terminal", true, write_text },
};

const struct format *format_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++)
		if (streq(formats[i].name, name))
			return &formats[i];
	return NULL;
}

void format_names(struct text *t)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++)
		text_addf(t, "%s%s", i ? " " : "", formats[i].name);
}

void format_help(FILE *out)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++)
		fprintf(out, "  %-9s %s\n", formats[i].name, formats[i].help);
}
