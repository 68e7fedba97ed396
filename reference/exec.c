/* SPDX-License-Identifier: Apache-2.0 */
/* `exec`: another process in the namespaces, cgroups and under the masks of a container. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "reference/container.h"
#include "reference/sys.h"

static int exec_load(struct container *c, struct fault *f)
{
	_cleanup_free_ char *path = NULL;
	int r = state_load(c, f);

	if (r < 0)
		return r;
	if (!streq(state_status(c), "running") && !streq(state_status(c), "created"))
		return fault_set(f, EINVAL, "container '%s' is %s", c->id, state_status(c));
	if (asprintf(&path, "%s/%s/config.json", c->state_root, c->id) < 0)
		return fault_path(f, ENOMEM, "read the state", c->id);
	return container_load_config(c, path, f);
}

static int exec_user(struct spec_user *user, const char *text, struct fault *f)
{
	char *end;
	unsigned long uid = strtoul(text, &end, 10), gid = 0;

	if (*end == ':' && end[1])
		gid = strtoul(end + 1, &end, 10);
	if (end == text || *end || uid >= UINT32_MAX || gid >= UINT32_MAX)
		return fault_path(f, EINVAL, "--user wants UID[:GID]", text);
	*user = (struct spec_user){ .uid = (uint32_t)uid,
				    .gid = (uint32_t)gid,
				    .umask = user->umask };
	return 0;
}

static int exec_environment(struct container *c, const struct exec_options *o, struct fault *f)
{
	size_t n = c->process.env.n;

	c->exec_env = calloc(n + o->n_env + 1, sizeof(*c->exec_env));
	if (!c->exec_env)
		return fault_set(f, ENOMEM, "--env: %s", strerror(ENOMEM));
	/* Whoever looks a name up takes the first. */
	for (size_t i = 0; i < o->n_env; i++)
		c->exec_env[i] = o->env[o->n_env - 1 - i];
	for (size_t i = 0; i < n; i++)
		c->exec_env[o->n_env + i] = c->process.env.v[i];
	c->process.env = (struct strings){ c->exec_env, n + o->n_env };
	return 0;
}

/* The container's own process is the pattern, as in every runtime. */
static int exec_process(struct container *c, const struct exec_options *o, struct fault *f)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r = 0;

	c->process = c->spec.process;
	if (o->process_file) {
		r = json_read_file(o->process_file, &text, &size, f);
		if (r == 0)
			r = spec_parse_process(text, size, &c->exec_spec, f);
		c->process = c->exec_spec.process;
	}
	if (r == 0 && o->args[0]) {
		size_t n = 0;

		while (o->args[n])
			n++;
		c->process.args = (struct strings){ (const char **)(uintptr_t)o->args, n };
	}
	if (o->cwd)
		c->process.cwd = o->cwd;
	if (r == 0 && o->user)
		r = exec_user(&c->process.user, o->user, f);
	return r < 0 ? r : exec_environment(c, o, f);
}

static int open_namespaces(const struct container *c, int *fds, size_t *n, struct fault *f)
{
	static const struct {
		int flag;
		const char *name;
	} files[] = { { CLONE_NEWPID, "pid" },	{ CLONE_NEWNET, "net" },
		      { CLONE_NEWIPC, "ipc" },	{ CLONE_NEWUTS, "uts" },
		      { CLONE_NEWNS, "mnt" },	{ MS_CLONE_NEWCGROUP, "cgroup" },
		      { CLONE_NEWUSER, "user" } };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char path[64];

		if (!spec_namespace(&c->spec, files[i].flag))
			continue;
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)c->pid, files[i].name);
		fds[*n] = open(path, O_RDONLY | O_CLOEXEC);
		if (fds[*n] < 0)
			return fault_path(f, errno, "open the namespace", path);
		++*n;
	}
	return 0;
}

static int joined_root(struct container *c, struct fault *f)
{
	return userns_enter(c, f);
}

static int joined_limits(struct container *c, struct fault *f)
{
	return process_set_limits(0, &c->process, f);
}

static int joined_workdir(struct container *c, struct fault *f)
{
	return init_enter_workdir(&c->process, f);
}

static int joined_identity(struct container *c, struct fault *f)
{
	return init_prepare_identity(c, &c->process, f);
}

static int joined_program(struct container *c, struct fault *f)
{
	return init_find_program(c, &c->process, f);
}

static int joined_payload(struct container *c, struct fault *f)
{
	return init_execute(c, &c->process, f);
}

static const struct stage stages_joined[] = {
	{ "close inherited files", init_close_inherited, NULL },
	{ "root of the user namespace", joined_root, NULL },
	{ "limits", joined_limits, NULL },
	{ "working directory", joined_workdir, NULL },
	{ "identity", joined_identity, NULL },
	{ "program", joined_program, NULL },
	{ "payload", joined_payload, NULL },
	{ 0 },
};

static _Noreturn void joined_main(struct container *c)
{
	struct fault f = { 0 };

	stages_run(STAGES_JOINED, stages_joined, c, &f);
	sync_send(c->sync_fd, &f);
	_exit(127);
}

/* Joins everything, then forks into the PID namespace; the fork is the caller's child. */
static _Noreturn void between_main(struct container *c, const int *fds, size_t n)
{
	struct fault f = { 0 };
	pid_t pid;
	int r;

	/* CVE-2019-5736: those inside may not open this process' program. */
	prctl(PR_SET_DUMPABLE, 0);
	r = cgroups_join(&c->cgroups, getpid(), &f);
	if (r == 0)
		r = process_set_oom_score(getpid(), &c->process, &f);
	if (r == 0) {
		r = process_join(fds, n);
		if (r < 0)
			fault_set(&f, -r, "join the namespaces: %s", strerror(-r));
	}
	if (r == 0) {
		pid = process_clone(CLONE_PARENT);
		if (pid == 0)
			joined_main(c);
		if (pid > 0 && write(c->start_fd, &pid, sizeof(pid)) == sizeof(pid))
			_exit(0);
		fault_set(&f, errno, "fork: %s", strerror(errno));
	}
	sync_send(c->sync_fd, &f);
	_exit(1);
}

/* An end of the connection without a word is success: the payload was executed. */
static int await_payload(struct container *c, pid_t pid, struct fault *f)
{
	int r;

	c->peer_fd = safe_close(c->peer_fd);
	r = sync_receive(c->sync_fd, f);
	if (pid > 0)
		c->exit_status = process_reap(pid);
	return r == -ECONNRESET && pid > 0 ? 0 : r;
}

static int exec_run(struct container *c, struct fault *f)
{
	int fds[8], pair[2], pids[2];
	pid_t between, pid = -1;
	size_t n = 0;
	int r = open_namespaces(c, fds, &n, f);

	/* The caller's: that of the container may be anything. init_close_inherited() needs it. */
	c->proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (r == 0 && c->proc_fd < 0)
		r = fault_path(f, errno, "open", "/proc");
	if (r == 0 && (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0 ||
		       pipe2(pids, O_CLOEXEC) < 0))
		r = fault_set(f, errno, "make a socket pair: %s", strerror(errno));
	if (r == 0) {
		c->sync_fd = pair[1];
		c->start_fd = pids[1];
		between = fork();
		if (between == 0)
			between_main(c, fds, n);
		c->sync_fd = pair[0];
		c->peer_fd = pair[1];
		c->start_fd = safe_close(c->start_fd);
		if (read(pids[0], &pid, sizeof(pid)) != sizeof(pid))
			pid = -1;
		safe_close(pids[0]);
		if (between > 0)
			process_reap(between);
		r = await_payload(c, pid, f);
	}
	while (n > 0)
		safe_close(fds[--n]);
	return r;
}

static const struct stage stages_exec[] = {
	{ "payload", exec_run, NULL },
	{ 0 },
};

int container_exec(struct container *c, const struct exec_options *o, struct fault *f)
{
	int r = exec_load(c, f);

	if (r == 0)
		r = exec_process(c, o, f);
	return r < 0 ? r : stages_run(STAGES_EXEC, stages_exec, c, f);
}
