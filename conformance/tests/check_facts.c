/* SPDX-License-Identifier: Apache-2.0 */
/* Facts as text: whole, cut, malformed, of a newer kit; the words of a row's value. */
#include "conformance/tests/suite.h"

#include "conformance/facts.h"
#include "conformance/sha256.h"

static const char *const good[] = {
	"facts/1",
	"h\trun\tr1",
	"h\tfilter\t-",
	"c\tcase/1",
	"c\tbundle\\011b",
	"c\ttitle\\011T",
	"c\tprofile\\011core",
	"c\tcontainer\\011a\\011starts\\011-",
	"c\tconfig\\011{}",
	"c\ttodo\\011root\\011list\\011/t/a\\134011b\\011masked-dir",
	"c\tend\\0117",
	"r\tdriver:a\tcreate\tdriver\texit\tcreate\tok\t-",
	"r\tprobe:a\trun\troot\tlist\t/t/a\\011b\tok\tentries=0 dots=2",
	"end\t13",
};

static const char case_text[] =
	"case/1\nbundle\tb\ntitle\tT\nprofile\tcore\ncontainer\ta\tstarts\t-\n"
	"config\t{}\ntodo\troot\tlist\t/t/a\\011b\tmasked-dir\nend\t7\n";

/* The first @n lines, line @at (from 1) replaced, cut or lengthened to @instead. */
static char *text_of(size_t n, size_t at, const char *instead)
{
	_cleanup_text_ struct text t = { 0 };
	size_t i;

	text_add(&t, "");
	for (i = 0; i < n; i++)
		text_addf(&t, "%s\n", i + 1 == at ? instead : good[i]);
	return TAKE_PTR(t.s);
}

START_TEST(test_whole)
{
	_cleanup_facts_ struct facts f;
	char digest[SHA256_HEX];

	facts_parse(text_of(ARRAY_SIZE(good), 0, NULL), &f);
	ck_assert_int_eq(f.state, FACTS_WHOLE);
	ck_assert_uint_eq(f.n_headers, 2);
	ck_assert_str_eq(facts_header(&f, "run"), "r1");
	ck_assert_str_eq(facts_header(&f, "filter"), "");
	ck_assert_str_eq(facts_header(&f, "none"), "");
	ck_assert_str_eq(f.c.bundle, "b");
	ck_assert_str_eq(f.c.containers[0].todo[0].path, "/t/a\tb");
	sha256_text(case_text, strlen(case_text), digest);
	ck_assert_str_eq(f.case_digest, digest);
	ck_assert_uint_eq(f.n_rows, 2);
	ck_assert_str_eq(f.rows[0].source, "driver:a");
	ck_assert_int_eq(f.rows[0].as, AS_DRIVER);
	ck_assert_int_eq(f.rows[0].op, OP_EXIT);
	ck_assert_str_eq(f.rows[0].value, "");
	ck_assert_str_eq(f.rows[1].phase, "run");
	ck_assert_int_eq(f.rows[1].as, AS_ROOT);
	ck_assert_int_eq(f.rows[1].op, OP_LIST);
	ck_assert_str_eq(f.rows[1].path, "/t/a\tb");
	ck_assert_str_eq(f.rows[1].result, "ok");
	ck_assert_str_eq(f.rows[1].value, "entries=0 dots=2");
}
END_TEST

/* After any of its lines, or in the middle of any, a file is not whole. */
START_TEST(test_cut_lines)
{
	size_t n;

	for (n = 0; n < ARRAY_SIZE(good); n++) {
		_cleanup_facts_ struct facts f;

		facts_parse(text_of(n, 0, NULL), &f);
		ck_assert_msg(f.state == FACTS_CUT, "%zu lines: state %d", n, f.state);
	}
}
END_TEST

START_TEST(test_cut_bytes)
{
	_cleanup_free_ char *whole = text_of(ARRAY_SIZE(good), 0, NULL);
	size_t n;

	/* Without its last newline nothing is missing. */
	for (n = 0; n < strlen(whole) - 1; n++) {
		_cleanup_facts_ struct facts f;

		facts_parse(xstrndup(whole, n), &f);
		ck_assert_msg(f.state != FACTS_WHOLE, "whole at byte %zu", n);
	}
}
END_TEST

/* Any line taken out is noticed, because the end marker counts them. */
START_TEST(test_line_lost)
{
	size_t lost;

	for (lost = 0; lost < ARRAY_SIZE(good); lost++) {
		_cleanup_text_ struct text t = { 0 };
		_cleanup_facts_ struct facts f;
		size_t i;

		for (i = 0; i < ARRAY_SIZE(good); i++)
			if (i != lost)
				text_addf(&t, "%s\n", good[i]);
		facts_parse(TAKE_PTR(t.s), &f);
		ck_assert_msg(f.state != FACTS_WHOLE, "whole without line %zu", lost + 1);
	}
}
END_TEST

static const struct {
	const char *name;
	size_t line;
	const char *instead;
	enum facts_state want;
} line_rows[] = {
	{ "schema", 1, "facts/2", FACTS_MALFORMED },
	{ "record", 3, "x\ty\tz", FACTS_MALFORMED },
	{ "record-empty", 3, "", FACTS_MALFORMED },
	{ "header-short", 3, "h\tfilter", FACTS_MALFORMED },
	{ "header-long", 3, "h\tfilter\ta\tb", FACTS_MALFORMED },
	{ "header-unknown", 3, "h\tlater\tvalue", FACTS_WHOLE },
	{ "header-twice", 3, "h\trun\tr2", FACTS_WHOLE },
	{ "case-unescaped", 5, "c\tbundle\tb", FACTS_MALFORMED },
	{ "case-bad-record", 5, "c\tbundles\\011b", FACTS_MALFORMED },
	{ "case-bad-end", 11, "c\tend\\0118", FACTS_MALFORMED },
	{ "case-no-config", 9, "c\ttitle\\011T", FACTS_MALFORMED },
	{ "row-short", 12, "r\tdriver:a\tcreate\tdriver\texit\tcreate\tok", FACTS_MALFORMED },
	{ "row-long", 12, "r\tdriver:a\tcreate\tdriver\texit\tcreate\tok\t-\t-", FACTS_MALFORMED },
	{ "row-unknown-op", 12, "r\tdriver:a\tcreate\tdriver\tlater\t-\tok\t-", FACTS_WHOLE },
	{ "row-unknown-identity", 12, "r\tdriver:a\tcreate\tdaemon\texit\t-\tok\t-", FACTS_WHOLE },
	{ "row-unknown-phase", 12, "r\tdriver:a\tlater\tdriver\texit\t-\tok\t-", FACTS_WHOLE },
	{ "end-number", 14, "end\t12", FACTS_CUT },
	{ "end-tail", 14, "end\t13x", FACTS_CUT },
	{ "end-long", 14, "end\t13\t-", FACTS_CUT },
	{ "end-early", 13, "end\t12", FACTS_CUT },
	{ "end-in-the-middle", 12, "end\t11", FACTS_MALFORMED },
};

START_TEST(test_line)
{
	_cleanup_facts_ struct facts f;

	facts_parse(text_of(ARRAY_SIZE(good), line_rows[_i].line, line_rows[_i].instead), &f);
	ck_assert_int_eq(f.state, line_rows[_i].want);
}
END_TEST

START_TEST(test_unknown_kept)
{
	_cleanup_facts_ struct facts f;

	facts_parse(text_of(ARRAY_SIZE(good), 12, "r\tdriver:a\tx\tdaemon\tlater\t-\tok\t-"), &f);
	ck_assert_uint_eq(f.n_rows, 2);
	ck_assert_int_eq(f.rows[0].op, OP_UNKNOWN);
	ck_assert_int_eq(f.rows[0].as, AS_UNKNOWN);
}
END_TEST

START_TEST(test_without_case)
{
	_cleanup_facts_ struct facts f;

	facts_parse(xstrdup("facts/1\nend\t1\n"), &f);
	ck_assert_int_eq(f.state, FACTS_MALFORMED);
}
END_TEST

static const struct {
	const char *name, *value, *key, *want; /* NULL: none */
	long long number;
} value_rows[] = {
	{ "value-only", "entries=0", "entries", "0", 0 },
	{ "value-first", "entries=3 dots=2", "entries", "3", 3 },
	{ "value-last", "entries=3 dots=2", "dots", "2", 2 },
	{ "value-none", "entries=3", "dots", NULL, -1 },
	{ "value-empty", "", "dots", NULL, -1 },
	{ "value-prefix", "nentries=3", "entries", NULL, -1 },
	{ "value-longer-key", "entriesx=3", "entries", NULL, -1 },
	{ "value-in-a-value", "a=entries=3", "entries", NULL, -1 },
	{ "value-blank", "entries= dots=2", "entries", "", -1 },
	{ "value-two-blanks", "a=1  b=2", "b", "2", 2 },
	{ "value-word", "type=dir", "type", "dir", -1 },
	{ "value-tail", "bytes=3x", "bytes", "3x", -1 },
	{ "value-negative", "bytes=-3", "bytes", "-3", -3 },
	{ "value-rdev", "rdev=1:3", "rdev", "1:3", -1 },
	{ "value-great", "b=9223372036854775807", "b", "9223372036854775807",
	  9223372036854775807LL },
	{ "value-too-long", "b=00000000000000000000000000000000000000001", "b", NULL, -1 },
	{ "value-first-of-two", "b=1 b=2", "b", "1", 1 },
};

START_TEST(test_value)
{
	_cleanup_free_ char *value = xstrdup(value_rows[_i].value);
	const struct row r = { .value = value };
	char buf[32];
	bool have = row_value(&r, value_rows[_i].key, buf, sizeof(buf));

	ck_assert_pstr_eq(have ? buf : NULL, value_rows[_i].want);
	ck_assert_int_eq(row_number(&r, value_rows[_i].key), value_rows[_i].number);
}
END_TEST

static const struct {
	const char *name, *source, *kind, *container;
	bool want;
} source_rows[] = {
	{ "source-probe", "probe:a", "probe", "a", true },
	{ "source-other-kind", "probe:a", "driver", "a", false },
	{ "source-other-name", "probe:a", "probe", "b", false },
	{ "source-longer-name", "probe:ab", "probe", "a", false },
	{ "source-whole-case", "driver", "driver", "a", false },
	{ "source-empty-name", "driver:", "driver", "", true },
};

START_TEST(test_source)
{
	_cleanup_free_ char *source = xstrdup(source_rows[_i].source);
	const struct row r = { .source = source };

	ck_assert_int_eq(row_from(&r, source_rows[_i].kind, source_rows[_i].container),
			 source_rows[_i].want);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("facts");

	add_case(s, "whole", test_whole, 0);
	add_case(s, "cut-lines", test_cut_lines, 0);
	add_case(s, "cut-bytes", test_cut_bytes, 0);
	add_case(s, "line-lost", test_line_lost, 0);
	ADD_ROWS(s, line_rows, test_line);
	add_case(s, "unknown-kept", test_unknown_kept, 0);
	add_case(s, "without-case", test_without_case, 0);
	ADD_ROWS(s, value_rows, test_value);
	ADD_ROWS(s, source_rows, test_source);
	return run_suite(s);
}
