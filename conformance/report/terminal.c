/* SPDX-License-Identifier: Apache-2.0 */
/* The summary for a person. Every name of the results is in report.json; here is what to act on. */
#include "conformance/report/output.h"
#include "conformance/report/sentence.h"
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

/* A condition that nothing ever came up against says nothing: it is named apart. */
static void add_denied(const struct paint *p)
{
	_cleanup_text_ struct text asked = { 0 }, never = { 0 };
	size_t i;

	for (i = 0; i < p->r->n_denied; i++) {
		const struct denied *d = &p->r->denied[i];

		if (d->answered)
			text_addf(&asked, "%s%s %llu time%s", asked.len ? ", " : "", d->name,
				  d->answered, d->answered == 1 ? "" : "s");
		else
			text_addf(&never, "%s%s", never.len ? " " : "", d->name);
	}
	if (asked.len)
		wrap_lines(p->t, "denied      ", text_str(&asked), 3);
	if (never.len)
		wrap_lines(p->t, "never asked ", text_str(&never), 3);
}

static void add_machine(const struct paint *p)
{
	const struct machine *m = &p->r->vm;
	_cleanup_text_ struct text t = { 0 }, said = { 0 };
	size_t i;

	if (!p->r->kernel_name)
		return;
	text_addf(&t, "%s, %s", p->r->kernel_name, *m->accel ? m->accel : "never started");
	if (*m->boot)
		text_addf(&t, ", its init ran after %s ms", m->boot);
	wrap_lines(p->t, "machine     ", text_str(&t), 3);
	for (i = 0; i < m->n; i++) {
		_cleanup_free_ char *line =
			xstrndup(m->remarks[i].lines, strcspn(m->remarks[i].lines, "\n"));

		text_addf(&said, "%s%s%s%s", said.len ? "; " : "", m->remarks[i].cases,
			  *m->remarks[i].cases ? ": " : "", line);
	}
	if (said.len)
		wrap_lines(p->t, "kernel said ", text_str(&said), 6);
}

static void add_head(const struct paint *p)
{
	const struct report *r = p->r;
	_cleanup_text_ struct text line = { 0 };

	paint(p, outcome_colour(r->outcome), outcome_names[r->outcome]);
	text_add(&line, "  ");
	output_subject(&line, r);
	text_addf(&line, ", profile %s%s", str(r->profile), r->partial ? ", partial" : "");
	if (*str(r->userns) && !streq(r->userns, "none"))
		text_addf(&line, ", user namespaces: %s", r->userns);
	text_addf(&line, ", %.1f s", r->seconds);
	output_clean(p->t, text_str(&line), false);
	text_add(p->t, "\n");
	if (*str(r->why))
		wrap_lines(p->t, "", r->why, 3);
	add_machine(p);
	add_denied(p);
}

static void add_count(const struct paint *p, const char *name, const unsigned int *n)
{
	text_addf(p->t, "%-8s%8u%8u%8u%8u\n", name, n[VERDICT_PASS], n[VERDICT_FAIL],
		  n[VERDICT_SKIP], n[VERDICT_BROKEN]);
}

/* Beside what is withheld without the levels: how many each has is known. */
static void add_counts(const struct paint *p)
{
	unsigned int all[VERDICT_COUNT];
	int i;

	text_addf(p->t, "\n%-8s%8s%8s%8s%8s\n", "", "pass", "fail", "skip", "broken");
	for (i = 0; i < VERDICT_COUNT; i++)
		all[i] = report_count(p->r, (enum verdict)i);
	if (report_hides(p->r))
		add_count(p, "shown", all);
	for (i = 0; i < LEVEL_COUNT && !report_hides(p->r); i++)
		add_count(p, level_names[i], p->r->count[i]);
	if (p->r->n_withheld)
		text_addf(p->t, "%u withheld\n", p->r->n_withheld);
}

static const char *level_word(const struct result *res)
{
	return res->level == requirements[res->id].level ? level_names[res->level]
							 : "MUST (required)";
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
	text_addf(p->t, "  %s  %s  %s\n", level_word(res), req->id, req->spec);
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

/* The anchor first: what is cut is at the end. */
static void add_lesser(const struct paint *p, const struct result *res)
{
	const struct requirement *req = &requirements[res->id];
	_cleanup_free_ char *seen = seen_where(res);
	_cleanup_text_ struct text line = { 0 };

	text_addf(&line, "%s  %s: %s", req->id, req->spec, seen);
	wrap_lines(p->t, res->level == LEVEL_SHOULD ? "SHOULD  " : "INFO    ", text_str(&line), 2);
}

static void add_expected(const struct paint *p, const struct result *res)
{
	_cleanup_text_ struct text line = { 0 };

	text_addf(&line, "%s %s %s: %s", level_word(res), requirements[res->id].id,
		  verdict_names[res->verdict], str(res->expect_reason));
	wrap_lines(p->t, "known fall  ", text_str(&line), 2);
}

static void add_unexpected(const struct paint *p, const struct result *res)
{
	_cleanup_text_ struct text line = { 0 };

	text_addf(&line, "%s passes, but EXPECT lists it: %s", requirements[res->id].id,
		  str(res->expect_reason));
	wrap_lines(p->t, "unexpected  ", text_str(&line), 1);
}

static void add_entries(const struct paint *p, const char *label, const char *lines)
{
	_cleanup_free_ char *copy = xstrdup(str(lines));
	char *rest = copy;
	char *line;

	while ((line = next_line(&rest)))
		wrap_lines(p->t, label, line, 2);
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

int report_text(const struct report *r, FILE *out, bool colour)
{
	_cleanup_text_ struct text t = { 0 };
	_cleanup_text_ struct text lists = { 0 };
	struct paint p = { .t = &t, .r = r, .colour = colour };

	add_head(&p);
	add_counts(&p);
	each(&p, result_fails_run, SHOWN_IN_FULL, add_full);
	if (!r->one_cause)
		each(&p, result_is_broken, SHOWN_IN_FULL, add_full);
	p.t = &lists;
	each(&p, result_is_lesser_fall, SIZE_MAX, add_lesser);
	each(&p, is_expected, SIZE_MAX, add_expected);
	each(&p, is_unexpected, SIZE_MAX, add_unexpected);
	add_entries(&p, "unused      ", r->unused_expects);
	add_entries(&p, "expired     ", r->expired_expects);
	add_skips(&p);
	text_addf(&t, "%s%s\n", lists.len ? "\n" : "", text_str(&lists));
	sentence_add(&t, r);
	return output_put(r, &t, out);
}
