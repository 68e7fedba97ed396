/* SPDX-License-Identifier: Apache-2.0 */
/* Which cases a run has, what is due in each, and what it leaves in OUT before the first begins. */
#include "conformance/plan.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "conformance/machine.h"
#include "conformance/report/near.h"
#include "conformance/userns.h"
#include "conformance/vm.h"

/* Words ---------------------------------------------------------------------------------------- */

/* The profiles with a case for @word, a glob on ids and bundles; blank-separated, owned. */
static char *profiles_with(const struct case_list *l, const char *word)
{
	_cleanup_text_ struct text t = { 0 };
	size_t i;

	for (i = 0; i < l->n; i++) {
		const struct test_case *c = &l->cases[i];
		_cleanup_free_ char *ids = plan_ids(c, word);

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

static void add_shard(struct text *t, const struct shard *s)
{
	_cleanup_free_ char *number = xasprintf("%u", s->number);
	_cleanup_free_ char *count = xasprintf("%u", s->count);

	text_add_record(t, "shard", number, count, NULL);
}

static void add_due(struct text *t, const struct planned *one, bool elsewhere)
{
	_cleanup_free_ char *file = xasprintf("%s.facts", one->file);
	char digest[SHA256_HEX];

	sha256_text(one->text, strlen(one->text), digest);
	if (elsewhere)
		text_addf(t, "elsewhere\t%u\t", one->shard);
	else
		text_add(t, "case\t");
	text_add_record(t, one->c->bundle, file, digest, one->ids, NULL);
}

static char *manifest_text(const struct plan *p, const struct run_options *o, const struct vm *vm)
{
	_cleanup_text_ struct text t = { 0 }, argv = { 0 };
	size_t i, here, there;

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
		text_add_record(&t, "kernel", o->kernel, vm->sha256, NULL);
	if (o->shard.count)
		add_shard(&t, &o->shard);
	for (here = there = 0; here + there < p->n + p->n_elsewhere;) {
		bool other = there < p->n_elsewhere &&
			     (here == p->n || p->elsewhere[there].place < p->cases[here].place);

		add_due(&t, other ? &p->elsewhere[there++] : &p->cases[here++], other);
	}
	text_addf(&t, "end\t%zu\n", count_lines(t.s));
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

/* Only what a run itself wrote is removed from OUT. */
static int write_inputs(const struct plan *p, const struct run_options *o, const char *manifest)
{
	static const char *const old[] = { "report.json", "report.html", "report.tap",
					   "status",	  "vm/console",	 ("facts/" MACHINE_FILE) };
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

/* The plan ------------------------------------------------------------------------------------- */

/* In the order of time as text, too: verify holds runs against it. */
static char *make_run_id(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return xasprintf("maskspec-%lx%05lx-%x", (unsigned long)ts.tv_sec,
			 (unsigned long)ts.tv_nsec / 1000, (unsigned int)getpid());
}

int plan_make(const struct run_options *o, struct plan *ret)
{
	ret->list.users = o->users;
	if (!load_cases(o->judge.fixtures, &ret->list))
		return EXIT_USAGE;
	ret->run_id = make_run_id();
	plan_cases(ret, &ret->list, o->profile, o->filter);
	if (ret->n < 2 && !*o->filter)
		return complain(EXIT_NOTHING_RAN,
				"PROFILE=%s: no case is of this profile yet; nothing ran",
				o->profile);
	if (check_words(&ret->list, o) == 0 && ret->n < 2)
		complain(EXIT_USAGE,
			 "FILTER=%s: names no case but " PREFLIGHT
			 ", which every run has; `maskspec list cases` shows the others",
			 o->filter);
	return ret->n < 2 ? EXIT_USAGE : -1;
}

int plan_write(const struct plan *p, const struct run_options *o, const struct vm *vm,
	       char digest[SHA256_HEX])
{
	_cleanup_free_ char *manifest = manifest_text(p, o, vm);
	int r = write_inputs(p, o, manifest);

	if (r < 0)
		return complain(EXIT_USAGE, "OUT=%s: %s; name a folder that can be written", o->out,
				errno_name(r));
	sha256_text(manifest, strlen(manifest), digest);
	return -1;
}
