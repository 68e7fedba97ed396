/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the runtime's commands: own environment, a deadline, an output limit. SIGCHLD comes by a
 * signalfd (pidfd_open came with 5.3; RHEL 8 has it not), which also lets the worker, a
 * subreaper, adopt and count whatever a command leaves behind.
 */
#include "conformance/observe.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define KEPT 4096
#define END_MS 2000 /* for all descendants to stand still, and again for them to be gone */

static int sigchld_fd = -EBADF;
static int usual_nice;

unsigned long now_usec(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (unsigned long)ts.tv_sec * 1000000ul + (unsigned long)ts.tv_nsec / 1000ul;
}

void worker_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigchld_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	/* Else hundreds of busy processes leave no time to stop them. Not for the commands. */
	usual_nice = getpriority(PRIO_PROCESS, 0);
	setpriority(PRIO_PROCESS, 0, -20);
}

void command_free(struct command_result *r)
{
	text_free(&r->out);
	text_free(&r->err);
}

static void drain_sigchld(void)
{
	struct signalfd_siginfo si;

	while (read(sigchld_fd, &si, sizeof(si)) == (ssize_t)sizeof(si))
		;
}

/* True when @pid was among the dead; its status goes to *@status. Others are just reaped. */
static bool reap_one(pid_t pid, int *status)
{
	bool gone = false;
	pid_t dead;
	int st;

	while ((dead = waitpid(-1, &st, WNOHANG)) > 0) {
		if (dead == pid) {
			*status = st;
			gone = true;
		}
	}
	return gone;
}

void reap(void)
{
	int status;

	drain_sigchld();
	reap_one(-1, &status);
}

static char *const environment[] = {
	(char *)(uintptr_t) "PATH=" SANDBOX_PATH,
	(char *)(uintptr_t) "LANG=C",
	(char *)(uintptr_t) "HOME=/root",
	(char *)(uintptr_t) "TMPDIR=" SCRATCH "/tmp",
	NULL,
};

/* What the caller asked of the child. */
static int enter(const struct command_result *r)
{
	const struct rlimit files = { r->nofile, r->nofile };
	_cleanup_free_ char *path = xasprintf("/proc/%d/ns/mnt", (int)r->enter);
	_cleanup_close_ int fd = r->enter > 0 ? open(path, O_RDONLY | O_CLOEXEC) : -EBADF;

	if (r->enter > 0 && (fd < 0 || setns(fd, CLONE_NEWNS) < 0))
		return -errno;
	return r->nofile && setrlimit(RLIMIT_NOFILE, &files) < 0 ? -errno : 0;
}

static void exec_child(char *const *argv, const char *cwd, int out, int err,
		       const struct command_result *asked)
{
	int null = open("/dev/null", O_RDONLY);
	sigset_t none;
	int r;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpriority(PRIO_PROCESS, 0, usual_nice);
	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0 ||
	    enter(asked) < 0 || (cwd && chdir(cwd) < 0))
		_exit(126);
	if (null > 2)
		close(null);
	r = supervisor_enter();
	if (r < 0) {
		dprintf(2, "observe: DENY: %s\n", errno_name(r));
		_exit(126);
	}
	execve(argv[0], argv, environment);
	dprintf(2, "execve: %s: %s\n", argv[0], errno_name(errno));
	_exit(127);
}

/* Keeps the end of what was read; false at end of file or when there is nothing now. */
static bool take_output(int fd, struct text *t, size_t *total)
{
	char buf[16384];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n <= 0)
		return false;
	*total += (size_t)n;
	text_add_n(t, buf, (size_t)n);
	if (t->len > 2 * KEPT) {
		memmove(t->s, t->s + t->len - KEPT, KEPT + 1);
		t->len = KEPT;
	}
	return true;
}

static int ms_left(unsigned long deadline)
{
	unsigned long now = now_usec();

	return now >= deadline ? 0 : (int)((deadline - now) / 1000ul) + 1;
}

static void collect(pid_t pid, int out, int err, unsigned long deadline, struct command_result *r)
{
	struct pollfd p[3] = { { .fd = sigchld_fd, .events = POLLIN },
			       { .fd = out, .events = POLLIN },
			       { .fd = err, .events = POLLIN } };
	size_t total = 0;
	int i;

	if (r->kill_usec) {
		usleep((useconds_t)r->kill_usec);
		kill(pid, SIGKILL);
	}
	for (;;) {
		int left = ms_left(deadline);

		r->deadline = left == 0;
		r->flood = total > COMMAND_FLOOD;
		if (r->deadline || r->flood) {
			kill(pid, SIGKILL);
			end_descendants();
			waitpid(pid, &r->status, 0);
			return;
		}
		if (poll(p, 3, left) < 0 && errno != EINTR)
			return;
		for (i = 1; i < 3; i++)
			if (p[i].revents &&
			    !take_output(p[i].fd, i == 1 ? &r->out : &r->err, &total))
				p[i].fd = -1;
		if (p[0].revents) {
			drain_sigchld();
			if (reap_one(pid, &r->status))
				break;
		}
	}
	/* The container may hold the pipes open: only what is there now is read. */
	while (total <= COMMAND_FLOOD &&
	       (take_output(out, &r->out, &total) || take_output(err, &r->err, &total)))
		;
}

void command_run(char *const *argv, const char *cwd, int timeout_ms, struct command_result *ret)
{
	unsigned long start = now_usec();
	int out[2], err[2];
	pid_t pid;

	*ret = (struct command_result){ .status = -EAGAIN,
					.enter = ret->enter,
					.nofile = ret->nofile,
					.kill_usec = ret->kill_usec };
	if (pipe2(out, O_CLOEXEC) < 0)
		return;
	if (pipe2(err, O_CLOEXEC) < 0) {
		close(out[0]);
		close(out[1]);
		return;
	}
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	pid = fork();
	if (pid == 0)
		exec_child(argv, cwd, out[1], err[1], ret);
	close(out[1]);
	close(err[1]);
	if (pid > 0)
		collect(pid, out[0], err[0], start + (unsigned long)timeout_ms * 1000ul, ret);
	close(out[0]);
	close(err[0]);
	ret->usec = now_usec() - start;
}

static bool child_gone(pid_t pid)
{
	int status;

	drain_sigchld();
	reap_one(pid, &status);
	return kill(pid, 0) < 0 && errno == ESRCH;
}

bool wait_gone(pid_t pid, int fd_ready, int timeout_ms, bool *ret_ready)
{
	unsigned long deadline = now_usec() + (unsigned long)timeout_ms * 1000ul;
	struct pollfd p[2] = { { .fd = sigchld_fd, .events = POLLIN },
			       { .fd = fd_ready, .events = POLLIN } };
	int left;

	*ret_ready = false;
	while (!child_gone(pid) && (left = ms_left(deadline)) > 0) {
		/* 50 ms at most: a process that isn't ours ends without a SIGCHLD. */
		if (poll(p, 2, left < 50 ? left : 50) > 0 && p[1].revents & POLLIN) {
			*ret_ready = true;
			return false;
		}
	}
	return child_gone(pid);
}

/* Processes -------------------------------------------------------------------------------- */

struct process {
	pid_t pid, parent;
	bool zombie, stopped;
	bool mine;
};

static bool read_process(const char *name, struct process *ret)
{
	_cleanup_free_ char *path = xasprintf("/proc/%s/stat", name);
	_cleanup_free_ char *text = NULL;
	char state;
	int parent;
	char *p;

	if (read_file_at(AT_FDCWD, path, 8192, &text, NULL) < 0)
		return false;
	p = strrchr(text, ')'); /* the command may hold anything but its own end */
	if (!p || sscanf(p + 1, " %c %d", &state, &parent) != 2)
		return false;
	*ret = (struct process){ .pid = atoi(name),
				 .parent = parent,
				 .zombie = state == 'Z' || state == 'X',
				 .stopped = state == 'T' };
	return true;
}

static size_t list_processes(struct process **ret)
{
	DIR *d = opendir("/proc");
	struct process *list = NULL;
	struct dirent *e;
	size_t n = 0;

	while (d && (e = readdir(d))) {
		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		GROW(list, n);
		n += read_process(e->d_name, &list[n]);
	}
	if (d)
		closedir(d);
	*ret = list;
	return n;
}

/* Ancestors may come behind their children in /proc, so marks are passed on until none is new. */
static void mark_mine(struct process *p, size_t n)
{
	bool more = true;
	size_t i, j;

	while (more) {
		more = false;
		for (i = 0; i < n; i++) {
			if (p[i].mine)
				continue;
			for (j = 0; !p[i].mine && j < n; j++)
				p[i].mine = p[j].mine && p[j].pid == p[i].parent;
			p[i].mine |= p[i].parent == getpid();
			more |= p[i].mine;
		}
	}
}

unsigned int descendants(void)
{
	_cleanup_free_ struct process *p = NULL;
	size_t n, i;
	unsigned int alive = 0;

	reap();
	n = list_processes(&p);
	mark_mine(p, n);
	for (i = 0; i < n; i++)
		alive += p[i].mine && !p[i].zombie;
	return alive;
}

static bool is_descendant(pid_t pid)
{
	_cleanup_free_ struct process *p = NULL;
	size_t n = list_processes(&p), i;

	mark_mine(p, n);
	for (i = 0; i < n; i++)
		if (p[i].pid == pid)
			return p[i].mine && !p[i].zombie;
	return false;
}

static bool shares_mounts(pid_t pid)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/ns/mnt", (int)pid);
	struct stat ours;

	return stat("/proc/self/ns/mnt", &ours) == 0 && names_object(path, &ours);
}

const char *container_pid_fault(pid_t pid)
{
	if (pid <= 0)
		return "no pid";
	if (!is_descendant(pid))
		return "the pid of no process that the runtime left";
	if (shares_mounts(pid))
		return "the pid of a process that has no mounts of its own";
	return NULL;
}

/* Number of descendants that were there to get @sig. Stopped ones are not stopped again. */
static unsigned int signal_descendants(int sig)
{
	_cleanup_free_ struct process *p = NULL;
	size_t n, i;
	unsigned int told = 0;

	reap();
	n = list_processes(&p);
	mark_mine(p, n);
	for (i = 0; i < n; i++) {
		if (!p[i].mine || p[i].zombie || (sig == SIGSTOP && p[i].stopped))
			continue;
		told += kill(p[i].pid, sig) == 0;
	}
	return told;
}

/*
 * To kill makes room for the next fork; what is stopped keeps its place and forks no more. The
 * first process of a container's PID namespace can be stopped from here, too, for we are outside.
 */
void end_descendants(void)
{
	unsigned long deadline = now_usec() + END_MS * 1000ul;

	while (signal_descendants(SIGSTOP) > 0 && now_usec() < deadline)
		;
	deadline = now_usec() + END_MS * 1000ul;
	while (signal_descendants(SIGKILL) > 0 && now_usec() < deadline)
		poll(NULL, 0, 1);
}
