/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inputs of conformance/fuzz/corpus and of the fixtures through the functions that libFuzzer
 * calls (`make fuzz`): what once broke something stays mended, with any compiler, and what long
 * runs reached holds.
 */
#include "conformance/tests/suite.h"

#include <fcntl.h>
#include <glob.h>

#include "conformance/facts.h"
#include "conformance/fuzz/fuzz.h"

static const struct {
	const char *glob;
	int (*run)(const uint8_t *data, size_t size);
} corpora[] = {
	{ "conformance/fuzz/corpus/mountinfo/*", fuzz_mountinfo },
	{ "conformance/fuzz/corpus/case/*", fuzz_case },
	{ "conformance/fuzz/corpus/facts/*", fuzz_facts },
	{ "fixtures/facts/*/*.facts", fuzz_facts },
	{ "conformance/fuzz/corpus/fixture/*", fuzz_fixture },
	{ "fixtures/bundles/*.json", fuzz_fixture },
	{ "conformance/fuzz/corpus/machine/*", fuzz_machine },
	{ "conformance/fuzz/corpus/expect/*", fuzz_expect },
	{ "fixtures/expect/*", fuzz_expect },
	{ "conformance/fuzz/corpus/report/*", fuzz_report },
	{ "conformance/fuzz/corpus/archive/*", fuzz_archive },
	{ "conformance/fuzz/corpus/dsse/*", fuzz_dsse },
	{ "conformance/fuzz/corpus/statement/*", fuzz_statement },
	{ "conformance/fuzz/kept/archive/*", fuzz_archive },
	{ "conformance/fuzz/kept/dsse/*", fuzz_dsse },
	{ "conformance/fuzz/kept/statement/*", fuzz_statement },
};

static struct input {
	size_t corpus;
	char *file;
} * inputs;
static size_t n_inputs;

START_TEST(test_input)
{
	const struct input *in = &inputs[_i];
	_cleanup_free_ char *text = NULL;
	size_t len;

	ck_assert_int_eq(read_file_at(AT_FDCWD, in->file, FACTS_MAX, &text, &len), 0);
	corpora[in->corpus].run((const uint8_t *)text, len);
}
END_TEST

static void add_corpus(Suite *s, size_t corpus)
{
	glob_t files;

	if (glob(corpora[corpus].glob, 0, NULL, &files) != 0) {
		fprintf(stderr, "%s: nothing is there\n", corpora[corpus].glob);
		exit(EXIT_FAILURE);
	}
	for (size_t i = 0; i < files.gl_pathc; i++) {
		GROW(inputs, n_inputs);
		inputs[n_inputs] = (struct input){ corpus, xstrdup(files.gl_pathv[i]) };
		add_slow_case(s, inputs[n_inputs].file, test_input, (int)n_inputs);
		n_inputs++;
	}
	globfree(&files);
}

int main(void)
{
	Suite *s = suite_create("fuzz");

	for (size_t i = 0; i < ARRAY_SIZE(corpora); i++)
		add_corpus(s, i);
	return run_suite(s);
}
