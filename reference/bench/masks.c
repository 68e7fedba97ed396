/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libmaskref costs above the system calls it makes: each strategy against a loop written by
 * hand of the fewest calls that give the same guarantee (one look-up that selects, one that
 * compares, every mask checked), in rounds that alternate, each in a mount namespace of its own.
 *
 *	bench-masks           a table; exits 1 where a median ratio is above 1.15
 *	bench-masks --count   nothing is timed: memory and look-ups of 16 and of 1024 masks, which
 *	                      must be none and two a mask; exits 1 otherwise
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>

#include "reference/mask.h"
#include "reference/sys.h"
#include "reference/util.h"

#define MAX_DIRS 4096
#define LIMIT 1.15

static const struct {
	size_t masks, rounds;
} sizes[] = { { 16, 400 }, { 128, 120 }, { 1024, 31 }, { 4096, 15 } };

static char tree[] = "/tmp/maskref-bench-XXXXXX";
static char paths[MAX_DIRS][16];

/* Counting ----------------------------------------------------------------------------------- */

static size_t allocations, lookups;

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

void *malloc(size_t n)
{
	allocations++;
	return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	allocations++;
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	allocations++;
	return __libc_realloc(p, n);
}

/* Every call that reference/sys.h wraps comes by here. */
long syscall(long number, ...)
{
	static long (*real)(long, ...);
	long a[6];
	va_list args;

	if (!real)
		real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	va_start(args, number);
	for (size_t i = 0; i < ARRAY_SIZE(a); i++)
		a[i] = va_arg(args, long);
	va_end(args);
	lookups += number == MS_NR_openat2;
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* What both start from ----------------------------------------------------------------------- */

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bench-masks: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void make_dir(const char *name)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/root%s", tree, name) < 0 || mkdir(path, 0755) < 0)
		die(name);
}

static void make_tree(void)
{
	struct rlimit all;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die("a mount namespace (root is needed)");
	if (!mkdtemp(tree) || mount("bench", tree, "tmpfs", 0, "mode=755") < 0)
		die(tree);
	make_dir("");
	for (int i = 0; i < MAX_DIRS; i++) {
		snprintf(paths[i], sizeof(paths[i]), "/d%d", i);
		make_dir(paths[i]);
	}
	getrlimit(RLIMIT_NOFILE, &all);
	all.rlim_cur = all.rlim_max;
	setrlimit(RLIMIT_NOFILE, &all);
}

static void remove_tree(void)
{
	umount2(tree, MNT_DETACH);
	rmdir(tree);
}

static int open_at(const char *path)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		die(path);
	return fd;
}

static struct mask_ctx context(void)
{
	struct mask_ctx ctx = MASK_CTX_INIT;
	char path[64];

	snprintf(path, sizeof(path), "%s/root", tree);
	ctx.root_fd = open_at(path);
	ctx.stage_fd = open_at(tree);
	ctx.proc_fd = open_at("/proc");
	ctx.null_fd = open_at("/dev/null");
	return ctx;
}

/* The library -------------------------------------------------------------------------------- */

static void by_library(struct mask_ctx *ctx, const char *strategy, size_t n)
{
	static struct mask_target targets[MAX_DIRS];
	_cleanup_(mask_plan_done) struct mask_plan plan = { 0 };
	struct mask_error err;

	if (mask_begin(ctx, &err) < 0)
		die(err.step);
	for (size_t i = 0; i < n; i++)
		mask_resolve(ctx, paths[i], &targets[i]);
	if (mask_plan(mask_strategy_find(strategy), targets, n, &plan, &err) < 0)
		die(err.step);
	for (size_t i = 0; i < plan.n; i++)
		if (mask_apply(ctx, targets, &plan.ops[i], &err) < 0)
			die(err.step);
	for (size_t i = 0; i < n; i++)
		mask_target_done(&targets[i]);
	mask_end(ctx);
}

/* By hand ------------------------------------------------------------------------------------ */

#define TMPFS_OPTIONS "mode=0755,nr_blocks=1,nr_inodes=1"
#define TMPFS_FLAGS (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)
#define EMPTY_PATHS (MS_MOVE_MOUNT_F_EMPTY_PATH | MS_MOVE_MOUNT_T_EMPTY_PATH)

static int lookup(int root, const char *path)
{
	const struct ms_open_how how = { .flags = O_PATH | O_CLOEXEC,
					 .resolve = MS_RESOLVE_IN_ROOT };

	return sys_openat2(root, path, &how);
}

static const char *name_of(int fd)
{
	static char name[2][32];
	static int turn;

	snprintf(name[turn ^= 1], 32, "self/fd/%d", fd);
	return name[turn];
}

static void tmpfs_by_hand(int fd)
{
	if (mount("tmpfs", name_of(fd), "tmpfs", TMPFS_FLAGS, TMPFS_OPTIONS) < 0)
		die("tmpfs");
}

static void copy_by_hand(int from, int to)
{
	_cleanup_close_ int copy = sys_open_tree(
		from, "", MS_OPEN_TREE_CLONE | MS_OPEN_TREE_CLOEXEC | MS_AT_EMPTY_PATH);

	if (copy < 0 || sys_move_mount(copy, "", to, "", EMPTY_PATHS) < 0)
		die("copy");
}

/* Again by the name of what lies below, as a second look-up may not choose. */
static int reopen_by_hand(const struct mask_ctx *ctx, int fd)
{
	char root[PATH_MAX], name[PATH_MAX];
	ssize_t r = readlinkat(ctx->proc_fd, name_of(ctx->root_fd), root, sizeof(root) - 1);
	ssize_t n = readlinkat(ctx->proc_fd, name_of(fd), name, sizeof(name) - 1);

	if (r < 0 || n < r)
		die("readlink");
	name[n] = '\0';
	return lookup(ctx->root_fd, name + r);
}

static int detached_by_hand(int to)
{
	static const char *const options[][2] = { { "source", "tmpfs" },
						  { "mode", "0755" },
						  { "nr_blocks", "1" },
						  { "nr_inodes", "1" } };
	_cleanup_close_ int fs = sys_fsopen("tmpfs", MS_FSOPEN_CLOEXEC);
	int fd;

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		sys_fsconfig(fs, MS_FSCONFIG_SET_STRING, options[i][0], options[i][1], 0);
	sys_fsconfig(fs, MS_FSCONFIG_SET_FLAG, "ro", NULL, 0);
	sys_fsconfig(fs, MS_FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	fd = sys_fsmount(fs, MS_FSMOUNT_CLOEXEC,
			 MS_MOUNT_ATTR_RDONLY | MS_MOUNT_ATTR_NOSUID | MS_MOUNT_ATTR_NODEV |
				 MS_MOUNT_ATTR_NOEXEC);
	if (fd < 0 || sys_move_mount(fd, "", to, "", EMPTY_PATHS) < 0)
		die("detached");
	return fd;
}

static int empty_dir_by_hand(int stage)
{
	_cleanup_close_ int place = -EBADF, fd = -EBADF;

	mkdirat(stage, "masks", 0700);
	place = openat(stage, "masks", O_PATH | O_CLOEXEC);
	if (mount("tmpfs", name_of(place), "tmpfs", TMPFS_FLAGS & ~(unsigned long)MS_RDONLY,
		  "mode=0755,nr_blocks=1,nr_inodes=2") < 0)
		die("stage");
	fd = openat(stage, "masks", O_PATH | O_CLOEXEC);
	mkdirat(fd, "empty", 0555);
	if (mount(NULL, name_of(fd), NULL, MS_REMOUNT | TMPFS_FLAGS,
		  "mode=0755,nr_blocks=1,nr_inodes=2") < 0)
		die("remount");
	return openat(fd, "empty", O_PATH | O_CLOEXEC);
}

/* The first mask; a descriptor of what the others are copied from, or -1. */
static int first_by_hand(const struct mask_ctx *ctx, const char *strategy, int fd)
{
	int source = -1;

	if (streq(strategy, "shared-empty-dir")) {
		source = empty_dir_by_hand(ctx->stage_fd);
		copy_by_hand(source, fd);
	} else if (streq(strategy, "detached")) {
		source = detached_by_hand(fd);
	} else {
		tmpfs_by_hand(fd);
		if (streq(strategy, "shared-tmpfs"))
			source = reopen_by_hand(ctx, fd);
	}
	return source;
}

static void compare_by_hand(const struct mask_ctx *ctx, const char *path, uint64_t before,
			    bool shared)
{
	_cleanup_close_ int fd = lookup(ctx->root_fd, path);
	struct ms_statx st;
	struct statfs fs;

	if (sys_statx_fd(fd, MS_STATX_BASIC_STATS | MS_STATX_MNT_ID, &st) < 0 ||
	    st.mnt_id == before || fstatfs(fd, &fs) < 0 || fs.f_type != TMPFS_MAGIC ||
	    !(fs.f_flags & ST_RDONLY) || !(shared || fs.f_files - fs.f_ffree == 1))
		die("compare");
}

static void by_hand(struct mask_ctx *ctx, const char *strategy, size_t n)
{
	static struct {
		int fd;
		uint64_t mount;
	} targets[MAX_DIRS];
	_cleanup_close_ int cwd = open(".", O_PATH | O_CLOEXEC), source = -EBADF;
	struct ms_statx st;

	if (fchdir(ctx->proc_fd) < 0)
		die("procfs");
	for (size_t i = 0; i < n; i++) {
		targets[i].fd = lookup(ctx->root_fd, paths[i]);
		if (sys_statx_fd(targets[i].fd, MS_STATX_BASIC_STATS | MS_STATX_MNT_ID, &st) < 0)
			die(paths[i]);
		targets[i].mount = st.mnt_id;
	}
	source = first_by_hand(ctx, strategy, targets[0].fd);
	for (size_t i = 1; i < n; i++) {
		if (source >= 0)
			copy_by_hand(source, targets[i].fd);
		else
			tmpfs_by_hand(targets[i].fd);
	}
	for (size_t i = 0; i < n; i++)
		compare_by_hand(ctx, paths[i], targets[i].mount, source >= 0);
	for (size_t i = 0; i < n; i++)
		close(targets[i].fd);
	if (fchdir(cwd) < 0)
		die("working directory");
}

/* Rounds ------------------------------------------------------------------------------------- */

typedef void way(struct mask_ctx *ctx, const char *strategy, size_t n);

struct answer {
	double usec;
	size_t allocations, lookups;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static _Noreturn void run_child(way *run, const char *strategy, size_t n, int to)
{
	struct mask_ctx ctx;
	struct answer a;

	if (unshare(CLONE_NEWNS) < 0)
		die("a mount namespace");
	ctx = context();
	allocations = lookups = 0;
	a.usec = now();
	run(&ctx, strategy, n);
	a.usec = now() - a.usec;
	a.allocations = allocations;
	a.lookups = lookups;
	_exit(write(to, &a, sizeof(a)) != sizeof(a));
}

static struct answer run_once(way *run, const char *strategy, size_t n)
{
	struct answer a;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		die("pipe");
	pid = fork();
	if (pid == 0)
		run_child(run, strategy, n, fds[1]);
	close(fds[1]);
	if (read(fds[0], &a, sizeof(a)) != sizeof(a)) {
		fprintf(stderr, "bench-masks: %s with %zu masks failed\n", strategy, n);
		exit(2);
	}
	close(fds[0]);
	waitpid(pid, NULL, 0);
	return a;
}

static int by_value(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return d < 0 ? -1 : d > 0;
}

static double median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_value);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* Each round asks both, in turn the one and the other first. */
static bool measure(const char *strategy, size_t masks, size_t rounds)
{
	double library[512], hand[512], ratio[512], r;

	for (size_t i = 0; i < rounds; i++) {
		if (i % 2)
			hand[i] = run_once(by_hand, strategy, masks).usec;
		library[i] = run_once(by_library, strategy, masks).usec;
		if (i % 2 == 0)
			hand[i] = run_once(by_hand, strategy, masks).usec;
		ratio[i] = library[i] / hand[i];
	}
	r = median(ratio, rounds);
	printf("%-17s %5zu %9.2f %9.2f %8.3f%s\n", strategy, masks,
	       median(library, rounds) / (double)masks, median(hand, rounds) / (double)masks, r,
	       r > LIMIT ? "  above 1.15" : "");
	fflush(stdout);
	return r <= LIMIT;
}

static bool measure_all(void)
{
	bool good = true;

	printf("%-17s %5s %9s %9s %8s\n", "strategy", "masks", "library", "by hand", "ratio");
	printf("%-17s %5s %9s %9s %8s\n", "", "", "us/mask", "us/mask", "median");
	for (size_t s = 0; mask_strategy_name(s); s++)
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
			good &= measure(mask_strategy_name(s), sizes[i].masks, sizes[i].rounds);
	return good;
}

/* What 1008 masks more cost. */
static bool count(const char *strategy)
{
	const size_t few = 16, many = 1024;
	struct answer a = run_once(by_library, strategy, few);
	struct answer b = run_once(by_library, strategy, many);

	printf("%s: %zu allocations and %zu look-ups for %zu masks, %zu and %zu for %zu\n",
	       strategy, a.allocations, a.lookups, few, b.allocations, b.lookups, many);
	return b.allocations == a.allocations && b.lookups - a.lookups == 2 * (many - few);
}

static bool count_all(void)
{
	bool good = true;

	for (size_t s = 0; mask_strategy_name(s); s++)
		good &= count(mask_strategy_name(s));
	return good;
}

int main(int argc, char **argv)
{
	bool good;

	make_tree();
	good = argc > 1 && streq(argv[1], "--count") ? count_all() : measure_all();
	remove_tree();
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
