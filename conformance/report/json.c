/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.json, as fixtures/schema/report.schema.json describes it. Keys stand in a fixed order, so
 * that two reports can be compared line by line. What may need 64 bits is a string: the numbers of
 * most JSON readers are doubles.
 */
#include "conformance/report/json.h"

#include "conformance/report/output.h"

static void *allocate(size_t n)
{
	return xrealloc(NULL, n);
}

cJSON *json_new(const char *s)
{
	_cleanup_text_ struct text clean = { 0 };

	output_clean(&clean, s, true);
	return cJSON_CreateString(text_str(&clean));
}

void json_put(cJSON *o, const char *key, const char *s)
{
	cJSON_AddItemToObject(o, key, json_new(s));
}

void json_put_lines(cJSON *o, const char *key, const char *s)
{
	cJSON *array = cJSON_AddArrayToObject(o, key);
	_cleanup_free_ char *copy = xstrdup(str(s));
	char *rest = copy;
	char *line;

	while ((line = next_line(&rest)))
		cJSON_AddItemToArray(array, json_new(line));
}

static void put_counts(cJSON *o, const unsigned int count[VERDICT_COUNT])
{
	cJSON_AddNumberToObject(o, "pass", count[VERDICT_PASS]);
	cJSON_AddNumberToObject(o, "fail", count[VERDICT_FAIL]);
	cJSON_AddNumberToObject(o, "skip", count[VERDICT_SKIP]);
	cJSON_AddNumberToObject(o, "broken", count[VERDICT_BROKEN]);
}

static void put_denied(cJSON *root, const struct report *r)
{
	cJSON *array = cJSON_AddArrayToObject(root, "deny");
	size_t i;

	for (i = 0; i < r->n_denied; i++) {
		_cleanup_free_ char *answered = xasprintf("%llu", r->denied[i].answered);
		cJSON *o = cJSON_CreateObject();

		cJSON_AddItemToArray(array, o);
		json_put(o, "name", r->denied[i].name);
		json_put(o, "answered", answered);
	}
}

static void put_warnings(cJSON *o, const struct machine *m)
{
	cJSON *array = cJSON_AddArrayToObject(o, "remarks");
	size_t i;

	for (i = 0; i < m->n; i++) {
		cJSON *one = cJSON_CreateObject();

		cJSON_AddItemToArray(array, one);
		json_put(one, "kind", m->remarks[i].fault ? "fault" : "warning");
		json_put(one, "cases", m->remarks[i].cases);
		json_put_lines(one, "lines", m->remarks[i].lines);
	}
}

/* null where the kernel is the host's. */
static void put_vm(cJSON *root, const struct report *r)
{
	const struct machine *m = &r->vm;
	cJSON *o;

	if (!r->kernel_name) {
		cJSON_AddNullToObject(root, "vm");
		return;
	}
	o = cJSON_AddObjectToObject(root, "vm");
	json_put(o, "kernel", r->kernel_name);
	json_put(o, "image", m->image);
	json_put(o, "accel", m->accel);
	json_put(o, "qemu", m->qemu);
	json_put(o, "append", m->append);
	json_put(o, "memory", m->memory);
	json_put(o, "cpus", m->cpus);
	json_put(o, "tries", m->tries);
	json_put(o, "boot_ms", m->boot);
	json_put(o, "ended", m->ended);
	put_warnings(o, m);
}

/* Not there in a whole run. */
static void put_shard(cJSON *root, const struct report *r)
{
	cJSON *o, *has;
	size_t i;

	if (!r->shard_count)
		return;
	o = cJSON_AddObjectToObject(root, "shard");
	cJSON_AddNumberToObject(o, "count", r->shard_count);
	has = cJSON_AddArrayToObject(o, "has");
	for (i = 0; i < r->n_shards; i++)
		cJSON_AddItemToArray(has, cJSON_CreateNumber(r->shards[i]));
}

static void put_head(cJSON *root, const struct report *r)
{
	cJSON *o;

	json_put(root, "schema", REPORT_SCHEMA);
	o = cJSON_AddObjectToObject(root, "kit");
	json_put(o, "version", r->kit_version);
	json_put(o, "commit", r->kit_commit);
	json_put(o, "spec", r->kit_spec);
	o = cJSON_AddObjectToObject(root, "runtime");
	json_put(o, "path", r->runtime_path);
	json_put(o, "name", r->runtime_name);
	json_put(o, "version", r->runtime_version);
	json_put(o, "sha256", r->runtime_sha256);
	json_put_lines(o, "argv", r->runtime_argv);
	o = cJSON_AddObjectToObject(root, "host");
	json_put(o, "kernel", r->kernel);
	json_put(o, "machine", r->machine);
	json_put(o, "distro", r->distro);
	json_put(o, "cgroup", r->cgroup);
	json_put(o, "lsm", r->lsm);
	json_put_lines(o, "features", r->features);
	json_put(o, "boot_id", r->boot_id);
	json_put(o, "user_namespaces", r->user_namespaces);
	json_put_lines(o, "limits", r->limits);
	put_vm(root, r);
	json_put(root, "profile", r->profile);
	cJSON_AddBoolToObject(root, "partial", r->partial);
	json_put(root, "require", r->require);
	put_denied(root, r);
	json_put(root, "userns", r->userns);
	put_shard(root, r);
	json_put(root, "started", r->started);
}

/* Each level has a known number of requirements: what is missing would be the withheld ones. */
static void put_levels(cJSON *o, const struct report *r)
{
	cJSON *levels;
	int i;

	if (report_hides(r)) {
		cJSON_AddNullToObject(o, "by_level");
		return;
	}
	levels = cJSON_AddObjectToObject(o, "by_level");
	for (i = 0; i < LEVEL_COUNT; i++)
		put_counts(cJSON_AddObjectToObject(levels, level_names[i]), r->count[i]);
}

static void put_summary(cJSON *root, const struct report *r)
{
	cJSON *o = cJSON_AddObjectToObject(root, "summary");
	unsigned int all[VERDICT_COUNT];
	int i;

	for (i = 0; i < VERDICT_COUNT; i++)
		all[i] = report_count(r, (enum verdict)i);
	json_put(o, "verdict", outcome_names[r->outcome]);
	json_put(o, "why", r->why);
	put_counts(o, all);
	cJSON_AddNumberToObject(o, "expected_falls", report_expected_falls(r));
	cJSON_AddNumberToObject(o, "withheld", r->n_withheld);
	put_levels(o, r);
	json_put_lines(o, "unused_expects", r->unused_expects);
	/* Younger than the schema's number: only where there is one. */
	if (*str(r->expired_expects))
		json_put_lines(o, "expired_expects", r->expired_expects);
}

static void put_result(cJSON *array, const struct result *res)
{
	const struct requirement *req = &requirements[res->id];
	cJSON *o = cJSON_CreateObject();
	cJSON *bundles;
	size_t i;

	cJSON_AddItemToArray(array, o);
	json_put(o, "id", req->id);
	json_put(o, "level", level_names[res->level]);
	json_put(o, "title", req->title);
	json_put(o, "verdict", verdict_names[res->verdict]);
	json_put(o, "reason", res->reason);
	json_put(o, "spec", req->spec);
	json_put(o, "expected", res->expected);
	json_put(o, "observed", res->observed);
	bundles = cJSON_AddArrayToObject(o, "bundles");
	for (i = 0; i < res->n_bundles; i++)
		cJSON_AddItemToArray(bundles, json_new(res->bundles[i]));
	json_put(o, "rerun", res->rerun);
	json_put_lines(o, "evidence", res->evidence);
	cJSON_AddBoolToObject(o, "expected_fall", res->expected_fall);
	json_put(o, "expect_reason", res->expect_reason);
	cJSON_AddBoolToObject(o, "unexpected_pass", res->unexpected_pass);
	cJSON_AddBoolToObject(o, "withheld", res->withheld);
}

/* Left out beside what is withheld: superblocks and times can tell what it is. */
static void put_measurements(cJSON *root, const struct report *r)
{
	cJSON *array = cJSON_AddArrayToObject(root, "measurements");
	size_t i;

	for (i = 0; i < r->n_measurements && !report_hides(r); i++) {
		const struct measurement *m = &r->measurements[i];
		cJSON *o = cJSON_CreateObject();

		cJSON_AddItemToArray(array, o);
		json_put(o, "name", m->name);
		json_put(o, "unit", m->unit);
		json_put(o, "value", m->value);
		json_put(o, "bundle", m->bundle);
	}
}

int report_json(const struct report *r, FILE *out)
{
	/* Without memory cJSON would leave keys out; xrealloc() ends the program instead. */
	cJSON_Hooks hooks = { .malloc_fn = allocate, .free_fn = free };
	_cleanup_cjson_ cJSON *root = NULL;
	_cleanup_free_ char *seconds = xasprintf("%.3f", r->seconds);
	_cleanup_free_ char *printed = NULL;
	_cleanup_text_ struct text t = { 0 };
	cJSON *results;
	size_t i;

	cJSON_InitHooks(&hooks);
	root = cJSON_CreateObject();
	put_head(root, r);
	cJSON_AddRawToObject(root, "seconds", seconds);
	put_summary(root, r);
	results = cJSON_AddArrayToObject(root, "results");
	for (i = 0; i < r->n_results; i++)
		if (result_shown(r, &r->results[i]))
			put_result(results, &r->results[i]);
	put_measurements(root, r);
	printed = cJSON_Print(root);
	if (!printed)
		return -EINVAL;
	text_add(&t, printed);
	text_add(&t, "\n");
	return output_put(r, &t, out);
}
