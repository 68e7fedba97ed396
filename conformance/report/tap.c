/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TAP version 13: Debian 12's prove refuses 14. A plain `not ok` stands exactly where the run
 * doesn't conform, so that a harness that reads only TAP comes to the same end.
 */
#include "conformance/report/output.h"

/* In a description a # would begin a directive, and a \ would escape it. */
static void add_name(struct text *t, const char *s)
{
	_cleanup_text_ struct text clean = { 0 };
	const char *p;

	output_clean(&clean, s, false);
	for (p = text_str(&clean); *p; p++) {
		if (*p == '#' || *p == '\\')
			text_add(t, "\\");
		text_add_n(t, p, 1);
	}
}

static void add_pair(struct text *t, const char *key, const char *value)
{
	text_addf(t, "  %s: ", key);
	output_quoted(t, str(value));
	text_add(t, "\n");
}

static void add_diagnostic(struct text *t, const struct result *res)
{
	size_t i;

	text_add(t, "  ---\n");
	add_pair(t, "level", level_names[res->level]);
	add_pair(t, "verdict", verdict_names[res->verdict]);
	if (res->verdict == VERDICT_BROKEN)
		add_pair(t, "reason", res->reason);
	add_pair(t, "expected", res->expected);
	add_pair(t, "observed", res->observed);
	/* A block list: TAP::Parser's small YAML reader knows no flow list. */
	text_add(t, res->n_bundles ? "  bundles:\n" : "  bundles: []\n");
	for (i = 0; i < res->n_bundles; i++) {
		text_add(t, "    - ");
		output_quoted(t, res->bundles[i]);
		text_add(t, "\n");
	}
	add_pair(t, "spec", requirements[res->id].spec);
	add_pair(t, "rerun", res->rerun);
	text_add(t, "  ...\n");
}

/* TODO: seen, reported, and no failure of the run. */
static void add_directive(struct text *t, const struct result *res)
{
	if (res->verdict == VERDICT_SKIP) {
		text_add(t, " # SKIP ");
		output_clean(t, res->reason, false);
	} else if (res->expected_fall) {
		text_add(t, " # TODO known fall: ");
		output_clean(t, res->expect_reason, false);
	} else if (res->verdict == VERDICT_FAIL && res->level != LEVEL_MUST) {
		text_addf(t, " # TODO %s", level_names[res->level]);
	}
}

static void add_result(struct text *t, const struct result *res, unsigned int n)
{
	const struct requirement *req = &requirements[res->id];
	bool fall = res->verdict == VERDICT_FAIL || res->verdict == VERDICT_BROKEN;

	text_addf(t, "%s %u - %s: ", fall ? "not ok" : "ok", n, req->id);
	add_name(t, req->title);
	add_directive(t, res);
	text_add(t, "\n");
	if (fall)
		add_diagnostic(t, res);
	if (res->unexpected_pass)
		text_addf(t, "# %s passes, EXPECT lists it as a fall\n", req->id);
}

static bool is_plain_not_ok(const struct result *res)
{
	return result_fails_run(res) || result_is_broken(res);
}

static void add_outcome(struct text *t, const struct report *r, unsigned int n)
{
	text_addf(t, "not ok %u - maskspec: %s", n, outcome_names[r->outcome]);
	if (*str(r->why)) {
		text_add(t, ": ");
		add_name(t, r->why);
	}
	text_add(t, "\n");
}

static void add_entries(struct text *t, const char *what, const char *lines)
{
	_cleanup_free_ char *copy = xstrdup(str(lines));
	char *rest = copy;
	char *line;

	while ((line = next_line(&rest))) {
		text_addf(t, "# %s entry of EXPECT: ", what);
		output_clean(t, line, false);
		text_add(t, "\n");
	}
}

static void add_denied(struct text *t, const struct report *r)
{
	size_t i;

	for (i = 0; i < r->n_denied; i++)
		text_addf(t, "# DENY %s: answered %llu times\n", r->denied[i].name,
			  r->denied[i].answered);
}

int report_tap(const struct report *r, FILE *out)
{
	_cleanup_text_ struct text lines = { 0 };
	_cleanup_text_ struct text t = { 0 };
	bool told = r->outcome == OUTCOME_CONFORMS;
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < r->n_results; i++) {
		const struct result *res = &r->results[i];

		if (!result_shown(r, res))
			continue;
		add_result(&lines, res, ++n);
		told |= is_plain_not_ok(res);
	}
	if (report_hides(r) && report_count(r, VERDICT_PASS))
		text_addf(&lines,
			  "ok %u - maskspec: %u passed, not listed beside what is withheld\n", ++n,
			  report_count(r, VERDICT_PASS));
	/* What no line above tells: nothing ran, EXPECT doesn't fit, the failure is withheld. */
	if (!told)
		add_outcome(&lines, r, ++n);
	text_addf(&t, "TAP version 13\n1..%u\n", n);
	text_add(&t, text_str(&lines));
	add_denied(&t, r);
	add_entries(&t, "unused", r->unused_expects);
	add_entries(&t, "expired", r->expired_expects);
	if (report_hides(r))
		text_addf(&t, "# %u withheld\n", r->n_withheld);
	return output_put(r, &t, out);
}
