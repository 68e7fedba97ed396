/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/formats.h"

#include "conformance/report/html.h"
#include "conformance/report/matrix.h"

/* Several are a matrix; its columns borrow the reports. */
static int write_json(const struct reports *rs, FILE *out)
{
	struct matrix m = { .columns = xcalloc(rs->n, sizeof(*m.columns)), .n = rs->n };
	size_t i;
	int r;

	for (i = 0; i < rs->n; i++) {
		const struct report *one = &rs->list[i];

		m.columns[i] = (struct column){
			.name = one->kernel_name ? one->kernel_name : one->kernel,
			.status = outcome_exit(one->outcome),
			.has_report = one->kernel != NULL,
			.why = one->why,
			.report = *one,
		};
	}
	r = rs->n == 1 && rs->list[0].kernel ? report_json(&rs->list[0], out)
					     : matrix_json(&m, out);
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
	{ "tap", "TAP 14", true, write_tap },
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
