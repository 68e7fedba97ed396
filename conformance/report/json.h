/* SPDX-License-Identifier: Apache-2.0 */
/* What the writers and the reader of JSON share: strings are cleaned, lines become an array. */
#pragma once

#include <cjson/cJSON.h>

#include "conformance/text.h"

static inline void cjson_freep(cJSON **j)
{
	cJSON_Delete(*j);
}
#define _cleanup_cjson_ _cleanup_(cjson_freep)

/* @s, which may be NULL, as a clean string. */
cJSON *json_new(const char *s);
void json_put(cJSON *o, const char *key, const char *s);
/* One element for each line of @s. */
void json_put_lines(cJSON *o, const char *key, const char *s);
