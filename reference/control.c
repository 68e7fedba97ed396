/* SPDX-License-Identifier: Apache-2.0 */
/* pause, resume and update: settings of the container's cgroups, and nothing else. */
#include "reference/container.h"

struct resources {
	int64_t pids_limit;
};

static const struct field pids_fields[] = {
	{ "limit", read_i64, offsetof(struct resources, pids_limit), true },
	{ 0 },
};

static int read_pids(struct reader *r, const cJSON *item, void *out)
{
	return read_object(r, item, pids_fields, out);
}

/* What isn't here is refused by name: read_object() does it. */
static const struct field resources_fields[] = {
	{ "pids", read_pids, 0, true },
	{ 0 },
};

static int need_running(struct container *c, const char *status, struct fault *f)
{
	if (streq(state_status(c), status))
		return 0;
	return fault_set(f, EINVAL, "container '%s' is %s", c->id, state_status(c));
}

static int pause_freeze(struct container *c, struct fault *f)
{
	int r = need_running(c, "running", f);

	return r < 0 ? r : cgroups_freeze(&c->cgroups, true, f);
}

static int resume_thaw(struct container *c, struct fault *f)
{
	int r = need_running(c, "paused", f);

	return r < 0 ? r : cgroups_freeze(&c->cgroups, false, f);
}

static int update_set(struct container *c, struct fault *f)
{
	struct reader reader = { .fault = f };
	struct resources resources = { 0 };
	_cleanup_free_ char *text = NULL;
	_cleanup_json_ cJSON *tree = NULL;
	char limit[32];
	size_t size;
	int r = json_read_file(c->resources_file, &text, &size, f);

	if (r == 0)
		r = json_parse(text, size, &tree, f);
	if (r == 0)
		r = read_object(&reader, tree, resources_fields, &resources);
	if (r < 0)
		return r;
	snprintf(limit, sizeof(limit), "%lld", (long long)resources.pids_limit);
	r = cgroups_set(&c->cgroups, "pids.max", resources.pids_limit > 0 ? limit : "max");
	return r < 0 ? fault_set(f, -r, "resources.pids.limit: %s", strerror(-r)) : 0;
}

static const struct stage stages_pause[] = {
	{ "state", state_load, NULL },
	{ "freeze", pause_freeze, NULL },
	{ 0 },
};

static const struct stage stages_resume[] = {
	{ "state", state_load, NULL },
	{ "thaw", resume_thaw, NULL },
	{ 0 },
};

static const struct stage stages_update[] = {
	{ "state", state_load, NULL },
	{ "resources", update_set, NULL },
	{ 0 },
};

int container_pause(struct container *c, struct fault *f)
{
	return stages_run(STAGES_PAUSE, stages_pause, c, f);
}

int container_resume(struct container *c, struct fault *f)
{
	return stages_run(STAGES_RESUME, stages_resume, c, f);
}

int container_update(struct container *c, struct fault *f)
{
	return stages_run(STAGES_UPDATE, stages_update, c, f);
}
