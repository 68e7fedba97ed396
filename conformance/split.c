/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/text.h"

/* Words and times ------------------------------------------------------------------------------ */

static bool take_number(const char **s, unsigned long max, unsigned long *ret)
{
	size_t n = strspn(*s, "0123456789");

	if (n == 0 || n > 9)
		return false;
	*ret = strtoul(*s, NULL, 10);
	*s += n;
	return *ret >= 1 && *ret <= max;
}

int shard_parse(const char *s, struct shard *ret)
{
	unsigned long number, count;

	if (!take_number(&s, SPLIT_MAX, &number) || *s++ != '/' ||
	    !take_number(&s, SPLIT_MAX, &count) || *s || number > count)
		return -EINVAL;
	*ret = (struct shard){ (unsigned int)number, (unsigned int)count };
	return 0;
}

void times_free(struct times *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		free(t->list[i].bundle);
	free(t->list);
	*t = (struct times){ 0 };
}

int times_parse(const char *text, struct times *ret, unsigned int *ret_line)
{
	_cleanup_free_ char *copy = xstrdup(text);
	_cleanup_times_ struct times t = { 0 };
	char *rest = copy, *line;

	for (*ret_line = 1; (line = next_line(&rest)); (*ret_line)++) {
		const char *number;
		unsigned long ms;
		char *f[2];

		if (*line == '#')
			continue;
		if (split_record(line, f, 2) != 2 || !*f[0])
			return -EINVAL;
		number = f[1];
		if (!take_number(&number, 1000000, &ms) || *number)
			return -EINVAL;
		GROW(t.list, t.n);
		t.list[t.n++] = (struct time_of){ xstrdup(f[0]), ms };
	}
	*ret = t;
	t = (struct times){ 0 };
	return 0;
}

unsigned long times_of(const struct times *t, const char *bundle)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (streq(t->list[i].bundle, bundle))
			return t->list[i].ms;
	return SPLIT_UNKNOWN_MS;
}

/* Dealing -------------------------------------------------------------------------------------- */

struct turn {
	unsigned long ms;
	size_t at; /* in the list of works */
};

static int longest_first(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;

	if (x->ms != y->ms)
		return x->ms < y->ms ? 1 : -1;
	return x->at < y->at ? -1 : x->at > y->at;
}

struct dealing {
	const unsigned long *begin_ms; /* of each kernel; NULL: nothing */
	size_t n_kernels;
	unsigned int shards;
	unsigned long *load; /* of each shard */
	bool *has;	     /* whether it has some of a kernel, by shard and kernel */
};

static unsigned long load_with(const struct dealing *d, unsigned int shard, const struct work *w)
{
	bool begun = !d->begin_ms || d->has[shard * d->n_kernels + w->kernel];

	return d->load[shard] + (begun ? 0 : d->begin_ms[w->kernel]) + w->ms;
}

static unsigned int deal(struct dealing *d, const struct work *w)
{
	unsigned int best = 0, shard;

	for (shard = 1; shard < d->shards; shard++)
		if (load_with(d, shard, w) < load_with(d, best, w))
			best = shard;
	d->load[best] = load_with(d, best, w);
	d->has[best * d->n_kernels + w->kernel] = true;
	return best;
}

/* Longest first, each to where it is done soonest, the first of equals: shards from 0 in @ret, and
 * what the longest of them takes. */
static unsigned long deal_all(const struct work *list, size_t n, const unsigned long *begin_ms,
			      size_t n_kernels, unsigned int shards, unsigned int *ret)
{
	_cleanup_free_ struct turn *turns = xcalloc(n, sizeof(*turns));
	_cleanup_free_ unsigned long *load = xcalloc(shards, sizeof(*load));
	_cleanup_free_ bool *has = xcalloc(shards * n_kernels, sizeof(*has));
	struct dealing d = { begin_ms, n_kernels, shards, load, has };
	unsigned long most = 0;
	size_t i;

	for (i = 0; i < n; i++)
		turns[i] = (struct turn){ list[i].ms, i };
	qsort(turns, n, sizeof(*turns), longest_first);
	for (i = 0; i < n; i++)
		ret[turns[i].at] = deal(&d, &list[turns[i].at]);
	for (i = 0; i < shards; i++)
		most = load[i] > most ? load[i] : most;
	return most;
}

/* Parts ---------------------------------------------------------------------------------------- */

/* Works of one kernel that stay together. */
struct parts {
	struct work *list;
	size_t n;
	unsigned int *part_of; /* of each work */
};

static void parts_free(struct parts *p)
{
	free(p->list);
	free(p->part_of);
}

/* Cuts the works of one kernel, from @from to below @to, into @n parts of much the same size. */
static void cut_kernel(struct parts *p, const struct work *list, size_t from, size_t to,
		       unsigned int n)
{
	size_t i;

	deal_all(list + from, to - from, NULL, list[to - 1].kernel + 1, n, p->part_of + from);
	for (i = from; i < to; i++) {
		p->part_of[i] += (unsigned int)p->n;
		p->list[p->part_of[i]].ms += list[i].ms;
		p->list[p->part_of[i]].kernel = list[i].kernel;
	}
	p->n += n;
}

static unsigned long sum_of(const struct work *list, size_t from, size_t to)
{
	unsigned long sum = 0;

	for (; from < to; from++)
		sum += list[from].ms;
	return sum;
}

/* Of each kernel as many parts as it has of all the work, were it @most parts; 0: as many as it has
 * works. */
static void cut(struct parts *p, const struct work *list, size_t n, unsigned int most)
{
	unsigned long all = sum_of(list, 0, n);
	size_t from, to;

	p->n = 0;
	memset(p->list, 0, n * sizeof(*p->list));
	for (from = 0; from < n; from = to) {
		unsigned long parts;

		for (to = from; to < n && list[to].kernel == list[from].kernel;)
			to++;
		parts = (sum_of(list, from, to) * most + all - 1) / all;
		if (!most || parts > to - from)
			parts = to - from;
		cut_kernel(p, list, from, to, (unsigned int)parts);
	}
}

void split(const struct work *list, size_t n, const unsigned long *begin_ms, size_t n_kernels,
	   unsigned int shards, unsigned int *ret)
{
	static const unsigned int fineness[] = { 1, 2, 4, 0 };
	struct parts p __attribute__((cleanup(parts_free))) = { xcalloc(n, sizeof(*p.list)), 0,
								xcalloc(n, sizeof(*p.part_of)) };
	_cleanup_free_ unsigned int *shard_of = xcalloc(n, sizeof(*shard_of));
	unsigned long best = 0;
	size_t i, k;

	for (k = n_kernels > 1 ? 0 : ARRAY_SIZE(fineness) - 1; k < ARRAY_SIZE(fineness); k++) {
		unsigned long most;

		cut(&p, list, n, fineness[k] * shards);
		if (p.n < shards && fineness[k])
			continue;
		most = deal_all(p.list, p.n, begin_ms, n_kernels, shards, shard_of);
		if (best && most >= best)
			continue;
		best = most;
		for (i = 0; i < n; i++)
			ret[i] = shard_of[p.part_of[i]] + 1;
	}
}
