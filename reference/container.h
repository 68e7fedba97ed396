/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container from create to delete. Every command is a table of stages that is walked in order;
 * when one fails, those before it are undone in reverse, so that an error leaves nothing behind.
 *
 *   command   process                 table           file
 *   create    the caller's            stages_create   container.c
 *             the container's init    stages_init     init.c
 *   start     the caller's            stages_start    container.c
 *   delete    the caller's            stages_delete   container.c
 *   exec      the caller's            stages_exec     exec.c
 *             the new process         stages_joined   exec.c
 *   pause …   the caller's            stages_pause …  control.c
 */
#pragma once

#include "reference/cgroup.h"
#include "reference/mask.h"
#include "reference/spec_config.h"

struct container {
	const char *id, *state_root, *pid_file;
	const char *resources_file; /* of update */
	char *bundle; /* absolute; owned */
	const struct mask_strategy *strategy;
	int state_fd; /* of the container's own directory below state_root */
	char *config; /* text, owned */
	size_t config_size;
	struct spec spec;
	struct cgroups cgroups;

	pid_t pid; /* of init, in the caller's PID namespace; 0 before there is one */
	unsigned long long start_time; /* of @pid, in clock ticks since boot */
	cJSON *state;		       /* as read from the state directory; owned */
	bool force, all;

	bool groups_denied; /* setgroups(2) is, in the user namespace */

	int sync_fd;   /* between the caller of create and init */
	int peer_fd;   /* its other end; init closes it, to see the caller die */
	int listen_fd; /* where init waits for start */
	int start_fd;  /* the connection of start */

	/* In init only: */
	int proc_fd;   /* a procfs no mask can cover */
	int stage_fd;  /* the private tmpfs that holds the root and the null node */
	int root_fd;   /* the container's root */
	int null_fd;   /* the node that masks files */
	char *program; /* argv[0] found in PATH; owned */

	/* exec only: */
	struct spec_process process; /* what to run; borrowed from spec, exec_spec, exec_env */
	struct spec exec_spec;	     /* of --process */
	const char **exec_env;	     /* owned array of borrowed strings */
	int exit_status;	     /* as a shell gives it: 128 + signal */
};

struct stage {
	const char *name;
	int (*run)(struct container *c, struct fault *f);
	void (*undo)(struct container *c); /* may be NULL; must cope with @run having failed */
};

enum stage_table {
	STAGES_CREATE,
	STAGES_INIT,
	STAGES_START,
	STAGES_DELETE,
	STAGES_EXEC,
	STAGES_JOINED,
	STAGES_PAUSE,
	STAGES_RESUME,
	STAGES_UPDATE,
};

/* A table that may be edited before it is walked (seam.h). */
struct stages {
	struct stage stage[40];
	size_t n;
};

int stages_run(enum stage_table which, const struct stage *table, struct container *c,
	       struct fault *f);

/* Everything owned is released; processes and files are left alone. */
void container_init(struct container *c);
void container_done(struct container *c);

int container_create(struct container *c, struct fault *f);
int container_start(struct container *c, struct fault *f);
int container_delete(struct container *c, struct fault *f);
int container_kill(struct container *c, int sig, struct fault *f);
/* control.c: of a container that has cgroups. */
int container_pause(struct container *c, struct fault *f);
int container_resume(struct container *c, struct fault *f);
int container_update(struct container *c, struct fault *f);

/* Options of exec that replace a part of the container's own process. */
struct exec_options {
	const char *process_file, *cwd;
	const char *user; /* UID[:GID] */
	const char **env; /* NAME=VALUE, behind the container's own */
	size_t n_env;
	char **args; /* NULL-terminated */
};

/* Runs another process in the container and waits; its status is in c->exit_status. */
int container_exec(struct container *c, const struct exec_options *o, struct fault *f);

/* Reads and parses @path, or the bundle's config.json, through the config seam. */
int container_load_config(struct container *c, const char *path, struct fault *f);

/* The cgroups that create makes, while there is no state.json yet. */
#define STATE_JOURNAL "cgroups"

/* state.c ------------------------------------------------------------------------------------ */

int state_create_dir(struct container *c, struct fault *f);
void state_remove_dir(struct container *c);
/* Which process is init, for a delete after a create that was killed. */
int state_note_init(struct container *c, struct fault *f);
int state_save(struct container *c, struct fault *f);
/* Fills in pid, bundle, cgroups of an existing container. */
int state_load(struct container *c, struct fault *f);
/* "creating", "created", "running", "paused" or "stopped". */
const char *state_status(const struct container *c);
/* The OCI state as JSON text; caller frees. */
int state_print(const struct container *c, char **ret);
/* Start time of @pid, 0 when it is gone or a zombie. */
unsigned long long process_start_time(pid_t pid);
/* A socket named "start" in the state directory; bound by create, connected to by start. */
int state_listen(struct container *c, struct fault *f);
int state_connect(struct container *c, struct fault *f);

/* process.c ---------------------------------------------------------------------------------- */

/* Forks init into new and joined namespaces; fills c->pid, c->sync_fd. */
/* A fork with namespaces: 0 in the child. With CLONE_PARENT it is the caller's sibling. */
pid_t process_clone(unsigned long flags);
/* Status of a child as a shell gives it. */
int process_reap(pid_t pid);
int process_spawn(struct container *c, struct fault *f);
void process_kill(struct container *c);
/* Writes @text to /proc/@pid/@name: 0, or a negative errno. */
int process_write_proc(pid_t pid, const char *name, const char *text);
int process_set_oom_score(pid_t pid, const struct spec_process *p, struct fault *f);
/* Maps of the user namespace, and the score, both from outside. */
int process_write_maps(struct container *c, struct fault *f);
int process_set_limits(pid_t pid, const struct spec_process *p, struct fault *f);
/* Waits until @pid is gone or a zombie; -ETIMEDOUT. */
int process_wait_gone(pid_t pid, unsigned long long start_time, int timeout_ms);
/* Joins the namespaces of @fds; what a user namespace must come first for is tried again. */
int process_join(const int *fds, size_t n);
int sync_send(int fd, const struct fault *f); /* @f NULL: all is well */
int sync_receive(int fd, struct fault *f);

/* userns.c ----------------------------------------------------------------------------------- */

/* -EPERM with the remedy where the caller can't do without a user namespace and gets none. */
int userns_needed(const struct spec *spec, struct fault *f);
/* From outside: the maps of c->pid. */
int userns_write_maps(struct container *c, struct fault *f);
/* Inside: becomes root of the container's user namespace, if it has one. */
int userns_enter(struct container *c, struct fault *f);
/* setgroups(2), or nothing where there is nothing to set and the namespace denies the call. */
int userns_set_groups(const struct container *c, size_t n, const uint32_t *groups);

/* init.c, rootfs.c, mounts.c, masks.c: stages of init ---------------------------------------- */

_Noreturn void init_main(struct container *c);
int init_prepare_identity(struct container *c, const struct spec_process *p, struct fault *f);
int init_find_program(struct container *c, const struct spec_process *p, struct fault *f);
int init_enter_workdir(const struct spec_process *p, struct fault *f);
int init_close_inherited(struct container *c, struct fault *f);
int init_execute(struct container *c, const struct spec_process *p, struct fault *f);

int rootfs_stage(struct container *c, struct fault *f);
int rootfs_null(struct container *c, struct fault *f);
int rootfs_workdir(struct container *c, struct fault *f);
int rootfs_readonly(struct container *c, struct fault *f);
int rootfs_pivot(struct container *c, struct fault *f);
/* Opens @path below the root, made where missing; as a directory or an empty file. */
int rootfs_open(struct container *c, const char *path, bool dir, struct fault *f);

int hooks_create_container(struct container *c, struct fault *f);
int hooks_start_container(struct container *c, struct fault *f);

int mounts_open_sources(struct container *c, struct fault *f);
int mounts_apply(struct container *c, struct fault *f);
int devices_create(struct container *c, struct fault *f);
int cgroup_mount(struct container *c, const struct spec_mount *m, struct fault *f);
/* Binds @from on @to, both O_PATH, and returns a descriptor of the new mount at @path. */
int bind_at(struct container *c, int from, int to, const char *path, bool recursive,
	    struct fault *f);

int masks_readonly_paths(struct container *c, struct fault *f);
int masks_masked_paths(struct container *c, struct fault *f);
/* The same for any list, from targets already resolved in @ctx. */
int masks_mask(struct container *c, struct mask_ctx *ctx, const struct strings *paths,
	       struct fault *f);
