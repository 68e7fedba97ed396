/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/assembly.h"

#include <fcntl.h>
#include <stddef.h>

#include "conformance/judge/measure.h"
#include "conformance/report/expect.h"

/* Header ------------------------------------------------------------------------------------ */

static char *header(const struct facts *f, const char *key)
{
	return xstrdup(facts_header(f, key));
}

static char *lines_of(const char *words)
{
	char *s = xstrdup(words);
	char *p;

	for (p = s; (p = strchr(p, ' '));)
		*p = '\n';
	return s;
}

static const struct {
	const char *key;
	size_t at;
	bool own; /* of each shard; all else must be the same on all machines */
} headers[] = {
	{ "kit-version", offsetof(struct report, kit_version), false },
	{ "kit-commit", offsetof(struct report, kit_commit), false },
	{ "kit-spec", offsetof(struct report, kit_spec), false },
	{ "runtime", offsetof(struct report, runtime_path), false },
	{ "runtime-name", offsetof(struct report, runtime_name), false },
	{ "runtime-version-line", offsetof(struct report, runtime_version), false },
	{ "runtime-sha256", offsetof(struct report, runtime_sha256), false },
	{ "runtime-argv", offsetof(struct report, runtime_argv), false },
	{ "kernel", offsetof(struct report, kernel), false },
	{ "machine", offsetof(struct report, machine), false },
	{ "distro", offsetof(struct report, distro), false },
	{ "cgroup", offsetof(struct report, cgroup), false },
	{ "lsm", offsetof(struct report, lsm), false },
	{ "features", offsetof(struct report, features), false },
	{ "user-namespaces", offsetof(struct report, user_namespaces), false },
	{ "limits", offsetof(struct report, limits), false },
	{ "boot", offsetof(struct report, boot_id), true },
	{ "started", offsetof(struct report, started), true },
};

static void take_header(struct assembly *a, const struct facts *f)
{
	size_t i;

	a->installed = streq(facts_header(f, "kit-installed"), "yes");
	for (i = 0; i < ARRAY_SIZE(headers); i++) {
		char **slot = (char **)(void *)((char *)a->report + headers[i].at);

		free(*slot);
		*slot = streq(headers[i].key, "features") ? lines_of(facts_header(f, "features"))
							  : header(f, headers[i].key);
	}
}

/* A report is of one runtime on one kernel, whichever machines its facts are from. */
static void compare_header(struct assembly *a, const struct facts *f)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(headers) && !a->differs; i++) {
		const char *first =
			*(char *const *)(const void *)((const char *)a->report + headers[i].at);
		_cleanup_free_ char *now = streq(headers[i].key, "features")
						   ? lines_of(facts_header(f, "features"))
						   : header(f, headers[i].key);

		if (!headers[i].own && !streq(first, now))
			a->differs = xasprintf("%s and %s: \"%s\" is not the same (\"%.80s\", "
					       "\"%.80s\"); a report is of one machine's kind: "
					       "make its shards on hosts that are alike",
					       a->from, a->at, headers[i].key, first, now);
	}
}

/* Was anything masked at all? --------------------------------------------------------------- */

static const char *class_of(const struct container *k, const char *path, enum op op)
{
	size_t i;

	for (i = 0; i < k->n_todo; i++)
		if (k->todo[i].op == op && streq(k->todo[i].path, path))
			return k->todo[i].class;
	return "";
}

static void note_effect(struct assembly *a, const struct container *k, const struct row *r)
{
	const char *class = class_of(k, r->path, r->op);

	if (has_word("masked-dir masked-file sb-dir", class) && r->op == OP_LOOK) {
		a->looked = true;
		a->implemented |= !strip_prefix(r->value, "type=") ||
				  strstr(r->value, "entries=0") || strstr(r->value, "rdev=1:3");
	}
	if (streq(class, "readonly-dir") && r->op == OP_CREATE)
		a->implemented |= !streq(r->result, "ok");
}

static void note_effects(struct assembly *a, const struct facts *f)
{
	size_t i, k;

	for (i = 0; i < f->n_rows; i++) {
		const struct row *r = &f->rows[i];

		if ((r->op != OP_LOOK && r->op != OP_CREATE) || !streq(r->phase, "run"))
			continue;
		for (k = 0; k < f->c.n_containers; k++)
			if (row_from(r, "probe", f->c.containers[k].name))
				note_effect(a, &f->c.containers[k], r);
	}
}

/* Results ------------------------------------------------------------------------------------ */

static void merge(struct assembly *a, enum requirement_id id, const struct facts *f,
		  const char *bundle)
{
	_cleanup_finding_ struct finding finding;

	judge_case(id, f, &finding);
	result_merge(&a->by_id[id], &finding, bundle);
}

void assembly_deny(struct report *r, const char *words)
{
	_cleanup_free_ char *copy = xstrdup(words);
	char *state = NULL, *word;

	for (word = strtok_r(copy, " ", &state); word; word = strtok_r(NULL, " ", &state))
		report_add_denied(r, word, 0);
}

static void add_measurements(struct assembly *a, const struct facts *f)
{
	struct measures m;
	size_t i;

	measure_case(f, &m);
	for (i = 0; i < m.n; i++)
		report_add_measurement(a->report, m.list[i].name, m.list[i].unit, m.list[i].value,
				       f->c.bundle);
	a->report->seconds += (double)m.usec / 1e6;
}

/* Of a single file the header is all that says what was denied. */
static void add_denied(struct assembly *a, const struct facts *f)
{
	const char *words = facts_header(f, "deny");
	size_t i;

	assembly_deny(a->report, words);
	for (i = 0; i < f->n_rows; i++)
		if (f->rows[i].op == OP_CALLS && has_word(words, f->rows[i].path))
			report_add_denied(a->report, f->rows[i].path,
					  (unsigned long long)row_number(&f->rows[i], "denied"));
}

void assembly_header(struct assembly *a, const struct facts *f)
{
	if (!a->from)
		take_header(a, f);
	else if (a->from != a->at)
		compare_header(a, f);
	if (!a->from)
		a->from = a->at;
}

void assembly_judge(struct assembly *a, const struct facts *f, const char *bundle, char *ids)
{
	char *state = NULL, *word;

	if (f->state == FACTS_WHOLE) {
		assembly_header(a, f);
		note_effects(a, f);
		add_measurements(a, f);
		add_denied(a, f);
	}
	for (word = strtok_r(ids, " ", &state); word; word = strtok_r(NULL, " ", &state)) {
		enum requirement_id id = requirement_by_name(word);

		if (id < REQ_COUNT)
			merge(a, id, f, bundle);
	}
}

/* A command that does a run again. */
struct again {
	struct text t;
	bool installed; /* of `maskspec run`, where there is no Makefile */
};

static void add_variable(struct again *a, const char *name, const char *option, const char *value,
			 const char *otherwise)
{
	if (!value || !*value || streq(value, otherwise))
		return;
	if (a->installed)
		text_addf(&a->t, " --%s ", option);
	else
		text_addf(&a->t, " %s=", name);
	text_add_word(&a->t, value);
}

/*
 * What this run was given, for one requirement. It is for who made the facts: whoever judges them
 * again, with a kit of the other kind, must come to the same report (maskspec verify).
 */
static char *rerun(const struct assembly *assembly, const char *id)
{
	const struct report *r = assembly->report;
	_cleanup_text_ struct text args = { 0 }, deny = { 0 };
	struct again a = { .installed = assembly->installed };
	_cleanup_free_ char *argv = xstrdup(r->runtime_argv ? r->runtime_argv : "");
	char *rest = argv;
	char *line = next_line(&rest);
	size_t i;

	text_add(&a.t, a.installed ? "maskspec run" : "make conformance");
	add_variable(&a, "RUNTIME", "runtime", line, "");
	while ((line = next_line(&rest)))
		text_addf(&args, "%s%s", args.len ? " " : "", line);
	add_variable(&a, "RUNTIME_ARGS", "runtime-args", args.s, "");
	add_variable(&a, "KERNELS", "kernels", r->kernel_name, "");
	add_variable(&a, "PROFILE", "profile", r->profile, "core");
	add_variable(&a, "REQUIRE", "require", r->require, "");
	for (i = 0; i < r->n_denied; i++)
		text_addf(&deny, "%s%s", i ? " " : "", r->denied[i].name);
	add_variable(&a, "DENY", "deny", deny.s, "");
	if (!streq(r->userns, "rootless"))
		add_variable(&a, "USERNS", "userns", r->userns, "none");
	text_addf(&a.t, a.installed ? " --filter %s" : " FILTER=%s", id);
	return a.t.s;
}

/* Where the runtime was sent elsewhere: its path there tells nobody anything. */
static void call_runtime(struct report *r, const char *path)
{
	const char *args = r->runtime_argv ? strchr(r->runtime_argv, '\n') : NULL;
	char *argv = xasprintf("%s%s", path, args ? args : "");

	free(r->runtime_argv);
	free(r->runtime_path);
	r->runtime_argv = argv;
	r->runtime_path = xstrdup(path);
}

static void take_results(struct assembly *a)
{
	struct report *r = a->report;
	size_t i;

	for (i = 0; i < REQ_COUNT; i++) {
		struct result *one = &a->by_id[i];

		if (one->verdict == VERDICT_NOT_DUE) {
			result_free(one);
			continue;
		}
		one->id = (enum requirement_id)i;
		one->level = require_level(&a->require, one->id);
		free(one->expected);
		one->expected = xstrdup(judges[i]->expected);
		one->rerun = rerun(a, requirements[i].id);
		GROW(r->results, r->n_results);
		r->results[r->n_results++] = *one;
	}
}

int assemble_lists(struct report *r, const struct judge_options *o, char **ret_error)
{
	_cleanup_free_ char *dir = xasprintf("%s/expect", o->fixtures);
	_cleanup_expects_ struct expects e = { 0 };
	int err;

	r->published = o->publish || o->withheld;
	if (o->withheld) {
		err = withheld_apply(r, o->withheld, ret_error);
		if (err < 0)
			return err;
	}
	if (!o->expect)
		return 0;
	err = expect_load(o->expect, dir, &e, ret_error);
	if (err < 0)
		return err;
	if (o->expect_name) {
		free(e.file);
		e.file = xstrdup(o->expect_name);
	}
	expect_apply(r, &e);
	return 0;
}

int assembly_conclude(struct assembly *a, const struct judge_options *o, char **ret_error)
{
	int r;

	if (o->called)
		call_runtime(a->report, o->called);
	take_results(a);
	r = assemble_lists(a->report, o, ret_error);
	if (r < 0)
		return r;
	report_conclude(a->report, !a->looked || a->implemented, o->strict);
	if (a->report->why && *a->report->why && a->report->outcome == OUTCOME_CONFORMS)
		a->report->outcome = OUTCOME_BROKEN;
	return 0;
}

int assembly_begin(struct assembly *a, struct report *ret, const struct judge_options *o,
		   const char *profile, const char *filter, const char *require, char **ret_error)
{
	_cleanup_free_ char *dir = xasprintf("%s/require", o->fixtures);

	*ret = (struct report){ .profile = xstrdup(profile),
				.filter = xstrdup(filter),
				.require = xstrdup(require),
				.userns = xstrdup("none"),
				.partial = *filter != '\0' };
	*a = (struct assembly){ .report = ret, .by_id = xcalloc(REQ_COUNT, sizeof(*a->by_id)) };
	return require_parse(require, dir, &a->require, ret_error);
}

/* Files -------------------------------------------------------------------------------------- */

void assembly_load(int dir, const char *file, struct facts *ret)
{
	char *text;

	*ret = (struct facts){ .state = FACTS_MISSING };
	if (read_file_at(dir, file, FACTS_MAX, &text, NULL) == 0)
		facts_parse(text, ret);
}

static char *all_due(const struct test_case *c)
{
	_cleanup_text_ struct text t = { 0 };
	size_t i;

	for (i = 0; i < REQ_COUNT; i++)
		if (judge_is_due((enum requirement_id)i, c))
			text_addf(&t, "%s%s", t.len ? " " : "", requirements[i].id);
	return xstrdup(text_str(&t));
}

static int judge_file(struct assembly *a, const char *file, char **ret_error)
{
	_cleanup_facts_ struct facts f;
	_cleanup_free_ char *ids = NULL;

	assembly_load(AT_FDCWD, file, &f);
	if (f.state != FACTS_WHOLE) {
		*ret_error = xasprintf("%s: missing, cut or no facts/1 file; a run's facts folder "
				       "is judged as a whole, with its manifest",
				       file);
		return -EINVAL;
	}
	ids = all_due(&f.c);
	assembly_judge(a, &f, f.c.bundle, ids);
	return 0;
}

int assemble_files(char *const *files, size_t n, const struct judge_options *o, struct report *ret,
		   char **ret_error)
{
	struct assembly a;
	size_t i;
	int r = assembly_begin(&a, ret, o, "", "", "", ret_error);

	for (i = 0; r == 0 && i < n; i++)
		r = judge_file(&a, files[i], ret_error);
	ret->partial = true;
	if (r == 0)
		r = assembly_conclude(&a, o, ret_error);
	free(a.by_id);
	return r;
}
