/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/fuzz/fuzz.h"
#include "conformance/report/diff.h"
#include "conformance/report/formats.h"
#include "conformance/report/merge.h"

static bool read_as(const char *text, size_t len, struct reports *rs)
{
	_cleanup_free_ char *error = NULL;
	int r = reports_read("fuzz", text, len, rs, &error);

	MUST((r < 0) == (error != NULL));
	return r == 0;
}

static void write_all(const struct reports *rs)
{
	_cleanup_text_ struct text names = { 0 };
	_cleanup_fclose_ FILE *out = fopen("/dev/null", "we");
	char *state = NULL, *name;

	MUST(out);
	format_names(&names);
	for (name = strtok_r(names.s, " ", &state); name; name = strtok_r(NULL, " ", &state)) {
		const struct format *f = format_by_name(name);

		if (!f->single || rs->n == 1)
			MUST(f->write(rs, out) == 0);
	}
}

/* What is written of it reads again, and as the same. */
static void write_back(const struct reports *rs)
{
	_cleanup_reports_ struct reports again = { 0 };
	_cleanup_diff_ struct diff d = { 0 };
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	MUST(f && format_by_name("json")->write(rs, f) == 0 && fclose(f) == 0);
	MUST(read_as(text, len, &again));
	MUST(again.n == rs->n);
	diff_reports(rs, &again, DIFF_THRESHOLD, &d);
	MUST(d.count[CHANGE_REGRESSED] == 0);
}

/* The same twice is the same, or an error that names both. */
static void merge_twice(const char *text, size_t len)
{
	_cleanup_reports_ struct reports rs = { 0 }, merged = { 0 };
	_cleanup_free_ char *error = NULL;

	read_as(text, len, &rs);
	read_as(text, len, &rs);
	if (reports_merge(&rs, false, &merged, &error) < 0)
		MUST(error && strstr(error, "fuzz and fuzz: "));
	else
		write_all(&merged);
}

int fuzz_report(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = xstrndup((const char *)data, size);
	_cleanup_reports_ struct reports rs = { 0 };

	if (!read_as(text, size, &rs))
		return 0;
	write_all(&rs);
	if (rs.n)
		write_back(&rs);
	merge_twice(text, size);
	return 0;
}
