/* SPDX-License-Identifier: Apache-2.0 */
/* As whom a container runs: what the run says (USERNS=) and what the fixture says; and what the
 * engine makes of what such a user can't have. */
#include <cjson/cJSON.h>

#include "conformance/fixture.h"
#include "conformance/tests/engine_case.h"

#define NONE USERNS_NONE
#define MANY USERNS_MANY
#define ONE USERNS_ONE
#define ROOTLESS USERNS_ROOTLESS

static const struct {
	const char *name, *container;
	enum userns_kind run;
	long host, size; /* of the mapping, 0: none */
} rows[] = {
	{ "none", "{}", NONE, 0, 0 },
	{ "many", "{}", MANY, 200000, 65536 },
	{ "one", "{}", ONE, 200000, 1 },
	{ "rootless", "{}", ROOTLESS, 1234, 1 },
	{ "asks-true", "{\"userns\": true}", NONE, 200000, 65536 },
	{ "asks-many", "{\"userns\": \"many\"}", ONE, 200000, 65536 },
	{ "asks-one", "{\"userns\": \"one\"}", MANY, 200000, 1 },
	{ "asks-false", "{\"userns\": false}", MANY, 0, 0 },
	/* An ordinary user has no choice. */
	{ "asks-many-rootless", "{\"userns\": \"many\"}", ROOTLESS, 1234, 1 },
	{ "asks-false-rootless", "{\"userns\": false}", ROOTLESS, 1234, 1 },
};

static double number(const cJSON *o, const char *name)
{
	return cJSON_GetNumberValue(cJSON_GetObjectItem(o, name));
}

static bool has_namespace(const cJSON *linux_, const char *type)
{
	const cJSON *n;

	cJSON_ArrayForEach (n, cJSON_GetObjectItem(linux_, "namespaces"))
		if (streq(cJSON_GetStringValue(cJSON_GetObjectItem(n, "type")), type))
			return true;
	return false;
}

START_TEST(test_mapping)
{
	const struct users users = { .userns = rows[_i].run, .uid = 1234, .gid = 5678 };
	cJSON *container = cJSON_Parse(rows[_i].container), *config;
	_cleanup_free_ char *text = config_text(container, "a", NULL, &users);
	const cJSON *linux_, *uid, *gid;

	config = cJSON_Parse(text);
	linux_ = cJSON_GetObjectItem(config, "linux");
	uid = cJSON_GetArrayItem(cJSON_GetObjectItem(linux_, "uidMappings"), 0);
	gid = cJSON_GetArrayItem(cJSON_GetObjectItem(linux_, "gidMappings"), 0);
	ck_assert_int_eq(has_namespace(linux_, "user"), rows[_i].host != 0);
	ck_assert_int_eq(!uid, rows[_i].host == 0);
	ck_assert_int_eq(!gid, rows[_i].host == 0);
	if (uid && gid) {
		ck_assert_double_eq(number(uid, "containerID"), 0);
		ck_assert_double_eq(number(uid, "hostID"), (double)rows[_i].host);
		ck_assert_double_eq(number(uid, "size"), (double)rows[_i].size);
		ck_assert_double_eq(number(gid, "hostID"),
				    rows[_i].run == ROOTLESS ? 5678 : (double)rows[_i].host);
		ck_assert_double_eq(number(gid, "size"), (double)rows[_i].size);
	}
	ck_assert_int_eq(!cJSON_GetObjectItem(linux_, "cgroupsPath"), rows[_i].run == ROOTLESS);
	cJSON_Delete(config);
	cJSON_Delete(container);
}
END_TEST

static const struct {
	const char *name, *container;
} bad_rows[] = {
	{ "bad-word", "{\"userns\": \"two\"}" },
	{ "bad-number", "{\"userns\": 1}" },
	{ "bad-null", "{\"userns\": null}" },
	{ "bad-empty", "{\"userns\": \"\"}" },
};

START_TEST(test_bad)
{
	cJSON *container = cJSON_Parse(bad_rows[_i].container);
	enum userns_kind kind;

	ck_assert_int_eq(userns_asked(container, &kind), -EINVAL);
	cJSON_Delete(container);
}
END_TEST

#define NEIGHBOUR                                                                                  \
	"todo\troot\tlook\t/n/a\tsec-neighbour\ntodo\troot\tlook\t/n/c\tcontrol-neighbour\n"
#define NEIGHBOURS(result, control, value)                                                         \
	UP ROW("root", "look", "/n/a", result, "-") ROW("root", "look", "/n/c", control, value)
#define SHOWN "type=file rdev=0:0 open=ok bytes=20"

static const struct {
	const char *name, *config;
	const char *userns; /* header user-namespaces; NULL: none */
	struct verdict_row row;
} userns_rows[] = {
	/* What the kernel refuses to everybody in a user namespace shows nothing of masks. */
	{ "userns-mknod",
	  MAPPED,
	  NULL,
	  { "userns-mknod", "starts", TODO("root", "mknod"), UP MKNODS("EPERM"), REQ_dir_create,
	    SKIP, "no device can be made in a user namespace" } },
	{ "userns-mknod-without-one",
	  CONFIG,
	  NULL,
	  { "userns-mknod-without-one", "starts", TODO("root", "mknod"), UP MKNODS("EPERM"),
	    REQ_dir_create, BROKEN, "dull control" } },
	{ "userns-mknod-other-errno",
	  MAPPED,
	  NULL,
	  { "userns-mknod-other-errno", "starts", TODO("root", "mknod"), UP MKNODS("EACCES"),
	    REQ_dir_create, BROKEN, "dull control" } },
	{ "userns-mknod-unknown",
	  MAPPED,
	  NULL,
	  { "userns-mknod-unknown", "starts", TODO("root", "mknod"),
	    UP MASK("root", "mknod", "EROFS", "-"), REQ_dir_create, BROKEN, "dull control" } },
	{ "userns-neighbour",
	  MAPPED,
	  NULL,
	  { "", "starts", NEIGHBOUR, NEIGHBOURS("EPERM", "EPERM", "-"), REQ_sec_neighbour, SKIP,
	    "processes of another user namespace" } },
	{ "userns-neighbour-without-one",
	  CONFIG,
	  NULL,
	  { "", "starts", NEIGHBOUR, NEIGHBOURS("EPERM", "EPERM", "-"), REQ_sec_neighbour, BROKEN,
	    "nothing was seen" } },
	{ "userns-neighbour-other-errno",
	  MAPPED,
	  NULL,
	  { "", "starts", NEIGHBOUR, NEIGHBOURS("EACCES", "EPERM", "-"), REQ_sec_neighbour, BROKEN,
	    "nothing was seen" } },
	{ "userns-neighbour-control-seen",
	  MAPPED,
	  NULL,
	  { "", "starts", NEIGHBOUR, NEIGHBOURS("EPERM", "ok", SHOWN), REQ_sec_neighbour, BROKEN,
	    "nothing was seen" } },
	{ "userns-mknod-made",
	  MAPPED,
	  NULL,
	  { "userns-mknod-made", "starts", TODO("root", "mknod"),
	    UP MASK("root", "mknod", "ok", "-") CONTROL("root", "mknod", "EPERM", "-"),
	    REQ_dir_create, FAIL, "mknod of /t/a" } },
	{ "userns-mkdir-denied",
	  MAPPED,
	  NULL,
	  { "userns-mkdir-denied", "starts", TODO("root", "mkdir"),
	    UP MASK("root", "mkdir", "EROFS", "-") CONTROL("root", "mkdir", "EPERM", "-"),
	    REQ_dir_create, BROKEN, "dull control" } },
	/* A host without user namespaces is no runtime's fault, if observe found it out. */
	{ "userns-missing",
	  MAPPED,
	  NO_NS,
	  { "userns-missing", "starts", LIST, DRIVER("create", "exit:1"), REQ_dir_empty, SKIP,
	    NO_NS } },
	{ "userns-missing-life",
	  MAPPED,
	  NO_NS,
	  { "userns-missing-life", "starts", LIST, DRIVER("create", "exit:1"), REQ_life_start, SKIP,
	    NO_NS } },
	{ "userns-missing-at-start",
	  MAPPED,
	  NO_NS,
	  { "userns-missing-at-start", "starts", LIST,
	    DRIVER("create", "ok") DRIVER("start", "exit:1"), REQ_life_start, SKIP, NO_NS } },
	{ "userns-there",
	  MAPPED,
	  "ok",
	  { "userns-there", "starts", LIST, DRIVER("create", "exit:1"), REQ_life_start, FAIL,
	    "exit:1" } },
	{ "userns-not-said",
	  MAPPED,
	  NULL,
	  { "userns-not-said", "starts", LIST, DRIVER("create", "exit:1"), REQ_life_start, FAIL,
	    "exit:1" } },
	{ "userns-not-asked-for",
	  CONFIG,
	  NO_NS,
	  { "userns-not-asked-for", "starts", LIST, DRIVER("create", "exit:1"), REQ_life_start,
	    FAIL, "exit:1" } },
	{ "userns-missing-but-started",
	  MAPPED,
	  NO_NS,
	  { "userns-missing-but-started", "starts", LIST,
	    UP MASK("root", "list", "ok", FULL) CONTROL("root", "list", "ok", FULL), REQ_dir_empty,
	    FAIL, "list of /t/a" } },
	{ "userns-missing-but-ran",
	  MAPPED,
	  NO_NS,
	  { "userns-missing-but-ran", "starts", LIST, DRIVER("create", "exit:1") RAN,
	    REQ_life_start, FAIL, "exit:1" } },
	{ "userns-missing-killed",
	  MAPPED,
	  NO_NS,
	  { "userns-missing-killed", "starts", LIST, DRIVER("create", "signal:9"), REQ_life_start,
	    FAIL, "signal:9" } },
	{ "userns-missing-unknown",
	  MAPPED,
	  NO_NS,
	  { "userns-missing-unknown", "starts", LIST, "", REQ_dir_empty, BROKEN,
	    "neither started" } },
};

/* What an ordinary user can't make is not asked; a mask that isn't there fails all the same. */
#define TREE(uid) "tree\tdir\t/t/u\t0700\t" uid "\t0\t-\n"
#define BELOW "todo\troot\tlook\t/t/u/b\tpath-unreachable\n"
#define BESIDE                                                                                     \
	"todo\troot\tlook\t/t/unit\tpath-unreachable\ntodo\troot\tlook\t/t/control\tcontrol\n"
#define MASKED "type=chr rdev=1:3 open=ok bytes=0"
#define BARE "type=file rdev=0:0 open=ok bytes=20"
#define LOOK(path, value) ROW("root", "look", path, "ok", value)

static const struct {
	const char *name, *tree;
	struct verdict_row row;
} rootless_rows[] = {
	{ "rootless-other-owner",
	  "flag\trootless\n" TREE("7"),
	  { "", "starts", BELOW, UP LOOK("/t/u/b", MASKED), REQ_path_unreachable, SKIP,
	    "/t/u can't be made another owner's" } },
	{ "rootless-other-owner-exposed",
	  "flag\trootless\n" TREE("7"),
	  { "", "starts", BELOW, UP LOOK("/t/u/b", BARE), REQ_path_unreachable, FAIL,
	    "look of /t/u/b" } },
	{ "rootless-other-owner-refused",
	  "flag\trootless\n" TREE("7"),
	  { "", "either", BELOW, DRIVER("create", "exit:1"), REQ_path_unreachable, SKIP,
	    "/t/u can't be made another owner's" } },
	{ "rootless-other-owner-unknown",
	  "flag\trootless\n" TREE("7"),
	  { "", "either", BELOW, "", REQ_path_unreachable, BROKEN, "neither started" } },
	{ "rootless-other-owner-no-fact",
	  "flag\trootless\n" TREE("7"),
	  { "", "starts", BELOW, UP, REQ_path_unreachable, BROKEN, "no single fact" } },
	{ "rootless-own",
	  "flag\trootless\n" TREE("0"),
	  { "", "starts", BELOW, UP LOOK("/t/u/b", MASKED), REQ_path_unreachable, BROKEN,
	    "dull control" } },
	{ "rootless-beside",
	  "flag\trootless\n" TREE("7"),
	  { "", "starts", BESIDE, UP LOOK("/t/unit", MASKED) LOOK("/t/control", BARE),
	    REQ_path_unreachable, PASS, "" } },
	{ "root-other-owner",
	  TREE("7"),
	  { "", "either", BELOW, DRIVER("create", "exit:1"), REQ_path_unreachable, PASS,
	    "refused" } },
};

/* What root of the container may not look at is masked where the host sees another mount there. */
#define MOUNT(id, device, point)                                                                   \
	"driver:a\trunning\tdriver\tmountinfo\tcontainer\tok\t" id " 10 " device " / " point       \
	" rw - tmpfs tmpfs rw\n"
#define TABLE(n) "driver:a\trunning\tdriver\tmountinfo\tcontainer\tend\tlines=" n "\n"
#define ROOT MOUNT("11", "0:40", "/")
#define NO_LOOK                                                                                    \
	"todo\troot\tlook\t/t/u/b\tpath-unreachable\ntodo\troot\tlook\t/t/control\tcontrol\n"
#define SEES(result, value) UP ROW("root", "look", "/t/u/b", result, value) LOOK("/t/control", BARE)
#define DENIED SEES("EACCES", "-")

static const struct verdict_row unseen_rows[] = {
	{ "unseen-mounted", "either", NO_LOOK, DENIED ROOT MOUNT("12", "0:41", "/t/u/b") TABLE("2"),
	  REQ_path_unreachable, PASS, "" },
	{ "unseen-bare", "either", NO_LOOK, DENIED ROOT TABLE("1"), REQ_path_unreachable, FAIL,
	  "EACCES" },
	{ "unseen-no-table", "either", NO_LOOK, DENIED, REQ_path_unreachable, FAIL, "EACCES" },
	{ "unseen-table-cut", "either", NO_LOOK,
	  DENIED ROOT MOUNT("12", "0:41", "/t/u/b") TABLE("3"), REQ_path_unreachable, FAIL,
	  "EACCES" },
	{ "unseen-on-itself", "either", NO_LOOK,
	  DENIED ROOT MOUNT("12", "0:40", "/t/u/b") TABLE("2"), REQ_path_unreachable, FAIL,
	  "EACCES" },
	{ "unseen-beside", "either", NO_LOOK, DENIED ROOT MOUNT("12", "0:41", "/t/u") TABLE("2"),
	  REQ_path_unreachable, FAIL, "EACCES" },
	{ "seen-exposed", "either", NO_LOOK,
	  SEES("ok", BARE) ROOT MOUNT("12", "0:41", "/t/u/b") TABLE("2"), REQ_path_unreachable,
	  FAIL, "bytes=20" },
	{ "unseen-dull", "either", BELOW,
	  UP ROW("root", "look", "/t/u/b", "EACCES", "-") ROOT MOUNT("12", "0:41", "/t/u/b")
		  TABLE("2"),
	  REQ_path_unreachable, BROKEN, "dull control" },
};

START_TEST(test_unseen)
{
	check_verdict(&unseen_rows[_i], TREE("7"), MAPPED, "ok");
}
END_TEST

START_TEST(test_rootless)
{
	check_verdict(&rootless_rows[_i].row, rootless_rows[_i].tree, MAPPED, "ok");
}
END_TEST

START_TEST(test_userns)
{
	check_verdict(&userns_rows[_i].row, "", userns_rows[_i].config, userns_rows[_i].userns);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("users");

	ADD_ROWS(s, rows, test_mapping);
	ADD_ROWS(s, bad_rows, test_bad);
	ADD_ROWS(s, userns_rows, test_userns);
	ADD_ROWS(s, rootless_rows, test_rootless);
	ADD_ROWS(s, unseen_rows, test_unseen);
	return run_suite(s);
}
