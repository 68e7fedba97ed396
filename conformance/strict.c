/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every fixture must be before it is expanded. cJSON cuts strings at \u0000, keeps keys that
 * stand twice and ends at a NUL byte: a fixture with any of these would ask for something other
 * than what a reader sees.
 */
#include "conformance/fixture.h"

#include <cjson/cJSON.h>
#include <stdarg.h>

const cJSON *json_field(const cJSON *o, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(o, name);
}

const char *json_string(const cJSON *o, const char *name, const char *otherwise)
{
	const cJSON *s = json_field(o, name);

	return cJSON_IsString(s) ? s->valuestring : otherwise;
}

int refuse(struct text *error, const char *fmt, ...)
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

/* A NUL byte anywhere, or its escape; a backslash that is itself escaped begins none. */
static bool has_nul(const char *text, size_t len)
{
	const char *p;

	if (strlen(text) != len)
		return true;
	for (p = text; (p = strchr(p, '\\')) && p[1]; p += 2)
		if (strip_prefix(p, "\\u0000"))
			return true;
	return false;
}

static int by_key(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, as a hostile object has as many as fit into its file. */
static const char *own_key_twice(const cJSON *o)
{
	size_t i, n = (size_t)cJSON_GetArraySize(o);
	_cleanup_free_ const char **keys = xcalloc(n + 1, sizeof(*keys));
	const cJSON *child;

	n = 0;
	cJSON_ArrayForEach (child, o)
		keys[n++] = child->string;
	qsort(keys, n, sizeof(*keys), by_key);
	for (i = 1; i < n; i++)
		if (streq(keys[i - 1], keys[i]))
			return keys[i];
	return NULL;
}

static const char *key_twice(const cJSON *o)
{
	const char *key = cJSON_IsObject(o) ? own_key_twice(o) : NULL;
	const cJSON *child;

	cJSON_ArrayForEach (child, o)
		key = key ? key : key_twice(child);
	return key;
}

cJSON *json_strict(const char *text, size_t len, struct text *error)
{
	const char *end = text, *key;
	cJSON *json;

	if (has_nul(text, len)) {
		text_add(error, "a NUL character");
		return NULL;
	}
	json = cJSON_ParseWithLengthOpts(text, len + 1, &end, true);
	if (!json) {
		text_addf(error, "not JSON at byte %zu", (size_t)(end - text));
		return NULL;
	}
	key = key_twice(json);
	if (key) {
		text_addf(error, "\"%s\" stands twice in an object", key);
		cJSON_Delete(json);
		return NULL;
	}
	return json;
}

int check_plain(const char *word, const char *where, struct text *error)
{
	if (word && *word && !strpbrk(word, "/.% "))
		return 0;
	return refuse(error, "%s: \"%s\" can't be a name: not empty, no blank, none of / . %%",
		      where, word ? word : "");
}
