/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/expect.h"

#include "conformance/fuzz/fuzz.h"

/* An order, of whatever three lines: each pair one way round, and the first before the last. */
static void compare_versions(char *text)
{
	const char *s[3];
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(s); i++) {
		s[i] = next_line(&text);
		if (!s[i])
			return;
	}
	for (i = 0; i < ARRAY_SIZE(s); i++)
		for (k = 0; k < ARRAY_SIZE(s); k++)
			MUST((version_compare(s[i], s[k]) < 0) ==
			     (version_compare(s[k], s[i]) > 0));
	if (version_compare(s[0], s[1]) <= 0 && version_compare(s[1], s[2]) <= 0)
		MUST(version_compare(s[0], s[2]) <= 0);
}

/* What is excused has a reason, and nothing else is. */
static void apply(const struct expects *e)
{
	struct report r = { .runtime_version = xstrdup("runc version 1.1.5+ds1"),
			    .kernel = xstrdup("6.1.0-9-amd64"),
			    .started = xstrdup("2026-01-01T00:00:00Z") };
	int v;

	for (v = VERDICT_SKIP; v < VERDICT_COUNT; v++) {
		GROW(r.results, r.n_results);
		r.results[r.n_results++] =
			(struct result){ .id = (enum requirement_id)v, .verdict = (enum verdict)v };
	}
	expect_apply(&r, e);
	for (v = 0; v < (int)r.n_results; v++)
		if (r.results[v].expected_fall || r.results[v].unexpected_pass)
			MUST(r.results[v].expect_reason && *r.results[v].expect_reason);
	report_conclude(&r, true, true);
	report_free(&r);
}

int fuzz_expect(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = xstrndup((const char *)data, size);
	_cleanup_free_ char *copy = xstrdup(text);
	_cleanup_free_ char *error = NULL;
	_cleanup_expects_ struct expects e = { 0 };

	compare_versions(copy);
	if (expect_parse("F", text, &e, &error) < 0)
		MUST(error && strip_prefix(error, "F:"));
	else
		apply(&e);
	return 0;
}
