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
		if (!ok)
			thaw_cgroups(s->id);
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

/* Somewhere in the part, always the same for a container of a bundle. */
static unsigned long moment(const struct subject *s, const char *at)
{
	unsigned int part = 0, parts = 1, seed = 2166136261u;
	const char *names[] = { s->o->c->bundle, s->k->name }, *p;
	unsigned long all = s->o->create_usec;
	size_t i;

	sscanf(at, "%u/%u", &part, &parts);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		for (p = names[i]; *p; p++)
			seed = (seed ^ (unsigned char)*p) * 16777619u;
	return (all * part + all * (seed % 1000) / 1000) / parts + 1;
}

void drive_create(struct subject *s, struct command_result *r)
{
	const struct step *fill = find_step(s->k, STEP_FILL), *limit = find_step(s->k, STEP_LIMIT);
	int done;

	r->nofile = limit ? (unsigned int)atoi(limit->arg) : 0;
	if (!fill)
		return;
	done = hold_mounts(s, (unsigned int)atoi(fill->arg));
	r->enter = s->holder;
	FACT(s, fill->name, OP_OFFERED, "fill-mounts", done < 0 ? errno_name(done) : "ok",
	     "room=%s", fill->arg);
}

void drive_killed(struct subject *s, const struct step *step)
{
	const char *const create[] = { "create", "--bundle", s->dir, s->id, NULL };
	const char *const delete[] = { "delete", "--force", s->id, NULL };
	_cleanup_command_ struct command_result r = { .kill_usec = moment(s, step->arg) };
	_cleanup_command_ struct command_result deleted = { 0 };

	runtime(s, "create", &r, create);
	FACT(s, "create", OP_TIME, "kill", "ok", "%lu of %lu", r.kill_usec, s->o->create_usec);
	view_host_mounts(s, "create");
	runtime(s, "delete", &deleted, delete);
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
