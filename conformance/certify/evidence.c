/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/evidence.h"

#include "conformance/certify/campaign.h"
#include "conformance/certify/grade.h"

/* What all facts of a run have in common; those of `all` are the same in all runs. */
static const struct shared {
	const char *key;
	bool all;
} shared[] = {
	{ "run", false },	 { "manifest", false },	     { "boot", false },
	{ "kernel", false },	 { "machine", false },	     { "cgroup", false },
	{ "kit-version", true }, { "kit-commit", true },     { "kit-spec", true },
	{ "runtime", true },	 { "runtime-sha256", true }, { "profile", true },
	{ "require", true },	 { "asked-nonce", true },
};

/* One run while it is read. */
struct run {
	char *name; /* kernels/1/run-1 */
	struct facts first;
	char *nonce; /* of its cases; the preflight has one of its own */
};

static void run_free(struct run *r)
{
	free(r->name);
	free(r->nonce);
	facts_free(&r->first);
}

struct check {
	const struct ustar *a;
	const struct evidence *e;
	struct text *refusals, *notes;
	struct run *runs;
	size_t n;
};

static void parse(const struct ustar_member *m, struct facts *ret)
{
	facts_parse(xstrndup(m->data, m->size), ret);
}

/* Headers -------------------------------------------------------------------------------------- */

static void compare(struct check *c, const char *name, const struct facts *f,
		    const struct facts *with, const char *of, bool all)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shared); i++) {
		const char *is = facts_header(f, shared[i].key);
		const char *want = facts_header(with, shared[i].key);

		if ((shared[i].all || !all) && !streq(is, want))
			text_addf(c->refusals, "%s: %s is %s, but %s in %s\n", name, shared[i].key,
				  *is ? is : "not said", *want ? want : "not said", of);
	}
}

/* The cases of a run are made by one process after the preflight's. */
static void check_nonce(struct check *c, struct run *r, const char *name, const struct facts *f)
{
	const char *nonce = facts_header(f, "nonce");

	if (streq(f->c.bundle, PREFLIGHT))
		return;
	if (!r->nonce)
		r->nonce = xstrdup(nonce);
	else if (!streq(r->nonce, nonce))
		text_addf(c->refusals, "%s: was made by another start of the kit (its nonce)\n",
			  name);
}

static void check_asked(struct check *c, const char *name, const struct facts *f)
{
	const char *nonce = facts_header(f, "asked-nonce");
	const char *sum = facts_header(f, "runtime-sha256");

	if (c->e->nonce && !streq(nonce, c->e->nonce))
		text_addf(c->refusals, "%s: was not made for nonce %s, but for %s\n", name,
			  c->e->nonce, *nonce ? nonce : "none");
	if (c->e->runtime && !streq(sum, c->e->runtime))
		text_addf(c->refusals, "%s: is of another runtime, with SHA-256 %s\n", name, sum);
}

static void check_facts(struct check *c, struct run *r, const struct ustar_member *m)
{
	_cleanup_facts_ struct facts f;

	parse(m, &f);
	check_nonce(c, r, m->name, &f);
	if (r->first.n_headers) {
		compare(c, m->name, &f, &r->first, "the facts beside it", false);
		return;
	}
	check_asked(c, m->name, &f);
	if (c->n)
		compare(c, m->name, &f, &c->runs[0].first, c->runs[0].name, true);
	r->first = f;
	f = (struct facts){ 0 };
}

/* Cases ---------------------------------------------------------------------------------------- */

static const struct due_case *find_case(const struct manifest *m, const char *bundle)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (streq(m->cases[i].bundle, bundle))
			return &m->cases[i];
	return NULL;
}

static void note_new(struct check *c, enum requirement_id id)
{
	const struct requirement *r = &requirements[id];
	_cleanup_free_ char *line = xasprintf(
		"new in this kit, and not asked by the profile: %s (%s, specification %s)", r->id,
		level_names[r->level], r->since);

	if (!has_line(c->notes->s, line))
		text_addf(c->notes, "%s\n", line);
}

/* What the case of this kit is due for and the one of the archive, NULL if there is none, is not.
 */
static void check_ids(struct check *c, const char *name, const struct planned *p,
		      const struct due_case *is)
{
	_cleanup_free_ char *ids = xstrdup(p->ids);
	char *state = NULL, *word;

	for (word = strtok_r(ids, " ", &state); word; word = strtok_r(NULL, " ", &state)) {
		enum requirement_id id = requirement_by_name(word);

		if (is && has_word(is->ids, word))
			continue;
		if (!grade_asks(c->e->cert, id))
			note_new(c, id);
		else if (is)
			text_addf(c->refusals, "%s: the case %s was not due for %s\n", name,
				  p->c->bundle, word);
		else
			text_addf(c->refusals,
				  "%s: the case %s, for %s, is not among those that were due\n",
				  name, p->c->bundle, word);
	}
}

/* Nor may the archive know more: what it was due for must be this kit's to judge. */
static void check_foreign(struct check *c, const char *name, const struct due_case *is,
			  const struct planned *p)
{
	_cleanup_free_ char *ids = xstrdup(is->ids);
	char *state = NULL, *word;

	if (!p)
		text_addf(c->refusals, "%s: has a case %s, which this kit's profile has not\n",
			  name, is->bundle);
	for (word = p ? strtok_r(ids, " ", &state) : NULL; word; word = strtok_r(NULL, " ", &state))
		if (!has_word(p->ids, word))
			text_addf(c->refusals,
				  "%s: the case %s was due for %s, which this kit's is not for\n",
				  name, is->bundle, word);
}

static const struct planned *find_planned(const struct plan *due, const char *bundle)
{
	size_t i;

	for (i = 0; i < due->n; i++)
		if (streq(due->cases[i].c->bundle, bundle))
			return &due->cases[i];
	return NULL;
}

static void check_cases(struct check *c, const char *name, const struct manifest *m)
{
	const struct plan *due = c->e->due;
	size_t i;

	for (i = 0; i < due->n; i++) {
		const struct planned *p = &due->cases[i];
		const struct due_case *is = find_case(m, p->c->bundle);
		char digest[SHA256_HEX];

		sha256_text(p->text, strlen(p->text), digest);
		if (is && !streq(is->digest, digest))
			text_addf(c->refusals, "%s: the case %s is another than this kit's\n", name,
				  p->c->bundle);
		check_ids(c, name, p, is);
	}
	for (i = 0; i < m->n; i++)
		check_foreign(c, name, &m->cases[i], find_planned(due, m->cases[i].bundle));
}

static void check_settings(struct check *c, const char *name, const struct manifest *m)
{
	if (*m->filter || *m->deny || m->shards || !streq(m->profile, c->e->cert->profile) ||
	    !streq(m->require, c->e->cert->require))
		text_addf(c->refusals,
			  "%s: is of a run with other settings than the profile's (PROFILE=%s "
			  "REQUIRE=%s FILTER=%s DENY=%s)\n",
			  name, m->profile, m->require, m->filter, m->deny);
}

static void check_manifest(struct check *c, const struct ustar_member *m)
{
	_cleanup_manifest_ struct manifest manifest = { 0 };

	if (manifest_parse(xstrndup(m->data, m->size), &manifest) < 0)
		text_addf(c->refusals, "%s: no manifest, or cut\n", m->name);
	else {
		check_settings(c, m->name, &manifest);
		check_cases(c, m->name, &manifest);
	}
}

/* Runs ----------------------------------------------------------------------------------------- */

/* The same run cannot stand for two. */
static void check_twice(struct check *c, const struct run *r)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (streq(facts_header(&c->runs[i].first, "run"), facts_header(&r->first, "run")) ||
		    (r->nonce && c->runs[i].nonce && streq(c->runs[i].nonce, r->nonce)))
			text_addf(c->refusals, "%s: is %s once more\n", r->name, c->runs[i].name);
}

static void check_run(struct check *c, size_t kernel, size_t run)
{
	_cleanup_free_ char *path = campaign_run_path("", kernel, run);
	_cleanup_free_ char *facts = xasprintf("%s/facts/", path + 1);
	struct run r = { .name = xstrdup(path + 1) };
	size_t i;

	for (i = 0; i < c->a->n; i++) {
		const struct ustar_member *m = &c->a->list[i];
		const char *file = strip_prefix(m->name, facts);

		if (file && streq(file, MANIFEST_FILE))
			check_manifest(c, m);
		else if (file && ends_in(file, ".facts"))
			check_facts(c, &r, m);
	}
	check_twice(c, &r);
	if (run > 1 && c->n &&
	    !streq(facts_header(&c->runs[c->n - 1].first, "kernel"),
		   facts_header(&r.first, "kernel")))
		text_addf(c->refusals, "%s: is of another kernel than %s\n", r.name,
			  c->runs[c->n - 1].name);
	GROW(c->runs, c->n);
	c->runs[c->n++] = r;
}

void evidence_check(const struct ustar *a, const struct layout *l, const struct evidence *e,
		    struct text *refusals, struct text *notes)
{
	struct check c = { .a = a, .e = e, .refusals = refusals, .notes = notes };
	size_t i, n;

	for (i = 0; i < l->kernels; i++)
		for (n = 0; n < l->runs[i]; n++)
			check_run(&c, i + 1, n + 1);
	for (i = 0; i < c.n; i++)
		run_free(&c.runs[i]);
	free(c.runs);
}
