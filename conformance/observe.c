/* SPDX-License-Identifier: Apache-2.0 */
/* observe: the command line, the namespace's init and its workers. */
#include "conformance/observe.h"

#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "conformance/calls.h"
#include "conformance/facts.h"
#include "conformance/patience.h"
#include "conformance/probe/probe.h"

static int die(const char *what, int r)
{
	fprintf(stderr, "observe: %s: %s\n", what, errno_name(r));
	return 3;
}

/* Options ---------------------------------------------------------------------------------- */

static int add_header(struct options *o, const char *arg)
{
	const char *eq = strchr(arg, '=');
	_cleanup_free_ char *key = eq ? xstrndup(arg, (size_t)(eq - arg)) : NULL;

	if (!key)
		return -EINVAL;
	text_add_record(&o->header, "h", key, eq + 1, NULL);
	return 0;
}

static int read_cgroup(const char *arg, enum cgroup_layout *ret)
{
	static const char *const names[] = { "auto", "v1", "v2" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (streq(arg, names[i])) {
			*ret = (enum cgroup_layout)i;
			return 0;
		}
	}
	return -EINVAL;
}

static int read_deny(struct options *o, const char *arg)
{
	_cleanup_free_ char *bad = NULL, *remedy = NULL;

	if (calls_parse(arg, &o->deny, &bad) == 0)
		return 0;
	remedy = calls_remedy(bad);
	fprintf(stderr, "observe: --deny %s: %s\n", bad, remedy);
	return -EINVAL;
}

static const struct option long_options[] = {
	{ "runtime", required_argument, NULL, 'r' },
	{ "runtime-arg", required_argument, NULL, 'a' },
	{ "out", required_argument, NULL, 'o' },
	{ "run-id", required_argument, NULL, 'i' },
	{ "timeout", required_argument, NULL, 't' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "cgroup", required_argument, NULL, 'c' },
	{ "deny", required_argument, NULL, 'd' },
	{ "header", required_argument, NULL, 'H' },
	{ "after-preflight", no_argument, NULL, 'p' },
	{ NULL, 0, NULL, 0 },
};

static const char options_help[] =
	"  CASE...            of maskspec run --out DIR: DIR/cases/*.case\n"
	"  --runtime PATH     OCI runtime, an absolute path\n"
	"  --runtime-arg A    one of its global flags; may be repeated\n"
	"  --out DIR          gets the facts, a file for each case; it must be there\n"
	"  --run-id ID        what is left on the host bears it, and is removed by it\n"
	"  --timeout S        seconds for each command of the runtime, 10\n"
	"  --jobs N           cases at once, 1 to 64, 1\n"
	"  --cgroup L         auto (default), v1 or v2\n"
	"  --deny CALLS       what the runtime is told that the kernel lacks\n"
	"  --header KEY=VALUE a line for the head of all facts; may be repeated\n"
	"  --after-preflight  the preflight's facts are in DIR already, and hold for these\n";

static int set_option(struct options *o, int c)
{
	switch (c) {
	case 'r':
		o->runtime = optarg;
		return 0;
	case 'a':
		GROW(o->runtime_args, o->n_runtime_args);
		o->runtime_args[o->n_runtime_args++] = optarg;
		return 0;
	case 'o':
		o->out = optarg;
		return 0;
	case 'i':
		o->run_id = optarg;
		return 0;
	case 't':
		o->timeout_ms = atoi(optarg) * 1000;
		return o->timeout_ms > 0 ? 0 : -EINVAL;
	case 'j':
		o->jobs = (unsigned int)atoi(optarg);
		return o->jobs > 0 && o->jobs <= 64 ? 0 : -EINVAL;
	case 'c':
		return read_cgroup(optarg, &o->cgroup);
	case 'd':
		return read_deny(o, optarg);
	case 'H':
		return add_header(o, optarg);
	case 'p':
		o->after_preflight = true;
		return 0;
	default:
		return -EINVAL;
	}
}

static int parse_options(struct options *o, int argc, char **argv)
{
	int c;

	*o = (struct options){ .out_fd = -EBADF, .exe_fd = -EBADF, .timeout_ms = 10000, .jobs = 1 };
	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (set_option(o, c) < 0) {
			fprintf(stderr, "observe: bad option or value: %s\n", argv[optind - 1]);
			return -EINVAL;
		}
	}
	o->cases = argv + optind;
	o->n_cases = (size_t)(argc - optind);
	if (!o->runtime || !o->out || !o->run_id || o->n_cases == 0 || o->runtime[0] != '/') {
		fputs("usage: observe --runtime /PATH --out DIR --run-id ID [--runtime-arg A]... "
		      "[--timeout S] [--jobs N] [--cgroup auto|v1|v2] [--deny CALLS] [--header "
		      "K=V]... [--after-preflight] CASE...\n",
		      stderr);
		return -EINVAL;
	}
	return 0;
}

/* Init ------------------------------------------------------------------------------------- */

struct worker {
	pid_t pid;
	unsigned int index;
};

static void say(const char *what, const char *path)
{
	const char *slash = strrchr(path, '/');

	printf("%s %s\n", what, slash ? slash + 1 : path);
	fflush(stdout);
}

static bool has_flag(const char *path, const char *flag)
{
	_cleanup_free_ char *line = xasprintf("\nflag\t%s\n", flag);
	_cleanup_free_ char *text = NULL;

	return read_file_at(AT_FDCWD, path, CASE_MAX, &text, NULL) == 0 && strstr(text, line);
}

static void wait_worker(const struct options *o, struct worker *w, size_t *running)
{
	size_t i;
	int status;
	pid_t pid = wait(&status); /* orphans come here, too */

	for (i = 0; i < *running; i++) {
		if (w[i].pid == pid) {
			if (WIFSIGNALED(status))
				fprintf(stderr, "observe: %s: its worker was ended by signal %d\n",
					o->cases[w[i].index], WTERMSIG(status));
			say("done", o->cases[w[i].index]);
			w[i] = w[--*running];
			return;
		}
	}
	if (pid < 0)
		*running = 0;
}

static void run_cases(const struct options *o)
{
	_cleanup_free_ struct worker *w = xcalloc(o->jobs, sizeof(*w));
	size_t running = 0;
	unsigned int i;

	for (i = 0; i < o->n_cases; i++) {
		/* Never shares the host with another. */
		bool alone = has_flag(o->cases[i], "alone");

		while (running == o->jobs || (alone && running))
			wait_worker(o, w, &running);
		say("start", o->cases[i]);
		w[running] = (struct worker){ .pid = fork(), .index = i };
		if (w[running].pid == 0) {
			observe_case(o, o->cases[i], i);
			_exit(0);
		}
		running += w[running].pid > 0;
		while (alone && running)
			wait_worker(o, w, &running);
	}
	while (running)
		wait_worker(o, w, &running);
}

/* The header needs a runtime that may hang: made in a worker of its own, passed by a pipe. */
static int make_header(struct options *o)
{
	_cleanup_free_ char *deny = calls_words(&o->deny);
	_cleanup_free_ char *text = NULL;
	const char *step;
	size_t len = 0;
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		_cleanup_text_ struct text t = { 0 };

		worker_signals();
		if (sandbox_worker(&step) < 0)
			_exit(1);
		header_host(o, &t);
		header_runtime(o, &t);
		end_descendants();
		_exit(write_file_at(AT_FDCWD, SCRATCH "/header", t.s, t.len) < 0);
	}
	if (pid < 0)
		return -EAGAIN;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status != 0)
		return -EIO;
	if (read_file_at(AT_FDCWD, SCRATCH "/header", 1u << 20, &text, &len) < 0)
		return -EIO;
	text_add_n(&o->header, text, len);
	text_add_record(&o->header, "h", "deny", deny, NULL);
	return 0;
}

/* What came of exec in the preflight, which ran before: the control of that of all other cases. */
static void add_preflight(struct options *o)
{
	const char *exec = "unavailable";
	_cleanup_facts_ struct facts f = { 0 };
	char *text;
	size_t i;

	if (read_file_at(o->out_fd, PREFLIGHT ".facts", FACTS_MAX, &text, NULL) < 0)
		return;
	facts_parse(text, &f);
	for (i = 0; f.state == FACTS_WHOLE && i < f.n_rows; i++) {
		const struct row *r = &f.rows[i];

		if (r->op == OP_OFFERED && streq(r->phase, "exec") && streq(r->path, "exec") &&
		    row_from(r, "driver", f.c.containers[0].name))
			exec = r->result;
	}
	text_add_record(&o->header, "h", "exec", exec, NULL);
}

/* Blocks until the watchdog knows of this process; -EIO: who should have told it is dead. */
static int wait_armed(int fd)
{
	ssize_t n;
	char c;

	while ((n = read(fd, &c, 1)) < 0 && errno == EINTR)
		;
	close(fd);
	return n == 1 ? 0 : -EIO;
}

static int init_main(struct options *o, int armed)
{
	const char *step = "";
	int r;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	r = wait_armed(armed);
	if (r < 0)
		return die("wait for the watchdog", r);
	o->most_tasks = limit_tasks(o->run_id, o->jobs);
	r = sandbox_init(o, &step);
	if (r < 0)
		return die(step, r);
	r = make_header(o);
	if (r < 0)
		return die("read host and runtime", r);
	r = patience_share();
	if (r < 0)
		return die("share memory", r);
	run_cases(o);
	return 0;
}

/* The first process ------------------------------------------------------------------------- */

static bool asks_trace(const struct options *o)
{
	size_t i;

	for (i = 0; i < o->n_cases; i++)
		if (has_flag(o->cases[i], "trace"))
			return true;
	return false;
}

static int run(struct options *o)
{
	unsigned long flags =
		CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | (is_root() ? 0 : CLONE_NEWUSER);
	struct watchdog w;
	int status = 0, r, armed[2];
	pid_t init;

	r = watchdog_start(o->run_id, asks_trace(o), &w);
	if (r < 0 || pipe2(armed, O_CLOEXEC) < 0)
		return die("start the watchdog", r < 0 ? r : errno);
	init = (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, 0);
	if (init == 0) {
		close(w.fd);
		close(armed[1]);
		_exit(init_main(o, armed[0]));
	}
	close(armed[0]);
	if (init < 0) {
		r = -errno;
		watchdog_finish(&w);
		return die("make mount, PID and network namespaces", r);
	}
	r = is_root() ? 0 : sandbox_map(init);
	if (r < 0)
		die("map the user into its namespace", r);
	else if (watchdog_arm(&w, init) == 0 && write(armed[1], "a", 1) != 1)
		fputs("observe: the namespace's init is gone\n", stderr);
	close(armed[1]);
	while (waitpid(init, &status, 0) < 0 && errno == EINTR)
		;
	watchdog_finish(&w);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}

int main(int argc, char **argv)
{
	struct options o;
	int r;

	/* Inherited as ignored it would leave no child a status. */
	signal(SIGCHLD, SIG_DFL);
	if (argc > 1 && streq(argv[1], "probe"))
		return probe_main(argc - 1, argv + 1);
	if (argc == 2 && streq(argv[1], "--help"))
		return fputs(options_help, stdout) < 0 ? 3 : 0;
	if (parse_options(&o, argc, argv) < 0)
		return 2;
	r = is_denial(&o.deny) ? supervisor_probe() : 0;
	if (r < 0)
		return die("DENY needs seccomp user notification that lets calls go on (Linux 5.5)",
			   r);
	umask(022);
	o.out_fd = open(o.out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (o.out_fd < 0)
		return die(o.out, errno);
	if (o.after_preflight)
		add_preflight(&o);
	o.exe_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (o.exe_fd < 0)
		return die("/proc/self/exe", errno);
	return run(&o);
}
