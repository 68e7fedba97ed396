/* SPDX-License-Identifier: Apache-2.0 */
/* fixtures/vectors (README there) against libmaskref; each vector is a TCase of its own name. */
#include "reference/json.h"
#include "reference/mask.h"
#include "reference/tests/tests.h"

#define MAX_TARGETS 16

static const cJSON *field(const cJSON *o, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(o, name);
}

static const char *string(const cJSON *o, const char *name)
{
	return cJSON_GetStringValue(field(o, name));
}

/* The array "vectors" of fixtures/vectors/KIND.json; lives as long as the test. */
static cJSON *load(const char *kind)
{
	_cleanup_free_ char *text = NULL;
	char path[64];
	_cleanup_json_ cJSON *json = NULL;
	cJSON *vectors;
	struct fault f;
	size_t size;

	snprintf(path, sizeof(path), "fixtures/vectors/%s.json", kind);
	if (json_read_file(path, &text, &size, &f) < 0 || json_parse(text, size, &json, &f) < 0) {
		fprintf(stderr, "%s: %s\n", path, f.text);
		exit(EXIT_FAILURE);
	}
	vectors = cJSON_DetachItemFromObjectCaseSensitive(json, "vectors");
	if (cJSON_GetArraySize(vectors) == 0)
		exit(EXIT_FAILURE);
	return vectors;
}

static const cJSON *aliases, *cleans, *duplicates, *plans;

static const char *const form_names[] = {
	[MASK_ALIAS_NONE] = "none",
	[MASK_ALIAS_SELF] = "self",
	[MASK_ALIAS_THREAD_SELF] = "thread-self",
	[MASK_ALIAS_PID] = "pid",
	[MASK_ALIAS_SELF_TASK] = "self-task",
	[MASK_ALIAS_PID_TASK] = "pid-task",
};

static enum mask_alias form_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(form_names); i++)
		if (streq(form_names[i], name))
			return (enum mask_alias)i;
	ck_abort_msg("there is no form \"%s\"", name);
}

START_TEST(alias)
{
	const cJSON *v = cJSON_GetArrayItem(aliases, _i);

	ck_assert_str_eq(form_names[mask_classify(string(v, "path"))], string(v, "expect"));
}
END_TEST

START_TEST(clean)
{
	const cJSON *v = cJSON_GetArrayItem(cleans, _i);
	_cleanup_free_ char *got = NULL;
	int r = mask_clean_path(string(v, "path"), &got);

	ck_assert_int_eq(r, string(v, "expect") ? 0 : -EINVAL);
	ck_assert_pstr_eq(got, string(v, "expect"));
}
END_TEST

/* Targets ------------------------------------------------------------------------------------- */

static uint64_t number(const cJSON *o, const char *name, uint64_t otherwise)
{
	return string(o, name) ? strtoull(string(o, name), NULL, 10) : otherwise;
}

static int errno_by_name(const char *name)
{
	static const struct {
		const char *name;
		int errnum;
	} table[] = { { "ENOENT", ENOENT }, { "ELOOP", ELOOP }, { "ENOTDIR", ENOTDIR },
		      { "EACCES", EACCES }, { "EXDEV", EXDEV }, { "EIO", EIO },
		      { "EINVAL", EINVAL } };

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (streq(table[i].name, name))
			return table[i].errnum;
	ck_abort_msg("there is no errno \"%s\"", name);
}

static void read_target(const cJSON *o, struct mask_target *ret)
{
	const char *kind = string(o, "kind");
	const cJSON *dev = field(o, "dev");

	*ret = (struct mask_target){ .path = string(o, "path"), .fd = -EBADF };
	if (string(o, "errno")) {
		ret->errnum = errno_by_name(string(o, "errno"));
		return;
	}
	ret->is_dir = kind && !streq(kind, "file");
	ret->is_root = kind && streq(kind, "root");
	if (string(o, "alias"))
		ret->alias = form_by_name(string(o, "alias"));
	ret->id = (struct mask_identity){ .mnt_id = number(o, "mnt_id", 1),
					  .ino = number(o, "ino", 0) };
	if (dev) {
		ret->id.dev_major = (uint32_t)cJSON_GetArrayItem(dev, 0)->valuedouble;
		ret->id.dev_minor = (uint32_t)cJSON_GetArrayItem(dev, 1)->valuedouble;
	}
}

static size_t read_targets(const cJSON *vector, struct mask_target targets[MAX_TARGETS])
{
	const cJSON *list = field(vector, "targets");
	size_t n = (size_t)cJSON_GetArraySize(list);

	ck_assert_uint_le(n, MAX_TARGETS);
	for (size_t i = 0; i < n; i++)
		read_target(cJSON_GetArrayItem(list, (int)i), &targets[i]);
	return n;
}

static bool is_planned_as(const struct mask_plan *plan, enum mask_op_kind kind, size_t target)
{
	for (size_t i = 0; i < plan->n; i++)
		if (plan->ops[i].target == target && plan->ops[i].kind == kind)
			return true;
	return false;
}

START_TEST(duplicate)
{
	const cJSON *v = cJSON_GetArrayItem(duplicates, _i);
	_cleanup_(mask_plan_done) struct mask_plan plan = { 0 };
	struct mask_target targets[MAX_TARGETS];
	size_t n = read_targets(v, targets);

	ck_assert_int_eq(
		mask_plan(mask_strategy_find(mask_strategy_name(0)), targets, n, &plan, NULL), 0);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(is_planned_as(&plan, MASK_OP_DUPLICATE, i),
				 cJSON_IsTrue(cJSON_GetArrayItem(field(v, "expect"), (int)i)));
}
END_TEST

/* Plans --------------------------------------------------------------------------------------- */

static void check_plan(const char *strategy, const struct mask_plan *plan,
		       const struct mask_target *targets, const cJSON *want)
{
	_cleanup_free_ char *text = NULL;
	const cJSON *line;
	char *rest;

	ck_assert_msg(cJSON_IsArray(want), "%s: the vector expects nothing of it", strategy);
	ck_assert_int_eq(mask_plan_print(plan, targets, &text), 0);
	rest = text;
	cJSON_ArrayForEach (line, want) {
		size_t len = strlen(line->valuestring);

		ck_assert_msg(strncmp(rest, line->valuestring, len) == 0 && rest[len] == '\n',
			      "%s: instead of \"%s\":\n%s", strategy, line->valuestring, rest);
		rest += len + 1;
	}
	ck_assert_msg(!*rest, "%s: too much:\n%s", strategy, rest);
}

static void plan_by(const char *strategy, const cJSON *v, const struct mask_target *targets,
		    size_t n)
{
	_cleanup_(mask_plan_done) struct mask_plan plan = { 0 };
	const cJSON *refused = field(v, "refused");
	struct mask_error err = { 0 };
	int r = mask_plan(mask_strategy_find(strategy), targets, n, &plan, &err);

	if (!refused) {
		ck_assert_int_eq(r, 0);
		check_plan(strategy, &plan, targets, field(field(v, "expect"), strategy));
		return;
	}
	ck_assert_int_eq(r, -errno_by_name(string(refused, "errno")));
	ck_assert_int_eq(err.errnum, -r);
	ck_assert_str_eq(err.path, string(refused, "path"));
}

START_TEST(plan)
{
	const cJSON *v = cJSON_GetArrayItem(plans, _i);
	struct mask_target targets[MAX_TARGETS];
	size_t n = read_targets(v, targets);

	for (size_t i = 0; mask_strategy_name(i); i++)
		plan_by(mask_strategy_name(i), v, targets, n);
}
END_TEST

static const cJSON *add_vectors(Suite *s, const char *kind, const TTest *test)
{
	const cJSON *vectors = load(kind);

	for (int i = 0; i < cJSON_GetArraySize(vectors); i++)
		add_row(s, string(cJSON_GetArrayItem(vectors, i), "name"), test, (size_t)i);
	return vectors;
}

Suite *vectors_suite(void)
{
	Suite *s = suite_create("vectors");

	aliases = add_vectors(s, "alias", alias);
	cleans = add_vectors(s, "clean", clean);
	duplicates = add_vectors(s, "duplicates", duplicate);
	plans = add_vectors(s, "plans", plan);
	return s;
}
