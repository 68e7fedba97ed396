/* SPDX-License-Identifier: Apache-2.0 */
/*
 * function_graph tells when each of some functions was called, in which task, and how long it took,
 * time asleep in it included. What one of them takes inside another is taken off the other, so the
 * costs of a phase add up. Debian's cloud kernels have no function profiler, which would do this.
 */
#include "vm/storm.h"

#include <fcntl.h>

#define TRACING "/sys/kernel/tracing/"
#define TASKS_MAX 512
#define DEPTH_MAX 48
#define NAME_MAX_ 64

enum cause {
	CAUSE_MOUNT,	  /* the rest of the calls that mount */
	CAUSE_SUPERBLOCK, /* made and let go, the parts below excepted */
	CAUSE_LIST_LRU,	  /* of a superblock, an entry a memory cgroup up to 5.17 */
	CAUSE_SHRINKER,	  /* registered and unregistered */
	CAUSE_GRACE,	  /* RCU grace periods waited for */
	CAUSE_NAMESPACE,  /* namespaces copied and taken down, mounts put in and out of them */
	CAUSE_CGROUP,	  /* memory cgroups made and removed */
	CAUSE_LOCK,	  /* asleep for a lock, of the function that it is called by */
	N_CAUSES,
};

static const char *const causes[] = {
	[CAUSE_MOUNT] = "mount",       [CAUSE_SUPERBLOCK] = "superblock",
	[CAUSE_LIST_LRU] = "list_lru", [CAUSE_SHRINKER] = "shrinker",
	[CAUSE_GRACE] = "grace",       [CAUSE_NAMESPACE] = "namespace",
	[CAUSE_CGROUP] = "cgroup",
};

/* The names of all kernels from 4.18 on; each has some of them. */
static const struct {
	const char *name;
	enum cause cause;
} functions[] = {
	{ "__x64_sys_mount", CAUSE_MOUNT },
	{ "__x64_sys_umount", CAUSE_MOUNT },
	{ "__x64_sys_pivot_root", CAUSE_MOUNT },
	{ "__x64_sys_open_tree", CAUSE_MOUNT },
	{ "__x64_sys_move_mount", CAUSE_MOUNT },
	{ "__x64_sys_mount_setattr", CAUSE_MOUNT },
	{ "__x64_sys_fsconfig", CAUSE_MOUNT },
	{ "__x64_sys_fsmount", CAUSE_MOUNT },
	{ "mount_fs", CAUSE_SUPERBLOCK },     /* up to 5.0 */
	{ "vfs_get_tree", CAUSE_SUPERBLOCK }, /* from 5.1 */
	{ "shmem_fill_super", CAUSE_SUPERBLOCK },
	{ "sget_userns", CAUSE_SUPERBLOCK },
	{ "sget_fc", CAUSE_SUPERBLOCK },
	{ "cleanup_mnt", CAUSE_SUPERBLOCK },
	{ "deactivate_super", CAUSE_SUPERBLOCK },
	{ "destroy_super_work", CAUSE_SUPERBLOCK },
	{ "__list_lru_init", CAUSE_LIST_LRU },
	{ "list_lru_destroy", CAUSE_LIST_LRU },
	{ "memcg_list_lru_alloc", CAUSE_LIST_LRU },	  /* from 5.18 */
	{ "memcg_update_all_list_lrus", CAUSE_LIST_LRU }, /* up to 5.17 */
	{ "prealloc_shrinker", CAUSE_SHRINKER },	  /* up to 6.6 */
	{ "register_shrinker_prepared", CAUSE_SHRINKER }, /* up to 6.6 */
	{ "unregister_shrinker", CAUSE_SHRINKER },	  /* up to 6.6 */
	{ "shrinker_alloc", CAUSE_SHRINKER },		  /* from 6.7 */
	{ "shrinker_register", CAUSE_SHRINKER },	  /* from 6.7 */
	{ "shrinker_free", CAUSE_SHRINKER },		  /* from 6.7 */
	{ "synchronize_rcu", CAUSE_GRACE },
	{ "synchronize_sched", CAUSE_GRACE }, /* what the former is up to 4.20 */
	{ "synchronize_rcu_expedited", CAUSE_GRACE },
	{ "synchronize_sched_expedited", CAUSE_GRACE },
	{ "synchronize_srcu", CAUSE_GRACE },
	{ "copy_mnt_ns", CAUSE_NAMESPACE },
	{ "put_mnt_ns", CAUSE_NAMESPACE },
	{ "namespace_unlock", CAUSE_NAMESPACE },
	{ "attach_recursive_mnt", CAUSE_NAMESPACE },
	{ "umount_tree", CAUSE_NAMESPACE },
	{ "dissolve_on_fput", CAUSE_NAMESPACE },
	{ "lock_mount", CAUSE_NAMESPACE },
	{ "do_lock_mount", CAUSE_NAMESPACE },
	{ "mem_cgroup_css_alloc", CAUSE_CGROUP },
	{ "mem_cgroup_css_online", CAUSE_CGROUP },
	{ "mem_cgroup_css_offline", CAUSE_CGROUP },
	{ "memcg_drain_all_list_lrus", CAUSE_CGROUP }, /* up to 5.17 */
	{ "memcg_reparent_list_lrus", CAUSE_CGROUP },  /* from 5.18 */
	{ "rwsem_down_write_failed", CAUSE_LOCK },     /* up to 5.2 */
	{ "rwsem_down_read_failed", CAUSE_LOCK },
	{ "rwsem_down_write_slowpath", CAUSE_LOCK },
	{ "rwsem_down_read_slowpath", CAUSE_LOCK },
	{ "__mutex_lock_slowpath", CAUSE_LOCK },
};
#define N_FUNCTIONS ARRAY_SIZE(functions)

/* Times by function, and those of locks by the cause that they are taken for. */
struct tally {
	unsigned long calls;
	double us;
};

struct frame_open {
	size_t function;
	double inside; /* microseconds of those called by it */
};

struct task {
	long pid;
	size_t depth;
	struct frame_open open[DEPTH_MAX];
};

struct reading {
	struct tally by_function[N_FUNCTIONS][N_CAUSES];
	struct task tasks[TASKS_MAX];
	size_t n_tasks;
};

/* Setting it up ------------------------------------------------------------------------------ */

static void set(const char *file, const char *value)
{
	_cleanup_free_ char *path = xasprintf(TRACING "%s", file);
	int r = write_existing(path, value);

	if (r < 0)
		storm_die("%s: %s: %s", path, value, errno_name(-r));
}

/* Those that this kernel has; a name that it has not is EINVAL. */
static size_t choose_functions(void)
{
	size_t i, n = 0;

	for (i = 0; i < N_FUNCTIONS; i++) {
		_cleanup_close_ int fd = open(TRACING "set_ftrace_filter",
					      O_WRONLY | O_CLOEXEC | (i ? O_APPEND : O_TRUNC));

		if (fd >= 0 && write(fd, functions[i].name, strlen(functions[i].name)) > 0)
			n++;
	}
	return n;
}

const char *trace_open(void)
{
	_cleanup_free_ char *tracers = NULL;

	if (read_file_at(AT_FDCWD, TRACING "available_tracers", 4096, &tracers, NULL) < 0)
		return "no tracefs";
	if (!strstr(tracers, "function_graph"))
		return "no tracer function_graph";
	set("tracing_on", "0");
	if (!choose_functions())
		return "no function can be chosen";
	set("current_tracer", "function_graph");
	set("buffer_size_kb", "16384");
	set("options/funcgraph-proc", "1");
	set("options/funcgraph-tail", "1");
	set("options/funcgraph-cpu", "0");
	set("options/funcgraph-overhead", "0");
	return NULL;
}

void trace_begin(void)
{
	_cleanup_close_ int fd = open(TRACING "trace", O_WRONLY | O_TRUNC | O_CLOEXEC);

	if (fd < 0)
		storm_die(TRACING "trace: %s", errno_name(errno));
	set("tracing_on", "1");
}

/* Reading it --------------------------------------------------------------------------------- */

static struct task *task_of(struct reading *r, long pid)
{
	size_t i;

	for (i = 0; i < r->n_tasks; i++)
		if (r->tasks[i].pid == pid)
			return &r->tasks[i];
	if (r->n_tasks == TASKS_MAX)
		storm_die("more than %d tasks mount at once", TASKS_MAX);
	r->tasks[r->n_tasks] = (struct task){ .pid = pid };
	return &r->tasks[r->n_tasks++];
}

/* N_FUNCTIONS: none of ours. */
static size_t function_of(const char *name)
{
	size_t i, n = strcspn(name, "( ");

	for (i = 0; i < N_FUNCTIONS; i++)
		if (strlen(functions[i].name) == n && strncmp(functions[i].name, name, n) == 0)
			break;
	return i;
}

/* A lock taken in a mount call, outside of a superblock, is that of all namespaces. */
static enum cause blamed(const struct task *t, size_t function)
{
	enum cause cause = functions[function].cause;
	size_t i = t->depth;

	if (cause != CAUSE_LOCK)
		return cause;
	while (i && cause == CAUSE_LOCK)
		cause = functions[t->open[--i].function].cause;
	return cause == CAUSE_MOUNT || cause == CAUSE_LOCK ? CAUSE_NAMESPACE : cause;
}

static void count(struct reading *r, struct task *t, size_t function, double us, double inside)
{
	struct tally *x = &r->by_function[function][blamed(t, function)];

	x->calls++;
	x->us += us > inside ? us - inside : 0;
	if (t->depth)
		t->open[t->depth - 1].inside += us;
}

static void enter(struct task *t, size_t function)
{
	if (t->depth == DEPTH_MAX)
		storm_die("functions are nested deeper than %d", DEPTH_MAX);
	t->open[t->depth++] = (struct frame_open){ .function = function };
}

/* One that was running when tracing began has no beginning. */
static void leave(struct reading *r, struct task *t, size_t function, double us)
{
	double inside;

	if (!t->depth || t->open[t->depth - 1].function != function)
		return;
	inside = t->open[--t->depth].inside;
	count(r, t, function, us, inside);
}

/* "TASK-PID | DURATION us | NAME();", "… | NAME() {" or "… | } / * NAME * /"; others tell of
 * switches. */
static void take_line(struct reading *r, char *line)
{
	char *duration = strchr(line, '|'), *name, *dash;
	struct task *t;
	double us;

	name = duration ? strchr(duration + 1, '|') : NULL;
	if (!name || strstr(line, "=>"))
		return;
	*duration++ = *name++ = '\0';
	dash = strrchr(line, '-');
	if (!dash)
		return;
	name += strspn(name, " ");
	t = task_of(r, strtol(dash + 1, NULL, 10));
	us = strtod(duration, NULL);
	if (strip_prefix(name, "} /* "))
		leave(r, t, function_of(name + strlen("} /* ")), us);
	else if (function_of(name) == N_FUNCTIONS)
		return;
	else if (strchr(name, '{'))
		enter(t, function_of(name));
	else
		count(r, t, function_of(name), us, 0);
}

static struct reading *read_trace(void)
{
	_cleanup_fclose_ FILE *f = fopen(TRACING "trace", "re");
	struct reading *r = xcalloc(1, sizeof(*r));
	_cleanup_free_ char *line = NULL;
	size_t room = 0;

	if (!f)
		storm_die(TRACING "trace: %s", errno_name(errno));
	while (getline(&line, &room, f) >= 0)
		if (*line != '#')
			take_line(r, line);
	return r;
}

static unsigned long lost(void)
{
	unsigned long sum = 0, n;
	unsigned int cpu;

	for (cpu = 0;; cpu++) {
		_cleanup_free_ char *path = xasprintf(TRACING "per_cpu/cpu%u/stats", cpu);
		_cleanup_free_ char *text = NULL;
		const char *at;

		if (read_file_at(AT_FDCWD, path, 4096, &text, NULL) < 0)
			return sum;
		at = strstr(text, "overrun: ");
		n = at ? strtoul(at + strlen("overrun: "), NULL, 10) : 0;
		sum += n;
	}
}

void trace_end(struct text *out, const char *subject, const char *phase)
{
	_cleanup_free_ struct reading *r = NULL;
	size_t i, c;

	set("tracing_on", "0");
	r = read_trace();
	for (i = 0; i < N_FUNCTIONS; i++) {
		for (c = 0; c < N_CAUSES; c++) {
			const struct tally *x = &r->by_function[i][c];

			if (x->calls)
				text_addf(out, "cost\t%s\t%s\t%s%s\t%s\t%lu\t%.0f\n", subject,
					  phase, causes[c],
					  functions[i].cause == CAUSE_LOCK ? " lock" : "",
					  functions[i].name, x->calls, x->us);
		}
	}
	if (lost())
		text_addf(out, "lost\t%lu\n", lost());
}
