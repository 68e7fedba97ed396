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
#include <sys/stat.h>
#include <time.h>

#include "conformance/follow.h"
#include "conformance/kernels.h"
#include "conformance/report/require.h"
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

static char *manifest_text(const struct plan *p, const struct run_options *o, const struct vm *vm)
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
	if (vm)
		text_add_record(&t, "kernel", vm->name, vm->sha256, NULL);
	for (i = 0; i < p->n; i++) {
		_cleanup_free_ char *file = xasprintf("%s.facts", p->cases[i].file);
		char digest[SHA256_HEX];

		sha256_text(p->cases[i].text, strlen(p->cases[i].text), digest);
		text_add_record(&t, "case", p->cases[i].c->bundle, file, digest, p->cases[i].ids,
				NULL);
	}
	text_addf(&t, "end\t%zu\n", p->n + 8 + (vm != NULL));
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

int make_folders(const char *path)
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
	int r = make_folders(o->out);

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
}

/* What makes the facts, and for how long; 0 when they may be judged. */
static int observe(const struct plan *p, const struct run_options *o, const struct vm *vm,
		   const char *digest, struct run_times *times)
{
	int r = vm ? vm_image(o, p, digest) : -1;

	times->plan = run_clock() - times->plan;
	times->observe = run_clock();
	if (r < 0)
		r = follow(p, o, vm, digest);
	times->observe = run_clock() - times->observe;
	if (vm)
		vm_tidy(o, vm);
	if (r > 128)
		complain(r, "interrupted; the host is as it was");
	else if (r != 0)
		complain(EXIT_BROKEN, "observe ended with status %d", r);
	return r > 128 || r == 0 ? r : EXIT_BROKEN;
}

static int run_plan(struct plan *p, const struct run_options *o, const struct vm *vm,
		    struct run_times *times)
{
	_cleanup_free_ char *manifest = manifest_text(p, o, vm);
	char digest[SHA256_HEX];
	int r = write_inputs(p, o, manifest);

	if (r < 0)
		return write_status(o->out,
				    complain(EXIT_USAGE,
					     "OUT=%s: %s; name a folder that can be written",
					     o->out, errno_name(r)));
	sha256_text(manifest, strlen(manifest), digest);
	r = observe(p, o, vm, digest, times);
	return write_status(o->out, r ? r : judge_run(o, times));
}

static int run_one(struct plan *p, const struct run_options *o, struct run_times *times)
{
	_cleanup_vm_ struct vm vm = { 0 };
	int status = o->kernel ? vm_fetch(o, &vm) : -1;

	if (status >= 0)
		return write_status(o->out, status);
	return run_plan(p, o, o->kernel ? &vm : NULL, times);
}

static int run_kernel(const struct run_options *o)
{
	_cleanup_(plan_free) struct plan p = { 0 };
	_cleanup_case_list_ struct case_list l = { .users = o->users };
	struct run_times times = { .plan = run_clock() };

	if (!load_cases(o->judge.fixtures, &l))
		return write_status(o->out, EXIT_USAGE);
	p.run_id = make_run_id();
	plan_cases(&p, &l, o->profile, o->filter);
	if (p.n < 2 && !*o->filter) {
		complain(EXIT_NOTHING_RAN,
			 "PROFILE=%s: no case is of this profile yet; nothing ran", o->profile);
		return write_status(o->out, EXIT_NOTHING_RAN);
	}
	if (p.n < 2) {
		complain(EXIT_USAGE,
			 "FILTER=%s PROFILE=%s: no case and no requirement of that name; `maskspec "
			 "list` and `maskspec list cases` show them",
			 o->filter, o->profile);
		return write_status(o->out, EXIT_USAGE);
	}
	return run_one(&p, o, &times);
}

int cmd_run(int argc, char **argv)
{
	struct run_options o;
	int status = run_options_parse(&o, argc, argv);

	if (status == 0)
		return 0;
	/* Through make every failure is 2: the status of an older run must not stay. */
	if (status > 0)
		return write_status(o.out, status);
	return o.several ? kernels_run(&o, run_kernel) : run_kernel(&o);
}
