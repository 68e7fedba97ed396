/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Annotations: workflow commands of GitHub's, a line for each fall. A step shows ten errors, ten
 * warnings and ten notices and drops the rest, so the gravest of all reports come first.
 */
#include "conformance/report/columns.h"
#include "conformance/report/formats.h"
#include "conformance/report/output.h"
#include "conformance/report/told.h"

/* What is not here is not annotated. */
static const char *const commands[TOLD_COUNT] = {
	[TOLD_FAIL] = "error",	       [TOLD_BROKEN] = "error", [TOLD_LESSER] = "warning",
	[TOLD_UNEXPECTED] = "warning", [TOLD_KNOWN] = "notice",
};

/* As the runner undoes it: of a property two characters more than of the message. */
static void add_escaped(struct text *t, const char *s, size_t len, const char *special)
{
	const char *end = s + len;

	for (; s < end; s++) {
		if (strchr(special, *s))
			text_addf(t, "%%%02X", (unsigned char)*s);
		else
			text_add_n(t, s, 1);
	}
}

static void annotate(FILE *out, const char *command, const struct text *title, const char *lines)
{
	_cleanup_text_ struct text t = { 0 };
	size_t len = strlen(lines);

	text_addf(&t, "::%s title=", command);
	add_escaped(&t, text_str(title), title->len, "%\r\n:,");
	text_add(&t, "::");
	/* Without the last newline; a message must not be empty. */
	if (len)
		add_escaped(&t, lines, len - 1, "%\r\n");
	else
		text_add(&t, "see the report");
	text_add(&t, "\n");
	fputs(text_str(&t), out);
}

static void annotate_result(FILE *out, const struct report *r, const struct result *res)
{
	enum told told = told_of(res);
	_cleanup_free_ char *lines = told_lines(r, res);
	_cleanup_text_ struct text title = { 0 };

	text_add(&title, requirements[res->id].id);
	if (!report_hides(r))
		text_addf(&title, " (%s)", level_names[res->level]);
	text_addf(&title, " %s: ", told_words[told]);
	told_subject(&title, r);
	annotate(out, commands[told], &title, lines);
}

/* A kernel that could not be had is left out of the verdict of several. */
static void annotate_run(FILE *out, const struct report *r, bool only)
{
	bool absent = !column_judged(r) && !only;
	_cleanup_free_ char *lines = told_lines(r, NULL);
	_cleanup_text_ struct text title = { 0 };

	text_addf(&title, "maskspec: %s: ", absent ? "absent" : outcome_names[r->outcome]);
	told_subject(&title, r);
	annotate(out, absent ? "warning" : "error", &title, lines);
}

static void annotate_withheld(FILE *out, const struct report *r)
{
	_cleanup_free_ char *lines = told_lines(r, NULL);
	_cleanup_text_ struct text title = { 0 };

	text_add(&title, "maskspec withholds results: ");
	told_subject(&title, r);
	annotate(out, "notice", &title, lines);
}

static void annotate_all(FILE *out, const struct report *r, enum told told)
{
	size_t i;

	for (i = 0; i < r->n_results; i++)
		if (result_shown(r, &r->results[i]) && told_of(&r->results[i]) == told)
			annotate_result(out, r, &r->results[i]);
}

int report_github(const struct reports *rs, FILE *out)
{
	int told;
	size_t i;

	for (i = 0; i < rs->n; i++)
		if (!told_outcome(&rs->list[i]))
			annotate_run(out, &rs->list[i], rs->n == 1);
	for (told = 0; told < TOLD_COUNT; told++)
		for (i = 0; i < rs->n && commands[told]; i++)
			annotate_all(out, &rs->list[i], (enum told)told);
	for (i = 0; i < rs->n; i++)
		if (report_hides(&rs->list[i]) && told_outcome(&rs->list[i]))
			annotate_withheld(out, &rs->list[i]);
	return fflush(out) != 0 || ferror(out) ? -EIO : 0;
}
