/* SPDX-License-Identifier: Apache-2.0 */
/* maskspec list and explain: what the kit knows, from its own tables. */
#include "conformance/maskspec.h"

#include <cjson/cJSON.h>
#include <fcntl.h>

static void print_json(cJSON *a)
{
	_cleanup_free_ char *s = cJSON_Print(a);

	puts(s);
	cJSON_Delete(a);
}

static cJSON *add_object(cJSON *a)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddItemToArray(a, o);
	return o;
}

static int list_requirements(_unused_ const char *fixtures, bool json)
{
	cJSON *a = cJSON_CreateArray();
	size_t i;

	for (i = 0; i < REQ_COUNT; i++) {
		const struct requirement *q = &requirements[i];
		cJSON *o = add_object(a);

		if (!json)
			printf("%-24s %-6s  %s\n", q->id, level_names[q->level], q->title);
		cJSON_AddStringToObject(o, "id", q->id);
		cJSON_AddStringToObject(o, "level", level_names[q->level]);
		cJSON_AddStringToObject(o, "title", q->title);
		cJSON_AddStringToObject(o, "spec", q->spec);
		cJSON_AddStringToObject(o, "source", q->source);
	}
	if (json)
		print_json(a);
	else
		cJSON_Delete(a);
	return 0;
}

static int list_cases(const char *fixtures, bool json)
{
	_cleanup_case_list_ struct case_list l = { 0 };
	cJSON *a;
	size_t i;

	if (!load_cases(fixtures, &l))
		return EXIT_USAGE;
	a = cJSON_CreateArray();
	for (i = 0; i < l.n; i++) {
		cJSON *o = add_object(a);

		if (!json)
			printf("%-24s %-8s %2zu container%s  %s\n", l.cases[i].bundle,
			       l.cases[i].profile, l.cases[i].n_containers,
			       l.cases[i].n_containers == 1 ? " " : "s", l.cases[i].title);
		cJSON_AddStringToObject(o, "bundle", l.cases[i].bundle);
		cJSON_AddStringToObject(o, "profile", l.cases[i].profile);
		cJSON_AddNumberToObject(o, "containers", (double)l.cases[i].n_containers);
		cJSON_AddStringToObject(o, "title", l.cases[i].title);
	}
	if (json)
		print_json(a);
	else
		cJSON_Delete(a);
	return 0;
}

static int list_mutants(const char *fixtures, bool json)
{
	_cleanup_free_ char *path = xasprintf("%s/mutants.tsv", fixtures);
	_cleanup_free_ char *text = NULL;
	char *rest, *line, *f[5];
	cJSON *a;

	if (read_file_at(AT_FDCWD, path, CASE_MAX, &text, NULL) < 0)
		return complain(EXIT_USAGE, "%s: %s", path, errno_name(errno));
	a = cJSON_CreateArray();
	for (rest = text; (line = next_line(&rest));) {
		cJSON *o;

		if (!*line || *line == '#' || split_record(line, f, 5) < 4)
			continue;
		o = add_object(a);
		if (!json)
			printf("%-26s %s\n%-26s   falls: %s\n", f[0], f[1], "", f[3]);
		cJSON_AddStringToObject(o, "name", f[0]);
		cJSON_AddStringToObject(o, "fault", f[1]);
		cJSON_AddStringToObject(o, "model", f[2]);
		cJSON_AddStringToObject(o, "falls", f[3]);
	}
	if (json)
		print_json(a);
	else
		cJSON_Delete(a);
	return 0;
}

static const struct {
	const char *name;
	int (*list)(const char *fixtures, bool json);
} lists[] = {
	{ "requirements", list_requirements },
	{ "cases", list_cases },
	{ "mutants", list_mutants },
};

int cmd_list(int argc, char **argv)
{
	_cleanup_free_ char *fixtures = fixtures_dir(NULL);
	const char *what = "requirements";
	bool json = false;
	size_t n;
	int i;

	for (i = 1; i < argc; i++) {
		if (streq(argv[i], "--json"))
			json = true;
		else
			what = argv[i];
	}
	for (n = 0; n < ARRAY_SIZE(lists); n++)
		if (streq(lists[n].name, what))
			return lists[n].list(fixtures, json);
	return complain(EXIT_USAGE, "list: \"%s\" is none of requirements, cases, mutants", what);
}

static void explain_part(const char *name, const char *text)
{
	if (*text)
		printf("%-12s %s\n", name, text);
}

int cmd_explain(int argc, char **argv)
{
	_cleanup_free_ char *fixtures = fixtures_dir(NULL);
	_cleanup_free_ char *killers = NULL;
	_cleanup_case_list_ struct case_list l = { 0 };
	enum requirement_id id = argc == 2 ? requirement_by_name(argv[1]) : REQ_COUNT;
	const struct requirement *q = &requirements[id < REQ_COUNT ? id : 0];
	size_t i;

	if (argc != 2)
		return complain(EXIT_USAGE,
				"explain: name one requirement; `maskspec list` shows them");
	if (id == REQ_COUNT)
		return complain(EXIT_USAGE,
				"explain: no requirement \"%s\"; `maskspec list` shows them",
				argv[1]);
	killers = killers_of(fixtures, q->id);
	printf("%s (%s)\n%s\n\n", q->id, level_names[q->level], q->title);
	explain_part("why", q->why);
	explain_part("source", q->source);
	explain_part("disputed", q->disputed);
	explain_part("observed by", q->observe);
	explain_part("expected", judges[id]->expected);
	explain_part("spec", q->spec);
	if (q->level != LEVEL_INFO)
		explain_part("killed by", *killers ? killers : "no mutant yet");
	if (!load_cases(fixtures, &l))
		return EXIT_USAGE;
	printf("%-12s", "cases");
	for (i = 0; i < l.n; i++)
		if (judge_is_due(id, &l.cases[i]))
			printf(" %s", l.cases[i].bundle);
	putchar('\n');
	return 0;
}
