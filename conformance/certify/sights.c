/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/sights.h"

#include "conformance/report/output.h"

void sights_free(struct sights *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		free(s->list[i].what);
	free(s->list);
	facts_free(&s->facts);
	*s = (struct sights){ 0 };
}

static int by_what(const void *a, const void *b)
{
	const struct sight *x = a, *y = b;
	int order = strcmp(x->what, y->what);

	return order ? order : (x->number > y->number) - (x->number < y->number);
}

static void add(struct sights *s, const struct row *r)
{
	if (r->op == OP_MOUNTINFO || r->op == OP_UNKNOWN)
		return;
	GROW(s->list, s->n);
	s->list[s->n] = (struct sight){
		.what = xasprintf("%s %s %s %s %s", r->source, r->phase,
				  r->as < AS_COUNT ? identity_names[r->as] : "?",
				  op_info[r->op].name, r->path),
		.result = r->result,
		.number = s->n,
	};
	s->n++;
}

/* From their place in the file to their place among those of the same words. */
static void number(struct sights *s)
{
	size_t i, first = 0;

	for (i = 0; i < s->n; i++) {
		if (!streq(s->list[i].what, s->list[first].what))
			first = i;
		s->list[i].number = i - first;
	}
}

bool sights_read(char *text, struct sights *ret)
{
	size_t i;

	*ret = (struct sights){ 0 };
	facts_parse(text, &ret->facts);
	if (ret->facts.state != FACTS_WHOLE)
		return false;
	for (i = 0; i < ret->facts.n_rows; i++)
		add(ret, &ret->facts.rows[i]);
	if (ret->n)
		qsort(ret->list, ret->n, sizeof(*ret->list), by_what);
	number(ret);
	return true;
}

/* Its result, or NULL. */
static const char *find(const struct sights *s, const struct sight *like)
{
	const struct sight *found =
		s->n ? bsearch(like, s->list, s->n, sizeof(*s->list), by_what) : NULL;

	return found ? found->result : NULL;
}

/* Whether all others of @there have seen the same. */
static bool is_steady(const struct sights *there, size_t n, const struct sight *s)
{
	size_t i;

	for (i = 1; i < n; i++) {
		const char *result = find(&there[i], s);

		if (!result || !streq(result, s->result))
			return false;
	}
	return true;
}

static bool was_seen(const struct sights *there, size_t n, const struct sight *s)
{
	size_t i;

	for (i = 0; i < n && !find(&there[i], s); i++)
		;
	return i < n;
}

void sights_compare(const struct sights *there, size_t n, const struct sights *here,
		    const char *name, struct text *differ)
{
	size_t i;

	for (i = 0; i < there[0].n; i++) {
		const struct sight *s = &there[0].list[i];
		const char *result = find(here, s);

		if (is_steady(there, n, s) && (!result || !streq(result, s->result)))
			output_line(differ, "%s: %s: %s in the certificate, %s here", name, s->what,
				    s->result, result ? result : "not seen");
	}
	for (i = 0; i < here->n; i++)
		if (!was_seen(there, n, &here->list[i]))
			output_line(differ, "%s: %s: not seen in the certificate, %s here", name,
				    here->list[i].what, here->list[i].result);
}
