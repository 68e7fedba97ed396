/* SPDX-License-Identifier: Apache-2.0 */
/* Cases as text: what is written is read back, anything else is refused with its line. */
#include "conformance/tests/suite.h"

#include "conformance/case.h"

/* A case with one of everything; malformed ones replace a line of it. */
static const char *const good[] = {
	"case/1",
	"bundle\tdirs/one",
	"title\ta \\011 title",
	"profile\tcore",
	"flag\talone",
	"flag\tat-once",
	"tree\tdir\t/t\t1777\t0\t7\t-",
	"tree\tfile\t/t/a\\012b\t0644\t1000\t0\tone\\012",
	"tree\tchar\t/t/z\t0666\t0\t0\t1:5",
	"container\ta\tstarts\tsb-shared sb-private",
	"config\t{\"a\":\"\\134u0000\"}",
	"mask\t/t\tmasked-dir",
	"todo\troot\tlist\t/t\tmasked-dir",
	"todo\texec\tread\t/t/a\\012b\tmasked-file",
	"container\tplain\teither\t-",
	"config\t{}",
	"end\t16",
};

static char *text_of(const char *const *lines, size_t n, size_t at, const char *instead)
{
	_cleanup_text_ struct text t = { 0 };
	size_t i;

	for (i = 0; i < n; i++)
		text_addf(&t, "%s\n", i + 1 == at ? instead : lines[i]);
	return TAKE_PTR(t.s);
}

static char *good_text(void)
{
	return text_of(good, ARRAY_SIZE(good), 0, NULL);
}

START_TEST(test_trace)
{
	_cleanup_case_ struct test_case c = { 0 };
	_cleanup_text_ struct text t = { 0 };
	unsigned int line;

	ck_assert_int_eq(case_parse(text_of(good, ARRAY_SIZE(good), 5, "flag\ttrace"), &c, &line),
			 0);
	ck_assert(c.trace && !c.rootless);
	case_write(&c, &t);
	ck_assert_ptr_nonnull(strstr(text_str(&t), "\nflag\ttrace\n"));
}
END_TEST

START_TEST(test_rootless)
{
	_cleanup_case_ struct test_case c = { 0 };
	_cleanup_text_ struct text t = { 0 };
	unsigned int line;

	ck_assert_int_eq(
		case_parse(text_of(good, ARRAY_SIZE(good), 5, "flag\trootless"), &c, &line), 0);
	ck_assert(c.rootless && !c.alone);
	case_write(&c, &t);
	ck_assert_ptr_nonnull(strstr(text_str(&t), "\nflag\trootless\n"));
}
END_TEST

START_TEST(test_read)
{
	_cleanup_case_ struct test_case c = { 0 };
	unsigned int line;

	ck_assert_int_eq(case_parse(good_text(), &c, &line), 0);
	ck_assert_str_eq(c.bundle, "dirs/one");
	ck_assert_str_eq(c.title, "a \t title");
	ck_assert_str_eq(c.profile, "core");
	ck_assert(c.alone && c.at_once);
	ck_assert_uint_eq(c.n_tree, 3);
	ck_assert_int_eq(c.tree[1].kind, TREE_FILE);
	ck_assert_str_eq(c.tree[1].path, "/t/a\nb");
	ck_assert_uint_eq(c.tree[0].mode, 01777);
	ck_assert_uint_eq(c.tree[0].gid, 7);
	ck_assert_uint_eq(c.tree[1].uid, 1000);
	ck_assert_str_eq(c.tree[1].arg, "one\n");
	ck_assert_str_eq(c.tree[2].arg, "1:5");
	ck_assert_uint_eq(c.n_containers, 2);
	ck_assert_int_eq(c.containers[0].expect, EXPECT_STARTS);
	ck_assert_int_eq(c.containers[1].expect, EXPECT_EITHER);
	ck_assert_str_eq(c.containers[0].config, "{\"a\":\"\\u0000\"}");
	ck_assert_str_eq(c.containers[1].topics, "");
	ck_assert_uint_eq(c.containers[0].n_masks, 1);
	ck_assert_uint_eq(c.containers[0].n_todo, 2);
	ck_assert_int_eq(c.containers[0].todo[1].as, AS_EXEC);
	ck_assert_int_eq(c.containers[0].todo[1].op, OP_READ);
	ck_assert_str_eq(c.containers[0].todo[1].class, "masked-file");
	ck_assert_uint_eq(c.containers[1].n_todo, 0);
}
END_TEST

START_TEST(test_round_trip)
{
	_cleanup_case_ struct test_case c = { 0 };
	_cleanup_free_ char *want = good_text();
	_cleanup_text_ struct text t = { 0 };
	unsigned int line;

	ck_assert_int_eq(case_parse(good_text(), &c, &line), 0);
	text_add(&t, "before\n");
	case_write(&c, &t);
	ck_assert_str_eq(t.s + strlen("before\n"), want);
}
END_TEST

/* Every operation, identity, kind and expectation has one name and comes back by it. */
START_TEST(test_names)
{
	size_t i;

	for (i = 0; i < OP_COUNT; i++)
		ck_assert_uint_eq(op_by_name(op_info[i].name), i);
	for (i = 0; i < AS_COUNT; i++)
		ck_assert_uint_eq(identity_by_name(identity_names[i]), i);
	ck_assert_uint_eq(op_by_name("of-a-newer-kit"), OP_UNKNOWN);
	ck_assert_uint_eq(op_by_name(""), OP_UNKNOWN);
	ck_assert_uint_eq(identity_by_name("nobody"), AS_UNKNOWN);
}
END_TEST

START_TEST(test_unknown_op)
{
	_cleanup_case_ struct test_case c = { 0 };
	unsigned int line;
	char *text = text_of(good, ARRAY_SIZE(good), 13, "todo\troot\tlater\t/t\tmasked-dir");

	ck_assert_int_eq(case_parse(text, &c, &line), 0);
	ck_assert_int_eq(c.containers[0].todo[0].op, OP_UNKNOWN);
}
END_TEST

static const struct {
	const char *name;
	unsigned int line; /* that is replaced */
	const char *instead;
	unsigned int found; /* the line that is named */
} bad_rows[] = {
	{ "bad-schema", 1, "case/2", 1 },
	{ "bad-schema-empty", 1, "", 1 },
	{ "bad-record", 3, "subtitle\tx", 3 },
	{ "bad-empty-line", 3, "", 3 },
	{ "bad-title-missing", 3, "bundle\tx", 0 },
	{ "bad-bundle-missing", 2, "title\tx", 0 },
	{ "bad-profile-missing", 4, "title\tx", 0 },
	{ "bad-too-few-fields", 4, "profile", 4 },
	{ "bad-too-many-fields", 4, "profile\tcore\tscale", 4 },
	{ "bad-flag", 5, "flag\tlonely", 5 },
	{ "bad-tree-kind", 7, "tree\tdoor\t/t\t0755\t0\t0\t-", 7 },
	{ "bad-tree-relative", 7, "tree\tdir\tt\t0755\t0\t0\t-", 7 },
	{ "bad-tree-mode", 7, "tree\tdir\t/t\t0855\t0\t0\t-", 7 },
	{ "bad-tree-mode-empty", 7, "tree\tdir\t/t\t-\t0\t0\t-", 7 },
	{ "bad-tree-uid", 7, "tree\tdir\t/t\t0755\troot\t0\t-", 7 },
	{ "bad-tree-gid", 7, "tree\tdir\t/t\t0755\t0\t-1\t-", 7 },
	{ "bad-tree-short", 7, "tree\tdir\t/t\t0755\t0\t0", 7 },
	{ "bad-tree-long", 7, "tree\tdir\t/t\t0755\t0\t0\t-\t-", 7 },
	{ "bad-container-expect", 10, "container\ta\truns\t-", 10 },
	{ "bad-container-unnamed", 10, "container\t-\tstarts\t-", 10 },
	{ "bad-container-slash", 10, "container\ta/b\tstarts\t-", 10 },
	{ "bad-container-dots", 10, "container\t..\tstarts\t-", 10 },
	{ "bad-container-blank", 10, "container\ta b\tstarts\t-", 10 },
	{ "bad-config-before-container", 9, "config\t{}", 9 },
	{ "bad-mask-before-container", 9, "mask\t/t\tmasked-dir", 9 },
	{ "bad-todo-before-container", 9, "todo\troot\tlist\t/t\tmasked-dir", 9 },
	{ "bad-config-missing", 11, "mask\t/t\tmasked-dir", 0 },
	{ "bad-config-missing-last", 16, "mask\t/t\tmasked-dir", 0 },
	{ "bad-mask-short", 12, "mask\t/t", 12 },
	{ "bad-todo-identity", 13, "todo\tnobody\tlist\t/t\tmasked-dir", 13 },
	{ "bad-todo-short", 13, "todo\troot\tlist\t/t", 13 },
	{ "bad-end-number", 17, "end\t15", 17 },
	{ "bad-end-tail", 17, "end\t16x", 17 },
	{ "bad-end-empty", 17, "end\t-", 17 },
	{ "bad-end-early", 5, "end\t4", 6 },
	{ "bad-end-missing", 17, "flag\talone", 0 },
};

START_TEST(test_bad)
{
	_cleanup_free_ char *text =
		text_of(good, ARRAY_SIZE(good), bad_rows[_i].line, bad_rows[_i].instead);
	struct test_case c = { .n_tree = 42 };
	unsigned int line = 99;

	ck_assert_int_eq(case_parse(text, &c, &line), -EINVAL);
	ck_assert_uint_eq(line, bad_rows[_i].found);
	ck_assert_uint_eq(c.n_tree, 42);
}
END_TEST

START_TEST(test_no_containers)
{
	_cleanup_free_ char *text = xstrdup("case/1\nbundle\tb\ntitle\tt\nprofile\tcore\nend\t4\n");
	struct test_case c;
	unsigned int line;

	ck_assert_int_eq(case_parse(text, &c, &line), -EINVAL);
	ck_assert_uint_eq(line, 0);
}
END_TEST

/* Cut at any byte but the last newline it is refused. */
START_TEST(test_cut)
{
	_cleanup_free_ char *whole = good_text();
	size_t n;

	for (n = 0; n < strlen(whole) - 1; n++) {
		_cleanup_free_ char *text = xstrndup(whole, n);
		struct test_case c;
		unsigned int line;

		ck_assert_msg(case_parse(text, &c, &line) < 0, "whole at byte %zu", n);
	}
}
END_TEST

static const struct {
	const char *name, *words, *word;
	bool want;
} word_rows[] = {
	{ "word-only", "a", "a", true },
	{ "word-first", "a b c", "a", true },
	{ "word-middle", "a b c", "b", true },
	{ "word-last", "a b c", "c", true },
	{ "word-prefix", "sb-shared-host", "sb-shared", false },
	{ "word-prefix-then-word", "sb-shared-host sb-shared", "sb-shared", true },
	{ "word-suffix", "xa", "a", false },
	{ "word-none", "", "a", false },
	{ "word-empty", "a b", "", false },
	{ "word-empty-in-empty", "", "", false },
};

START_TEST(test_word)
{
	ck_assert_int_eq(has_word(word_rows[_i].words, word_rows[_i].word), word_rows[_i].want);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("case");

	add_case(s, "read", test_read, 0);
	add_case(s, "rootless", test_rootless, 0);
	add_case(s, "trace", test_trace, 0);
	add_case(s, "round-trip", test_round_trip, 0);
	add_case(s, "names", test_names, 0);
	add_case(s, "unknown-op", test_unknown_op, 0);
	ADD_ROWS(s, bad_rows, test_bad);
	add_case(s, "no-containers", test_no_containers, 0);
	add_case(s, "cut", test_cut, 0);
	ADD_ROWS(s, word_rows, test_word);
	return run_suite(s);
}
