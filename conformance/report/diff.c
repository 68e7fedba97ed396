/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/diff.h"

#include "conformance/report/columns.h"
#include "conformance/report/output.h"

/* Microseconds; sums below are nothing but noise. */
#define LEAST_TIME 10000

const char *const change_names[CHANGE_COUNT] = {
	[CHANGE_NONE] = "same",	    [CHANGE_REGRESSED] = "regressed",
	[CHANGE_MENDED] = "mended", [CHANGE_CHANGED] = "changed",
	[CHANGE_NEW] = "new",	    [CHANGE_GONE] = "gone",
};

void diff_free(struct diff *d)
{
	size_t i;

	for (i = 0; i < d->n; i++) {
		free(d->columns[i].why);
		free(d->columns[i].list);
		free(d->columns[i].measured);
	}
	free(d->columns);
	*d = (struct diff){ 0 };
}

/* Results ------------------------------------------------------------------------------------- */

enum change change_of(enum verdict old, enum verdict new, bool expected, bool whole)
{
	static const int gravity[VERDICT_COUNT] = {
		[VERDICT_PASS] = 0,
		[VERDICT_SKIP] = 1,
		[VERDICT_BROKEN] = 2,
		[VERDICT_FAIL] = 3,
	};

	if (old == new)
		return CHANGE_NONE;
	if (old == VERDICT_NOT_DUE)
		return CHANGE_NEW;
	if (new == VERDICT_NOT_DUE)
		return old == VERDICT_PASS && whole ? CHANGE_REGRESSED : CHANGE_GONE;
	if (new == VERDICT_PASS)
		return CHANGE_MENDED;
	return gravity[new] > gravity[old] && !expected ? CHANGE_REGRESSED : CHANGE_CHANGED;
}

static bool asked_the_same(const struct report *a, const struct report *b)
{
	return !a->partial && !b->partial && streq(str(a->profile), str(b->profile)) &&
	       streq(str(a->kit_spec), str(b->kit_spec));
}

static void add_difference(struct diff_column *c, enum requirement_id id)
{
	const struct result *old = column_result(c->old, id), *new = column_result(c->new, id);
	struct difference d = { .id = id, .old = old, .new = new };

	/* Not shown is not known. */
	if ((!old && report_hides(c->old)) || (!new &&report_hides(c->new)))
		return;
	d.change = change_of(old ? old->verdict : VERDICT_NOT_DUE,
			     new ? new->verdict : VERDICT_NOT_DUE, new &&new->expected_fall,
			     asked_the_same(c->old, c->new));
	if (d.change == CHANGE_NONE)
		return;
	GROW(c->list, c->n);
	c->list[c->n++] = d;
}

static int level_of(const struct difference *d)
{
	return (int)(d->new ? d->new->level : d->old->level);
}

static int gravest_first(const void *a, const void *b)
{
	const struct difference *x = a, *y = b;

	if (x->change != y->change)
		return (int)x->change - (int)y->change;
	if (level_of(x) != level_of(y))
		return level_of(x) - level_of(y);
	return (int)x->id - (int)y->id;
}

/* Measurements -------------------------------------------------------------------------------- */

/* Of these more is worse, and the runtime's doing; of others a change is only told. */
static bool is_cost(const char *name)
{
	static const char *const costs[] = { "superblocks.", "mounts.",	    "time.create",
					     "time.start",   "time.delete", "time.runtime" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(costs); i++)
		if (strip_prefix(name, costs[i]))
			return true;
	return false;
}

static bool is_time(const struct measurement *m)
{
	return strip_prefix(m->name, "time.") != NULL;
}

static unsigned long long value_of(const struct measurement *m)
{
	return strtoull(m->value, NULL, 10);
}

static void add_measured(struct diff_column *c, struct measured m)
{
	if (m.old == m.new)
		return;
	m.change = !is_cost(m.name) ? CHANGE_CHANGED
		   : m.new > m.old  ? CHANGE_REGRESSED
				    : CHANGE_MENDED;
	GROW(c->measured, c->n_measured);
	c->measured[c->n_measured++] = m;
}

static void add_counts(struct diff_column *c)
{
	size_t i;

	for (i = 0; i < c->old->n_measurements; i++) {
		const struct measurement *old = &c->old->measurements[i];
		const struct measurement *new = report_measurement(c->new, old->name, old->bundle);

		if (new && !is_time(old))
			add_measured(c, (struct measured){ .name = old->name,
							   .unit = old->unit,
							   .bundle = old->bundle,
							   .old = value_of(old),
							   .new = value_of(new) });
	}
}

/* Of all bundles that both have. */
static struct measured sum_of(const struct diff_column *c, const struct measurement *first)
{
	struct measured sum = { .name = first->name, .unit = first->unit, .bundle = "" };
	size_t i;

	for (i = 0; i < c->old->n_measurements; i++) {
		const struct measurement *old = &c->old->measurements[i];
		const struct measurement *new = report_measurement(c->new, old->name, old->bundle);

		if (!new || !streq(old->name, first->name))
			continue;
		sum.old += value_of(old);
		sum.new += value_of(new);
	}
	return sum;
}

static bool is_first_of_name(const struct report *r, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (streq(r->measurements[i].name, r->measurements[at].name))
			return false;
	return true;
}

/* A machine that emulates is no measure for one that doesn't. */
static bool same_machine(const struct report *a, const struct report *b)
{
	return !a->kernel_name == !b->kernel_name && streq(str(a->vm.accel), str(b->vm.accel));
}

static void add_times(struct diff_column *c, double threshold)
{
	size_t i;

	for (i = 0; i < c->old->n_measurements && same_machine(c->old, c->new); i++) {
		const struct measurement *m = &c->old->measurements[i];
		struct measured sum;
		double least;

		if (!is_time(m) || !is_first_of_name(c->old, i))
			continue;
		sum = sum_of(c, m);
		least = (double)(sum.old < sum.new ? sum.old : sum.new);
		if (sum.old < LEAST_TIME && sum.new < LEAST_TIME)
			continue;
		if ((double)sum.old + (double)sum.new - 2 * least > least * threshold / 100)
			add_measured(c, sum);
	}
}

/* Columns ------------------------------------------------------------------------------------- */

static bool same_name(const struct report *a, const struct report *b)
{
	_cleanup_free_ char *mine = report_runtime_name(a), *other = report_runtime_name(b);

	return streq(mine, other);
}

static bool same_kernel(const struct report *a, const struct report *b)
{
	return streq(report_kernel_name(a), report_kernel_name(b));
}

static bool same_args(const struct report *a, const struct report *b)
{
	return streq(column_args(a), column_args(b));
}

static bool same_conditions(const struct report *a, const struct report *b)
{
	_cleanup_free_ char *mine = column_conditions(a), *other = column_conditions(b);

	return streq(mine, other);
}

/* From the closest match to the loosest: each round has the questions before it less one. */
static bool matches(const struct report *a, const struct report *b, int round)
{
	return same_name(a, b) && same_kernel(a, b) &&
	       (round > 3 || streq(column_kernel(a), column_kernel(b))) &&
	       (round > 2 || same_conditions(a, b)) && (round > 1 || same_args(a, b)) &&
	       (round > 0 || columns_same_runtime(a, b));
}

static void add_column(struct diff *d, const struct report *old, const struct report *new)
{
	GROW(d->columns, d->n);
	d->columns[d->n++] = (struct diff_column){ .old = old, .new = new, .why = xstrdup("") };
}

static struct diff_column *column_of(struct diff *d, const struct report *r)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->columns[i].old == r || d->columns[i].new == r)
			return &d->columns[i];
	return NULL;
}

static void match(struct diff *d, const struct reports *old, const struct reports *new)
{
	size_t i, k;
	int round;

	for (i = 0; i < old->n; i++)
		add_column(d, &old->list[i], NULL);
	/* Two files of one report each were meant to be compared. */
	if (old->n == 1 && new->n == 1)
		d->columns[0].new = &new->list[0];
	for (round = 0; round <= 4; round++)
		for (i = 0; i < old->n; i++)
			for (k = 0; k < new->n && !d->columns[i].new; k++)
				if (matches(&old->list[i], &new->list[k], round) &&
				    !column_of(d, &new->list[k]))
					d->columns[i].new = &new->list[k];
	for (k = 0; k < new->n; k++)
		if (!column_of(d, &new->list[k]))
			add_column(d, NULL, &new->list[k]);
}

static void judge_column(struct diff_column *c, enum change change, char *why)
{
	c->change = change;
	free(c->why);
	c->why = why;
}

static void compare(struct diff_column *c, double threshold)
{
	size_t i;

	for (i = 0; i < REQ_COUNT; i++)
		add_difference(c, (enum requirement_id)i);
	if (c->n)
		qsort(c->list, c->n, sizeof(*c->list), gravest_first);
	if (c->new->n_withheld > c->old->n_withheld && report_hides(c->new))
		judge_column(c, CHANGE_REGRESSED,
			     xasprintf("%u withheld, and %u before", c->new->n_withheld,
				       c->old->n_withheld));
	if (report_hides(c->old) || report_hides(c->new))
		return;
	add_counts(c);
	add_times(c, threshold);
}

static void fill_column(struct diff_column *c, double threshold)
{
	bool was = c->old && column_judged(c->old), is = c->new &&column_judged(c->new);

	if (was && is)
		compare(c, threshold);
	else if (was && c->new)
		judge_column(c, CHANGE_REGRESSED,
			     xasprintf("could not be judged any more: %s", str(c->new->why)));
	else if (was || (c->old && !c->new))
		judge_column(c, CHANGE_GONE, xstrdup("is not in the new one"));
	else if (is)
		judge_column(
			c, CHANGE_NEW,
			xstrdup(c->old ? "could not be judged before" : "was not in the old one"));
}

static void count_column(struct diff *d, const struct diff_column *c)
{
	size_t i;

	d->count[c->change]++;
	for (i = 0; i < c->n; i++)
		d->count[c->list[i].change]++;
	for (i = 0; i < c->n_measured; i++)
		d->count[c->measured[i].change]++;
}

void diff_reports(const struct reports *old, const struct reports *new, double threshold,
		  struct diff *ret)
{
	size_t i;

	*ret = (struct diff){ .threshold = threshold };
	match(ret, old, new);
	for (i = 0; i < ret->n; i++) {
		fill_column(&ret->columns[i], threshold);
		count_column(ret, &ret->columns[i]);
	}
	ret->count[CHANGE_NONE] = 0;
}
