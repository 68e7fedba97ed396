/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The judges over golden facts (fixtures/facts) that were edited at random: at least 200 times
 * of each kind for each judge.
 *
 *   removals     begin with facts of which a judge says fail or broken: less evidence never makes
 *                that a pass or a skip
 *   inventions   begin with any: one verdict, the same each time; and what contradicts a failure
 *                doesn't undo it
 *   kept         what another kernel, kit or order of rows changes: no verdict (kept.h)
 *
 * All edits come from one seed, SEED in the environment; a failure says how to see it again. EDITS
 * is another number of times, for builds that are slow.
 */
#include "conformance/tests/suite.h"

#include <fcntl.h>
#include <glob.h>

#include "conformance/judge/rows.h"
#include "conformance/tests/edits.h"
#include "conformance/tests/kept.h"

static glob_t golden;
static struct facts *as_recorded; /* of golden, read once for all tests */
static uint64_t seed = 1;
static size_t enough;

static bool is_read(const char *file, struct facts *ret)
{
	char *text;

	if (read_file_at(AT_FDCWD, file, FACTS_MAX, &text, NULL) < 0)
		return false;
	facts_parse(text, ret);
	return ret->state == FACTS_WHOLE;
}

static void load(const char *file, struct facts *ret)
{
	if (!is_read(file, ret))
		ck_abort_msg("%s can't be read, or is not whole", file);
}

static enum verdict verdict_of(enum requirement_id id, const struct facts *f)
{
	_cleanup_finding_ struct finding finding;

	judge_case(id, f, &finding);
	return finding.verdict;
}

/* Where to begin ------------------------------------------------------------------------------ */

/* Of these no facts are kept (spoil.h): those of a sibling are taken for theirs. */
static const struct {
	enum requirement_id id;
	const char *file, *class; /* NULL: of whole containers */
} adopted[] = {
	{ REQ_sb_shared_sysfs, "superblocks-small", NULL },
	{ REQ_path_root, "kinds", NULL },
	{ REQ_list_thermal, "links", "path-link" },
};

static bool is_adopted(enum requirement_id id, const char *file)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(adopted); i++)
		if (adopted[i].id == id && strstr(file, adopted[i].file))
			return true;
	return false;
}

static void adopt(enum requirement_id id, const char *file, struct facts *f)
{
	struct container *k = &f->c.containers[f->c.n_containers - 1];
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(adopted); i++) {
		if (adopted[i].id != id || !strstr(file, adopted[i].file))
			continue;
		if (!adopted[i].class)
			k->topics = text_const(requirements[id].id);
		for (n = 0; adopted[i].class && n < k->n_todo; n++)
			if (streq(k->todo[n].class, adopted[i].class))
				k->todo[n].class = text_const(requirements[id].id);
	}
}

struct base {
	struct facts f;
	const char *file;
	const struct spoiled *edit; /* NULL: as recorded */
};

struct bases {
	struct base *list;
	size_t n;
};

static void bases_free(struct bases *b)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		facts_free(&b->list[i].f);
	free(b->list);
}

static struct base *add_base(struct bases *b, enum requirement_id id, size_t at)
{
	const char *file = golden.gl_pathv[at];
	struct facts f;

	if (!judge_is_due(id, &as_recorded[at].c) && !is_adopted(id, file))
		return NULL;
	load(file, &f);
	adopt(id, file, &f);
	if (!judge_is_due(id, &f.c)) {
		facts_free(&f);
		return NULL;
	}
	GROW(b->list, b->n);
	b->list[b->n] = (struct base){ .f = f, .file = file };
	return &b->list[b->n++];
}

/* Every golden file in which @id is due, and each of its named edits. */
static struct bases bases_of(enum requirement_id id)
{
	struct bases b = { 0 };
	size_t i, n;

	for (i = 0; i < golden.gl_pathc; i++)
		add_base(&b, id, i);
	for (i = 0; i < ARRAY_SIZE(spoiled); i++) {
		_cleanup_free_ char *name = xasprintf(
			"/%s%s.facts", strchr(spoiled[i].bundle, '/') ? "" : "runc-1.1.5/",
			spoiled[i].bundle);

		for (n = 0; spoiled[i].id == id && n < golden.gl_pathc; n++) {
			struct base *base = strstr(golden.gl_pathv[n], name)
						    ? add_base(&b, id, n)
						    : NULL;

			if (!base)
				continue;
			spoiled[i].spoil(&base->f);
			base->edit = &spoiled[i];
		}
	}
	ck_assert_msg(b.n > 0, "%s is due in no golden facts", requirements[id].id);
	return b;
}

static bool asks(const struct judge *j, const struct todo *t)
{
	return j->class && t->op < OP_COUNT && (j->ops & BIT(t->op)) &&
	       has_word(j->class, t->class) &&
	       (j->identities ? (j->identities & BIT(t->as)) != 0
			      : t->as != AS_EXEC && t->as != AS_SYSADMIN);
}

static struct row *row_of(struct facts *f, const struct container *k, const struct todo *t)
{
	size_t i;

	for (i = 0; i < f->n_rows; i++) {
		struct row *r = &f->rows[i];

		if (r->op == t->op && r->as == t->as && streq(r->path, t->path) &&
		    !streq(r->phase, "first") && row_from(r, "probe", k->name))
			return r;
	}
	return NULL;
}

/* Of a row that the judge asks for, what another of its operation says: the control's, too. */
static void spoil_asked(struct editor *e, const struct judge *j)
{
	const struct container *k = &e->f.c.containers[any_of(e, e->f.c.n_containers)];
	size_t i, from = any_of(e, k->n_todo);

	for (i = 0; i < k->n_todo; i++) {
		const struct todo *t = &k->todo[(from + i) % k->n_todo];
		struct row *r = asks(j, t) ? row_of(&e->f, k, t) : NULL;
		const struct row *other = r ? any_like(e, r) : NULL;

		if (!r)
			continue;
		note(e, "spoil", r);
		r->result = j->informs ? text_const("") : other->result;
		r->value = other->value;
		return;
	}
}

/* One of the bases, made worse in some way until @id is fail or broken; false: it passes. */
static bool make_bad(struct editor *e, enum requirement_id id)
{
	int tries;

	for (tries = 0; tries < 8 && verdict_of(id, &e->f) < VERDICT_BROKEN; tries++) {
		if (tries % 2)
			other_end(e);
		else if (judges[id]->check)
			inventions[any_of(e, MOVES)].apply(e);
		else
			spoil_asked(e, judges[id]);
		recounted(e);
	}
	return verdict_of(id, &e->f) >= VERDICT_BROKEN;
}

/* Judging ------------------------------------------------------------------------------------ */

#define SAY                                                                                        \
	"%s: %s%s%s became %s by%s (again: SEED=%" PRIu64 " CK_RUN_CASE=%s "                       \
	"build/tests/check_edits)"
#define SAID(id, base, e, before, after)                                                           \
	(base)->file, (base)->edit ? (base)->edit->name : "", (base)->edit ? ": " : "",            \
		verdict_names[before], verdict_names[after], text_str(&(e)->said), seed,           \
		requirements[id].id

/* A probe of which not a word is left is no probe that has lost some. */
static bool silences(const struct facts *before, const struct facts *after)
{
	size_t i;

	for (i = 0; i < before->c.n_containers; i++) {
		const struct container *k = &before->c.containers[i];
		const struct view was = { .facts = before, .container = k };
		const struct view is = { .facts = after, .container = k };

		if (container_ran(&was) && !container_ran(&is))
			return true;
	}
	return false;
}

static void try_removal(enum requirement_id id, const struct base *base, uint64_t number)
{
	_cleanup_editor_ struct editor e = editor_of(&base->f, number);
	_cleanup_free_ struct row *bad = NULL;
	enum verdict before, after;
	struct facts was;
	size_t i, n;

	make_bad(&e, id);
	before = verdict_of(id, &e.f);
	if (before < VERDICT_BROKEN) { /* not to be had that way */
		drop_one(&e);
		before = verdict_of(id, &e.f);
	}
	was = e.f;
	was.rows = bad = xcalloc(e.f.n_rows + 1, sizeof(*bad));
	memcpy(bad, e.f.rows, e.f.n_rows * sizeof(*bad));
	n = 1 + any_of(&e, 3);
	for (i = 0; i < n; i++)
		removals[any_of(&e, ARRAY_SIZE(removals))].apply(&e);
	/* Judges of nothing but rows rest on each row, so they need no number. */
	if (!judges[id]->check && !judges[id]->met && !silences(&was, &e.f) && any_of(&e, 2))
		recounted(&e);
	after = verdict_of(id, &e.f);
	ck_assert_msg(before < VERDICT_BROKEN || after >= VERDICT_BROKEN, SAY,
		      SAID(id, base, &e, before, after));
}

static bool is_bad(enum requirement_id id, const struct base *base, uint64_t number)
{
	_cleanup_editor_ struct editor e = editor_of(&base->f, number);

	return make_bad(&e, id);
}

START_TEST(test_removals)
{
	enum requirement_id id = (enum requirement_id)_i;
	_cleanup_(bases_free) struct bases b = bases_of(id);
	size_t done = 0, tries;

	for (tries = 0; done < enough && tries < 10 * enough; tries++) {
		const struct base *base = &b.list[tries % b.n];
		uint64_t number = seed * 1000003 + (uint64_t)_i * 10007 + tries;

		if (!is_bad(id, base, number))
			continue;
		try_removal(id, base, number);
		done++;
	}
	ck_assert_msg(done >= enough, "%s: only %zu removals", requirements[id].id, done);
}
END_TEST

/* The same row once more, saying something else. */
static void contradict(struct editor *e)
{
	struct row r = *telling_row(e);

	r.result = text_const(streq(r.result, "ok") ? "EIO" : "ok");
	again(e, "contradict", &r);
}

static void check_judged(enum requirement_id id, const struct base *base, struct editor *e,
			 enum verdict before, bool contradicts)
{
	_cleanup_finding_ struct finding one, two;

	judge_case(id, &e->f, &one);
	judge_case(id, &e->f, &two);
	ck_assert_msg(one.verdict > VERDICT_NOT_DUE && one.verdict < VERDICT_COUNT &&
			      one.verdict == two.verdict &&
			      streq(text_str(&one.reason), text_str(&two.reason)) &&
			      streq(text_str(&one.observed), text_str(&two.observed)),
		      SAY, SAID(id, base, e, one.verdict, two.verdict));
	ck_assert_msg(!contradicts || before < VERDICT_FAIL || one.verdict >= VERDICT_BROKEN, SAY,
		      SAID(id, base, e, before, one.verdict));
}

START_TEST(test_inventions)
{
	enum requirement_id id = (enum requirement_id)_i;
	_cleanup_(bases_free) struct bases b = bases_of(id);
	size_t n;

	for (n = 0; n < enough; n++) {
		const struct base *base = &b.list[n % b.n];
		uint64_t number = seed * 1000033 + (uint64_t)_i * 10009 + n;
		_cleanup_editor_ struct editor e = editor_of(&base->f, number);
		bool contradicts = n % 4 == 0;
		enum verdict before;
		size_t i, edits = 1 + any_of(&e, 3);

		if (contradicts)
			make_bad(&e, id);
		before = verdict_of(id, &e.f);
		if (contradicts)
			contradict(&e);
		else
			for (i = 0; i < edits; i++)
				inventions[any_of(&e, ARRAY_SIZE(inventions))].apply(&e);
		if (any_of(&e, 2))
			recounted(&e);
		check_judged(id, base, &e, before, contradicts);
	}
}
END_TEST

/* No verdict is another ------------------------------------------------------------------------ */

START_TEST(test_kept)
{
	const struct kept_edit *k = &kept_edits[_i];
	size_t i, id, due = 0;

	for (i = 0; i < golden.gl_pathc; i++) {
		_cleanup_facts_ struct facts f;

		load(golden.gl_pathv[i], &f);
		{
			_cleanup_editor_ struct editor e = editor_of(&f, seed + i);

			k->apply(&e);
			recounted(&e);
			for (id = 0; id < REQ_COUNT; id++) {
				enum requirement_id r = (enum requirement_id)id;

				ck_assert_msg(verdict_of(r, &e.f) == verdict_of(r, &f),
					      "%s: %s: %s became %s", golden.gl_pathv[i],
					      requirements[id].id, verdict_names[verdict_of(r, &f)],
					      verdict_names[verdict_of(r, &e.f)]);
				due += judge_is_due(r, &f.c);
			}
			free(k->headers ? e.f.headers : NULL);
		}
	}
	ck_assert_uint_gt(due, REQ_COUNT);
}
END_TEST

/* A case that was changed is another case, whatever the change (assemble.c): FACTS_FOREIGN. */
START_TEST(test_case_records)
{
	const char *file = golden.gl_pathv[_i];
	_cleanup_facts_ struct facts whole;
	_cleanup_free_ char *text = NULL;
	size_t len, n = 0;
	char *at;

	load(file, &whole);
	ck_assert_int_eq(read_file_at(AT_FDCWD, file, FACTS_MAX, &text, &len), 0);
	for (at = text; (at = strstr(at, "\nc\t")); at++) {
		_cleanup_facts_ struct facts f;
		char *edited = xstrdup(text);

		edited[(size_t)(at - text) + strcspn(at + 1, "\n")] ^= 1;
		facts_parse(edited, &f);
		ck_assert_msg(f.state != FACTS_WHOLE || !streq(f.case_digest, whole.case_digest),
			      "%s: the case is the same without a letter of record %zu", file, n);
		n++;
	}
	ck_assert_uint_gt(n, 10);
}
END_TEST

int main(void)
{
	const char *word = getenv("SEED");
	Suite *s = suite_create("edits");
	int failed;
	size_t i;

	seed = word && *word ? strtoull(word, NULL, 10) : seed;
	enough = edits_asked();
	if (glob("fixtures/facts/*/*.facts", 0, NULL, &golden) != 0)
		return EXIT_FAILURE;
	as_recorded = xcalloc(golden.gl_pathc, sizeof(*as_recorded));
	for (i = 0; i < golden.gl_pathc; i++)
		if (!is_read(golden.gl_pathv[i], &as_recorded[i]))
			return EXIT_FAILURE;
	for (i = 0; i < REQ_COUNT; i++) {
		add_slow_case(s, requirements[i].id, test_removals, (int)i);
		add_slow_case(s, requirements[i].id, test_inventions, (int)i);
	}
	for (i = 0; i < ARRAY_SIZE(kept_edits); i++)
		add_slow_case(s, kept_edits[i].name, test_kept, (int)i);
	for (i = 0; i < golden.gl_pathc; i++)
		add_slow_case(s, "case-records", test_case_records, (int)i);
	failed = run_suite(s);
	for (i = 0; i < golden.gl_pathc; i++)
		facts_free(&as_recorded[i]);
	free(as_recorded);
	globfree(&golden);
	return failed;
}
