/* SPDX-License-Identifier: Apache-2.0 */
/* What counts as regressed between two reports, and what the three formats make of it. */
#include "conformance/report/columns.h"
#include "conformance/report/diff.h"
#include "conformance/report/markdown.h"
#include "conformance/report/output.h"
#include "conformance/tests/report_sample.h"
#include "conformance/tests/suite.h"

/* All pairs of verdicts: from the row's to the column's, as - P S B F. */
static const struct {
	const char *name;
	enum verdict old;
	const char *changes; /* = same, R M C N G */
	const char *whole;   /* where both were asked the same */
	const char *known;   /* where EXPECT lists the new one */
} pair_rows[] = {
	{ "from-nothing", VERDICT_NOT_DUE, "=NNNN", "=NNNN", "=NNNN" },
	{ "from-pass", VERDICT_PASS, "G=RRR", "R=RRR", "G=CCC" },
	{ "from-skip", VERDICT_SKIP, "GM=RR", "GM=RR", "GM=CC" },
	{ "from-broken", VERDICT_BROKEN, "GMC=R", "GMC=R", "GMC=C" },
	{ "from-fail", VERDICT_FAIL, "GMCC=", "GMCC=", "GMCC=" },
};

START_TEST(test_pairs)
{
	static const enum verdict to[] = { VERDICT_NOT_DUE, VERDICT_PASS, VERDICT_SKIP,
					   VERDICT_BROKEN, VERDICT_FAIL };
	static const char letters[] = "=RMCNG";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(to); i++) {
		enum verdict old = pair_rows[_i].old;

		ck_assert_int_eq(letters[change_of(old, to[i], false, false)],
				 pair_rows[_i].changes[i]);
		ck_assert_int_eq(letters[change_of(old, to[i], false, true)],
				 pair_rows[_i].whole[i]);
		ck_assert_int_eq(letters[change_of(old, to[i], true, false)],
				 pair_rows[_i].known[i]);
	}
}
END_TEST

static struct report made(const char *words)
{
	struct report r;

	sample_init(&r);
	sample_words(&r, words);
	report_conclude(&r, true, false);
	return r;
}

static void add(struct reports *rs, struct report r)
{
	reports_add(rs, "file", &r);
}

typedef int (*diff_writer)(const struct diff *d, FILE *out);

static char *written_as(diff_writer w, const struct diff *d)
{
	size_t len = 0;
	char *s = NULL;
	FILE *f = open_memstream(&s, &len);

	ck_assert_int_eq(w(d, f), 0);
	fclose(f);
	return s;
}

static bool accepted(const char *text)
{
	char name[] = "/tmp/check_diff.XXXXXX";
	_cleanup_close_ int fd = mkstemp(name);
	_cleanup_free_ char *command = xasprintf("/usr/bin/python3 conformance/tests/validate.py "
						 "fixtures/schema/diff.schema.json %s",
						 name);
	int status;

	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	status = system(command);
	unlink(name);
	return status == 0;
}

/* Order --------------------------------------------------------------------------------------- */

START_TEST(test_order)
{
	static const char *const want[] = { "regressed MUST", "regressed SHOULD", "mended MUST",
					    "changed MUST",   "new INFO",	  "gone SHOULD" };
	_cleanup_reports_ struct reports old = { 0 }, new = { 0 };
	_cleanup_diff_ struct diff d = { 0 };
	_cleanup_free_ char *text = NULL, *json = NULL, *markdown = NULL;
	size_t i;

	add(&old, made("SP MP MF MF MP SF"));
	add(&new, made("SF MS MP MB MP S- IP"));
	/* The fifth is the same; the sixth isn't due any more, and it fell anyway. */
	diff_reports(&old, &new, 50, &d);
	ck_assert_uint_eq(d.columns[0].n, ARRAY_SIZE(want));
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		const struct difference *one = &d.columns[0].list[i];
		const struct result *res = one->new ? one->new : one->old;
		_cleanup_free_ char *got =
			xasprintf("%s %s", change_names[one->change], level_names[res->level]);

		ck_assert_str_eq(got, want[i]);
	}
	text = written_as(diff_text, &d);
	json = written_as(diff_json, &d);
	markdown = written_as(diff_markdown, &d);
	ck_assert_ptr_eq(strstr(text, "regressed: 2 regressed, 1 mended, 1 changed, 1 new, 1 gone"),
			 text);
	ck_assert_ptr_nonnull(strstr(markdown, "| **regressed** | MUST | "));
	ck_assert(accepted(json));
}
END_TEST

START_TEST(test_nothing)
{
	_cleanup_reports_ struct reports old = { 0 }, new = { 0 };
	_cleanup_diff_ struct diff d = { 0 };
	_cleanup_free_ char *text = NULL, *json = NULL;

	add(&old, made("MP SF MB"));
	add(&new, made("MP SF MB"));
	diff_reports(&old, &new, 50, &d);
	text = written_as(diff_text, &d);
	json = written_as(diff_json, &d);
	ck_assert_ptr_eq(strstr(text, "nothing regressed: 0 regressed"), text);
	ck_assert_uint_eq(d.count[CHANGE_REGRESSED], 0);
	ck_assert(accepted(json));
}
END_TEST

/* What the other run was not asked is no loss. */
START_TEST(test_gone)
{
	_cleanup_reports_ struct reports old = { 0 }, new = { 0 };
	_cleanup_diff_ struct diff d = { 0 };

	add(&old, made("MP MP"));
	add(&new, made("MP"));
	new.list[0].partial = _i == 1;
	if (_i == 2)
		memcpy(new.list[0].profile, "all", 4);
	if (_i == 3)
		new.list[0].kit_spec[0] = 'x';
	diff_reports(&old, &new, 50, &d);
	ck_assert_uint_eq(d.count[CHANGE_REGRESSED], _i == 0);
	ck_assert_uint_eq(d.count[CHANGE_GONE], _i != 0);
}
END_TEST

/* Measurements -------------------------------------------------------------------------------- */

static const struct {
	const char *name, *measurement, *unit, *old, *new;
	enum change change;
} measured_rows[] = {
	{ "count-same", "superblocks.directory_masks", "superblocks", "4", "4", CHANGE_NONE },
	{ "count-more", "superblocks.directory_masks", "superblocks", "512", "513",
	  CHANGE_REGRESSED },
	{ "count-less", "superblocks.directory_masks", "superblocks", "2", "1", CHANGE_MENDED },
	{ "count-64-bits", "mounts.masks", "mounts", "18446744073709551614", "18446744073709551615",
	  CHANGE_REGRESSED },
	{ "count-of-no-cost", "aliases.mounted", "mounts", "2", "3", CHANGE_CHANGED },
	{ "time-within", "time.create", "us", "100000", "149000", CHANGE_NONE },
	{ "time-beyond", "time.create", "us", "100000", "151000", CHANGE_REGRESSED },
	{ "time-faster", "time.create", "us", "151000", "100000", CHANGE_MENDED },
	{ "time-a-bit-faster", "time.create", "us", "149000", "100000", CHANGE_NONE },
	{ "time-tiny", "time.start", "us", "10", "9000", CHANGE_NONE },
	{ "time-from-nothing", "time.start", "us", "0", "90000", CHANGE_REGRESSED },
	{ "time-of-the-kit", "time.kit", "us", "100000", "900000", CHANGE_CHANGED },
};

START_TEST(test_measured)
{
	_cleanup_reports_ struct reports old = { 0 }, new = { 0 };
	_cleanup_diff_ struct diff d = { 0 };
	_cleanup_free_ char *json = NULL, *markdown = NULL;
	struct report a = made("MP"), b = made("MP");

	report_add_measurement(&a, measured_rows[_i].measurement, measured_rows[_i].unit,
			       measured_rows[_i].old, "users");
	report_add_measurement(&b, measured_rows[_i].measurement, measured_rows[_i].unit,
			       measured_rows[_i].new, "users");
	/* Of one side only: compared with nothing. */
	report_add_measurement(&a, measured_rows[_i].measurement, measured_rows[_i].unit, "900000",
			       "devices");
	add(&old, a);
	add(&new, b);
	diff_reports(&old, &new, 50, &d);
	if (measured_rows[_i].change == CHANGE_NONE)
		ck_assert_uint_eq(d.columns[0].n_measured, 0);
	else
		ck_assert_int_eq(d.columns[0].measured[0].change, measured_rows[_i].change);
	json = written_as(diff_json, &d);
	markdown = written_as(diff_markdown, &d);
	ck_assert(accepted(json));
	ck_assert_int_eq(strstr(markdown, measured_rows[_i].measurement) != NULL,
			 measured_rows[_i].change != CHANGE_NONE);
}
END_TEST

/* Other machines, other times. */
START_TEST(test_other_machine)
{
	_cleanup_reports_ struct reports old = { 0 }, new = { 0 };
	_cleanup_diff_ struct diff d = { 0 };
	struct report a = made("MP"), b = made("MP");

	report_add_measurement(&a, "time.create", "us", "100000", "users");
	report_add_measurement(&b, "time.create", "us", "900000", "users");
	if (_i) {
		b.kernel_name = xstrdup("k");
		machine_unknown(&b.vm, "");
	}
	add(&old, a);
	add(&new, b);
	diff_reports(&old, &new, 50, &d);
	ck_assert_uint_eq(d.count[CHANGE_REGRESSED], _i == 0);
}
END_TEST

/* Columns ------------------------------------------------------------------------------------- */

static struct report on(const char *kernel, const char *version, const char *words)
{
	struct report r = made(words);

	r.kernel_name = xstrdup(kernel);
	machine_unknown(&r.vm, "");
	free(r.runtime_version);
	r.runtime_version = xasprintf("runc version %s", version);
	return r;
}

static const struct report *partner(const struct diff *d, const struct report *old)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->columns[i].old == old)
			return d->columns[i].new;
	return NULL;
}

START_TEST(test_match)
{
	_cleanup_reports_ struct reports old = { 0 }, new = { 0 };
	_cleanup_diff_ struct diff d = { 0 };
	_cleanup_free_ char *text = NULL, *json = NULL;

	add(&old, on("k1", "1", "MP"));
	add(&old, on("k1", "2", "MP"));
	add(&old, on("k2", "1", "MP"));
	add(&old, on("k3", "1", "MP"));
	add(&new, on("k2", "3", "MP"));
	add(&new, on("k1", "2", "MP"));
	add(&new, on("k1", "3", "MP"));
	add(&new, on("k4", "1", "MP"));
	diff_reports(&old, &new, 50, &d);
	ck_assert_ptr_eq(partner(&d, &old.list[0]), &new.list[2]);
	ck_assert_ptr_eq(partner(&d, &old.list[1]), &new.list[1]);
	ck_assert_ptr_eq(partner(&d, &old.list[2]), &new.list[0]);
	ck_assert_ptr_null(partner(&d, &old.list[3]));
	ck_assert_uint_eq(d.n, 5);
	ck_assert_uint_eq(d.count[CHANGE_GONE], 1);
	ck_assert_uint_eq(d.count[CHANGE_NEW], 1);
	ck_assert_uint_eq(d.count[CHANGE_REGRESSED], 0);
	text = written_as(diff_text, &d);
	json = written_as(diff_json, &d);
	ck_assert_ptr_nonnull(strstr(text, "\n3 of 5 compared are the same\n"));
	ck_assert(accepted(json));
}
END_TEST

/* A kernel that can't be judged any more is evidence that was lost. */
START_TEST(test_lost)
{
	struct report gone = { .kernel_name = xstrdup("k1"),
			       .why = xstrdup("no such file"),
			       .outcome = OUTCOME_NOTHING_RAN };
	_cleanup_reports_ struct reports with = { 0 }, without = { 0 };
	_cleanup_diff_ struct diff d = { 0 };

	gone.runtime_name = xstrdup("runc");
	machine_unknown(&gone.vm, "");
	add(&with, on("k1", "1", "MP"));
	add(&with, on("k2", "1", "MP"));
	add(&without, gone);
	add(&without, on("k2", "1", "MP"));
	diff_reports(_i ? &without : &with, _i ? &with : &without, 50, &d);
	ck_assert_uint_eq(d.count[CHANGE_REGRESSED], _i == 0);
	ck_assert_uint_eq(d.count[CHANGE_NEW], _i == 1);
}
END_TEST

/* Withheld ------------------------------------------------------------------------------------ */

static const diff_writer writers[] = { diff_text, diff_json, diff_markdown };

/* In the new one the second has fallen, and nobody is told that it did. */
START_TEST(test_published)
{
	bool published = _i < (int)ARRAY_SIZE(writers);
	_cleanup_reports_ struct reports old = { 0 }, new = { 0 };
	_cleanup_diff_ struct diff d = { 0 };
	struct report a = made("MF! MP MP"), b = made("MF! MF MP");
	_cleanup_free_ char *text = NULL;

	report_add_measurement(&a, "mounts.masks", "mounts", "1", "users");
	report_add_measurement(&b, "mounts.masks", "mounts", "2", "users");
	free(b.results[0].rerun);
	b.results[0].rerun = xasprintf("FILTER=%s", requirements[1].id);
	if (published) {
		report_publish(&a);
		report_publish(&b);
		ck_assert(report_hides(&b));
	}
	add(&old, a);
	add(&new, b);
	diff_reports(&old, &new, 50, &d);
	text = written_as(writers[(size_t)_i % ARRAY_SIZE(writers)], &d);
	ck_assert_int_eq(strstr(text, requirements[1].id) != NULL, !published);
	ck_assert_int_eq(strstr(text, "mounts.masks") != NULL, !published);
	ck_assert_ptr_null(strstr(text, requirements[2].id));
	/* But that something did. */
	ck_assert_uint_gt(d.count[CHANGE_REGRESSED], 0);
	ck_assert_int_eq(strstr(text, "1 withheld, and 0 before") != NULL, published);
}
END_TEST

/* Hostile ------------------------------------------------------------------------------------- */

START_TEST(test_hostile)
{
	static const char *const texts[] = { "<script>", "\033[2J\001", "` | \\|",
					     "@someone\n# x" };
	_cleanup_reports_ struct reports old = { 0 }, new = { 0 };
	_cleanup_diff_ struct diff d = { 0 };
	_cleanup_free_ char *text = NULL, *json = NULL, *markdown = NULL, *big = NULL;
	struct report a = made("MP"), b = made("MF");

	big = xasprintf("%0*d|`", 1 << 20, 0);
	free(b.results[0].observed);
	b.results[0].observed = xstrdup(_i < (int)ARRAY_SIZE(texts) ? texts[_i] : big);
	free(b.runtime_version);
	b.runtime_version = xstrdup(b.results[0].observed);
	add(&old, a);
	add(&new, b);
	diff_reports(&old, &new, 50, &d);
	text = written_as(diff_text, &d);
	json = written_as(diff_json, &d);
	markdown = written_as(diff_markdown, &d);
	ck_assert(accepted(json));
	ck_assert_uint_le(strlen(markdown), MARKDOWN_MAX);
	ck_assert_ptr_null(strchr(text, '\033'));
	ck_assert_ptr_null(strstr(markdown, "\n# x"));
	ck_assert_ptr_null(strstr(markdown, "| <script>"));
}
END_TEST

/* One of them is added, and no other is read: which of two would be compared with an older one? */
START_TEST(test_measured_twice)
{
	_cleanup_report_ struct report one = made("MP");
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_free_ char *text = NULL, *edited = NULL, *error = NULL;

	report_add_measurement(&one, "mounts.masks", "mounts", "5", "measured");
	report_add_measurement(&one, "mounts.masks", "mounts", "6", "measured");
	report_add_measurement(&one, "mounts.masks", "mounts", "7", "MEASURED");
	text = written(report_json, &one);
	ck_assert_int_eq(reports_read("FILE", text, strlen(text), &rs, &error), 0);
	edited = xstrndup(text, strlen(text));
	memcpy(strstr(edited, "MEASURED"), "measured", strlen("measured"));
	ck_assert_int_eq(reports_read("FILE", edited, strlen(edited), &rs, &error), -EINVAL);
	ck_assert_str_eq(error,
			 "FILE: .measurements[]: \"mounts.masks\" of \"measured\" is there twice");
	ck_assert_str_eq(report_measurement(&rs.list[0], "mounts.masks", "measured")->value, "5");
	ck_assert_str_eq(report_measurement(&rs.list[0], "mounts.masks", "MEASURED")->value, "7");
	ck_assert_ptr_null(report_measurement(&rs.list[0], "mounts.masks", "others"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("diff");
	int i;

	ADD_ROWS(s, pair_rows, test_pairs);
	add_case(s, "order", test_order, 0);
	add_case(s, "nothing", test_nothing, 0);
	add_case(s, "lost", test_gone, 0);
	add_case(s, "gone-partial", test_gone, 1);
	add_case(s, "gone-profile", test_gone, 2);
	add_case(s, "gone-specification", test_gone, 3);
	ADD_ROWS(s, measured_rows, test_measured);
	add_case(s, "time-same-machine", test_other_machine, 0);
	add_case(s, "time-other-machine", test_other_machine, 1);
	add_case(s, "measured-twice", test_measured_twice, 0);
	add_case(s, "match", test_match, 0);
	add_case(s, "kernel-lost", test_lost, 0);
	add_case(s, "kernel-found", test_lost, 1);
	for (i = 0; i < 2 * (int)ARRAY_SIZE(writers); i++)
		add_case(s, i < (int)ARRAY_SIZE(writers) ? "published" : "open", test_published, i);
	for (i = 0; i < 5; i++)
		add_slow_case(s, "hostile", test_hostile, i);
	return run_suite(s);
}
