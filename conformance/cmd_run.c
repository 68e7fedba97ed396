/* SPDX-License-Identifier: Apache-2.0 */
/*
 * maskspec run: chooses the cases, writes the manifest and the cases, lets `observe` make the
 * facts, judges them, writes OUT. The preflight case goes first and alone: without its facts the
 * run ends there, broken for one reason.
 */
#include "conformance/maskspec.h"

#include <dirent.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "conformance/report/near.h"
#include "conformance/report/progress.h"
#include "conformance/report/require.h"
#include "conformance/run.h"
#include "conformance/run_time.h"
#include "version.h"

/* Cases and ids of this run ------------------------------------------------------------------- */

static bool in_profile(const struct test_case *c, const char *profile)
{
	return streq(profile, "all") || streq(c->profile, profile) || streq(c->bundle, PREFLIGHT);
}

/* FILTER names requirements or bundles; the ids of a case that are wanted. */
static char *wanted_ids(const struct test_case *c, const char *filter)
{
	bool whole = !*filter || glob_any(filter, c->bundle);
	_cleanup_text_ struct text t = { 0 };
	size_t i;

	for (i = 0; i < REQ_COUNT; i++)
		if (judge_is_due((enum requirement_id)i, c) &&
		    (whole || glob_any(filter, requirements[i].id)))
			text_addf(&t, "%s%s", t.len ? " " : "", requirements[i].id);
	return xstrdup(text_str(&t));
}

static void add_case(struct plan *p, const struct test_case *c, char *ids)
{
	struct planned one = { .c = c, .ids = ids, .file = bundle_file(c->bundle, "") };
	struct text text = { 0 };

	case_write(c, &text);
	one.text = text.s;
	GROW(p->cases, p->n);
	p->cases[p->n++] = one;
}

static void plan_cases(struct plan *p, const struct case_list *l, const char *profile,
		       const char *filter)
{
	size_t i;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < l->n; i++) {
			bool first = streq(l->cases[i].bundle, PREFLIGHT);
			char *ids;

			if (first != (pass == 0) || !in_profile(&l->cases[i], profile))
				continue;
			ids = wanted_ids(&l->cases[i], filter);
			if (*ids || first)
				add_case(p, &l->cases[i], ids);
			else
				free(ids);
		}
	}
}

/* Words ---------------------------------------------------------------------------------------- */

/* The profiles with a case for @word, a glob on ids and bundles; blank-separated, owned. */
static char *profiles_with(const struct case_list *l, const char *word)
{
	_cleanup_text_ struct text t = { 0 };
	size_t i;

	for (i = 0; i < l->n; i++) {
		const struct test_case *c = &l->cases[i];
		_cleanup_free_ char *ids = wanted_ids(c, word);

		if (*ids && !streq(c->bundle, PREFLIGHT) && !has_word(text_str(&t), c->profile))
			text_addf(&t, "%s%s", t.len ? " " : "", c->profile);
	}
	return xstrdup(text_str(&t));
}

/* Whether @word of the variable @what names nothing of this profile; says then what does. */
static bool is_elsewhere(const struct case_list *l, const char *profile, const char *what,
			 const char *word)
{
	_cleanup_free_ char *profiles = profiles_with(l, word);
	_cleanup_text_ struct text near = { 0 };

	if (streq(word, PREFLIGHT) ||
	    (*profiles && (streq(profile, "all") || has_word(profiles, profile))))
		return false;
	if (*profiles) {
		complain(0,
			 "%s=%s: not in PROFILE=%s, but in %s; give PROFILE=%.*s, or PROFILE=all",
			 what, word, profile, profiles, (int)strcspn(profiles, " "), profiles);
		return true;
	}
	near_ids(word, &near);
	complain(0,
		 "%s=%s: no case and no requirement of that name; `maskspec list` and `maskspec "
		 "list cases` show them%s",
		 what, word, text_str(&near));
	return true;
}

/* Of REQUIRE only ids by themselves: a file or a glob may well be about more than one profile.
 * Returns the number of words of FILTER that name nothing here. */
static unsigned int check_words(const struct case_list *l, const struct run_options *o)
{
	_cleanup_free_ char *filter = xstrdup(o->filter), *require = xstrdup(o->require);
	char *state = NULL, *word;
	unsigned int n = 0;

	for (word = strtok_r(filter, " ,\n", &state); word; word = strtok_r(NULL, " ,\n", &state))
		n += is_elsewhere(l, o->profile, "FILTER", word);
	for (word = strtok_r(require, " ,\n", &state); word; word = strtok_r(NULL, " ,\n", &state))
		if (requirement_by_name(word) != REQ_COUNT)
			is_elsewhere(l, o->profile, "REQUIRE", word);
	return n;
}

static char *manifest_text(const struct plan *p, const struct run_options *o)
{
	_cleanup_text_ struct text t = { 0 }, argv = { 0 };
	size_t i;

	text_add(&argv, o->runtime);
	for (i = 0; i < o->n_runtime_args; i++)
		text_addf(&argv, "\n%s", o->runtime_args[i]);
	text_add(&t, "manifest/1\n");
	text_add_record(&t, "run", p->run_id, NULL);
	text_add_record(&t, "runtime", text_str(&argv), NULL);
	text_add_record(&t, "profile", o->profile, NULL);
	text_add_record(&t, "filter", o->filter, NULL);
	text_add_record(&t, "require", o->require, NULL);
	text_add_record(&t, "deny", o->deny, NULL);
	text_add_record(&t, "userns", userns_names[o->users.userns], NULL);
	for (i = 0; i < p->n; i++) {
		_cleanup_free_ char *file = xasprintf("%s.facts", p->cases[i].file);
		char digest[SHA256_HEX];

		sha256_text(p->cases[i].text, strlen(p->cases[i].text), digest);
		text_add_record(&t, "case", p->cases[i].c->bundle, file, digest, p->cases[i].ids,
				NULL);
	}
	text_addf(&t, "end\t%zu\n", p->n + 8);
	return TAKE_PTR(t.s);
}

/* Folders ------------------------------------------------------------------------------------ */

static void remove_old(int dir, const char *suffix)
{
	_cleanup_close_ int fd = fcntl(dir, F_DUPFD_CLOEXEC, 3);
	DIR *d = fdopendir(TAKE_FD(fd));
	struct dirent *e;

	while (d && (e = readdir(d))) {
		const char *dot = strrchr(e->d_name, '.');

		if (dot && streq(dot, suffix))
			unlinkat(dir, e->d_name, 0);
	}
	if (d)
		closedir(d);
}

static int make_dir(const char *out, const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", out, name);

	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return -errno;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int make_parents(const char *path)
{
	_cleanup_free_ char *copy = xstrdup(path);
	char *p;

	for (p = copy + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		if (mkdir(copy, 0755) < 0 && errno != EEXIST)
			return -errno;
	}
	return mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

/* Only what a run itself wrote is removed from OUT. */
static int write_inputs(const struct plan *p, const struct run_options *o, const char *manifest)
{
	static const char *const old[] = { "report.json", "report.tap", "status" };
	_cleanup_close_ int cases = -EBADF, facts = -EBADF;
	size_t i;
	int r = make_parents(o->out);

	if (r < 0)
		return r;
	for (i = 0; i < ARRAY_SIZE(old); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", o->out, old[i]);

		unlink(path);
	}
	cases = make_dir(o->out, "cases");
	facts = make_dir(o->out, "facts");
	if (cases < 0 || facts < 0)
		return -EACCES;
	remove_old(cases, ".case");
	remove_old(facts, ".facts");
	for (i = 0; r == 0 && i < p->n; i++) {
		_cleanup_free_ char *name = xasprintf("%s.case", p->cases[i].file);

		r = write_file_at(cases, name, p->cases[i].text, strlen(p->cases[i].text));
	}
	return r < 0 ? r : write_file_at(facts, MANIFEST_FILE, manifest, strlen(manifest));
}

/* observe ------------------------------------------------------------------------------------- */

static void follow(FILE *events, struct progress *bar, unsigned int *done, bool verbose)
{
	_cleanup_text_ struct text running = { 0 };
	char word[16], name[256];

	while (fscanf(events, "%15s %255s", word, name) == 2) {
		char *dot = strrchr(name, '.');

		if (dot)
			*dot = '\0';
		if (streq(word, "done")) {
			++*done;
		} else {
			text_free(&running);
			text_add(&running, name);
		}
		if (verbose)
			fprintf(stderr, "%-5s %s\n", word, name);
		progress_update(bar, *done, text_str(&running));
	}
}

static volatile sig_atomic_t interrupted;
static volatile pid_t observer;

/* Ctrl-C goes to the whole group, `kill` to this process alone: observe must end in both cases. */
static void on_interrupt(int sig)
{
	interrupted = sig;
	if (observer > 0)
		kill(observer, SIGTERM);
}

/* Starts observe on cases [@from, @to) of the plan and follows it to its end: its status. */
static int observe(const struct plan *p, const struct run_options *o, const char *digest,
		   size_t from, size_t to, struct progress *bar, unsigned int *done)
{
	_cleanup_free_ char **argv = observe_argv(p, o, digest, from, to);
	int fds[2], status = 0;
	FILE *events;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(fds[1], STDOUT_FILENO);
		execv(argv[0], argv);
		complain(EXIT_BROKEN, "%s: %s; run `make`", argv[0], errno_name(errno));
		_exit(EXIT_BROKEN);
	}
	observer = pid;
	close(fds[1]);
	events = fdopen(fds[0], "r");
	if (events) {
		follow(events, bar, done, o->verbose);
		fclose(events);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	observer = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_BROKEN;
}

/* Whether to go on; what exec came to there is the control of those of all other cases. */
static bool preflight_ran(struct plan *p, const struct run_options *o)
{
	_cleanup_free_ char *path = xasprintf("%s/facts/" PREFLIGHT ".facts", o->out);
	_cleanup_facts_ struct facts f = { 0 };
	_cleanup_free_ char *fault = NULL;
	const struct row *exec;
	char *text;

	if (read_file_at(AT_FDCWD, path, FACTS_MAX, &text, NULL) < 0)
		return false;
	facts_parse(text, &f);
	fault = preflight_fault(&f);
	if (fault)
		return false;
	exec = find_row(&f, "driver", f.c.containers[0].name, "exec", OP_OFFERED, "exec");
	p->exec = xstrdup(exec ? exec->result : "unavailable");
	return true;
}

static int observe_all(struct plan *p, const struct run_options *o, const char *digest)
{
	struct sigaction sa = { .sa_handler = on_interrupt, .sa_flags = SA_RESTART };
	unsigned int done = 0;
	struct progress bar;
	int status;

	/* observe ends, its watchdog cleans up and lets go of the events, then this ends. */
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	progress_start(&bar, stderr, (unsigned int)p->n, isatty(STDERR_FILENO) && !o->verbose);
	status = observe(p, o, digest, 0, 1, &bar, &done);
	if (status == 0 && !interrupted && p->n > 1 && preflight_ran(p, o))
		status = observe(p, o, digest, 1, p->n, &bar, &done);
	progress_end(&bar);
	return interrupted ? 128 + interrupted : status;
}

/* Results ------------------------------------------------------------------------------------- */

static int write_report(const struct run_options *o, const char *name,
			int (*writer)(const struct report *r, FILE *out), const struct report *r)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", o->out, name);
	FILE *f = fopen(path, "we");
	int err;

	if (!f)
		return -errno;
	err = writer(r, f);
	return fclose(f) != 0 ? -errno : err;
}

int write_status(const char *out, int status)
{
	_cleanup_free_ char *path = xasprintf("%s/status", out);
	_cleanup_free_ char *text = xasprintf("%d\n", status);

	write_file_at(AT_FDCWD, path, text, strlen(text));
	return status;
}

static int judge_run(const struct run_options *o, struct run_times *times)
{
	double from = run_clock();
	_cleanup_free_ char *facts = xasprintf("%s/facts", o->out);
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *error = NULL;
	int err = assemble_folder(facts, &o->judge, &r, &error);

	if (err < 0)
		return complain(EXIT_USAGE, "%s", error ? error : errno_name(err));
	if (write_report(o, "report.json", report_json, &r) < 0 ||
	    write_report(o, "report.tap", report_tap, &r) < 0)
		return complain(EXIT_BROKEN, "%s: can't write the report", o->out);
	times->judge = run_clock() - from;
	if (o->time)
		run_times_print(times, &r, stderr);
	return print_report(&r, o->json);
}

static char *make_run_id(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return xasprintf("maskspec-%lx%05lx-%x", (unsigned long)ts.tv_sec,
			 (unsigned long)ts.tv_nsec / 1000, (unsigned int)getpid());
}

static void plan_free(struct plan *p)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		free(p->cases[i].ids);
		free(p->cases[i].file);
		free(p->cases[i].text);
	}
	free(p->cases);
	free(p->run_id);
	free(p->exec);
}

static int run_plan(struct plan *p, const struct run_options *o, struct run_times *times)
{
	_cleanup_free_ char *manifest = manifest_text(p, o);
	char digest[SHA256_HEX];
	int r = write_inputs(p, o, manifest);

	if (r < 0)
		return write_status(o->out,
				    complain(EXIT_USAGE,
					     "OUT=%s: %s; name a folder that can be written",
					     o->out, errno_name(r)));
	sha256_text(manifest, strlen(manifest), digest);
	times->plan = run_clock() - times->plan;
	times->observe = run_clock();
	r = observe_all(p, o, digest);
	times->observe = run_clock() - times->observe;
	if (r > 128)
		return write_status(o->out, complain(r, "interrupted; the host is as it was"));
	if (r != 0)
		return write_status(o->out,
				    complain(EXIT_BROKEN, "observe ended with status %d", r));
	return write_status(o->out, judge_run(o, times));
}

int cmd_run(int argc, char **argv)
{
	_cleanup_(plan_free) struct plan p = { 0 };
	_cleanup_case_list_ struct case_list l = { 0 };
	struct run_times times = { .plan = run_clock() };
	struct run_options o;
	int status = run_options_parse(&o, argc, argv);

	if (status == 0)
		return 0;
	/* Through make every failure is 2: the status of an older run must not stay. */
	if (status > 0)
		return write_status(o.out, status);
	l.users = o.users;
	if (!load_cases(o.judge.fixtures, &l))
		return write_status(o.out, EXIT_USAGE);
	p.run_id = make_run_id();
	plan_cases(&p, &l, o.profile, o.filter);
	if (p.n < 2 && !*o.filter) {
		complain(EXIT_NOTHING_RAN,
			 "PROFILE=%s: no case is of this profile yet; nothing ran", o.profile);
		return write_status(o.out, EXIT_NOTHING_RAN);
	}
	if (check_words(&l, &o) == 0 && p.n < 2)
		complain(EXIT_USAGE,
			 "FILTER=%s: names no case but " PREFLIGHT
			 ", which every run has; `maskspec list cases` shows the others",
			 o.filter);
	if (p.n < 2)
		return write_status(o.out, EXIT_USAGE);
	return run_plan(&p, &o, &times);
}
