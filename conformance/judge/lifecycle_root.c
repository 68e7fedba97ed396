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

JUDGE(life_hooks) = {
	.class = "life-hooks",
	.ops = OPS1(LOOK),
	.control = "control",
	.refusal_passes = true,
	.violates = row_not_masked,
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
