/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>

#include "reference/container.h"
#include "reference/seam.h"

struct seam seam;

void container_init(struct container *c)
{
	*c = (struct container){
		.state_root = "/run/maskref",
		.state_fd = -EBADF,
		.sync_fd = -EBADF,
		.peer_fd = -EBADF,
		.listen_fd = -EBADF,
		.start_fd = -EBADF,
		.proc_fd = -EBADF,
		.stage_fd = -EBADF,
		.root_fd = -EBADF,
		.null_fd = -EBADF,
	};
}

void container_done(struct container *c)
{
	int *fds[] = { &c->state_fd, &c->sync_fd,  &c->peer_fd, &c->listen_fd, &c->start_fd,
		       &c->proc_fd,  &c->stage_fd, &c->root_fd, &c->null_fd };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		closep(fds[i]);
	spec_done(&c->spec);
	spec_done(&c->exec_spec);
	free(c->exec_env);
	cgroups_done(&c->cgroups);
	cJSON_Delete(c->state);
	free(c->bundle);
	free(c->config);
	free(c->program);
}

int stages_run(enum stage_table which, const struct stage *table, struct container *c,
	       struct fault *f)
{
	struct stages s = { 0 };
	int r = 0;
	size_t i;

	for (; table->name; table++)
		s.stage[s.n++] = *table;
	if (seam.stages)
		seam.stages(which, &s);
	for (i = 0; i < s.n && r >= 0; i++)
		r = s.stage[i].run(c, f);
	if (r >= 0)
		return 0;
	/* The one that failed may have done a part of its work. */
	for (; i > 0; i--)
		if (s.stage[i - 1].undo)
			s.stage[i - 1].undo(c);
	return r;
}

static int prefix_fault(struct fault *f, const char *path, int r)
{
	struct fault inner = *f;

	return fault_set(f, -r, "%s: %.4000s", path, inner.text);
}

int container_load_config(struct container *c, const char *path, struct fault *f)
{
	int r = json_read_file(path, &c->config, &c->config_size, f);

	if (r < 0)
		return r;
	r = seam.config ? seam.config(&c->config, &c->config_size) : 0;
	if (r < 0)
		return fault_path(f, -r, "edit", path);
	r = spec_parse(c->config, c->config_size, &c->spec, f);
	return r < 0 ? prefix_fault(f, path, r) : 0;
}

/* create ------------------------------------------------------------------------------------- */

static int create_config(struct container *c, struct fault *f)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/config.json", c->bundle) < 0)
		return fault_path(f, ENOMEM, "read the bundle", c->bundle);
	return container_load_config(c, path, f);
}

/* So that delete finds them when create is killed before it can record them. */
static int make_cgroups(struct container *c, struct fault *f)
{
	int fd = openat(c->state_fd, STATE_JOURNAL, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	_cleanup_fclose_ FILE *journal = fd < 0 ? NULL : fdopen(fd, "w");
	int r;

	if (!journal) {
		safe_close(fd);
		return fault_path(f, errno, "write the journal of", c->id);
	}
	c->cgroups.journal = journal;
	r = cgroups_create(c->spec.cgroups_path, &c->cgroups, f);
	c->cgroups.journal = NULL;
	return r;
}

static int create_cgroups(struct container *c, struct fault *f)
{
	int r = c->spec.cgroups_path ? make_cgroups(c, f) : 0;

	if ((r == -EACCES || r == -EPERM || r == -EROFS) && geteuid() != 0)
		return fault_set(f, -r,
				 "linux.cgroupsPath: '%s' is not the user's to make; leave it out, "
				 "or name one below a cgroup that was delegated",
				 c->spec.cgroups_path);
	return r;
}

static void undo_cgroups(struct container *c)
{
	struct fault ignored;

	cgroups_remove(&c->cgroups, &ignored);
}

static int create_join_cgroups(struct container *c, struct fault *f)
{
	return cgroups_join(&c->cgroups, c->pid, f);
}

static int create_release(struct container *c, struct fault *f)
{
	int r = sync_send(c->sync_fd, NULL);

	return r < 0 ? fault_set(f, -r, "release init: %s", strerror(-r)) : 0;
}

static int create_await(struct container *c, struct fault *f)
{
	return sync_receive(c->sync_fd, f);
}

static int create_limits(struct container *c, struct fault *f)
{
	return process_set_limits(c->pid, &c->spec.process, f);
}

static int create_record(struct container *c, struct fault *f)
{
	_cleanup_fclose_ FILE *file = NULL;

	c->start_time = process_start_time(c->pid);
	if (!c->start_time)
		return fault_set(f, ESRCH, "init of the container is gone");
	if (c->pid_file) {
		file = fopen(c->pid_file, "we");
		if (!file || fprintf(file, "%d", (int)c->pid) < 0 || fflush(file) != 0)
			return fault_path(f, errno, "write the pid file", c->pid_file);
	}
	return state_save(c, f);
}

static void undo_record(struct container *c)
{
	if (c->pid_file)
		unlink(c->pid_file);
}

static const struct stage stages_create[] = {
	{ "config", create_config, NULL },
	{ "state directory", state_create_dir, state_remove_dir },
	{ "start socket", state_listen, NULL },
	{ "cgroups", create_cgroups, undo_cgroups },
	{ "spawn init", process_spawn, process_kill },
	{ "note init", state_note_init, NULL },
	{ "maps", process_write_maps, NULL },
	{ "join the cgroups", create_join_cgroups, NULL },
	{ "release init", create_release, NULL },
	{ "await init", create_await, NULL },
	{ "limits", create_limits, NULL },
	{ "record", create_record, undo_record },
	{ 0 },
};

int container_create(struct container *c, struct fault *f)
{
	return stages_run(STAGES_CREATE, stages_create, c, f);
}

/* start -------------------------------------------------------------------------------------- */

static int need_status(struct container *c, const char *a, const char *b, struct fault *f)
{
	const char *status = state_status(c);

	if (streq(status, a) || (b && streq(status, b)))
		return 0;
	return fault_set(f, EINVAL, "container '%s' is %s", c->id, status);
}

static int start_check(struct container *c, struct fault *f)
{
	return need_status(c, "created", NULL, f);
}

/* Init answers with its error, or its end of the connection closes when it becomes the payload. */
static int start_await(struct container *c, struct fault *f)
{
	struct fault got = { 0 };
	ssize_t n;

	do
		n = recv(c->start_fd, &got, sizeof(got), 0);
	while (n < 0 && errno == EINTR);
	if (n > 0 && got.errnum) {
		*f = got;
		return -got.errnum;
	}
	return n < 0 ? fault_set(f, errno, "start: %s", strerror(errno)) : 0;
}

static int start_mark(struct container *c, _unused_ struct fault *f)
{
	unlinkat(c->state_fd, "start", 0);
	return 0;
}

static const struct stage stages_start[] = {
	{ "state", state_load, NULL },		 { "check", start_check, NULL },
	{ "connect", state_connect, NULL },	 { "await the payload", start_await, NULL },
	{ "mark as running", start_mark, NULL }, { 0 },
};

int container_start(struct container *c, struct fault *f)
{
	return stages_run(STAGES_START, stages_start, c, f);
}

/* kill and delete ---------------------------------------------------------------------------- */

int container_kill(struct container *c, int sig, struct fault *f)
{
	int r = state_load(c, f);
	bool paused;

	if (r < 0)
		return r;
	paused = streq(state_status(c), "paused");
	if (!(c->all && cgroups_kill(&c->cgroups, sig) > 0)) {
		r = paused ? 0 : need_status(c, "created", "running", f);
		if (r < 0)
			return c->all ? 0 : r;
		if (kill(c->pid, sig) < 0)
			return fault_set(f, errno, "kill %d: %s", (int)c->pid, strerror(errno));
	}
	/* What is frozen doesn't even die. */
	return paused && sig == SIGKILL ? cgroups_freeze(&c->cgroups, false, f) : 0;
}

static int delete_stop(struct container *c, struct fault *f)
{
	const char *status = state_status(c);

	if (streq(status, "stopped"))
		return 0;
	if (!c->force)
		return fault_set(f, EBUSY, "container '%s' is %s", c->id, status);
	if (c->pid <= 0 || process_start_time(c->pid) != c->start_time)
		return 0;
	if (kill(c->pid, SIGKILL) < 0 && errno != ESRCH)
		return fault_set(f, errno, "kill %d: %s", (int)c->pid, strerror(errno));
	if (streq(status, "paused") && cgroups_freeze(&c->cgroups, false, f) < 0)
		return -f->errnum;
	if (process_wait_gone(c->pid, c->start_time, 5000) < 0)
		return fault_set(f, ETIMEDOUT, "process %d does not end", (int)c->pid);
	return 0;
}

static int delete_cgroups(struct container *c, struct fault *f)
{
	/* Without a PID namespace others may have outlived init. */
	cgroups_kill(&c->cgroups, SIGKILL);
	return cgroups_remove(&c->cgroups, f);
}

static int delete_state(struct container *c, _unused_ struct fault *f)
{
	state_remove_dir(c);
	return 0;
}

static const struct stage stages_delete[] = {
	{ "state", state_load, NULL },
	{ "stop", delete_stop, NULL },
	{ "cgroups", delete_cgroups, NULL },
	{ "state directory", delete_state, NULL },
	{ 0 },
};

int container_delete(struct container *c, struct fault *f)
{
	return stages_run(STAGES_DELETE, stages_delete, c, f);
}
