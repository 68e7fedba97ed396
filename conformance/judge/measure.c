/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/judge/measure.h"

static void add(struct measures *m, const char *name, const char *unit, unsigned long long value)
{
	if (m->n == ARRAY_SIZE(m->list))
		return;
	m->list[m->n].name = name;
	m->list[m->n].unit = unit;
	snprintf(m->list[m->n].value, sizeof(m->list[m->n].value), "%llu", value);
	m->n++;
}

/* The container that masks: the last one, which in every fixture is not the plain sibling. */
static const struct container *masked_container(const struct test_case *c)
{
	size_t i = c->n_containers;

	while (i-- > 0)
		if (!streq(c->containers[i].name, "plain"))
			return &c->containers[i];
	return NULL;
}

/* A command that was given again counts with the first one: a report has one of each name. */
static void add_times(const struct facts *f, const char *name, struct measures *m)
{
	static const struct {
		const char *command, *measure;
	} times[] = {
		{ "create", "time.create" },
		{ "start", "time.start" },
		{ "delete", "time.delete" },
	};
	size_t i, j;

	for (j = 0; j < ARRAY_SIZE(times); j++) {
		unsigned long long usec = 0;
		bool seen = false;

		for (i = 0; i < f->n_rows; i++) {
			const struct row *r = &f->rows[i];

			if (r->op != OP_TIME || !row_from(r, "driver", name) ||
			    !streq(r->path, times[j].command))
				continue;
			usec += strtoull(r->value, NULL, 10);
			seen = true;
		}
		if (seen)
			add(m, times[j].measure, "us", usec);
	}
}

/* Where the time of the case went; what is neither the runtime's nor the payload's is the kit's. */
static void add_shares(const struct facts *f, struct measures *m)
{
	unsigned long long payload = 0, whole = 0;
	size_t i;

	for (i = 0; i < f->n_rows; i++) {
		const struct row *r = &f->rows[i];
		unsigned long long usec = r->op == OP_TIME ? strtoull(r->value, NULL, 10) : 0;

		if (streq(r->path, "case"))
			whole += usec;
		else if (streq(r->path, "payload"))
			payload += usec;
		else
			m->usec += usec;
	}
	if (!whole)
		return;
	add(m, "time.runtime", "us", m->usec);
	add(m, "time.payload", "us", payload);
	add(m, "time.kit", "us", whole > m->usec + payload ? whole - m->usec - payload : 0);
}

void measure_case(const struct facts *f, struct measures *ret)
{
	const struct container *k = masked_container(&f->c);
	const struct view v = { .facts = f, .container = k };
	unsigned int superblocks, mounts;
	int aliases = measure_aliases(f);

	*ret = (struct measures){ 0 };
	add_shares(f, ret);
	if (aliases >= 0)
		add(ret, "aliases.mounted", "mounts", (unsigned long long)aliases);
	if (!k)
		return;
	if (measure_superblocks(&v, &superblocks, &mounts)) {
		add(ret, "superblocks.directory_masks", "superblocks", superblocks);
		add(ret, "mounts.masks", "mounts", mounts);
	}
	add_times(f, k->name, ret);
}
