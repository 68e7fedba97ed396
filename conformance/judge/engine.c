/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One engine for all judges. For each row of the todo that a judge asks for:
 *
 *   the container was refused      pass where a refusal is a right end and the sibling without
 *                                  masks, if there is one, started; else broken
 *   no fact, or more than one      broken
 *   not all rows of the probe      broken, whatever container of the case it ran in
 *   "unavailable"                  skipped where all of that identity are, else broken
 *   violates(fact), unless unseen  fail, whatever the control says
 *   ENOENT of all but a look       broken: there was nothing to try it on
 *   not seen(fact)                 broken: nothing was looked at; skipped where a user namespace
 *                                  can't, as its control shows
 *   a control that doesn't violate broken ("dull"): the same operation shows nothing here
 *   otherwise                      pass
 *
 * Fail goes before broken, broken before pass, so evidence that is taken away never helps.
 */
#include "conformance/judge/rows.h"

#include <stdarg.h>

#include "conformance/judge/offers.h"
#include "conformance/judge/probed.h"
#include "conformance/judge/users.h"

void finding_free(struct finding *f)
{
	text_free(&f->reason);
	text_free(&f->observed);
	text_free(&f->rows);
}

void found(struct finding *f, enum verdict v, const char *fmt, ...)
{
	_cleanup_free_ char *s = NULL;
	struct text *t = v == VERDICT_BROKEN || v == VERDICT_SKIP ? &f->reason : &f->observed;
	va_list ap;

	if (v < f->verdict)
		return;
	if (v > f->verdict) {
		text_free(&f->reason);
		text_free(&f->observed);
		f->verdict = v;
	}
	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		s = NULL;
	va_end(ap);
	/* Many rows may say the same: the first few are enough to act on. */
	if (s && *s && t->len < 400 && !strstr(text_str(t), s))
		text_addf(t, "%s%s", t->len ? "; " : "", s);
}

void found_unasked(struct finding *f, const char *why)
{
	if (f->verdict > VERDICT_PASS)
		return;
	finding_free(f);
	f->verdict = VERDICT_NOT_DUE;
	found(f, VERDICT_SKIP, "%s", why);
}

static void add_evidence(struct finding *f, const struct row *r)
{
	if (f->rows.len < 4000)
		text_add_record(&f->rows, r->source, r->phase,
				r->as < AS_COUNT ? identity_names[r->as] : "-",
				r->op < OP_COUNT ? op_info[r->op].name : "-", r->path, r->result,
				r->value, NULL);
}

/* Rows ------------------------------------------------------------------------------------- */

static bool contradicts(const struct row *a, const struct row *b)
{
	return !streq(a->result, b->result) || !streq(a->value, b->value);
}

const struct row *find_row(const struct facts *f, const char *source, const char *name,
			   const char *phase, enum op op, const char *path)
{
	const struct row *one = NULL;
	size_t i;

	for (i = 0; i < f->n_rows; i++) {
		const struct row *r = &f->rows[i];

		if (r->op != op || !streq(r->phase, phase) || (path && !streq(r->path, path)) ||
		    !(name ? row_from(r, source, name) : streq(r->source, source)))
			continue;
		if (!path)
			return r;
		if (one && contradicts(one, r))
			return NULL;
		one = r;
	}
	return one;
}

static const struct row *answered(const struct view *v, const char *phase, const char *command)
{
	return find_row(v->facts, "driver", v->container->name, phase, OP_EXIT, command);
}

/* A hook is the probe, too, but no trace of the container's process. */
bool container_ran(const struct view *v)
{
	size_t i;

	for (i = 0; i < v->facts->n_rows; i++)
		if (row_from(&v->facts->rows[i], "probe", v->container->name) &&
		    !streq(v->facts->rows[i].phase, "hook"))
			return true;
	return false;
}

bool container_started(const struct view *v)
{
	const struct row *create = answered(v, "create", "create");
	const struct row *start = answered(v, "start", "start");

	return create && streq(create->result, "ok") && start && streq(start->result, "ok") &&
	       container_ran(v);
}

static bool is_refusal(const struct row *r)
{
	return r && strip_prefix(r->result, "exit:");
}

bool container_refused(const struct view *v)
{
	return is_refusal(answered(v, "create", "create")) ||
	       is_refusal(answered(v, "start", "start"));
}

const struct container *plain_container(const struct facts *f)
{
	size_t i;

	for (i = 0; i < f->c.n_containers; i++)
		if (streq(f->c.containers[i].name, "plain"))
			return &f->c.containers[i];
	return NULL;
}

static const char *phase_of(enum identity as)
{
	return as == AS_EXEC ? "exec" : "run";
}

/* The one fact of a row of the todo; NULL when there is none or more than one. */
static const struct row *fact_of(const struct view *v, const struct todo *t)
{
	const char *phase = phase_of(t->as);
	const struct row *one = NULL;
	size_t i;

	for (i = 0; i < v->facts->n_rows; i++) {
		const struct row *r = &v->facts->rows[i];

		if (r->op != t->op || r->as != t->as || !streq(r->phase, phase) ||
		    !streq(r->path, t->path) || !row_from(r, "probe", v->container->name))
			continue;
		if (one && contradicts(one, r))
			return NULL;
		one = r;
	}
	return one;
}

static bool is_unavailable(const struct row *r)
{
	return streq(r->result, "unavailable");
}

bool lacks_identity(const struct view *v, enum identity as)
{
	size_t i;

	/* Who need not become anybody is there wherever its row is. */
	if (as == AS_ROOT || as == AS_EXEC)
		return false;
	for (i = 0; i < v->facts->n_rows; i++) {
		const struct row *r = &v->facts->rows[i];

		if (r->as == as && r->op != OP_MOUNTINFO && streq(r->phase, phase_of(as)) &&
		    row_from(r, "probe", v->container->name) && !is_unavailable(r))
			return false;
	}
	return true;
}

/* Judging by rows --------------------------------------------------------------------------- */

static bool asks(const struct judge *j, const struct todo *t)
{
	if (!j->class || t->op >= OP_COUNT || !(j->ops & BIT(t->op)) ||
	    !has_word(j->class, t->class))
		return false;
	if (j->identities)
		return j->identities & BIT(t->as);
	return t->as != AS_EXEC && t->as != AS_SYSADMIN;
}

enum control { CONTROL_SHARP, CONTROL_DULL, CONTROL_UNSUPPORTED, CONTROL_NONE };

/* A file system or kernel without the operation can't show its effect anywhere. */
static bool is_unsupported(const struct view *v, const struct row *r)
{
	return streq(r->result, "EOPNOTSUPP") || streq(r->result, "ENOTTY") ||
	       streq(r->result, "ENOSYS") || (is_unavailable(r) && lacks_identity(v, r->as)) ||
	       users_denied(v->container, r);
}

static enum control control_of_row(const struct judge *j, const struct view *v,
				   const struct todo *c, enum control so_far)
{
	const struct row *r = fact_of(v, c);

	if (!r)
		return CONTROL_DULL;
	if (row_shows(r) && j->violates(r))
		return so_far == CONTROL_NONE ? CONTROL_SHARP : so_far;
	if (is_unsupported(v, r))
		return so_far == CONTROL_DULL ? so_far : CONTROL_UNSUPPORTED;
	return CONTROL_DULL;
}

struct control_rows {
	const struct judge *j;
	enum op op;
	enum identity as;
	const char *class;
};

/* Every control row of the same operation must show the opposite. */
static enum control controls_in(const struct control_rows *want, const struct view *v,
				enum control state)
{
	size_t i;

	for (i = 0; i < v->container->n_todo; i++) {
		const struct todo *c = &v->container->todo[i];

		if (c->op == want->op && c->as == want->as && has_word(want->class, c->class))
			state = control_of_row(want->j, v, c, state);
	}
	return state;
}

/* There must be a control: in the same container, or else in the same case. */
static enum control control_of(const struct judge *j, const struct view *v, const struct todo *t)
{
	/* Of mount attempts the opposite is only to be had with CAP_SYS_ADMIN, or on a mount of
	 * one's own in a nested user namespace. */
	bool own = j->control_as == AS_ROOT || t->as == AS_USERNS;
	const struct control_rows want = {
		.j = j,
		.op = t->op,
		.as = own ? t->as : j->control_as,
		.class = own && j->control_as != AS_ROOT ? "control-dir control-file" : j->control,
	};
	enum control state = controls_in(&want, v, CONTROL_NONE);
	size_t i;

	for (i = 0; state == CONTROL_NONE && i < v->facts->c.n_containers; i++) {
		const struct view other = { .facts = v->facts,
					    .container = &v->facts->c.containers[i] };

		state = controls_in(&want, &other, state);
	}
	return state;
}

static void say_row(struct finding *f, enum verdict v, const struct row *r)
{
	found(f, v, "%s of %s as %s: %s%s%s", op_info[r->op].name, r->path, identity_names[r->as],
	      r->result, *r->value ? " " : "", r->value);
}

static void judge_control(const struct judge *j, const struct view *v, const struct todo *t,
			  const struct row *r, struct finding *f)
{
	switch (control_of(j, v, t)) {
	case CONTROL_SHARP:
		found(f, VERDICT_PASS, "%s", "");
		break;
	case CONTROL_UNSUPPORTED:
		if (users_reason(v->container, r->op))
			found(f, VERDICT_SKIP, "%s", users_reason(v->container, r->op));
		else
			found(f, VERDICT_SKIP, "%s is not supported here", op_info[r->op].name);
		break;
	case CONTROL_DULL:
	case CONTROL_NONE:
	default:
		found(f, VERDICT_BROKEN, "dull control: %s as %s doesn't show the opposite on %s",
		      op_info[r->op].name, identity_names[r->as], j->control);
	}
}

/* What there was nothing to try on wasn't refused. Absence itself is only ever looked for. */
static bool tried_on_nothing(const struct row *r)
{
	return streq(r->result, "ENOENT") && r->op != OP_LOOK;
}

/* What the kernel lets nobody see in a user namespace it doesn't show of the control, either. */
static void judge_unseen(const struct judge *j, const struct view *v, const struct todo *t,
			 const struct row *r, struct finding *f)
{
	if (users_denied(v->container, r) && control_of(j, v, t) == CONTROL_UNSUPPORTED)
		judge_control(j, v, t, r, f);
	else
		found(f, VERDICT_BROKEN, "nothing was seen by %s of %s as %s: %s%s%s",
		      op_info[t->op].name, t->path, identity_names[t->as], r->result,
		      *r->value ? " " : "", r->value);
}

/* Not the question that the case wanted to ask; that nothing is violated says little. */
static void judge_unmade(const struct view *v, const struct todo *t, struct finding *f)
{
	found(f, VERDICT_SKIP, "%s can't be made another owner's without root",
	      users_unmade(v->facts, t->path));
}

static void judge_row(const struct judge *j, const struct view *v, const struct todo *t,
		      struct finding *f)
{
	const struct row *r = fact_of(v, t);

	if (!r || !*r->result) {
		found(f, VERDICT_BROKEN, "no single fact of %s of %s as %s", op_info[t->op].name,
		      t->path, identity_names[t->as]);
	} else if (j->informs) {
		j->informs(r, &f->observed);
		f->verdict = f->verdict > VERDICT_PASS ? f->verdict : VERDICT_PASS;
	} else if (is_unavailable(r) && lacks_identity(v, t->as)) {
		found(f, VERDICT_SKIP, "%s can't be had here", identity_names[t->as]);
	} else if (is_unavailable(r)) {
		found(f, VERDICT_BROKEN, "%s of %s as %s could not be tried", op_info[t->op].name,
		      t->path, identity_names[t->as]);
	} else if (j->violates(r) && !(j->unseen && j->unseen(v, r))) {
		say_row(f, VERDICT_FAIL, r);
		add_evidence(f, r);
	} else if (users_unmade(v->facts, t->path)) {
		judge_unmade(v, t, f);
	} else if (tried_on_nothing(r)) {
		found(f, VERDICT_BROKEN, "%s as %s: nothing was at %s", op_info[t->op].name,
		      identity_names[t->as], t->path);
	} else if (j->seen && !j->seen(r)) {
		judge_unseen(j, v, t, r, f);
	} else {
		judge_control(j, v, t, r, f);
	}
}

const char *refusal_words(const struct view *v)
{
	const struct row *create = answered(v, "create", "create");
	const struct row *start = answered(v, "start", "start");

	return start && *start->value ? start->value : create ? create->value : "";
}

/* A case that has a sibling without masks, named plain, must have started it: else what was refused
 * may be something other than the list. */
static bool refusal_is_sharp(const struct facts *f)
{
	const struct view plain = { .facts = f, .container = plain_container(f) };

	return !plain.container || container_started(&plain);
}

static void judge_refused(const struct judge *j, const struct view *v, struct finding *f)
{
	if (!container_refused(v))
		found(f, VERDICT_BROKEN, "container %s gave no facts: neither started nor refused",
		      v->container->name);
	else if (container_ran(v))
		found(f, VERDICT_FAIL, "container %s was refused, but its process ran",
		      v->container->name);
	else if (j->refusal_passes && refusal_is_sharp(v->facts))
		found(f, VERDICT_PASS, "refused");
	else if (j->refusal_passes)
		found(f, VERDICT_BROKEN, "dull control: the sibling without masks didn't start");
	else
		found(f, VERDICT_BROKEN, "container %s did not start (see life-start): %.160s",
		      v->container->name, refusal_words(v));
}

static void judge_rows(const struct judge *j, const struct view *v, struct finding *f)
{
	bool started = container_started(v);
	bool refused = !started && container_refused(v) && !container_ran(v);
	size_t i;

	for (i = 0; i < v->container->n_todo; i++) {
		const struct todo *t = &v->container->todo[i];

		if (!asks(j, t))
			continue;
		if (refused && users_unmade(v->facts, t->path)) {
			judge_unmade(v, t, f);
			continue;
		}
		if (!started) {
			judge_refused(j, v, f);
			return;
		}
		if (t->as != AS_EXEC || exec_joined(v, "exec", f))
			judge_row(j, v, t, f);
	}
}

static void judge_container(const struct judge *j, const struct view *v, struct finding *f)
{
	judge_rows(j, v, f);
	if (j->met)
		j->met(v, f);
}

/* Entry points ------------------------------------------------------------------------------ */

static bool masks_something(const struct container *k)
{
	return k->expect == EXPECT_STARTS && strstr(k->config, "\"maskedPaths\":[\"");
}

static bool is_due_in(enum requirement_id id, const struct container *k)
{
	const struct judge *j = judges[id];
	size_t i;

	if (j->check)
		return (j->every && masks_something(k)) || has_word(k->topics, requirements[id].id);
	for (i = 0; i < k->n_todo; i++)
		if (asks(j, &k->todo[i]))
			return true;
	return false;
}

bool judge_is_due(enum requirement_id id, const struct test_case *c)
{
	size_t i;

	for (i = 0; i < c->n_containers; i++)
		if (is_due_in(id, &c->containers[i]))
			return true;
	return false;
}

static const char *const damage[] = {
	[FACTS_WHOLE] = "",
	[FACTS_MISSING] = "facts are missing",
	[FACTS_CUT] = "facts end in the middle",
	[FACTS_MALFORMED] = "facts are malformed",
	[FACTS_FOREIGN] = "facts are of another run or case",
};

void judge_case(enum requirement_id id, const struct facts *f, struct finding *ret)
{
	size_t i;

	*ret = (struct finding){ 0 };
	if (f->state != FACTS_WHOLE) {
		found(ret, VERDICT_BROKEN, "%s",
		      f->why_missing && *f->why_missing ? f->why_missing : damage[f->state]);
		return;
	}
	for (i = 0; i < f->c.n_containers; i++) {
		const struct view v = { .facts = f, .container = &f->c.containers[i] };
		const char *missing;

		if (!is_due_in(id, v.container))
			continue;
		missing = users_missing(&v);
		if (missing)
			found(ret, VERDICT_SKIP, "%s", missing);
		else if (judges[id]->check)
			judges[id]->check(&v, ret);
		else
			judge_container(judges[id], &v, ret);
	}
	if (!judge_is_due(id, &f->c))
		return;
	check_probed(f, ret);
	if (ret->verdict == VERDICT_NOT_DUE)
		found(ret, VERDICT_BROKEN, "nothing was judged");
}
