/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/read.h"

#include <stddef.h>

#include "conformance/report/json.h"
#include "conformance/report/matrix.h"
#include "conformance/report/output.h"

/* Fields -------------------------------------------------------------------------------------- */

struct reading {
	const char *file;
	char *error; /* the first one */
};

/* Names the place as jq does. */
_printf_(3, 4) static int wrong(struct reading *g, const char *where, const char *fmt, ...)
{
	_cleanup_free_ char *what = NULL;
	va_list ap;

	va_start(ap, fmt);
	what = xvasprintf(fmt, ap);
	va_end(ap);
	if (!g->error)
		g->error = xasprintf("%s: %s: %s", g->file, *where ? where : ".", what);
	return -EINVAL;
}

/* NULL after an error. */
static const cJSON *need(struct reading *g, const cJSON *o, const char *where, const char *key,
			 int type)
{
	static const struct {
		int type;
		const char *words;
	} names[] = { { cJSON_String, "a string" },
		      { cJSON_Number, "a number" },
		      { cJSON_Array, "an array" },
		      { cJSON_Object, "an object" } };
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);
	_cleanup_free_ char *place = xasprintf("%s.%s", where, key);
	const char *words = "true or false";
	size_t i;

	if (v && (type == cJSON_True ? cJSON_IsBool(v) : (v->type & 0xff) == type))
		return v;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].type == type)
			words = names[i].words;
	wrong(g, place, v ? "is not %s" : "is missing, which is %s", words);
	return NULL;
}

/* Also of a damaged report: never NULL. Owned by the caller. */
static char *take_string(struct reading *g, const cJSON *o, const char *where, const char *key)
{
	const cJSON *v = need(g, o, where, key, cJSON_String);

	return xstrdup(v ? v->valuestring : "");
}

/* One line for each element. */
static char *take_lines(struct reading *g, const cJSON *o, const char *where, const char *key)
{
	const cJSON *array = need(g, o, where, key, cJSON_Array);
	_cleanup_text_ struct text t = { 0 };
	const cJSON *v;

	cJSON_ArrayForEach (v, array) {
		if (!cJSON_IsString(v))
			wrong(g, where, "%s holds something other than strings", key);
		else
			text_addf(&t, "%s\n", v->valuestring);
	}
	return xstrdup(text_str(&t));
}

static bool take_bool(struct reading *g, const cJSON *o, const char *where, const char *key)
{
	return cJSON_IsTrue(need(g, o, where, key, cJSON_True));
}

static unsigned int take_count(struct reading *g, const cJSON *o, const char *where,
			       const char *key)
{
	const cJSON *v = need(g, o, where, key, cJSON_Number);

	if (!v)
		return 0;
	if (v->valuedouble >= 0 && v->valuedouble <= 1e6 &&
	    v->valuedouble == (double)(unsigned int)v->valuedouble)
		return (unsigned int)v->valuedouble;
	wrong(g, where, "%s is no count", key);
	return 0;
}

/* Index of the word at @key among the @n of @words, @n after an error. */
static size_t take_word(struct reading *g, const cJSON *o, const char *where, const char *key,
			const char *const *words, size_t n)
{
	_cleanup_free_ char *word = take_string(g, o, where, key);
	_cleanup_text_ struct text known = { 0 };
	size_t i;

	for (i = 0; i < n; i++) {
		if (words[i] && streq(words[i], word))
			return i;
		if (words[i])
			text_addf(&known, " %s", words[i]);
	}
	wrong(g, where, "%s \"%.40s\" is none of%s", key, word, text_str(&known));
	return n;
}

/* Head ---------------------------------------------------------------------------------------- */

static const struct {
	const char *object, *key; /* "": at the top */
	size_t at;
	bool lines;
} fields[] = {
	{ "kit", "version", offsetof(struct report, kit_version), false },
	{ "kit", "commit", offsetof(struct report, kit_commit), false },
	{ "kit", "spec", offsetof(struct report, kit_spec), false },
	{ "runtime", "path", offsetof(struct report, runtime_path), false },
	{ "runtime", "name", offsetof(struct report, runtime_name), false },
	{ "runtime", "version", offsetof(struct report, runtime_version), false },
	{ "runtime", "sha256", offsetof(struct report, runtime_sha256), false },
	{ "runtime", "argv", offsetof(struct report, runtime_argv), true },
	{ "host", "kernel", offsetof(struct report, kernel), false },
	{ "host", "machine", offsetof(struct report, machine), false },
	{ "host", "distro", offsetof(struct report, distro), false },
	{ "host", "cgroup", offsetof(struct report, cgroup), false },
	{ "host", "lsm", offsetof(struct report, lsm), false },
	{ "host", "features", offsetof(struct report, features), true },
	{ "host", "boot_id", offsetof(struct report, boot_id), false },
	{ "host", "user_namespaces", offsetof(struct report, user_namespaces), false },
	{ "host", "limits", offsetof(struct report, limits), true },
	{ "", "profile", offsetof(struct report, profile), false },
	{ "", "require", offsetof(struct report, require), false },
	{ "", "userns", offsetof(struct report, userns), false },
	{ "", "started", offsetof(struct report, started), false },
	{ "summary", "why", offsetof(struct report, why), false },
	{ "summary", "unused_expects", offsetof(struct report, unused_expects), true },
};

static void read_fields(struct reading *g, const cJSON *root, struct report *r)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		const char *object = fields[i].object;
		_cleanup_free_ char *where = xasprintf("%s%s", *object ? "." : "", object);
		const cJSON *o = *object ? need(g, root, "", object, cJSON_Object) : root;
		char **slot = (char **)(void *)((char *)r + fields[i].at);

		*slot = fields[i].lines ? take_lines(g, o, where, fields[i].key)
					: take_string(g, o, where, fields[i].key);
	}
}

static void read_denied(struct reading *g, const cJSON *root, struct report *r)
{
	const cJSON *o;

	cJSON_ArrayForEach (o, need(g, root, "", "deny", cJSON_Array)) {
		_cleanup_free_ char *name = take_string(g, o, ".deny[]", "name");
		_cleanup_free_ char *answered = take_string(g, o, ".deny[]", "answered");

		report_add_denied(r, name, strtoull(answered, NULL, 10));
	}
}

static void read_shard(struct reading *g, const cJSON *root, struct report *r)
{
	const cJSON *o = cJSON_GetObjectItemCaseSensitive(root, "shard"), *one;

	if (!o)
		return;
	r->shard_count = take_count(g, o, ".shard", "count");
	cJSON_ArrayForEach (one, need(g, o, ".shard", "has", cJSON_Array)) {
		double n = cJSON_IsNumber(one) ? one->valuedouble : 0;

		if (n < 1 || n > SHARD_MAX || !report_add_shard(r, (unsigned int)n))
			wrong(g, ".shard.has", "holds what is none of .shard.count, or twice");
	}
	if (!r->n_shards)
		wrong(g, ".shard.has", "names no shard");
}

static void read_remarks(struct reading *g, const cJSON *o, struct machine *m)
{
	static const char *const kinds[] = { "warning", "fault" };
	const cJSON *one;

	cJSON_ArrayForEach (one, need(g, o, ".vm", "remarks", cJSON_Array)) {
		const char *where = ".vm.remarks[]";

		GROW(m->remarks, m->n);
		m->remarks[m->n++] = (struct machine_remark){
			.fault = take_word(g, one, where, "kind", kinds, ARRAY_SIZE(kinds)) == 1,
			.cases = take_string(g, one, where, "cases"),
			.lines = take_lines(g, one, where, "lines"),
		};
	}
}

/* Its strings point into a text, so one is written that has them. */
static void read_vm(struct reading *g, const cJSON *root, struct report *r)
{
	static const char *const keys[] = { "image", "accel", "qemu",	 "append", "memory",
					    "cpus",  "tries", "boot_ms", "ended" };
	const cJSON *o = cJSON_GetObjectItemCaseSensitive(root, "vm");
	struct machine m = { .running = "", .doubtful = "" };
	const char **slots[] = { &m.image, &m.accel, &m.qemu, &m.append, &m.memory,
				 &m.cpus,  &m.tries, &m.boot, &m.ended };
	char *values[ARRAY_SIZE(keys)];
	size_t i;

	if (cJSON_IsNull(o) || !need(g, root, "", "vm", cJSON_Object))
		return;
	r->kernel_name = take_string(g, o, ".vm", "kernel");
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		*slots[i] = values[i] = take_string(g, o, ".vm", keys[i]);
	read_remarks(g, o, &m);
	if (machine_parse(machine_write(&m), &r->vm) < 0)
		wrong(g, ".vm", "can't be read");
	for (i = 0; i < m.n; i++) {
		free(m.remarks[i].cases);
		free(m.remarks[i].lines);
	}
	free(m.remarks);
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		free(values[i]);
}

/* Results ------------------------------------------------------------------------------------- */

static void read_bundles(struct reading *g, const cJSON *o, const char *where, struct result *res)
{
	_cleanup_free_ char *bundles = take_lines(g, o, where, "bundles");
	char *rest = bundles, *line;

	while ((line = next_line(&rest))) {
		GROW(res->bundles, res->n_bundles);
		res->bundles[res->n_bundles++] = xstrdup(line);
	}
}

static void read_verdict(struct reading *g, const cJSON *o, const char *where, struct result *res)
{
	size_t level = take_word(g, o, where, "level", level_names, LEVEL_COUNT);
	size_t verdict = take_word(g, o, where, "verdict", verdict_names + 1, VERDICT_COUNT - 1);

	res->level = level < LEVEL_COUNT ? (enum level)level : LEVEL_MUST;
	res->verdict = verdict < VERDICT_COUNT - 1 ? (enum verdict)(verdict + 1) : VERDICT_BROKEN;
	res->expected_fall = take_bool(g, o, where, "expected_fall");
	res->unexpected_pass = take_bool(g, o, where, "unexpected_pass");
	res->withheld = take_bool(g, o, where, "withheld");
}

/* Sentences and sources are the kit's own: a file can't put words into the specification's mouth.
 */
static void read_result(struct reading *g, const cJSON *o, struct report *r)
{
	_cleanup_free_ char *name = take_string(g, o, ".results[]", "id");
	_cleanup_free_ char *where = xasprintf(".results[%s]", name);
	struct result res = { .id = requirement_by_name(name) };
	size_t i;

	if (res.id == REQ_COUNT) {
		wrong(g, where,
		      "this kit has no such requirement; use the kit of %.12s, or judge "
		      "the facts again",
		      str(r->kit_commit));
		return;
	}
	for (i = 0; i < r->n_results; i++)
		if (r->results[i].id == res.id)
			wrong(g, where, "is there twice");
	read_verdict(g, o, where, &res);
	read_bundles(g, o, where, &res);
	res.reason = take_string(g, o, where, "reason");
	res.expected = take_string(g, o, where, "expected");
	res.observed = take_string(g, o, where, "observed");
	res.evidence = take_lines(g, o, where, "evidence");
	res.rerun = take_string(g, o, where, "rerun");
	res.expect_reason = take_string(g, o, where, "expect_reason");
	GROW(r->results, r->n_results);
	r->results[r->n_results++] = res;
}

static void read_measurements(struct reading *g, const cJSON *root, struct report *r)
{
	const char *where = ".measurements[]";
	const cJSON *o;

	cJSON_ArrayForEach (o, need(g, root, "", "measurements", cJSON_Array)) {
		_cleanup_free_ char *name = take_string(g, o, where, "name");
		_cleanup_free_ char *unit = take_string(g, o, where, "unit");
		_cleanup_free_ char *value = take_string(g, o, where, "value");
		_cleanup_free_ char *bundle = take_string(g, o, where, "bundle");

		if (report_measurement(r, name, bundle))
			wrong(g, where, "\"%.40s\" of \"%.80s\" is there twice", name, bundle);
		report_add_measurement(r, name, unit, value, bundle);
	}
}

/* What is hidden can't be counted, so a report that hides something is believed its sums. */
static void read_counts(struct reading *g, const cJSON *summary, struct report *r)
{
	const cJSON *levels = cJSON_GetObjectItemCaseSensitive(summary, "by_level");
	int level, v;

	r->n_withheld = take_count(g, summary, ".summary", "withheld");
	r->published = cJSON_IsNull(levels);
	if (r->published && !r->n_withheld)
		wrong(g, ".summary.by_level", "is null, and nothing is withheld");
	if (!r->published && !need(g, summary, ".summary", "by_level", cJSON_Object))
		return;
	for (level = 0; level < LEVEL_COUNT; level++) {
		const cJSON *o = r->published ? summary
					      : need(g, levels, ".summary.by_level",
						     level_names[level], cJSON_Object);

		for (v = VERDICT_SKIP; o && v < VERDICT_COUNT; v++)
			r->count[level][v] = take_count(g, o, ".summary", verdict_names[v]);
		if (r->published)
			break;
	}
}

/* A report whose numbers are not those of its results was edited. */
static void check_counts(struct reading *g, const struct report *r)
{
	unsigned int count[LEVEL_COUNT][VERDICT_COUNT] = { 0 };
	size_t i;

	for (i = 0; i < r->n_results; i++)
		count[r->results[i].level][r->results[i].verdict]++;
	if (!report_hides(r) && memcmp(count, r->count, sizeof(count)) != 0)
		wrong(g, ".summary.by_level", "is not what the results add up to");
}

/* cJSON has no limit to the members of an array, but to their depth. */
static void read_report(struct reading *g, const cJSON *root, struct report *r)
{
	const cJSON *summary = need(g, root, "", "summary", cJSON_Object);
	const cJSON *seconds = need(g, root, "", "seconds", cJSON_Number);
	const cJSON *o;
	size_t outcome;

	read_fields(g, root, r);
	outcome = take_word(g, summary, ".summary", "verdict", outcome_names, OUTCOME_COUNT);
	r->outcome = outcome < OUTCOME_COUNT ? (enum outcome)outcome : OUTCOME_BROKEN;
	if (seconds && !(seconds->valuedouble >= 0 && seconds->valuedouble < 1e9))
		wrong(g, ".seconds", "is no time");
	r->seconds = seconds ? seconds->valuedouble : 0;
	r->partial = take_bool(g, root, "", "partial");
	if (cJSON_GetObjectItemCaseSensitive(summary, "expired_expects"))
		r->expired_expects = take_lines(g, summary, ".summary", "expired_expects");
	read_denied(g, root, r);
	read_vm(g, root, r);
	read_shard(g, root, r);
	read_counts(g, summary, r);
	cJSON_ArrayForEach (o, need(g, root, "", "results", cJSON_Array)) {
		read_result(g, o, r);
	}
	read_measurements(g, root, r);
	check_counts(g, r);
	r->one_cause = *r->why && r->n_results && report_count(r, VERDICT_PASS) == 0 &&
		       report_count(r, VERDICT_FAIL) == 0;
}

/* Files --------------------------------------------------------------------------------------- */

/* A kernel of a matrix that could not be had or judged is shown as what it is. */
static void add_absent(struct reading *g, const cJSON *kernel, struct reports *rs)
{
	const cJSON *runtime = cJSON_GetObjectItemCaseSensitive(kernel, "runtime");
	struct report r = { 0 };
	const char *where = ".summary.kernels[]";
	_cleanup_free_ char *verdict = take_string(g, kernel, where, "verdict");

	r.kernel_name = take_string(g, kernel, where, "name");
	r.why = take_string(g, kernel, where, "why");
	r.outcome = streq(verdict, "absent") ? OUTCOME_NOTHING_RAN : OUTCOME_BROKEN;
	if (runtime) {
		where = ".summary.kernels[].runtime";
		r.runtime_name = take_string(g, runtime, where, "name");
		r.runtime_version = take_string(g, runtime, where, "version");
		r.runtime_argv = take_lines(g, runtime, where, "argv");
	}
	machine_unknown(&r.vm, "");
	reports_add(rs, g->file, &r);
}

/* A matrix that names no runtimes is of one, which only its reports tell. */
static void name_runtimes(struct reports *rs)
{
	const struct report *known = NULL;
	size_t i;

	for (i = 0; i < rs->n; i++)
		if (rs->list[i].runtime_name)
			known = &rs->list[i];
	for (i = 0; known && i < rs->n; i++) {
		struct report *r = &rs->list[i];

		if (r->runtime_name)
			continue;
		r->runtime_name = xstrdup(known->runtime_name);
		r->runtime_version = xstrdup(known->runtime_version);
		r->runtime_argv = xstrdup(known->runtime_argv);
	}
}

static void read_matrix(struct reading *g, const cJSON *root, struct reports *rs)
{
	const cJSON *summary = need(g, root, "", "summary", cJSON_Object);
	const cJSON *array = need(g, root, "", "reports", cJSON_Array);
	const cJSON *one = array ? array->child : NULL;
	const cJSON *kernel;

	cJSON_ArrayForEach (kernel, need(g, summary, ".summary", "kernels", cJSON_Array)) {
		struct report r = { 0 };

		if (!take_bool(g, kernel, ".summary.kernels[]", "judged")) {
			add_absent(g, kernel, rs);
			continue;
		}
		if (!one) {
			wrong(g, ".reports", "has fewer than .summary.kernels says");
			return;
		}
		read_report(g, one, &r);
		reports_add(rs, g->file, &r);
		one = one->next;
	}
	if (one)
		wrong(g, ".reports", "has more than .summary.kernels says");
	name_runtimes(rs);
}

static void read_file(struct reading *g, const char *text, size_t len, struct reports *rs)
{
	_cleanup_cjson_ cJSON *root =
		strlen(text) == len ? cJSON_ParseWithOpts(text, NULL, true) : NULL;
	_cleanup_free_ char *schema = NULL;
	struct report r = { 0 };

	if (!cJSON_IsObject(root)) {
		wrong(g, "", "is no JSON object; name a report.json or a folder of facts");
		return;
	}
	schema = take_string(g, root, "", "schema");
	if (streq(schema, MATRIX_SCHEMA)) {
		read_matrix(g, root, rs);
	} else if (streq(schema, REPORT_SCHEMA)) {
		read_report(g, root, &r);
		reports_add(rs, g->file, &r);
	} else if (!g->error) {
		wrong(g, ".schema",
		      "\"%.40s\" is neither %s nor %s; judge the facts again with "
		      "this kit",
		      schema, REPORT_SCHEMA, MATRIX_SCHEMA);
	}
}

int reports_read(const char *file, const char *text, size_t len, struct reports *rs,
		 char **ret_error)
{
	_cleanup_reports_ struct reports mine = { 0 };
	struct reading g = { .file = file };
	size_t i;

	read_file(&g, text, len, &mine);
	if (g.error) {
		*ret_error = g.error;
		return -EINVAL;
	}
	for (i = 0; i < mine.n; i++)
		reports_add(rs, file, &mine.list[i]);
	return 0;
}
