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
static int read_owner(const cJSON *o, const char *name, unsigned int *ret, struct text *error)
{
	const cJSON *n = json_field(o, name);

	*ret = 0;
	if (!n)
		return 0;
	if (!cJSON_IsNumber(n) || n->valuedouble < 0 || n->valuedouble > 4294967294.0)
		return refuse(error, "tree: \"%s\" is no id", name);
	*ret = (unsigned int)n->valuedouble;
	return 0;
}

/* The index into tree_rules, TREE_KINDS when @o names none. */
static size_t kind_of(const cJSON *o)
{
	size_t i;

	for (i = 0; i < TREE_KINDS; i++)
		if (json_string(o, tree_kind_names[i], NULL))
			break;
	return i;
}

static int check_mode(const char *path, const cJSON *mode, struct text *error)
{
	const char *s = cJSON_GetStringValue(mode);

	if (!mode || (s && *s && strlen(s) <= 5 && !s[strspn(s, "01234567")]))
		return 0;
	return refuse(error, "tree: \"%s\" has a mode that is no octal string", path);
}

static int read_tree_entry(struct test_case *c, const cJSON *o, struct text *error)
{
	size_t kind = kind_of(o);
	const char *path, *mode, *arg = "";
	unsigned int uid, gid;
	struct tree_entry *e;

	if (check_fields(
		    o, "dir file link hard char fifo socket metacopy mode uid gid content to rdev",
		    "tree", error) < 0)
		return -EINVAL;
	if (kind == TREE_KINDS)
		return refuse(error,
			      "tree: an entry needs one of dir file link hard char fifo socket "
			      "metacopy");
	path = json_string(o, tree_kind_names[kind], "");
	if (path[0] != '/')
		return refuse(error, "tree: \"%s\" is not absolute", path);
	if (check_mode(path, json_field(o, "mode"), error) < 0 ||
	    read_owner(o, "uid", &uid, error) < 0 || read_owner(o, "gid", &gid, error) < 0)
		return -EINVAL;
	if (tree_rules[kind].arg)
		arg = json_string(o, tree_rules[kind].arg,
				  kind == TREE_FILE ? "covered by maskspec\n" : NULL);
	if (!arg)
		return refuse(error, "tree: \"%s\" lacks \"%s\"", path, tree_rules[kind].arg);
	mode = json_string(o, "mode", NULL);
	e = add_tree(c, (enum tree_kind)kind, path,
		     mode ? (unsigned int)strtoul(mode, NULL, 8) : tree_rules[kind].mode, arg);
	e->uid = uid;
	e->gid = gid;
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
	int r = cJSON_IsArray(paths) ? 0 : refuse(error, "paths.%s: not an array", paths->string);

	cJSON_ArrayForEach (p, all) {
		if (r == 0 && !cJSON_IsString(p))
			r = refuse(error, "paths.%s: not a string", paths->string);
		if (r < 0)
			break;
		r = class_add(k, paths->string, p->valuestring);
		if (r < 0)
			r = refuse(error, "paths: \"%s\" is neither a class nor an id of docs/spec",
				   paths->string);
		else
			aliases_add(k, paths->string, p->valuestring);
	}
	cJSON_Delete(all);
	return r;
}

static int read_expect(const cJSON *o, enum expect *ret, struct text *error)
{
	const char *s = json_string(o, "expect", "starts");
	size_t i;

	for (i = 0; i < EXPECT_COUNT; i++) {
		if (streq(s, expect_names[i])) {
			*ret = (enum expect)i;
			return 0;
		}
	}
	return refuse(error, "expect: \"%s\" is none of starts refused either", s);
}

/* The name becomes part of those of folders and sources of facts. */
static int check_name(const struct test_case *c, const char *name, struct text *error)
{
	size_t i;

	if (check_plain(name, "containers", error) < 0)
		return -EINVAL;
	for (i = 0; i < c->n_containers; i++)
		if (streq(c->containers[i].name, name))
			return refuse(error, "containers: two are named \"%s\"", name);
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

/* Fields that make config.json odd; a misspelt word would silently make it an ordinary one. */
static int check_odd(const cJSON *o, struct text *error)
{
	_cleanup_free_ char *without = xstrdup(json_string(o, "without", ""));
	char *state = NULL, *word;

	for (word = strtok_r(without, " ", &state); word; word = strtok_r(NULL, " ", &state))
		if (!has_word("/proc /dev", word))
			return refuse(error, "without: \"%s\" is none of /proc /dev", word);
	if (json_field(o, "without") && !cJSON_IsString(json_field(o, "without")))
		return refuse(error, "without: not a string");
	if (json_field(o, "root") && *json_string(o, "root", "") != '/')
		return refuse(error, "root: not a folder of the tree, which begins with /");
	if (json_field(o, "cwd") && !cJSON_IsString(json_field(o, "cwd")))
		return refuse(error, "cwd: not a string");
	return 0;
}

static int check_container(const struct test_case *c, const cJSON *o, struct text *error)
{
	enum userns_kind kind;
	int r = check_fields(
		o,
		"name expect topics paths userns sysfs sysadmin readonlyRoot mounts "
		"rootfsPropagation stateRoot args maskedPaths readonlyPaths maskedPathsText "
		"without hostPid cwd root steps hooks joinMounts rlimits",
		"containers", error);

	if (r == 0 && userns_asked(o, &kind) < 0)
		r = refuse(error, "userns: none of true false \"many\" \"one\"");
	if (r == 0)
		r = check_arrays(o, "mounts steps rlimits", "containers", error);
	if (r == 0)
		r = check_odd(o, error);
	if (r == 0 && json_field(o, "hooks") && !cJSON_IsObject(json_field(o, "hooks")))
		r = refuse(error, "hooks: not an object");
	if (r == 0 && json_field(o, "joinMounts") && !cJSON_IsBool(json_field(o, "joinMounts")))
		r = refuse(error, "joinMounts: neither true nor false");
	if (r == 0 && json_field(o, "paths") && !cJSON_IsObject(json_field(o, "paths")))
		r = refuse(error, "containers.paths: not an object");
	if (r == 0)
		r = check_name(c, json_string(o, "name", "a"), error);
	if (r == 0 && json_field(o, "stateRoot"))
		r = check_plain(json_string(o, "stateRoot", ""), "stateRoot", error);
	return r < 0 ? r : check_topics(json_string(o, "topics", ""), error);
}

static int read_container(struct test_case *c, const cJSON *o, const struct users *users,
			  struct text *error)
{
	struct container k = { 0 };
	const cJSON *paths;
	int r = check_container(c, o, error);

	if (r == 0)
		r = read_expect(o, &k.expect, error);
	if (r < 0)
		return r;
	k.name = xstrdup(json_string(o, "name", "a"));
	k.topics = xstrdup(json_string(o, "topics", ""));
	k.state = json_field(o, "stateRoot") ? xstrdup(json_string(o, "stateRoot", "")) : NULL;
	k.config = config_text(o, k.name, json_string(o, "maskedPathsText", NULL), users);
	cJSON_ArrayForEach (paths, json_field(o, "paths"))
		if (r == 0)
			r = add_class(&k, paths, error);
	controls_add(&k);
	class_sort(&k);
	if (r == 0)
		r = steps_read(o, &k, error);
	GROW(c->containers, c->n_containers);
	c->containers[c->n_containers++] = k;
	return r;
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
		.alone = has_flag(fixture, "alone"),
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
	int r = check_fields(json,
			     "schema name title profile tree containers alone atOnce kinds lists "
			     "container",
			     "fixture", error);

	if (r == 0)
		r = check_arrays(json, "tree containers kinds lists", "fixture", error);
	if (r == 0)
		r = check_repeats(json, error);
	if (r < 0)
		return r;
	if (!!json_field(json, "containers") + !!json_field(json, "kinds") +
		    !!json_field(json, "lists") >
	    1)
		return refuse(error, "containers, kinds, lists: only one of them");
	if (!streq(json_string(json, "schema", ""), "maskspec-fixture/1"))
		return refuse(error, "schema: not maskspec-fixture/1");
	if (strncmp(name, file, strlen(name)) != 0 || !streq(file + strlen(name), ".json"))
		return refuse(error, "name: \"%s\" is not the file's name", name);
	if (!has_word("core security scale", json_string(json, "profile", "core")))
		return refuse(error, "profile: none of core security scale");
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
