/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/fixture.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <fcntl.h>

#include "conformance/judge/judge.h"

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
		for (j = 0; j < k->n_steps; j++) {
			free(k->steps[j].name);
			free(k->steps[j].arg);
		}
		free(k->name);
		free(k->topics);
		free(k->state);
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

/* Tree ------------------------------------------------------------------------------------- */

static const struct {
	const char *arg; /* field that holds the argument, or NULL */
	unsigned int mode;
} tree_rules[TREE_KINDS] = {
	[TREE_DIR] = { NULL, 0755 },	[TREE_FILE] = { "content", 0644 },
	[TREE_LINK] = { "to", 0777 },	[TREE_HARD] = { "to", 0644 },
	[TREE_CHAR] = { "rdev", 0666 }, [TREE_FIFO] = { NULL, 0666 },
	[TREE_SOCKET] = { NULL, 0666 }, [TREE_METACOPY] = { NULL, 0644 },
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

/* A uid or gid, 0 where it isn't given. */
static unsigned int owner(const cJSON *o, const char *name)
{
	const cJSON *n = json_field(o, name);

	return n ? (unsigned int)n->valuedouble : 0;
}

static enum tree_kind tree_kind_of(const cJSON *o)
{
	size_t i;

	for (i = 0; i < TREE_KINDS - 1; i++)
		if (json_field(o, tree_kind_names[i]))
			break;
	return (enum tree_kind)i;
}

static bool is_octal(const char *s)
{
	return *s && strlen(s) <= 5 && !s[strspn(s, "01234567")];
}

static bool is_device(const char *s)
{
	unsigned int major, minor;
	char rest;

	return sscanf(s, "%u:%u%c", &major, &minor, &rest) == 2;
}

static int read_tree_entry(struct test_case *c, const cJSON *o, struct text *error)
{
	enum tree_kind kind = tree_kind_of(o);
	const char *path = json_string(o, tree_kind_names[kind], "");
	const char *mode = json_string(o, "mode", NULL), *arg = "";
	struct tree_entry *e;

	if (path[0] != '/')
		return refuse(error, "tree: \"%s\" is not absolute", path);
	if (mode && !is_octal(mode))
		return refuse(error, "tree: \"%s\": mode: \"%s\" is no octal number such as 0755",
			      path, mode);
	if (tree_rules[kind].arg)
		arg = json_string(o, tree_rules[kind].arg, "covered by maskspec\n");
	if (kind == TREE_CHAR && !is_device(arg))
		return refuse(error, "tree: \"%s\": rdev: \"%s\" is no MAJOR:MINOR", path, arg);
	e = add_tree(c, kind, path,
		     mode ? (unsigned int)strtoul(mode, NULL, 8) : tree_rules[kind].mode, arg);
	e->uid = owner(o, "uid");
	e->gid = owner(o, "gid");
	return 0;
}

static int read_tree(struct test_case *c, const cJSON *fixture, struct text *error)
{
	cJSON *tree = expand_repeats(json_field(fixture, "tree"));
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
	int r = 0;

	cJSON_ArrayForEach (p, all) {
		r = class_add(k, paths->string, p->valuestring);
		if (r < 0) {
			r = refuse(error, "paths: \"%s\" is neither a class nor an id of docs/spec",
				   paths->string);
			break;
		}
		aliases_add(k, paths->string, p->valuestring);
	}
	cJSON_Delete(all);
	return r;
}

static enum expect expect_of(const cJSON *o)
{
	const char *s = json_string(o, "expect", "starts");
	size_t i;

	for (i = 0; i < EXPECT_COUNT - 1; i++)
		if (streq(s, expect_names[i]))
			break;
	return (enum expect)i;
}

/* The name becomes part of those of folders and sources of facts. */
static int check_name(const struct test_case *c, const char *name, struct text *error)
{
	size_t i;

	if (check_plain(name, "name", error) < 0)
		return -EINVAL;
	for (i = 0; i < c->n_containers; i++)
		if (streq(c->containers[i].name, name))
			return refuse(error, "name: two have it; \"repeat\" numbers by %%d");
	return 0;
}

static int check_topics(const char *topics, struct text *error)
{
	_cleanup_free_ char *copy = xstrdup(topics);
	char *state = NULL, *id;

	for (id = strtok_r(copy, " ", &state); id; id = strtok_r(NULL, " ", &state))
		if (requirement_by_name(id) == REQ_COUNT)
			return refuse(error, "topics: \"%s\" is no id of docs/spec", id);
	return 0;
}

/* A folder is also made for what is in it. */
static int check_root(const struct test_case *c, const char *root, struct text *error)
{
	size_t i;

	for (i = 0; i < c->n_tree; i++) {
		const char *rest = strip_prefix(c->tree[i].path, root);

		if (rest && (*rest == '/' || (!*rest && c->tree[i].kind == TREE_DIR)))
			return 0;
	}
	return refuse(error, "root: \"%s\" is no folder of the tree; add it there", root);
}

/* What the types of its fields don't say. */
static int check_container(const struct test_case *c, const cJSON *o, struct text *error)
{
	int r = check_name(c, json_string(o, "name", "a"), error);

	if (r == 0 && json_field(o, "root"))
		r = check_root(c, json_string(o, "root", ""), error);
	if (r == 0 && json_field(o, "stateRoot"))
		r = check_plain(json_string(o, "stateRoot", ""), "stateRoot", error);
	return r < 0 ? r : check_topics(json_string(o, "topics", ""), error);
}

static int read_fields(struct container *k, const cJSON *o, const struct users *users,
		       struct text *error)
{
	const cJSON *paths;
	int r = 0;

	*k = (struct container){
		.name = xstrdup(json_string(o, "name", "a")),
		.expect = expect_of(o),
		.topics = xstrdup(json_string(o, "topics", "")),
		.state = json_field(o, "stateRoot") ? xstrdup(json_string(o, "stateRoot", ""))
						    : NULL,
	};
	k->config = config_text(o, k->name, json_string(o, "maskedPathsText", NULL), users);
	cJSON_ArrayForEach (paths, json_field(o, "paths"))
		if (r == 0)
			r = add_class(k, paths, error);
	controls_add(k);
	class_sort(k);
	return r < 0 ? r : steps_read(o, k, error);
}

static int read_container(struct test_case *c, const cJSON *o, const struct users *users,
			  struct text *error)
{
	_cleanup_text_ struct text why = { 0 };
	int r = check_container(c, o, &why);

	if (r == 0) {
		GROW(c->containers, c->n_containers);
		r = read_fields(&c->containers[c->n_containers++], o, users, &why);
	}
	return r < 0 ? refuse(error, "container %s: %s", json_string(o, "name", "a"),
			      text_str(&why))
		     : 0;
}

static bool has_flag(const cJSON *fixture, const char *name)
{
	return cJSON_IsTrue(json_field(fixture, name));
}

int fixture_case(const cJSON *fixture, struct case_list *l, struct text *error)
{
	struct test_case c = {
		.bundle = xstrdup(json_string(fixture, "name", "")),
		.title = xstrdup(json_string(fixture, "title", "")),
		.profile = xstrdup(json_string(fixture, "profile", "core")),
		/* Processes of another case are not followed, but they wait for locks of this one. */
		.alone = has_flag(fixture, "alone") || has_flag(fixture, "trace"),
		.trace = has_flag(fixture, "trace"),
		.at_once = has_flag(fixture, "atOnce"),
		.rootless = l->users.userns == USERNS_ROOTLESS,
	};
	cJSON *containers = expand_repeats(json_field(fixture, "containers"));
	const cJSON *o;
	int r = read_tree(&c, fixture, error);

	cJSON_ArrayForEach (o, containers)
		if (r == 0)
			r = read_container(&c, o, &l->users, error);
	cJSON_Delete(containers);
	if (r == 0 && c.n_containers == 0)
		r = refuse(error, "containers: missing or empty");
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
	const char *name = json_string(json, "name", "");
	int r = check_fields(json, error);

	if (r == 0)
		r = check_repeats(json, error);
	if (r < 0)
		return r;
	if (!streq(json_string(json, "schema", ""), "maskspec-fixture/1"))
		return refuse(error, "schema: not maskspec-fixture/1");
	if (strncmp(name, file, strlen(name)) != 0 || !streq(file + strlen(name), ".json"))
		return refuse(error, "name: \"%s\" is not the file's name", name);
	if (json_field(json, "kinds"))
		return pairs_expand(json, l, error);
	if (json_field(json, "lists"))
		return lists_expand(dir, json, l, error);
	return fixture_case(json, l, error);
}

int fixture_read(int dir, const char *file, const char *text, size_t len, struct case_list *l,
		 struct text *error)
{
	cJSON *json = json_strict(text, len, error);
	int r = json ? read_fixture(dir, json, file, l, error) : -EINVAL;

	cJSON_Delete(json);
	return r;
}

static int load_one(int dir, const char *file, struct case_list *l, struct text *error)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = read_file_at(dir, file, CASE_MAX, &text, &len);

	if (r < 0)
		return refuse(error, "%s", errno_name(r));
	return fixture_read(dir, file, text, len, l, error);
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
