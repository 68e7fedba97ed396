/* SPDX-License-Identifier: Apache-2.0 */
#include <ftw.h>

#include "reference/tests/tests.h"

static int remove_one(const char *path, _unused_ const struct stat *st, _unused_ int flag,
		      _unused_ struct FTW *ftw)
{
	return remove(path);
}

void remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	SRunner *runner = srunner_create(vectors_suite());
	int failed;

	srunner_add_suite(runner, plan_suite());
	srunner_add_suite(runner, options_suite());
	srunner_add_suite(runner, config_suite());
	srunner_add_suite(runner, target_suite());
	srunner_add_suite(runner, alias_suite());
	srunner_add_suite(runner, fuzz_suite());
	srunner_add_suite(runner, threads_suite());
	target_tree_make();
	alias_tree_make();
	srunner_run_all(runner, CK_ENV);
	alias_tree_remove();
	target_tree_remove();
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
