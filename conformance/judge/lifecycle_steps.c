/* SPDX-License-Identifier: Apache-2.0 */
/* docs/spec/90-errors-lifecycle.md: masks after commands that are not about them. */
#include "conformance/judge/offers.h"
#include "conformance/judge/standing.h"

static void check_after(const struct view *v, const char *phase, const char *command,
			struct finding *f)
{
	if (!container_started(v))
		found(f, VERDICT_BROKEN, "container %s did not start", v->container->name);
	else if (step_done(v, phase, command, f))
		check_standing(v, phase, f);
}

static void check_pause(const struct view *v, struct finding *f)
{
	check_after(v, "paused", "pause", f);
}

static void check_update(const struct view *v, struct finding *f)
{
	check_after(v, "updated", "update", f);
}

JUDGE(life_pause) = {
	.check = check_pause,
	.expected = "the masks are the same mounts after pause and resume",
};

JUDGE(life_update) = {
	.check = check_update,
	.expected = "the masks are the same mounts after update",
};
