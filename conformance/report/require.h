/* SPDX-License-Identifier: Apache-2.0 */
/*
 * REQUIRE: SHOULD requirements that count as MUST in one run.
 *
 * The value is words with blanks or commas between. A word is an id, a glob over ids, or a file of
 * ids and globs, one a line, `#` comments: its path, or its name in fixtures/require/.
 */
#pragma once

#include "conformance/judge/judge.h"

struct require {
	bool on[REQ_COUNT];
};

/*
 * Reads @value (NULL or "": nothing is required); @dir holds the named files. 0, or -EINVAL with
 * *@ret_error (owned by the caller) saying which word is wrong and what to do.
 */
int require_parse(const char *value, const char *dir, struct require *ret, char **ret_error);
/* Level of @id in this run. */
enum level require_level(const struct require *q, enum requirement_id id);
