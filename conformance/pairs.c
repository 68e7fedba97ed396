/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pairs: kinds of targets and spellings in every order of two. A case holds the whole table in
 * the order of one row of a row-complete Latin square (Williams 1949): over all cases every kind is
 * once the first and once the last, and every ordered pair stands once side by side, because faults
 * carry over from one entry to the next. `%` in a kind's strings is its own folder, /p/KIND.
 */
#include "conformance/fixture.h"

#include <cjson/cJSON.h>

static void place_strings(cJSON *o, const char *kind)
{
	cJSON *child;

	cJSON_ArrayForEach (child, o)
		place_strings(child, kind);
	while (cJSON_IsString(o) && strchr(o->valuestring, '%')) {
		const char *at = strchr(o->valuestring, '%');
		_cleanup_free_ char *s = xasprintf("%.*s/p/%s%s", (int)(at - o->valuestring),
						   o->valuestring, kind, at + 1);

		cJSON_SetValuestring(o, s);
	}
}

static void append_all(cJSON *to, const cJSON *from)
{
	const cJSON *o;

	cJSON_ArrayForEach (o, from)
		cJSON_AddItemToArray(to, cJSON_Duplicate(o, true));
}

struct parts {
	cJSON *tree, *masked, *look, *mounts;
};

static void add_kind(struct parts *p, const cJSON *kind)
{
	cJSON *k = cJSON_Duplicate(kind, true);

	place_strings(k, cJSON_GetStringValue(json_field(kind, "name")));
	append_all(p->tree, json_field(k, "tree"));
	append_all(p->masked, json_field(k, "masked"));
	append_all(p->look, json_field(k, "look"));
	append_all(p->mounts, json_field(k, "mounts"));
	cJSON_Delete(k);
}

/* 0, 1, n-1, 2, n-2, …, each plus @row: row-complete for every even @n. */
static int square(int n, int row, int column)
{
	int step = column % 2 ? (column + 1) / 2 : n - column / 2;

	return (step + row) % n;
}

static cJSON *make_fixture(const cJSON *fixture, const cJSON *kinds, int first)
{
	cJSON *f = cJSON_CreateObject(), *c = cJSON_CreateObject(), *paths;
	struct parts p = { cJSON_CreateArray(), cJSON_CreateArray(), cJSON_CreateArray(),
			   cJSON_CreateArray() };
	int n = cJSON_GetArraySize(kinds), i;
	_cleanup_free_ char *name =
		xasprintf("pairs/%s", json_string(cJSON_GetArrayItem(kinds, first), "name", ""));

	for (i = 0; i < n; i++)
		add_kind(&p, cJSON_GetArrayItem(kinds, square(n, first, i)));
	cJSON_AddStringToObject(f, "name", name);
	cJSON_AddItemToObject(f, "title", cJSON_Duplicate(json_field(fixture, "title"), true));
	cJSON_AddItemToObject(f, "profile", cJSON_Duplicate(json_field(fixture, "profile"), true));
	cJSON_AddItemToObject(f, "tree", p.tree);
	cJSON_AddItemToObject(c, "maskedPaths", p.masked);
	cJSON_AddItemToObject(c, "mounts", p.mounts);
	paths = cJSON_AddObjectToObject(c, "paths");
	cJSON_AddItemToObject(paths, "path-pairs", p.look);
	cJSON_AddItemToArray(cJSON_AddArrayToObject(f, "containers"), c);
	return f;
}

#define KINDS_MOST 64

/* Of each kind a name that no other has: it is a folder's. */
static int check_kinds(const cJSON *kinds, struct text *error)
{
	int n = cJSON_GetArraySize(kinds);
	const cJSON *kind, *other;

	if (n == 0 || n % 2 || n > KINDS_MOST)
		return refuse(error, "kinds: the square needs an even number of them, up to %d",
			      KINDS_MOST);
	cJSON_ArrayForEach (kind, kinds) {
		const char *name = json_string(kind, "name", "");

		if (check_plain(name, "kinds", error) < 0)
			return -EINVAL;
		for (other = kinds->child; other != kind; other = other->next) {
			if (streq(json_string(other, "name", ""), name))
				return refuse(error, "kinds: two are named \"%s\"", name);
		}
	}
	return 0;
}

int pairs_expand(const cJSON *fixture, struct case_list *l, struct text *error)
{
	const cJSON *kinds = json_field(fixture, "kinds");
	int n = cJSON_GetArraySize(kinds), i, r = check_kinds(kinds, error);

	for (i = 0; i < n && r == 0; i++) {
		cJSON *f = make_fixture(fixture, kinds, i);

		r = fixture_case(f, l, error);
		cJSON_Delete(f);
	}
	return r;
}
