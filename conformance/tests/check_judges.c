/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The judges over recorded facts (fixtures/facts): the verdicts are those that stand beside the
 * facts, and removing evidence never helps. For that, facts are spoiled so that a requirement fails
 * or is broken; then each row in turn is taken out, or loses its result or value, and no verdict
 * may get better.
 */
#include "conformance/tests/suite.h"

#include <fcntl.h>
#include <glob.h>

#include "conformance/judge/rows.h"
#include "conformance/tests/spoil.h"

static glob_t golden;

static const char *golden_file(int i)
{
	return golden.gl_pathv[i];
}

static void load(const char *file, struct facts *ret)
{
	char *text;

	if (read_file_at(AT_FDCWD, file, FACTS_MAX, &text, NULL) < 0)
		ck_abort_msg("%s can't be read", file);
	facts_parse(text, ret);
	if (ret->state != FACTS_WHOLE)
		ck_abort_msg("%s is not whole", file);
}

static enum verdict verdict_of(enum requirement_id id, const struct facts *f)
{
	_cleanup_finding_ struct finding finding;

	judge_case(id, f, &finding);
	return finding.verdict;
}

/* Verdicts as recorded ------------------------------------------------------------------------ */

START_TEST(test_verdicts)
{
	const char *file = golden_file(_i);
	_cleanup_free_ char *list =
		xasprintf("%.*sverdicts", (int)(strrchr(file, '/') + 1 - file), file);
	_cleanup_facts_ struct facts f;
	_cleanup_free_ char *want = NULL;
	size_t id;

	load(file, &f);
	ck_assert_int_eq(read_file_at(AT_FDCWD, list, CASE_MAX, &want, NULL), 0);
	for (id = 0; id < REQ_COUNT; id++) {
		_cleanup_free_ char *line =
			xasprintf("\n%s %s %s\n", f.c.bundle, requirements[id].id,
				  verdict_names[verdict_of((enum requirement_id)id, &f)]);

		if (judge_is_due((enum requirement_id)id, &f.c))
			ck_assert_msg(strstr(want, line), "%s lacks %s", list, line + 1);
	}
}
END_TEST

/* Less evidence ------------------------------------------------------------------------------- */

static bool is_better(enum verdict before, enum verdict after)
{
	return before >= VERDICT_BROKEN && after < VERDICT_BROKEN;
}

struct loss {
	const char *result, *value; /* NULL: as it was */
};

/* The first takes the whole row out. */
static const struct loss losses[] = {
	{ NULL, NULL }, { "unavailable", NULL }, { "ENOENT", NULL }, { "", NULL },
	{ NULL, "" },	{ "unavailable", "" },
};

static struct row lose(struct row r, size_t how)
{
	const struct loss *l = &losses[how];

	if (how == 0)
		return (struct row){ text_const(""), text_const(""), AS_UNKNOWN,    OP_UNKNOWN,
				     text_const(""), text_const(""), text_const("") };
	if (l->result)
		r.result = text_const(l->result);
	if (l->value)
		r.value = text_const(l->value);
	return r;
}

/* ENOENT is no loss where absence is the answer that is asked for. */
static bool is_answer(const struct judge *j, const struct row *r, size_t how)
{
	const struct row lost = lose(*r, how);

	if (!losses[how].result || !streq(losses[how].result, "ENOENT"))
		return false;
	return r->op == OP_UNLINKMISSING ||
	       (r->op == OP_LOOK && j->violates && !j->violates(&lost));
}

/* The rows that a verdict may hang on; @ops: those of a judge of rows that count now. */
static bool concerns(enum requirement_id id, uint64_t ops, const struct row *r)
{
	if (judges[id]->check) /* the chapters of paths and isolation read no mount table */
		return r->op != OP_MOUNTINFO || !(strstr(requirements[id].spec, "/30-paths.md") ||
						  strstr(requirements[id].spec, "/70-isolation.md"));
	return r->op >= OP_COUNT || (ops & BIT(r->op)) || r->op == OP_EXIT || r->op == OP_OFFERED ||
	       r->op == OP_RAN || r->op == OP_PROBED;
}

static void try_losses(const char *name, struct facts *f, enum requirement_id id, size_t at,
		       enum verdict before)
{
	const struct row kept = f->rows[at];
	size_t how;

	for (how = 0; how < ARRAY_SIZE(losses); how++) {
		enum verdict after;

		/* Of a mount table any loss of a line does the same. */
		if (is_answer(judges[id], &kept, how) ||
		    (kept.op == OP_MOUNTINFO && (losses[how].result || (how && at % 8))))
			continue;
		f->rows[at] = lose(kept, how);
		after = verdict_of(id, f);
		ck_assert_msg(!is_better(before, after),
			      "%s: %s: %s became %s by loss %zu of %s %s %s %s", name,
			      requirements[id].id, verdict_names[before], verdict_names[after], how,
			      kept.source, kept.phase,
			      kept.op < OP_COUNT ? op_info[kept.op].name : "?", kept.path);
	}
	f->rows[at] = kept;
}

/* Each row in turn; with fewer EDITS each n-th, and other ones each time. */
static void try_all_losses(const char *name, struct facts *f, enum requirement_id id, uint64_t ops)
{
	static size_t tables;
	enum verdict before = verdict_of(id, f);
	size_t every = edits_asked() < ALL_EDITS ? ALL_EDITS / edits_asked() : 1, at;

	if (before < VERDICT_BROKEN)
		return;
	for (at = (id + tables++) % every; at < f->n_rows; at += every)
		if (concerns(id, ops, &f->rows[at]))
			try_losses(name, f, id, at, before);
}

/* Facts as they are; most pass, so the spoiled ones below say more. */
START_TEST(test_recorded)
{
	_cleanup_facts_ struct facts f;
	size_t id;

	load(golden_file(_i), &f);
	for (id = 0; id < REQ_COUNT; id++)
		if (judge_is_due((enum requirement_id)id, &f.c))
			try_all_losses(golden_file(_i), &f, (enum requirement_id)id,
				       judges[id]->ops);
}
END_TEST

/* All rows of one operation, phase, source or identity at once: nothing is left to pass on. */
static bool same_group(const struct row *a, const struct row *b, int by)
{
	switch (by) {
	case 0:
		return a->op == b->op;
	case 1:
		return streq(a->phase, b->phase);
	case 2:
		return streq(a->source, b->source);
	case 3:
		return a->as == b->as;
	default:
		return streq(a->path, b->path);
	}
}

static bool first_of_group(const struct row *rows, size_t at, int by)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (same_group(&rows[i], &rows[at], by))
			return false;
	return true;
}

static void try_group(struct facts *f, size_t at, int by, const enum verdict *before)
{
	struct row *kept = f->rows;
	size_t i, id;

	f->rows = xcalloc(f->n_rows, sizeof(*kept));
	for (i = 0; i < f->n_rows; i++)
		f->rows[i] = same_group(&kept[i], &kept[at], by) ? lose(kept[i], 0) : kept[i];
	/* Only what fails or is broken can get better. */
	for (id = 0; id < REQ_COUNT; id++)
		if (before[id] >= VERDICT_BROKEN) {
			enum verdict after = verdict_of((enum requirement_id)id, f);

			ck_assert_msg(!is_better(before[id], after),
				      "%s: %s became %s without group %d of %s %s %s",
				      requirements[id].id, verdict_names[before[id]],
				      verdict_names[after], by, kept[at].source, kept[at].phase,
				      kept[at].path);
		}
	free(f->rows);
	f->rows = kept;
}

START_TEST(test_groups)
{
	enum verdict before[REQ_COUNT];
	_cleanup_facts_ struct facts f;
	size_t at, id;
	int by;

	load(golden_file(_i), &f);
	for (id = 0; id < REQ_COUNT; id++)
		before[id] = judge_is_due((enum requirement_id)id, &f.c)
				     ? verdict_of((enum requirement_id)id, &f)
				     : VERDICT_NOT_DUE;
	for (by = 0; by < 5; by++)
		for (at = 0; at < f.n_rows; at++)
			if (first_of_group(f.rows, at, by))
				try_group(&f, at, by, before);
}
END_TEST

/* A file that was cut is broken for everything that was due. */
START_TEST(test_cut)
{
	_cleanup_facts_ struct facts whole;
	_cleanup_free_ char *text = NULL;
	size_t len, step, n;

	load(golden_file(_i), &whole);
	ck_assert_int_eq(read_file_at(AT_FDCWD, golden_file(_i), FACTS_MAX, &text, &len), 0);
	step = len / 40 + 1;
	for (n = 0; n < len - 1; n += n + step < len - 1 || n == len - 2 ? step : len - 2 - n) {
		_cleanup_facts_ struct facts f;
		size_t id;

		facts_parse(xstrndup(text, n), &f);
		for (id = 0; id < REQ_COUNT; id++)
			ck_assert_int_eq(verdict_of((enum requirement_id)id, &f), VERDICT_BROKEN);
	}
}
END_TEST

/* Judges of rows, spoiled by their own controls ----------------------------------------------- */

static bool asks(const struct judge *j, const struct todo *t)
{
	if (!j->class || t->op >= OP_COUNT || !(j->ops & BIT(t->op)) ||
	    !has_word(j->class, t->class))
		return false;
	return j->identities ? (j->identities & BIT(t->as)) != 0
			     : t->as != AS_EXEC && t->as != AS_SYSADMIN;
}

static struct row *row_of(const struct facts *f, const struct container *k, const struct todo *t)
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

/* A control of @t, in any container: the own one of a nested user namespace, or the judge's. */
static struct row *control_of(const struct facts *f, const struct judge *j, const struct todo *t)
{
	size_t i, n;

	for (i = 0; i < f->c.n_containers; i++) {
		const struct container *k = &f->c.containers[i];

		for (n = 0; n < k->n_todo; n++) {
			const struct todo *c = &k->todo[n];
			struct row *r = c->op == t->op && strip_prefix(c->class, "control")
						? row_of(f, k, c)
						: NULL;

			if (r && row_shows(r) && j->violates(r))
				return r;
		}
	}
	return NULL;
}

/* Once as a failure, once with every control dulled to what the mask answers. */
static void spoil_row(const char *file, struct facts *f, enum requirement_id id,
		      const struct container *k, const struct todo *t)
{
	struct row *subject = row_of(f, k, t), kept;
	const struct row *control = control_of(f, judges[id], t);

	ck_assert_ptr_nonnull(subject);
	ck_assert_msg(control, "%s: no control of %s", requirements[id].id, op_info[t->op].name);
	kept = *subject;
	subject->result = control->result;
	subject->value = control->value;
	ck_assert_msg(verdict_of(id, f) == VERDICT_FAIL, "%s: %s doesn't fail by %s of %s", file,
		      requirements[id].id, op_info[t->op].name, t->path);
	try_all_losses(file, f, id, BIT(t->op));
	*subject = kept;
}

static void dull_controls(const char *file, struct facts *f, enum requirement_id id,
			  const struct todo *t, const struct row *subject)
{
	struct row *kept = f->rows;
	size_t i;

	f->rows = xcalloc(f->n_rows, sizeof(*kept));
	memcpy(f->rows, kept, f->n_rows * sizeof(*kept));
	for (i = 0; i < f->n_rows; i++) {
		struct row *r = &f->rows[i];

		if (r->op != t->op || streq(r->path, t->path) || !streq(r->phase, subject->phase))
			continue;
		r->result = subject->result;
		r->value = subject->value;
	}
	ck_assert_msg(verdict_of(id, f) == VERDICT_BROKEN, "%s: %s isn't broken by dull %s", file,
		      requirements[id].id, op_info[t->op].name);
	try_all_losses(file, f, id, BIT(t->op));
	free(f->rows);
	f->rows = kept;
}

/* Each operation of a judge once: a pass rests on each of its rows, and on its controls. */
static void spoil_judge(const char *file, struct facts *f, enum requirement_id id,
			const struct container *k)
{
	uint64_t done = 0;
	size_t i;

	for (i = 0; i < k->n_todo; i++) {
		const struct todo *t = &k->todo[i];
		struct row *r, kept;

		if (!asks(judges[id], t))
			continue;
		r = row_of(f, k, t);
		ck_assert_ptr_nonnull(r);
		kept = *r;
		*r = lose(kept, 0);
		ck_assert_msg(verdict_of(id, f) >= VERDICT_BROKEN,
			      "%s: %s passes without %s of %s as %s", file, requirements[id].id,
			      op_info[t->op].name, t->path, identity_names[t->as]);
		*r = kept;
		if ((done & BIT(t->op)) || judges[id]->informs || verdict_of(id, f) != VERDICT_PASS)
			continue;
		done |= BIT(t->op);
		if (!control_of(f, judges[id], t))
			continue; /* not supported here: skipped */
		spoil_row(file, f, id, k, t);
		dull_controls(file, f, id, t, r);
	}
}

START_TEST(test_spoiled_rows)
{
	_cleanup_facts_ struct facts f;
	size_t id, i;

	load(golden_file(_i), &f);
	for (id = 0; id < REQ_COUNT; id++)
		for (i = 0; i < f.c.n_containers && !judges[id]->check; i++)
			if (verdict_of((enum requirement_id)id, &f) == VERDICT_PASS &&
			    find_row(&f, "probe", f.c.containers[i].name, "first", OP_RAN, NULL))
				spoil_judge(golden_file(_i), &f, (enum requirement_id)id,
					    &f.c.containers[i]);
}
END_TEST

/* Judges of containers, spoiled by named edits ------------------------------------------------ */

START_TEST(test_spoiled)
{
	const struct spoiled *s = &spoiled[_i];
	_cleanup_free_ char *file =
		xasprintf("fixtures/facts/%s%s.facts", strchr(s->bundle, '/') ? "" : "runc-1.1.5/",
			  s->bundle);
	_cleanup_facts_ struct facts f;

	load(file, &f);
	ck_assert_int_eq(verdict_of(s->id, &f), s->was);
	s->spoil(&f);
	ck_assert_str_eq(verdict_names[verdict_of(s->id, &f)], verdict_names[s->want]);
	try_all_losses(s->name, &f, s->id, judges[s->id]->ops);
}
END_TEST

static bool is_spoiled(size_t id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(spoiled); i++)
		if (spoiled[i].id == id && spoiled[i].want == VERDICT_FAIL)
			return true;
	return !judges[id]->check || requirements[id].level == LEVEL_INFO;
}

/* Every requirement is due in some golden file and fails in one, so a new one needs facts. */
START_TEST(test_covered)
{
	bool due[REQ_COUNT] = { false }, failed[REQ_COUNT] = { false };
	_cleanup_text_ struct text missing = { 0 };
	size_t i, id;

	for (i = 0; i < golden.gl_pathc; i++) {
		_cleanup_facts_ struct facts f;

		load(golden_file((int)i), &f);
		for (id = 0; id < REQ_COUNT; id++) {
			due[id] |= judge_is_due((enum requirement_id)id, &f.c);
			failed[id] |= verdict_of((enum requirement_id)id, &f) == VERDICT_FAIL;
		}
	}
	for (id = 0; id < REQ_COUNT; id++)
		if (!(due[id] && (failed[id] || is_spoiled(id))) &&
		    !has_word(not_recorded, requirements[id].id))
			text_addf(&missing, " %s", requirements[id].id);
	ck_assert_msg(!missing.len, "no golden facts, or no edit of them, of%s",
		      text_str(&missing));
}
END_TEST

/* For `verdicts`: what the facts beside it come to now, to be read before it is committed. */
static int print_verdicts(char **files)
{
	for (; *files; files++) {
		_cleanup_facts_ struct facts f;
		size_t id;

		load(*files, &f);
		for (id = 0; id < REQ_COUNT; id++)
			if (judge_is_due((enum requirement_id)id, &f.c))
				printf("%s %s %s\n", f.c.bundle, requirements[id].id,
				       verdict_names[verdict_of((enum requirement_id)id, &f)]);
	}
	return EXIT_SUCCESS;
}

static void add_golden(Suite *s, const char *what, const TTest *test)
{
	size_t i;

	for (i = 0; i < golden.gl_pathc; i++) {
		const char *file = golden.gl_pathv[i] + strlen("fixtures/facts/");
		_cleanup_free_ char *name =
			xasprintf("%s-%.*s", what, (int)(strlen(file) - strlen(".facts")), file);
		add_slow_case(s, name, test, (int)i);
	}
}

int main(int argc, char **argv)
{
	Suite *s = suite_create("judges");
	size_t i;

	if (argc > 1)
		return print_verdicts(argv + 1);
	if (glob("fixtures/facts/*/*.facts", 0, NULL, &golden) != 0)
		return EXIT_FAILURE;
	add_golden(s, "verdicts", test_verdicts);
	add_golden(s, "recorded", test_recorded);
	add_golden(s, "groups", test_groups);
	add_golden(s, "cut", test_cut);
	add_golden(s, "rows", test_spoiled_rows);
	for (i = 0; i < ARRAY_SIZE(spoiled); i++)
		add_slow_case(s, spoiled[i].name, test_spoiled, (int)i);
	add_case(s, "covered", test_covered, 0);
	return run_suite(s);
}
