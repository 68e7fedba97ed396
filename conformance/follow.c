/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts what makes the facts, observe or a virtual machine that runs it, and follows it to its
 * end. The preflight case goes first and alone: without its facts all ends there, broken for one
 * reason.
 */
#include "conformance/follow.h"

#include <fcntl.h>

#include "conformance/child.h"
#include "conformance/report/progress.h"

struct following {
	const struct plan *plan;
	const struct run_options *o;
	const struct vm *vm; /* NULL: here */
	struct progress bar;
	unsigned int done;
};

static pid_t observer;

static bool preflight_ran(const struct run_options *o)
{
	_cleanup_free_ char *path = xasprintf("%s/facts/" PREFLIGHT ".facts", o->out);
	_cleanup_facts_ struct facts f = { 0 };
	_cleanup_free_ char *fault = NULL;
	char *text;

	if (read_file_at(AT_FDCWD, path, FACTS_MAX, &text, NULL) < 0)
		return false;
	facts_parse(text, &f);
	fault = preflight_fault(&f);
	return !fault;
}

/* A machine has all cases and goes on by itself: vm/boot.h, WATCH_ENOUGH. */
static void take_event(struct following *f, const char *word, const char *name)
{
	bool done = streq(word, "done");

	f->done += done;
	if (f->o->verbose)
		fprintf(stderr, "%-5s %s\n", word, name);
	if (f->vm && done && streq(name, PREFLIGHT) && f->plan->n > 1 && !preflight_ran(f->o))
		kill(observer, SIGUSR1);
}

static void read_events(struct following *f, FILE *events)
{
	_cleanup_text_ struct text running = { 0 };
	char word[16], name[256];

	while (fscanf(events, "%15s %255s", word, name) == 2) {
		char *dot = strrchr(name, '.');

		if (dot)
			*dot = '\0';
		if (streq(word, "start")) {
			text_free(&running);
			text_add(&running, name);
		}
		take_event(f, word, name);
		progress_update(&f->bar, f->done, text_str(&running));
	}
}

/* Starts it and follows it to its end: its status. */
static int run_observer(struct following *f, char *const *argv)
{
	FILE *events;
	int fds[2];

	if (interrupted || pipe2(fds, O_CLOEXEC) < 0)
		return EXIT_BROKEN;
	observer = child_start(argv, fds[1]);
	close(fds[1]);
	events = fdopen(fds[0], "r");
	if (events) {
		read_events(f, events);
		fclose(events);
	}
	return child_wait(observer);
}

static int observe_here(struct following *f, const char *digest)
{
	char **first = observe_argv(f->plan, f->o, digest, 0, 1);
	char **rest = observe_argv(f->plan, f->o, digest, 1, f->plan->n);
	int status = run_observer(f, first);

	if (status == 0 && !interrupted && f->plan->n > 1 && preflight_ran(f->o))
		status = run_observer(f, rest);
	words_free(first);
	words_free(rest);
	return status;
}

/* However the machine ends, what came of it is judged: it says itself how it ended. */
static int observe_there(struct following *f)
{
	char **argv = vm_argv(f->o, f->vm, NULL);
	int status = run_observer(f, argv);

	words_free(argv);
	return status == EXIT_BROKEN ? 0 : status;
}

int follow(const struct plan *p, const struct run_options *o, const struct vm *vm,
	   const char *digest)
{
	struct following f = { .plan = p, .o = o, .vm = vm };
	int status;

	/* Interrupted: observe ends, its watchdog cleans up and lets go of the events, then this
	 * ends. */
	progress_start(&f.bar, stderr, (unsigned int)p->n, isatty(STDERR_FILENO) && !o->verbose);
	status = vm ? observe_there(&f) : observe_here(&f, digest);
	progress_end(&f.bar);
	return interrupted ? 128 + interrupted : status;
}
