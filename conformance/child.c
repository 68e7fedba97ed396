/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/child.h"

#include <sys/prctl.h>
#include <sys/wait.h>

volatile sig_atomic_t interrupted;
static volatile pid_t child;

static void on_signal(int sig)
{
	int err = errno;

	interrupted = sig;
	if (child > 0)
		kill(child, SIGTERM);
	errno = err;
}

void child_catch(bool restart)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = restart ? SA_RESTART : 0 };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

static void become(char *const *argv, int out, pid_t parent, const sigset_t *mask)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_BROKEN);
	dup2(out, STDOUT_FILENO);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execv(argv[0], argv);
	/* Of a script that is there its interpreter is not. */
	if (errno == ENOENT && access(argv[0], F_OK) == 0)
		complain(EXIT_BROKEN,
			 "%s: /bin/bash, which it is written for, is missing; install bash",
			 argv[0]);
	else
		complain(EXIT_BROKEN, "%s: %s; %s", argv[0], errno_name(errno), kit_remedy());
	_exit(EXIT_BROKEN);
}

/* Blocked, so that a signal finds either no child or one whose pid is known and that it ends. */
pid_t child_start(char *const *argv, int out)
{
	pid_t parent = getpid(), pid;
	sigset_t both, old;

	sigemptyset(&both);
	sigaddset(&both, SIGINT);
	sigaddset(&both, SIGTERM);
	sigprocmask(SIG_BLOCK, &both, &old);
	pid = fork();
	if (pid == 0)
		become(argv, out, parent, &old);
	child = pid;
	sigprocmask(SIG_SETMASK, &old, NULL);
	return pid;
}

/* Its pid is let go of only once no signal can be on its way to another process of that number. */
int child_wait(pid_t pid)
{
	siginfo_t info = { 0 };
	int status = 0;

	while (pid > 0 && waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
		;
	child = 0;
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_BROKEN;
}
