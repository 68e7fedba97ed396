/* SPDX-License-Identifier: Apache-2.0 */
/* fixtures/vectors/mountinfo.json: lines as kernels 4.18 to 6.18 write them, and ones that are
 * none. */
#include "conformance/tests/vectors.h"

#include "conformance/mountinfo.h"

static const cJSON *vectors;

static void check_text(const cJSON *want, const char *field, const char *got)
{
	ck_assert_msg(streq(got, vector_string(want, field)), "%s: \"%s\"", field, got);
}

static void check_line(const struct mountinfo *m, const cJSON *want)
{
	ck_assert_int_eq(m->id, (int)vector_number(want, "id"));
	ck_assert_int_eq(m->parent, (int)vector_number(want, "parent"));
	ck_assert_uint_eq(m->major, (unsigned int)vector_number(want, "major"));
	ck_assert_uint_eq(m->minor, (unsigned int)vector_number(want, "minor"));
	check_text(want, "root", m->root);
	check_text(want, "point", m->point);
	check_text(want, "options", m->options);
	check_text(want, "optional", m->optional);
	check_text(want, "type", m->type);
	check_text(want, "source", m->source);
	check_text(want, "super", m->super);
}

START_TEST(test_vector)
{
	const cJSON *vector = cJSON_GetArrayItem(vectors, _i);
	const cJSON *want = vector_field(vector, "expect");
	_cleanup_free_ char *line = xstrdup(vector_string(vector, "line"));
	struct mountinfo m = { .id = 42 };

	ck_assert_int_eq(mountinfo_parse(line, &m), cJSON_IsNull(want) ? -EINVAL : 0);
	if (cJSON_IsNull(want))
		ck_assert_int_eq(m.id, 42);
	else
		check_line(&m, want);
}
END_TEST

/* Every line cut anywhere is refused or is a line with shorter superblock options. */
START_TEST(test_cut)
{
	const cJSON *vector = cJSON_GetArrayItem(vectors, _i);
	const char *whole = vector_string(vector, "line");
	const char *super = vector_string(vector_field(vector, "expect"), "super");
	size_t n;

	for (n = 0; super && n < strlen(whole); n++) {
		_cleanup_free_ char *line = xstrndup(whole, n);
		struct mountinfo m;

		if (mountinfo_parse(line, &m) == 0)
			ck_assert_int_eq(strncmp(m.super, super, strlen(m.super)), 0);
	}
}
END_TEST

static const struct {
	const char *name, *options, *option;
	bool want;
} option_rows[] = {
	{ "option-first", "ro,nosuid", "ro", true },
	{ "option-last", "ro,nosuid", "nosuid", true },
	{ "option-alone", "ro", "ro", true },
	{ "option-prefix", "relatime", "re", false },
	{ "option-suffix", "errors=remount-ro", "ro", false },
	{ "option-none", "", "ro", false },
	{ "option-value", "rw,size=4k", "size=4k", true },
	{ "option-key", "rw,size=4k", "size", false },
};

START_TEST(test_option)
{
	ck_assert_int_eq(mount_option(option_rows[_i].options, option_rows[_i].option),
			 option_rows[_i].want);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("mountinfo");
	int i;

	vectors = vectors_load("mountinfo");
	add_vectors(s, vectors, test_vector);
	for (i = 0; i < cJSON_GetArraySize(vectors); i++) {
		_cleanup_free_ char *name =
			xasprintf("cut-%s", vector_string(cJSON_GetArrayItem(vectors, i), "name"));

		add_case(s, name, test_cut, i);
	}
	ADD_ROWS(s, option_rows, test_option);
	return run_suite(s);
}
