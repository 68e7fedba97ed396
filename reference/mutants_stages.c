/* SPDX-License-Identifier: Apache-2.0 */
/* Faults in the order and the rest of a command's stages. */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>

#include "reference/mutants.h"
#include "reference/sys.h"

/* Tables ------------------------------------------------------------------------------------- */

struct stage *stage_find(struct stages *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (streq(s->stage[i].name, name))
			return &s->stage[i];
	return NULL;
}

static void insert(struct stages *s, size_t at, struct stage stage)
{
	memmove(&s->stage[at + 1], &s->stage[at], (s->n - at) * sizeof(stage));
	s->stage[at] = stage;
	s->n++;
}

void stage_append(struct stages *s, struct stage stage)
{
	insert(s, s->n, stage);
}

void stage_put_first(struct stages *s, struct stage stage)
{
	insert(s, 0, stage);
}

void stage_insert_after(struct stages *s, const char *name, struct stage stage)
{
	insert(s, (size_t)(stage_find(s, name) - s->stage) + 1, stage);
}

void stage_move(struct stages *s, const char *name, const char *before)
{
	struct stage *from = stage_find(s, name), moved = *from;
	size_t at = (size_t)(from - s->stage);

	memmove(from, from + 1, (s->n - at - 1) * sizeof(moved));
	s->n--;
	insert(s, (size_t)(stage_find(s, before) - s->stage), moved);
}

static int nothing(_unused_ struct container *c, _unused_ struct fault *f)
{
	return 0;
}

/* A process that belongs to nobody and holds nothing but itself. */
pid_t fault_leave_process(_unused_ struct container *c)
{
	pid_t pid = fork();

	if (pid == 0) {
		setsid();
		sys_close_range(0, ~0U, 0);
		sleep(600);
		_exit(0);
	}
	return pid;
}

static void leave_process(struct container *c)
{
	fault_leave_process(c);
}

void fault_leave_mount(struct container *c)
{
	_cleanup_free_ char *dir = NULL;

	if (asprintf(&dir, "%s/.left", c->state_root) < 0)
		return;
	mkdir(c->state_root, 0711);
	mkdir(dir, 0700);
	if (mount("left", dir, "tmpfs", 0, "mode=0700") < 0)
		rmdir(dir);
}

static int leave_mount_stage(struct container *c, _unused_ struct fault *f)
{
	fault_leave_mount(c);
	return 0;
}

static int leave_process_stage(struct container *c, _unused_ struct fault *f)
{
	leave_process(c);
	return 0;
}

/* Other containers --------------------------------------------------------------------------- */

bool another_container;
unsigned int other_containers;

static int look_for_others(struct container *c, _unused_ struct fault *f)
{
	DIR *dir = opendir(c->state_root);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		other_containers += entry->d_name[0] != '.' && !streq(entry->d_name, c->id);
	another_container = other_containers > 0;
	if (dir)
		closedir(dir);
	return 0;
}

STAGES_HOOK(stages_look_for_others)
{
	if (which == STAGES_CREATE)
		insert(s, 0, (struct stage){ "others", look_for_others, NULL });
}

/* The host's side ---------------------------------------------------------------------------- */

static int host_root(const struct container *c)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s%s%s", *c->spec.root_path == '/' ? "" : c->bundle,
		     *c->spec.root_path == '/' ? "" : "/", c->spec.root_path) < 0)
		return -ENOMEM;
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int fault_mask_host(struct container *c, _unused_ struct fault *f)
{
	_cleanup_close_ int root = host_root(c);

	for (size_t i = 0; root >= 0 && i < c->spec.masked_paths.n; i++) {
		_cleanup_close_ int fd =
			mask_lookup(root, c->spec.masked_paths.v[i], MASK_METHOD_AUTO);
		char name[32];
		struct stat st;

		if (fd < 0 || fstat(fd, &st) < 0)
			continue;
		snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
		if (S_ISDIR(st.st_mode))
			mount("tmpfs", name, "tmpfs", MS_RDONLY, "mode=0755");
		else
			mount("/dev/null", name, NULL, MS_BIND, NULL);
	}
	return 0;
}

int fault_load_config(struct container *c, struct fault *f)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/%s/config.json", c->state_root, c->id) < 0)
		return fault_path(f, ENOMEM, "read the state", c->id);
	return container_load_config(c, path, f);
}

int fault_unmask_host(struct container *c, struct fault *f)
{
	_cleanup_close_ int root = -EBADF;

	if (!c->state || fault_load_config(c, f) < 0)
		return 0;
	root = host_root(c);
	for (size_t i = c->spec.masked_paths.n; root >= 0 && i > 0; i--) {
		_cleanup_close_ int fd =
			mask_lookup(root, c->spec.masked_paths.v[i - 1], MASK_METHOD_AUTO);
		char name[32];

		snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
		if (fd >= 0)
			umount2(name, MNT_DETACH);
	}
	return 0;
}

STAGES_HOOK(stages_host_masks)
{
	if (which == STAGES_CREATE)
		stage_append(s, (struct stage){ "masks of the host", fault_mask_host, NULL });
	if (which == STAGES_DELETE)
		stage_insert_after(s, "stop",
				   (struct stage){ "unmask the host", fault_unmask_host, NULL });
}

STAGES_HOOK(stages_leak_superblock)
{
	if (which == STAGES_CREATE)
		stage_append(s, (struct stage){ "leak", leave_mount_stage, NULL });
}

/* Errors ------------------------------------------------------------------------------------- */

static int (*checked_masks)(struct container *c, struct fault *f);

static int masks_deferred(struct container *c, struct fault *f)
{
	struct fault now;

	(void)f;
	if (checked_masks(c, &now) < 0 && !deferred_fault.errnum)
		deferred_fault = now;
	return 0;
}

/* A payload that waits for somebody would wait for the error it is to be followed by. */
static void end_soon(pid_t pid)
{
	const struct timespec pause = { .tv_nsec = 10000000 };

	for (int i = 0; i < 20; i++) {
		if (waitpid(pid, NULL, WNOHANG) != 0)
			return;
		nanosleep(&pause, NULL);
	}
	kill(pid, SIGKILL);
	process_reap(pid);
}

/* The payload runs; then comes what should have come before it. */
static int report_late(struct container *c, struct fault *f)
{
	pid_t pid;

	if (!deferred_fault.errnum)
		return 0;
	pid = fork();
	if (pid == 0) {
		init_execute(c, &c->spec.process, f);
		_exit(127);
	}
	if (pid > 0)
		end_soon(pid);
	*f = deferred_fault;
	return -f->errnum;
}

/* What goes wrong with the masks is nobody's concern. */
static int masks_swallowed(struct container *c, _unused_ struct fault *f)
{
	struct fault ignored;

	checked_masks(c, &ignored);
	return 0;
}

STAGES_HOOK(stages_swallow)
{
	if (which != STAGES_INIT)
		return;
	checked_masks = stage_find(s, "maskedPaths")->run;
	stage_find(s, "maskedPaths")->run = masks_swallowed;
}

STAGES_HOOK(stages_refuse_late)
{
	if (which != STAGES_INIT)
		return;
	checked_masks = stage_find(s, "maskedPaths")->run;
	stage_find(s, "maskedPaths")->run = masks_deferred;
	stage_insert_after(s, "program", (struct stage){ "late report", report_late, NULL });
}

STAGES_HOOK(stages_refuse_mount)
{
	if (which == STAGES_CREATE)
		insert(s, 0, (struct stage){ "to be left", nothing, fault_leave_mount });
}

STAGES_HOOK(stages_refuse_cgroup)
{
	if (which == STAGES_CREATE)
		stage_find(s, "cgroups")->undo = NULL;
}

STAGES_HOOK(stages_refuse_state)
{
	if (which == STAGES_CREATE)
		stage_find(s, "state directory")->undo = NULL;
}

STAGES_HOOK(stages_refuse_process)
{
	if (which == STAGES_CREATE)
		insert(s, 0, (struct stage){ "to be left", nothing, leave_process });
}

STAGES_HOOK(stages_delete_no_cgroup)
{
	if (which == STAGES_DELETE)
		stage_find(s, "cgroups")->run = nothing;
}

STAGES_HOOK(stages_delete_no_state)
{
	if (which == STAGES_DELETE)
		stage_find(s, "state directory")->run = nothing;
}

STAGES_HOOK(stages_delete_process)
{
	if (which == STAGES_DELETE)
		stage_append(s, (struct stage){ "leave a process", leave_process_stage, NULL });
}

/* exec --------------------------------------------------------------------------------------- */

int fault_unmask_me(struct container *c, struct fault *f)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fault_set(f, errno, "unshare: %s", strerror(errno));
	for (size_t i = 0; i < c->spec.masked_paths.n; i++)
		umount2(c->spec.masked_paths.v[i], MNT_DETACH);
	return 0;
}

STAGES_HOOK(stages_exec_unmasked)
{
	if (which == STAGES_JOINED)
		stage_insert_after(s, "root of the user namespace",
				   (struct stage){ "unmask", fault_unmask_me, NULL });
}

/* Late masks --------------------------------------------------------------------------------- */

static int late_stage = -EBADF;

/* A tmpfs on top of the root, which its own `..` leads to; it holds the null node for a while. */
static int late_null(struct mask_ctx *ctx)
{
	if (mount("maskref", "/", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0711") < 0)
		return -errno;
	late_stage = openat(ctx->root_fd, "..", O_PATH | O_CLOEXEC);
	if (late_stage < 0)
		return -errno;
	if (mknodat(late_stage, "null", S_IFCHR | 0666, makedev(1, 3)) == 0) {
		ctx->null_fd = openat(late_stage, "null", O_PATH | O_CLOEXEC);
		return mask_remount(late_stage, MS_RDONLY, 0);
	}
	/* A user namespace: the container's is the host's, bound. */
	ctx->null_fd = mask_lookup(ctx->root_fd, "/dev/null", MASK_METHOD_AUTO);
	return ctx->null_fd < 0 ? ctx->null_fd : 0;
}

/* All targets are looked up by now: the stage on the root would catch every `..` that ends there.*/
PLAN_HOOK(plan_late)
{
	int r = late_null(ctx);

	if (r < 0)
		return mask_fail(err, "late stage", -r, "/");
	return plan_without_verify(c->strategy, targets, n, ret, err);
}

/* Masks the root of this process; a procfs is at hand in c->proc_fd. */
int fault_mask_late(struct container *c, struct fault *f)
{
	_cleanup_(mask_end) struct mask_ctx ctx = MASK_CTX_INIT;
	_cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct mask_error err;
	char name[32];
	int r;

	ctx.root_fd = root;
	ctx.proc_fd = c->proc_fd;
	if (c->spec.masked_paths.n == 0)
		return 0;
	if (mask_begin(&ctx, &err) < 0)
		return fault_path(f, err.errnum, err.step, err.path);
	r = masks_mask(c, &ctx, &c->spec.masked_paths, f);
	safe_close(ctx.null_fd);
	snprintf(name, sizeof(name), "self/fd/%d", late_stage);
	if (late_stage >= 0 && umount2(name, MNT_DETACH) < 0 && r == 0)
		r = fault_set(f, errno, "late stage: %s", strerror(errno));
	return r;
}

STAGES_HOOK(stages_late_start)
{
	if (which != STAGES_INIT)
		return;
	stage_find(s, "maskedPaths")->run = nothing;
	stage_move(s, "ready", "restore RLIMIT_NOFILE");
	stage_move(s, "wait for start", "restore RLIMIT_NOFILE");
	stage_insert_after(s, "wait for start", (struct stage){ "late masks", fault_mask_late, NULL });
}

/* Joins the user and the mount namespace of init. */
static int join_container(const struct container *c)
{
	static const char *const names[] = { "user", "mnt" };
	int fds[2];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char path[64];

		if (i == 0 && !spec_namespace(&c->spec, CLONE_NEWUSER))
			continue;
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)c->pid, names[i]);
		fds[n++] = open(path, O_RDONLY | O_CLOEXEC);
	}
	return process_join(fds, n);
}

int fault_inside(struct container *c, void (*work)(const struct container *c), struct fault *f)
{
	pid_t pid;

	if (!c->spec.tree && fault_load_config(c, f) < 0)
		return -f->errnum;
	pid = fork();
	if (pid == 0) {
		if (join_container(c) == 0)
			work(c);
		_exit(0);
	}
	if (pid > 0)
		process_reap(pid);
	return 0;
}

static _Noreturn void mask_container(struct container *c)
{
	struct timespec pause = { .tv_nsec = 50000000 };
	struct fault f = { 0 };

	nanosleep(&pause, NULL);
	c->proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (join_container(c) < 0 || fault_mask_late(c, &f) < 0)
		_exit(1);
	_exit(0);
}

static int mask_from_outside(struct container *c, struct fault *f)
{
	pid_t pid;

	if (fault_load_config(c, f) < 0)
		return -f->errnum;
	pid = fork();
	if (pid == 0)
		mask_container(c);
	if (pid > 0)
		process_reap(pid);
	return 0;
}

STAGES_HOOK(stages_late_payload)
{
	if (which == STAGES_INIT)
		stage_find(s, "maskedPaths")->run = nothing;
	if (which == STAGES_START)
		stage_append(s, (struct stage){ "late masks", mask_from_outside, NULL });
}
