/* SPDX-License-Identifier: Apache-2.0 */
/* Certification profiles, read and applied: docs/spec/certification.md. */
#include "conformance/tests/suite.h"

#include <glob.h>

#include "conformance/certify/grade.h"
#include "conformance/tests/report_sample.h"

/* Reading ------------------------------------------------------------------------------------ */

#define HEAD                                                                                       \
	"{\"schema\": \"maskspec-certify/1\", \"name\": \"n\", \"title\": \"t\", \"spec\": "       \
	"\"0.1\", "
#define RUNS "\"profile\": \"all\", \"runs\": 2, \"retries\": 1, "
#define KERNELS "\"kernels\": [{\"name\": \"old\", \"versions\": \"<5\"}]"

static const struct {
	const char *name, *text, *says; /* NULL: it is right */
} profiles[] = {
	{ "whole", HEAD RUNS KERNELS "}", NULL },
	{ "skips",
	  HEAD RUNS KERNELS ", \"skips\": [{\"ids\": \"a*\", \"reason\": \"*\", \"why\": \"w\"}]}",
	  NULL },
	{ "no_json", "{", "f: " },
	{ "no_schema", "{\"schema\": \"maskspec-certify/2\"}", "f: schema: must be" },
	{ "lacks", HEAD KERNELS "}", "f: profile: is missing" },
	{ "misspelt", HEAD RUNS KERNELS ", \"skip\": []}", "f: skip: is no field" },
	{ "twice", HEAD HEAD RUNS KERNELS "}", "f: " },
	{ "no_text", HEAD RUNS KERNELS ", \"require\": 1}", "f: require: write a line of text" },
	{ "two_lines", HEAD RUNS KERNELS ", \"require\": \"a\\nb\"}", "f: require: write a line" },
	{ "no_runs", HEAD "\"profile\": \"all\", \"runs\": 0, \"retries\": 1, " KERNELS "}",
	  "f: runs: write a whole number from 1" },
	{ "half_a_run", HEAD "\"profile\": \"all\", \"runs\": 1.5, \"retries\": 1, " KERNELS "}",
	  "f: runs: write a whole number" },
	{ "less_than_no_retries",
	  HEAD "\"profile\": \"all\", \"runs\": 1, \"retries\": -1, " KERNELS "}",
	  "f: retries: write a whole number from 0" },
	{ "no_kernel", HEAD RUNS "\"kernels\": []}", "f: kernels: name one" },
	{ "no_list", HEAD RUNS "\"kernels\": {}}", "f: kernels: write a list" },
	{ "no_object", HEAD RUNS "\"kernels\": [1]}", "f: kernels[0]: write an object" },
	{ "no_range", HEAD RUNS "\"kernels\": [{\"name\": \"a\", \"versions\": \"5.*\"}]}",
	  "f: kernels[0]: versions: " },
	{ "no_reason", HEAD RUNS KERNELS ", \"skips\": [{\"ids\": \"a\", \"why\": \"w\"}]}",
	  "f: skips[0]: reason: is missing" },
};

START_TEST(test_read)
{
	_cleanup_cert_ struct cert c = { 0 };
	_cleanup_free_ char *error = NULL;
	int r = cert_parse("f", profiles[_i].text, strlen(profiles[_i].text), &c, &error);

	if (!profiles[_i].says) {
		ck_assert_msg(r == 0, "%s", error);
		ck_assert_uint_eq(c.runs, 2);
		ck_assert_uint_eq(c.n_kernels, 1);
		ck_assert_str_eq(c.require, "");
		return;
	}
	ck_assert_int_eq(r, -EINVAL);
	ck_assert_msg(strip_prefix(error, profiles[_i].says), "%s", error);
}
END_TEST

/* Those of the kit, and one that is not there. */
START_TEST(test_named)
{
	_cleanup_(globfree) glob_t files = { 0 };
	_cleanup_free_ char *error = NULL;
	struct cert none;
	size_t i, len;
	char *text;

	ck_assert_int_eq(glob("fixtures/certify/*", 0, NULL, &files), 0);
	for (i = 0; i < files.gl_pathc; i++) {
		const char *name = strrchr(files.gl_pathv[i], '/') + 1;
		_cleanup_cert_ struct cert c = { 0 };
		_cleanup_free_ char *own = NULL;

		ck_assert_msg(cert_load(name, "fixtures/certify", &c, &own, &len, &error) == 0,
			      "%s", error);
		ck_assert_str_eq(c.name, name);
		ck_assert_uint_eq(strlen(own), len);
	}
	ck_assert_int_eq(cert_load("nix", "fixtures/certify", &none, &text, &len, &error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "CERT: cannot read nix: ENOENT"));
	ck_assert_ptr_nonnull(strstr(error, "certified-2026"));
}
END_TEST

/* Grading ------------------------------------------------------------------------------------- */

/* Two runs, one may be broken; what the sample skips ("not offered") may be skipped of one id. */
static void profile(struct cert *c)
{
	_cleanup_free_ char *error = NULL;
	_cleanup_free_ char *text = xasprintf(
		HEAD RUNS KERNELS
		", \"skips\": [{\"ids\": \"%s\", \"reason\": \"not *\", \"why\": \"w\"}]}",
		requirements[1].id);

	ck_assert_msg(cert_parse("f", text, strlen(text), c, &error) == 0, "%s", error);
}

static void nothing(struct report *r)
{
	(void)r;
}

static void filtered(struct report *r)
{
	r->filter = xstrdup("dir-*");
	r->partial = true;
}

static void lesser(struct report *r)
{
	free(r->profile);
	r->profile = xstrdup("core");
}

static void unpromoted(struct report *r)
{
	r->require = xstrdup("sb-shared");
}

static void denied(struct report *r)
{
	report_add_denied(r, "openat2", 3);
}

static void in_userns(struct report *r)
{
	free(r->userns);
	r->userns = xstrdup("many");
}

static void a_shard(struct report *r)
{
	r->shard_count = 2;
}

/* Runs: words as of sample_words(), "-" for one that is broken as a whole. */
static const struct {
	const char *name;
	const char *runs[4];
	void (*edit)(struct report *r); /* the second run */
	enum grade grade;
	const char *says; /* among the reasons; "" for none */
} rows[] = {
	{ "passes", { "MP SP", "MP SP" }, nothing, GRADE_PASSED, "" },
	{ "one_run", { "MP" }, nothing, GRADE_FAILED, "whole runs: 1, the profile asks for 2" },
	{ "no_run", { NULL }, nothing, GRADE_FAILED, "whole runs: 0" },
	{ "more_runs", { "MP", "MP", "MP" }, nothing, GRADE_PASSED, "" },
	{ "one_broken", { "MP", "-", "MP" }, nothing, GRADE_PASSED, "" },
	{ "two_broken",
	  { "-", "-", "MP", "MP" },
	  nothing,
	  GRADE_FAILED,
	  "broken runs: 2, the profile allows 1" },
	{ "broken_is_no_run", { "MP", "-" }, nothing, GRADE_FAILED, "whole runs: 1" },
	{ "must_falls", { "MP MF", "MP MP" }, nothing, GRADE_FAILED, "falls in run 1: 3 entries" },
	{ "must_falls_once", { "MP MP", "MP MF" }, nothing, GRADE_FAILED, "falls in run 2" },
	{ "must_declared", { "MP MF!", "MP MF!" }, nothing, GRADE_FAILED, "falls in run 1" },
	{ "should_falls", { "MP SF", "MP SF" }, nothing, GRADE_FAILED, "no declared deviation" },
	{ "should_declared", { "MP SF!", "MP SF!" }, nothing, GRADE_WARNED, "" },
	{ "should_sometimes", { "MP SF!", "MP SP" }, nothing, GRADE_WARNED, "" },
	{ "info_falls", { "MP IF", "MP IF" }, nothing, GRADE_PASSED, "" },
	{ "skip_allowed", { "MP MS", "MP MS" }, nothing, GRADE_PASSED, "" },
	{ "skip_of_another", { "MS MP", "MS MP" }, nothing, GRADE_FAILED, "is skipped in run 1" },
	{ "broken_beside_a_fall", { "MB SF!", "MP SF!" }, nothing, GRADE_FAILED, "whole runs: 1" },
	{ "filter", { "MP", "MP" }, filtered, GRADE_FAILED, "run 2 had FILTER=dir-*" },
	{ "partial", { "MP", "MP" }, filtered, GRADE_FAILED, "run 2 is partial" },
	{ "other_profile", { "MP", "MP" }, lesser, GRADE_FAILED, "run 2 had PROFILE=core" },
	{ "require", { "MP", "MP" }, unpromoted, GRADE_FAILED, "run 2 had REQUIRE=sb-shared" },
	{ "deny", { "MP", "MP" }, denied, GRADE_FAILED, "run 2 had DENY=" },
	{ "userns", { "MP", "MP" }, in_userns, GRADE_FAILED, "run 2 had USERNS=many" },
	{ "shard", { "MP", "MP" }, a_shard, GRADE_FAILED, "run 2 is a shard" },
};

static size_t make_runs(const char *const *words, void (*edit)(struct report *r),
			struct report *runs, const struct report **refs)
{
	size_t n;

	for (n = 0; n < ARRAY_SIZE(rows[0].runs) && words[n]; n++) {
		struct report *r = &runs[n];

		sample_init(r);
		free(r->profile);
		r->profile = xstrdup("all");
		sample_words(r, streq(words[n], "-") ? "MB" : words[n]);
		if (n == 1)
			edit(r);
		report_conclude(r, true, false);
		refs[n] = r;
	}
	return n;
}

START_TEST(test_grade)
{
	const struct report *refs[ARRAY_SIZE(rows[0].runs)];
	struct report runs[ARRAY_SIZE(rows[0].runs)] = { 0 };
	_cleanup_graded_ struct graded g = { 0 };
	_cleanup_cert_ struct cert c = { 0 };
	size_t i, n = make_runs(rows[_i].runs, rows[_i].edit, runs, refs);

	profile(&c);
	grade_kernel(&c, refs, n, &g);
	ck_assert_str_eq(grade_names[g.grade], grade_names[rows[_i].grade]);
	ck_assert_msg(strstr(text_str(&g.reasons), rows[_i].says) &&
			      (g.grade == GRADE_FAILED) == (g.reasons.len > 0),
		      "%s", text_str(&g.reasons));
	for (i = 0; i < n; i++)
		report_free(&runs[i]);
}
END_TEST

/* Where each requirement ends, and what was declared of it. */
START_TEST(test_standings)
{
	static const char *const words[] = { "MP MS SF! IF SF MP", "MP MS SP IP SF MF", NULL,
					     NULL };
	static const enum standing want[] = {
		STANDING_PASSED,    STANDING_SKIPPED, STANDING_WARNED,
		STANDING_NOT_ASKED, STANDING_FAILED,  STANDING_FAILED
	};
	const struct report *refs[ARRAY_SIZE(rows[0].runs)];
	struct report runs[ARRAY_SIZE(rows[0].runs)] = { 0 };
	_cleanup_graded_ struct graded g = { 0 };
	_cleanup_cert_ struct cert c = { 0 };
	size_t i, n = make_runs(words, nothing, runs, refs);

	runs[0].results[2].expect_reason = xstrdup("it is known");
	profile(&c);
	grade_kernel(&c, refs, n, &g);
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		ck_assert_int_eq(g.ids[i], want[i]);
		ck_assert(!g.declared[i] == (i != 2));
	}
	ck_assert_str_eq(g.declared[2], "it is known");
	for (i = 0; i < n; i++)
		report_free(&runs[i]);
}
END_TEST

START_TEST(test_kernels)
{
	static char old[] = "4.18.0-553.el8", new[] = "6.1.0-56-cloud-amd64";
	char *versions[] = { new, old };
	_cleanup_text_ struct text reasons = { 0 };
	_cleanup_cert_ struct cert c = { 0 };

	profile(&c);
	ck_assert_uint_eq(grade_kernels_missing(&c, versions, 2, &reasons), 0);
	ck_assert_uint_eq(reasons.len, 0);
	ck_assert_uint_eq(grade_kernels_missing(&c, versions, 1, &reasons), 1);
	ck_assert_str_eq(text_str(&reasons), "no kernel old was run\n");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("certify");

	ADD_ROWS(s, profiles, test_read);
	add_case(s, "named", test_named, 0);
	ADD_ROWS(s, rows, test_grade);
	add_case(s, "standings", test_standings, 0);
	add_case(s, "kernels", test_kernels, 0);
	return run_suite(s);
}
