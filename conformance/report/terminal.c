/* SPDX-License-Identifier: Apache-2.0 */
/* The summary for a person. Every name of the results is in report.json; here is what to act on. */
#include "conformance/report/output.h"
#include "conformance/report/wrap.h"

#define SHOWN_IN_FULL 10

struct paint {
	struct text *t;
	const struct report *r;
	bool colour;
};

#define RED "31"
#define GREEN "32"
#define YELLOW "33"
#define BOLD "1"

static void paint(const struct paint *p, const char *code, const char *s)
{
	if (p->colour)
		text_addf(p->t, "\033[%sm%s\033[0m", code, s);
	else
		text_add(p->t, s);
}

static const char *outcome_colour(enum outcome o)
{
	return o == OUTCOME_CONFORMS ? "1;" GREEN : o == OUTCOME_FAILS ? "1;" RED : "1;" YELLOW;
}

static void add_head(const struct paint *p)
{
	const struct report *r = p->r;
	_cleanup_text_ struct text line = { 0 };

	paint(p, outcome_colour(r->outcome), outcome_names[r->outcome]);
	text_add(&line, "  ");
	output_subject(&line, r);
	text_addf(&line, ", profile %s%s, %.1f s", str(r->profile), r->partial ? ", partial" : "",
		  r->seconds);
	output_clean(p->t, text_str(&line), false);
	text_add(p->t, "\n");
	if (*str(r->why))
		wrap_lines(p->t, "", r->why, 3);
}

static void add_counts(const struct paint *p)
{
	int i;

	text_addf(p->t, "\n%-8s%8s%8s%8s%8s\n", "", "pass", "fail", "skip", "broken");
	for (i = 0; i < LEVEL_COUNT; i++) {
		const unsigned int *n = p->r->count[i];

		text_addf(p->t, "%-8s%8u%8u%8u%8u\n", level_names[i], n[VERDICT_PASS],
			  n[VERDICT_FAIL], n[VERDICT_SKIP], n[VERDICT_BROKEN]);
	}
	if (p->r->n_withheld)
		text_addf(p->t, "%u withheld\n", p->r->n_withheld);
}

/* What was seen, and in which bundles. */
static char *seen_where(const struct result *res)
{
	_cleanup_text_ struct text t = { 0 };
	size_t i;

	text_add(&t, res->verdict == VERDICT_BROKEN ? str(res->reason) : str(res->observed));
	for (i = 0; i < res->n_bundles && i < 3; i++)
		text_addf(&t, "%s%s", i ? ", " : " (in ", res->bundles[i]);
	if (res->n_bundles > 3)
		text_addf(&t, " and %zu more", res->n_bundles - 3);
	text_add(&t, res->n_bundles ? ")" : "");
	return xstrdup(text_str(&t));
}

/* At most six lines: the head, four for three texts, the command. */
static void add_full(const struct paint *p, const struct result *res)
{
	const struct requirement *req = &requirements[res->id];
	bool broken = res->verdict == VERDICT_BROKEN;
	_cleanup_free_ char *seen = seen_where(res);
	size_t title = wrap_count("  ", req->title);
	size_t spare = wrap_count("  observed: ", seen) > 1 ? 2 : 1;

	text_add(p->t, "\n");
	paint(p, broken ? "1;" YELLOW : "1;" RED, broken ? "BROKEN" : "FAIL");
	text_addf(p->t, "  %s  %s  %s\n", level_names[res->level], req->id, req->spec);
	wrap_lines(p->t, "  ", req->title, spare == 1 && title > 1 ? 2 : 1);
	if (*str(res->expected))
		wrap_lines(p->t, "  expected: ", res->expected, 1);
	wrap_lines(p->t, broken ? "  broken:   " : "  observed: ", seen, spare);
	if (*str(res->rerun)) {
		text_add(p->t, "  rerun:    ");
		output_clean(p->t, res->rerun, false);
		text_add(p->t, "\n");
	}
}

static bool is_must_fall(const struct result *res)
{
	return result_fails_run(res);
}

static bool is_broken(const struct result *res)
{
	return res->verdict == VERDICT_BROKEN && !res->expected_fall;
}

static bool is_lesser_fall(const struct result *res)
{
	return res->verdict == VERDICT_FAIL && res->level != LEVEL_MUST && !res->expected_fall;
}

static bool is_expected(const struct result *res)
{
	return res->expected_fall;
}

static bool is_unexpected(const struct result *res)
{
	return res->unexpected_pass;
}

/* Calls @add for the shown results that are @wanted, the first @max of them. Says how many more. */
static void each(const struct paint *p, bool (*wanted)(const struct result *), size_t max,
		 void (*add)(const struct paint *, const struct result *))
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < p->r->n_results; i++) {
		const struct result *res = &p->r->results[i];

		if (result_shown(p->r, res) && wanted(res) && n++ < max)
			add(p, res);
	}
	if (n > max)
		text_addf(p->t, "\nand %zu more, see report.json\n", n - max);
}

static void add_lesser(const struct paint *p, const struct result *res)
{
	_cleanup_free_ char *seen = seen_where(res);
	_cleanup_text_ struct text line = { 0 };

	text_addf(&line, "%s: %s, %s", requirements[res->id].id, seen, requirements[res->id].spec);
	wrap_lines(p->t, res->level == LEVEL_SHOULD ? "SHOULD  " : "INFO    ", text_str(&line), 2);
}

static void add_expected(const struct paint *p, const struct result *res)
{
	_cleanup_text_ struct text line = { 0 };

	text_addf(&line, "%s %s %s: %s", level_names[res->level], requirements[res->id].id,
		  verdict_names[res->verdict], str(res->expect_reason));
	wrap_lines(p->t, "expected    ", text_str(&line), 1);
}

static void add_unexpected(const struct paint *p, const struct result *res)
{
	_cleanup_text_ struct text line = { 0 };

	text_addf(&line, "%s passes, but EXPECT lists it: %s", requirements[res->id].id,
		  str(res->expect_reason));
	wrap_lines(p->t, "unexpected  ", text_str(&line), 1);
}

static void add_unused(const struct paint *p)
{
	_cleanup_free_ char *copy = xstrdup(str(p->r->unused_expects));
	char *rest = copy;
	char *line;

	while ((line = next_line(&rest)))
		wrap_lines(p->t, "unused      ", line, 1);
}

static unsigned int count_reason(const struct report *r, const char *reason, size_t from)
{
	unsigned int n = 0;
	size_t i;

	for (i = from; i < r->n_results; i++)
		n += r->results[i].verdict == VERDICT_SKIP && result_shown(r, &r->results[i]) &&
		     streq(str(r->results[i].reason), reason);
	return n;
}

static bool said_before(const struct report *r, size_t before)
{
	size_t i;

	for (i = 0; i < before; i++)
		if (r->results[i].verdict == VERDICT_SKIP && result_shown(r, &r->results[i]) &&
		    streq(str(r->results[i].reason), str(r->results[before].reason)))
			return true;
	return false;
}

/* "skipped: 5 not offered, 2 needs user namespaces". */
static void add_skips(const struct paint *p)
{
	const struct report *r = p->r;
	_cleanup_text_ struct text line = { 0 };
	size_t i;

	for (i = 0; i < r->n_results; i++) {
		const struct result *res = &r->results[i];

		if (res->verdict == VERDICT_SKIP && result_shown(r, res) && !said_before(r, i))
			text_addf(&line, "%s%u %s", line.len ? ", " : "",
				  count_reason(r, str(res->reason), i), str(res->reason));
	}
	if (line.len)
		wrap_lines(p->t, "skipped     ", text_str(&line), 1);
}

static unsigned int judged(const struct report *r, enum level level)
{
	const unsigned int *n = r->count[level];

	return n[VERDICT_PASS] + n[VERDICT_FAIL] + n[VERDICT_BROKEN];
}

/* ": dir-empty, file-null", at most eight of them. Returns the number of all. */
static size_t list_ids(const struct report *r, bool (*wanted)(const struct result *),
		       struct text *out)
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < r->n_results; i++) {
		const struct result *res = &r->results[i];

		if (result_shown(r, res) && wanted(res) && n++ < 8)
			text_addf(out, "%s%s", n == 1 ? ": " : ", ", requirements[res->id].id);
	}
	if (n > 8)
		text_addf(out, " and %zu more", n - 8);
	return n;
}

static void add_conforms(const struct report *r, struct text *t, struct text *ids)
{
	unsigned int all = judged(r, LEVEL_MUST);
	unsigned int passed = r->count[LEVEL_MUST][VERDICT_PASS];
	size_t n;

	if (passed < all) {
		text_addf(t, "passes %u of %u MUST requirements", passed, all);
		list_ids(r, is_expected, ids);
		return;
	}
	n = list_ids(r, is_lesser_fall, ids);
	text_addf(t, "passes all %u judged MUST requirements", all);
	if (n)
		text_addf(t, " and fails %zu below MUST", n);
}

/* Without a failure that may be named it is EXPECT that doesn't fit. */
static void add_fails(const struct report *r, struct text *t, struct text *ids)
{
	size_t n = list_ids(r, is_must_fall, ids);

	if (n)
		text_addf(t, "fails %zu of %u MUST requirements", n, judged(r, LEVEL_MUST));
	else
		text_addf(t, "passes %u of %u MUST requirements",
			  r->count[LEVEL_MUST][VERDICT_PASS], judged(r, LEVEL_MUST));
	if (!n && *str(r->why))
		text_addf(ids, ": %s", r->why);
}

/* The verb of the sentence, and the ids to name behind it. */
static void add_claim(const struct report *r, struct text *t, struct text *ids)
{
	switch (r->outcome) {
	case OUTCOME_CONFORMS:
		add_conforms(r, t, ids);
		break;
	case OUTCOME_FAILS:
		add_fails(r, t, ids);
		break;
	case OUTCOME_NOT_IMPLEMENTED:
		text_add(t, "does not implement masked and readonly paths: it ");
		add_fails(r, t, ids);
		break;
	case OUTCOME_BROKEN:
		text_addf(t, "could not be judged on %zu requirements",
			  list_ids(r, is_broken, ids));
		break;
	case OUTCOME_NOTHING_RAN:
	case OUTCOME_COUNT:
		text_add(t, "was not judged on any requirement");
		break;
	}
}

/* The one to paste into a bug report: it stands without the rest. */
static void add_sentence(const struct paint *p)
{
	const struct report *r = p->r;
	_cleanup_text_ struct text line = { 0 };
	_cleanup_text_ struct text ids = { 0 };

	output_subject(&line, r);
	text_add(&line, " ");
	add_claim(r, &line, &ids);
	text_addf(&line, " of OCI path masking (maskspec %s at %.12s%s", str(r->kit_version),
		  str(r->kit_commit), r->partial ? ", partial" : "");
	if (report_expected_falls(r))
		text_addf(&line, ", %u expected", report_expected_falls(r));
	if (r->n_withheld && r->published)
		text_addf(&line, ", %u withheld", r->n_withheld);
	text_addf(&line, ")%s.", text_str(&ids));
	text_add(p->t, "\n");
	wrap_lines(p->t, "", text_str(&line), 9);
}

int report_text(const struct report *r, FILE *out, bool colour)
{
	_cleanup_text_ struct text t = { 0 };
	struct paint p = { .t = &t, .r = r, .colour = colour };

	add_head(&p);
	add_counts(&p);
	each(&p, is_must_fall, SHOWN_IN_FULL, add_full);
	each(&p, is_broken, SHOWN_IN_FULL, add_full);
	text_add(&t, "\n");
	each(&p, is_lesser_fall, SIZE_MAX, add_lesser);
	each(&p, is_expected, SIZE_MAX, add_expected);
	each(&p, is_unexpected, SIZE_MAX, add_unexpected);
	add_unused(&p);
	add_skips(&p);
	add_sentence(&p);
	return output_put(r, &t, out);
}
