/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JUnit XML, as fixtures/schema/junit.xsd describes it: a testsuite for each report. Whoever counts
 * failures and errors comes to the verdict of the run: a SHOULD that fell, and a fall that EXPECT
 * names, are in system-out. A classname holds no version, so that a CI system follows a test
 * through the versions of a runtime.
 */
#include <ctype.h>

#include "conformance/report/columns.h"
#include "conformance/report/formats.h"
#include "conformance/report/output.h"

/* XML 1.0 has no way at all to write most control characters, nor U+FFFE and U+FFFF. */
static void add_escaped(struct text *t, const char *s)
{
	static const struct {
		const char *in, *out;
	} escapes[] = {
		{ "&", "&amp;" },
		{ "<", "&lt;" },
		{ ">", "&gt;" },
		{ "\"", "&quot;" },
		{ "'", "&apos;" },
		{ "\n", "&#10;" },
		{ "\t", "&#9;" },
		{ "\xef\xbf\xbe", "\\357\\277\\276" },
		{ "\xef\xbf\xbf", "\\357\\277\\277" },
	};
	_cleanup_text_ struct text clean = { 0 };
	const char *p;
	size_t i;

	output_clean(&clean, s, true);
	for (p = text_str(&clean); *p;) {
		size_t plain = strcspn(p, "&<>\"'\n\t\xef");

		text_add_n(t, p, plain);
		p += plain;
		for (i = 0; i < ARRAY_SIZE(escapes); i++)
			if (strip_prefix(p, escapes[i].in))
				break;
		if (i < ARRAY_SIZE(escapes)) {
			text_add(t, escapes[i].out);
			p += strlen(escapes[i].in);
		} else if (*p) {
			text_add_n(t, p++, 1);
		}
	}
}

static void add_attribute(struct text *t, const char *name, const char *value)
{
	text_addf(t, " %s=\"", name);
	add_escaped(t, value);
	text_add(t, "\"");
}

static void add_line(struct text *t, const char *name, const char *value)
{
	if (!*str(value))
		return;
	text_addf(t, "%s: ", name);
	add_escaped(t, value);
	text_add(t, "\n");
}

/* Names ------------------------------------------------------------------------------------- */

/* A dot would begin another package, a slash is a path: only its end is kept. */
static void add_part(struct text *t, const char *s)
{
	const char *slash = strrchr(s, '/');
	const char *p = slash && slash[1] ? slash + 1 : s;

	for (; *p; p++)
		text_add_n(t, isalnum((unsigned char)*p) || *p == '-' ? p : "_", 1);
}

static char *short_class(const struct report *r)
{
	_cleanup_free_ char *name = report_runtime_name(r);
	_cleanup_text_ struct text t = { 0 }, runtime = { 0 }, kernel = { 0 };

	/* Before blanks become a part of a word. */
	output_sieve(r, name, &runtime);
	output_sieve(r, report_kernel_name(r), &kernel);
	add_part(&t, runtime.len ? runtime.s : "runtime");
	text_add(&t, ".");
	add_part(&t, text_str(&kernel));
	return xstrdup(text_str(&t));
}

/* Reports of one set whose names are the same are told apart by their place. */
static char *class_of(const struct reports *rs, size_t at)
{
	_cleanup_free_ char *mine = short_class(&rs->list[at]);
	size_t before = columns_before(rs, at, short_class);

	return before ? xasprintf("%s.%zu", mine, before + 1) : TAKE_PTR(mine);
}

/* "docs/spec/10-directories.md#dir-empty": directories */
static void add_chapter(struct text *t, const struct requirement *req)
{
	const char *file = strrchr(req->spec, '/') + 1;

	file += strspn(file, "0123456789-");
	text_addf(t, "%.*s", (int)strcspn(file, "."), file);
}

/* Cases ------------------------------------------------------------------------------------- */

struct suite {
	struct text cases;
	char *class;
	unsigned int tests, failures, errors, skipped;
};

static void suite_free(struct suite *s)
{
	text_free(&s->cases);
	free(s->class);
}

static void add_details(struct text *t, const struct result *res)
{
	const struct requirement *req = &requirements[res->id];
	_cleanup_text_ struct text bundles = { 0 };

	output_bundles(&bundles, res, " ");
	add_line(t, level_names[res->level], req->title);
	add_line(t, "spec", req->spec);
	add_line(t, "reason", res->reason);
	add_line(t, "expected", res->expected);
	add_line(t, "observed", res->observed);
	add_line(t, "bundles", text_str(&bundles));
	add_line(t, "rerun", res->rerun);
	add_line(t, "evidence", res->evidence);
}

static void add_ending(struct text *t, const char *element, const char *type, const char *message,
		       const struct result *res)
{
	text_addf(t, "\t\t\t<%s", element);
	add_attribute(t, "type", type);
	add_attribute(t, "message", message);
	text_add(t, ">");
	if (res)
		add_details(t, res);
	text_addf(t, "</%s>\n", element);
}

/* Of what doesn't count: what was seen all the same. */
static void add_output(struct text *t, const struct result *res)
{
	bool fall = res->verdict == VERDICT_FAIL || res->verdict == VERDICT_BROKEN;

	if (!fall && res->level != LEVEL_INFO && !res->unexpected_pass)
		return;
	text_add(t, "\t\t\t<system-out>");
	if (res->expected_fall)
		text_addf(t, "known fall (%s)\n", verdict_names[res->verdict]);
	else if (fall)
		text_addf(t, "%s: not met, which is no failure of the run\n",
			  level_names[res->level]);
	if (res->unexpected_pass)
		text_add(t, "passes, and EXPECT lists it as a fall\n");
	add_line(t, "because", res->expect_reason);
	add_details(t, res);
	text_add(t, "</system-out>\n");
}

static void begin_case(struct suite *s, const char *name, const struct requirement *req)
{
	text_addf(&s->cases, "\t\t<testcase classname=\"%s.", s->class);
	if (req)
		add_chapter(&s->cases, req);
	else
		text_add(&s->cases, "maskspec");
	text_addf(&s->cases, "\" name=\"%s\">\n", name);
	s->tests++;
}

static void add_result(struct suite *s, const struct result *res)
{
	const char *level = level_names[res->level];

	begin_case(s, requirements[res->id].id, &requirements[res->id]);
	if (result_fails_run(res)) {
		s->failures++;
		add_ending(&s->cases, "failure", level, res->observed, res);
	} else if (result_is_broken(res)) {
		s->errors++;
		add_ending(&s->cases, "error", "broken", res->reason, res);
	} else if (res->verdict == VERDICT_SKIP) {
		s->skipped++;
		add_ending(&s->cases, "skipped", "skip", res->reason, NULL);
	} else {
		add_output(&s->cases, res);
	}
	text_add(&s->cases, "\t\t</testcase>\n");
}

/* What no result tells: nothing ran, EXPECT doesn't fit, a fall is withheld, a kernel is absent. */
static void add_verdict(struct suite *s, const struct report *r)
{
	const char *verdict = column_verdict(r);
	_cleanup_free_ char *message =
		xasprintf("%s%s%s", verdict, *str(r->why) ? ": " : "", str(r->why));

	begin_case(s, "verdict", NULL);
	if (streq(verdict, "absent")) {
		s->skipped++;
		add_ending(&s->cases, "skipped", verdict, message, NULL);
	} else if (outcome_exit(r->outcome) == 1) {
		s->failures++;
		add_ending(&s->cases, "failure", verdict, message, NULL);
	} else if (r->outcome != OUTCOME_CONFORMS) {
		s->errors++;
		add_ending(&s->cases, "error", verdict, message, NULL);
	}
	text_add(&s->cases, "\t\t</testcase>\n");
}

/* Suites ------------------------------------------------------------------------------------ */

static void add_property(struct text *t, const char *name, const char *value)
{
	if (!*str(value))
		return;
	text_addf(t, "\t\t\t<property name=\"maskspec.%s\"", name);
	add_attribute(t, "value", value);
	text_add(t, "/>\n");
}

static void add_properties(struct text *t, const struct report *r)
{
	_cleanup_free_ char *runtime = column_runtime(r), *conditions = column_conditions(r);
	_cleanup_free_ char *withheld = xasprintf("%u", r->n_withheld);
	_cleanup_free_ char *passes = xasprintf("%u", report_count(r, VERDICT_PASS));
	_cleanup_free_ char *missing = report_missing_shards(r);

	text_add(t, "\t\t<properties>\n");
	add_property(t, "verdict", column_verdict(r));
	add_property(t, "why", r->why);
	add_property(t, "runtime", runtime);
	add_property(t, "runtime.path", r->runtime_path);
	add_property(t, "runtime.sha256", r->runtime_sha256);
	add_property(t, "kernel", r->kernel);
	add_property(t, "machine", r->machine);
	add_property(t, "distro", r->distro);
	add_property(t, "conditions", conditions);
	add_property(t, "profile", r->profile);
	add_property(t, "partial", r->partial ? "true" : "");
	add_property(t, "require", r->require);
	add_property(t, "kit.version", r->kit_version);
	add_property(t, "kit.commit", r->kit_commit);
	add_property(t, "missing", missing);
	add_property(t, "unused_expects", r->unused_expects);
	add_property(t, "expired_expects", r->expired_expects);
	if (report_hides(r)) {
		add_property(t, "withheld", withheld);
		add_property(t, "passes", passes);
	}
	text_add(t, "\t\t</properties>\n");
}

/* "2026-01-31T12:00:00Z" without the Z, which the usual schema doesn't know; nothing for another
 * form. */
static void add_timestamp(struct text *t, const char *started)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd";
	size_t i;

	for (i = 0; form[i]; i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)str(started)[i])
				   : str(started)[i] != form[i])
			return;
	text_addf(t, " timestamp=\"%.*s\"", (int)strlen(form), started);
}

static void add_suite(struct text *t, const struct report *r, const struct suite *s)
{
	_cleanup_free_ char *runtime = column_runtime(r);
	_cleanup_free_ char *name =
		xasprintf("%s%s%s", runtime, *runtime ? " on " : "on ", column_kernel(r));

	text_add(t, "\t<testsuite");
	add_attribute(t, "name", name);
	text_addf(t, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"%.3f\"",
		  s->tests, s->failures, s->errors, s->skipped, r->seconds);
	add_timestamp(t, r->started);
	text_add(t, ">\n");
	add_properties(t, r);
	text_add(t, text_str(&s->cases));
	text_add(t, "\t</testsuite>\n");
}

static void add_report(struct text *t, const struct reports *rs, size_t at, struct suite *total)
{
	const struct report *r = &rs->list[at];
	_cleanup_(suite_free) struct suite s = { .class = class_of(rs, at) };
	_cleanup_text_ struct text raw = { 0 };
	size_t i;

	for (i = 0; i < r->n_results; i++)
		if (result_shown(r, &r->results[i]))
			add_result(&s, &r->results[i]);
	if (!s.failures && !s.errors)
		add_verdict(&s, r);
	add_suite(&raw, r, &s);
	output_sieve(r, text_str(&raw), t);
	total->tests += s.tests;
	total->failures += s.failures;
	total->errors += s.errors;
	total->skipped += s.skipped;
}

int report_junit(const struct reports *rs, FILE *out)
{
	_cleanup_text_ struct text t = { 0 };
	struct suite total = { 0 };
	double seconds = 0;
	size_t i;

	for (i = 0; i < rs->n; i++) {
		add_report(&t, rs, i, &total);
		seconds += rs->list[i].seconds;
	}
	if (fprintf(out,
		    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"maskspec\" "
		    "tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"%.3f\">\n"
		    "%s</testsuites>\n",
		    total.tests, total.failures, total.errors, total.skipped, seconds,
		    text_str(&t)) < 0 ||
	    fflush(out) != 0)
		return -EIO;
	return 0;
}
