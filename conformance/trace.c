/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/trace.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "conformance/subject.h"
#include "conformance/trace_text.h"

#define BUFFER_KB "2048" /* of each processor: some 40000 calls */
#define TRACE_MAX (64u << 20)
#define MARK "maskspec"
#define CONTROL_MOUNTS 3
#define PLACE SCRATCH "/tmp"

struct tracer {
	int dir;	     /* of the instance; < 0: none */
	int parent;	     /* the folder that it lies in */
	char *name;	     /* of the instance */
	unsigned int traced; /* bit of each function that the kernel has, 8 an event */
};
static struct tracer tracer = { .dir = -EBADF, .parent = -EBADF }; /* a worker has one case */

static unsigned int bit_of(size_t event, size_t function)
{
	return 1u << (event * 8 + function);
}

/* Files of tracefs ------------------------------------------------------------------------- */

static int put(const char *file, const char *s, int flags)
{
	_cleanup_close_ int fd = openat(tracer.dir, file, O_WRONLY | O_CLOEXEC | flags);

	if (fd < 0)
		return -errno;
	if (*s && write(fd, s, strlen(s)) < 0)
		return -errno;
	return 0;
}

/* Mounted for a moment, whether the host has it mounted or not: the descriptor keeps it. */
static int open_instances(const char *place)
{
	int fd, r;

	if (mount("tracefs", place, "tracefs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return -errno;
	{
		_cleanup_free_ char *path = xasprintf("%s/instances", place);

		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		r = fd < 0 ? -errno : fd;
	}
	umount2(place, MNT_DETACH);
	return r;
}

/* Without a filter every function of the kernel would be traced. */
static int set_filter(void)
{
	size_t i, j;
	int r = put("set_ftrace_filter", "", O_TRUNC);

	for (i = 0; r == 0 && i < TRACE_EVENTS; i++) {
		for (j = 0; r == 0 && j < TRACE_FUNCTIONS; j++) {
			const char *name = trace_events[i].functions[j];
			_cleanup_free_ char *line = name ? xasprintf("%s\n", name) : NULL;

			if (!line)
				continue;
			r = put("set_ftrace_filter", line, O_APPEND);
			if (r == 0)
				tracer.traced |= bit_of(i, j);
			else if (r == -EINVAL)
				r = 0;
		}
	}
	return r == 0 && !tracer.traced ? -ENOENT : r;
}

/* Its own number outside of its PID namespace is told to no process, but the trace has it. */
static int own_pid(void)
{
	_cleanup_free_ char *text = NULL;
	int r = put("trace_marker", MARK, 0);

	if (r == 0)
		r = read_file_at(tracer.dir, "trace", TRACE_MAX, &text, NULL);
	return r < 0 ? r : trace_pid_of(text, MARK);
}

static int follow_own(void)
{
	_cleanup_free_ char *pid = NULL;
	int r = own_pid();

	if (r < 0)
		return r;
	pid = xasprintf("%d", r);
	r = put("trace_options", "function-fork", 0);
	return r < 0 ? r : put("set_ftrace_pid", pid, O_TRUNC);
}

/* Setting up ------------------------------------------------------------------------------- */

static int check_enabled(void)
{
	_cleanup_free_ char *text = NULL;

	if (read_file_at(AT_FDCWD, "/proc/sys/kernel/ftrace_enabled", 16, &text, NULL) < 0)
		return 0;
	return *text == '0' ? -EBUSY : 0;
}

static int make_instance(const struct observation *o)
{
	tracer.name = xasprintf("%s-%u", o->opt->run_id, o->index);
	if (mkdirat(tracer.parent, tracer.name, 0700) < 0)
		return -errno;
	tracer.dir = openat(tracer.parent, tracer.name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return tracer.dir < 0 ? -errno : 0;
}

static int start(const struct observation *o, const char **ret_step)
{
	int r;

	*ret_step = "mount tracefs";
	tracer.parent = open_instances(PLACE);
	if (tracer.parent < 0)
		return tracer.parent;
	*ret_step = "kernel.ftrace_enabled is 0";
	if ((r = check_enabled()) < 0)
		return r;
	*ret_step = "make an instance of the tracer";
	if ((r = make_instance(o)) < 0)
		return r;
	*ret_step = "choose functions to trace";
	if ((r = set_filter()) < 0)
		return r;
	*ret_step = "make its buffer larger";
	if ((r = put("buffer_size_kb", BUFFER_KB, 0)) < 0)
		return r;
	*ret_step = "follow the driver and its children";
	if ((r = follow_own()) < 0)
		return r;
	*ret_step = "start the function tracer";
	if ((r = put("tracing_on", "0", 0)) < 0)
		return r;
	return put("current_tracer", "function", 0);
}

static void stop(void)
{
	if (tracer.dir >= 0) {
		put("current_tracer", "nop", 0);
		tracer.dir = safe_close(tracer.dir);
	}
	if (tracer.name && tracer.parent >= 0)
		unlinkat(tracer.parent, tracer.name, AT_REMOVEDIR);
	tracer.parent = safe_close(tracer.parent);
	free(tracer.name);
	tracer.name = NULL;
}

/* Counting --------------------------------------------------------------------------------- */

static int read_counts(struct trace_counts *ret)
{
	_cleanup_free_ char *text = NULL;
	int r = put("tracing_on", "0", 0);

	if (r == 0)
		r = read_file_at(tracer.dir, "trace", TRACE_MAX, &text, NULL);
	if (r == 0)
		trace_count(text, ret);
	return r;
}

static bool is_traced(size_t event)
{
	return tracer.traced & (0xffu << (event * 8));
}

static void say_counts(struct observation *o, const char *container, const char *phase)
{
	struct trace_counts c = { 0 };
	int r = read_counts(&c);
	size_t i;

	for (i = 0; i < TRACE_EVENTS; i++)
		fact(o, container, phase, AS_DRIVER, OP_TRACE, trace_events[i].name,
		     !is_traced(i) ? "unavailable"
		     : r < 0	   ? errno_name(r)
		     : c.overrun   ? "overrun"
				   : "ok",
		     "count=%u", c.n[i]);
}

/* Each mount is a superblock of its own, and each umount waits until nobody can look it up. */
static void control(struct observation *o)
{
	int i, made = 0;

	trace_open(o);
	for (i = 0; i < CONTROL_MOUNTS; i++)
		made += mount("control", PLACE, "tmpfs", 0, "size=4k") == 0 &&
			umount2(PLACE, MNT_DETACH) == 0;
	say_counts(o, NULL, "control");
	fact(o, NULL, "control", AS_DRIVER, OP_TRACE, "made", "ok", "count=%d", made);
}

void trace_begin(struct observation *o)
{
	const char *step = "";
	int r = start(o, &step);

	if (r < 0) {
		fact(o, NULL, "control", AS_DRIVER, OP_TRACE, "tracer", "unavailable", "%s: %s",
		     step, errno_name(r));
		stop();
		return;
	}
	fact(o, NULL, "control", AS_DRIVER, OP_TRACE, "tracer", "ok", "%s", "");
	control(o);
}

void trace_end(void)
{
	stop();
}

void trace_open(const struct observation *o)
{
	if (!o->c->trace || tracer.dir < 0)
		return;
	put("trace", "", O_TRUNC);
	put("tracing_on", "1", 0);
}

void trace_close(struct subject *s, const char *phase)
{
	if (s->o->c->trace && tracer.dir >= 0)
		say_counts(s->o, s->k->name, phase);
}

void trace_remove(const char *run_id)
{
	_cleanup_free_ char *prefix = xasprintf("%s-", run_id);
	struct dirent *e;
	int fd;
	DIR *d;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return;
	fd = open_instances("/run");
	d = fd < 0 ? NULL : fdopendir(fd);
	while (d && (e = readdir(d)))
		if (strip_prefix(e->d_name, prefix))
			unlinkat(fd, e->d_name, AT_REMOVEDIR);
	if (d)
		closedir(d);
}
