/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/evidence.h"

#include "conformance/certify/campaign.h"
#include "conformance/certify/grade.h"
#include "conformance/judge/probed.h"
#include "conformance/machine.h"
#include "conformance/report/output.h"

/* What all facts of all runs have in common. */
static const char *const shared[] = { "kit-version",	"kit-commit", "kit-spec", "runtime",
				      "runtime-sha256", "profile",    "require",  "asked-nonce" };

/* The cases of a run are made by one process after the preflight's; of each process are its own. */
enum { OWN_NONCE, OWN_STARTED, OWN_EXEC, OWNS };
static const char *const own_keys[OWNS] = { "nonce", "started", "exec" };

/* One run while it is read. */
struct run {
	char *name; /* kernels/1/run-1 */
	struct facts first;
	char *preflight; /* when it was started; NULL */
	char *own[OWNS]; /* of its cases; NULL: there was none yet */
};

static void run_free(struct run *r)
{
	size_t i;

	free(r->name);
	free(r->preflight);
	for (i = 0; i < OWNS; i++)
		free(r->own[i]);
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

static void compare(struct check *c, const char *name, const char *key, const char *is,
		    const char *want, const char *of)
{
	if (is ? !want || !streq(is, want) : want != NULL)
		output_line(c->refusals, "%s: %s is %s, but %s in %s", name, key,
			    is ? is : "not said", want ? want : "not said", of);
}

static bool is_own(const char *key)
{
	size_t i = 0;

	while (i < OWNS && !streq(own_keys[i], key))
		i++;
	return i < OWNS;
}

/* Of one run all is the same: whatever stands in one of its facts only is of another run. */
static void compare_beside(struct check *c, const char *name, const struct facts *f,
			   const struct facts *first)
{
	static const char of[] = "the facts beside it";
	size_t i;

	for (i = 0; i < f->n_headers; i++) {
		const struct header *h = &f->headers[i];

		if (!is_own(h->key))
			compare(c, name, h->key, h->value, facts_find_header(first, h->key), of);
	}
	for (i = 0; i < first->n_headers; i++) {
		const struct header *h = &first->headers[i];

		if (!is_own(h->key) && !facts_find_header(f, h->key))
			compare(c, name, h->key, NULL, h->value, of);
	}
}

static void compare_all(struct check *c, const char *name, const struct facts *f,
			const struct run *of)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shared); i++)
		compare(c, name, shared[i], facts_find_header(f, shared[i]),
			facts_find_header(&of->first, shared[i]), of->name);
}

/* 2026-11-29T00:41:27Z: such times are in order where their texts are. */
static bool is_time(const char *s)
{
	static const char pattern[] = "0000-00-00T00:00:00Z";
	size_t i;

	for (i = 0; pattern[i]; i++)
		if (pattern[i] == '0' ? s[i] < '0' || s[i] > '9' : s[i] != pattern[i])
			return false;
	return !s[i];
}

static void check_own(struct check *c, struct run *r, const char *name, const struct facts *f)
{
	size_t i;

	if (!is_time(facts_header(f, own_keys[OWN_STARTED])))
		output_line(c->refusals, "%s: does not say when it was started", name);
	if (!*facts_header(f, own_keys[OWN_NONCE]))
		output_line(c->refusals, "%s: has no nonce of the process that made it", name);
	for (i = 0; i < OWNS && !streq(f->c.bundle, PREFLIGHT); i++) {
		const char *is = facts_find_header(f, own_keys[i]);

		if (r->own[i])
			compare(c, name, own_keys[i], is, r->own[i], "the cases beside it");
		else
			r->own[i] = xstrdup(is ? is : "");
	}
}

/*
 * No requirement is due in the preflight, so no judge looks at its rows; one that went well has all
 * of them. It comes before the cases.
 */
static void check_preflight(struct check *c, struct run *r, const char *name, const struct facts *f)
{
	_cleanup_free_ char *fault = preflight_fault(f);
	_cleanup_finding_ struct finding finding = { 0 };

	free(r->preflight);
	r->preflight = xstrdup(facts_header(f, own_keys[OWN_STARTED]));
	check_probed(f, &finding);
	if (!fault && finding.verdict == VERDICT_BROKEN)
		output_line(c->refusals, "%s: %s", name, text_str(&finding.reason));
}

static void check_asked(struct check *c, const char *name, const struct facts *f)
{
	const char *nonce = facts_header(f, "asked-nonce");
	const char *sum = facts_header(f, "runtime-sha256");

	if (c->e->nonce && !streq(nonce, c->e->nonce))
		output_line(c->refusals, "%s: was not made for nonce %s, but for %s", name,
			    c->e->nonce, *nonce ? nonce : "none");
	if (c->e->runtime && !streq(sum, c->e->runtime))
		output_line(c->refusals, "%s: is of another runtime, with SHA-256 %s", name, sum);
}

/* The first run that has any facts at all stands for all. */
static const struct run *first_run(const struct check *c)
{
	size_t i = 0;

	while (i < c->n && !c->runs[i].first.n_headers)
		i++;
	return i < c->n ? &c->runs[i] : NULL;
}

/* Facts that are cut are no evidence of anything: the judges call what they are due for broken. */
static void check_facts(struct check *c, struct run *r, const struct ustar_member *m)
{
	const struct run *of = first_run(c);
	_cleanup_facts_ struct facts f;

	parse(m, &f);
	if (f.state != FACTS_WHOLE)
		return;
	check_own(c, r, m->name, &f);
	if (streq(f.c.bundle, PREFLIGHT))
		check_preflight(c, r, m->name, &f);
	if (r->first.n_headers) {
		compare_beside(c, m->name, &f, &r->first);
		return;
	}
	check_asked(c, m->name, &f);
	if (of)
		compare_all(c, m->name, &f, of);
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
			output_line(c->refusals, "%s: the case %s was not due for %s", name,
				    p->c->bundle, word);
		else
			output_line(c->refusals,
				    "%s: the case %s, for %s, is not among those that were due",
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
		output_line(c->refusals, "%s: has a case %s, which this kit's profile has not",
			    name, is->bundle);
	for (word = p ? strtok_r(ids, " ", &state) : NULL; word; word = strtok_r(NULL, " ", &state))
		if (!has_word(p->ids, word))
			output_line(c->refusals,
				    "%s: the case %s was due for %s, which this kit's is not for",
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
			output_line(c->refusals, "%s: the case %s is another than this kit's", name,
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
		output_line(c->refusals,
			    "%s: is of a run with other settings than the profile's (PROFILE=%s "
			    "REQUIRE=%s FILTER=%s DENY=%s)",
			    name, m->profile, m->require, m->filter, m->deny);
}

/* Facts of no case would never be looked at, and stand there as if they had been. */
static bool is_of_run(const struct manifest *m, const char *file)
{
	size_t i = 0;

	while (i < m->n && !streq(m->cases[i].file, file))
		i++;
	return i < m->n || streq(file, MANIFEST_FILE) || (m->kernel && streq(file, MACHINE_FILE));
}

static void check_files(struct check *c, const char *facts, const struct manifest *m)
{
	size_t i;

	for (i = 0; i < c->a->n; i++) {
		const char *file = strip_prefix(c->a->list[i].name, facts);

		if (file && !is_of_run(m, file))
			output_line(c->refusals, "%s: is of no case of its manifest",
				    c->a->list[i].name);
	}
}

static void check_manifest(struct check *c, const char *facts, const struct ustar_member *m)
{
	_cleanup_manifest_ struct manifest manifest = { 0 };

	if (manifest_parse(xstrndup(m->data, m->size), &manifest) < 0) {
		output_line(c->refusals, "%s: no manifest, or cut", m->name);
		return;
	}
	check_settings(c, m->name, &manifest);
	check_cases(c, m->name, &manifest);
	check_files(c, facts, &manifest);
}

/* Runs ----------------------------------------------------------------------------------------- */

/* The same run cannot stand for two. */
static void check_twice(struct check *c, const struct run *r)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		const struct run *other = &c->runs[i];

		if (!r->first.n_headers || !other->first.n_headers)
			continue;
		if (streq(facts_header(&other->first, "run"), facts_header(&r->first, "run")) ||
		    (r->own[OWN_NONCE] && other->own[OWN_NONCE] &&
		     streq(other->own[OWN_NONCE], r->own[OWN_NONCE])))
			output_line(c->refusals, "%s: is %s once more", r->name, other->name);
	}
}

static bool is_before(const char *a, const char *b)
{
	return a && b && strcmp(a, b) < 0;
}

/*
 * Of one kernel, in the order in which they were made. Times are of whole seconds, which a short
 * run does not take; the id of a run begins with its time in microseconds (plan.c).
 */
static void check_order(struct check *c, const struct run *r, const struct run *before)
{
	bool known = r->first.n_headers && before->first.n_headers;

	if (known &&
	    !streq(facts_header(&before->first, "kernel"), facts_header(&r->first, "kernel")))
		output_line(c->refusals, "%s: is of another kernel than %s", r->name, before->name);
	if ((known &&
	     is_before(facts_header(&r->first, "run"), facts_header(&before->first, "run"))) ||
	    is_before(r->preflight, before->preflight) ||
	    is_before(r->own[OWN_STARTED], before->own[OWN_STARTED]))
		output_line(c->refusals, "%s: was started before %s", r->name, before->name);
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
			check_manifest(c, facts, m);
		else if (file && ends_in(file, ".facts"))
			check_facts(c, &r, m);
	}
	check_twice(c, &r);
	if (is_before(r.own[OWN_STARTED], r.preflight))
		output_line(c->refusals, "%s: its cases were started before its preflight", r.name);
	if (run > 1)
		check_order(c, &r, &c->runs[c->n - 1]);
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
