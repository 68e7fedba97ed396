/* SPDX-License-Identifier: Apache-2.0 */
/*
 * procfs' names of descriptors, with descriptors that are known: as `maskref --hold-fd` does it.
 *
 *	TREE/outside/
 *	TREE/r/
 *		held/secret  file  d1/  d2/
 *		proc/			procfs
 *		link -> /proc/self/fd/17 , devfd -> /proc/self/fd
 *
 * It needs a mount namespace; without the right to one the rows are left out.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "reference/hold.h"
#include "reference/mask.h"
#include "reference/tests/tests.h"

static char tree[] = "/tmp/maskref-alias-XXXXXX";

static const char *const holds[] = { "17:/held", "18:/file", "19:/", "20:bundle:/outside" };

/* @path: % is our PID. @object: below the root, what must be found; NULL: @errnum. */
static const struct {
	const char *name, *path, *object;
	int errnum;
	enum mask_alias alias;
} rows[] = {
	{ "alias-self", "/proc/self/fd/17", "/held", 0, MASK_ALIAS_SELF },
	{ "alias-thread-self", "/proc/thread-self/fd/17", "/held", 0, MASK_ALIAS_THREAD_SELF },
	{ "alias-pid", "/proc/%/fd/17", "/held", 0, MASK_ALIAS_PID },
	{ "alias-self-task", "/proc/self/task/%/fd/17", "/held", 0, MASK_ALIAS_SELF_TASK },
	{ "alias-pid-task", "/proc/%/task/%/fd/17", "/held", 0, MASK_ALIAS_PID_TASK },
	{ "alias-slashes", "//proc///self/./fd//17", "/held", 0, MASK_ALIAS_SELF },
	{ "alias-slash-behind", "/proc/self/fd/17/", "/held", 0, MASK_ALIAS_SELF },
	{ "alias-dot-behind", "/proc/self/fd/17/./", "/held", 0, MASK_ALIAS_SELF },
	{ "alias-dot-dot-inside", "/proc/self/fd/../fd/17", "/held", 0, MASK_ALIAS_SELF },
	{ "alias-dot-dot-behind", "/proc/self/fd/17/x/..", NULL, EXDEV, MASK_ALIAS_SELF },
	{ "alias-file", "/proc/self/fd/18", "/file", 0, MASK_ALIAS_SELF },
	{ "alias-file-slash", "/proc/self/fd/18/", NULL, ENOTDIR, MASK_ALIAS_SELF },
	{ "alias-root", "/proc/self/fd/19", "/", 0, MASK_ALIAS_SELF },
	{ "alias-outside", "/proc/self/fd/20", NULL, EXDEV, MASK_ALIAS_SELF },
	{ "alias-closed", "/proc/self/fd/99", NULL, ENOENT, MASK_ALIAS_SELF },
	{ "alias-by-link", "/link", NULL, EXDEV, MASK_ALIAS_NONE },
	{ "alias-by-dev-fd", "/devfd/17", NULL, EXDEV, MASK_ALIAS_NONE },
	{ "alias-of-links", "/proc/self/fd", "/proc/self/fd", 0, MASK_ALIAS_NONE },
	{ "near-below", "/proc/self/fd/17/secret", NULL, EXDEV, MASK_ALIAS_NONE },
	{ "near-fdinfo", "/proc/self/fdinfo/17", "/proc/self/fdinfo/17", 0, MASK_ALIAS_NONE },
	{ "near-name", "/proc/self/fd/abc", NULL, ENOENT, MASK_ALIAS_NONE },
	{ "near-negative", "/proc/self/fd/-17", NULL, ENOENT, MASK_ALIAS_NONE },
	{ "near-leading-zero", "/proc/self/fd/017", NULL, ENOENT, MASK_ALIAS_NONE },
	{ "near-overflow", "/proc/self/fd/4294967313", NULL, ENOENT, MASK_ALIAS_NONE },
	{ "near-pid-zero", "/proc/0/fd/17", NULL, ENOENT, MASK_ALIAS_NONE },
	{ "near-root", "/proc/self/root/held", NULL, EXDEV, MASK_ALIAS_NONE },
	{ "near-cwd", "/proc/self/cwd", NULL, EXDEV, MASK_ALIAS_NONE },
};

static void in_tree(char path[PATH_MAX], const char *name)
{
	snprintf(path, PATH_MAX, "%s%s", tree, name);
}

static void make(const char *name, mode_t type)
{
	char path[PATH_MAX];

	in_tree(path, name);
	if ((type == S_IFDIR ? mkdir(path, 0755) : mknod(path, S_IFREG | 0644, 0)) < 0)
		abort();
}

void alias_tree_make(void)
{
	static const char *const dirs[] = { "/outside", "/stage", "/r",	    "/r/held",
					    "/r/d1",	"/r/d2",  "/r/proc" };
	char path[PATH_MAX];

	if (!mkdtemp(tree) || chmod(tree, 0755) < 0)
		abort();
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		make(dirs[i], S_IFDIR);
	make("/r/held/secret", S_IFREG);
	make("/r/file", S_IFREG);
	in_tree(path, "/r/link");
	if (symlink("/proc/self/fd/17", path) < 0)
		abort();
	in_tree(path, "/r/devfd");
	if (symlink("/proc/self/fd", path) < 0)
		abort();
}

void alias_tree_remove(void)
{
	remove_tree(tree);
}

/* What open_context() opened is the test's, and would take the numbers of @holds. */
static void close_context(struct mask_ctx *ctx)
{
	mask_end(ctx);
	safe_close(ctx->root_fd);
	safe_close(ctx->proc_fd);
	safe_close(ctx->stage_fd);
}

/* A context in a mount namespace of our own, with everything of @holds held; false without. */
static bool open_context(struct mask_ctx *ctx)
{
	struct mask_error err;
	char path[PATH_MAX];

	in_tree(path, "/r/proc");
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("proc", path, "proc", 0, NULL) < 0)
		return false;
	in_tree(path, "/r");
	ctx->root_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	ctx->proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	in_tree(path, "/stage");
	ck_assert_int_eq(mount("stage", path, "tmpfs", 0, "size=64k"), 0);
	ctx->stage_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < ARRAY_SIZE(holds); i++) {
		const char *held;
		int fd;

		ck_assert_int_eq(hold_parse(holds[i], &fd, &held), 0);
		ck_assert_int_eq(hold_open(ctx->root_fd, tree, fd, held), 0);
	}
	ck_assert_int_eq(mask_begin(ctx, &err), 0);
	return true;
}

static void put_pid(char path[PATH_MAX], const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += *text == '%' ? snprintf(path + n, 16, "%d", (int)getpid())
				  : snprintf(path + n, 2, "%c", *text);
}

START_TEST(resolve)
{
	_cleanup_(close_context) struct mask_ctx ctx = MASK_CTX_INIT;
	_cleanup_(mask_target_done) struct mask_target target;
	_cleanup_close_ int want = -EBADF;
	struct mask_identity id;
	char path[PATH_MAX];

	if (!open_context(&ctx))
		return;

	put_pid(path, rows[_i].path);
	mask_resolve(&ctx, path, &target);
	ck_assert_int_eq(target.alias, rows[_i].alias);
	ck_assert_int_eq(target.errnum, rows[_i].errnum);
	if (!rows[_i].object)
		return;
	want = mask_lookup(ctx.root_fd, rows[_i].object, MASK_METHOD_AUTO);
	ck_assert_int_ge(want, 0);
	ck_assert_int_eq(mask_identify(ctx.proc_fd, want, &id, NULL), 0);
	ck_assert(mask_same(&target.id, &id));
	ck_assert_int_eq(target.is_root, streq(rows[_i].object, "/"));
}
END_TEST

/* Device of what lies at @path below the root now; it must be an empty read-only directory. */
static dev_t mask_device(const struct mask_ctx *ctx, const char *path)
{
	_cleanup_close_ int fd = mask_lookup(ctx->root_fd, path, MASK_METHOD_AUTO);
	struct statvfs fs;
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(fstatvfs(fd, &fs), 0);
	ck_assert(fs.f_flag & ST_RDONLY);
	ck_assert_int_lt(faccessat(fd, "secret", F_OK, 0), 0);
	return st.st_dev;
}

static void apply_all(struct mask_ctx *ctx, const char *strategy, const char *const *paths)
{
	_cleanup_(mask_plan_done) struct mask_plan plan = { 0 };
	struct mask_target targets[3];
	struct mask_error err;

	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		mask_resolve(ctx, paths[i], &targets[i]);
		ck_assert_int_eq(targets[i].errnum, 0);
	}
	ck_assert_int_eq(mask_plan(mask_strategy_find(strategy), targets, 3, &plan, &err), 0);
	for (size_t i = 0; i < plan.n; i++)
		ck_assert_msg(mask_apply(ctx, targets, &plan.ops[i], &err) == 0, "%s: %s: %s",
			      err.step, err.path, strerror(err.errnum));
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		mask_target_done(&targets[i]);
}

/* Wherever the alias stands: a mask of its own, while the others share one. */
static const char *const orders[][3] = {
	{ "/proc/self/fd/17", "/d1", "/d2" },
	{ "/d1", "/proc/self/fd/17", "/d2" },
	{ "/d1", "/d2", "/proc/self/fd/17" },
};

START_TEST(own_mask)
{
	for (size_t i = 0; mask_strategy_name(i); i++) {
		_cleanup_(close_context) struct mask_ctx ctx = MASK_CTX_INIT;
		const char *name = mask_strategy_name(i);
		dev_t alias, d1, d2;

		for (int fd = 17; fd <= 20; fd++)
			close(fd);
		if (!open_context(&ctx))
			return;
		apply_all(&ctx, name, orders[_i]);
		alias = mask_device(&ctx, "/held");
		d1 = mask_device(&ctx, "/d1");
		d2 = mask_device(&ctx, "/d2");
		ck_assert_msg(alias != d1 && alias != d2, "%s: the alias is shared", name);
		ck_assert_msg(streq(name, "tmpfs-per-dir") || d1 == d2, "%s: not shared", name);
	}
}
END_TEST

static const struct {
	const char *name, *text;
	bool valid;
} options[] = {
	{ "hold", "17:/t/dir", true },
	{ "hold-bundle", "0:bundle:/outside", true },
	{ "hold-root", "17:/", true },
	{ "hold-no-number", ":/t", false },
	{ "hold-no-path", "17", false },
	{ "hold-relative", "17:t", false },
	{ "hold-negative", "-1:/t", false },
	{ "hold-great", "65536:/t", false },
	{ "hold-other-base", "17:host:/t", false },
};

START_TEST(parse)
{
	const char *path;
	int fd;

	ck_assert_int_eq(hold_parse(options[_i].text, &fd, &path), options[_i].valid ? 0 : -EINVAL);
}
END_TEST

Suite *alias_suite(void)
{
	static const char *const order_names[] = { "alias-first", "alias-middle", "alias-last" };
	Suite *s = suite_create("alias");

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		add_row(s, rows[i].name, resolve, i);
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++)
		add_row(s, order_names[i], own_mask, i);
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		add_row(s, options[i].name, parse, i);
	return s;
}
