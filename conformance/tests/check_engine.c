/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the engine makes of facts, by small texts and the judges of the product: one case with a
 * masked directory and its control, and the rows that a row of the table changes.
 */
#include "conformance/tests/suite.h"

#include "conformance/judge/judge.h"

#define CONFIG "{\"linux\":{\"maskedPaths\":[\"/t/a\"]}}"
#define MAPPED                                                                                     \
	"{\"linux\":{\"uidMappings\":[{\"containerID\":0,\"hostID\":7,\"size\":1}],"               \
	"\"maskedPaths\":[\"/t/a\"]}}"

/* The container "a" masks /t/a; "admin" holds the control of mount attempts. */
static const char case_head[] = "case/1\nbundle\tb\ntitle\tT\nprofile\tcore\n"
				"container\ta\t%s\t-\n"
				"config\t%s\n"
				"mask\t/t/a\tmasked-dir\n"
				"mask\t/t/control.d\tcontrol-dir\n"
				"%s";
static const char case_admin[] = "container\tadmin\tstarts\t-\nconfig\t{}\n"
				 "todo\tsysadmin\tumount\t/t/m\tcontrol-mount-dir\n";

#define TODO(as, op)                                                                               \
	"todo\t" as "\t" op "\t/t/a\tmasked-dir\n"                                                 \
	"todo\t" as "\t" op "\t/t/control.d\tcontrol-dir\n"
#define LIST TODO("root", "list")
#define TWO_LISTS LIST TODO("user", "list")
#define DRIVER(command, result) "driver:a\t" command "\tdriver\texit\t" command "\t" result "\t-\n"
#define STARTED DRIVER("create", "ok") DRIVER("start", "ok")
#define RAN "probe:a\tfirst\troot\tran\t-\tok\t-\n"
#define UP STARTED RAN
#define ADMIN_UP                                                                                   \
	"driver:admin\tcreate\tdriver\texit\tcreate\tok\t-\n"                                      \
	"driver:admin\tstart\tdriver\texit\tstart\tok\t-\n"                                        \
	"probe:admin\tfirst\troot\tran\t-\tok\t-\n"
#define ROW(as, op, path, result, value)                                                           \
	"probe:a\trun\t" as "\t" op "\t" path "\t" result "\t" value "\n"
#define MASK(as, op, result, value) ROW(as, op, "/t/a", result, value)
#define CONTROL(as, op, result, value) ROW(as, op, "/t/control.d", result, value)
#define EMPTY "entries=0 dots=2"
#define FULL "entries=1 dots=2"
#define GOOD MASK("root", "list", "ok", EMPTY) CONTROL("root", "list", "ok", FULL)

#define MKNODS(control) MASK("root", "mknod", "EROFS", "-") CONTROL("root", "mknod", control, "-")
#define NO_NS "user namespaces are disabled"

#define PASS VERDICT_PASS
#define FAIL VERDICT_FAIL
#define SKIP VERDICT_SKIP
#define BROKEN VERDICT_BROKEN
#define NOT_DUE VERDICT_NOT_DUE

static const struct verdict_row {
	const char *name, *expect, *todo, *rows;
	enum requirement_id id;
	enum verdict want;
	const char *says; /* part of reason or observed */
} rows[] = {
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
	  UP "driver:a\texec\tdriver\toffered\texec\tnot-offered\t-\n", REQ_dir_exec, SKIP,
	  "exec is not offered" },
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

	{ "informs", "starts", TODO("root", "stat"), UP MASK("root", "stat", "ok", "type=dir"),
	  REQ_dir_mode, PASS, "type=dir" },
	{ "informs-missing", "starts", TODO("root", "stat"), UP, REQ_dir_mode, BROKEN,
	  "no single fact" },
};

static const struct {
	const char *name, *config;
	const char *userns; /* header user-namespaces; NULL: none */
	struct verdict_row row;
} userns_rows[] = {
	/* What the kernel refuses to everybody in a user namespace shows nothing of masks. */
	{ "userns-mknod",
	  MAPPED,
	  NULL,
	  { "userns-mknod", "starts", TODO("root", "mknod"), UP MKNODS("EPERM"), REQ_dir_create,
	    SKIP, "no device can be made in a user namespace" } },
	{ "userns-mknod-without-one",
	  CONFIG,
	  NULL,
	  { "userns-mknod-without-one", "starts", TODO("root", "mknod"), UP MKNODS("EPERM"),
	    REQ_dir_create, BROKEN, "dull control" } },
	{ "userns-mknod-other-errno",
	  MAPPED,
	  NULL,
	  { "userns-mknod-other-errno", "starts", TODO("root", "mknod"), UP MKNODS("EACCES"),
	    REQ_dir_create, BROKEN, "dull control" } },
	{ "userns-mknod-unknown",
	  MAPPED,
	  NULL,
	  { "userns-mknod-unknown", "starts", TODO("root", "mknod"),
	    UP MASK("root", "mknod", "EROFS", "-"), REQ_dir_create, BROKEN, "dull control" } },
	{ "userns-mknod-made",
	  MAPPED,
	  NULL,
	  { "userns-mknod-made", "starts", TODO("root", "mknod"),
	    UP MASK("root", "mknod", "ok", "-") CONTROL("root", "mknod", "EPERM", "-"),
	    REQ_dir_create, FAIL, "mknod of /t/a" } },
	{ "userns-mkdir-denied",
	  MAPPED,
	  NULL,
	  { "userns-mkdir-denied", "starts", TODO("root", "mkdir"),
	    UP MASK("root", "mkdir", "EROFS", "-") CONTROL("root", "mkdir", "EPERM", "-"),
	    REQ_dir_create, BROKEN, "dull control" } },
	/* A host without user namespaces is no runtime's fault, if observe found it out. */
	{ "userns-missing",
	  MAPPED,
	  NO_NS,
	  { "userns-missing", "starts", LIST, DRIVER("create", "exit:1"), REQ_dir_empty, SKIP,
	    NO_NS } },
	{ "userns-missing-life",
	  MAPPED,
	  NO_NS,
	  { "userns-missing-life", "starts", LIST, DRIVER("create", "exit:1"), REQ_life_start, SKIP,
	    NO_NS } },
	{ "userns-missing-at-start",
	  MAPPED,
	  NO_NS,
	  { "userns-missing-at-start", "starts", LIST,
	    DRIVER("create", "ok") DRIVER("start", "exit:1"), REQ_life_start, SKIP, NO_NS } },
	{ "userns-there",
	  MAPPED,
	  "ok",
	  { "userns-there", "starts", LIST, DRIVER("create", "exit:1"), REQ_life_start, FAIL,
	    "exit:1" } },
	{ "userns-not-said",
	  MAPPED,
	  NULL,
	  { "userns-not-said", "starts", LIST, DRIVER("create", "exit:1"), REQ_life_start, FAIL,
	    "exit:1" } },
	{ "userns-not-asked-for",
	  CONFIG,
	  NO_NS,
	  { "userns-not-asked-for", "starts", LIST, DRIVER("create", "exit:1"), REQ_life_start,
	    FAIL, "exit:1" } },
	{ "userns-missing-but-started",
	  MAPPED,
	  NO_NS,
	  { "userns-missing-but-started", "starts", LIST,
	    UP MASK("root", "list", "ok", FULL) CONTROL("root", "list", "ok", FULL), REQ_dir_empty,
	    FAIL, "list of /t/a" } },
	{ "userns-missing-but-ran",
	  MAPPED,
	  NO_NS,
	  { "userns-missing-but-ran", "starts", LIST, DRIVER("create", "exit:1") RAN,
	    REQ_life_start, FAIL, "exit:1" } },
	{ "userns-missing-killed",
	  MAPPED,
	  NO_NS,
	  { "userns-missing-killed", "starts", LIST, DRIVER("create", "signal:9"), REQ_life_start,
	    FAIL, "signal:9" } },
	{ "userns-missing-unknown",
	  MAPPED,
	  NO_NS,
	  { "userns-missing-unknown", "starts", LIST, "", REQ_dir_empty, BROKEN,
	    "neither started" } },
};

/* `@` in the todo is where the container "admin" begins. */
static char *facts_text(const struct verdict_row *row, const char *config, const char *userns)
{
	_cleanup_text_ struct text c = { 0 }, t = { 0 };
	_cleanup_free_ char *todo = xstrdup(row->todo), *lines = xstrdup(row->rows);
	char *admin = strchr(todo, '@'), *rest, *line;
	size_t n = 1;

	if (admin)
		*admin = '\0';
	text_addf(&c, case_head, row->expect, config, todo);
	if (admin)
		text_add(&c, case_admin);
	for (rest = c.s; (rest = strchr(rest, '\n')); rest++, n++)
		;
	text_addf(&c, "end\t%zu\n", n - 1);
	text_add(&t, "facts/1\n");
	if (userns)
		text_add_record(&t, "h", "user-namespaces", userns, NULL);
	n = userns ? 2 : 1;
	for (rest = c.s; (line = next_line(&rest)); n++)
		text_add_record(&t, "c", line, NULL);
	for (rest = lines; (line = next_line(&rest)); n++)
		text_addf(&t, "r\t%s\n", line);
	text_addf(&t, "end\t%zu\n", n);
	return TAKE_PTR(t.s);
}

static void check_verdict(const struct verdict_row *row, const char *config, const char *userns)
{
	_cleanup_finding_ struct finding finding;
	_cleanup_facts_ struct facts f;

	facts_parse(facts_text(row, config, userns), &f);
	ck_assert_int_eq(f.state, FACTS_WHOLE);
	judge_case(row->id, &f, &finding);
	ck_assert_msg(finding.verdict == row->want, "%s: %s %s", verdict_names[finding.verdict],
		      text_str(&finding.reason), text_str(&finding.observed));
	ck_assert_msg(strstr(text_str(&finding.reason), row->says) ||
			      strstr(text_str(&finding.observed), row->says),
		      "%s | %s", text_str(&finding.reason), text_str(&finding.observed));
	/* A failure comes with its rows, anything that isn't pass with a word of why. */
	ck_assert(row->want != BROKEN || finding.reason.len > 0);
	ck_assert(row->want != SKIP || finding.reason.len > 0);
	ck_assert(row->want != FAIL || finding.observed.len > 0);
}

START_TEST(test_verdict)
{
	check_verdict(&rows[_i], CONFIG, NULL);
}
END_TEST

START_TEST(test_userns)
{
	check_verdict(&userns_rows[_i].row, userns_rows[_i].config, userns_rows[_i].userns);
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
	char *text = facts_text(&rows[0], CONFIG, NULL);
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
	ADD_ROWS(s, userns_rows, test_userns);
	ADD_ROWS(s, damage_rows, test_damaged);
	ADD_ROWS(s, state_rows, test_state);
	add_case(s, "found", test_found, 0);
	add_case(s, "judges", test_judges, 0);
	return run_suite(s);
}
