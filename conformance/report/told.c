/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/told.h"

#include "conformance/report/columns.h"
#include "conformance/report/output.h"

/* A service shows little of a long text, and cuts a title; whoever needs all opens the report. */
#define LINE_BYTES 2000
#define SUBJECT_BYTES 120

const char *const told_words[TOLD_COUNT] = {
	[TOLD_FAIL] = "fails",
	[TOLD_BROKEN] = "could not be judged",
	[TOLD_LESSER] = "fails, which is no failure of the run",
	[TOLD_UNEXPECTED] = "passes, and EXPECT lists it as a fall",
	[TOLD_KNOWN] = "is a known fall",
	[TOLD_SKIP] = "skipped",
	[TOLD_PASS] = "passes",
};

enum told told_of(const struct result *res)
{
	if (result_fails_run(res))
		return TOLD_FAIL;
	if (result_is_broken(res))
		return TOLD_BROKEN;
	if (result_is_lesser_fall(res))
		return TOLD_LESSER;
	if (res->unexpected_pass)
		return TOLD_UNEXPECTED;
	if (res->expected_fall)
		return TOLD_KNOWN;
	return res->verdict == VERDICT_SKIP ? TOLD_SKIP : TOLD_PASS;
}

/* Appends at most @max bytes, and never a part of a character. */
static void add_cut(struct text *t, const char *s, size_t max)
{
	_cleanup_text_ struct text line = { 0 };

	text_add(&line, s);
	if (line.len > max)
		output_shorten(&line, max - strlen("…"));
	text_add(t, text_str(&line));
}

static void add_line(struct text *t, const char *name, const char *value)
{
	if (!*str(value))
		return;
	text_add(t, name);
	output_clean(t, value, false);
	text_add(t, "\n");
}

static void add_result(struct text *t, const struct result *res)
{
	const struct requirement *req = &requirements[res->id];
	bool fall = res->verdict == VERDICT_FAIL || res->verdict == VERDICT_BROKEN;

	add_line(t, "", req->title);
	add_line(t, "because: ", res->expect_reason);
	add_line(t, "reason: ", res->reason);
	if (!fall)
		return;
	add_line(t, "expected: ", res->expected);
	add_line(t, "observed: ", res->observed);
	add_line(t, "sentence: ", req->spec);
	add_line(t, "rerun: ", res->rerun);
}

static void add_run(struct text *t, const struct report *r)
{
	_cleanup_free_ char *withheld = xasprintf("%u", r->n_withheld);
	_cleanup_free_ char *passes = xasprintf("%u", report_count(r, VERDICT_PASS));
	_cleanup_free_ char *unused = xstrdup(str(r->unused_expects));
	char *rest = unused, *line;

	add_line(t, "", r->why);
	while ((line = next_line(&rest)))
		add_line(t, "unused entry of EXPECT: ", line);
	if (!report_hides(r))
		return;
	add_line(t, "withheld: ", withheld);
	add_line(t, "passed, and not listed beside what is withheld: ", passes);
}

char *told_lines(const struct report *r, const struct result *res)
{
	_cleanup_text_ struct text all = { 0 }, safe = { 0 }, t = { 0 };
	char *rest, *line;

	if (res)
		add_result(&all, res);
	else
		add_run(&all, r);
	/* It knows words by what stands around them, so before anything is cut off or escaped. */
	output_sieve(r, text_str(&all), &safe);
	rest = safe.s;
	while (rest && (line = next_line(&rest))) {
		add_cut(&t, line, LINE_BYTES);
		text_add(&t, "\n");
	}
	return xstrdup(text_str(&t));
}

const char *told_kernel(const struct report *r)
{
	const char *name = column_kernel(r);
	const char *slash = strrchr(name, '/');

	return slash && slash[1] ? slash + 1 : name;
}

void told_subject(struct text *t, const struct report *r)
{
	_cleanup_free_ char *name = report_runtime_name(r);
	_cleanup_free_ char *version = report_runtime_version(r);
	_cleanup_text_ struct text raw = { 0 }, shown = { 0 };

	output_clean(&raw, name, false);
	text_add(&raw, *name && *version ? " " : "");
	output_clean(&raw, version, false);
	text_add(&raw, raw.len ? " on " : "on ");
	output_clean(&raw, told_kernel(r), false);
	output_sieve(r, text_str(&raw), &shown);
	add_cut(t, text_str(&shown), SUBJECT_BYTES);
}

bool told_outcome(const struct report *r)
{
	bool told = r->outcome == OUTCOME_CONFORMS;
	size_t i;

	for (i = 0; i < r->n_results && !told; i++)
		told = result_shown(r, &r->results[i]) && told_of(&r->results[i]) <= TOLD_BROKEN;
	return told;
}
