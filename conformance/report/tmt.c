/* SPDX-License-Identifier: Apache-2.0 */
/*
 * results.yaml of a tmt test with `result: custom`: an entry for each requirement, and one, "/",
 * for the test itself. tmt counts a warn as a failure, so a SHOULD that fell and a known fall are
 * info. Logs are named as they lie beside the file: it belongs into OUT.
 */
#include <ctype.h>

#include "conformance/report/columns.h"
#include "conformance/report/formats.h"
#include "conformance/report/output.h"
#include "conformance/report/told.h"

static const char *const words[TOLD_COUNT] = {
	[TOLD_FAIL] = "fail",	    [TOLD_BROKEN] = "error", [TOLD_LESSER] = "info",
	[TOLD_UNEXPECTED] = "info", [TOLD_KNOWN] = "info",   [TOLD_SKIP] = "skip",
	[TOLD_PASS] = "pass",
};

enum run { RUN_PASS, RUN_SKIP, RUN_ERROR, RUN_FAIL }; /* to the gravest */
static const char *const run_words[] = { "pass", "skip", "error", "fail" };

static enum run run_of(const struct report *r)
{
	if (streq(column_verdict(r), "absent"))
		return RUN_SKIP;
	if (r->outcome == OUTCOME_CONFORMS)
		return RUN_PASS;
	return outcome_exit(r->outcome) == 1 ? RUN_FAIL : RUN_ERROR;
}

/* What tmt shows as a path must be one, so of a name only what is plain stays. */
static char *plain_kernel(const struct report *r)
{
	bool host = !r->kernel_name && column_judged(r);
	_cleanup_text_ struct text shown = { 0 }, t = { 0 };
	const char *s;

	/* Before blanks become a part of a word. */
	output_sieve(r, host ? "host" : told_kernel(r), &shown);
	for (s = text_str(&shown); *s; s++)
		text_add_n(&t, isalnum((unsigned char)*s) || strchr(".-_", *s) ? s : "_", 1);
	return xstrdup(t.len ? text_str(&t) : "kernel");
}

/* "" for the only report; else "/KERNEL", and "/KERNEL.2" for the second one of that name. */
static char *prefix_of(const struct reports *rs, size_t at)
{
	_cleanup_free_ char *mine = plain_kernel(&rs->list[at]);
	size_t before = columns_before(rs, at, plain_kernel);

	if (rs->n == 1)
		return xstrdup("");
	return before ? xasprintf("/%s.%zu", mine, before + 1) : xasprintf("/%s", mine);
}

static void add_string(FILE *out, const char *before, const char *s)
{
	_cleanup_text_ struct text t = { 0 };

	output_quoted(&t, s);
	fprintf(out, "%s%s\n", before, text_str(&t));
}

/* @lines is cut up. */
static void add_entry(FILE *out, const char *name, const char *result, const char *subject,
		      char *lines)
{
	char *line, *rest = lines;

	add_string(out, "- name: ", name);
	fprintf(out, "  result: %s\n", result);
	fputs("  note:\n", out);
	add_string(out, "  - ", subject);
	while ((line = next_line(&rest)))
		add_string(out, "  - ", line);
	fputs("  log: [report.html, report.json]\n", out);
}

static void add_result(FILE *out, const struct report *r, const struct result *res,
		       const char *prefix)
{
	_cleanup_free_ char *name = xasprintf("%s/%s", prefix, requirements[res->id].id);
	_cleanup_free_ char *lines = told_lines(r, res);
	_cleanup_text_ struct text subject = { 0 };
	enum told told = told_of(res);

	if (!report_hides(r))
		text_addf(&subject, "%s ", level_names[res->level]);
	text_addf(&subject, "%s: ", told_words[told]);
	told_subject(&subject, r);
	add_entry(out, name, words[told], text_str(&subject), lines);
}

static void add_run(FILE *out, const struct report *r, const char *name)
{
	_cleanup_free_ char *lines = told_lines(r, NULL);
	_cleanup_text_ struct text subject = { 0 };

	text_addf(&subject, "%s: ", column_verdict(r));
	told_subject(&subject, r);
	add_entry(out, name, run_words[run_of(r)], text_str(&subject), lines);
}

/* A kernel that could not be had counts where there is no other. */
static void add_total(FILE *out, const struct reports *rs)
{
	_cleanup_free_ char *lines = xasprintf("%zu reports, one entry each\n", rs->n);
	enum run worst = RUN_PASS;
	size_t i, absent = 0;

	for (i = 0; i < rs->n; i++) {
		enum run run = run_of(&rs->list[i]);

		absent += run == RUN_SKIP;
		if (run != RUN_SKIP && run > worst)
			worst = run;
	}
	add_entry(out, "/", run_words[absent == rs->n ? RUN_ERROR : worst], "the gravest of all",
		  lines);
}

int report_tmt(const struct reports *rs, FILE *out)
{
	size_t i, k;

	if (rs->n != 1)
		add_total(out, rs);
	for (i = 0; i < rs->n; i++) {
		const struct report *r = &rs->list[i];
		_cleanup_free_ char *prefix = prefix_of(rs, i);

		add_run(out, r, *prefix ? prefix : "/");
		for (k = 0; k < r->n_results; k++)
			if (result_shown(r, &r->results[k]))
				add_result(out, r, &r->results[k], prefix);
	}
	return fflush(out) != 0 || ferror(out) ? -EIO : 0;
}
