/* SPDX-License-Identifier: Apache-2.0 */
/* Two shards of one run become one report; that they are such is known. */
#include "conformance/report/merge.h"
#include "conformance/report/output.h"

static void swap(char **a, char **b)
{
	char *t = *a;

	*a = *b;
	*b = t;
}

/* The graver one decides what is listed of it; of two that are the same both must be. */
static void merge_flags(struct result *to, struct result *from, enum verdict before)
{
	to->withheld |= from->withheld;
	if (from->verdict < before)
		return;
	if (from->verdict == before) {
		to->expected_fall &= from->expected_fall;
		to->unexpected_pass |= from->unexpected_pass;
		return;
	}
	to->expected_fall = from->expected_fall;
	to->unexpected_pass = from->unexpected_pass;
	swap(&to->expect_reason, &from->expect_reason);
	swap(&to->expected, &from->expected);
	swap(&to->rerun, &from->rerun);
}

void merge_result(struct result *to, struct result *from)
{
	struct finding f = { .verdict = from->verdict };
	enum verdict before = to->verdict;
	size_t i;

	/* What is broken by no case of its own. */
	if (!from->n_bundles && from->verdict > before) {
		struct result old = *to;

		from->withheld |= old.withheld;
		*to = *from;
		*from = old;
		return;
	}
	text_add(&f.reason, str(from->reason));
	text_add(&f.observed, str(from->observed));
	text_add(&f.rows, str(from->evidence));
	for (i = 0; i < from->n_bundles; i++)
		result_merge(to, &f, from->bundles[i]);
	finding_free(&f);
	merge_flags(to, from, before);
}

/* Head ------------------------------------------------------------------------------------ */

static void keep_if_same(char **mine, const char *other)
{
	if (streq(str(*mine), str(other)))
		return;
	free(*mine);
	*mine = xstrdup("");
}

/* An entry of EXPECT is unused where no shard used it. */
static void keep_common_lines(char **to, const char *from)
{
	_cleanup_text_ struct text both = { 0 };
	char *rest = *to, *line;

	while (rest && (line = next_line(&rest)))
		if (has_line(from, line))
			text_addf(&both, "%s\n", line);
	free(*to);
	*to = xstrdup(text_str(&both));
}

/* But expired where one shard says so. */
static void merge_expired(char **to, const char *from)
{
	_cleanup_text_ struct text all = { 0 };
	_cleanup_free_ char *copy = xstrdup(str(from));
	char *rest = copy, *line;

	text_add(&all, str(*to));
	while ((line = next_line(&rest)))
		if (!has_line(*to, line))
			text_addf(&all, "%s\n", line);
	free(*to);
	*to = xstrdup(text_str(&all));
}

static void merge_measurements(struct report *to, const struct report *from)
{
	size_t i;

	for (i = 0; i < from->n_measurements; i++) {
		const struct measurement *m = &from->measurements[i];

		report_add_measurement(to, m->name, m->unit, m->value, m->bundle);
	}
}

void merge_head(struct report *to, struct report *from)
{
	size_t i;

	if (*str(from->started) && (!*str(to->started) || strcmp(from->started, to->started) < 0))
		swap(&to->started, &from->started);
	to->seconds += from->seconds;
	keep_if_same(&to->boot_id, from->boot_id);
	keep_if_same(&to->distro, from->distro);
	for (i = 0; i < from->n_denied; i++)
		report_add_denied(to, from->denied[i].name, from->denied[i].answered);
	keep_common_lines(&to->unused_expects, from->unused_expects);
	merge_expired(&to->expired_expects, from->expired_expects);
	merge_measurements(to, from);
	machine_merge(&to->vm, &from->vm);
	for (i = 0; i < from->n_shards; i++)
		report_add_shard(to, from->shards[i]);
}

/* Order --------------------------------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
	return (int)((const struct result *)a)->id - (int)((const struct result *)b)->id;
}

/* Those of one group, "pairs/dir", stay in the order of their fixture. */
static int compare_bundles(const char *a, const char *b)
{
	_cleanup_free_ char *mine = xasprintf("%.*s.", (int)strcspn(a, "/"), a);
	_cleanup_free_ char *other = xasprintf("%.*s.", (int)strcspn(b, "/"), b);

	if (streq(a, "preflight") || streq(b, "preflight"))
		return streq(b, "preflight") - streq(a, "preflight");
	return strcmp(mine, other);
}

static void sort_bundles(struct result *res)
{
	size_t i, k;

	for (i = 1; i < res->n_bundles; i++)
		for (k = i; k && compare_bundles(res->bundles[k - 1], res->bundles[k]) > 0; k--)
			swap(&res->bundles[k - 1], &res->bundles[k]);
}

static void sort_measurements(struct report *r)
{
	size_t i, k;

	for (i = 1; i < r->n_measurements; i++) {
		struct measurement m = r->measurements[i];

		for (k = i; k && compare_bundles(r->measurements[k - 1].bundle, m.bundle) > 0; k--)
			r->measurements[k] = r->measurements[k - 1];
		r->measurements[k] = m;
	}
}

void merge_sort(struct report *r)
{
	size_t i;

	qsort(r->results, r->n_results, sizeof(*r->results), by_id);
	for (i = 0; i < r->n_results; i++)
		sort_bundles(&r->results[i]);
	sort_measurements(r);
}
