/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What mask.h says of fork and threads: children of a process whose threads hold the locks of
 * malloc and stdio most of the time go through the whole sequence, each in a mount namespace of its
 * own, and each comes to its end.
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "reference/mask.h"
#include "reference/tests/tests.h"

#define CHILDREN 200
#define CHILD_SECONDS 20
#define TEST_SECONDS 110

/* ASan of gcc 12 and clang 14 does not release its allocator's locks in a child of fork(). */
#if defined(__SANITIZE_ADDRESS__)
#define THREADS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define THREADS 0
#endif
#endif
#ifndef THREADS
#define THREADS 4
#endif

static bool stop;
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER; /* stands for the locks of libc */
static char base[64]; /* /r is the container's, /stage the masks' */

static const char *below(char path[PATH_MAX], const char *name)
{
	snprintf(path, PATH_MAX, "%s%s", base, name);
	return path;
}

static const char *const dirs[] = { "/r", "/r/a", "/r/a/secret", "/r/b", "/r/c", "/stage" };

static void make_base(void)
{
	char path[PATH_MAX];

	strcpy(base, "/tmp/maskref-threads-XXXXXX");
	if (!mkdtemp(base))
		abort();
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		if (mkdir(below(path, dirs[i]), 0755) < 0)
			abort();
	if (mknod(below(path, "/r/f"), S_IFREG | 0644, 0) < 0)
		abort();
}

static void remove_base(void)
{
	char path[PATH_MAX];

	remove(below(path, "/r/f"));
	remove(below(path, "/stage/masks"));
	for (size_t i = ARRAY_SIZE(dirs); i > 0; i--)
		remove(below(path, dirs[i - 1]));
	remove(base);
}

static void *hammer(_unused_ void *arg)
{
	for (size_t i = 1; !__atomic_load_n(&stop, __ATOMIC_RELAXED); i++) {
		_cleanup_free_ char *block = malloc(i * 977 % 65536 + 1), *text = NULL;
		_cleanup_fclose_ FILE *null = fopen("/dev/null", "w");
		size_t size;
		FILE *f = open_memstream(&text, &size);
		DIR *d = opendir("/");

		pthread_mutex_lock(&held);
		if (f) {
			fprintf(f, "%zu %p\n", i, (void *)block);
			fclose(f);
		}
		if (null)
			fprintf(null, "%zu", i);
		if (d)
			closedir(d);
		pthread_mutex_unlock(&held);
	}
	return NULL;
}

/* In the child --------------------------------------------------------------------------------- */

static const char *const paths[] = { "/a", "/b", "/f", "/a/../b", "/none", "/c" };

static bool write_text(const char *path, const char *text)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

/* In a user namespace of ours; only ids that it has may own what is made in a tmpfs. */
static bool become_root(void)
{
	char uids[32], gids[32];

	snprintf(uids, sizeof(uids), "0 %u 1", geteuid());
	snprintf(gids, sizeof(gids), "0 %u 1", getegid());
	return unshare(CLONE_NEWUSER) == 0 && write_text("/proc/self/setgroups", "deny") &&
	       write_text("/proc/self/uid_map", uids) && write_text("/proc/self/gid_map", gids);
}

static bool make_ground(void)
{
	return (geteuid() == 0 || become_root()) && unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("/dev/null", "/dev/null", NULL, MS_BIND, NULL) == 0;
}

static int apply_all(struct mask_ctx *ctx, const struct mask_target *targets,
		     const struct mask_plan *plan)
{
	int r = 0;

	for (size_t i = 0; i < plan->n && r == 0; i++)
		r = mask_apply(ctx, targets, &plan->ops[i], NULL);
	return r;
}

static int mask_paths(struct mask_ctx *ctx, const char *strategy)
{
	struct mask_target targets[ARRAY_SIZE(paths)];
	_cleanup_(mask_plan_done) struct mask_plan plan = { 0 };
	_cleanup_free_ char *text = NULL;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		mask_resolve(ctx, paths[i], &targets[i]);
	r = mask_plan(mask_strategy_find(strategy), targets, ARRAY_SIZE(paths), &plan, NULL);
	if (r == 0)
		r = mask_plan_print(&plan, targets, &text);
	if (r == 0)
		r = apply_all(ctx, targets, &plan);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		mask_target_done(&targets[i]);
	return r;
}

static int child(const char *strategy)
{
	_cleanup_(mask_end) struct mask_ctx ctx = MASK_CTX_INIT;
	char path[PATH_MAX];
	struct stat st;

	if (!make_ground())
		return 1;
	ctx.root_fd = open(below(path, "/r"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	ctx.stage_fd = open(below(path, "/stage"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	ctx.proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	ctx.null_fd = open("/dev/null", O_PATH | O_CLOEXEC);
	if (mask_begin(&ctx, NULL) < 0 || mask_remount(ctx.null_fd, MS_RDONLY, 0) < 0)
		return 2;
	if (mask_paths(&ctx, strategy) < 0)
		return 3;
	if (stat(below(path, "/r/a/secret"), &st) == 0)
		return 4;
	return stat(below(path, "/r/f"), &st) == 0 && S_ISCHR(st.st_mode) ? 0 : 5;
}

/* In the parent -------------------------------------------------------------------------------- */

static void wait_child(pid_t pid, const char *strategy, int number)
{
	const struct timespec deadline = { .tv_sec = CHILD_SECONDS };
	sigset_t set;
	int status = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	if (sigtimedwait(&set, NULL, &deadline) < 0) {
		kill(pid, SIGKILL);
		ck_abort_msg("%s: child %d hangs", strategy, number);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "%s: child %d: status %#x", strategy, number, status);
}

static pthread_t threads[THREADS + 1];

static void start_threads(void)
{
	sigset_t set;

	/* Every thread has it blocked, so that none but the wait above takes it. */
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, hammer, NULL), 0);
}

static void end_threads(void)
{
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

START_TEST(fork_in_threads)
{
	const char *strategy = mask_strategy_name((size_t)_i);

	start_threads();
	for (int i = 0; i < CHILDREN; i++) {
		pid_t pid = fork();

		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			_exit(child(strategy));
		wait_child(pid, strategy, i);
	}
	end_threads();
}
END_TEST

/* The control: a lock that nobody releases in the child is found taken by some of them. */
START_TEST(locks_are_held)
{
	int taken = 0, status;

	start_threads();
	for (int i = 0; i < CHILDREN; i++) {
		pid_t pid = fork();

		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			_exit(pthread_mutex_trylock(&held) != 0);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		taken += status != 0;
	}
	end_threads();
	if (THREADS > 0)
		ck_assert_int_gt(taken, 0);
}
END_TEST

/* Where not even a user namespace is allowed nothing can be mounted; root never gets here. */
static bool may_mount(void)
{
	int status = 0;
	pid_t pid = geteuid() == 0 ? 0 : fork();

	if (geteuid() == 0)
		return true;
	if (pid == 0)
		_exit(unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

Suite *threads_suite(void)
{
	Suite *s = suite_create("threads");

	add_row(s, "locks-are-held", locks_are_held, 0);
	for (size_t i = 0; may_mount() && mask_strategy_name(i); i++) {
		TCase *tc = tcase_create(mask_strategy_name(i));

		tcase_add_loop_test(tc, fork_in_threads, (int)i, (int)i + 1);
		tcase_add_unchecked_fixture(tc, make_base, remove_base);
		tcase_set_timeout(tc, TEST_SECONDS);
		suite_add_tcase(s, tc);
	}
	return s;
}
