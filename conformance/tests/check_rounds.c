/* SPDX-License-Identifier: Apache-2.0 */
/* Rounds of containers at once: what is done to a target, and that a look shows each of it. */
#include "conformance/tests/suite.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "conformance/facts.h"
#include "conformance/fixture.h"
#include "conformance/probe/isolation.h"

static char tree[] = "/tmp/check-rounds.XXXXXX";

static char *target(const char *name)
{
	return xasprintf("%s%s", tree, name);
}

static void make_tree(void)
{
	_cleanup_free_ char *dir = NULL, *file = NULL;

	ck_assert_ptr_nonnull(mkdtemp(tree));
	dir = target("/d");
	file = target("/f");
	ck_assert_int_eq(mkdir(dir, 0755), 0);
	ck_assert_int_eq(write_file_at(AT_FDCWD, file, "12", 2), 0);
}

static void remove_tree(void)
{
	_cleanup_free_ char *command = xasprintf("rm -rf %s", tree);

	ck_assert_int_eq(system(command), 0);
}

/* The word @key of a look or an act. */
static const char *said(const struct text *value, const char *key)
{
	static char buf[8][64];
	static size_t next;
	char *word = buf[next++ % ARRAY_SIZE(buf)];
	const struct row r = { .value = value->s };

	return row_value(&r, key, word, sizeof(buf[0])) ? word : "";
}

static struct text look(const char *path)
{
	struct text value = { 0 };

	ck_assert_int_eq(isolation_feel(path, &value), 0);
	return value;
}

static const struct sign_row {
	const char *name, *target, *key, *act;
	const char *before, *during, *after; /* NULL: another than before */
} sign_rows[] = {
	{ "names-dir", "/d", "names", "create", "0", "6", "6" },
	{ "sockets-dir", "/d", "sockets", "socket", "0", "1", "0" },
	{ "mode-dir", "/d", "mode", "chmod", "0755", "0754", "0754" },
	{ "mtime-dir", "/d", "mtime", "utimes", NULL, "3.000000000", "3.000000000" },
	{ "flock-dir", "/d", "flock", "flock", "free", "held", "free" },
	{ "fcntl-dir", "/d", "fcntl", "fcntl", "free", "held", "free" },
	{ "bytes-file", "/f", "bytes", "write", "2", "5", "5" },
	{ "mode-file", "/f", "mode", "chmod", NULL, NULL, NULL },
	{ "flock-file", "/f", "flock", "flock", "free", "held", "free" },
	{ "fcntl-file", "/f", "fcntl", "fcntl", "free", "held", "free" },
};

START_TEST(test_sign)
{
	const struct sign_row *row = &sign_rows[_i];
	_cleanup_free_ char *path = target(row->target);
	_cleanup_text_ struct text before = look(path), done = { 0 }, during, after;

	ck_assert_int_eq(isolation_act(path, "one", 3, &done), 0);
	ck_assert_str_eq(said(&done, row->act), "ok");
	during = look(path);
	isolation_release();
	after = look(path);
	if (row->before)
		ck_assert_str_eq(said(&before, row->key), row->before);
	if (row->during)
		ck_assert_str_eq(said(&during, row->key), row->during);
	else
		ck_assert_str_ne(said(&during, row->key), said(&before, row->key));
	if (row->after)
		ck_assert_str_eq(said(&after, row->key), row->after);
}
END_TEST

/* An event is counted once, by whoever looks next, and never one of the look's own. */
START_TEST(test_events)
{
	_cleanup_free_ char *path = target("/d");
	_cleanup_text_ struct text first = look(path), quiet = look(path), done = { 0 }, busy,
				   again;

	ck_assert_str_eq(said(&first, "events"), "");
	ck_assert_str_eq(said(&quiet, "events"), "0");
	ck_assert_int_eq(isolation_act(path, "one", 1, &done), 0);
	busy = look(path);
	ck_assert_int_gt(atoi(said(&busy, "events")), 0);
	isolation_release();
	again = look(path);
	ck_assert_str_eq(said(&again, "events"), "0");
}
END_TEST

/* Two names of one object: a look at one is none by somebody else at the other. */
START_TEST(test_events_two_names)
{
	_cleanup_free_ char *one = target("/d"), *two = target("/./d");
	_cleanup_text_ struct text a = look(one), b = look(two), again = look(one);

	ck_assert_str_eq(said(&a, "object"), said(&b, "object"));
	ck_assert_str_eq(said(&again, "events"), "0");
}
END_TEST

START_TEST(test_nothing_there)
{
	_cleanup_free_ char *path = target("/missing");
	_cleanup_text_ struct text value = { 0 };

	ck_assert_int_eq(isolation_feel(path, &value), -ENOENT);
	ck_assert_int_eq(isolation_act(path, "one", 1, &value), -ENOENT);
	ck_assert_uint_eq(value.len, 0);
}
END_TEST

static void free_rows(struct container *k)
{
	size_t i;

	for (i = 0; i < k->n_todo; i++) {
		free(k->todo[i].path);
		free(k->todo[i].class);
	}
	free(k->todo);
}

static const char *const classes[] = { "iso-dir", "iso-file", "iso-own", "control-iso-dir",
				       "control-iso-file" };

/* Each target is acted on and looked at, by root, and is no mask record: another class says that.
 */
START_TEST(test_class)
{
	_cleanup_(free_rows) struct container k = { 0 };

	ck_assert_int_eq(class_add(&k, classes[_i], "/t/x"), 0);
	class_sort(&k);
	ck_assert_uint_eq(k.n_todo, 2);
	ck_assert_uint_eq(k.n_masks, 0);
	ck_assert_int_eq(k.todo[0].op, OP_ACT);
	ck_assert_int_eq(k.todo[1].op, OP_FEEL);
	ck_assert(k.todo[0].as == AS_ROOT && k.todo[1].as == AS_ROOT);
}
END_TEST

#define CASE(record)                                                                               \
	"case/1\nbundle\tb\ntitle\tt\nprofile\tcore\ncontainer\ta\tstarts\t-\n" record             \
	"config\t{}\nend\t7\n"

START_TEST(test_state_root)
{
	_cleanup_case_ struct test_case c = { 0 };
	_cleanup_text_ struct text t = { 0 };
	unsigned int line;

	ck_assert_int_eq(case_parse(xstrdup(CASE("state\tother\n")), &c, &line), 0);
	ck_assert_str_eq(c.containers[0].state, "other");
	case_write(&c, &t);
	ck_assert_str_eq(text_str(&t), CASE("state\tother\n"));
}
END_TEST

/* It becomes part of a folder's name. */
static const struct {
	const char *name, *record;
} bad_roots[] = {
	{ "state-slash", CASE("state\ta/b\n") }, { "state-dots", CASE("state\t..\n") },
	{ "state-empty", CASE("state\t-\n") },	 { "state-blank", CASE("state\ta b\n") },
	{ "state-long", CASE("state\ta\tb\n") },
};

START_TEST(test_bad_state_root)
{
	_cleanup_free_ char *text = xstrdup(bad_roots[_i].record);
	struct test_case c;
	unsigned int line;

	ck_assert_int_eq(case_parse(text, &c, &line), -EINVAL);
	ck_assert_uint_eq(line, 6);
}
END_TEST

#define FIXTURE(field)                                                                             \
	"{\"schema\":\"maskspec-fixture/1\",\"name\":\"x\",\"containers\":[{" field "}]}"

START_TEST(test_fixture)
{
	static const char good[] = FIXTURE("\"stateRoot\":\"b\""),
			  bad[] = FIXTURE("\"stateRoot\":\"a/b\""),
			  number[] = FIXTURE("\"stateRoot\":7");
	_cleanup_case_list_ struct case_list l = { 0 };
	_cleanup_text_ struct text error = { 0 };

	ck_assert_int_eq(fixture_read(AT_FDCWD, "x.json", good, sizeof(good) - 1, &l, &error), 0);
	ck_assert_str_eq(l.cases[0].containers[0].state, "b");
	ck_assert_int_lt(fixture_read(AT_FDCWD, "x.json", bad, sizeof(bad) - 1, &l, &error), 0);
	ck_assert_str_eq(text_str(&error), "container a: stateRoot: \"a/b\" can't be a name: not "
					   "empty, no blank, none of / . %");
	ck_assert_int_lt(fixture_read(AT_FDCWD, "x.json", number, sizeof(number) - 1, &l, &error),
			 0);
}
END_TEST

static void add_fixed(Suite *s, const char *name, const TTest *test, int i)
{
	tcase_add_checked_fixture(add_case(s, name, test, i), make_tree, remove_tree);
}

int main(void)
{
	Suite *s = suite_create("rounds");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sign_rows); i++)
		add_fixed(s, sign_rows[i].name, test_sign, (int)i);
	add_fixed(s, "events", test_events, 0);
	add_fixed(s, "events-two-names", test_events_two_names, 0);
	add_fixed(s, "nothing-there", test_nothing_there, 0);
	for (i = 0; i < ARRAY_SIZE(classes); i++)
		add_case(s, classes[i], test_class, (int)i);
	add_case(s, "state-root", test_state_root, 0);
	ADD_ROWS(s, bad_roots, test_bad_state_root);
	add_case(s, "fixture", test_fixture, 0);
	return run_suite(s);
}
