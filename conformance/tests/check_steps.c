/* SPDX-License-Identifier: Apache-2.0 */
/* What a fixture's container may ask besides masks: steps of the driver, hooks, limits, namespaces.
 */
#include "conformance/tests/suite.h"

#include <fcntl.h>

#include "conformance/fixture.h"

#define HEAD "{\"schema\":\"maskspec-fixture/1\",\"name\":\"x\",\"containers\":[{"
#define TAIL "}]}"

static int read_text(const char *fields, struct case_list *l, struct text *error)
{
	_cleanup_free_ char *json = xasprintf(HEAD "%s" TAIL, fields);

	return fixture_read(AT_FDCWD, "x.json", json, strlen(json), l, error);
}

/* What becomes of a container's fields: part of its config.json, or of a step of the case. */
static const struct {
	const char *name, *fields, *config, *kind, *arg;
} good_rows[] = {
	{ "exec", "\"steps\":[{\"do\":\"exec\",\"name\":\"s\"}]", NULL, "exec",
	  "\"args\":[\"/.maskspec/probe\",\"probe\",\"a\",\"s\"]" },
	{ "exec-user", "\"steps\":[{\"do\":\"exec\",\"name\":\"s\",\"uid\":7}]", NULL, "exec",
	  "\"user\":{\"uid\":7,\"gid\":7}" },
	{ "exec-root", "\"steps\":[{\"do\":\"exec\",\"name\":\"s\"}]", NULL, "exec",
	  "\"user\":{\"uid\":0,\"gid\":0}" },
	{ "exec-cwd", "\"steps\":[{\"do\":\"exec\",\"name\":\"s\",\"cwd\":\"/t\"}]", NULL, "exec",
	  "\"cwd\":\"/t\"" },
	{ "exec-args", "\"steps\":[{\"do\":\"exec\",\"name\":\"s\",\"args\":[\"/x\"]}]", NULL,
	  "exec", "\"args\":[\"/x\"]" },
	{ "exec-no-capabilities",
	  "\"steps\":[{\"do\":\"exec\",\"name\":\"s\",\"capabilities\":\"none\"}]", NULL, "exec",
	  "\"capabilities\":{}" },
	{ "exec-admin", "\"steps\":[{\"do\":\"exec\",\"name\":\"s\",\"capabilities\":\"admin\"}]",
	  NULL, "exec", "\"CAP_SYS_ADMIN\"" },
	{ "pause", "\"steps\":[{\"do\":\"pause\",\"name\":\"s\"}]", NULL, "pause", "" },
	{ "update",
	  "\"steps\":[{\"do\":\"update\",\"name\":\"s\",\"resources\":{\"pids\":{\"limit\":9}}}]",
	  NULL, "update", "{\"pids\":{\"limit\":9}}" },
	{ "kill-create", "\"steps\":[{\"do\":\"kill-create\",\"name\":\"s\",\"at\":\"0/4\"}]", NULL,
	  "kill-create", "0/4" },
	{ "fill-mounts", "\"steps\":[{\"do\":\"fill-mounts\",\"name\":\"s\",\"room\":7}]", NULL,
	  "fill-mounts", "7" },
	{ "limit-files", "\"steps\":[{\"do\":\"limit-files\",\"name\":\"s\",\"most\":64}]", NULL,
	  "limit-files", "64" },
	{ "near-round", "\"steps\":[{\"do\":\"pause\",\"name\":\"round-trip\"}]", NULL, "pause",
	  "" },
	{ "near-config", "\"steps\":[{\"do\":\"pause\",\"name\":\"config-2\"}]", NULL, "pause",
	  "" },
	{ "hooks", "\"hooks\":{\"createContainer\":[{\"path\":\"@IO@/probe\"}]}",
	  "\"hooks\":{\"createContainer\":[{\"path\":\"@IO@/probe\"}]}", NULL, NULL },
	{ "rlimits", "\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\",\"hard\":8,\"soft\":8}]",
	  "\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\",\"hard\":8,\"soft\":8}]", NULL, NULL },
	{ "join-mounts", "\"joinMounts\":true", "{\"type\":\"mount\",\"path\":\"@MNTNS@\"}", NULL,
	  NULL },
	{ "join-no-mounts", "\"joinMounts\":false", "{\"type\":\"mount\"}", NULL, NULL },
};

START_TEST(test_good)
{
	_cleanup_case_list_ struct case_list l = { 0 };
	_cleanup_text_ struct text error = { 0 };
	_cleanup_free_ char *name = NULL;
	const struct container *k;

	ck_assert_msg(read_text(good_rows[_i].fields, &l, &error) == 0, "%s", text_str(&error));
	k = &l.cases[0].containers[0];
	ck_assert_uint_eq(k->n_steps, good_rows[_i].kind ? 1 : 0);
	if (good_rows[_i].config)
		ck_assert_msg(strstr(k->config, good_rows[_i].config), "%s", k->config);
	if (!good_rows[_i].kind)
		return;
	ck_assert_str_eq(step_kind_names[k->steps[0].kind], good_rows[_i].kind);
	name = xasprintf("\"name\":\"%s\"", k->steps[0].name);
	ck_assert_msg(strstr(good_rows[_i].fields, name), "%s", name);
	ck_assert_msg(strstr(k->steps[0].arg, good_rows[_i].arg), "%s", k->steps[0].arg);
	ck_assert_ptr_eq(find_step(k, k->steps[0].kind), &k->steps[0]);
	ck_assert_ptr_null(find_step(k, STEP_KINDS));
}
END_TEST

#define STEP(fields) "\"steps\":[{" fields "}]"

static const struct {
	const char *name, *fields, *error;
} bad_rows[] = {
	{ "bad-steps", "\"steps\":{}", "container a: steps: not an array of objects" },
	{ "bad-kind", STEP("\"do\":\"sleep\",\"name\":\"s\""),
	  "container a: steps[0]: \"do\" is none of exec pause" },
	{ "bad-kind-missing", STEP("\"name\":\"s\""),
	  "container a: steps[0]: \"do\" is none of exec pause" },
	{ "bad-field", STEP("\"do\":\"pause\",\"name\":\"s\",\"uid\":1"),
	  "container a: steps[0]: \"uid\" is none of name do" },
	{ "bad-name-missing", STEP("\"do\":\"pause\""), "container a: steps[0]: lacks name" },
	{ "bad-name-blank", STEP("\"do\":\"pause\",\"name\":\"a b\""),
	  "container a: steps[0]: name: \"a b\" can't be a name" },
	{ "bad-name-taken", STEP("\"do\":\"pause\",\"name\":\"running\""),
	  "container a: steps[0]: name: \"running\" is a phase of its own" },
	{ "bad-name-hook", STEP("\"do\":\"pause\",\"name\":\"hook\""),
	  "container a: steps[0]: name: \"hook\" is a phase of its own" },
	{ "bad-name-cleanup", STEP("\"do\":\"pause\",\"name\":\"cleanup\""),
	  "container a: steps[0]: name: \"cleanup\" is a phase of its own" },
	{ "bad-name-round", STEP("\"do\":\"pause\",\"name\":\"round-0\""),
	  "container a: steps[0]: name: \"round-0\" is a phase of its own" },
	{ "bad-name-config", STEP("\"do\":\"pause\",\"name\":\"config\""),
	  "container a: steps[0]: name: config.json is a file of its own" },
	{ "bad-name-process", STEP("\"do\":\"pause\",\"name\":\"process\""),
	  "container a: steps[0]: name: process.json is a file of its own" },
	{ "bad-name-twice",
	  STEP("\"do\":\"pause\",\"name\":\"s\"},{\"do\":\"pause\",\"name\":\"s\""),
	  "container a: steps[1]: name: steps[0] is \"s\", too" },
	{ "bad-uid", STEP("\"do\":\"exec\",\"name\":\"s\",\"uid\":-1"),
	  "container a: steps[0]: uid: no whole number from 0 to 65535" },
	{ "bad-uid-text", STEP("\"do\":\"exec\",\"name\":\"s\",\"uid\":\"root\""),
	  "container a: steps[0]: uid: \"root\" is no whole number from 0 to 65535" },
	{ "bad-cwd", STEP("\"do\":\"exec\",\"name\":\"s\",\"cwd\":\"t\""),
	  "container a: steps[0]: cwd: \"t\" is not absolute" },
	{ "bad-capabilities", STEP("\"do\":\"exec\",\"name\":\"s\",\"capabilities\":\"all\""),
	  "container a: steps[0]: capabilities: \"all\" is none of none admin" },
	{ "bad-args", STEP("\"do\":\"exec\",\"name\":\"s\",\"args\":\"/x\""),
	  "container a: steps[0]: args: \"/x\" is not an array of strings" },
	{ "bad-resources", STEP("\"do\":\"update\",\"name\":\"s\""),
	  "container a: steps[0]: lacks resources" },
	{ "bad-at", STEP("\"do\":\"kill-create\",\"name\":\"s\",\"at\":\"4/4\""),
	  "container a: steps[0]: at: \"4/4\" is no \"N/M\" with" },
	{ "bad-at-tail", STEP("\"do\":\"kill-create\",\"name\":\"s\",\"at\":\"1/4x\""),
	  "container a: steps[0]: at: \"1/4x\" is no \"N/M\"" },
	{ "bad-at-missing", STEP("\"do\":\"kill-create\",\"name\":\"s\""),
	  "container a: steps[0]: lacks at" },
	{ "bad-room", STEP("\"do\":\"fill-mounts\",\"name\":\"s\",\"room\":0"),
	  "container a: steps[0]: room: no whole number from 1 to 65536" },
	{ "bad-most", STEP("\"do\":\"limit-files\",\"name\":\"s\",\"most\":1.5"),
	  "container a: steps[0]: most: no whole number from 1 to 65536" },
	{ "bad-hooks", "\"hooks\":[]", "container a: hooks: not an object" },
	{ "bad-rlimits", "\"rlimits\":{}", "container a: rlimits: not an array of objects" },
	{ "bad-join", "\"joinMounts\":\"/proc/1/ns/mnt\"",
	  "container a: joinMounts: \"/proc/1/ns/mnt\" is neither true nor false" },
	{ "bad-second", STEP("\"do\":\"pause\",\"name\":\"s\"},{\"do\":\"pause\",\"name\":7"),
	  "container a: steps[1]: name: not a string" },
	{ "bad-number", "\"steps\":[7]", "container a: steps[0]: not an object" },
	{ "bad-args-number", STEP("\"do\":\"exec\",\"name\":\"s\",\"args\":[\"/x\",2]"),
	  "container a: steps[0]: args[1]: not a string" },
	{ "bad-container-named", "\"name\":\"k\"," STEP("\"do\":\"pause\",\"name\":\"first\""),
	  "container k: steps[0]: name: \"first\" is a phase" },
};

START_TEST(test_bad)
{
	_cleanup_case_list_ struct case_list l = { 0 };
	_cleanup_text_ struct text error = { 0 };

	ck_assert_int_eq(read_text(bad_rows[_i].fields, &l, &error), -EINVAL);
	ck_assert_msg(strstr(text_str(&error), bad_rows[_i].error), "%s", text_str(&error));
	ck_assert_uint_eq(l.n, 0);
}
END_TEST

/* As text: what was written comes back, what isn't known is refused. */
static const struct {
	const char *name, *line;
	bool good;
} case_rows[] = {
	{ "case-exec", "step\texec\ts\t{}", true },	{ "case-pause", "step\tpause\ts\t-", true },
	{ "case-kind", "step\tsleep\ts\t-", false },	{ "case-short", "step\tpause\ts", false },
	{ "case-long", "step\tpause\ts\t-\t-", false },
};

START_TEST(test_case_text)
{
	_cleanup_case_ struct test_case c = { 0 };
	_cleanup_text_ struct text written = { 0 };
	_cleanup_free_ char *text =
		xasprintf("case/1\nbundle\tb\ntitle\tt\nprofile\tcore\ncontainer\ta\tstarts\t-\n"
			  "config\t{}\n%s\nend\t7\n",
			  case_rows[_i].line);
	unsigned int line = 0;
	char *taken = xstrdup(text);
	int r = case_parse(taken, &c, &line);

	if (r < 0)
		free(taken);
	ck_assert_int_eq(r, case_rows[_i].good ? 0 : -EINVAL);
	ck_assert_uint_eq(line, case_rows[_i].good ? 0 : 7);
	if (r < 0)
		return;
	case_write(&c, &written);
	ck_assert_str_eq(text_str(&written), text);
}
END_TEST

START_TEST(test_case_no_container)
{
	_cleanup_free_ char *text = xstrdup("case/1\nstep\tpause\ts\t-\nend\t2\n");
	struct test_case c;
	unsigned int line;

	ck_assert_int_eq(case_parse(text, &c, &line), -EINVAL);
	ck_assert_uint_eq(line, 2);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("steps");

	ADD_ROWS(s, good_rows, test_good);
	ADD_ROWS(s, bad_rows, test_bad);
	ADD_ROWS(s, case_rows, test_case_text);
	add_case(s, "case-no-container", test_case_no_container, 0);
	return run_suite(s);
}
