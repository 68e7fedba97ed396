/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The default lists of the engines (fixtures/lists, each with its source) as one case: a container
 * for each list, and `plain`, which masks nothing and looks at every path, because what exists and
 * can be read differs by machine.
 */
#include "conformance/fixture.h"

#include <cjson/cJSON.h>

static bool is_list_of_strings(const cJSON *array)
{
	const cJSON *o;

	cJSON_ArrayForEach (o, array)
		if (!cJSON_IsString(o))
			return false;
	return cJSON_IsArray(array);
}

static cJSON *read_list(int dir, const char *name, struct text *error)
{
	_cleanup_free_ char *path = xasprintf("../lists/%s.json", name);
	_cleanup_free_ char *text = NULL;
	cJSON *list = NULL;
	size_t len;

	if (check_plain(name, "lists", error) < 0)
		return NULL;
	if (read_file_at(dir, path, CASE_MAX, &text, &len) == 0)
		list = json_strict(text, len, error);
	if (list && is_list_of_strings(json_field(list, "maskedPaths")) &&
	    is_list_of_strings(json_field(list, "readonlyPaths")))
		return list;
	text_addf(error, "%slists: %s is no list with maskedPaths and readonlyPaths",
		  error->len ? "; " : "", path);
	cJSON_Delete(list);
	return NULL;
}

static bool holds(const cJSON *array, const char *s)
{
	const cJSON *o;

	cJSON_ArrayForEach (o, array)
		if (cJSON_IsString(o) && streq(o->valuestring, s))
			return true;
	return false;
}

static void add_new(cJSON *to, const cJSON *from)
{
	const cJSON *o;

	cJSON_ArrayForEach (o, from)
		if (!holds(to, o->valuestring))
			cJSON_AddItemToArray(to, cJSON_Duplicate(o, true));
}

/* The fixture's "container" with a name and its paths under the classes list- and ro-default. */
static cJSON *make_container(const cJSON *fixture, const char *name, const cJSON *masked,
			     const cJSON *readonly)
{
	cJSON *k = cJSON_Duplicate(json_field(fixture, "container"), true);
	cJSON *classes = cJSON_GetObjectItemCaseSensitive(k, "paths");

	cJSON_AddStringToObject(k, "name", name);
	if (!classes)
		classes = cJSON_AddObjectToObject(k, "paths");
	cJSON_AddItemToObject(classes, "list-default", cJSON_Duplicate(masked, true));
	cJSON_AddItemToObject(classes, "ro-default", cJSON_Duplicate(readonly, true));
	return k;
}

/* Paths of all lists, each once. */
struct union_of_lists {
	cJSON *masked, *readonly;
};

static int add_list(int dir, const cJSON *fixture, const char *name, cJSON *containers,
		    const struct union_of_lists *all, struct text *error)
{
	cJSON *list = read_list(dir, name, error);
	const cJSON *masked = list ? json_field(list, "maskedPaths") : NULL;
	const cJSON *readonly = list ? json_field(list, "readonlyPaths") : NULL;
	cJSON *k;

	if (!list)
		return -EINVAL;
	k = make_container(fixture, name, masked, readonly);
	cJSON_AddItemToObject(k, "maskedPaths", cJSON_Duplicate(masked, true));
	cJSON_AddItemToObject(k, "readonlyPaths", cJSON_Duplicate(readonly, true));
	cJSON_AddItemToArray(containers, k);
	add_new(all->masked, masked);
	add_new(all->readonly, readonly);
	cJSON_Delete(list);
	return 0;
}

/* It becomes all the containers: each gets a name and paths of its own. */
static int check_template(const cJSON *fixture, struct text *error)
{
	const cJSON *k = json_field(fixture, "container");

	if (!k)
		return refuse(error, "container: missing; lists need one, {} at least");
	if (json_field(k, "name"))
		return refuse(error, "container: name: each list gives its own; leave it out");
	return 0;
}

int lists_expand(int dir, const cJSON *fixture, struct case_list *l, struct text *error)
{
	const struct union_of_lists all = { cJSON_CreateArray(), cJSON_CreateArray() };
	cJSON *f = cJSON_Duplicate(fixture, true);
	cJSON *containers = cJSON_AddArrayToObject(f, "containers");
	const cJSON *name;
	int r = check_template(fixture, error);

	cJSON_ArrayForEach (name, json_field(fixture, "lists"))
		if (r == 0)
			r = add_list(dir, fixture, cJSON_GetStringValue(name), containers, &all,
				     error);
	if (r == 0) {
		cJSON *plain = make_container(fixture, "plain", all.masked, all.readonly);

		cJSON_DeleteItemFromObjectCaseSensitive(plain, "topics");
		cJSON_InsertItemInArray(containers, 0, plain);
		r = fixture_case(f, l, error);
	}
	cJSON_Delete(all.masked);
	cJSON_Delete(all.readonly);
	cJSON_Delete(f);
	return r;
}
