/* SPDX-License-Identifier: Apache-2.0 */
/*
 * maskspec run: chooses the cases, writes the manifest and the cases, lets `observe` make the
 * facts, judges them, writes OUT. The preflight case goes first and alone: without its facts the
 * run ends there, broken for one reason.
 */
#include "conformance/maskspec.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "conformance/child.h"
#include "conformance/follow.h"
#include "conformance/kernels.h"
#include "conformance/plan.h"
#include "conformance/report/files.h"
#include "conformance/report/output.h"
#include "conformance/run_time.h"

/* Results ------------------------------------------------------------------------------------- */

static int write_tap(const char *out, const struct report *r)
{
	FILE *f = output_create(out, "report.tap");

	return output_close(f, f ? report_tap(r, f) : -errno);
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
	if (write_tap(o->out, &r) < 0 || report_files(o->out, &r) < 0)
		return complain(EXIT_BROKEN, "%s: can't write the report", o->out);
	times->judge = run_clock() - from;
	if (o->time)
		run_times_print(times, &r, stderr);
	return print_report(&r, o->json);
}

/* What makes the facts, and for how long; 0 when they may be judged. */
static int observe(const struct plan *p, const struct run_options *o, const struct vm *vm,
		   const char *digest, struct run_times *times)
{
	int r = vm ? vm_image(o, p, digest, NULL) : -1;

	times->plan = run_clock() - times->plan;
	if (r >= 0)
		return r;
	times->observe = run_clock();
	r = follow(p, o, vm, digest);
	times->observe = run_clock() - times->observe;
	if (vm)
		vm_tidy(o, vm);
	if (r > 0 && r < 128)
		complain(EXIT_BROKEN, "observe ended with status %d", r);
	return r > 128 || r == 0 ? r : EXIT_BROKEN;
}

static int run_plan(const struct plan *p, const struct run_options *o, const struct vm *vm,
		    struct run_times *times)
{
	char digest[SHA256_HEX];
	int status = plan_write(p, o, vm, digest);

	if (status < 0)
		status = observe(p, o, vm, digest, times);
	return status ? status : judge_run(o, times);
}

static int list_plan(const struct run_options *o)
{
	_cleanup_plan_ struct plan p = { 0 };
	char **names = kernel_names(o->kernels);
	int status = plan_make(o, &p);
	size_t i;

	for (i = 0; status < 0 && names[i]; i++)
		status = vm_check(o, names[i]);
	words_free(names);
	if (status < 0)
		status = plan_share(&p, o);
	for (i = 0; status < 0 && i < p.n; i++)
		printf("%s\n", p.cases[i].c->bundle);
	return status < 0 ? 0 : status;
}

static int run_kernel(const struct run_options *o)
{
	_cleanup_plan_ struct plan p = { 0 };
	_cleanup_vm_ struct vm vm = { 0 };
	struct run_times times = { .plan = run_clock() };
	int status;

	child_catch(true);
	status = plan_make(o, &p);
	if (status < 0)
		status = plan_share(&p, o);
	/* To fetch takes its time: where that is interrupted, the status has a place, too. */
	if (status < 0 && o->kernel && make_folders(o->out) < 0)
		status = complain(EXIT_USAGE, "OUT=%s: %s; name a folder that can be written",
				  o->out, errno_name(errno));
	if (status < 0 && o->kernel)
		status = vm_fetch(o, &vm);
	if (status < 0)
		status = run_plan(&p, o, o->kernel ? &vm : NULL, &times);
	if (status > 128)
		complain(status, "interrupted; the host is as it was");
	return write_status(o->out, status);
}

/* What is wrong on all kernels is said once. */
static int run_several(const struct run_options *o)
{
	_cleanup_plan_ struct plan p = { 0 };
	_cleanup_free_ char *kernels = NULL;
	struct run_options mine = *o;
	int status = plan_make(o, &p);

	if (status < 0)
		status = plan_kernels(&p, o, &kernels);
	mine.kernels = kernels;
	return status < 0 ? kernels_run(&mine, run_kernel) : write_status(o->out, status);
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
	if (o.plan)
		return list_plan(&o);
	return o.several ? run_several(&o) : run_kernel(&o);
}
