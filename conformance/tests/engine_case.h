/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One case with a masked directory and its control as facts, made of small texts: for tests of
 * what the engine makes of them. `rows` of a table change one thing each.
 */
#pragma once

#include "conformance/tests/suite.h"

#include "conformance/judge/judge.h"

#define CONFIG "{\"linux\":{\"maskedPaths\":[\"/t/a\"]}}"
#define MAPPED                                                                                     \
	"{\"linux\":{\"uidMappings\":[{\"containerID\":0,\"hostID\":7,\"size\":1}],"               \
	"\"maskedPaths\":[\"/t/a\"]}}"

/* The container "a" masks /t/a; "admin" holds the control of mount attempts. */
static const char case_head[] = "case/1\nbundle\tb\ntitle\tT\nprofile\tcore\n%s"
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
#define PROBED(name, result, n) "driver:" name "\tafter\tdriver\tprobed\t-\t" result "\t" n "\n"
#define GOOD MASK("root", "list", "ok", EMPTY) CONTROL("root", "list", "ok", FULL)

#define MKNODS(control) MASK("root", "mknod", "EROFS", "-") CONTROL("root", "mknod", control, "-")
/* What exec came to in a container without lists; a header among the rows. */
#define WITHOUT(result) "h\texec\t" result "\n"
#define NO_NS "user namespaces are disabled"

#define PASS VERDICT_PASS
#define FAIL VERDICT_FAIL
#define SKIP VERDICT_SKIP
#define BROKEN VERDICT_BROKEN
#define NOT_DUE VERDICT_NOT_DUE

struct verdict_row {
	const char *name, *expect, *todo, *rows;
	enum requirement_id id;
	enum verdict want;
	const char *says; /* part of reason or observed */
};

/* Adds, for each container of @c, that its probe wrote as many rows as @rows has of it. */
static inline size_t add_probed(struct text *t, const char *c, const char *rows)
{
	_cleanup_free_ char *copy = xstrdup(c);
	char *rest = copy, *line;
	size_t n = 0;

	while ((line = next_line(&rest))) {
		const char *name = strip_prefix(line, "container\t");
		_cleanup_free_ char *source =
			name ? xasprintf("probe:%.*s\t", (int)strcspn(name, "\t"), name) : NULL;
		const char *at = rows;
		size_t wrote = 0;

		if (!name)
			continue;
		for (; (at = strstr(at, source)); at++)
			wrote++;
		text_addf(t, "r\tdriver:%s", strchr(source, ':') + 1);
		text_addf(t, "after\tdriver\tprobed\t-\tok\t%zu\n", wrote);
		n++;
	}
	return n;
}

/* `@` in the todo is where the container "admin" begins. */
static inline char *facts_text(const struct verdict_row *row, const char *tree, const char *config,
			       const char *userns)
{
	_cleanup_text_ struct text c = { 0 }, t = { 0 };
	_cleanup_free_ char *todo = xstrdup(row->todo), *lines = xstrdup(row->rows);
	_cleanup_free_ char *whole = NULL;
	char *admin = strchr(todo, '@'), *rest, *line;
	size_t n = 1;

	if (admin)
		*admin = '\0';
	text_addf(&c, case_head, tree, row->expect, config, todo);
	if (admin)
		text_add(&c, case_admin);
	for (rest = c.s; (rest = strchr(rest, '\n')); rest++, n++)
		;
	text_addf(&c, "end\t%zu\n", n - 1);
	whole = xstrdup(c.s);
	text_add(&t, "facts/1\n");
	if (userns)
		text_add_record(&t, "h", "user-namespaces", userns, NULL);
	n = userns ? 2 : 1;
	for (rest = c.s; (line = next_line(&rest)); n++)
		text_add_record(&t, "c", line, NULL);
	for (rest = lines; (line = next_line(&rest)); n++)
		text_addf(&t, "%s%s\n", strip_prefix(line, "h\t") ? "" : "r\t", line);
	if (!strstr(row->rows, "\tprobed\t"))
		n += add_probed(&t, whole, row->rows);
	text_addf(&t, "end\t%zu\n", n);
	return TAKE_PTR(t.s);
}

static inline void check_verdict(const struct verdict_row *row, const char *tree,
				 const char *config, const char *userns)
{
	_cleanup_finding_ struct finding finding;
	_cleanup_facts_ struct facts f;

	facts_parse(facts_text(row, tree, config, userns), &f);
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
