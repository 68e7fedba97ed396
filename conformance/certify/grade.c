/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/grade.h"

#include <fnmatch.h>

#include "conformance/report/output.h"

const char *const grade_names[GRADE_COUNT] = { "PASSED", "WARNED", "FAILED" };

void graded_free(struct graded *g)
{
	size_t i;

	for (i = 0; i < REQ_COUNT; i++)
		free(g->declared[i]);
	text_free(&g->reasons);
	*g = (struct graded){ 0 };
}

static void fail(struct graded *g, const char *fmt, ...) _printf_(2, 3);
static void fail(struct graded *g, const char *fmt, ...)
{
	_cleanup_free_ char *s = NULL;
	_cleanup_text_ struct text line = { 0 };
	va_list ap;

	va_start(ap, fmt);
	s = xvasprintf(fmt, ap);
	va_end(ap);
	g->grade = GRADE_FAILED;
	output_clean(&line, s, false);
	if (!has_line(g->reasons.s, text_str(&line)))
		text_addf(&g->reasons, "%s\n", text_str(&line));
}

/* Settings ----------------------------------------------------------------------------------- */

/* Each would make a run say less than the profile asks for, or something else. */
static void check_settings(const struct cert *c, const struct report *r, size_t number,
			   struct graded *g)
{
	const struct {
		const char *name, *is, *want;
	} settings[] = {
		{ "PROFILE", r->profile, c->profile },
		{ "REQUIRE", r->require, c->require },
		{ "FILTER", r->filter, "" },
		{ "USERNS", r->userns, "none" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		if (!streq(settings[i].is ? settings[i].is : "", settings[i].want))
			fail(g, "run %zu had %s=%s, the profile has \"%s\"", number,
			     settings[i].name, settings[i].is ? settings[i].is : "",
			     settings[i].want);
	if (r->n_denied)
		fail(g, "run %zu had DENY=, which tells the runtime of calls that are not there",
		     number);
	if (r->shard_count)
		fail(g, "run %zu is a shard of one", number);
	if (r->partial)
		fail(g, "run %zu is partial", number);
}

/* Requirements -------------------------------------------------------------------------------- */

bool grade_asks(const struct cert *c, enum requirement_id id)
{
	const char *since = requirements[id].since;

	return !*since || version_compare(since, c->spec) <= 0;
}

static bool may_skip(const struct cert *c, const struct result *res)
{
	size_t i;

	for (i = 0; i < c->n_skips; i++)
		if (glob_any(c->skips[i].ids, requirements[res->id].id) &&
		    fnmatch(c->skips[i].reason, res->reason, 0) == 0)
			return true;
	return false;
}

static enum standing stands_fallen(const struct result *res, size_t number, struct graded *g)
{
	const char *id = requirements[res->id].id;

	if (res->level == LEVEL_MUST) {
		fail(g, "%s falls in run %zu: %s", id, number, res->observed);
		return STANDING_FAILED;
	}
	if (!res->expected_fall) {
		fail(g, "%s falls in run %zu, and is no declared deviation: %s", id, number,
		     res->observed);
		return STANDING_FAILED;
	}
	if (!g->declared[res->id])
		g->declared[res->id] = xstrdup(res->expect_reason ? res->expect_reason : "");
	return STANDING_WARNED;
}

static enum standing stands(const struct cert *c, const struct result *res, size_t number,
			    struct graded *g)
{
	const char *id = requirements[res->id].id;

	if (res->level == LEVEL_INFO || res->verdict == VERDICT_NOT_DUE || !grade_asks(c, res->id))
		return STANDING_NOT_ASKED;
	if (res->verdict == VERDICT_PASS)
		return STANDING_PASSED;
	if (res->verdict == VERDICT_FAIL)
		return stands_fallen(res, number, g);
	if (res->verdict == VERDICT_SKIP && may_skip(c, res))
		return STANDING_SKIPPED;
	if (res->verdict == VERDICT_SKIP)
		fail(g, "%s is skipped in run %zu, which the profile does not allow: %s", id,
		     number, res->reason);
	else
		fail(g, "%s is broken in run %zu: %s", id, number, res->reason);
	return STANDING_FAILED;
}

/* The worst of all runs stands; one that passed where another could not show it is a pass. */
static void grade_results(const struct cert *c, const struct report *r, size_t number,
			  struct graded *g)
{
	size_t i;

	for (i = 0; i < r->n_results; i++) {
		enum standing s = stands(c, &r->results[i], number, g);

		if (s > g->ids[r->results[i].id])
			g->ids[r->results[i].id] = s;
		if (s == STANDING_WARNED && g->grade == GRADE_PASSED)
			g->grade = GRADE_WARNED;
	}
}

bool grade_is_whole(const struct report *r)
{
	return r->outcome != OUTCOME_BROKEN && r->outcome != OUTCOME_NOTHING_RAN;
}

void grade_kernel(const struct cert *c, const struct report *const *runs, size_t n,
		  struct graded *ret)
{
	size_t i, whole = 0;

	*ret = (struct graded){ 0 };
	for (i = 0; i < n; i++) {
		check_settings(c, runs[i], i + 1, ret);
		if (!grade_is_whole(runs[i]))
			continue;
		whole++;
		grade_results(c, runs[i], i + 1, ret);
	}
	if (n - whole > c->retries)
		fail(ret, "broken runs: %zu, the profile allows %u", n - whole, c->retries);
	if (whole < c->runs)
		fail(ret, "whole runs: %zu, the profile asks for %u", whole, c->runs);
}

size_t grade_kernels_missing(const struct cert *c, char *const *versions, size_t n,
			     struct text *reasons)
{
	size_t i, k, missing = 0;

	for (i = 0; i < c->n_kernels; i++) {
		for (k = 0; k < n && !range_holds(&c->kernels[i].versions, versions[k]); k++)
			;
		if (k < n)
			continue;
		missing++;
		text_addf(reasons, "no kernel %s was run\n", c->kernels[i].name);
	}
	return missing;
}
