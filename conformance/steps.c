/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the driver does with a container besides create, start, kill and delete: the field "steps"
 * of a fixture's container, an array of objects, done in this order.
 *
 *   { "do": "exec", "name": PHASE, … }   another process joins; the probe looks at each mask, in a
 *                                        phase of that name. uid (of user and group), cwd,
 *                                        capabilities "none" or "admin" (default: the container's),
 *                                        args in place of the probe's
 *   { "do": "pause", "name": PHASE }     pause, then resume
 *   { "do": "update", "name": PHASE, "resources": {…} }   update --resources; OCI's linux.resources
 *   { "do": "kill-create", "name": PHASE, "at": "N/M" }   create is killed somewhere in part N
 *                                        (from 0) of M of the least time that it took for one of
 *                                        the case so far; then delete --force
 *   { "do": "fill-mounts", "name": PHASE, "room": N }   create runs in a mount namespace in which N
 *                                        more mounts fit
 *   { "do": "limit-files", "name": PHASE, "most": N }   create runs with RLIMIT_NOFILE N
 * After those of a container that runs the driver takes its mount table, in that phase.
 */
#include "conformance/fixture.h"

#include <cjson/cJSON.h>

static int check_at(const char *at, struct text *error)
{
	unsigned int part, parts;
	char rest;

	if (sscanf(at, "%u/%u%c", &part, &parts, &rest) == 2 && part < parts)
		return 0;
	return refuse(error, "at: \"%s\" is no \"N/M\" with N below M", at);
}

static enum step_kind kind_of(const cJSON *step)
{
	const char *s = json_string(step, "do", "");
	size_t i;

	for (i = 0; i < STEP_KINDS - 1; i++)
		if (streq(s, step_kind_names[i]))
			break;
	return (enum step_kind)i;
}

static bool is_round(const char *name)
{
	unsigned int number;
	char rest;

	return sscanf(name, "round-%u%c", &number, &rest) == 1;
}

/* The name is a phase of the facts, and for some a file NAME.json in the bundle: it must be none
 * that the kit itself has. */
static int check_name(const struct container *k, const char *name, struct text *error)
{
	size_t i;

	if (check_plain(name, "name", error) < 0)
		return -EINVAL;
	if (has_word("before create start first run running exec kill delete cleanup after hook",
		     name) ||
	    is_round(name))
		return refuse(error, "name: \"%s\" is a phase of its own; choose another", name);
	if (has_word("config process", name))
		return refuse(error, "name: %s.json is a file of its own; choose another", name);
	for (i = 0; i < k->n_steps; i++)
		if (streq(k->steps[i].name, name))
			return refuse(error, "name: steps[%zu] is \"%s\", too; choose another", i,
				      name);
	return 0;
}

static char *argument(const cJSON *container, const struct container *k, const cJSON *step,
		      enum step_kind kind)
{
	switch (kind) {
	case STEP_EXEC:
		return exec_text(container, k->name, step);
	case STEP_UPDATE:
		return cJSON_PrintUnformatted(json_field(step, "resources"));
	case STEP_KILL:
		return xstrdup(json_field(step, "at")->valuestring);
	case STEP_FILL:
		return xasprintf("%d", json_field(step, "room")->valueint);
	case STEP_LIMIT:
		return xasprintf("%d", json_field(step, "most")->valueint);
	case STEP_PAUSE:
	case STEP_KINDS:
	default:
		return xstrdup("");
	}
}

static int read_step(const cJSON *container, struct container *k, const cJSON *step,
		     struct text *error)
{
	const char *name = json_string(step, "name", "");
	enum step_kind kind = kind_of(step);
	int r = check_name(k, name, error);

	if (r == 0 && kind == STEP_KILL)
		r = check_at(json_string(step, "at", ""), error);
	if (r < 0)
		return r;
	GROW(k->steps, k->n_steps);
	k->steps[k->n_steps++] = (struct step){
		.kind = kind,
		.name = xstrdup(name),
		.arg = argument(container, k, step, kind),
	};
	return 0;
}

int steps_read(const cJSON *container, struct container *k, struct text *error)
{
	const cJSON *step;

	cJSON_ArrayForEach (step, json_field(container, "steps")) {
		_cleanup_text_ struct text why = { 0 };

		if (read_step(container, k, step, &why) < 0)
			return refuse(error, "steps[%zu]: %s", k->n_steps, text_str(&why));
	}
	return 0;
}
