/* SPDX-License-Identifier: Apache-2.0 */
/* The inputs of fuzz/corpus through the functions that libFuzzer calls (`make fuzz`). */
#include "reference/tests/fuzz/fuzz.h"

#include <glob.h>

#include "reference/json.h"
#include "reference/tests/tests.h"

static const struct {
	const char *glob;
	int (*run)(const uint8_t *data, size_t size);
} corpora[] = {
	{ "reference/tests/fuzz/corpus/config/*", fuzz_config },
	{ "reference/tests/fuzz/corpus/classify/*", fuzz_classify },
};

static glob_t files[ARRAY_SIZE(corpora)];

static void run_input(size_t corpus, size_t i)
{
	_cleanup_free_ char *text = NULL;
	struct fault f;
	size_t size;

	ck_assert_int_eq(json_read_file(files[corpus].gl_pathv[i], &text, &size, &f), 0);
	corpora[corpus].run((const uint8_t *)text, size);
}

START_TEST(config_input)
{
	run_input(0, (size_t)_i);
}
END_TEST

START_TEST(classify_input)
{
	run_input(1, (size_t)_i);
}
END_TEST

Suite *fuzz_suite(void)
{
	const TTest *tests[] = { config_input, classify_input };
	Suite *s = suite_create("fuzz");

	for (size_t c = 0; c < ARRAY_SIZE(corpora); c++) {
		if (glob(corpora[c].glob, 0, NULL, &files[c]) != 0)
			abort();
		for (size_t i = 0; i < files[c].gl_pathc; i++)
			add_row(s, files[c].gl_pathv[i], tests[c], i);
	}
	return s;
}
