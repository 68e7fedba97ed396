/* SPDX-License-Identifier: Apache-2.0 */
/* docs/spec/90-errors-lifecycle.md: what processes see that join a container by exec. */
#include "conformance/judge/offers.h"
#include "conformance/judge/rows.h"
#include "conformance/judge/snapshot.h"
#include "conformance/judge/standing.h"

/* exec itself --------------------------------------------------------------------------------- */

static void check_exec(const struct view *v, struct finding *f)
{
	const char *name = v->container->name, *without = facts_header(v->facts, "exec");
	const struct row *r = find_row(v->facts, "driver", name, "again", OP_OFFERED, "exec");
	const struct row *said = find_row(v->facts, "driver", name, "again", OP_EXIT, "exec");

	if (!container_started(v) || !r || !said)
		found(f, VERDICT_BROKEN, "no exec in container %s", name);
	else if (!streq(r->result, "ok") && streq(without, "ok"))
		found(f, VERDICT_FAIL, "exec answered %s: %.200s", said->result, said->value);
	else if (streq(without, "not-offered"))
		found(f, VERDICT_SKIP, "exec is not offered");
	else if (!streq(without, "ok"))
		found(f, VERDICT_BROKEN, "whether exec works without lists is not known");
	else
		found(f, VERDICT_PASS, "exec answered ok");
}

JUDGE(life_exec) = {
	.check = check_exec,
	.expected = "a process can join a container with lists",
};

/* What those see that join, and hooks --------------------------------------------------------- */

/* EACCES is how a mask may look to an ordinary user. */
static bool seen(const struct row *r, bool ordinary)
{
	return row_exposes(r) || (!row_ok(r) && !(ordinary && streq(r->result, "EACCES")));
}

static bool shows(const struct row *r)
{
	return r && row_shows(r) && row_exposes(r);
}

static void look_in(const struct view *v, const char *phase, bool ordinary, struct finding *f)
{
	const char *name = v->container->name;
	const struct row *control = find_row(v->facts, "probe", name, phase, OP_LOOK, "/t/control");
	size_t i, n = 0;

	if (!container_started(v)) {
		found(f, VERDICT_BROKEN, "container %s did not start", name);
		return;
	}
	if (!exec_joined(v, phase, f))
		return;
	if (!shows(control))
		found(f, VERDICT_BROKEN, "dull control: the sibling was not read in %s", phase);
	for (i = 0; i < v->container->n_masks; i++) {
		const struct mask *m = &v->container->masks[i];
		const struct row *r = find_row(v->facts, "probe", name, phase, OP_LOOK, m->path);

		if (!is_plain_mask(m))
			continue;
		if (!r)
			found(f, VERDICT_BROKEN, "no look at %s in %s", m->path, phase);
		else if (seen(r, ordinary))
			found(f, VERDICT_FAIL, "%s in %s: %s %s", m->path, phase, r->result,
			      r->value);
		n++;
	}
	if (n)
		found(f, VERDICT_PASS, "masked");
	else
		found(f, VERDICT_BROKEN, "container %s masks nothing plain", name);
}

/* What the probe itself could not become, whatever it was to look at, is in no process. */
static bool lacks_user(const struct view *v)
{
	size_t i, n = 0;

	for (i = 0; i < v->facts->n_rows; i++) {
		const struct row *r = &v->facts->rows[i];

		if (r->as != AS_USER || !row_from(r, "probe", v->container->name))
			continue;
		if (!streq(r->result, "unavailable"))
			return false;
		n++;
	}
	return n > 1;
}

static void check_exec_user(const struct view *v, struct finding *f)
{
	if (lacks_user(v))
		found(f, VERDICT_SKIP, "user can't be had here");
	else
		look_in(v, "user", true, f);
}

static void check_exec_capabilities(const struct view *v, struct finding *f)
{
	look_in(v, "no-capabilities", false, f);
	look_in(v, "more-capabilities", false, f);
}

JUDGE(life_exec_user) = {
	.check = check_exec_user,
	.expected = "masked for another user that joins, too",
};

JUDGE(life_exec_capabilities) = {
	.check = check_exec_capabilities,
	.expected = "masked whatever capabilities the process has that joins",
};

static const struct row *stands_in(const struct view *v, const char *phase)
{
	return find_row(v->facts, "probe", v->container->name, phase, OP_LOOK, ".");
}

static void check_exec_workdir(const struct view *v, struct finding *f)
{
	const struct row *in = stands_in(v, "workdir"), *control = stands_in(v, "workdir-control");

	look_in(v, "workdir", false, f);
	look_in(v, "workdir-control", false, f);
	if (f->verdict != VERDICT_PASS)
		return;
	if (!shows(control))
		found(f, VERDICT_BROKEN, "dull control: a working directory was not listed");
	else if (!in)
		found(f, VERDICT_BROKEN, "no look at the working directory");
	else if (seen(in, false))
		found(f, VERDICT_FAIL, "working directory in a mask: %s %s", in->result, in->value);
}

JUDGE(life_exec_workdir) = {
	.check = check_exec_workdir,
	.expected = "masked for a process that joins in a mask, and in it, too",
};

static void check_exec_failed(const struct view *v, struct finding *f)
{
	const struct row *r =
		find_row(v->facts, "driver", v->container->name, "failed", OP_EXIT, "exec");

	look_in(v, "again", false, f);
	if (f->verdict != VERDICT_PASS)
		return;
	if (!r || !strip_prefix(r->result, "exit:"))
		found(f, VERDICT_BROKEN, "dull: exec of no program answered %s",
		      r ? r->result : "nothing");
	else
		check_standing(v, "failed", f);
}

JUDGE(life_exec_failed) = {
	.check = check_exec_failed,
	.expected = "the masks of the container are as before an exec that failed",
};

static bool left_trace(const struct view *v, const char *name)
{
	return find_row(v->facts, "probe", name, "hook", OP_LOOK, NULL);
}

static void check_hook_start(const struct view *v, struct finding *f)
{
	const char *name = v->container->name;

	if (container_refused(v) && !container_started(v))
		found(f, VERDICT_SKIP, "container %s was refused", name);
	else if (left_trace(v, name))
		look_in(v, "hook", false, f);
	else if (left_trace(v, "plain"))
		found(f, VERDICT_BROKEN, "no startContainer hook in container %s", name);
	else
		found(f, VERDICT_SKIP, "startContainer hooks are not run");
}

JUDGE(life_hook_start) = {
	.check = check_hook_start,
	.expected = "masked for a startContainer hook, too",
};
