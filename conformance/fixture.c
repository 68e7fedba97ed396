/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/fixture.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>

#include "conformance/judge/judge.h"

static const cJSON *field(const cJSON *o, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(o, name);
}

static const char *string(const cJSON *o, const char *name, const char *otherwise)
{
	const cJSON *s = field(o, name);

	return cJSON_IsString(s) ? s->valuestring : otherwise;
}

_printf_(2, 3) static int fault(struct text *error, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) >= 0) {
		text_add(error, s);
		free(s);
	}
	va_end(ap);
	return -EINVAL;
}

/* A field that is misspelt would ask for nothing, silently. */
static int check_fields(const cJSON *o, const char *known, const char *where, struct text *error)
{
	const cJSON *child;

	cJSON_ArrayForEach (child, o)
		if (!has_word(known, child->string))
			return fault(error, "%s: \"%s\" is none of %s", where, child->string,
				     known);
	return 0;
}

/* Unlike cases that were read, these own each string by itself. */
static void free_built(struct test_case *c)
{
	size_t i, j;

	for (i = 0; i < c->n_tree; i++) {
		free(c->tree[i].path);
		free(c->tree[i].arg);
	}
	for (i = 0; i < c->n_containers; i++) {
		struct container *k = &c->containers[i];

		for (j = 0; j < k->n_todo; j++) {
			free(k->todo[j].path);
			free(k->todo[j].class);
		}
		for (j = 0; j < k->n_masks; j++) {
			free(k->masks[j].path);
			free(k->masks[j].class);
		}
		free(k->name);
		free(k->topics);
		free(k->config);
	}
	free(c->bundle);
	free(c->title);
	free(c->profile);
	case_free(c);
}

void case_list_free(struct case_list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		free_built(&l->cases[i]);
	free(l->cases);
	*l = (struct case_list){ .users = l->users };
}

/* Repeats ---------------------------------------------------------------------------------- */

static void number_strings(cJSON *o, int number)
{
	cJSON *child;
	char *at;

	/* The %d of a repeat inside is its own. */
	cJSON_ArrayForEach (child, o)
		if (!field(child, "repeat"))
			number_strings(child, number);
	if (!cJSON_IsString(o) || !(at = strstr(o->valuestring, "%d")))
		return;
	{
		_cleanup_free_ char *s = xasprintf("%.*s%d%s", (int)(at - o->valuestring),
						   o->valuestring, number, at + 2);

		cJSON_SetValuestring(o, s);
	}
}

/* {"repeat": N, "path": "/x%d"} is N strings, any other object N objects. */
static void add_repeated(cJSON *to, const cJSON *o, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		cJSON *copy = cJSON_Duplicate(o, true);

		cJSON_DeleteItemFromObjectCaseSensitive(copy, "repeat");
		number_strings(copy, i);
		if (cJSON_GetArraySize(copy) == 1 && field(copy, "path")) {
			cJSON *s = cJSON_DetachItemFromObjectCaseSensitive(copy, "path");

			cJSON_Delete(copy);
			free(s->string);
			s->string = NULL;
			copy = s;
		}
		cJSON_AddItemToArray(to, copy);
	}
}

cJSON *expand_repeats(const cJSON *a)
{
	cJSON *to = cJSON_CreateArray();
	const cJSON *o;

	cJSON_ArrayForEach (o, a) {
		const cJSON *n = cJSON_IsObject(o) ? field(o, "repeat") : NULL;

		if (cJSON_IsNumber(n) && n->valueint > 0 && n->valueint <= 65536)
			add_repeated(to, o, n->valueint);
		else
			cJSON_AddItemToArray(to, cJSON_Duplicate(o, true));
	}
	return to;
}

/* Tree ------------------------------------------------------------------------------------- */

static const struct {
	const char *arg; /* field that holds the argument, or NULL */
	unsigned int mode;
} tree_rules[TREE_KINDS] = {
	[TREE_DIR] = { NULL, 0755 },	[TREE_FILE] = { "content", 0644 },
	[TREE_LINK] = { "to", 0777 },	[TREE_HARD] = { "to", 0644 },
	[TREE_CHAR] = { "rdev", 0666 }, [TREE_FIFO] = { NULL, 0666 },
	[TREE_SOCKET] = { NULL, 0666 },
};

static struct tree_entry *add_tree(struct test_case *c, enum tree_kind kind, const char *path,
				   unsigned int mode, const char *arg)
{
	GROW(c->tree, c->n_tree);
	c->tree[c->n_tree] = (struct tree_entry){
		.kind = kind, .path = xstrdup(path), .mode = mode, .arg = xstrdup(arg)
	};
	return &c->tree[c->n_tree++];
}

static unsigned int number(const cJSON *o, const char *name)
{
	const cJSON *n = field(o, name);

	return cJSON_IsNumber(n) && n->valuedouble > 0 ? (unsigned int)n->valuedouble : 0;
}

static int read_tree_entry(struct test_case *c, const cJSON *o, struct text *error)
{
	size_t i;

	for (i = 0; i < TREE_KINDS; i++) {
		const char *path = string(o, tree_kind_names[i], NULL);
		const char *mode = string(o, "mode", NULL);
		const char *arg = tree_rules[i].arg ? string(o, tree_rules[i].arg, NULL) : "";
		struct tree_entry *e;

		if (!path)
			continue;
		if (path[0] != '/')
			return fault(error, "tree: \"%s\" is not absolute", path);
		if (field(o, "mode") && (!mode || !*mode || mode[strspn(mode, "01234567")]))
			return fault(error, "tree: \"%s\" has a mode that is no octal string",
				     path);
		if (i == TREE_FILE && !arg)
			arg = "covered by maskspec\n";
		if (!arg)
			return fault(error, "tree: \"%s\" lacks \"%s\"", path, tree_rules[i].arg);
		e = add_tree(c, (enum tree_kind)i, path,
			     mode ? (unsigned int)strtoul(mode, NULL, 8) : tree_rules[i].mode, arg);
		e->uid = number(o, "uid");
		e->gid = number(o, "gid");
		return 0;
	}
	return fault(error, "tree: an entry needs one of dir file link hard char fifo socket");
}

static int read_tree(struct test_case *c, const cJSON *fixture, struct text *error)
{
	cJSON *tree = expand_repeats(field(fixture, "tree"));
	const cJSON *o;
	int r = 0;

	/* What every case has: the place of the probe, and siblings that nothing masks. */
	add_tree(c, TREE_DIR, "/.maskspec", 0755, "");
	add_tree(c, TREE_DIR, "/t", 0777, "");
	add_tree(c, TREE_DIR, "/t/control.d", 0777, "");
	add_tree(c, TREE_FILE, "/t/control.d/secret", 0644, "covered by maskspec\n");
	add_tree(c, TREE_FILE, "/t/control", 0777, "covered by maskspec\n");
	cJSON_ArrayForEach (o, tree)
		if (r == 0)
			r = read_tree_entry(c, o, error);
	cJSON_Delete(tree);
	return r;
}

/* Containers ------------------------------------------------------------------------------- */

static int add_class(struct container *k, const cJSON *paths, struct text *error)
{
	cJSON *all = expand_repeats(paths);
	const cJSON *p;
	int r = cJSON_IsArray(paths) ? 0 : fault(error, "paths.%s: not an array", paths->string);

	cJSON_ArrayForEach (p, all) {
		if (r == 0 && !cJSON_IsString(p))
			r = fault(error, "paths.%s: not a string", paths->string);
		if (r < 0)
			break;
		r = class_add(k, paths->string, p->valuestring);
		if (r < 0)
			r = fault(error, "paths: \"%s\" is neither a class nor an id of docs/spec",
				  paths->string);
		else
			aliases_add(k, paths->string, p->valuestring);
	}
	cJSON_Delete(all);
	return r;
}

static int read_expect(const cJSON *o, enum expect *ret, struct text *error)
{
	const char *s = string(o, "expect", "starts");
	size_t i;

	for (i = 0; i < EXPECT_COUNT; i++) {
		if (streq(s, expect_names[i])) {
			*ret = (enum expect)i;
			return 0;
		}
	}
	return fault(error, "expect: \"%s\" is none of starts refused either", s);
}

/* The name becomes part of those of folders and sources of facts. */
static int check_name(const struct test_case *c, const char *name, struct text *error)
{
	size_t i;

	if (!*name || strpbrk(name, "/. "))
		return fault(error, "containers: \"%s\" can't be a name", name);
	for (i = 0; i < c->n_containers; i++)
		if (streq(c->containers[i].name, name))
			return fault(error, "containers: two are named \"%s\"", name);
	return 0;
}

static int check_topics(const char *topics, struct text *error)
{
	_cleanup_free_ char *copy = xstrdup(topics);
	char *state = NULL, *id;

	for (id = strtok_r(copy, " ", &state); id; id = strtok_r(NULL, " ", &state))
		if (requirement_by_name(id) == REQ_COUNT)
			return fault(error, "topics: \"%s\" is no id of docs/spec", id);
	return 0;
}

static int check_container(const struct test_case *c, const cJSON *o, struct text *error)
{
	enum userns_kind kind;
	int r = check_fields(o,
			     "name expect topics paths userns sysfs sysadmin readonlyRoot mounts "
			     "rootfsPropagation args maskedPaths readonlyPaths maskedPathsText",
			     "containers", error);

	if (r == 0 && userns_asked(o, &kind) < 0)
		r = fault(error, "userns: none of true false \"many\" \"one\"");
	if (r == 0)
		r = check_name(c, string(o, "name", "a"), error);
	return r < 0 ? r : check_topics(string(o, "topics", ""), error);
}

static int read_container(struct test_case *c, const cJSON *o, const struct users *users,
			  struct text *error)
{
	struct container k = { 0 };
	const cJSON *paths;
	int r = check_container(c, o, error);

	if (r == 0)
		r = read_expect(o, &k.expect, error);

	k.name = xstrdup(string(o, "name", "a"));
	k.topics = xstrdup(string(o, "topics", ""));
	k.config = config_text(o, k.name, string(o, "maskedPathsText", NULL), users);
	cJSON_ArrayForEach (paths, field(o, "paths"))
		if (r == 0)
			r = add_class(&k, paths, error);
	controls_add(&k);
	class_sort(&k);
	GROW(c->containers, c->n_containers);
	c->containers[c->n_containers++] = k;
	return r;
}

static bool has_flag(const cJSON *fixture, const char *name)
{
	return cJSON_IsTrue(field(fixture, name));
}

int fixture_case(const cJSON *fixture, struct case_list *l, struct text *error)
{
	struct test_case c = {
		.bundle = xstrdup(string(fixture, "name", "")),
		.title = xstrdup(string(fixture, "title", "")),
		.profile = xstrdup(string(fixture, "profile", "core")),
		.alone = has_flag(fixture, "alone"),
		.at_once = has_flag(fixture, "atOnce"),
		.rootless = l->users.userns == USERNS_ROOTLESS,
	};
	cJSON *containers = expand_repeats(field(fixture, "containers"));
	const cJSON *o;
	int r = read_tree(&c, fixture, error);

	cJSON_ArrayForEach (o, containers)
		if (r == 0)
			r = read_container(&c, o, &l->users, error);
	cJSON_Delete(containers);
	if (r == 0 && c.n_containers == 0)
		r = fault(error, "containers: missing or empty");
	if (r < 0) {
		free_built(&c);
		return r;
	}
	GROW(l->cases, l->n);
	l->cases[l->n++] = c;
	return 0;
}

/* Files ------------------------------------------------------------------------------------ */

static int read_fixture(int dir, const cJSON *json, const char *file, struct case_list *l,
			struct text *error)
{
	const char *name = string(json, "name", "");
	int r = check_fields(json,
			     "schema name title profile tree containers alone atOnce kinds lists "
			     "container",
			     "fixture", error);

	if (r < 0)
		return r;
	if (!streq(string(json, "schema", ""), "maskspec-fixture/1"))
		return fault(error, "schema: not maskspec-fixture/1");
	if (strncmp(name, file, strlen(name)) != 0 || !streq(file + strlen(name), ".json"))
		return fault(error, "name: \"%s\" is not the file's name", name);
	if (!has_word("core security scale", string(json, "profile", "core")))
		return fault(error, "profile: none of core security scale");
	if (field(json, "kinds"))
		return pairs_expand(json, l, error);
	if (field(json, "lists"))
		return lists_expand(dir, json, l, error);
	return fixture_case(json, l, error);
}

static int load_one(int dir, const char *file, struct case_list *l, struct text *error)
{
	_cleanup_free_ char *text = NULL;
	const char *end;
	size_t len;
	cJSON *json;
	int r = read_file_at(dir, file, CASE_MAX, &text, &len);

	if (r < 0)
		return fault(error, "%s", errno_name(r));
	json = cJSON_ParseWithLengthOpts(text, len + 1, &end, true);
	if (!json)
		return fault(error, "not JSON at byte %zu", (size_t)(end - text));
	r = read_fixture(dir, json, file, l, error);
	cJSON_Delete(json);
	return r;
}

static int is_json(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 5 && streq(e->d_name + n - 5, ".json");
}

int fixtures_load(const char *dir, struct case_list *ret, char **ret_error)
{
	_cleanup_case_list_ struct case_list l = { .users = ret->users };
	_cleanup_close_ int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **names;
	int n = fd < 0 ? -1 : scandir(dir, &names, is_json, alphasort);
	int i, r = 0;

	*ret_error = NULL;
	if (n <= 0) {
		*ret_error =
			xasprintf("%s: no fixtures here; name their folder with --fixtures", dir);
		return -EINVAL;
	}
	for (i = 0; i < n; i++) {
		_cleanup_text_ struct text error = { 0 };

		if (r == 0)
			r = load_one(fd, names[i]->d_name, &l, &error);
		if (r < 0 && !*ret_error)
			*ret_error =
				xasprintf("%s/%s: %s", dir, names[i]->d_name, text_str(&error));
		free(names[i]);
	}
	free(names);
	if (r < 0)
		return r;
	*ret = l;
	l = (struct case_list){ 0 };
	return 0;
}
