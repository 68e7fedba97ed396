/* SPDX-License-Identifier: Apache-2.0 */
/* Fixtures become cases: classes, controls, repeats, pairs, and malformed ones are refused. */
#include "conformance/tests/suite.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "conformance/fixture.h"
#include "conformance/judge/judge.h"
#include "conformance/tests/bad_fixtures.h"

/* Classes ------------------------------------------------------------------------------------- */

static void free_rows(struct container *k)
{
	size_t i;

	for (i = 0; i < k->n_todo; i++) {
		free(k->todo[i].path);
		free(k->todo[i].class);
	}
	for (i = 0; i < k->n_masks; i++) {
		free(k->masks[i].path);
		free(k->masks[i].class);
	}
	free(k->todo);
	free(k->masks);
}
#define _cleanup_rows_ _cleanup_(free_rows)

static bool has_todo(const struct container *k, enum op op, enum identity as, const char *class)
{
	size_t i;

	for (i = 0; i < k->n_todo; i++)
		if (k->todo[i].op == op && k->todo[i].as == as && streq(k->todo[i].class, class))
			return true;
	return false;
}

/* A mask is asked every operation of its target that ops.def has, as everyone but the admin. */
static const struct {
	const char *name;
	char target;
} whole_rows[] = { { "masked-dir", 'D' }, { "masked-file", 'F' } };

START_TEST(test_whole_class)
{
	static const char letters[] = "RNUSEM";
	_cleanup_rows_ struct container k = { 0 };
	const char *class = whole_rows[_i].name;
	size_t op, as, n = 0;

	ck_assert_int_eq(class_add(&k, class, "/t/x"), 0);
	for (op = 0; op < OP_COUNT; op++) {
		bool fits =
			op_info[op].target == 'A' || op_info[op].target == whole_rows[_i].target;

		for (as = 0; as < AS_DRIVER; as++) {
			bool want =
				fits && as != AS_SYSADMIN && strchr(op_info[op].who, letters[as]);

			n += want;
			ck_assert_msg(has_todo(&k, (enum op)op, (enum identity)as, class) == want,
				      "%s as %s", op_info[op].name, identity_names[as]);
		}
	}
	ck_assert_uint_eq(k.n_todo, n);
	ck_assert_uint_eq(k.n_masks, 1);
}
END_TEST

static const struct class_row {
	const char *name, *class;
	size_t todo, masks;
	enum op op; /* of one of the rows */
	enum identity as;
} class_rows[] = {
	{ "class-below-dir", "below-dir", 2, 0, OP_LOOK, AS_USER },
	{ "class-control-below", "control-below", 2, 0, OP_LOOK, AS_USER },
	{ "class-alias-dir", "alias-dir", 1, 0, OP_LOOK, AS_ROOT },
	{ "class-control-alias", "control-alias", 1, 0, OP_LOOK, AS_ROOT },
	{ "class-control", "control", 2, 0, OP_LOOK, AS_ROOT },
	{ "class-sb-dir", "sb-dir", 1, 1, OP_LOOK, AS_ROOT },
	{ "class-sb-control", "sb-control", 0, 1, OP_COUNT, AS_COUNT },
	{ "class-chmod-mask", "chmod-mask", 1, 0, OP_CHMODDEV, AS_ROOT },
	{ "class-control-create", "control-create", 1, 0, OP_CREATE, AS_ROOT },
	{ "class-alias-rest-dir", "alias-rest-dir", 3, 1, OP_CREATE, AS_ROOT },
	{ "class-readonly-alias", "readonly-alias", 1, 0, OP_TRYWRITE, AS_ROOT },
	{ "class-ro-link", "ro-link", 3, 1, OP_TRYWRITE, AS_ROOT },
	{ "class-ro-default", "ro-default", 2, 1, OP_STATFS, AS_ROOT },
	{ "class-requirement", "path-link", 2, 1, OP_LOOK, AS_USER },
};

START_TEST(test_class)
{
	const struct class_row *row = &class_rows[_i];
	_cleanup_rows_ struct container k = { 0 };

	ck_assert_int_eq(class_add(&k, row->class, "/t/x"), 0);
	ck_assert_uint_eq(k.n_todo, row->todo);
	ck_assert_uint_eq(k.n_masks, row->masks);
	ck_assert(row->op == OP_COUNT || has_todo(&k, row->op, row->as, row->class));
}
END_TEST

START_TEST(test_class_unknown)
{
	_cleanup_rows_ struct container k = { 0 };

	ck_assert_int_eq(class_add(&k, "masked", "/t/x"), -ENOENT);
	ck_assert_int_eq(class_add(&k, "", "/t/x"), -ENOENT);
	ck_assert_uint_eq(k.n_todo + k.n_masks, 0);
}
END_TEST

/* Looks, changes, mounts, the chmod of a device; within each the identities stand together. */
static int stage(enum op op)
{
	return op <= OP_STATFS ? 0 : op < OP_UMOUNT ? 1 : op <= OP_HANDLE ? 2 : 3;
}

START_TEST(test_order)
{
	static const char *const classes[] = { "chmod-mask", "masked-file", "masked-dir",
					       "control-dir", "path-link" };
	_cleanup_rows_ struct container k = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(classes); i++)
		class_add(&k, classes[i], "/t/x");
	class_sort(&k);
	for (i = 1; i < k.n_todo; i++) {
		const struct todo *a = &k.todo[i - 1], *b = &k.todo[i];

		ck_assert_int_le(stage(a->op), stage(b->op));
		ck_assert(stage(a->op) < stage(b->op) || a->as <= b->as);
	}
}
END_TEST

/* The fixtures of this repository ------------------------------------------------------------- */

static void load_bundles(struct case_list *ret)
{
	char *error = NULL;

	ck_assert_msg(fixtures_load("fixtures/bundles", ret, &error) == 0, "%s", error);
}

static bool asks(const struct judge *j, const struct todo *t)
{
	if (!j->violates || !(j->ops & BIT(t->op)) || !has_word(j->class, t->class))
		return false;
	return j->identities ? (j->identities & BIT(t->as)) != 0
			     : t->as != AS_EXEC && t->as != AS_SYSADMIN;
}

static bool has_control(const struct test_case *c, const struct judge *j, const struct todo *t)
{
	bool own = j->control_as == AS_ROOT || t->as == AS_USERNS;
	const char *class =
		own && j->control_as != AS_ROOT ? "control-dir control-file" : j->control;
	size_t i, n;

	for (i = 0; i < c->n_containers; i++)
		for (n = 0; n < c->containers[i].n_todo; n++) {
			const struct todo *o = &c->containers[i].todo[n];

			if (o->op == t->op && o->as == (own ? t->as : j->control_as) &&
			    has_word(class, o->class))
				return true;
		}
	return false;
}

/* Each row that a judge asks for has a control of the same operation and identity. */
START_TEST(test_controls)
{
	_cleanup_case_list_ struct case_list l = { 0 };
	size_t i, k, n, id;

	load_bundles(&l);
	for (i = 0; i < l.n; i++)
		for (k = 0; k < l.cases[i].n_containers; k++)
			for (n = 0; n < l.cases[i].containers[k].n_todo; n++)
				for (id = 0; id < REQ_COUNT; id++) {
					const struct todo *t = &l.cases[i].containers[k].todo[n];

					ck_assert_msg(
						!asks(judges[id], t) ||
							has_control(&l.cases[i], judges[id], t),
						"%s: %s has no control for %s of %s as %s",
						l.cases[i].bundle, requirements[id].id,
						op_info[t->op].name, t->path,
						identity_names[t->as]);
				}
}
END_TEST

/* What a case says twice is asked twice: the facts could not be told apart. */
START_TEST(test_unique_rows)
{
	_cleanup_case_list_ struct case_list l = { 0 };
	size_t i, k, n;

	load_bundles(&l);
	for (i = 0; i < l.n; i++)
		for (k = 0; k < l.cases[i].n_containers; k++)
			for (n = 1; n < l.cases[i].containers[k].n_todo; n++) {
				const struct todo *b = &l.cases[i].containers[k].todo[n],
						  *a = b - 1;

				ck_assert_msg(a->op != b->op || a->as != b->as ||
						      !streq(a->path, b->path) ||
						      !streq(a->class, b->class),
					      "%s: %s of %s twice", l.cases[i].bundle,
					      op_info[a->op].name, a->path);
			}
}
END_TEST

START_TEST(test_every_requirement_due)
{
	_cleanup_case_list_ struct case_list l = { 0 };
	size_t i, id;

	load_bundles(&l);
	for (id = 0; id < REQ_COUNT; id++) {
		bool due = false;

		for (i = 0; i < l.n && !due; i++)
			due = judge_is_due((enum requirement_id)id, &l.cases[i]);
		ck_assert_msg(due, "%s is due in no case", requirements[id].id);
	}
}
END_TEST

/* Names of cases become those of files, '/' as '.'; a case comes back from its text. */
START_TEST(test_cases)
{
	_cleanup_case_list_ struct case_list l = { 0 };
	size_t i, j;

	load_bundles(&l);
	for (i = 0; i < l.n; i++) {
		_cleanup_text_ struct text first = { 0 }, second = { 0 };
		_cleanup_case_ struct test_case c = { 0 };
		unsigned int line;

		for (j = 0; j < i; j++)
			ck_assert_str_ne(l.cases[i].bundle, l.cases[j].bundle);
		ck_assert(!strpbrk(l.cases[i].bundle, ". \t"));
		case_write(&l.cases[i], &first);
		ck_assert_msg(case_parse(xstrdup(first.s), &c, &line) == 0, "%s: line %u",
			      l.cases[i].bundle, line);
		case_write(&c, &second);
		ck_assert_str_eq(first.s, second.s);
	}
}
END_TEST

/* Pairs --------------------------------------------------------------------------------------- */

#define MAX_KINDS 64
struct order {
	char names[MAX_KINDS][32]; /* in the order of the list of masks */
	size_t n;
};

/* The kinds of a case of pairs, read from its config.json: each kind's folder is /p/KIND. */
static void read_order(const struct test_case *c, struct order *ret)
{
	cJSON *config = cJSON_Parse(c->containers[0].config);
	const cJSON *masked =
		cJSON_GetObjectItem(cJSON_GetObjectItem(config, "linux"), "maskedPaths");
	const cJSON *path;

	ret->n = 0;
	cJSON_ArrayForEach (path, masked) {
		char name[32];

		ck_assert_int_eq(sscanf(path->valuestring, "/p/%31[^/]", name), 1);
		if (ret->n && streq(ret->names[ret->n - 1], name))
			continue; /* a kind of more than one entry */
		ck_assert_uint_lt(ret->n, MAX_KINDS);
		strcpy(ret->names[ret->n++], name);
	}
	cJSON_Delete(config);
}

static bool stands_beside(const struct order *o, const char *a, const char *b)
{
	size_t i;

	for (i = 1; i < o->n; i++)
		if (streq(o->names[i - 1], a) && streq(o->names[i], b))
			return true;
	return false;
}

static size_t read_orders(struct order *orders)
{
	_cleanup_case_list_ struct case_list l = { 0 };
	size_t i, n = 0;

	load_bundles(&l);
	for (i = 0; i < l.n; i++)
		if (strip_prefix(l.cases[i].bundle, "pairs/"))
			read_order(&l.cases[i], &orders[n++]);
	return n;
}

START_TEST(test_pairs_complete)
{
	static struct order orders[MAX_KINDS];
	size_t n = read_orders(orders), a, b, i;

	ck_assert_uint_ge(n, 14);
	for (a = 0; a < n; a++)
		for (b = 0; b < n; b++) {
			size_t seen = 0;

			for (i = 0; i < n; i++)
				seen += stands_beside(&orders[i], orders[0].names[a],
						      orders[0].names[b]);
			ck_assert_msg(seen == (a != b), "%s, then %s: %zu times",
				      orders[0].names[a], orders[0].names[b], seen);
		}
}
END_TEST

START_TEST(test_pairs_ends)
{
	static struct order orders[MAX_KINDS];
	size_t n = read_orders(orders), a, i;

	for (a = 0; a < n; a++) {
		size_t first = 0, last = 0;

		ck_assert_uint_eq(orders[a].n, n);
		for (i = 0; i < n; i++) {
			first += streq(orders[i].names[0], orders[0].names[a]);
			last += streq(orders[i].names[n - 1], orders[0].names[a]);
		}
		ck_assert_uint_eq(first, 1);
		ck_assert_uint_eq(last, 1);
	}
}
END_TEST

/* Single fixtures, written for the test ------------------------------------------------------- */

/* Loads a folder that holds only x.json; 0, or the error in *@error. */
static int load_text(const char *json, struct case_list *ret, char **error)
{
	char dir[] = "/tmp/check_fixture.XXXXXX";
	_cleanup_close_ int fd = -EBADF;
	int r;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(write_file_at(fd, "x.json", json, strlen(json)), 0);
	r = fixtures_load(dir, ret, error);
	unlinkat(fd, "x.json", 0);
	rmdir(dir);
	return r;
}

START_TEST(test_repeat)
{
	static const char json[] =
		X "\"tree\":[{\"repeat\":3,\"dir\":\"/t/d%d\"},"
		  "{\"repeat\":2,\"link\":\"/t/l%d\",\"to\":\"d%d\"}],"
		  "\"containers\":[{\"repeat\":2,\"name\":\"k%d\","
		  "\"maskedPaths\":[\"/first\",{\"repeat\":2,\"path\":\"/t/d%d\"},\"/last\"],"
		  "\"paths\":{\"path-link\":[{\"repeat\":3,\"path\":\"/t/d%d\"}]}}]}";
	_cleanup_case_list_ struct case_list l = { 0 };
	const struct test_case *c;
	char *error = NULL;

	ck_assert_msg(load_text(json, &l, &error) == 0, "%s", error);
	c = &l.cases[0];
	ck_assert_uint_eq(c->n_tree, 5 + 5);
	ck_assert_str_eq(c->tree[7].path, "/t/d2");
	ck_assert_str_eq(c->tree[9].path, "/t/l1");
	ck_assert_str_eq(c->tree[9].arg, "d1");
	ck_assert_uint_eq(c->n_containers, 2);
	ck_assert_str_eq(c->containers[1].name, "k1");
	ck_assert_ptr_nonnull(strstr(c->containers[1].config,
				     "\"maskedPaths\":[\"/first\",\"/t/d0\","
				     "\"/t/d1\",\"/last\"]"));
	ck_assert_uint_eq(c->containers[0].n_masks, 3);
	ck_assert_str_eq(c->containers[0].masks[2].path, "/t/d2");
}
END_TEST

START_TEST(test_defaults)
{
	_cleanup_case_list_ struct case_list l = { 0 };
	const struct test_case *c;
	char *error = NULL;

	ck_assert_int_eq(load_text(X "\"containers\":[{}]}", &l, &error), 0);
	c = &l.cases[0];
	ck_assert_str_eq(c->bundle, "x");
	ck_assert_str_eq(c->profile, "core");
	ck_assert(!c->alone && !c->at_once && !c->trace);
	ck_assert_str_eq(c->containers[0].name, "a");
	ck_assert_int_eq(c->containers[0].expect, EXPECT_STARTS);
	/* The siblings that nothing masks are always looked at. */
	ck_assert_uint_eq(c->containers[0].n_todo, 4);
	ck_assert_ptr_null(strstr(c->containers[0].config, "maskedPaths"));
}
END_TEST

/* What is counted must be of nobody else. */
START_TEST(test_traced)
{
	_cleanup_case_list_ struct case_list l = { 0 };
	char *error = NULL;

	ck_assert_int_eq(load_text(X "\"trace\":true,\"containers\":[{}]}", &l, &error), 0);
	ck_assert(l.cases[0].trace && l.cases[0].alone);
}
END_TEST

/* What a bundle that is odd on purpose says. */
START_TEST(test_odd)
{
	static const char json[] =
		X "\"tree\":[{\"file\":\"/p/f\"}],\"containers\":[{\"without\":\"/"
		  "dev\",\"root\":\"/p\",\"cwd\":\"/proc/self/fd/7\"},"
		  "{\"name\":\"b\",\"hostPid\":true" E;
	_cleanup_case_list_ struct case_list l = { 0 };
	const char *a, *b;
	char *error = NULL;

	ck_assert_msg(load_text(json, &l, &error) == 0, "%s", error);
	a = l.cases[0].containers[0].config;
	b = l.cases[0].containers[1].config;
	ck_assert(!strstr(a, "\"destination\":\"/dev\"") && strstr(a, "\"destination\":\"/proc\""));
	ck_assert(strstr(a, "\"path\":\"rootfs/p\"") && strstr(a, "\"cwd\":\"/proc/self/fd/7\""));
	ck_assert(strstr(a, "\"type\":\"pid\"") && !strstr(b, "\"type\":\"pid\""));
	ck_assert(strstr(b, "\"path\":\"rootfs\"") && strstr(b, "\"cwd\":\"/\""));
	ck_assert(strstr(b, "\"destination\":\"/dev\""));
}
END_TEST

/* The error names the file and the field; nothing is returned. */
START_TEST(test_bad)
{
	_cleanup_case_list_ struct case_list l = { 0 };
	_cleanup_free_ char *error = NULL;

	ck_assert_int_eq(load_text(bad_rows[_i].json, &l, &error), -EINVAL);
	ck_assert_msg(strstr(error, "/x.json: "), "%s", error);
	ck_assert_msg(strstr(error, bad_rows[_i].error), "%s", error);
	ck_assert_uint_eq(l.n, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("fixture");

	ADD_ROWS(s, whole_rows, test_whole_class);
	ADD_ROWS(s, class_rows, test_class);
	add_case(s, "class-unknown", test_class_unknown, 0);
	add_slow_case(s, "order", test_order, 0);
	add_slow_case(s, "controls", test_controls, 0);
	add_slow_case(s, "unique-rows", test_unique_rows, 0);
	add_slow_case(s, "every-requirement-due", test_every_requirement_due, 0);
	add_slow_case(s, "cases", test_cases, 0);
	add_slow_case(s, "pairs-complete", test_pairs_complete, 0);
	add_slow_case(s, "pairs-ends", test_pairs_ends, 0);
	add_slow_case(s, "repeat", test_repeat, 0);
	add_slow_case(s, "defaults", test_defaults, 0);
	add_case(s, "traced", test_traced, 0);
	add_case(s, "odd", test_odd, 0);
	ADD_ROWS(s, bad_rows, test_bad);
	return run_suite(s);
}
