/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/assemble.h"

#include <fcntl.h>

#include "conformance/judge/measure.h"
#include "conformance/machine.h"
#include "conformance/report/expect.h"
#include "conformance/report/require.h"

struct assembly {
	struct report *report;
	struct result *by_id; /* REQ_COUNT */
	struct require require;
	const struct machine *machine; /* that the run was in; NULL: the host */
	bool have_header;
	bool looked, implemented; /* a mask was looked at; one showed an effect */
};

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

static void take_header(struct assembly *a, const struct facts *f)
{
	struct report *r = a->report;

	if (a->have_header || f->state != FACTS_WHOLE)
		return;
	a->have_header = true;
	r->kit_version = header(f, "kit-version");
	r->kit_commit = header(f, "kit-commit");
	r->kit_spec = header(f, "kit-spec");
	free(r->runtime_path);
	free(r->runtime_name);
	free(r->runtime_argv);
	r->runtime_path = header(f, "runtime");
	r->runtime_name = header(f, "runtime-name");
	r->runtime_version = header(f, "runtime-version-line");
	r->runtime_sha256 = header(f, "runtime-sha256");
	r->runtime_argv = header(f, "runtime-argv");
	r->kernel = header(f, "kernel");
	r->machine = header(f, "machine");
	r->distro = header(f, "distro");
	r->cgroup = header(f, "cgroup");
	r->lsm = header(f, "lsm");
	r->features = lines_of(facts_header(f, "features"));
	r->boot_id = header(f, "boot");
	r->started = header(f, "started");
	r->user_namespaces = header(f, "user-namespaces");
	r->limits = header(f, "limits");
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

static void add_denied_words(struct report *r, const char *words)
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

	add_denied_words(a->report, words);
	for (i = 0; i < f->n_rows; i++)
		if (f->rows[i].op == OP_CALLS && has_word(words, f->rows[i].path))
			report_add_denied(a->report, f->rows[i].path,
					  (unsigned long long)row_number(&f->rows[i], "denied"));
}

static void judge_ids(struct assembly *a, const struct facts *f, const char *bundle, char *ids)
{
	char *state = NULL, *word;

	take_header(a, f);
	if (f->state == FACTS_WHOLE) {
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

/* The same sentence for all that nothing is known of, so that one reason is shown, not fifty. A
 * machine that ended before knows it better. */
static void preflight(struct assembly *a, const struct facts *f)
{
	if (!a->report->why && f->state != FACTS_WHOLE && a->machine)
		a->report->why = machine_fault(a->machine);
	if (!a->report->why)
		a->report->why = preflight_fault(f);
}

static void add_variable(struct text *t, const char *name, const char *value, const char *otherwise)
{
	if (!value || !*value || streq(value, otherwise))
		return;
	text_addf(t, " %s=", name);
	text_add_word(t, value);
}

/* `make conformance` with what this run was given, for one requirement. */
static char *rerun(const struct report *r, const char *id)
{
	_cleanup_text_ struct text t = { 0 }, args = { 0 }, deny = { 0 };
	_cleanup_free_ char *argv = xstrdup(r->runtime_argv ? r->runtime_argv : "");
	char *rest = argv;
	char *line = next_line(&rest);
	size_t i;

	text_add(&t, "make conformance");
	add_variable(&t, "RUNTIME", line, "");
	while ((line = next_line(&rest)))
		text_addf(&args, "%s%s", args.len ? " " : "", line);
	add_variable(&t, "RUNTIME_ARGS", args.s, "");
	add_variable(&t, "KERNELS", r->kernel_name, "");
	add_variable(&t, "PROFILE", r->profile, "core");
	add_variable(&t, "REQUIRE", r->require, "");
	for (i = 0; i < r->n_denied; i++)
		text_addf(&deny, "%s%s", i ? " " : "", r->denied[i].name);
	add_variable(&t, "DENY", deny.s, "");
	if (!streq(r->userns, "rootless"))
		add_variable(&t, "USERNS", r->userns, "none");
	text_addf(&t, " FILTER=%s", id);
	return TAKE_PTR(t.s);
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
		one->rerun = rerun(r, requirements[i].id);
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
	if (err == 0)
		expect_apply(r, &e);
	return err;
}

static int conclude(struct assembly *a, const struct judge_options *o, char **ret_error)
{
	int r;

	take_results(a);
	r = assemble_lists(a->report, o, ret_error);
	if (r < 0)
		return r;
	report_conclude(a->report, !a->looked || a->implemented, o->strict);
	if (a->report->why && *a->report->why && a->report->outcome == OUTCOME_CONFORMS)
		a->report->outcome = OUTCOME_BROKEN;
	return 0;
}

static int begin(struct assembly *a, struct report *ret, const struct judge_options *o,
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

/* Sources ------------------------------------------------------------------------------------ */

static void load_facts(int dir, const char *file, struct facts *ret)
{
	char *text;

	*ret = (struct facts){ .state = FACTS_MISSING };
	if (read_file_at(dir, file, FACTS_MAX, &text, NULL) == 0)
		facts_parse(text, ret);
}

/* Facts of another run, of another manifest, or of a case that was changed are no evidence. */
static void check_origin(struct facts *f, const struct manifest *m, const struct due_case *c)
{
	if (f->state != FACTS_WHOLE)
		return;
	if (!streq(facts_header(f, "run"), m->run) ||
	    !streq(facts_header(f, "manifest"), m->digest) ||
	    !streq(facts_header(f, "deny"), m->deny ? m->deny : "") ||
	    !streq(f->case_digest, c->digest) || !streq(f->c.bundle, c->bundle))
		f->state = FACTS_FOREIGN;
}

/* Where the kernel itself failed, what a runtime did is not its own doing. */
static void ask_machine(const struct machine *m, const char *file, struct facts *f)
{
	_cleanup_free_ char *doubt = machine_doubt(m, file);

	if (doubt && f->state == FACTS_WHOLE) {
		facts_free(f);
		*f = (struct facts){ .state = FACTS_MISSING, .why_missing = TAKE_PTR(doubt) };
	} else if (f->state == FACTS_MISSING) {
		f->why_missing = machine_why_missing(m, file);
	}
}

static void judge_due_case(struct assembly *a, int dir, const struct manifest *m,
			   struct due_case *c)
{
	_cleanup_facts_ struct facts f;

	load_facts(dir, c->file, &f);
	check_origin(&f, m, c);
	if (streq(c->bundle, PREFLIGHT))
		preflight(a, &f);
	if (a->machine)
		ask_machine(a->machine, c->file, &f);
	judge_ids(a, &f, c->bundle, c->ids);
}

/* Facts of a virtual machine that nothing is known of are no evidence. */
static void load_machine(struct assembly *a, int dir, const struct manifest *m)
{
	struct machine *ret = &a->report->vm;
	char *text;

	if (!m->kernel)
		return;
	a->machine = ret;
	if (read_file_at(dir, MACHINE_FILE, FACTS_MAX, &text, NULL) < 0 ||
	    machine_parse(text, ret) < 0)
		machine_unknown(ret, "nothing is known of how it ended");
	else if (!streq(ret->image, m->image))
		machine_unknown(ret, "it booted another kernel than the manifest names");
	a->report->kernel_name = xstrdup(m->kernel);
}

static void machine_last(struct assembly *a)
{
	if (a->machine && !a->report->why)
		a->report->why = machine_fault(a->machine);
}

int assemble_folder(const char *dir, const struct judge_options *o, struct report *ret,
		    char **ret_error)
{
	_cleanup_close_ int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_manifest_ struct manifest m = { 0 };
	struct assembly a;
	char *text;
	size_t i;
	int r;

	if (fd < 0 || read_file_at(fd, MANIFEST_FILE, CASE_MAX, &text, NULL) < 0) {
		*ret_error = xasprintf("%s: no manifest here; name the facts folder of a run", dir);
		return -ENOENT;
	}
	r = manifest_parse(text, &m);
	if (r < 0) {
		*ret_error = xasprintf("%s/%s: cut or changed; judge a whole copy of the folder",
				       dir, MANIFEST_FILE);
		return r;
	}
	r = begin(&a, ret, o, m.profile, m.filter, m.require, ret_error);
	add_denied_words(ret, m.deny ? m.deny : "");
	/* For a run without facts; of a whole one the header says the same. */
	free(ret->userns);
	ret->userns = xstrdup(m.userns);
	ret->runtime_argv = xstrdup(m.runtime);
	ret->runtime_path = xstrndup(m.runtime, strcspn(m.runtime, "\n"));
	ret->runtime_name =
		xstrdup(strrchr(ret->runtime_path, '/') ? strrchr(ret->runtime_path, '/') + 1
							: ret->runtime_path);
	load_machine(&a, fd, &m);
	for (i = 0; r == 0 && i < m.n; i++)
		judge_due_case(&a, fd, &m, &m.cases[i]);
	machine_last(&a);
	if (r == 0)
		r = conclude(&a, o, ret_error);
	free(a.by_id);
	return r;
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

	load_facts(AT_FDCWD, file, &f);
	if (f.state != FACTS_WHOLE) {
		*ret_error = xasprintf("%s: missing, cut or no facts/1 file; a run's facts folder "
				       "is judged as a whole, with its manifest",
				       file);
		return -EINVAL;
	}
	ids = all_due(&f.c);
	judge_ids(a, &f, f.c.bundle, ids);
	return 0;
}

int assemble_files(char *const *files, size_t n, const struct judge_options *o, struct report *ret,
		   char **ret_error)
{
	struct assembly a;
	size_t i;
	int r = begin(&a, ret, o, "", "", "", ret_error);

	for (i = 0; r == 0 && i < n; i++)
		r = judge_file(&a, files[i], ret_error);
	ret->partial = true;
	if (r == 0)
		r = conclude(&a, o, ret_error);
	free(a.by_id);
	return r;
}
