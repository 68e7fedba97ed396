/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/judge/probed.h"

#define UNKNOWN (-1)

struct tally {
	long long rows;	   /* that are there of the container's probe */
	long long written; /* that it wrote; UNKNOWN */
	bool said;
};

/* Index of the container that @name is; @hint: of the last one, most rows are of the same. */
static size_t container_index(const struct test_case *c, const char *name, size_t hint)
{
	size_t i;

	if (hint < c->n_containers && streq(c->containers[hint].name, name))
		return hint;
	for (i = 0; i < c->n_containers && !streq(c->containers[i].name, name); i++)
		;
	return i;
}

static long long written(const struct row *r)
{
	char *end;
	long long n;

	if (!streq(r->result, "ok") || !*r->value)
		return UNKNOWN;
	n = strtoll(r->value, &end, 10);
	return *end ? UNKNOWN : n;
}

static void count_written(const struct facts *f, const struct row *r, struct tally *tallies)
{
	const char *name = strip_prefix(r->source, "driver:");
	size_t i = name ? container_index(&f->c, name, 0) : f->c.n_containers;
	long long n = written(r);

	if (i == f->c.n_containers)
		return;
	tallies[i].written = tallies[i].said && tallies[i].written != n ? UNKNOWN : n;
	tallies[i].said = true;
}

static void count(const struct facts *f, struct tally *tallies)
{
	size_t i, at = 0;

	for (i = 0; i < f->n_rows; i++) {
		const struct row *r = &f->rows[i];
		const char *name = strip_prefix(r->source, "probe:");

		if (r->op == OP_PROBED && streq(r->phase, "after"))
			count_written(f, r, tallies);
		if (!name)
			continue;
		at = container_index(&f->c, name, at);
		if (at < f->c.n_containers)
			tallies[at].rows++;
	}
}

void check_probed(const struct facts *facts, struct finding *f)
{
	_cleanup_free_ struct tally *tallies = xcalloc(facts->c.n_containers, sizeof(*tallies));
	size_t i;

	count(facts, tallies);
	for (i = 0; i < facts->c.n_containers; i++) {
		const struct tally *t = &tallies[i];
		const char *name = facts->c.containers[i].name;

		if (!t->said || t->written < 0)
			found(f, VERDICT_BROKEN,
			      "container %s: how many rows its probe wrote is not known", name);
		else if (t->rows != t->written)
			found(f, VERDICT_BROKEN, "container %s: %lld of its probe's %lld rows",
			      name, t->rows, t->written);
	}
}
