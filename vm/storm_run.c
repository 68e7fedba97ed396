/* SPDX-License-Identifier: Apache-2.0 */
#include "vm/storm.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#define LOG STORM_DIR "/log"
#define SETTLE_US 200000

/* Runtimes ----------------------------------------------------------------------------------- */

struct call {
	char *argv[STORM_MAX];
	size_t n;
};

static void call_free(struct call *c)
{
	while (c->n)
		free(c->argv[--c->n]);
}
#define _cleanup_call_ _cleanup_(call_free)

/* Takes @word. */
static void add(struct call *c, char *word)
{
	c->argv[c->n++] = word;
}

static void add_runtime(struct call *c, const struct subject *subject)
{
	size_t i;

	for (i = 0; i < subject->argc; i++)
		add(c, xstrdup(subject->argv[i]));
	add(c, xstrdup("--root"));
	add(c, xasprintf("/run/storm-%s", subject->label));
}

static char *pid_file(unsigned int i)
{
	return xasprintf(STORM_DIR "/%u/pid", i);
}

static void add_run(struct call *c, unsigned int i)
{
	static const char *const words[] = { "run", "--detach", "--pid-file" };
	size_t k;

	for (k = 0; k < ARRAY_SIZE(words); k++)
		add(c, xstrdup(words[k]));
	add(c, pid_file(i));
	add(c, xstrdup("--bundle"));
	add(c, bundle_path(i));
	add(c, xasprintf("storm-%u", i));
}

static void add_delete(struct call *c, unsigned int i)
{
	add(c, xstrdup("delete"));
	add(c, xasprintf("storm-%u", i));
}

static _Noreturn void become(struct call *c)
{
	int null = open("/dev/null", O_RDWR);
	int log = open(LOG, O_WRONLY | O_CREAT | O_APPEND, 0600);

	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	execv(c->argv[0], c->argv);
	dprintf(STDERR_FILENO, "%s: %s\n", c->argv[0], errno_name(errno));
	_exit(127);
}

static pid_t spawn(const struct subject *subject, void (*words)(struct call *, unsigned int),
		   unsigned int i)
{
	_cleanup_call_ struct call c = { .n = 0 };
	pid_t pid;

	add_runtime(&c, subject);
	words(&c, i);
	c.argv[c.n] = NULL;
	pid = fork();
	if (pid < 0)
		storm_die("fork: %s", errno_name(errno));
	if (pid == 0)
		become(&c);
	return pid;
}

static _Noreturn void die_of(const struct subject *subject, int status)
{
	_cleanup_free_ char *log = NULL;

	if (read_file_at(AT_FDCWD, LOG, 1 << 20, &log, NULL) < 0)
		log = xstrdup("");
	storm_die("%s ended with status %d: %.400s", subject->label,
		  WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), log);
}

/* All at once; microseconds until the last has ended. */
static unsigned long all(const struct storm *s, const struct subject *subject,
			 void (*words)(struct call *, unsigned int))
{
	pid_t pids[STORM_MAX];
	unsigned long start = storm_now_us();
	unsigned int i;
	int status;

	unlink(LOG);
	for (i = 0; i < s->containers; i++)
		pids[i] = spawn(subject, words, i);
	for (i = 0; i < s->containers; i++) {
		if (waitpid(pids[i], &status, 0) < 0)
			storm_die("waitpid: %s", errno_name(errno));
		if (status)
			die_of(subject, status);
	}
	return storm_now_us() - start;
}

/* Containers --------------------------------------------------------------------------------- */

static pid_t pid_of(const struct subject *subject, unsigned int i)
{
	_cleanup_free_ char *path = pid_file(i);
	_cleanup_free_ char *text = NULL;
	int r = read_file_at(AT_FDCWD, path, 64, &text, NULL);
	long pid = r < 0 ? 0 : strtol(text, NULL, 10);

	if (pid <= 0)
		storm_die("%s: %s: no pid in it", subject->label, path);
	return (pid_t)pid;
}

/* It may still be the child of a process of the runtime's that is about to end. */
static void await_end(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == ECHILD && kill(pid, 0) == 0)
		usleep(100);
}

/* The mounts of a namespace are gone when its last process can be waited for. */
static unsigned long kill_all(const struct storm *s, const struct subject *subject,
			      const pid_t *pids)
{
	unsigned long start = storm_now_us();
	unsigned int i;

	for (i = 0; i < s->containers; i++)
		if (kill(pids[i], SIGKILL) < 0)
			storm_die("%s: its container has ended by itself", subject->label);
	for (i = 0; i < s->containers; i++)
		await_end(pids[i]);
	return storm_now_us() - start;
}

static unsigned long start_all(const struct storm *s, const struct subject *subject,
			       pid_t pids[STORM_MAX])
{
	unsigned long us;
	unsigned int i;

	if (subject->loop)
		return loop_start(s, pids);
	us = all(s, subject, add_run);
	for (i = 0; i < s->containers; i++)
		pids[i] = pid_of(subject, i);
	return us;
}

static unsigned long delete_all(const struct storm *s, const struct subject *subject)
{
	unsigned long start = storm_now_us();
	unsigned int i;

	if (!subject->loop)
		return all(s, subject, add_delete);
	for (i = 0; i < s->containers; i++)
		cgroup_leave(i);
	return storm_now_us() - start;
}

static int compare(const void *a, const void *b)
{
	const dev_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static unsigned int distinct(dev_t *devices, unsigned int n)
{
	unsigned int i, found = 0;

	qsort(devices, n, sizeof(*devices), compare);
	for (i = 0; i < n; i++)
		found += i == 0 || devices[i] != devices[i - 1];
	return found;
}

/* Of the masks of container 0; dies where one is missing, as what is timed would be something else.
 */
static unsigned int superblocks(const struct storm *s, const struct subject *subject, pid_t pid)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/mountinfo", pid);
	_cleanup_free_ dev_t *devices = xcalloc(s->masks, sizeof(*devices));
	_cleanup_free_ char *text = NULL;
	int r = read_file_at(AT_FDCWD, path, 16 << 20, &text, NULL);
	unsigned int n = 0, major, minor;
	char *rest = text, *line, point[256];

	while (r == 0 && (line = next_line(&rest)))
		if (sscanf(line, "%*d %*d %u:%u %*s %255s", &major, &minor, point) == 3 &&
		    strip_prefix(point, STORM_MASKED "/") && n < s->masks)
			devices[n++] = makedev(major, minor);
	if (n != s->masks)
		storm_die("%s masked %u of %u directories", subject->label, n, s->masks);
	return distinct(devices, n);
}

/* ------------------------------------------------------------------------------------------- */

static void begin(const struct text *costs)
{
	if (costs)
		trace_begin();
}

static void end(struct text *costs, const struct subject *subject, const char *phase)
{
	/* Cgroups and superblocks are let go by workers of the kernel, which nothing waits for. */
	if (costs && !streq(phase, "start"))
		usleep(SETTLE_US);
	if (costs)
		trace_end(costs, subject->label, phase);
}

void storm_run(const struct storm *s, const struct subject *subject, struct sample *ret,
	       struct text *costs)
{
	pid_t pids[STORM_MAX];

	if (subject->loop)
		loop_prepare(subject->argv[0], s, pids);
	begin(costs);
	ret->start_us = start_all(s, subject, pids);
	end(costs, subject, "start");
	ret->superblocks = superblocks(s, subject, pids[0]);
	if (costs) {
		begin(costs);
		cgroup_come_and_go();
		end(costs, subject, "beside");
	}
	begin(costs);
	ret->kill_us = kill_all(s, subject, pids);
	ret->delete_us = delete_all(s, subject);
	end(costs, subject, "stop");
}
