/* SPDX-License-Identifier: Apache-2.0 */
/* {"repeat": N, ...} in the arrays of a fixture. */
#include "conformance/fixture.h"

#include <cjson/cJSON.h>

static void number_strings(cJSON *o, int number)
{
	cJSON *child;
	char *at;

	/* The %d of a repeat inside is its own. */
	cJSON_ArrayForEach (child, o)
		if (!json_field(child, "repeat"))
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
		if (cJSON_GetArraySize(copy) == 1 && json_field(copy, "path")) {
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
		const cJSON *n = json_field(o, "repeat");

		if (n)
			add_repeated(to, o, n->valueint);
		else
			cJSON_AddItemToArray(to, cJSON_Duplicate(o, true));
	}
	return to;
}

#define REPEATS_MOST 65536
#define NODES_MOST (1 << 20)

/* Values that @o becomes; NODES_MOST + 1 for too many, or where a "repeat" is no count. */
static double expanded_size(const cJSON *o)
{
	const cJSON *repeat = cJSON_GetObjectItemCaseSensitive(o, "repeat"), *child;
	double n = 1;

	cJSON_ArrayForEach (child, o)
		n += expanded_size(child);
	if (!repeat)
		return n;
	if (!cJSON_IsNumber(repeat) || repeat->valuedouble < 1 ||
	    repeat->valuedouble > REPEATS_MOST)
		return NODES_MOST + 1;
	return n * repeat->valueint;
}

int check_repeats(const cJSON *json, struct text *error)
{
	if (expanded_size(json) <= NODES_MOST)
		return 0;
	return refuse(error, "repeat: none of 1 to %d, or more than %d values in all", REPEATS_MOST,
		      NODES_MOST);
}
