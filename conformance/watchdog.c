/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever ends `observe` -- its own end, Ctrl-C, SIGKILL of its whole process group -- the
 * watchdog, in a session of its own, sees the pipe close, ends the PID namespace (and with it
 * the mount namespaces, their tmpfs and every process of the run) and removes what would outlive
 * them: the run's cgroups, and an instance of the tracer. Its stdout stays open meanwhile: who reads the events
 * of observe to their end knows that the host is as it was.
 */
#include "conformance/observe.h"

#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "conformance/trace.h"

#define CLEAN_MS 4500

static const char *wanted; /* part of the cgroups' names; nftw() takes no argument */
static bool found_one;

/* What a v1 freezer holds does not die before it is let go. */
static void thaw(const char *cgroup)
{
	static const struct {
		const char *file, *word;
	} ways[] = { { "freezer.state", "THAWED" }, { "cgroup.freeze", "0" } };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", cgroup, ways[i].file);
		_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

		if (fd >= 0 && write(fd, ways[i].word, strlen(ways[i].word)) < 0)
			return;
	}
}

static int thaw_cgroup(const char *path, _unused_ const struct stat *st, int type,
		       _unused_ struct FTW *ftw)
{
	if (type == FTW_DP && strstr(path, wanted))
		thaw(path);
	return 0;
}

void thaw_cgroups(const char *part)
{
	wanted = part;
	nftw("/sys/fs/cgroup", thaw_cgroup, 16, FTW_DEPTH | FTW_PHYS);
}

static int remove_cgroup(const char *path, _unused_ const struct stat *st, int type,
			 _unused_ struct FTW *ftw)
{
	if (type == FTW_DP && strstr(path, wanted)) {
		found_one = true;
		thaw(path);
		rmdir(path);
	}
	return 0;
}

/* A cgroup can't go before its last process has: tried until the deadline. */
static void remove_cgroups(const char *run_id)
{
	unsigned long deadline = now_usec() + CLEAN_MS * 1000ul;

	wanted = run_id;
	do {
		found_one = false;
		nftw("/sys/fs/cgroup", remove_cgroup, 16, FTW_DEPTH | FTW_PHYS);
		if (found_one)
			poll(NULL, 0, 20);
	} while (found_one && now_usec() < deadline);
}

static void keep_only(int fd)
{
	int null = open("/dev/null", O_RDWR);
	int i;

	if (fd != 3)
		dup2(fd, 3);
	for (i = 0; i < 3 && null >= 0; i += 2)
		dup2(null, i);
	for (i = 4; i < 1024; i++)
		close(i);
}

static void watch(const char *run_id, bool traces, int fd, int out_of_group)
{
	pid_t init = 0;

	setsid();
	close(out_of_group);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	keep_only(fd);
	if (read(3, &init, sizeof(init)) == (ssize_t)sizeof(init)) {
		char c;

		while (read(3, &c, 1) < 0 && errno == EINTR)
			;
		kill(init, SIGKILL);
	}
	remove_cgroups(run_id);
	if (traces)
		trace_remove(run_id);
	_exit(0);
}

int watchdog_start(const char *run_id, bool traces, struct watchdog *ret)
{
	int p[2], up[2];
	pid_t pid;
	char c;

	if (pipe2(p, O_CLOEXEC) < 0 || pipe2(up, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		close(p[1]);
		close(up[0]);
		watch(run_id, traces, p[0], up[1]);
	}
	close(p[0]);
	close(up[1]);
	/* Until it has left the process group, one SIGKILL would end both. */
	while (read(up[0], &c, 1) < 0 && errno == EINTR)
		;
	close(up[0]);
	*ret = (struct watchdog){ .pid = pid, .fd = p[1] };
	return 0;
}

int watchdog_arm(const struct watchdog *w, pid_t init)
{
	return write(w->fd, &init, sizeof(init)) == (ssize_t)sizeof(init) ? 0 : -EIO;
}

void watchdog_finish(struct watchdog *w)
{
	w->fd = safe_close(w->fd);
	waitpid(w->pid, NULL, 0);
}
