/* SPDX-License-Identifier: Apache-2.0 */
/* What the driver does with a container besides its life: the steps of its case, in their order. */
#include "conformance/subject.h"

#include <fcntl.h>

static void step_exec(struct subject *s, const struct step *step)
{
	_cleanup_free_ char *file = xasprintf("%s/%s.json", s->dir, step->name);
	const char *const words[] = { "exec", "--process", file, s->id, NULL };
	_cleanup_command_ struct command_result r = { 0 };

	if (write_file_at(AT_FDCWD, file, step->arg, strlen(step->arg)) < 0)
		return;
	offered(s, step->name, "exec", runtime(s, step->name, &r, words), &r);
	view_container_mounts(s, step->name);
}

static void step_pause(struct subject *s, const struct step *step)
{
	const char *const pause[] = { "pause", s->id, NULL };
	const char *const resume[] = { "resume", s->id, NULL };
	_cleanup_command_ struct command_result r = { 0 };
	bool ok = runtime(s, step->name, &r, pause);

	if (ok) {
		command_free(&r);
		ok = runtime(s, step->name, &r, resume);
	}
	offered(s, step->name, "pause", ok, &r);
	view_container_mounts(s, step->name);
}

static void step_update(struct subject *s, const struct step *step)
{
	_cleanup_free_ char *file = xasprintf("%s/%s.json", s->dir, step->name);
	const char *const words[] = { "update", "--resources", file, s->id, NULL };
	_cleanup_command_ struct command_result r = { 0 };

	if (write_file_at(AT_FDCWD, file, step->arg, strlen(step->arg)) < 0)
		return;
	offered(s, step->name, "update", runtime(s, step->name, &r, words), &r);
	view_container_mounts(s, step->name);
}

static void (*const steps[STEP_KINDS])(struct subject *s, const struct step *step) = {
	[STEP_EXEC] = step_exec,
	[STEP_PAUSE] = step_pause,
	[STEP_UPDATE] = step_update,
};

void drive_running(struct subject *s)
{
	size_t i;

	for (i = 0; i < s->k->n_steps; i++)
		if (steps[s->k->steps[i].kind])
			steps[s->k->steps[i].kind](s, &s->k->steps[i]);
}
