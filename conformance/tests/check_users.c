/* SPDX-License-Identifier: Apache-2.0 */
/* As whom a container runs: what the run says (USERNS=) and what the fixture says. */
#include "conformance/tests/suite.h"

#include <cjson/cJSON.h>

#include "conformance/fixture.h"

#define NONE USERNS_NONE
#define MANY USERNS_MANY
#define ONE USERNS_ONE
#define ROOTLESS USERNS_ROOTLESS

static const struct {
	const char *name, *container;
	enum userns_kind run;
	long host, size; /* of the mapping, 0: none */
} rows[] = {
	{ "none", "{}", NONE, 0, 0 },
	{ "many", "{}", MANY, 200000, 65536 },
	{ "one", "{}", ONE, 200000, 1 },
	{ "rootless", "{}", ROOTLESS, 1234, 1 },
	{ "asks-true", "{\"userns\": true}", NONE, 200000, 65536 },
	{ "asks-many", "{\"userns\": \"many\"}", ONE, 200000, 65536 },
	{ "asks-one", "{\"userns\": \"one\"}", MANY, 200000, 1 },
	{ "asks-false", "{\"userns\": false}", MANY, 0, 0 },
	/* An ordinary user has no choice. */
	{ "asks-many-rootless", "{\"userns\": \"many\"}", ROOTLESS, 1234, 1 },
	{ "asks-false-rootless", "{\"userns\": false}", ROOTLESS, 1234, 1 },
};

static double number(const cJSON *o, const char *name)
{
	return cJSON_GetNumberValue(cJSON_GetObjectItem(o, name));
}

static bool has_namespace(const cJSON *linux_, const char *type)
{
	const cJSON *n;

	cJSON_ArrayForEach (n, cJSON_GetObjectItem(linux_, "namespaces"))
		if (streq(cJSON_GetStringValue(cJSON_GetObjectItem(n, "type")), type))
			return true;
	return false;
}

START_TEST(test_mapping)
{
	const struct users users = { .userns = rows[_i].run, .uid = 1234, .gid = 5678 };
	cJSON *container = cJSON_Parse(rows[_i].container), *config;
	_cleanup_free_ char *text = config_text(container, "a", NULL, &users);
	const cJSON *linux_, *uid, *gid;

	config = cJSON_Parse(text);
	linux_ = cJSON_GetObjectItem(config, "linux");
	uid = cJSON_GetArrayItem(cJSON_GetObjectItem(linux_, "uidMappings"), 0);
	gid = cJSON_GetArrayItem(cJSON_GetObjectItem(linux_, "gidMappings"), 0);
	ck_assert_int_eq(has_namespace(linux_, "user"), rows[_i].host != 0);
	ck_assert_int_eq(!uid, rows[_i].host == 0);
	ck_assert_int_eq(!gid, rows[_i].host == 0);
	if (uid && gid) {
		ck_assert_double_eq(number(uid, "containerID"), 0);
		ck_assert_double_eq(number(uid, "hostID"), (double)rows[_i].host);
		ck_assert_double_eq(number(uid, "size"), (double)rows[_i].size);
		ck_assert_double_eq(number(gid, "hostID"),
				    rows[_i].run == ROOTLESS ? 5678 : (double)rows[_i].host);
		ck_assert_double_eq(number(gid, "size"), (double)rows[_i].size);
	}
	ck_assert_int_eq(!cJSON_GetObjectItem(linux_, "cgroupsPath"), rows[_i].run == ROOTLESS);
	cJSON_Delete(config);
	cJSON_Delete(container);
}
END_TEST

static const struct {
	const char *name, *container;
} bad_rows[] = {
	{ "bad-word", "{\"userns\": \"two\"}" },
	{ "bad-number", "{\"userns\": 1}" },
	{ "bad-null", "{\"userns\": null}" },
	{ "bad-empty", "{\"userns\": \"\"}" },
};

START_TEST(test_bad)
{
	cJSON *container = cJSON_Parse(bad_rows[_i].container);
	enum userns_kind kind;

	ck_assert_int_eq(userns_asked(container, &kind), -EINVAL);
	cJSON_Delete(container);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("users");

	ADD_ROWS(s, rows, test_mapping);
	ADD_ROWS(s, bad_rows, test_bad);
	return run_suite(s);
}
