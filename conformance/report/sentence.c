/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/sentence.h"

#include "conformance/report/output.h"
#include "conformance/report/wrap.h"

#define NAMED 8

/* SUBJECT CLAIM of OCI path masking (…)BEHIND. */
struct sentence {
	const struct report *r;
	struct text claim, behind;
};

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static unsigned int judged(const struct report *r, enum level level)
{
	const unsigned int *n = r->count[level];

	return n[VERDICT_PASS] + n[VERDICT_FAIL] + n[VERDICT_BROKEN];
}

/* Appends ": dir-empty, file-null", at most eight of them. Returns the number of all. */
static size_t add_ids(const struct report *r, bool (*wanted)(const struct result *),
		      struct text *out)
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < r->n_results; i++) {
		const struct result *res = &r->results[i];

		if (result_shown(r, res) && wanted(res) && n++ < NAMED)
			text_addf(out, "%s%s", n == 1 ? ": " : ", ", requirements[res->id].id);
	}
	if (n > NAMED)
		text_addf(out, " and %zu more", n - NAMED);
	return n;
}

static bool is_known_must(const struct result *res)
{
	return res->expected_fall && res->level == LEVEL_MUST;
}

static bool is_known_should(const struct result *res)
{
	return res->expected_fall && res->level == LEVEL_SHOULD;
}

static bool is_known_info(const struct result *res)
{
	return res->expected_fall && res->level == LEVEL_INFO;
}

static bool is_should_fall(const struct result *res)
{
	return result_is_lesser_fall(res) && res->level == LEVEL_SHOULD;
}

static bool is_info_fall(const struct result *res)
{
	return result_is_lesser_fall(res) && res->level == LEVEL_INFO;
}

/* "passes all 60 MUST requirements", of the gravest level that was judged. */
static void add_passes(struct sentence *s)
{
	static bool (*const known[LEVEL_COUNT])(const struct result *) = {
		[LEVEL_MUST] = is_known_must,
		[LEVEL_SHOULD] = is_known_should,
		[LEVEL_INFO] = is_known_info,
	};
	enum level level = LEVEL_MUST;
	unsigned int passed, all;

	while (level < LEVEL_INFO && judged(s->r, level) == 0)
		level++;
	passed = s->r->count[level][VERDICT_PASS];
	all = judged(s->r, level);
	if (passed == all && all == 1)
		text_addf(&s->claim, "passes the only judged %s requirement", level_names[level]);
	else if (passed == all)
		/* Not those that were skipped. */
		text_addf(&s->claim, "passes all %u %s%s requirements", all,
			  s->r->count[level][VERDICT_SKIP] ? "judged " : "", level_names[level]);
	else if (passed)
		text_addf(&s->claim, "passes %u of %u %s requirements", passed, all,
			  level_names[level]);
	else
		text_addf(&s->claim, "fails %u %s requirement%s", all, level_names[level],
			  plural(all));
	add_ids(s->r, known[level], &s->behind);
}

/* "fails 8 SHOULD requirements"; false if there is no such fall. */
static bool add_lesser(struct sentence *s, struct text *ids)
{
	_cleanup_text_ struct text should = { 0 }, info = { 0 };
	size_t n = add_ids(s->r, is_should_fall, &should);
	size_t m = add_ids(s->r, is_info_fall, &info);

	if (n)
		text_addf(&s->claim, "fails %zu SHOULD requirement%s", n, plural(n));
	else if (m)
		text_addf(&s->claim, "fails %zu INFO requirement%s", m, plural(m));
	text_add(ids, n ? text_str(&should) : text_str(&info));
	return n || m;
}

static void add_conforms(struct sentence *s)
{
	_cleanup_text_ struct text ids = { 0 };

	if (!add_lesser(s, &ids)) {
		add_passes(s);
	} else if (judged(s->r, LEVEL_MUST)) {
		text_addf(&s->claim, "%s; ", text_str(&ids));
		add_passes(s);
	} else {
		text_add(&s->behind, text_str(&ids));
	}
}

/* Without a fall that fails the run it is EXPECT that doesn't fit. */
static void add_fails(struct sentence *s)
{
	size_t n = add_ids(s->r, result_fails_run, &s->behind);

	if (n) {
		text_addf(&s->claim, "fails %zu of %u MUST requirements", n,
			  judged(s->r, LEVEL_MUST));
		return;
	}
	add_conforms(s);
	if (*str(s->r->why))
		text_addf(&s->behind, "%s%s", s->behind.len ? "; " : ": ", s->r->why);
}

static void add_broken(struct sentence *s)
{
	if (s->r->one_cause) {
		text_add(&s->claim, "could not be judged on any requirement");
		text_addf(&s->behind, ": %s", s->r->why);
	} else {
		size_t n = add_ids(s->r, result_is_broken, &s->behind);

		text_addf(&s->claim, "could not be judged on %zu requirement%s", n, plural(n));
	}
}

/* Totals only, and what EXPECT says: nothing here differs by the level of what is hidden. */
static void add_hiding(struct sentence *s)
{
	unsigned int passed = report_count(s->r, VERDICT_PASS);
	unsigned int failed = report_count(s->r, VERDICT_FAIL);

	if (passed)
		text_addf(&s->claim, "passes %u%s", passed, failed ? " and " : "");
	if (failed)
		text_addf(&s->claim, "fails %u", failed);
	if (passed || failed)
		text_addf(&s->claim, " requirement%s", plural(failed ? failed : passed));
	else
		text_add(&s->claim, "shows no requirement");
	if (*str(s->r->why))
		text_addf(&s->behind, ": %s", s->r->why);
}

static void add_claim(struct sentence *s)
{
	if (report_hides(s->r) && !s->r->one_cause) {
		add_hiding(s);
		return;
	}
	switch (s->r->outcome) {
	case OUTCOME_CONFORMS:
		add_conforms(s);
		break;
	case OUTCOME_FAILS:
		add_fails(s);
		break;
	case OUTCOME_NOT_IMPLEMENTED:
		text_add(&s->claim, "does not implement masked and readonly paths: it ");
		add_fails(s);
		break;
	case OUTCOME_BROKEN:
		add_broken(s);
		break;
	case OUTCOME_NOTHING_RAN:
	case OUTCOME_COUNT:
		text_add(&s->claim, "was not judged on any requirement");
		break;
	}
}

void sentence_add(struct text *t, const struct report *r)
{
	unsigned int known = report_expected_falls(r);
	struct sentence s = { .r = r };
	_cleanup_text_ struct text line = { 0 };

	add_claim(&s);
	output_subject(&line, r);
	text_addf(&line, " %s of OCI path masking (maskspec %s at %.12s%s", text_str(&s.claim),
		  str(r->kit_version), str(r->kit_commit), r->partial ? ", partial" : "");
	if (r->n_denied)
		text_add(&line, ", ");
	output_denied(&line, r);
	if (known)
		text_addf(&line, ", %u known fall%s", known, plural(known));
	if (report_hides(r))
		text_addf(&line, ", %u withheld", r->n_withheld);
	text_addf(&line, ")%s.", text_str(&s.behind));
	wrap_lines(t, "", text_str(&line), 9);
	text_free(&s.claim);
	text_free(&s.behind);
}
