/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One case: its containers through create, start, a look while they run, kill, delete, and a look
 * at what is left. Only `create start state kill delete` are assumed of a runtime; `exec` is used
 * where it is offered.
 */
#include "conformance/subject.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "conformance/facts.h"
#include "conformance/probe/probe.h"
#include "conformance/state.h"
#include "conformance/trace.h"

void fact(struct observation *o, const char *container, const char *phase, enum identity as,
	  enum op op, const char *path, const char *result, const char *fmt, ...)
{
	_cleanup_free_ char *source =
		container ? xasprintf("driver:%s", container) : xstrdup("driver");
	_cleanup_free_ char *value = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&value, fmt, ap) < 0)
		value = NULL;
	va_end(ap);
	text_add_record(&o->rows, "r", source, phase, identity_names[as], op_info[op].name, path,
			result, value ? value : "", NULL);
}

/* Commands --------------------------------------------------------------------------------- */

static char *result_word(const struct command_result *r)
{
	if (r->deadline)
		return xstrdup("deadline");
	if (r->flood)
		return xstrdup("flood");
	if (r->status < 0)
		return xstrdup(errno_name(r->status));
	if (WIFSIGNALED(r->status))
		return xasprintf("signal:%d", WTERMSIG(r->status));
	return WEXITSTATUS(r->status) ? xasprintf("exit:%d", WEXITSTATUS(r->status))
				      : xstrdup("ok");
}

bool runtime(struct subject *s, const char *phase, struct command_result *r,
	     const char *const *words)
{
	const struct options *opt = s->o->opt;
	_cleanup_free_ char **argv = xcalloc(opt->n_runtime_args + 16, sizeof(*argv));
	_cleanup_free_ char *result = NULL;
	_cleanup_text_ struct text line = { 0 };
	size_t n = 0, i;

	argv[n++] = (char *)(uintptr_t)opt->runtime;
	for (i = 0; i < opt->n_runtime_args; i++)
		argv[n++] = opt->runtime_args[i];
	argv[n++] = (char *)(uintptr_t) "--root";
	argv[n++] = s->state_root;
	for (i = 0; words[i] && i < 10; i++)
		argv[n++] = (char *)(uintptr_t)words[i];
	for (i = 0; i < n; i++)
		text_addf(&line, "%s%s", i ? " " : "", argv[i]);
	command_run(argv, s->dir, opt->timeout_ms, r);
	result = result_word(r);
	FACT(s, phase, OP_ARGV, words[0], "ok", "%s", text_str(&line));
	FACT(s, phase, OP_EXIT, words[0], result, "%s", text_str(&r->err));
	FACT(s, phase, OP_TIME, words[0], "ok", "%lu", r->usec);
	if (streq(words[0], "create") && streq(result, "ok") &&
	    (!s->o->create_usec || r->usec < s->o->create_usec))
		s->o->create_usec = r->usec;
	return streq(result, "ok");
}

void offered(struct subject *s, const char *phase, const char *what, bool ok,
	     const struct command_result *r)
{
	bool answered = !r->deadline && !r->flood && r->status >= 0 && WIFEXITED(r->status);

	/* A hang or a crash is no way of not offering it. */
	FACT(s, phase, OP_OFFERED, what,
	     ok		? "ok"
	     : answered ? "not-offered"
			: "unavailable",
	     "%s", "");
}

static bool command(struct subject *s, const char *phase, const char *const *words)
{
	_cleanup_command_ struct command_result r = { 0 };

	return runtime(s, phase, &r, words);
}

static bool is_preflight(const struct subject *s)
{
	return streq(s->o->c->bundle, PREFLIGHT);
}

static void take_pid(struct subject *s, const char *phase, pid_t pid)
{
	const char *fault = container_pid_fault(pid);

	FACT(s, phase, OP_STATUS, "pid", fault ? "unavailable" : "ok", "%s", fault ? fault : "");
	s->pid = fault ? 0 : pid;
}

static void ask_state(struct subject *s, const char *phase)
{
	_cleanup_command_ struct command_result r = { 0 };
	const char *const words[] = { "state", s->id, NULL };
	char status[STATUS_SIZE];

	if (!runtime(s, phase, &r, words))
		return;
	state_status(text_str(&r.out), status);
	FACT(s, phase, OP_STATUS, "", *status ? "ok" : "unavailable", "%s", status);
	take_pid(s, phase, state_pid(text_str(&r.out)));
}

static pid_t read_pid(const char *file)
{
	_cleanup_free_ char *text = NULL;

	if (read_file_at(AT_FDCWD, file, 4096, &text, NULL) < 0)
		return 0;
	return (pid_t)strtol(text, NULL, 10);
}

/*
 * `state` is one more start of the runtime for each container, and a start is what a run's time
 * goes to. So the preflight asks it, and of the others those whose pid file has no pid of theirs.
 */
static void learn_pid(struct subject *s, const char *pid_file)
{
	pid_t pid = is_preflight(s) ? 0 : read_pid(pid_file);

	if (container_pid_fault(pid))
		ask_state(s, "create");
	else
		take_pid(s, "create", pid);
}

/* Life ------------------------------------------------------------------------------------- */

/* A mount on the host that is there while the container is: the control of every statement that
 * the host has no new mount. */
static void witness(struct subject *s, bool there)
{
	_cleanup_free_ char *path = xasprintf("%s/witness", s->dir);

	if (!there)
		umount2(path, MNT_DETACH);
	else if (mkdir(path, 0755) == 0)
		mount("witness", path, "tmpfs", MS_RDONLY, "size=4k");
}

static void check_probe(struct subject *s)
{
	if (s->tampered || bundle_probe_intact(s))
		return;
	s->tampered = true;
	fprintf(stderr, "observe: %s: container %s: the runtime changed the probe\n",
		s->o->c->bundle, s->k->name);
}

/* The preflight says whether the runtime runs at all; a bundle's other containers are controls. */
static bool is_faulty(const struct subject *s)
{
	return s->k == s->o->c->containers && !is_preflight(s);
}

static void bring_up(struct subject *s)
{
	_cleanup_free_ char *pid_file = xasprintf("%s/pid-file", s->dir);
	const char *const create[] = { "create", "--bundle", s->dir, "--pid-file",
				       pid_file, s->id,	     NULL };
	const char *const start[] = { "start", s->id, NULL };
	const struct step *kill = find_step(s->k, STEP_KILL);
	_cleanup_command_ struct command_result r = { 0 };
	unsigned long waited;
	bool ready = false;

	view_host_mounts(s, "before");
	view_device_modes(s, "before");
	view_digests(s, "before");
	witness(s, true);
	if (kill) {
		drive_killed(s, kill);
		return;
	}
	drive_create(s, &r);
	supervisor_count(is_faulty(s));
	trace_open(s->o);
	s->created = runtime(s, "create", &r, create);
	view_host_mounts(s, "create");
	if (!s->created)
		return;
	learn_pid(s, pid_file);
	view_container_mounts(s, "create");
	s->started = command(s, "start", start);
	trace_close(s, "start");
	if (!s->started)
		return;
	waited = now_usec();
	wait_gone(s->pid > 0 ? s->pid : getpid(), s->ready, s->o->opt->timeout_ms, &ready);
	FACT(s, "start", OP_RAN, "ready", ready ? "ok" : "unavailable", "%s", "");
	FACT(s, "start", OP_TIME, "payload", "ok", "%lu", now_usec() - waited);
	check_probe(s);
}

static bool wants_exec(const struct container *k)
{
	size_t i;

	for (i = 0; i < k->n_todo; i++)
		if (k->todo[i].as == AS_EXEC)
			return true;
	return false;
}

/* `exec --process FILE ID` as runc, crun and youki have it: the process of config.json. Also in
 * the preflight: what fails there is not offered at all. */
static void join(struct subject *s)
{
	_cleanup_free_ char *file = xasprintf("%s/process.json", s->dir);
	const char *const words[] = { "exec", "--process", file, s->id, NULL };
	_cleanup_free_ char *process = NULL, *args = NULL, *exec_args = NULL;
	const char *at = strstr(s->k->config, "\"process\":{");
	const char *end = at ? strstr(at, ",\"root\":") : NULL;
	_cleanup_command_ struct command_result r = { 0 };

	if (!(wants_exec(s->k) || is_preflight(s)) || !end)
		return;
	process =
		xstrndup(at + strlen("\"process\":"), (size_t)(end - at) - strlen("\"process\":"));
	args = xasprintf("\"probe\",\"%s\"", s->k->name);
	exec_args = xasprintf("%s,\"exec\"", args);
	replace_all(&process, args, exec_args);
	if (write_file_at(AT_FDCWD, file, process, strlen(process)) < 0)
		return;
	offered(s, "exec", "exec", runtime(s, "exec", &r, words), &r);
}

static void look_at_running(struct subject *s)
{
	if (!s->started)
		return;
	view_container_mounts(s, "running");
	view_host_mounts(s, "running");
	view_leftovers(s, "running");
	view_host_writes(s);
	join(s);
	drive_running(s);
}

static void let_go(struct subject *s)
{
	const char *const words[] = { "kill", s->id, "KILL", NULL };
	unsigned long from = now_usec();
	bool ready, gone = false;
	/* The preflight's payload is not told to go: `kill` has to work, too. */
	bool told = s->started && !is_preflight(s);

	if (told && write(s->go, "g", 1) == 1)
		gone = s->pid > 0 && wait_gone(s->pid, -1, s->o->opt->timeout_ms, &ready);
	if (told)
		FACT(s, "run", OP_TIME, "payload", "ok", "%lu", now_usec() - from);
	if (told)
		FACT(s, "run", OP_EXIT, "payload", gone ? "ok" : "deadline", "%s", "");
	if (s->created && !gone) {
		command(s, "kill", words);
		if (s->pid > 0)
			wait_gone(s->pid, -1, s->o->opt->timeout_ms, &ready);
	}
}

static void take_down(struct subject *s)
{
	const char *const words[] = { "delete", s->id, NULL };

	trace_open(s->o);
	let_go(s);
	if (s->created)
		command(s, "delete", words);
	trace_close(s, "delete");
	let_go_mounts(s);
	witness(s, false);
}

/* Not evidence: only so that what is left does not trouble the next container. */
static void clean_up(struct subject *s)
{
	const char *const force[] = { "delete", "--force", s->id, NULL };

	if (count_named(s->state_root, s->id, 2) > 0)
		command(s, "cleanup", force);
	if (find_step(s->k, STEP_KILL))
		end_descendants();
}

/* With their number, so that rows that go missing later on are missed. */
static void take_probe_facts(struct subject *s)
{
	_cleanup_free_ char *path = xasprintf("%s/io/facts", s->dir);
	_cleanup_free_ char *text = NULL;
	size_t len;

	if (s->created)
		check_probe(s);
	if (s->tampered || read_file_at(AT_FDCWD, path, FACTS_MAX, &text, &len) < 0) {
		FACT(s, "after", OP_PROBED, "", "unavailable", "%s", "");
		return;
	}
	text_add_n(&s->o->rows, text, len);
	FACT(s, "after", OP_PROBED, "", "ok", "%zu", count_lines(text));
}

static void subject_end(struct subject *s)
{
	safe_close(s->rootfs);
	safe_close(s->ready);
	safe_close(s->go);
	free(s->id);
	free(s->dir);
	free(s->state_root);
}

static void subject_init(struct subject *s, struct observation *o, const struct container *k)
{
	*s = (struct subject){ .o = o, .k = k, .rootfs = -EBADF, .ready = -EBADF, .go = -EBADF };
	/* The dot: no id is the beginning of another one. */
	s->id = xasprintf("%s-%u-%s.", o->opt->run_id, o->index, k->name);
	s->dir = xasprintf(CASES "/%u-%s", o->index, k->name);
	s->state_root = xasprintf(STATE_ROOT "%s%s", k->state ? "-" : "", k->state ? k->state : "");
	if (k->state)
		mkdir(s->state_root, 0755); /* as sandbox.c makes the other one */
	if (bundle_make(s) == 0)
		bring_up(s);
	supervisor_count(false);
}

static void finish(struct subject *s, size_t n)
{
	size_t i;

	run_rounds(s, n);
	for (i = 0; i < n; i++)
		look_at_running(&s[i]);
	for (i = 0; i < n; i++)
		take_down(&s[i]);
	for (i = 0; i < n; i++)
		view_after(&s[i]);
	for (i = 0; i < n; i++)
		clean_up(&s[i]);
}

static void run_containers(struct observation *o)
{
	size_t n = o->c->n_containers, i;
	_cleanup_free_ struct subject *s = xcalloc(n, sizeof(*s));

	for (i = 0; i < n; i++) {
		subject_init(&s[i], o, &o->c->containers[i]);
		if (!o->c->at_once)
			finish(&s[i], 1);
	}
	if (o->c->at_once)
		finish(s, n);
	for (i = 0; i < n; i++) {
		take_probe_facts(&s[i]);
		subject_end(&s[i]);
	}
}

static void write_facts(const struct observation *o)
{
	_cleanup_text_ struct text t = { 0 };
	_cleanup_free_ char *copy = xstrdup(o->case_text);
	_cleanup_free_ char *name = bundle_file(o->c->bundle, ".facts");
	char *rest = copy, *line;

	text_add(&t, "facts/1\n");
	text_add_n(&t, text_str(&o->opt->header), o->opt->header.len);
	while ((line = next_line(&rest)))
		text_add_record(&t, "c", line, NULL);
	text_add_n(&t, text_str(&o->rows), o->rows.len);
	text_addf(&t, "end\t%zu\n", count_lines(t.s));
	if (write_file_at(o->opt->out_fd, name, t.s, t.len) < 0)
		fprintf(stderr, "observe: write %s/%s: %s\n", o->opt->out, name, errno_name(errno));
}

void observe_case(const struct options *opt, const char *path, unsigned int index)
{
	_cleanup_free_ char *raw = NULL;
	struct observation o = { .opt = opt, .index = index };
	unsigned long from = now_usec();
	struct test_case c;
	const char *step;
	unsigned int line;
	int r;

	worker_signals();
	r = read_file_at(AT_FDCWD, path, CASE_MAX, &raw, NULL);
	if (r == 0)
		r = case_parse(xstrdup(raw), &c, &line);
	if (r < 0) {
		fprintf(stderr, "observe: %s: not a case: %s\n", path, errno_name(r));
		return;
	}
	o.c = &c;
	o.case_text = raw;
	/* Each step has a deadline of its own; this ends what none of them foresaw. */
	alarm((unsigned int)c.n_containers * 15 * (unsigned int)(opt->timeout_ms / 1000 + 5));
	r = sandbox_worker(&step);
	if (r < 0) {
		fprintf(stderr, "observe: %s: %s: %s\n", path, step, errno_name(r));
		return;
	}
	r = supervisor_start(&opt->deny);
	if (r < 0) {
		fprintf(stderr, "observe: %s: start the supervisor: %s\n", path, errno_name(r));
		return;
	}
	if (c.trace)
		trace_begin(&o);
	run_containers(&o);
	supervisor_facts(&o);
	end_descendants();
	trace_end();
	fact(&o, NULL, "after", AS_DRIVER, OP_TIME, "case", "ok", "%lu", now_usec() - from);
	write_facts(&o);
}
