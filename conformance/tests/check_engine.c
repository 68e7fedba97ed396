/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the engine makes of facts, by small texts and the judges of the product: one case with a
 * masked directory and its control, and the rows that a row of the table changes.
 */
#include "conformance/tests/engine_case.h"

static const struct verdict_row rows[] = {
	{ "pass", "starts", LIST, UP GOOD, REQ_dir_empty, PASS, "" },
	{ "not-due", "starts", LIST, UP GOOD, REQ_file_empty, NOT_DUE, "" },
	{ "fail", "starts", LIST,
	  UP MASK("root", "list", "ok", FULL) CONTROL("root", "list", "ok", FULL), REQ_dir_empty,
	  FAIL, "list of /t/a as root: ok entries=1 dots=2" },
	{ "fail-before-dull", "starts", LIST,
	  UP MASK("root", "list", "ok", FULL) CONTROL("root", "list", "ok", EMPTY), REQ_dir_empty,
	  FAIL, "list of /t/a" },
	{ "fail-before-missing", "starts", TWO_LISTS,
	  UP MASK("user", "list", "ok", FULL) CONTROL("root", "list", "ok", FULL), REQ_dir_empty,
	  FAIL, "as user" },
	{ "fail-by-errno", "starts", LIST,
	  UP MASK("root", "list", "ENOENT", "-") CONTROL("root", "list", "ok", FULL), REQ_dir_empty,
	  FAIL, "ENOENT" },
	{ "missing", "starts", LIST, UP CONTROL("root", "list", "ok", FULL), REQ_dir_empty, BROKEN,
	  "no single fact of list of /t/a as root" },
	{ "missing-of-one", "starts", TWO_LISTS, UP GOOD CONTROL("user", "list", "ok", FULL),
	  REQ_dir_empty, BROKEN, "as user" },
	{ "twice-the-same", "starts", LIST, UP GOOD GOOD, REQ_dir_empty, PASS, "" },
	{ "contradictory", "starts", LIST, UP GOOD MASK("root", "list", "ok", FULL), REQ_dir_empty,
	  BROKEN, "no single fact" },
	{ "contradictory-control", "starts", LIST, UP GOOD CONTROL("root", "list", "EIO", "-"),
	  REQ_dir_empty, BROKEN, "dull control" },
	{ "contradictory-exit", "starts", LIST, UP GOOD DRIVER("create", "exit:1"), REQ_dir_empty,
	  BROKEN, "neither started nor refused" },
	{ "other-phase", "starts", LIST,
	  UP CONTROL("root", "list", "ok", FULL) "probe:a\tlater\troot\tlist\t/t/a\tok\t" EMPTY
						 "\n",
	  REQ_dir_empty, BROKEN, "no single fact" },
	{ "other-identity", "starts", LIST,
	  UP CONTROL("root", "list", "ok", FULL) MASK("nocap", "list", "ok", EMPTY), REQ_dir_empty,
	  BROKEN, "no single fact" },
	{ "other-container", "starts", LIST,
	  UP CONTROL("root", "list", "ok", FULL) "probe:b\trun\troot\tlist\t/t/a\tok\t" EMPTY "\n",
	  REQ_dir_empty, BROKEN, "no single fact" },
	{ "other-source", "starts", LIST,
	  UP CONTROL("root", "list", "ok", FULL) "driver:a\trun\troot\tlist\t/t/a\tok\t" EMPTY "\n",
	  REQ_dir_empty, BROKEN, "no single fact" },
	{ "unknown-op-ignored", "starts", LIST, UP GOOD ROW("root", "later", "/t/a", "ok", "-"),
	  REQ_dir_empty, PASS, "" },
	{ "no-result", "starts", LIST,
	  UP MASK("root", "list", "-", "-") CONTROL("root", "list", "ok", FULL), REQ_dir_empty,
	  BROKEN, "no single fact" },

	{ "control-dull", "starts", LIST,
	  UP MASK("root", "list", "ok", EMPTY) CONTROL("root", "list", "ok", EMPTY), REQ_dir_empty,
	  BROKEN, "dull control: list as root" },
	{ "control-fact-missing", "starts", LIST, UP MASK("root", "list", "ok", EMPTY),
	  REQ_dir_empty, BROKEN, "dull control" },
	{ "control-gone", "starts", LIST,
	  UP MASK("root", "list", "ok", EMPTY) CONTROL("root", "list", "ENOENT", "-"),
	  REQ_dir_empty, BROKEN, "dull control" },
	{ "control-without-value", "starts", LIST,
	  UP MASK("root", "list", "ok", EMPTY) CONTROL("root", "list", "ok", "-"), REQ_dir_empty,
	  BROKEN, "dull control" },
	{ "control-todo-missing", "starts", "todo\troot\tlist\t/t/a\tmasked-dir\n",
	  UP MASK("root", "list", "ok", EMPTY), REQ_dir_empty, BROKEN, "dull control" },
	{ "control-of-another-identity", "starts",
	  "todo\tuser\tlist\t/t/a\tmasked-dir\ntodo\troot\tlist\t/t/control.d\tcontrol-dir\n",
	  UP MASK("user", "list", "ok", EMPTY) CONTROL("root", "list", "ok", FULL), REQ_dir_empty,
	  BROKEN, "dull control" },
	{ "control-unsupported", "starts", TODO("root", "setflags"),
	  UP MASK("root", "setflags", "EROFS", "-") CONTROL("root", "setflags", "ENOTTY", "-"),
	  REQ_dir_metadata, SKIP, "setflags is not supported here" },
	{ "control-unsupported-beside-pass", "starts",
	  TODO("root", "setflags") TODO("root", "chmod"),
	  UP MASK("root", "setflags", "EROFS", "-") CONTROL("root", "setflags", "ENOTTY", "-")
		  MASK("root", "chmod", "EROFS", "-") CONTROL("root", "chmod", "ok", "-"),
	  REQ_dir_metadata, PASS, "" },
	{ "control-unsupported-mask-not", "starts", TODO("root", "setflags"),
	  UP MASK("root", "setflags", "ok", "-") CONTROL("root", "setflags", "ENOTTY", "-"),
	  REQ_dir_metadata, FAIL, "setflags of /t/a" },
	{ "control-in-another-container", "starts", "todo\troot\tumount\t/t/a\tmasked-dir\n@",
	  UP ADMIN_UP MASK("root", "umount", "EPERM", "-") "probe:admin\trun\tsysadmin\tumount\t"
							   "/t/m\tok\t-\n",
	  REQ_dir_mount, PASS, "" },
	{ "control-in-another-dull", "starts", "todo\troot\tumount\t/t/a\tmasked-dir\n@",
	  UP ADMIN_UP MASK("root", "umount", "EPERM", "-") "probe:admin\trun\tsysadmin\tumount\t"
							   "/t/m\tEPERM\t-\n",
	  REQ_dir_mount, BROKEN, "dull control" },

	{ "unavailable", "starts", TWO_LISTS,
	  UP MASK("user", "list", "unavailable", "EPERM")
		  CONTROL("user", "list", "unavailable", "EPERM"),
	  REQ_dir_empty, BROKEN, "no single fact" },
	{ "unavailable-beside-pass", "starts", TWO_LISTS,
	  UP GOOD MASK("user", "list", "unavailable", "EPERM")
		  CONTROL("user", "list", "unavailable", "EPERM"),
	  REQ_dir_empty, PASS, "" },
	{ "unavailable-alone", "starts", TODO("user", "list"),
	  UP MASK("user", "list", "unavailable", "EPERM")
		  CONTROL("user", "list", "unavailable", "EPERM"),
	  REQ_dir_empty, SKIP, "user can't be had here" },
	{ "unavailable-root", "starts", LIST,
	  UP MASK("root", "list", "unavailable", "-") CONTROL("root", "list", "unavailable", "-"),
	  REQ_dir_empty, BROKEN, "could not be tried" },
	{ "unavailable-once", "starts", TODO("user", "list"),
	  UP MASK("user", "list", "unavailable", "-") CONTROL("user", "list", "ok", FULL),
	  REQ_dir_empty, BROKEN, "could not be tried" },
	{ "unavailable-control", "starts", TODO("user", "list"),
	  UP MASK("user", "list", "ok", EMPTY) CONTROL("user", "list", "unavailable", "-"),
	  REQ_dir_empty, BROKEN, "dull control" },
	{ "nothing-there", "starts", TODO("root", "mkdir"),
	  UP MASK("root", "mkdir", "ENOENT", "-") CONTROL("root", "mkdir", "ok", "-"),
	  REQ_dir_create, BROKEN, "nothing was at /t/a" },

	{ "refused", "either", LIST, DRIVER("create", "exit:1"), REQ_dir_empty, BROKEN,
	  "did not start (see life-start)" },
	{ "refused-at-start", "either", LIST, DRIVER("create", "ok") DRIVER("start", "exit:1"),
	  REQ_dir_empty, BROKEN, "did not start" },
	{ "refused-passes", "either", "todo\troot\tlook\t/t/a\tpath-dev\n",
	  DRIVER("create", "exit:1"), REQ_path_dev, PASS, "refused" },
	{ "refused-but-ran", "either", "todo\troot\tlook\t/t/a\tpath-dev\n",
	  DRIVER("create", "exit:1") RAN, REQ_path_dev, FAIL, "refused, but its process ran" },
	{ "refused-but-looked", "either", "todo\troot\tlook\t/t/a\tpath-dev\n",
	  DRIVER("create", "exit:1") MASK("root", "look", "ENOENT", "-"), REQ_path_dev, FAIL,
	  "refused, but its process ran" },
	{ "killed-is-no-refusal", "either", "todo\troot\tlook\t/t/a\tpath-dev\n",
	  DRIVER("create", "signal:9"), REQ_path_dev, BROKEN, "neither started nor refused" },
	{ "deadline-is-no-refusal", "either", "todo\troot\tlook\t/t/a\tpath-dev\n",
	  DRIVER("create", "deadline"), REQ_path_dev, BROKEN, "neither started nor refused" },
	{ "never-created", "starts", LIST, "", REQ_dir_empty, BROKEN,
	  "neither started nor refused" },
	{ "never-ran", "starts", LIST, STARTED, REQ_dir_empty, BROKEN, "gave no facts" },
	{ "never-ran-life", "starts", LIST, STARTED, REQ_life_start, FAIL, "never ran" },
	{ "refused-life", "starts", LIST, DRIVER("create", "exit:1"), REQ_life_start, FAIL,
	  "exit:1" },
	{ "nothing-known-life", "starts", LIST, "", REQ_life_start, BROKEN, "nothing is known" },
	{ "pass-life", "starts", LIST, UP, REQ_life_start, PASS, "" },

	{ "exec-not-offered", "starts", TODO("exec", "list"),
	  UP "driver:a\texec\tdriver\toffered\texec\tnot-offered\t-\n" WITHOUT("not-offered"),
	  REQ_dir_exec, SKIP, "exec is not offered" },
	{ "exec-only-without-lists", "starts", TODO("exec", "list"),
	  UP "driver:a\texec\tdriver\toffered\texec\tnot-offered\t-\n" WITHOUT("ok"),
	  REQ_dir_exec, BROKEN, "exec works without lists" },
	{ "exec-no-preflight", "starts", TODO("exec", "list"),
	  UP "driver:a\texec\tdriver\toffered\texec\tnot-offered\t-\n", REQ_dir_exec, BROKEN,
	  "is not known" },
	{ "exec-not-said", "starts", TODO("exec", "list"), UP, REQ_dir_exec, BROKEN,
	  "no single fact" },
	{ "exec-pass", "starts", TODO("exec", "list"),
	  UP "probe:a\texec\texec\tlist\t/t/a\tok\t" EMPTY "\n"
	     "probe:a\texec\texec\tlist\t/t/control.d\tok\t" FULL "\n",
	  REQ_dir_exec, PASS, "" },
	{ "exec-fail", "starts", TODO("exec", "list"),
	  UP "probe:a\texec\texec\tlist\t/t/a\tok\t" FULL "\n"
	     "probe:a\texec\texec\tlist\t/t/control.d\tok\t" FULL "\n",
	  REQ_dir_exec, FAIL, "as exec" },
	{ "exec-is-not-run", "starts", TODO("exec", "list"), UP GOOD, REQ_dir_exec, BROKEN,
	  "no single fact" },

	{ "probed-fewer", "starts", LIST, UP GOOD PROBED("a", "ok", "2"), REQ_dir_empty, BROKEN,
	  "container a: 3 of its probe's 2 rows" },
	{ "probed-more", "starts", LIST, UP GOOD PROBED("a", "ok", "4"), REQ_dir_empty, BROKEN,
	  "container a: 3 of its probe's 4 rows" },
	{ "probed-whole", "starts", LIST, UP GOOD PROBED("a", "ok", "3"), REQ_dir_empty, PASS, "" },
	{ "probed-missing", "starts", LIST, UP GOOD PROBED("b", "ok", "3"), REQ_dir_empty, BROKEN,
	  "is not known" },
	{ "probed-contradictory", "starts", LIST,
	  UP GOOD PROBED("a", "ok", "3") PROBED("a", "ok", "4"), REQ_dir_empty, BROKEN,
	  "is not known" },
	{ "probed-no-number", "starts", LIST, UP GOOD PROBED("a", "ok", "3x"), REQ_dir_empty,
	  BROKEN, "is not known" },
	{ "probed-unavailable", "starts", LIST, UP GOOD PROBED("a", "unavailable", "3"),
	  REQ_dir_empty, BROKEN, "is not known" },
	{ "probed-fewer-of-a-failure", "starts", LIST,
	  UP MASK("root", "list", "ok", FULL) CONTROL("root", "list", "ok", FULL)
		  PROBED("a", "ok", "9"),
	  REQ_dir_empty, FAIL, "list of /t/a" },
	{ "probed-fewer-of-a-refusal", "either", "todo\troot\tlook\t/t/a\tpath-overlong\n",
	  DRIVER("create", "exit:1") PROBED("a", "ok", "1"), REQ_path_overlong, BROKEN,
	  "container a: 0 of its probe's 1 rows" },
	{ "probed-fewer-of-a-sibling", "starts", TODO("root", "list") "@",
	  UP ADMIN_UP GOOD PROBED("a", "ok", "3") PROBED("admin", "ok", "2"), REQ_dir_empty, BROKEN,
	  "container admin: 1 of its probe's 2 rows" },

	{ "informs", "starts", TODO("root", "stat"), UP MASK("root", "stat", "ok", "type=dir"),
	  REQ_dir_mode, PASS, "type=dir" },
	{ "informs-missing", "starts", TODO("root", "stat"), UP, REQ_dir_mode, BROKEN,
	  "no single fact" },
};

START_TEST(test_verdict)
{
	check_verdict(&rows[_i], "", CONFIG, NULL);
}
END_TEST

static const struct {
	const char *name;
	size_t keep; /* bytes from the end that are cut off */
	const char *instead;
	const char *says;
} damage_rows[] = {
	{ "damaged-cut", 9, "", "facts end in the middle" },
	{ "damaged-empty", SIZE_MAX, "", "facts end in the middle" },
	{ "damaged-foreign-format", SIZE_MAX, "something else\n", "facts are malformed" },
};

START_TEST(test_damaged)
{
	char *text = facts_text(&rows[0], "", CONFIG, NULL);
	size_t cut = damage_rows[_i].keep, len = strlen(text);
	_cleanup_finding_ struct finding finding;
	_cleanup_facts_ struct facts f;

	text[len - (cut < len ? cut : len)] = '\0';
	if (*damage_rows[_i].instead)
		strcpy(text, damage_rows[_i].instead);
	facts_parse(text, &f);
	judge_case(REQ_dir_empty, &f, &finding);
	ck_assert_int_eq(finding.verdict, BROKEN);
	ck_assert_str_eq(text_str(&finding.reason), damage_rows[_i].says);
}
END_TEST

static const struct {
	const char *name;
	enum facts_state state;
	const char *says;
} state_rows[] = {
	{ "state-missing", FACTS_MISSING, "facts are missing" },
	{ "state-foreign", FACTS_FOREIGN, "facts are of another run or case" },
};

START_TEST(test_state)
{
	const struct facts f = { .state = state_rows[_i].state };
	size_t id;

	for (id = 0; id < REQ_COUNT; id++) {
		_cleanup_finding_ struct finding finding;

		judge_case((enum requirement_id)id, &f, &finding);
		ck_assert_int_eq(finding.verdict, BROKEN);
		ck_assert_str_eq(text_str(&finding.reason), state_rows[_i].says);
	}
}
END_TEST

/* The graver verdict stays, and its words; those of a lesser one are dropped. */
START_TEST(test_found)
{
	_cleanup_finding_ struct finding f = { 0 };

	found(&f, SKIP, "%s", "not offered");
	found(&f, PASS, "%s", "well");
	ck_assert_int_eq(f.verdict, PASS);
	ck_assert_str_eq(text_str(&f.reason), "");
	found(&f, BROKEN, "%s", "no fact");
	found(&f, SKIP, "%s", "not offered");
	found(&f, BROKEN, "%s", "no fact");
	found(&f, BROKEN, "%s", "dull");
	ck_assert_str_eq(text_str(&f.reason), "no fact; dull");
	found(&f, FAIL, "%d names", 3);
	found(&f, PASS, "%s", "well");
	ck_assert_int_eq(f.verdict, FAIL);
	ck_assert_str_eq(text_str(&f.reason), "");
	ck_assert_str_eq(text_str(&f.observed), "3 names");
}
END_TEST

/* Each judge is of rows or of containers, and says what it expects. */
START_TEST(test_judges)
{
	size_t id;

	for (id = 0; id < REQ_COUNT; id++) {
		const struct judge *j = judges[id];
		const char *name = requirements[id].id;
		bool of_rows = j->violates || j->informs;

		ck_assert_msg(of_rows != !!j->check, "%s: violates, informs or check", name);
		ck_assert_msg(of_rows == (j->class && j->ops), "%s: class and ops", name);
		ck_assert_msg(!j->violates == !j->control, "%s: control", name);
		ck_assert_msg(j->expected && *j->expected, "%s: expected", name);
		ck_assert_msg(!j->informs || requirements[id].level == LEVEL_INFO, "%s: informs",
			      name);
		ck_assert_uint_eq(requirement_by_name(name), id);
	}
	ck_assert_uint_eq(requirement_by_name("dir"), REQ_COUNT);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine");

	ADD_ROWS(s, rows, test_verdict);
	ADD_ROWS(s, damage_rows, test_damaged);
	ADD_ROWS(s, state_rows, test_state);
	add_case(s, "found", test_found, 0);
	add_case(s, "judges", test_judges, 0);
	return run_suite(s);
}
