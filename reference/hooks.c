/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hooks, of which two kinds are implemented: createContainer, in the container's namespaces but
 * before pivot_root(2), with the programs of the host; startContainer, in the container, right
 * before its process. Source: opencontainers/runtime-spec v1.2 config.md "POSIX-platform Hooks".
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>

#include "reference/container.h"
#include "reference/sys.h"

static char *hook_state(const struct container *c, const char *status)
{
	_cleanup_json_ cJSON *state = cJSON_CreateObject();

	cJSON_AddStringToObject(state, "ociVersion", c->spec.oci_version);
	cJSON_AddStringToObject(state, "id", c->id);
	cJSON_AddStringToObject(state, "status", status);
	cJSON_AddNumberToObject(state, "pid", getpid());
	cJSON_AddStringToObject(state, "bundle", c->bundle);
	if (c->spec.annotations)
		cJSON_AddItemToObject(state, "annotations",
				      cJSON_Duplicate(c->spec.annotations, true));
	return cJSON_PrintUnformatted(state);
}

static _Noreturn void hook_execute(const struct spec_hook *hook, int in)
{
	char *none[] = { NULL }, *self[] = { (char *)(uintptr_t)hook->path, NULL };
	char **args = (char **)(uintptr_t)hook->args.v, **env = (char **)(uintptr_t)hook->env.v;

	if (dup2(in, STDIN_FILENO) >= 0 && chdir("/") == 0)
		execve(hook->path, args ? args : self, env ? env : none);
	_exit(127);
}

/* Neither a pidfd (5.3) nor a procfs that knows this PID namespace is sure to be at hand. */
static int hook_wait(pid_t pid, const struct spec_hook *hook)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	siginfo_t info = { 0 };

	for (int64_t ms = 0; hook->timeout == 0 || ms < hook->timeout * 1000; ms++) {
		if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
		    info.si_pid == pid)
			return process_reap(pid);
		nanosleep(&pause, NULL);
	}
	kill(pid, SIGKILL);
	return process_reap(pid);
}

static int hook_run(const struct spec_hook *hook, const char *state, const char *kind,
		    struct fault *f)
{
	_cleanup_close_ int in = -EBADF, out = -EBADF;
	int pair[2], status;
	pid_t pid;

	if (pipe2(pair, O_CLOEXEC) < 0)
		return fault_set(f, errno, "hooks.%s: %s", kind, strerror(errno));
	in = pair[0];
	out = pair[1];
	signal(SIGPIPE, SIG_IGN);
	if (write(out, state, strlen(state)) < 0)
		return fault_set(f, errno, "hooks.%s: %s", kind, strerror(errno));
	pid = fork();
	if (pid == 0) {
		safe_close(out);
		hook_execute(hook, in);
	}
	in = safe_close(in);
	out = safe_close(out);
	status = pid < 0 ? -1 : hook_wait(pid, hook);
	signal(SIGPIPE, SIG_DFL);
	if (status == 0)
		return 0;
	return fault_set(f, EIO, "hooks.%s: '%s' ended with %d", kind, hook->path, status);
}

static int hooks_run(const struct container *c, const struct spec_hooks *hooks, const char *status,
		     struct fault *f)
{
	_cleanup_free_ char *state = hooks->n ? hook_state(c, status) : NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < hooks->n; i++)
		r = hook_run(&hooks->v[i], state, hooks->kind, f);
	return r;
}

/*
 * They look for the root where the bundle has it. There lies the stage, which holds the root in a
 * directory of its own; from now on the root lies upon it.
 */
static int show_root(struct container *c, struct fault *f)
{
	char from[32], to[32];

	snprintf(from, sizeof(from), "self/fd/%d", c->root_fd);
	snprintf(to, sizeof(to), "self/fd/%d", c->stage_fd);
	if (mount(from, to, NULL, MS_MOVE, NULL) < 0)
		return fault_set(f, errno, "hooks.createContainer: show the root: %s",
				 strerror(errno));
	return 0;
}

int hooks_create_container(struct container *c, struct fault *f)
{
	int r = c->spec.hooks_create.n ? show_root(c, f) : 0;

	return r < 0 ? r : hooks_run(c, &c->spec.hooks_create, "creating", f);
}

int hooks_start_container(struct container *c, struct fault *f)
{
	return hooks_run(c, &c->spec.hooks_start, "created", f);
}
