/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One table of look-ups for both methods:
 *
 *	TREE/secret			outside of the root
 *	TREE/root/
 *		d/f  d/sub/		ordinary
 *		up -> ../../secret	climbs out
 *		abs -> /d/f		absolute
 *		loop -> loop
 *		c1 .. c41		c1 -> d, cN -> cN-1
 *		dir -> d/ , slashfile -> d/f/
 *		dots -> d/sub/..
 *		priv/x			mode 0700 above
 *		proc/			procfs, where we may mount
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "reference/mask.h"
#include "reference/sys.h"
#include "reference/tests/tests.h"

static char tree[] = "/tmp/maskref-target-XXXXXX";
static char long_name[300], long_path[5000];

static const struct {
	const char *name, *path;
	const char *same_as; /* path from TREE, or NULL for @errnum */
	int errnum;
	bool unprivileged;
} rows[] = {
	{ "file", "/d/f", "root/d/f", 0, false },
	{ "root", "/", "root", 0, false },
	{ "dot-dot-root", "/..", "root", 0, false },
	{ "climb", "/../../../d", "root/d", 0, false },
	{ "relative", "d/f", "root/d/f", 0, false },
	{ "slashes", "//d///f", "root/d/f", 0, false },
	{ "dots", "/./d/./sub/../f", "root/d/f", 0, false },
	{ "trailing-slash", "/d/", "root/d", 0, false },
	{ "trailing-dot", "/d/.", "root/d", 0, false },
	{ "link-absolute", "/abs", "root/d/f", 0, false },
	{ "link-climbs", "/up", NULL, ENOENT, false },
	{ "link-dir", "/dir/f", "root/d/f", 0, false },
	{ "link-dir-dot-dot", "/dir/../abs", "root/d/f", 0, false },
	{ "link-dots", "/dots/f", "root/d/f", 0, false },
	{ "link-slash", "/dir/", "root/d", 0, false },
	{ "link-itself-is-followed", "/dir", "root/d", 0, false },
	{ "links-40", "/c40/f", "root/d/f", 0, false },
	{ "links-41", "/c41/f", NULL, ELOOP, false },
	{ "loop", "/loop", NULL, ELOOP, false },
	{ "loop-middle", "/loop/x", NULL, ELOOP, false },
	{ "file-slash", "/d/f/", NULL, ENOTDIR, false },
	{ "file-dot", "/d/f/.", NULL, ENOTDIR, false },
	{ "file-dot-dot", "/d/f/..", NULL, ENOTDIR, false },
	{ "file-middle", "/d/f/x", NULL, ENOTDIR, false },
	{ "link-to-file-slash", "/slashfile", NULL, ENOTDIR, false },
	{ "missing", "/x", NULL, ENOENT, false },
	{ "missing-parent", "/x/y", NULL, ENOENT, false },
	{ "missing-dot-dot", "/x/..", NULL, ENOENT, false },
	{ "empty", "", NULL, ENOENT, false },
	{ "long-name", long_name, NULL, ENAMETOOLONG, false },
	{ "long-path", long_path, NULL, ENAMETOOLONG, false },
	{ "unreachable", "/priv/x", NULL, EACCES, true },
	{ "unreachable-dot-dot", "/priv/..", NULL, EACCES, true },
	{ "unreachable-itself", "/priv", "root/priv", 0, true },
	{ "unreachable-slash", "/priv/", "root/priv", 0, true },
	{ "magic", "/proc/self/fd/0", NULL, EXDEV, false },
	{ "magic-middle", "/proc/self/root/d", NULL, EXDEV, false },
	{ "proc-link", "/proc/self/", "root/proc/self", 0, false },
	{ "proc-mounts", "/proc/mounts", "root/proc/self/mounts", 0, false },
};

static void in_tree(char path[PATH_MAX], const char *name)
{
	snprintf(path, PATH_MAX, "%s/%s", tree, name);
}

static void make_dir(const char *name, mode_t mode)
{
	char path[PATH_MAX];

	in_tree(path, name);
	if (mkdir(path, mode) < 0)
		abort();
}

static void make_file(const char *name)
{
	char path[PATH_MAX];

	in_tree(path, name);
	if (mknod(path, S_IFREG | 0644, 0) < 0)
		abort();
}

static void make_link(const char *name, const char *text)
{
	char path[PATH_MAX];

	in_tree(path, name);
	if (symlink(text, path) < 0)
		abort();
}

/* Not to be searched by whom the rows are run as: root's own, or its owner's without any right. */
static void set_private(mode_t mode)
{
	char path[PATH_MAX];

	in_tree(path, "root/priv");
	if (chmod(path, mode) < 0)
		abort();
}

void target_tree_make(void)
{
	char name[32], text[32];

	if (!mkdtemp(tree) || chmod(tree, 0755) < 0)
		abort();
	memset(long_name, 'n', 257);
	long_name[0] = '/';
	memset(long_name + 257, 0, sizeof(long_name) - 257);
	for (size_t i = 0; i + 1 < sizeof(long_path); i += 2)
		memcpy(long_path + i, "/.", 2);
	long_path[4098] = '\0';
	make_file("secret");
	make_dir("root", 0755);
	make_dir("root/d", 0755);
	make_dir("root/d/sub", 0755);
	make_dir("root/priv", 0700);
	make_dir("root/proc", 0755);
	make_file("root/d/f");
	make_file("root/priv/x");
	set_private(geteuid() == 0 ? 0700 : 0);
	make_link("root/up", "../../secret");
	make_link("root/abs", "/d/f");
	make_link("root/loop", "loop");
	make_link("root/dir", "d/");
	make_link("root/slashfile", "d/f/");
	make_link("root/dots", "d/sub/..");
	make_link("root/c1", "d");
	for (int i = 2; i <= 41; i++) {
		snprintf(name, sizeof(name), "root/c%d", i);
		snprintf(text, sizeof(text), "c%d", i - 1);
		make_link(name, text);
	}
}

void target_tree_remove(void)
{
	set_private(0700);
	remove_tree(tree);
}

/* A procfs in the tree needs a mount namespace; without the right to one the rows are left out. */
static bool mount_proc(void)
{
	char path[PATH_MAX];

	in_tree(path, "root/proc");
	return unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("proc", path, "proc", 0, NULL) == 0;
}

static void check_row(size_t i, enum mask_method method)
{
	char path[PATH_MAX], want_path[PATH_MAX];
	_cleanup_close_ int root = -EBADF, fd = -EBADF;
	struct stat got, want;

	in_tree(path, "root");
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(root, 0);
	if (rows[i].same_as) {
		in_tree(want_path, rows[i].same_as);
		ck_assert_int_eq(stat(want_path, &want), 0);
	}
	fd = mask_lookup(root, rows[i].path, method);
	if (!rows[i].same_as) {
		ck_assert_int_eq(fd, -rows[i].errnum);
		return;
	}
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &got), 0);
	ck_assert_uint_eq(got.st_ino, want.st_ino);
	ck_assert_uint_eq(got.st_dev, want.st_dev);
}

static void look_up(size_t i, enum mask_method method)
{
	struct ms_open_how how = { .flags = O_PATH };

	if (method == MASK_METHOD_OPENAT2 && sys_openat2(AT_FDCWD, "/", &how) == -ENOSYS)
		return; /* before 5.6: nothing to compare with */
	if (strncmp(rows[i].path, "/proc", 5) == 0 && !mount_proc())
		return;
	if (rows[i].unprivileged && geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	check_row(i, method);
	if (rows[i].unprivileged && getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
}

START_TEST(by_openat2)
{
	look_up((size_t)_i, MASK_METHOD_OPENAT2);
}
END_TEST

START_TEST(by_walk)
{
	look_up((size_t)_i, MASK_METHOD_WALK);
}
END_TEST

Suite *target_suite(void)
{
	Suite *s = suite_create("target");

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		TCase *tc = tcase_create(rows[i].name);

		tcase_add_loop_test(tc, by_openat2, (int)i, (int)i + 1);
		tcase_add_loop_test(tc, by_walk, (int)i, (int)i + 1);
		suite_add_tcase(s, tc);
	}
	return s;
}
