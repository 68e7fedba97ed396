/* SPDX-License-Identifier: Apache-2.0 */
/* Suites of libmaskref and the configuration reader; one TCase a row, named by it (CK_RUN_CASE). */
#pragma once

#include <check.h>

#include "reference/util.h"

Suite *plan_suite(void);
Suite *options_suite(void);
Suite *config_suite(void);
Suite *target_suite(void);
Suite *alias_suite(void);
Suite *fuzz_suite(void);
Suite *vectors_suite(void);
Suite *threads_suite(void);

/* The trees of these two suites, made once for all rows. */
void alias_tree_make(void);
void alias_tree_remove(void);
void target_tree_make(void);
void target_tree_remove(void);

void remove_tree(const char *path);

/* A TCase @name that runs @test with row @i. */
static inline void add_row(Suite *s, const char *name, const TTest *test, size_t i)
{
	TCase *tc = tcase_create(name);

	tcase_add_loop_test(tc, test, (int)i, (int)i + 1);
	suite_add_tcase(s, tc);
}
