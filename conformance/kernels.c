/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/kernels.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "conformance/child.h"
#include "conformance/report/html.h"
#include "conformance/report/matrix.h"
#include "conformance/report/output.h"
#include "conformance/run_time.h"

char **kernel_names(const char *kernels)
{
	_cleanup_free_ char *copy = xstrdup(kernels);
	char *state = NULL, *word;
	struct words w = { 0 };

	for (word = strtok_r(copy, " ,\t\n", &state); word; word = strtok_r(NULL, " ,\t\n", &state))
		words_add(&w, xstrdup(word));
	words_end(&w);
	return w.v;
}

struct task {
	const char *kernel;
	char *folder; /* its name below OUT */
	char *out;
	pid_t pid; /* 0: not begun, or over */
	int status;
	double begun, seconds, expected; /* expected: what it took last; 0: unknown */
};

struct tasks {
	const struct run_options *o;
	struct task *list;
	size_t n;
};

static void tasks_free(struct tasks *t)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		free(t->list[i].folder);
		free(t->list[i].out);
	}
	free(t->list);
}

/* How long they took ------------------------------------------------------------------------- */

static char *time_file(const struct tasks *t, const struct task *one)
{
	return xasprintf("%s/times/%s", t->o->cache, one->folder);
}

static void read_time(const struct tasks *t, struct task *one)
{
	_cleanup_free_ char *path = time_file(t, one);
	_cleanup_free_ char *text = NULL;

	if (read_file_at(AT_FDCWD, path, 64, &text, NULL) == 0)
		one->expected = strtod(text, NULL);
}

static void write_time(const struct tasks *t, const struct task *one)
{
	_cleanup_free_ char *dir = xasprintf("%s/times", t->o->cache);
	_cleanup_free_ char *path = time_file(t, one);
	_cleanup_free_ char *text = xasprintf("%.1f\n", one->seconds);

	mkdir(t->o->cache, 0755);
	mkdir(dir, 0755);
	write_file_at(AT_FDCWD, path, text, strlen(text));
}

/* The longest of those that have not begun; one that never ran may be the longest. */
static struct task *next_task(struct tasks *t)
{
	struct task *best = NULL;
	size_t i;

	for (i = 0; i < t->n; i++) {
		struct task *one = &t->list[i];

		if (one->begun > 0)
			continue;
		if (!best ||
		    (best->expected > 0 && (one->expected <= 0 || one->expected > best->expected)))
			best = one;
	}
	return best;
}

/* Runs --------------------------------------------------------------------------------------- */

static void redirect(const struct task *one)
{
	_cleanup_free_ char *path = xasprintf("%s/log", one->out);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		_exit(complain(EXIT_USAGE, "%s: %s; name a folder that can be written", path,
			       errno_name(errno)));
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
}

static void begin(struct tasks *t, struct task *one, int (*run)(const struct run_options *o))
{
	pid_t parent = getpid();

	one->begun = run_clock();
	one->pid = fork();
	if (one->pid == 0) {
		struct run_options o = *t->o;

		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			_exit(EXIT_BROKEN);
		redirect(one);
		run_options_place(&o, one->kernel, one->out);
		exit(run(&o));
	}
	if (one->pid < 0)
		one->status = EXIT_BROKEN;
}

static const char *last_line(char *log)
{
	char *rest = log, *line, *last = NULL;

	while ((line = next_line(&rest)))
		if (*line)
			last = line;
	return last ? last : "it said nothing";
}

/* What its log ends with: without a report that is the complaint. */
static char *why_of(const struct task *one)
{
	_cleanup_free_ char *path = xasprintf("%s/log", one->out);
	_cleanup_free_ char *log = NULL;

	if (read_file_at(AT_FDCWD, path, 1u << 20, &log, NULL) < 0)
		return xstrdup("its log can't be read");
	return xstrdup(last_line(log));
}

static void end(struct tasks *t, pid_t pid, int status)
{
	static const char *const words[] = { "conforms", "fails", "usage", "broken", "absent" };
	size_t i;

	for (i = 0; i < t->n; i++) {
		struct task *one = &t->list[i];

		if (one->pid != pid)
			continue;
		one->pid = 0;
		one->status = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_BROKEN;
		one->seconds = run_clock() - one->begun;
		if (one->status <= 1)
			write_time(t, one);
		fprintf(stderr, "maskspec: %s: %s, %.1f s\n", one->kernel,
			one->status < (int)ARRAY_SIZE(words) ? words[one->status] : "interrupted",
			one->seconds);
	}
}

static void stop_all(const struct tasks *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->list[i].pid > 0)
			kill(t->list[i].pid, SIGTERM);
}

static void run_all(struct tasks *t, int (*run)(const struct run_options *o))
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t slots = processors < 1 ? 1 : (size_t)processors, running = 0;
	struct task *one;
	int status;
	pid_t pid;

	while (running || (!interrupted && next_task(t))) {
		while (running < slots && !interrupted && (one = next_task(t))) {
			begin(t, one, run);
			running += one->pid > 0;
		}
		pid = wait(&status);
		if (pid < 0 && errno == EINTR)
			stop_all(t);
		if (pid < 0)
			continue;
		end(t, pid, status);
		running--;
	}
}

/* Results ------------------------------------------------------------------------------------ */

static void add_column(struct matrix *m, const struct run_options *o, const struct task *one)
{
	_cleanup_free_ char *facts = xasprintf("%s/facts", one->out);
	_cleanup_free_ char *error = NULL;
	struct column c = { .name = xstrdup(one->kernel), .status = one->status };

	if (one->begun > 0 && one->status != EXIT_USAGE && one->status != EXIT_NOTHING_RAN &&
	    one->status <= 128)
		c.has_report = assemble_folder(facts, &o->judge, &c.report, &error) == 0;
	c.why = c.has_report ? xstrdup("") : why_of(one);
	GROW(m->columns, m->n);
	m->columns[m->n++] = c;
}

static int write_matrix(const struct matrix *m, const struct run_options *o)
{
	FILE *f = output_create(o->out, "report.json");

	return output_close(f, f ? matrix_json(m, f) : -errno);
}

/* Its reports are borrowed from @m. */
static int write_page(const struct matrix *m, const struct run_options *o)
{
	_cleanup_free_ struct report *list = xcalloc(m->n + 1, sizeof(*list));
	_cleanup_free_ char **files = xcalloc(m->n + 1, sizeof(*files));
	char file[] = "report.html"; /* all are of one */
	const struct reports rs = { .list = list, .files = files, .n = m->n };
	FILE *f = output_create(o->out, file);
	size_t i;

	for (i = 0; i < m->n; i++) {
		const struct column *c = &m->columns[i];

		files[i] = file;
		list[i] = c->has_report ? c->report
					: (struct report){ .kernel_name = c->name,
							   .why = c->why,
							   .outcome = OUTCOME_NOTHING_RAN };
	}
	return output_close(f, f ? html_write(&rs, f) : -errno);
}

static int conclude(const struct tasks *t)
{
	const struct run_options *o = t->o;
	_cleanup_matrix_ struct matrix m = { .strict = o->judge.strict };
	bool tty = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	size_t i;

	for (i = 0; i < t->n; i++)
		add_column(&m, o, &t->list[i]);
	if (write_matrix(&m, o) < 0 || write_page(&m, o) < 0)
		return complain(EXIT_BROKEN, "%s: can't write the report", o->out);
	if ((o->json ? matrix_json(&m, stdout) : matrix_text(&m, stdout, o->verbose, tty)) < 0 ||
	    fflush(stdout) != 0)
		return complain(EXIT_BROKEN, "stdout: %s", errno_name(errno));
	fprintf(stderr, "maskspec: %s (exit %d)\n", matrix_verdict(&m), matrix_exit(&m));
	return matrix_exit(&m);
}

/* A file's name is that of its folder; so two of one name would share it. */
static int make_tasks(struct tasks *t, char **names)
{
	size_t i, k;

	for (i = 0; names[i]; i++) {
		const char *slash = strrchr(names[i], '/');
		struct task one = { .kernel = names[i],
				    .folder = xstrdup(slash ? slash + 1 : names[i]) };

		one.out = xasprintf("%s/%s", t->o->out, one.folder);
		GROW(t->list, t->n);
		t->list[t->n++] = one;
		read_time(t, &t->list[i]);
		for (k = 0; k < i; k++)
			if (streq(t->list[k].folder, one.folder))
				return complain(EXIT_USAGE, "KERNELS: %s is named twice",
						one.folder);
		if (make_folders(one.out) < 0)
			return complain(EXIT_USAGE, "OUT=%s: %s; name a folder that can be written",
					one.out, errno_name(errno));
	}
	return -1;
}

int kernels_run(const struct run_options *o, int (*run)(const struct run_options *o))
{
	char **names = kernel_names(o->kernels);
	_cleanup_(tasks_free) struct tasks t = { .o = o };
	int status = make_tasks(&t, names);

	if (status < 0) {
		child_catch(false);
		run_all(&t, run);
		status = interrupted ? complain(128 + interrupted, "interrupted") : conclude(&t);
	}
	words_free(names);
	return write_status(o->out, status);
}
