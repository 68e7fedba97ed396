/* SPDX-License-Identifier: Apache-2.0 */
/* Which cases a profile has, and what is due in each. Pure: verify holds a manifest against it. */
#include "conformance/plan.h"

static bool in_profile(const struct test_case *c, const char *profile)
{
	return streq(profile, "all") || streq(c->profile, profile) || streq(c->bundle, PREFLIGHT);
}

char *plan_ids(const struct test_case *c, const char *filter)
{
	bool whole = !*filter || glob_any(filter, c->bundle);
	_cleanup_text_ struct text t = { 0 };
	size_t i;

	for (i = 0; i < REQ_COUNT; i++)
		if (judge_is_due((enum requirement_id)i, c) &&
		    (whole || glob_any(filter, requirements[i].id)))
			text_addf(&t, "%s%s", t.len ? " " : "", requirements[i].id);
	return xstrdup(text_str(&t));
}

static void add_case(struct plan *p, const struct test_case *c, char *ids)
{
	struct planned one = {
		.c = c, .ids = ids, .file = bundle_file(c->bundle, ""), .place = p->n
	};
	struct text text = { 0 };

	case_write(c, &text);
	one.text = text.s;
	GROW(p->cases, p->n);
	p->cases[p->n++] = one;
}

void plan_cases(struct plan *p, const struct case_list *l, const char *profile, const char *filter)
{
	size_t i;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < l->n; i++) {
			bool first = streq(l->cases[i].bundle, PREFLIGHT);
			char *ids;

			if (first != (pass == 0) || !in_profile(&l->cases[i], profile))
				continue;
			ids = plan_ids(&l->cases[i], filter);
			if (*ids || first)
				add_case(p, &l->cases[i], ids);
			else
				free(ids);
		}
	}
}

static void free_planned(struct planned *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		free(list[i].ids);
		free(list[i].file);
		free(list[i].text);
	}
	free(list);
}

void plan_free(struct plan *p)
{
	free_planned(p->cases, p->n);
	free_planned(p->elsewhere, p->n_elsewhere);
	free(p->run_id);
	case_list_free(&p->list);
}
