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

static int fault(struct text *error, const char *what)
{
	text_addf(error, "steps: %s", what);
	return -EINVAL;
}

static int check_exec(const cJSON *step, struct text *error)
{
	const cJSON *uid = json_field(step, "uid"), *cwd = json_field(step, "cwd");
	const cJSON *caps = json_field(step, "capabilities");

	if (uid && (!cJSON_IsNumber(uid) || uid->valuedouble < 0 || uid->valuedouble > 65535))
		return fault(error, "\"uid\" is no id");
	if (cwd && (!cJSON_IsString(cwd) || cwd->valuestring[0] != '/'))
		return fault(error, "\"cwd\" is not absolute");
	if (caps && !(cJSON_IsString(caps) && has_word("none admin", caps->valuestring)))
		return fault(error, "\"capabilities\" is none of none admin");
	return check_arrays(step, "args", "steps", error);
}

static int check_update(const cJSON *step, struct text *error)
{
	return cJSON_IsObject(json_field(step, "resources"))
		       ? 0
		       : fault(error, "\"resources\" is no object");
}

static int check_kill(const cJSON *step, struct text *error)
{
	const char *at = cJSON_GetStringValue(json_field(step, "at"));
	unsigned int part, parts;
	char rest;

	if (at && sscanf(at, "%u/%u%c", &part, &parts, &rest) == 2 && part < parts)
		return 0;
	return fault(error, "\"at\" is no \"N/M\" with N below M");
}

static int check_count(const cJSON *step, const char *name, struct text *error)
{
	const cJSON *n = json_field(step, name);

	if (cJSON_IsNumber(n) && n->valueint >= 1 && n->valueint <= 65536 &&
	    n->valuedouble == n->valueint)
		return 0;
	text_addf(error, "steps: \"%s\" is none of 1 to 65536", name);
	return -EINVAL;
}

static int check_fill(const cJSON *step, struct text *error)
{
	return check_count(step, "room", error);
}

static int check_limit(const cJSON *step, struct text *error)
{
	return check_count(step, "most", error);
}

static const struct step_rule {
	const char *fields;
	int (*check)(const cJSON *step, struct text *error);
} rules[STEP_KINDS] = {
	[STEP_EXEC] = { "do name uid cwd capabilities args", check_exec },
	[STEP_PAUSE] = { "do name", NULL },
	[STEP_UPDATE] = { "do name resources", check_update },
	[STEP_KILL] = { "do name at", check_kill },
	[STEP_FILL] = { "do name room", check_fill },
	[STEP_LIMIT] = { "do name most", check_limit },
};

static size_t kind_of(const cJSON *step)
{
	const char *s = cJSON_GetStringValue(json_field(step, "do"));
	size_t i;

	for (i = 0; i < STEP_KINDS; i++)
		if (s && streq(s, step_kind_names[i]))
			break;
	return i;
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

	if (check_plain(name, "steps", error) < 0)
		return -EINVAL;
	if (has_word("before create start first run running exec kill delete cleanup after hook",
		     name) ||
	    is_round(name)) {
		text_addf(error, "steps: \"name\": \"%s\" is a phase of its own", name);
		return -EINVAL;
	}
	if (has_word("config process", name)) {
		text_addf(error, "steps: \"name\": %s.json is a file of its own", name);
		return -EINVAL;
	}
	for (i = 0; i < k->n_steps; i++)
		if (streq(k->steps[i].name, name))
			return fault(error, "two have the same name");
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
	const char *name = cJSON_GetStringValue(json_field(step, "name"));
	size_t kind = kind_of(step);
	int r;

	if (kind == STEP_KINDS)
		return fault(
			error,
			"\"do\" is none of exec pause update kill-create fill-mounts limit-files");
	r = check_fields(step, rules[kind].fields, "steps", error);
	if (r == 0)
		r = check_name(k, name ? name : "", error);
	if (r == 0 && rules[kind].check)
		r = rules[kind].check(step, error);
	if (r < 0)
		return r;
	GROW(k->steps, k->n_steps);
	k->steps[k->n_steps++] = (struct step){
		.kind = (enum step_kind)kind,
		.name = xstrdup(name),
		.arg = argument(container, k, step, (enum step_kind)kind),
	};
	return 0;
}

int steps_read(const cJSON *container, struct container *k, struct text *error)
{
	const cJSON *step;
	int r = 0;

	cJSON_ArrayForEach (step, json_field(container, "steps"))
		if (r == 0)
			r = read_step(container, k, step, error);
	return r;
}
