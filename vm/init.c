/* SPDX-License-Identifier: Apache-2.0 */
#include "vm/init.h"

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "conformance/case.h"
#include "vm/pack.h"

#define PROTOCOL "init/1"
#define WORDS_MAX 1024

static struct port port = { .fd = -EBADF };

_printf_(1, 2) static void remark(const char *fmt, ...)
{
	_cleanup_free_ char *line = NULL;
	va_list ap;

	va_start(ap, fmt);
	line = xvasprintf(fmt, ap);
	va_end(ap);
	fprintf(stderr, "init: %s\n", line);
	if (port.fd >= 0)
		port_send(&port, FRAME_REMARK, "init", line, strlen(line));
}

/* The kernel's command line ------------------------------------------------------------------ */

/* Value of the word "maskspec.KEY=VALUE"; owned, NULL where it is not given. */
static char *parameter(const char *key)
{
	_cleanup_free_ char *line = NULL;
	_cleanup_free_ char *want = xasprintf("maskspec.%s=", key);
	char *state = NULL, *word;

	if (read_file_at(AT_FDCWD, "/proc/cmdline", 65536, &line, NULL) < 0)
		return NULL;
	for (word = strtok_r(line, " \n", &state); word; word = strtok_r(NULL, " \n", &state)) {
		const char *value = strip_prefix(word, want);

		if (value)
			return xstrdup(value);
	}
	return NULL;
}

/* One command -------------------------------------------------------------------------------- */

struct pipe_lines {
	int fd;
	struct text rest; /* of a line that has not ended */
	void (*take)(char *line);
};

static void send_facts(const char *name)
{
	_cleanup_free_ char *path = xasprintf(MASKSPEC_DIR "/facts/%s.facts", name);
	_cleanup_free_ char *file = xasprintf("%s.facts", name);
	_cleanup_free_ char *text = NULL;
	_cleanup_text_ struct text packed = { 0 };
	size_t len;
	int r = read_file_at(AT_FDCWD, path, CASE_MAX, &text, &len);

	if (r < 0) {
		remark("%s: %s", path, errno_name(-r));
		return;
	}
	pack_bytes(&packed, text, len);
	port_send(&port, FRAME_FACTS, file, packed.s, packed.len);
}

/* "start NAME.case", "done NAME.case": facts first, so that who hears of the end has them. */
static void take_event(char *line)
{
	const char *name = strip_prefix(line, "done ");
	_cleanup_free_ char *base = name ? xstrdup(name) : NULL;
	char *dot = base ? strrchr(base, '.') : NULL;

	if (dot) {
		*dot = '\0';
		send_facts(base);
	}
	port_send(&port, FRAME_EVENT, "observe", line, strlen(line));
}

static void take_remark(char *line)
{
	port_send(&port, FRAME_REMARK, "observe", line, strlen(line));
}

/* False at the end of the pipe. */
static bool read_lines(struct pipe_lines *p)
{
	char buf[4096], *line;
	ssize_t n = read(p->fd, buf, sizeof(buf));
	size_t used = 0;

	if (n <= 0)
		return n < 0 && errno == EINTR;
	text_add_n(&p->rest, buf, (size_t)n);
	for (line = p->rest.s; (line = strchr(p->rest.s + used, '\n'));) {
		*line = '\0';
		p->take(p->rest.s + used);
		used = (size_t)(line - p->rest.s) + 1;
	}
	memmove(p->rest.s, p->rest.s + used, p->rest.len - used + 1);
	p->rest.len -= used;
	return true;
}

static void follow(int out, int err)
{
	struct pipe_lines p[2] = { { .fd = out, .take = take_event },
				   { .fd = err, .take = take_remark } };
	struct pollfd fds[2] = { { .fd = out, .events = POLLIN }, { .fd = err, .events = POLLIN } };
	int i;

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		if (poll(fds, 2, -1) < 0)
			continue;
		for (i = 0; i < 2; i++)
			if (fds[i].fd >= 0 && fds[i].revents && !read_lines(&p[i]))
				fds[i].fd = -1;
	}
	text_free(&p[0].rest);
	text_free(&p[1].rest);
}

/* The status of @pid; orphans end here, too. */
static int wait_for(pid_t pid)
{
	int status = 0;
	pid_t got;

	while ((got = wait(&status)) != pid)
		if (got < 0 && errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run(char *line)
{
	static char *const environment[] = {
		(char *)(uintptr_t) "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/"
				    "bin",
		(char *)(uintptr_t) "HOME=/root", NULL
	};
	char *argv[WORDS_MAX + 1] = { 0 };
	size_t n = split_record(line, argv, WORDS_MAX);
	int out[2], err[2];
	pid_t pid;

	if (n == 0 || n > WORDS_MAX || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		return 127;
	pid = fork();
	if (pid == 0) {
		write_existing("/proc/self/oom_score_adj", "0");
		dup2(out[1], STDOUT_FILENO);
		dup2(err[1], STDERR_FILENO);
		execve(argv[0], argv, environment);
		fprintf(stderr, "init: %s: %s\n", argv[0], errno_name(errno));
		_exit(127);
	}
	close(out[1]);
	close(err[1]);
	follow(out[0], err[0]);
	close(out[0]);
	close(err[0]);
	return pid < 0 ? 127 : wait_for(pid);
}

static int run_commands(void)
{
	_cleanup_free_ char *text = NULL;
	char *rest, *line;
	int r = read_file_at(AT_FDCWD, MASKSPEC_DIR "/commands", CASE_MAX, &text, NULL);
	int status = 0;

	if (r < 0) {
		remark(MASKSPEC_DIR "/commands: %s", errno_name(-r));
		return 127;
	}
	for (rest = text; status == 0 && (line = next_line(&rest));)
		status = run(line);
	return status;
}

/* A person at the first serial port ---------------------------------------------------------- */

static void run_shell(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		setsid();
		close(STDIN_FILENO);
		if (open("/dev/ttyS0", O_RDWR) == 0) {
			dup2(0, 1);
			dup2(0, 2);
			ioctl(0, TIOCSCTTY, 0);
		}
		setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
		setenv("HOME", "/root", 1);
		setenv("TERM", "linux", 1);
		if (chdir(MASKSPEC_DIR) == 0)
			execl("/bin/bash", "bash", "-i", NULL);
		fprintf(stderr, "init: /bin/bash: %s\n", errno_name(errno));
		_exit(127);
	}
	wait_for(pid);
}

/* ------------------------------------------------------------------------------------------- */

static void die(const char *what, int r)
{
	remark("%s: %s", what, errno_name(-r));
	port_exit(&port, ENDED_EARLY);
}

/* systemd's limits: the kernel's own hard one, 4096, is less than a runtime finds on a host. */
static void raise_limits(void)
{
	const struct rlimit files = { .rlim_cur = 1024, .rlim_max = 524288 };

	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		remark("RLIMIT_NOFILE: %s", errno_name(errno));
}

/* The layout, then what a node of a cluster has: a name, limits, a folder for facts. */
static void settle(void)
{
	_cleanup_free_ char *layout = parameter("cgroup");
	_cleanup_free_ char *missing = NULL;
	int r = cgroup_mounts(layout ? layout : "v2", &missing);

	if (r < 0)
		die("cgroups", r);
	if (missing)
		remark("no cgroup controller: %s", missing);
	if (sethostname("maskspec", strlen("maskspec")) < 0 ||
	    (mkdir(MASKSPEC_DIR "/facts", 0755) < 0 && errno != EEXIST))
		die(MASKSPEC_DIR "/facts", -errno);
	raise_limits();
	/* What runs out of memory is a case, never the one that tells of it. */
	write_existing("/proc/self/oom_score_adj", "-1000");
}

int main(void)
{
	_cleanup_free_ char *mode = NULL;
	_cleanup_free_ char *status = NULL;
	_cleanup_free_ char *count = NULL;
	const char *what = "/";
	int r;

	umask(0);
	r = root_copy(&what);
	if (r == 0)
		r = root_mounts(&what);
	if (r < 0) {
		fprintf(stderr, "init: %s: %s\n", what, errno_name(-r));
		return 1;
	}
	r = port_open("/dev/ttyS1", &port);
	if (r < 0) {
		fprintf(stderr, "init: /dev/ttyS1: %s\n", errno_name(-r));
		return 1;
	}
	umask(022);
	port_send(&port, FRAME_BEGIN, PROTOCOL, "", 0);
	settle();
	mode = parameter("mode");
	if (mode && streq(mode, "shell"))
		run_shell();
	status = xasprintf("%d", mode ? 0 : run_commands());
	count = xasprintf("%lu", port.frames);
	port_send(&port, FRAME_END, status, count, strlen(count));
	port_exit(&port, ENDED_WELL);
}
