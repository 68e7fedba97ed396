/* SPDX-License-Identifier: Apache-2.0 */
/* Processes seen from the caller's side: spawning init, its maps, limits and end. */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "reference/container.h"
#include "reference/sys.h"

#define MAX_NAMESPACES 8

int sync_send(int fd, const struct fault *f)
{
	static const struct fault fine;
	size_t size = sizeof(*f) - sizeof(f->text);
	ssize_t n;

	if (!f)
		f = &fine;
	size += strlen(f->text) + 1;
	do
		n = send(fd, f, size, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

int sync_receive(int fd, struct fault *f)
{
	struct fault got = { 0 };
	ssize_t n;

	do
		n = recv(fd, &got, sizeof(got), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return fault_set(f, errno, "receive: %s", strerror(errno));
	if (n == 0)
		return fault_set(f, ECONNRESET, "the process ended without a word");
	if (got.errnum == 0)
		return 0;
	*f = got;
	return -got.errnum;
}

int process_join(const int *fds, size_t n)
{
	bool joined[MAX_NAMESPACES] = { false };
	int r = 0;

	for (int pass = 0; pass < 2; pass++) {
		r = 0;
		for (size_t i = 0; i < n; i++) {
			if (joined[i])
				continue;
			joined[i] = setns(fds[i], 0) == 0;
			if (!joined[i])
				r = -errno;
		}
	}
	return r;
}

/* The clone flags of new namespaces; opens the ones to be joined. */
static int sort_namespaces(const struct spec *spec, unsigned long *ret_flags, int *fds, size_t *n,
			   struct fault *f)
{
	*ret_flags = 0;
	for (size_t i = 0; i < spec->n_namespaces; i++) {
		const struct spec_namespace *ns = &spec->namespaces[i];
		int fd;

		if (!ns->path) {
			/* The cgroup namespace's root is the cgroup one is in: init comes to that.
			 */
			if (ns->flag != MS_CLONE_NEWCGROUP)
				*ret_flags |= (unsigned long)ns->flag;
			continue;
		}
		fd = open(ns->path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return fault_path(f, errno, "open the namespace", ns->path);
		fds[(*n)++] = fd;
	}
	return 0;
}

pid_t process_clone(unsigned long flags)
{
	/* Without a stack of its own the child is a fork; the order of the rest doesn't matter. */
	return (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
}

/* Joining must not change the caller, so a process in between does it and then leaves. */
static pid_t clone_joined(struct container *c, unsigned long flags, const int *fds, size_t n)
{
	int pair[2], status;
	pid_t between, pid = -1;
	ssize_t got;

	if (pipe2(pair, O_CLOEXEC) < 0)
		return -1;
	between = fork();
	if (between == 0) {
		int r = process_join(fds, n);

		pid = r < 0 ? (pid_t)r : process_clone(flags | CLONE_PARENT);
		if (pid == 0)
			init_main(c);
		if (pid == -1)
			pid = -errno;
		got = write(pair[1], &pid, sizeof(pid));
		_exit(got < 0);
	}
	safe_close(pair[1]);
	got = read(pair[0], &pid, sizeof(pid));
	safe_close(pair[0]);
	if (between > 0)
		waitpid(between, &status, 0);
	if (got != sizeof(pid) || pid >= 0)
		return got == sizeof(pid) ? pid : -1;
	errno = -pid;
	return -1;
}

int process_spawn(struct container *c, struct fault *f)
{
	int fds[MAX_NAMESPACES], pair[2];
	unsigned long flags;
	size_t n = 0;
	int r = userns_needed(&c->spec, f);

	if (r == 0)
		r = sort_namespaces(&c->spec, &flags, fds, &n, f);
	if (r == 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		r = fault_set(f, errno, "make a socket pair: %s", strerror(errno));
	if (r == 0) {
		c->sync_fd = pair[1];
		c->peer_fd = pair[0];
		c->pid = n ? clone_joined(c, flags, fds, n) : process_clone(flags);
		if (c->pid == 0)
			init_main(c);
		if (c->pid < 0)
			r = fault_set(f, errno, "linux.namespaces: %s%s", strerror(errno),
				      errno == ENOSPC ? ": see user.max_user_namespaces" : "");
		safe_close(pair[1]);
		c->sync_fd = TAKE_FD(c->peer_fd);
	}
	while (n > 0)
		safe_close(fds[--n]);
	c->listen_fd = safe_close(c->listen_fd);
	return r;
}

int process_reap(pid_t pid)
{
	int status = 0;
	pid_t got;

	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	/* A status that nobody has is no success. */
	if (got != pid)
		return 255;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void process_kill(struct container *c)
{
	if (c->pid <= 0)
		return;
	kill(c->pid, SIGKILL);
	process_reap(c->pid);
	c->pid = 0;
}

int process_write_proc(pid_t pid, const char *name, const char *text)
{
	_cleanup_close_ int fd = -EBADF;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return -errno;
	return 0;
}

int process_set_oom_score(pid_t pid, const struct spec_process *p, struct fault *f)
{
	char text[32];
	int r;

	if (!p->has_oom_score_adj)
		return 0;
	snprintf(text, sizeof(text), "%lld", (long long)p->oom_score_adj);
	r = process_write_proc(pid, "oom_score_adj", text);
	return r < 0 ? fault_set(f, -r, "process.oomScoreAdj: %s", strerror(-r)) : 0;
}

int process_write_maps(struct container *c, struct fault *f)
{
	int r = userns_write_maps(c, f);

	return r < 0 ? r : process_set_oom_score(c->pid, &c->spec.process, f);
}

/* From outside: the caller may raise a hard limit that root of a user namespace may not. */
int process_set_limits(pid_t pid, const struct spec_process *p, struct fault *f)
{
	for (size_t i = 0; i < p->n_rlimits; i++) {
		const struct spec_rlimit *l = &p->rlimits[i];
		struct rlimit value = {
			.rlim_cur = l->soft == INT64_MAX ? RLIM_INFINITY : (rlim_t)l->soft,
			.rlim_max = l->hard == INT64_MAX ? RLIM_INFINITY : (rlim_t)l->hard,
		};

		if (prlimit(pid, (__rlimit_resource_t)l->resource, &value, NULL) < 0)
			return fault_set(f, errno, "process.rlimits[%zu]: %s: %s", i, l->type,
					 strerror(errno));
	}
	return 0;
}

/*
 *   pidfd_open  5.3  one poll
 *   /proc       any  a look each millisecond; what is lost is a millisecond
 */
int process_wait_gone(pid_t pid, unsigned long long start_time, int timeout_ms)
{
	_cleanup_close_ int fd = sys_pidfd_open(pid, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct timespec pause = { .tv_nsec = 1000000 };

	if (process_start_time(pid) != start_time)
		return 0;
	if (fd >= 0)
		return poll(&p, 1, timeout_ms) == 1 ? 0 : -ETIMEDOUT;
	for (int i = 0; i < timeout_ms; i++) {
		if (process_start_time(pid) != start_time)
			return 0;
		nanosleep(&pause, NULL);
	}
	return -ETIMEDOUT;
}
