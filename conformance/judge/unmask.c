/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/spec/80-security.md: attempts to see what a mask covers. A row holds them all, a word each
 * (conformance/probe/unmask.c). Its control is a row of the same path in a sibling that does not
 * mask it, of who may mount: an attempt that has no effect there, either, shows nothing.
 */
#include "conformance/judge/offers.h"
#include "conformance/judge/rows.h"

#define METHOD_MAX 32

struct question {
	uint64_t identities;
	const char *methods, *not_methods; /* either may be NULL: all, none */
	const char *below;		   /* asked of paths that begin so */
	enum identity control_as;
};

static bool has_effect(const char *outcome)
{
	return has_word("exposed writable", outcome);
}

/* The one row of @path as @as; NULL where there is none, or where two contradict each other. */
static const struct row *row_of(const struct facts *f, const struct container *k, enum identity as,
				const char *path)
{
	const struct row *one = NULL;
	size_t i;

	for (i = 0; i < f->n_rows; i++) {
		const struct row *r = &f->rows[i];

		if (r->op != OP_UNMASK || r->as != as ||
		    !streq(r->phase, as == AS_EXEC ? "exec" : "run") || !streq(r->path, path) ||
		    !row_from(r, "probe", k->name))
			continue;
		if (one && !(streq(one->result, r->result) && streq(one->value, r->value)))
			return NULL;
		one = r;
	}
	return one;
}

static const struct row *control_of(const struct facts *f, enum identity as, const char *path)
{
	size_t i, n;

	for (i = 0; i < f->c.n_containers; i++)
		for (n = 0; n < f->c.containers[i].n_todo; n++) {
			const struct todo *t = &f->c.containers[i].todo[n];

			if (t->op == OP_UNMASK && t->as == as && streq(t->path, path) &&
			    strip_prefix(t->class, "control"))
				return row_of(f, &f->c.containers[i], as, path);
		}
	return NULL;
}

/* Next word `method=outcome` of *@rest, which it moves on; false at the end. */
static bool next_method(const char **rest, char method[METHOD_MAX], char outcome[METHOD_MAX])
{
	int n = 0;

	if (sscanf(*rest, " %31[^= ]=%n", method, &n) != 1 || !n)
		return false;
	*rest += n;
	*outcome = '\0';
	if (sscanf(*rest, "%31[^ ]%n", outcome, &n) == 1)
		*rest += n;
	return true;
}

static bool asks_for(const struct question *q, const char *method)
{
	if (q->not_methods && has_word(q->not_methods, method))
		return false;
	return !q->methods || has_word(q->methods, method);
}

static void judge_method(const struct row *r, const char *method, struct finding *f)
{
	char outcome[METHOD_MAX];

	if (!row_value(r, method, outcome, sizeof(outcome)))
		found(f, VERDICT_BROKEN, "no outcome of %s of %s as %s", method, r->path,
		      identity_names[r->as]);
	else if (has_effect(outcome))
		found(f, VERDICT_FAIL, "%s of %s as %s: %s", method, r->path, identity_names[r->as],
		      outcome);
	else if (is_untried(outcome) || streq(outcome, "none"))
		found(f, VERDICT_BROKEN, "%s of %s as %s was never tried: %s", method, r->path,
		      identity_names[r->as], outcome);
	else
		found(f, VERDICT_PASS, "%s", "");
}

/* What is exposed is so whatever the control says. */
static void judge_effects(const struct question *q, const struct row *r, struct finding *f)
{
	char method[METHOD_MAX], outcome[METHOD_MAX];
	const char *rest = r->value;

	while (next_method(&rest, method, outcome))
		if (asks_for(q, method) && has_effect(outcome))
			judge_method(r, method, f);
}

/* Each attempt has its control, even if that shows that nobody can do this here. */
static void judge_controls(const struct question *q, const struct row *r, const struct row *control,
			   struct finding *f)
{
	char method[METHOD_MAX], outcome[METHOD_MAX];
	const char *rest = r->value;

	while (next_method(&rest, method, outcome))
		if (asks_for(q, method) &&
		    (!row_value(control, method, outcome, sizeof(outcome)) || is_untried(outcome)))
			found(f, VERDICT_BROKEN, "dull control: %s of %s in the sibling", method,
			      r->path);
}

static void judge_methods(const struct question *q, const struct row *r, const struct row *control,
			  struct finding *f)
{
	char method[METHOD_MAX], outcome[METHOD_MAX];
	const char *rest = control->value;
	unsigned int asked = 0, shown = 0;

	judge_controls(q, r, control, f);
	while (next_method(&rest, method, outcome)) {
		if (!asks_for(q, method))
			continue;
		asked++;
		if (!has_effect(outcome))
			continue;
		shown++;
		judge_method(r, method, f);
	}
	if (!asked)
		found(f, VERDICT_BROKEN, "no control of %s", r->path);
	else if (!shown)
		found(f, VERDICT_SKIP, "%s: nobody can do this here", r->path);
}

static void judge_row(const struct question *q, const struct view *v, const struct todo *t,
		      struct finding *f)
{
	const struct row *r = row_of(v->facts, v->container, t->as, t->path);
	const struct row *control = control_of(v->facts, q->control_as, t->path);

	if (r && row_ok(r))
		judge_effects(q, r, f);
	if (t->as == AS_EXEC && !exec_joined(v, "exec", f))
		return;
	if (r && streq(r->result, "unavailable") && lacks_identity(v, t->as))
		found(f, VERDICT_SKIP, "%s can't be had here", identity_names[t->as]);
	else if (!r || !row_ok(r) || !*r->value)
		found(f, VERDICT_BROKEN, "no attempt at %s as %s", t->path, identity_names[t->as]);
	else if (!control || !row_ok(control))
		found(f, VERDICT_BROKEN, "dull control: no attempt at %s in the sibling", t->path);
	else
		judge_methods(q, r, control, f);
}

static void judge(const struct question *q, const struct view *v, struct finding *f)
{
	size_t i;

	if (!container_started(v)) {
		found(f, VERDICT_BROKEN, "container %s did not start (see life-start)",
		      v->container->name);
		return;
	}
	for (i = 0; i < v->container->n_todo; i++) {
		const struct todo *t = &v->container->todo[i];

		if (t->op == OP_UNMASK && streq(t->class, "sec-unmask") &&
		    (q->identities & BIT(t->as)) && (!q->below || strip_prefix(t->path, q->below)))
			judge_row(q, v, t, f);
	}
}

#define WITHOUT_NAMESPACE (BIT(AS_ROOT) | BIT(AS_NOCAP) | BIT(AS_USER) | BIT(AS_EXEC))
#define ANYBODY (WITHOUT_NAMESPACE | BIT(AS_USERNS))
#define UNMASK(id, wanted, ...)                                                                    \
	static void check_##id(const struct view *v, struct finding *f)                            \
	{                                                                                          \
		static const struct question q = { __VA_ARGS__ };                                  \
                                                                                                   \
		judge(&q, v, f);                                                                   \
	}                                                                                          \
	JUDGE(id) = { .check = check_##id, .expected = wanted }

UNMASK(sec_unmask, "the same mask after every attempt", .identities = WITHOUT_NAMESPACE,
       .not_methods = "handle fresh", .control_as = AS_SYSADMIN);

/* What a process covers in a namespace of its own is its own affair. */
UNMASK(sec_unmask_userns, "the same mask after every attempt", .identities = BIT(AS_USERNS),
       .not_methods = "handle fresh carry bind-over tmpfs-over fsopen", .control_as = AS_USERNS);

UNMASK(sec_carry, "the mask in the copy, too", .identities = BIT(AS_USERNS), .methods = "carry",
       .control_as = AS_USERNS);

UNMASK(sec_handle, "no covered object opened", .identities = ANYBODY, .methods = "handle",
       .below = "/t/", .control_as = AS_SYSADMIN);

UNMASK(sec_fresh_proc, "no procfs without the masks", .identities = ANYBODY, .methods = "fresh",
       .below = "/proc/", .control_as = AS_USERNS);

UNMASK(sec_fresh_sysfs, "no sysfs without the masks", .identities = ANYBODY, .methods = "fresh",
       .below = "/sys/", .control_as = AS_USERNS);

/* With CAP_SYS_ADMIN -----------------------------------------------------------------------------
 */

/* No boundary: what has an effect is named, no more. */
static void say_effects(const struct row *r, struct text *out)
{
	char method[METHOD_MAX], outcome[METHOD_MAX];
	const char *rest = r->value;

	text_addf(out, "%s%s:", out->len ? "; " : "", r->path);
	while (next_method(&rest, method, outcome))
		text_addf(out, " %s %s", method, outcome);
}

JUDGE(sec_admin) = {
	.class = "sec-admin",
	.ops = OPS1(UNMASK),
	.identities = BIT(AS_SYSADMIN),
	.informs = say_effects,
	.expected = "reported, never failed",
};
