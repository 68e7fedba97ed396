/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of a fixture: of what type each is, and in which objects it may stand. A misspelt
 * field, or one of another type, would silently ask for something other than what a reader sees.
 *
 * The kinds of objects: a fixture of cases, pairs or lists (one of each file); its containers; the
 * kinds of pairs; an entry of a tree by what it makes; a step by what it does; and OCI's objects,
 * of which only what the fixtures use. What a value means is for those who read it.
 */
#include "conformance/fixture.h"

#include <cjson/cJSON.h>

#define FIXTURES "cases pairs lists"
#define TREE "dir file link hard char fifo socket metacopy"
#define STEPS "exec pause update kill-create fill-mounts limit-files"
#define HOOKS "prestart createRuntime createContainer startContainer poststart poststop"
#define PROPAGATIONS "shared slave private unbindable rshared rslave rprivate runbindable"

enum type {
	ANY,
	TEXT,
	PATH,
	WORD,  /* one of the rule's words */
	WORDS, /* some of them, with blanks between */
	USERNS,
	FLAG,
	COUNT, /* the words say from where to where */
	TEXTS,
	PATHS, /* texts and {"repeat": N, "path": TEXT} */
	OBJECT,
	OBJECTS,
	CLASSES, /* an object of PATHS, by class */
	TYPES
};

#define NEEDED 0x100u

static const struct rule {
	const char *name;
	const char *in;	   /* kinds of objects */
	unsigned int type; /* enum type, and NEEDED where each such object must have it */
	const char *more;  /* words, or of OBJECT and OBJECTS their kind; NULL: any object */
} rules[] = {
	{ "schema", FIXTURES, TEXT, NULL },
	{ "name", FIXTURES " container", TEXT, NULL },
	{ "name", "kind " STEPS, NEEDED | TEXT, NULL },
	{ "title", FIXTURES, TEXT, NULL },
	{ "profile", FIXTURES, WORD, "core security scale" },
	{ "tree", "cases lists kind", OBJECTS, "tree" },
	{ "alone", "cases lists", FLAG, NULL },
	{ "atOnce", "cases lists", FLAG, NULL },
	{ "trace", "cases", FLAG, NULL },
	{ "containers", "cases", OBJECTS, "container" },
	{ "kinds", "pairs", OBJECTS, "kind" },
	{ "lists", "lists", TEXTS, NULL },
	{ "container", "lists", OBJECT, "container" },

	{ "masked", "kind", PATHS, NULL },
	{ "look", "kind", PATHS, NULL },

	{ "dir", "dir", TEXT, NULL },
	{ "file", "file", TEXT, NULL },
	{ "link", "link", TEXT, NULL },
	{ "hard", "hard", TEXT, NULL },
	{ "char", "char", TEXT, NULL },
	{ "fifo", "fifo", TEXT, NULL },
	{ "socket", "socket", TEXT, NULL },
	{ "metacopy", "metacopy", TEXT, NULL },
	{ "mode", TREE, TEXT, NULL },
	{ "uid", TREE, COUNT, "0 to 4294967294" },
	{ "gid", TREE, COUNT, "0 to 4294967294" },
	{ "content", "file", TEXT, NULL },
	{ "to", "link hard", NEEDED | TEXT, NULL },
	{ "rdev", "char", NEEDED | TEXT, NULL },
	{ "repeat", TREE " container", COUNT, "1 to 65536" },

	{ "expect", "container", WORD, "starts refused either" },
	{ "topics", "container", TEXT, NULL },
	{ "paths", "container", CLASSES, NULL },
	{ "maskedPaths", "container", ANY, NULL },
	{ "readonlyPaths", "container", ANY, NULL },
	{ "maskedPathsText", "container", TEXT, NULL },
	{ "userns", "container", USERNS, "many one" },
	{ "sysfs", "container", FLAG, NULL },
	{ "sysadmin", "container", FLAG, NULL },
	{ "hostPid", "container", FLAG, NULL },
	{ "joinMounts", "container", FLAG, NULL },
	{ "readonlyRoot", "container", FLAG, NULL },
	{ "root", "container", PATH, NULL },
	{ "rootfsPropagation", "container", WORD, PROPAGATIONS },
	{ "without", "container", WORDS, "/proc /dev" },
	{ "stateRoot", "container", TEXT, NULL },
	{ "args", "container exec hook", TEXTS, NULL },
	{ "cwd", "container", TEXT, NULL },
	{ "mounts", "container kind", OBJECTS, "mount" },
	{ "hooks", "container", OBJECT, "hooks" },
	{ "rlimits", "container", OBJECTS, "rlimit" },
	{ "steps", "container", OBJECTS, "step" },

	{ "destination", "mount", NEEDED | TEXT, NULL },
	{ "type", "mount", TEXT, NULL },
	{ "source", "mount", TEXT, NULL },
	{ "options", "mount", TEXTS, NULL },

	{ "prestart", "hooks", OBJECTS, "hook" },
	{ "createRuntime", "hooks", OBJECTS, "hook" },
	{ "createContainer", "hooks", OBJECTS, "hook" },
	{ "startContainer", "hooks", OBJECTS, "hook" },
	{ "poststart", "hooks", OBJECTS, "hook" },
	{ "poststop", "hooks", OBJECTS, "hook" },
	{ "path", "hook", NEEDED | TEXT, NULL },
	{ "env", "hook", TEXTS, NULL },
	{ "timeout", "hook", COUNT, "1 to 2147483647" },

	{ "type", "rlimit", NEEDED | TEXT, NULL },
	{ "hard", "rlimit", NEEDED | COUNT, "0 to 18446744073709551615" },
	{ "soft", "rlimit", NEEDED | COUNT, "0 to 18446744073709551615" },

	{ "do", STEPS, TEXT, NULL },
	{ "uid", "exec", COUNT, "0 to 65535" },
	{ "cwd", "exec", PATH, NULL },
	{ "capabilities", "exec", WORD, "none admin" },
	{ "resources", "update", NEEDED | OBJECT, NULL },
	{ "at", "kill-create", NEEDED | TEXT, NULL },
	{ "room", "fill-mounts", NEEDED | COUNT, "1 to 65536" },
	{ "most", "limit-files", NEEDED | COUNT, "1 to 65536" },
};

/* Types -------------------------------------------------------------------------------------- */

static bool fits_any(_unused_ const cJSON *v, _unused_ const char *words)
{
	return true;
}

static bool fits_text(const cJSON *v, _unused_ const char *words)
{
	return cJSON_IsString(v);
}

static bool fits_path(const cJSON *v, _unused_ const char *words)
{
	return cJSON_IsString(v) && v->valuestring[0] == '/';
}

static bool fits_word(const cJSON *v, const char *words)
{
	return cJSON_IsString(v) && *v->valuestring && !strchr(v->valuestring, ' ') &&
	       has_word(words, v->valuestring);
}

static bool fits_words(const cJSON *v, const char *words)
{
	_cleanup_free_ char *copy = xstrdup(cJSON_IsString(v) ? v->valuestring : "");
	char *state = NULL, *word;

	for (word = strtok_r(copy, " ", &state); word; word = strtok_r(NULL, " ", &state))
		if (!has_word(words, word))
			return false;
	return cJSON_IsString(v);
}

static bool fits_flag(const cJSON *v, _unused_ const char *words)
{
	return cJSON_IsBool(v);
}

static bool fits_userns(const cJSON *v, const char *words)
{
	return cJSON_IsBool(v) || fits_word(v, words);
}

/* A double above 2^53 is whole, and may be more than an integer holds. */
static bool is_whole(double n)
{
	return n > 9007199254740992.0 || n == (double)(long long)n;
}

static bool fits_count(const cJSON *v, const char *words)
{
	double least, most;

	return cJSON_IsNumber(v) && sscanf(words, "%lf to %lf", &least, &most) == 2 &&
	       v->valuedouble >= least && v->valuedouble <= most && is_whole(v->valuedouble);
}

static bool fits_array(const cJSON *v, _unused_ const char *words)
{
	return cJSON_IsArray(v);
}

static bool fits_object(const cJSON *v, _unused_ const char *words)
{
	return cJSON_IsObject(v);
}

/* Behind "FIELD: " or "FIELD: "VALUE" is "; the words of the rule follow. */
static const struct {
	bool (*fits)(const cJSON *v, const char *words);
	const char *fault;
	bool words;
} types[TYPES] = {
	[ANY] = { fits_any, "", false },
	[TEXT] = { fits_text, "not a string", false },
	[PATH] = { fits_path, "not absolute; write a string that begins with /", false },
	[WORD] = { fits_word, "none of ", true },
	[WORDS] = { fits_words, "no string of the words ", true },
	[USERNS] = { fits_userns, "none of true false (without quotes) ", true },
	[FLAG] = { fits_flag, "neither true nor false (without quotes)", false },
	[COUNT] = { fits_count, "no whole number from ", true },
	[TEXTS] = { fits_array, "not an array of strings", false },
	[PATHS] = { fits_array, "not an array of strings", false },
	[OBJECT] = { fits_object, "not an object", false },
	[OBJECTS] = { fits_array, "not an array of objects", false },
	[CLASSES] = { fits_object, "not an object of arrays", false },
};

/* Places ------------------------------------------------------------------------------------- */

struct place {
	const struct place *up; /* NULL: the fixture, which is not named before what is in it */
	const char *name;
	int index; /* of an element; -1: the field itself */
};

static void add_place(struct text *t, const struct place *p)
{
	if (p->up && p->up->up)
		add_place(t, p->up);
	text_add(t, p->name);
	if (p->index >= 0)
		text_addf(t, "[%d]", p->index);
	text_add(t, ": ");
}

static int refuse_at(const struct place *at, const char *what, const char *more, struct text *error)
{
	add_place(error, at);
	return refuse(error, "%s%s", what, more);
}

static enum type type_of(const struct rule *rule)
{
	return (enum type)(rule->type & ~NEEDED);
}

static int refuse_value(const struct place *at, const struct rule *rule, const cJSON *v,
			struct text *error)
{
	enum type type = type_of(rule);

	add_place(error, at);
	if (cJSON_IsString(v))
		text_addf(error, "\"%s\" is ", v->valuestring);
	return refuse(error, "%s%s", types[type].fault, types[type].words ? rule->more : "");
}

/* Objects ------------------------------------------------------------------------------------ */

static int check_object(const cJSON *o, const char *kind, const struct place *at,
			struct text *error);

/* The kind of one of the objects @of; NULL with the reason in *@ret_fault. */
static const char *kind_of(const cJSON *o, const char *of, const char **ret_fault)
{
	size_t i;

	if (streq(of, "tree")) {
		for (i = 0; i < TREE_KINDS; i++)
			if (json_field(o, tree_kind_names[i]))
				return tree_kind_names[i];
		*ret_fault = "an entry needs one of " TREE;
		return NULL;
	}
	if (streq(of, "step")) {
		for (i = 0; i < STEP_KINDS; i++)
			if (streq(json_string(o, "do", ""), step_kind_names[i]))
				return step_kind_names[i];
		*ret_fault = "\"do\" is none of " STEPS;
		return NULL;
	}
	return of;
}

static int check_element(const cJSON *o, const char *of, const struct place *at, struct text *error)
{
	const char *fault = "", *kind;

	if (!cJSON_IsObject(o))
		return refuse_at(at, "not an object", "", error);
	kind = kind_of(o, of, &fault);
	return kind ? check_object(o, kind, at, error) : refuse_at(at, fault, "", error);
}

/* Containers have names, by which their errors are found again; the rest is counted. */
static int check_objects(const cJSON *a, const char *of, const struct place *at, struct text *error)
{
	struct place element = { at->up, at->name, 0 };
	const cJSON *o;
	int r;

	cJSON_ArrayForEach (o, a) {
		const cJSON *name = json_field(o, "name");
		_cleanup_free_ char *label = xasprintf("container %s", json_string(o, "name", "a"));
		const struct place named = { at->up, label, -1 };
		bool has_name = streq(of, "container") && cJSON_IsObject(o) &&
				(!name || cJSON_IsString(name));

		r = check_element(o, of, has_name ? &named : &element, error);
		if (r < 0)
			return r;
		element.index++;
	}
	return 0;
}

static bool is_repeated_path(const cJSON *o)
{
	return cJSON_GetArraySize(o) == 2 && json_field(o, "repeat") &&
	       cJSON_IsString(json_field(o, "path"));
}

static int check_texts(const cJSON *a, bool repeats, const struct place *at, struct text *error)
{
	struct place element = { at->up, at->name, 0 };
	const cJSON *o;

	if (!cJSON_IsArray(a))
		return refuse_at(at, types[TEXTS].fault, "", error);
	cJSON_ArrayForEach (o, a) {
		if (!cJSON_IsString(o) && !(repeats && is_repeated_path(o)))
			return refuse_at(&element, types[TEXT].fault,
					 repeats ? " and no {\"repeat\": N, \"path\": \"…\"}" : "",
					 error);
		element.index++;
	}
	return 0;
}

static int check_classes(const cJSON *classes, const struct place *at, struct text *error)
{
	const cJSON *paths;

	cJSON_ArrayForEach (paths, classes) {
		const struct place below = { at, paths->string, -1 };
		int r = check_texts(paths, true, &below, error);

		if (r < 0)
			return r;
	}
	return 0;
}

static int check_value(const cJSON *v, const struct rule *rule, const struct place *at,
		       struct text *error)
{
	enum type type = type_of(rule);

	if (!types[type].fits(v, rule->more))
		return refuse_value(at, rule, v, error);
	if (type == TEXTS || type == PATHS)
		return check_texts(v, type == PATHS, at, error);
	if (type == CLASSES)
		return check_classes(v, at, error);
	if (type == OBJECT && rule->more)
		return check_object(v, rule->more, at, error);
	return type == OBJECTS ? check_objects(v, rule->more, at, error) : 0;
}

static const struct rule *find_rule(const char *name, const char *kind)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (streq(rules[i].name, name) && has_word(rules[i].in, kind))
			return &rules[i];
	return NULL;
}

static int refuse_field(const char *name, const char *kind, const struct place *at,
			struct text *error)
{
	size_t i;

	add_place(error, at);
	text_addf(error, "\"%s\" is none of", name);
	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (has_word(rules[i].in, kind))
			text_addf(error, " %s", rules[i].name);
	return -EINVAL;
}

static int check_object(const cJSON *o, const char *kind, const struct place *at,
			struct text *error)
{
	const cJSON *child;
	size_t i;
	int r;

	cJSON_ArrayForEach (child, o) {
		const struct rule *rule = find_rule(child->string, kind);
		const struct place below = { at, child->string, -1 };

		if (!rule)
			return refuse_field(child->string, kind, at, error);
		r = check_value(child, rule, &below, error);
		if (r < 0)
			return r;
	}
	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if ((rules[i].type & NEEDED) && has_word(rules[i].in, kind) &&
		    !json_field(o, rules[i].name))
			return refuse_at(at, "lacks ", rules[i].name, error);
	return 0;
}

int check_fields(const cJSON *fixture, struct text *error)
{
	const struct place at = { NULL, "fixture", -1 };
	const char *kind = json_field(fixture, "kinds")	  ? "pairs"
			   : json_field(fixture, "lists") ? "lists"
							  : "cases";

	if (!cJSON_IsObject(fixture))
		return refuse_at(&at, "not an object", "", error);
	if (!!json_field(fixture, "containers") + !!json_field(fixture, "kinds") +
		    !!json_field(fixture, "lists") >
	    1)
		return refuse(error, "containers, kinds, lists: only one of them");
	return check_object(fixture, kind, &at, error);
}
