/* SPDX-License-Identifier: Apache-2.0 */
/*
 * observe: runs cases under a runtime and writes facts. It is static, reads no JSON, and has all
 * the effects of the kit; it expects nothing and judges nothing.
 *
 *   observe           starts the watchdog, then a child in a new mount and PID namespace
 *   - watchdog        session of its own; when the first process is gone, however, it ends the
 *                     namespace and removes the run's cgroups (watchdog.c)
 *   - init            private view of the host: read-only but for /run (tmpfs), /proc, cgroups
 *                     (sandbox.c); starts up to JOBS workers
 *     - worker        one case: mount namespace, /dev and subreaper of its own (subject.c);
 *                     with DENY a thread that answers system calls (supervisor.c)
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "conformance/calls.h"
#include "conformance/case.h"
#include "conformance/sha256.h"

#define SCRATCH "/run/maskspec"
#define CASES SCRATCH "/cases" /* the bundles; each is looked into by itself */
#define SANDBOX_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

enum cgroup_layout { CGROUP_AUTO, CGROUP_V1, CGROUP_V2 };

struct options {
	const char *runtime; /* absolute path */
	char **runtime_args; /* global flags */
	size_t n_runtime_args;
	const char *out;
	int out_fd; /* opened on the host's own mount: stays writable */
	int exe_fd; /* this program, to be copied in as the probe */
	const char *run_id;
	int timeout_ms; /* of one phase */
	unsigned int jobs;
	unsigned int most_tasks; /* of the whole run; 0: not bounded */
	enum cgroup_layout cgroup;
	struct denial deny; /* what the kernel does not do for the runtime */
	bool after_preflight;
	struct text header; /* `h` records of every facts file */
	char **cases;
	size_t n_cases;
};

/* Facts under construction: rows go to @rows, which is written whole at the end. */
struct observation {
	const struct options *opt;
	const struct test_case *c;
	const char *case_text;
	unsigned int index;
	unsigned long create_usec; /* the least that one took to its end; 0: none yet */
	unsigned int bad_moments;  /* at which a create was killed that left something */
	struct text rows;
};

_printf_(8, 9) void fact(struct observation *o, const char *container, const char *phase,
			 enum identity as, enum op op, const char *path, const char *result,
			 const char *value, ...);

/* command.c ------------------------------------------------------------------------------- */
#define COMMAND_FLOOD (1u << 20) /* output that ends a command */
struct command_result {
	int status; /* as waitpid() gives it; -errno when it could not be started */
	bool deadline, flood;
	unsigned long usec;
	pid_t enter;		 /* set before: runs in the mount namespace of this process; 0 */
	unsigned int nofile;	 /* set before: RLIMIT_NOFILE; 0: as it is */
	unsigned long kill_usec; /* set before: SIGKILL after so many microseconds; 0: never */
	struct text out, err;	 /* the last 4 KiB of each at most */
};
void command_free(struct command_result *r);
#define _cleanup_command_ _cleanup_(command_free)
/* Runs @argv in @cwd with the fixed environment; SIGCHLD must be blocked (worker_init()). */
void command_run(char *const *argv, const char *cwd, int timeout_ms, struct command_result *ret);
/* Waits for @pid, a child or adopted child, until the deadline: true when it is gone. */
bool wait_gone(pid_t pid, int fd_ready, int timeout_ms, bool *ret_ready);
/* Children that ended without being waited for. */
void reap(void);
/* Number of living descendants of this process. */
unsigned int descendants(void);
/* Why @pid can't be a container's process, left by a command of ours; NULL when it can. */
const char *container_pid_fault(pid_t pid);
/* Kills them, also those that fork while they are being killed. */
void end_descendants(void);
void worker_signals(void);
unsigned long now_usec(void);

/* supervisor.c ----------------------------------------------------------------------------- */
/* 0 where the kernel lets a supervisor answer in its place, and let calls go on (5.5). */
int supervisor_probe(void);
/* In a worker: starts to deny @d to what supervisor_enter() is called in. */
int supervisor_start(const struct denial *d);
/* In a child, last before it executes the runtime; 0 also where nothing is denied. */
int supervisor_enter(void);
/* A container's start begins, or has ended: calls are counted for the fault, until its program is
 * executed. */
void supervisor_count(bool open);
/* How often each call was denied and let through, up to now. */
void supervisor_facts(struct observation *o);

/* sandbox.c -------------------------------------------------------------------------------- */
/* Without root everything is done in a user namespace that maps the user's own ids to themselves:
 * the driver has all capabilities in it, the runtime, once executed, has none. */
bool is_root(void);
/* Writes the maps of @init. */
int sandbox_map(pid_t init);
/* What this user can't have, one a line; "" for root. */
const char *sandbox_limits(void);
/* Each returns 0, or a negative errno with the step named in @ret_step. */
int sandbox_init(const struct options *o, const char **ret_step);
int sandbox_worker(const char **ret_step);
/* "v1" or "v2": what the runtime sees, from /sys/fs/cgroup now. */
const char *sandbox_cgroup_name(void);

/* tree.c ----------------------------------------------------------------------------------- */
/* Makes the tree of @c below @rootfs, all ids shifted by @shift. In a rootless case what should be
 * another owner's stays the user's: the judges know (judge/users.c). */
int tree_make(const struct test_case *c, int rootfs, unsigned int shift, const char **ret_path);
/* Digest of everything at @path below @rootfs: names, types, modes, owners, contents. */
int tree_digest(int rootfs, const char *path, char hex[SHA256_HEX]);
/* Makes a file in the directory @path below @rootfs and removes it: 0, or what stood against it. */
int tree_write(int rootfs, const char *path);
/* Opens the file @path below @rootfs for writing, and no more: 0, or what stood against it. */
int tree_open(int rootfs, const char *path);
/* Entries below @dir, to @depth, whose name holds @part, without those of CASES. -1: @dir can't be
 * read. */
int count_named(const char *dir, const char *part, int depth);
/* Appends up to @max leaf directories of the real sysfs, sorted, one a line. */
size_t sysfs_leaves(size_t max, struct text *out);

/* host.c ----------------------------------------------------------------------------------- */
/* Appends the `h` records of host and runtime. */
void header_host(const struct options *o, struct text *out);
void header_runtime(const struct options *o, struct text *out);

/* subject.c -------------------------------------------------------------------------------- */
/* Runs one case to its end; facts are written to the out folder. Never returns an error: what
 * went wrong is a fact, or the facts are missing, which the judge takes as broken. */
void observe_case(const struct options *o, const char *path, unsigned int index);

/* limit.c ---------------------------------------------------------------------------------- */
/* Bounds the tasks of this process and its descendants; the bound, or 0 where none can be had. */
unsigned int limit_tasks(const char *run_id, unsigned int jobs);

/* watchdog.c ------------------------------------------------------------------------------- */
struct watchdog {
	pid_t pid;
	int fd; /* end of the pipe; closed by any death of its holder */
};
/* @traces: an instance of the tracer may be left, too. */
int watchdog_start(const char *run_id, bool traces, struct watchdog *ret);
/* Tells it which process is the namespace's init. */
int watchdog_arm(const struct watchdog *w, pid_t init);
/* Lets it clean up, and waits for it. */
void watchdog_finish(struct watchdog *w);
/* Lets go what the freezer holds in every cgroup that has @part in its path. */
void thaw_cgroups(const char *part);
