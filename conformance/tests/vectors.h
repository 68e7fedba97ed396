/* SPDX-License-Identifier: Apache-2.0 */
/* fixtures/vectors (README there): each vector is a TCase of its own name. */
#pragma once

#include <cjson/cJSON.h>
#include <fcntl.h>

#include "conformance/fixture.h"
#include "conformance/tests/suite.h"

/* The array "vectors" of fixtures/vectors/KIND.json; lives as long as the test. */
static inline cJSON *vectors_load(const char *kind)
{
	_cleanup_free_ char *path = xasprintf("fixtures/vectors/%s.json", kind);
	_cleanup_free_ char *text = NULL;
	_cleanup_text_ struct text error = { 0 };
	cJSON *json = NULL, *vectors;
	size_t len;

	if (read_file_at(AT_FDCWD, path, CASE_MAX, &text, &len) == 0)
		json = json_strict(text, len, &error);
	vectors = cJSON_DetachItemFromObjectCaseSensitive(json, "vectors");
	cJSON_Delete(json);
	if (cJSON_GetArraySize(vectors) == 0) {
		fprintf(stderr, "%s: no vectors: %s\n", path, text_str(&error));
		exit(EXIT_FAILURE);
	}
	return vectors;
}

static inline const cJSON *vector_field(const cJSON *vector, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(vector, name);
}

static inline const char *vector_string(const cJSON *vector, const char *name)
{
	return cJSON_GetStringValue(vector_field(vector, name));
}

static inline double vector_number(const cJSON *vector, const char *name)
{
	return vector_field(vector, name)->valuedouble;
}

static inline void add_vectors(Suite *s, const cJSON *vectors, const TTest *test)
{
	int i;

	for (i = 0; i < cJSON_GetArraySize(vectors); i++)
		add_case(s, vector_string(cJSON_GetArrayItem(vectors, i), "name"), test, i);
}
