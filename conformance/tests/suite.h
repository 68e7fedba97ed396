/* SPDX-License-Identifier: Apache-2.0 */
/* One TCase a row, named by it, so that CK_RUN_CASE selects it. */
#pragma once

#include <check.h>
#include <stdlib.h>

#include "conformance/text.h"

/* Seconds for the rows added by add_slow_case(), under ASan, too. */
#define SLOW 120

/* Generated edits of facts for each judge; EDITS asks for fewer where a part shows enough. */
#define ALL_EDITS 200

static inline size_t edits_asked(void)
{
	const char *edits = getenv("EDITS");
	size_t n = edits ? strtoul(edits, NULL, 10) : 0;

	return n ? n : ALL_EDITS;
}

/* A TCase only refers to its name. */
static inline const char *kept_name(const char *name)
{
	static char **names;
	static size_t n;

	GROW(names, n);
	return names[n++] = xstrdup(name);
}

static inline TCase *add_case(Suite *s, const char *name, const TTest *test, int i)
{
	TCase *tc = tcase_create(kept_name(name));

	tcase_add_loop_test(tc, test, i, i + 1);
	suite_add_tcase(s, tc);
	return tc;
}

static inline void add_slow_case(Suite *s, const char *name, const TTest *test, int i)
{
	tcase_set_timeout(add_case(s, name, test, i), SLOW);
}

/* Each row of @rows has a member `name`. */
#define ADD_ROWS(s, rows, test)                                                                    \
	do {                                                                                       \
		size_t _row;                                                                       \
                                                                                                   \
		for (_row = 0; _row < ARRAY_SIZE(rows); _row++)                                    \
			add_case(s, (rows)[_row].name, test, (int)_row);                           \
	} while (0)

static inline int run_suite(Suite *s)
{
	SRunner *runner = srunner_create(s);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
