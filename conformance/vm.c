/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/vm.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "conformance/child.h"

/* Runs @argv to its end; what it printed goes to @out, which may be NULL. Its status. */
static int run_tool(char *const *argv, struct text *out)
{
	char buf[4096];
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return EXIT_BROKEN;
	pid = child_start(argv, fds[1]);
	close(fds[1]);
	while ((n = read(fds[0], buf, sizeof(buf))) > 0 || (n < 0 && errno == EINTR))
		if (out && n > 0)
			text_add_n(out, buf, (size_t)n);
	close(fds[0]);
	status = child_wait(pid);
	return interrupted ? 128 + interrupted : status;
}

struct pair {
	const char *option;
	char *value; /* owned; NULL: without the option */
};

static void add_pairs(struct words *w, const struct pair *pairs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!pairs[i].value)
			continue;
		words_add(w, xstrdup(pairs[i].option));
		words_add(w, pairs[i].value);
	}
}

/* fetch -------------------------------------------------------------------------------------- */

void vm_free(struct vm *v)
{
	free(v->text);
	*v = (struct vm){ 0 };
}

static int read_answer(struct vm *v)
{
	const struct {
		const char *key;
		const char **slot;
	} keys[] = {
		{ "name ", &v->name },	   { "version ", &v->version }, { "image ", &v->image },
		{ "boot ", &v->boot },	   { "sha256 ", &v->sha256 },	{ "cgroup ", &v->cgroup },
		{ "memory ", &v->memory }, { "append ", &v->append },	{ "source ", &v->source },
	};
	char *rest = v->text, *line;
	size_t i;

	v->append = "";
	while ((line = next_line(&rest)))
		for (i = 0; i < ARRAY_SIZE(keys); i++)
			if (strip_prefix(line, keys[i].key))
				*keys[i].slot = line + strlen(keys[i].key);
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (!*keys[i].slot)
			return complain(EXIT_BROKEN, "vm/fetch said nothing of \"%s\"",
					keys[i].key);
	return -1;
}

int vm_check(const struct run_options *o, const char *kernel)
{
	_cleanup_free_ char *fetch = kit_file(o->judge.fixtures, "vm/fetch");
	char *argv[] = { fetch, (char *)(uintptr_t) "--check", (char *)(uintptr_t)kernel, NULL };
	int status = streq(kernel, "host") ? 0 : run_tool(argv, NULL);

	return status ? status : -1;
}

int vm_fetch(const struct run_options *o, struct vm *ret)
{
	_cleanup_free_ char *fetch = kit_file(o->judge.fixtures, "vm/fetch");
	char *argv[] = { fetch, (char *)(uintptr_t) "--cache", (char *)(uintptr_t)o->cache,
			 (char *)(uintptr_t)o->kernel, NULL };
	_cleanup_text_ struct text out = { 0 };
	int status = run_tool(argv, &out);

	if (status != 0)
		return status;
	*ret = (struct vm){ .text = xstrdup(text_str(&out)) };
	status = read_answer(ret);
	if (status < 0 && !streq(o->cgroup, "auto"))
		ret->cgroup = o->cgroup;
	return status;
}

/* image -------------------------------------------------------------------------------------- */

static void add_line(struct text *t, char *const *argv)
{
	size_t i;

	for (i = 0; argv[i]; i++) {
		text_add(t, i ? "\t" : "");
		text_add_field(t, argv[i]);
	}
	text_add(t, "\n");
}

static int write_commands(const struct run_options *o, const struct plan *p, const char *digest,
			  const char *dir)
{
	_cleanup_free_ char *file = xasprintf("%s/commands", dir);
	_cleanup_text_ struct text t = { 0 };
	size_t from, to;

	for (from = 0; from < p->n; from = to) {
		char **argv;

		to = from ? p->n : 1;
		argv = observe_argv(p, o, digest, from, to);
		add_line(&t, argv);
		words_free(argv);
	}
	return write_file_at(AT_FDCWD, file, t.s, t.len);
}

static char **image_argv(const struct run_options *o, const char *shell)
{
	_cleanup_free_ char *build = program_dir();
	const struct pair pairs[] = {
		{ "--cache", xstrdup(o->cache) },
		{ "--output", xasprintf("%s/vm/initrd", o->out) },
		{ "--init", xasprintf("%s/vm/init", build) },
		{ "--observe", xasprintf("%s/observe", build) },
		{ "--runtime", xstrdup(o->runtime) },
		{ "--tree", xasprintf("%s/vm/commands:/maskspec", o->out) },
		{ "--tree", xasprintf("%s/cases:/maskspec/cases", o->out) },
		{ "--tree", shell ? xasprintf("%s:/maskspec", shell) : NULL },
	};
	struct words w = { 0 };

	words_add(&w, kit_file(o->judge.fixtures, "vm/image"));
	add_pairs(&w, pairs, ARRAY_SIZE(pairs));
	if (shell)
		words_add(&w, xstrdup("--shell"));
	words_end(&w);
	return w.v;
}

int vm_image(const struct run_options *o, const struct plan *p, const char *digest,
	     const char *shell)
{
	_cleanup_free_ char *dir = xasprintf("%s/vm/commands", o->out);
	int r = make_folders(dir), status;
	char **argv;

	if (r == 0)
		r = write_commands(o, p, digest, dir);
	if (r < 0)
		return complain(EXIT_USAGE, "%s: %s", dir, errno_name(r));
	argv = image_argv(o, shell);
	status = run_tool(argv, NULL);
	words_free(argv);
	return status == 0 ? -1 : status;
}

/* boot --------------------------------------------------------------------------------------- */

/* A machine in whose command the runtime may take longer than vm/boot waits gets that time, too. */
static void add_deadlines(struct words *w, const struct run_options *o)
{
	_cleanup_free_ char *command = xasprintf("%lu", 2 * strtoul(o->timeout, NULL, 10));

	if (o->vm_timeout) {
		words_add_pair(w, "--boot-timeout", o->vm_timeout);
		words_add_pair(w, "--case-timeout", o->vm_timeout);
	} else if (strtoul(command, NULL, 10) > 300) {
		words_add_pair(w, "--case-timeout", command);
	}
}

char **vm_argv(const struct run_options *o, const struct vm *v, const char *mode)
{
	_cleanup_free_ char *build = program_dir();
	const struct pair pairs[] = {
		{ "--kernel", xstrdup(v->boot) },
		{ "--image", xstrdup(v->sha256) },
		{ "--initrd", xasprintf("%s/vm/initrd", o->out) },
		{ "--facts", xasprintf("%s/facts", o->out) },
		{ "--console", xasprintf("%s/vm/console", o->out) },
		{ "--append", xstrdup(v->append) },
		{ "--memory", xstrdup(v->memory) },
		{ "--cpus", xstrdup(o->vm_cpus) },
		{ "--cgroup", xstrdup(v->cgroup) },
		{ "--accel", xstrdup(o->accel) },
		{ "--cache", xstrdup(o->cache) },
	};
	struct words w = { 0 };

	words_add(&w, xasprintf("%s/vm/boot", build));
	add_pairs(&w, pairs, ARRAY_SIZE(pairs));
	add_deadlines(&w, o);
	if (mode)
		words_add(&w, xstrdup(mode));
	words_end(&w);
	return w.v;
}

/* How to boot it again is asked of vm/boot, which knows its own words. */
static void say_by_hand(const struct run_options *o, const struct vm *v)
{
	char **argv = vm_argv(o, v, "--by-hand");
	_cleanup_text_ struct text out = { 0 };

	run_tool(argv, &out);
	if (out.len)
		fprintf(stderr,
			"maskspec: %s/vm has the image and the console; to boot it by hand, "
			"its facts into the file result:\n%s",
			o->out, text_str(&out));
	words_free(argv);
}

void vm_tidy(const struct run_options *o, const struct vm *v)
{
	_cleanup_free_ char *initrd = xasprintf("%s/vm/initrd", o->out);

	if (o->keep)
		say_by_hand(o, v);
	else
		unlink(initrd);
}
