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

void drive_running(struct subject *s)
{
	size_t i;

	for (i = 0; i < s->k->n_steps; i++)
		if (s->k->steps[i].kind == STEP_EXEC)
			step_exec(s, &s->k->steps[i]);
}
