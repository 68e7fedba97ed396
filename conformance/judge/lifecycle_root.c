/* SPDX-License-Identifier: Apache-2.0 */
/* docs/spec/90-errors-lifecycle.md: masks where other fields of config.json work on the root. */
#include "conformance/judge/host.h"
#include "conformance/judge/rows.h"

JUDGE(life_readonly_root) = {
	.class = "life-readonly-root",
	.ops = OPS1(LOOK),
	.control = "control",
	.violates = row_not_masked,
	.expected = "masked below a read-only root, too",
};

JUDGE(life_readonly_root_kept) = {
	.class = "life-readonly-root-kept",
	.ops = OPS1(TRYWRITE),
	.control = "control-try",
	.violates = row_ok,
	.expected = "an error, nothing made",
};

static bool hook_mounted(const struct facts *f, const char *name)
{
	const struct row *r = find_row(f, "probe", name, "hook", OP_TMPFSOVER, "");

	return r && row_ok(r);
}

/* What root writes before the process does is the hook's, even where it can't be read. */
static bool hook_ran(const struct facts *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->n_rows; i++)
		if (row_from(&f->rows[i], "probe", name) && f->rows[i].as == AS_ROOT &&
		    !has_word("first run", f->rows[i].phase))
			return true;
	return false;
}

/* The createContainer hook. A container that was refused may not have come to it. */
static void hook_met(const struct view *v, struct finding *f)
{
	if (hook_mounted(v->facts, v->container->name))
		return;
	if (!hook_ran(v->facts, "plain"))
		found_unasked(f, "createContainer hooks are not run");
	else if (container_started(v))
		found(f, VERDICT_BROKEN, "no createContainer hook in container %s",
		      v->container->name);
}

JUDGE(life_hooks) = {
	.class = "life-hooks",
	.ops = OPS1(LOOK),
	.control = "control",
	.refusal_passes = true,
	.violates = row_not_masked,
	.met = hook_met,
	.expected = "masked, or the container refused",
};

JUDGE(life_joined) = {
	.class = "life-joined",
	.ops = OPS1(LOOK),
	.control = "control",
	.refusal_passes = true,
	.violates = row_not_masked,
	.expected = "masked, or the container refused",
};

static void check_joined_host(const struct view *v, struct finding *f)
{
	if (container_started(v))
		check_no_new_mount(v, "running", "/rootfs", f);
	else if (container_refused(v))
		check_no_new_mount(v, "after", "/", f);
	else
		found(f, VERDICT_BROKEN, "container %s neither started nor was refused",
		      v->container->name);
}

JUDGE(life_joined_host) = {
	.check = check_joined_host,
	.expected = "no mount below the rootfs on the host",
};

static void say_over(const struct row *r, struct text *out)
{
	if (row_exposes(r))
		text_add(out, "the mask lies under what the hook mounted");
	else if (row_ok(r))
		text_add(out, "the mask lies over what the hook mounted");
	else
		row_say(r, out);
}

JUDGE(life_hook_over) = {
	.class = "life-hook-over",
	.ops = OPS1(LOOK),
	.identities = BIT(AS_ROOT),
	.refusal_passes = true,
	.informs = say_over,
	.met = hook_met,
	.expected = "reported, never failed",
};

JUDGE(life_propagation) = {
	.class = "life-propagation",
	.ops = OPS1(LOOK),
	.control = "control",
	.refusal_passes = true,
	.violates = row_not_masked,
	.expected = "masked, or the container refused",
};
