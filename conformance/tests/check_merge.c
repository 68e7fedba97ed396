/* SPDX-License-Identifier: Apache-2.0 */
/* Shards, kernels and runtimes put together: nothing is lost, and what contradicts is named. */
#include "conformance/report/columns.h"
#include "conformance/report/formats.h"
#include "conformance/report/merge.h"
#include "conformance/report/output.h"
#include "conformance/tests/report_sample.h"
#include "conformance/tests/suite.h"

static void replace(char **s, const char *with)
{
	free(*s);
	*s = xstrdup(with);
}

static void set_bundle(struct report *r, size_t at, const char *bundle)
{
	replace(&r->results[at].bundles[0], bundle);
}

/* A report with the results of @words, all of @bundle; a shard where @shard is not 0. */
static struct report made(const char *words, const char *bundle, unsigned int shard,
			  unsigned int count)
{
	struct report r;
	size_t i;

	sample_init(&r);
	sample_words(&r, words);
	for (i = 0; i < r.n_results; i++)
		set_bundle(&r, i, bundle);
	r.shard_count = count;
	if (count)
		ck_assert(report_add_shard(&r, shard));
	report_conclude(&r, true, false);
	return r;
}

static void add(struct reports *rs, const char *file, struct report r)
{
	reports_add(rs, file, &r);
}

/* Takes @in over; fails the test on an error. */
static struct reports merged(struct reports *in)
{
	struct reports out = { 0 };
	_cleanup_free_ char *error = NULL;
	int r = reports_merge(in, false, &out, &error);

	ck_assert_msg(r == 0, "%s", str(error));
	reports_free(in);
	return out;
}

static char *json_of(const struct reports *rs)
{
	size_t len = 0;
	char *s = NULL;
	FILE *f = open_memstream(&s, &len);

	ck_assert_int_eq(format_by_name("json")->write(rs, f), 0);
	fclose(f);
	return s;
}

static bool accepted(const char *text, const char *schema)
{
	char name[] = "/tmp/check_merge.XXXXXX";
	_cleanup_close_ int fd = mkstemp(name);
	_cleanup_free_ char *command =
		xasprintf("/usr/bin/python3 conformance/tests/validate.py fixtures/schema/%s %s",
			  schema, name);
	int status;

	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	status = system(command);
	unlink(name);
	return status == 0;
}

/* Read again it is the same, and it is what its schema says. */
static void check_read_back(const struct reports *rs)
{
	_cleanup_reports_ struct reports again = { 0 };
	_cleanup_free_ char *text = json_of(rs), *error = NULL, *second = NULL;

	ck_assert_msg(reports_read("x", text, strlen(text), &again, &error) == 0, "%s", str(error));
	second = json_of(&again);
	ck_assert_str_eq(text, second);
	ck_assert(accepted(text, rs->n == 1 ? "report.schema.json" : "matrix.schema.json"));
}

/* Shards -------------------------------------------------------------------------------------- */

static const struct {
	const char *name, *first, *second; /* results of two shards of two, in other bundles */
	const char *merged;
	enum outcome outcome;
} shard_rows[] = {
	{ "shards-pass", "MP", "MP", "MP", OUTCOME_CONFORMS },
	{ "shards-first-fails", "MF", "MP", "MF", OUTCOME_FAILS },
	{ "shards-second-fails", "MP", "MF", "MF", OUTCOME_FAILS },
	{ "shards-broken", "MP", "MB", "MB", OUTCOME_BROKEN },
	{ "shards-fail-and-broken", "MB", "MF", "MF", OUTCOME_FAILS },
	{ "shards-skip", "MS", "MP", "MP", OUTCOME_CONFORMS },
	{ "shards-only-skips", "MS", "MS", "MS", OUTCOME_NOTHING_RAN },
	{ "shards-should", "SP", "SF", "SF", OUTCOME_CONFORMS },
	{ "shards-known", "MF!", "MP", "MF!", OUTCOME_CONFORMS },
	{ "shards-known-and-passes", "MP", "MF!", "MF!", OUTCOME_CONFORMS },
	{ "shards-one-is-empty", "", "MP", "MP", OUTCOME_CONFORMS },
	{ "shards-more-in-second", "MP", "MP SF IP", "MP SF IP", OUTCOME_CONFORMS },
};

START_TEST(test_shards)
{
	_cleanup_reports_ struct reports in = { 0 }, out = { 0 };
	_cleanup_report_ struct report want = made(shard_rows[_i].merged, "a", 0, 0);
	const struct report *r;
	size_t i;

	add(&in, "one", made(shard_rows[_i].first, "a", 1, 2));
	add(&in, "two", made(shard_rows[_i].second, "b", 2, 2));
	out = merged(&in);
	ck_assert_uint_eq(out.n, 1);
	r = &out.list[0];
	ck_assert_uint_eq(r->shard_count, 0);
	ck_assert_str_eq(outcome_names[r->outcome], outcome_names[shard_rows[_i].outcome]);
	ck_assert_mem_eq(r->count, want.count, sizeof(want.count));
	for (i = 0; i < want.n_results; i++) {
		ck_assert_int_eq(r->results[i].verdict, want.results[i].verdict);
		ck_assert_int_eq(r->results[i].expected_fall, want.results[i].expected_fall);
	}
	check_read_back(&out);
}
END_TEST

/* The bundles of the verdict that stands, in the order of a run; the times of both. */
START_TEST(test_details)
{
	_cleanup_reports_ struct reports in = { 0 }, out = { 0 };
	struct report one = made("MF", "users", 2, 2), two = made("MF", "devices", 1, 2);
	const struct report *r;

	report_add_measurement(&one, "time.kit", "us", "1", "preflight");
	report_add_measurement(&one, "mounts.masks", "mounts", "5", "users");
	report_add_measurement(&two, "time.kit", "us", "2", "preflight");
	report_add_measurement(&two, "mounts.masks", "mounts", "6", "devices");
	report_add_denied(&one, "openat2", 3);
	report_add_denied(&two, "openat2", 4);
	replace(&two.started, "2025-12-31T00:00:00Z");
	replace(&two.boot_id, "another");
	one.unused_expects = xstrdup("both\nfirst\n");
	two.unused_expects = xstrdup("second\nboth\n");
	one.expired_expects = xstrdup("old\n");
	two.expired_expects = xstrdup("old\nolder\n");
	add(&in, "one", one);
	add(&in, "two", two);
	out = merged(&in);
	r = &out.list[0];
	ck_assert_str_eq(r->expired_expects, "old\nolder\n");
	ck_assert_uint_eq(r->results[0].n_bundles, 2);
	ck_assert_str_eq(r->results[0].bundles[0], "devices");
	ck_assert_uint_eq(r->n_measurements, 3);
	ck_assert_str_eq(r->measurements[0].value, "1");
	ck_assert_str_eq(r->measurements[1].value, "6");
	ck_assert_str_eq(r->measurements[2].value, "5");
	ck_assert_uint_eq(r->denied[0].answered, 7);
	ck_assert_str_eq(r->started, "2025-12-31T00:00:00Z");
	ck_assert_str_eq(r->boot_id, "");
	ck_assert_str_eq(r->unused_expects, "both\n");
	ck_assert(r->seconds > 24.6 && r->seconds < 24.8);
}
END_TEST

static const struct {
	const char *name, *results;
	unsigned int count, shards[3];
	enum outcome outcome;
	const char *why;
} missing_rows[] = {
	{ "missing-one", "MP", 2, { 1 }, OUTCOME_BROKEN, "shard 2 of 2 is missing" },
	{ "missing-two", "MP", 4, { 4, 2 }, OUTCOME_BROKEN, "shards 1 and 3 of 4 are missing" },
	{ "missing-but-fails", "MF", 2, { 2 }, OUTCOME_FAILS, "shard 1 of 2 is missing" },
	{ "missing-nothing", "MP", 1, { 1 }, OUTCOME_CONFORMS, "" },
	{ "missing-none", "MP", 3, { 3, 1, 2 }, OUTCOME_CONFORMS, "" },
};

START_TEST(test_missing)
{
	static const char *const bundles[] = { "a", "b", "c" };
	_cleanup_reports_ struct reports in = { 0 }, out = { 0 };
	size_t i;

	for (i = 0; i < 3 && missing_rows[_i].shards[i]; i++)
		add(&in, bundles[i],
		    made(missing_rows[_i].results, bundles[i], missing_rows[_i].shards[i],
			 missing_rows[_i].count));
	out = merged(&in);
	ck_assert_str_eq(outcome_names[out.list[0].outcome],
			 outcome_names[missing_rows[_i].outcome]);
	ck_assert_str_eq(str(out.list[0].why), missing_rows[_i].why);
	check_read_back(&out);
	/* Nor is it any better in public. */
	report_publish(&out.list[0]);
	ck_assert_str_eq(outcome_names[out.list[0].outcome],
			 outcome_names[missing_rows[_i].outcome]);
}
END_TEST

/* What was incomplete is complete with the rest, and says nothing of it any more. */
START_TEST(test_in_two_steps)
{
	_cleanup_reports_ struct reports in = { 0 }, half = { 0 }, out = { 0 };

	add(&in, "one", made("MP", "a", 1, 3));
	add(&in, "three", made("MP", "c", 3, 3));
	half = merged(&in);
	check_read_back(&half);
	add(&half, "two", made("MP", "b", 2, 3));
	out = merged(&half);
	ck_assert_int_eq(out.list[0].outcome, OUTCOME_CONFORMS);
	ck_assert_str_eq(out.list[0].why, "");
	ck_assert_uint_eq(out.list[0].results[0].n_bundles, 3);
}
END_TEST

/* Conflicts ----------------------------------------------------------------------------------- */

enum edit {
	NOTHING,
	COMMIT,
	SPEC,
	SHA,
	LSM,
	PROFILE,
	REQUIRE,
	PARTIAL,
	COUNT,
	LEVEL,
	BUNDLE,
	VERDICT,
	FEWER,
	MORE,
	AGAIN,
	WHOLE,
	COUNTED
};

static const struct {
	const char *name;
	enum edit edit;
	const char *says; /* NULL: no conflict */
} conflict_rows[] = {
	{ "agree", NOTHING, NULL },
	{ "conflict-commit", COMMIT, "kit.commit differs" },
	{ "conflict-spec", SPEC, "kit.spec differs" },
	{ "conflict-runtime", SHA, "runtime.sha256 differs" },
	{ "conflict-machine", LSM, "host.lsm differs" },
	{ "conflict-profile", PROFILE, "profile differs" },
	{ "conflict-require", REQUIRE, "require differs" },
	{ "conflict-partial", PARTIAL, "partial" },
	{ "conflict-count", COUNT, "of 2 shards and of 3" },
	{ "conflict-level", LEVEL, "dir-empty is MUST in one and SHOULD in the other" },
	{ "conflict-bundle", BUNDLE, "dir-empty is pass in one and fail in the other, both of a" },
	{ "conflict-duplicate", VERDICT, "dir-empty is pass in one and fail in the other;" },
	{ "conflict-fewer", FEWER, "dir-empty is in one of them only" },
	{ "conflict-more", MORE, "is in one of them only" },
	{ "conflict-whole", WHOLE, "one is of a whole run and the other of a shard" },
	{ "conflict-counted", COUNTED, "--expect" },
	{ "duplicate", AGAIN, NULL },
};

static void edit(struct report *r, enum edit edit)
{
	if (edit == COMMIT)
		replace(&r->kit_commit, "x");
	else if (edit == SPEC)
		replace(&r->kit_spec, "x");
	else if (edit == SHA)
		replace(&r->runtime_sha256, "x");
	else if (edit == LSM)
		replace(&r->lsm, "x");
	else if (edit == PROFILE)
		replace(&r->profile, "all");
	else if (edit == REQUIRE)
		r->require = xstrdup("x");
	else if (edit == PARTIAL)
		r->partial = true;
	else if (edit == COUNT)
		r->shard_count = 3;
	else if (edit == LEVEL)
		r->results[0].level = LEVEL_SHOULD;
	else if (edit == COUNTED)
		r->n_withheld = 1;
	if (edit == BUNDLE || edit == VERDICT)
		r->results[0].verdict = VERDICT_FAIL;
	if (edit == FEWER)
		result_free(&r->results[--r->n_results]);
	if (edit == MORE)
		sample_add(r, REQ_dir_mode, LEVEL_MUST, VERDICT_PASS);
	if (edit >= VERDICT && edit <= WHOLE)
		r->n_shards = 0;
	if (edit == WHOLE)
		r->shard_count = 0;
	if (edit >= VERDICT && edit <= AGAIN)
		report_add_shard(r, 1);
}

START_TEST(test_conflict)
{
	enum edit what = conflict_rows[_i].edit;
	_cleanup_reports_ struct reports in = { 0 }, out = { 0 };
	_cleanup_free_ char *error = NULL;
	struct report two = made("MP", what == NOTHING ? "b" : "a", 2, 2);
	int r;

	ck_assert_str_eq(requirements[0].id, "dir-empty");
	edit(&two, what);
	add(&in, "FIRST", made("MP", "a", 1, 2));
	add(&in, "SECOND", two);
	r = reports_merge(&in, false, &out, &error);
	ck_assert_msg((r < 0) == (conflict_rows[_i].says != NULL), "%s", str(error));
	if (r == 0)
		return;
	ck_assert_ptr_eq(strstr(error, "FIRST and SECOND: "), error);
	ck_assert_msg(strstr(error, conflict_rows[_i].says) != NULL, "%s", error);
}
END_TEST

/* Of three files the two that contradict each other are named. */
START_TEST(test_names_the_right_two)
{
	_cleanup_reports_ struct reports in = { 0 }, out = { 0 };
	_cleanup_free_ char *error = NULL;

	add(&in, "FIRST", made("MP", "a", 1, 3));
	add(&in, "SECOND", made("MB", "b", 2, 3));
	add(&in, "THIRD", made("MF", "b", 3, 3));
	ck_assert_int_eq(reports_merge(&in, false, &out, &error), -EINVAL);
	ck_assert_ptr_eq(strstr(error, "SECOND and THIRD: dir-empty is broken"), error);
}
END_TEST

/* Columns ------------------------------------------------------------------------------------- */

static struct report on(const char *kernel, const char *version, const char *words)
{
	struct report r = made(words, "a", 0, 0);

	r.kernel_name = xstrdup(kernel);
	machine_unknown(&r.vm, "");
	replace(&r.runtime_version, version);
	return r;
}

static struct report absent(const char *kernel)
{
	struct report r = { .kernel_name = xstrdup(kernel), .why = xstrdup("no such file") };

	r.outcome = OUTCOME_NOTHING_RAN;
	r.runtime_name = xstrdup("runc");
	r.runtime_version = xstrdup("2");
	r.runtime_argv = xstrdup("runc\n--root\n/run/a b\n");
	machine_unknown(&r.vm, "");
	return r;
}

START_TEST(test_columns)
{
	_cleanup_reports_ struct reports in = { 0 }, out = { 0 };
	struct report other = on("k2", "runc version 1", "MP");

	report_add_denied(&other, "openat2", 0);
	add(&in, "a", on("k1", "runc version 1", "MP"));
	add(&in, "b", on("k2", "runc version 1", "MF"));
	add(&in, "c", on("k1", "runc version 2", "MP"));
	add(&in, "d", absent("k2"));
	add(&in, "e", on("k1", "runc version 1", "MP"));
	add(&in, "f", other);
	out = merged(&in);
	ck_assert_uint_eq(out.n, 5);
	ck_assert_str_eq(column_verdict(&out.list[1]), "fails");
	ck_assert_str_eq(column_verdict(&out.list[3]), "absent");
	check_read_back(&out);
}
END_TEST

/* Whatever comes first, a kernel that was judged somewhere is judged. */
START_TEST(test_absent_gives_way)
{
	_cleanup_reports_ struct reports in = { 0 }, out = { 0 };

	if (_i == 0)
		add(&in, "a", absent("k"));
	add(&in, "b", on("k", "runc version 2", "MP"));
	if (_i == 1)
		add(&in, "a", absent("k"));
	out = merged(&in);
	ck_assert_uint_eq(out.n, 1);
	ck_assert_str_eq(column_verdict(&out.list[0]), "conforms");
}
END_TEST

/* A kernel that one shard could not have is not whole by the other. */
START_TEST(test_absent_shard)
{
	_cleanup_reports_ struct reports in = { 0 }, out = { 0 };
	struct report r = on("k", "runc version 2", "MP");

	r.shard_count = 2;
	report_add_shard(&r, 1);
	add(&in, "a", r);
	add(&in, "b", absent("k"));
	out = merged(&in);
	ck_assert_str_eq(column_verdict(&out.list[0]), "broken");
}
END_TEST

START_TEST(test_published)
{
	_cleanup_reports_ struct reports in = { 0 }, out = { 0 };
	_cleanup_free_ char *error = NULL;
	struct report one = made("MP MF", "a", 1, 2);

	report_publish(&one);
	add(&in, "FIRST", one);
	add(&in, "SECOND", made("MP MP", "b", 2, 2));
	ck_assert_int_eq(reports_merge(&in, false, &out, &error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "FIRST and SECOND: "));
	ck_assert_ptr_null(strstr(error, requirements[1].id));
}
END_TEST

/* Reading shards ------------------------------------------------------------------------------ */

static const struct {
	const char *name, *shard, *says;
} read_rows[] = {
	{ "read-shard", "{\"count\":3,\"has\":[1,3]}", NULL },
	{ "read-none", "{\"count\":3,\"has\":[]}", "names no shard" },
	{ "read-twice", "{\"count\":3,\"has\":[2,2]}", ".shard.has" },
	{ "read-zero", "{\"count\":3,\"has\":[0]}", ".shard.has" },
	{ "read-beyond", "{\"count\":3,\"has\":[4]}", ".shard.has" },
	{ "read-huge", "{\"count\":3,\"has\":[1e300]}", ".shard.has" },
	{ "read-word", "{\"count\":3,\"has\":[\"1\"]}", ".shard.has" },
	{ "read-no-count", "{\"has\":[1]}", ".shard.count" },
	{ "read-no-object", "[1]", ".shard" },
};

START_TEST(test_read)
{
	_cleanup_reports_ struct reports rs = { 0 }, in = { 0 };
	_cleanup_free_ char *text = NULL, *edited = NULL, *error = NULL;
	char *at;
	int r;

	add(&in, "a", made("MP", "a", 0, 0));
	text = json_of(&in);
	at = strstr(text, "\"started\"");
	edited = xasprintf("%.*s\"shard\":%s,%s", (int)(at - text), text, read_rows[_i].shard, at);
	r = reports_read("FILE", edited, strlen(edited), &rs, &error);
	ck_assert_msg((r < 0) == (read_rows[_i].says != NULL), "%s", str(error));
	if (r == 0)
		ck_assert_uint_eq(rs.list[0].n_shards, 2);
	else
		ck_assert_msg(strstr(error, read_rows[_i].says) != NULL, "%s", error);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("merge");

	ADD_ROWS(s, shard_rows, test_shards);
	add_case(s, "details", test_details, 0);
	ADD_ROWS(s, missing_rows, test_missing);
	add_case(s, "two-steps", test_in_two_steps, 0);
	ADD_ROWS(s, conflict_rows, test_conflict);
	add_case(s, "conflict-of-three", test_names_the_right_two, 0);
	add_case(s, "columns", test_columns, 0);
	add_case(s, "absent-first", test_absent_gives_way, 0);
	add_case(s, "absent-last", test_absent_gives_way, 1);
	add_case(s, "absent-shard", test_absent_shard, 0);
	add_case(s, "published", test_published, 0);
	ADD_ROWS(s, read_rows, test_read);
	return run_suite(s);
}
