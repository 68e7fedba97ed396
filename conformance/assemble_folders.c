/* SPDX-License-Identifier: Apache-2.0 */
/* Facts folders of a run, or of its shards, to a report. */
#include "conformance/assembly.h"
#include "conformance/folders.h"

/* The same sentence for all that nothing is known of, so that one reason is shown, not fifty. A
 * machine that ended before knows it better. */
static void preflight(struct assembly *a, const struct facts *f)
{
	if (!a->report->why && f->state != FACTS_WHOLE && a->machine)
		a->report->why = machine_fault(a->machine);
	if (!a->report->why)
		a->report->why = preflight_fault(f);
}

/* Sources ------------------------------------------------------------------------------------ */

/* Facts of another run, of another manifest, or of a case that was changed are no evidence. */
static void check_origin(struct facts *f, const struct manifest *m, const struct due_case *c)
{
	if (f->state != FACTS_WHOLE)
		return;
	if (!streq(facts_header(f, "run"), m->run) ||
	    !streq(facts_header(f, "manifest"), m->digest) ||
	    !streq(facts_header(f, "deny"), m->deny) ||
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

static void judge_due_case(struct assembly *a, const struct folder *in, const char *file,
			   struct due_case *c)
{
	_cleanup_facts_ struct facts f;

	assembly_load(in->fd, file, &f);
	check_origin(&f, &in->m, c);
	if (streq(c->bundle, PREFLIGHT))
		preflight(a, &f);
	if (a->machine)
		ask_machine(a->machine, file, &f);
	assembly_judge(a, &f, c->bundle, c->ids);
}

/* Of the preflight, which each shard makes, one is enough for the report; the others tell whether
 * anything ran there, and on what. */
static void judge_preflight_again(struct assembly *a, const struct folder *in, const char *file,
				  const struct due_case *c)
{
	_cleanup_facts_ struct facts f;

	assembly_load(in->fd, file, &f);
	check_origin(&f, &in->m, c);
	preflight(a, &f);
	if (f.state == FACTS_WHOLE)
		assembly_header(a, &f);
}

static void judge_missing_shard(struct assembly *a, unsigned int shard, struct due_case *c)
{
	_cleanup_facts_ struct facts f = {
		.state = FACTS_MISSING,
		.why_missing =
			xasprintf("shard %u of %u is missing", shard, a->report->shard_count),
	};

	assembly_judge(a, &f, c->bundle, c->ids);
}

/* Facts of a virtual machine that nothing is known of are no evidence. */
static void load_machine(const struct folder *in, struct machine *ret)
{
	char *text;

	if (read_file_at(in->fd, MACHINE_FILE, FACTS_MAX, &text, NULL) < 0 ||
	    machine_parse(text, ret) < 0)
		machine_unknown(ret, "nothing is known of how it ended");
	else if (!streq(ret->image, in->m.image))
		machine_unknown(ret, "it booted another kernel than the manifest names");
}

/* Folders ------------------------------------------------------------------------------------ */

/* What is known without any facts; of a whole run the header says the same. */
static void take_manifest(struct report *r, const struct manifest *m)
{
	assembly_deny(r, m->deny);
	free(r->userns);
	r->userns = xstrdup(m->userns);
	r->runtime_argv = xstrdup(m->runtime);
	r->runtime_path = xstrndup(m->runtime, strcspn(m->runtime, "\n"));
	r->runtime_name = xstrdup(strrchr(r->runtime_path, '/') ? strrchr(r->runtime_path, '/') + 1
								: r->runtime_path);
	if (m->kernel)
		r->kernel_name = xstrdup(m->kernel);
}

/* Whether shard @number has some of the cases, beside the preflight. */
static bool owes(const struct manifest *m, unsigned int number)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (manifest_owner(m, &m->cases[i]) == number &&
		    !streq(m->cases[i].bundle, PREFLIGHT))
			return true;
	return false;
}

/* Of one of several kernels a shard may have nothing, and makes no report of it: the first shard
 * that has something of it speaks for those, too. */
static void take_shards(struct report *r, const struct folders *fs)
{
	const struct manifest *m = &fs->list[0].m;
	unsigned int number, first = 0;
	size_t i;

	r->shard_count = m->shards;
	for (i = 0; m->shards && i < fs->n; i++)
		report_add_shard(r, fs->list[i].m.shard);
	for (number = m->shards; number > 0; number--)
		if (owes(m, number))
			first = number;
	for (number = 1; number <= m->shards && (fs->whole || first == m->shard); number++)
		if (!owes(m, number))
			report_add_shard(r, number);
}

/* One behind the other, in the order of the whole run: so what is put together of several cases is
 * what one machine would have come to. */
static void judge_cases(struct assembly *a, struct folders *fs, struct machine *machines)
{
	const struct manifest *first = &fs->list[0].m;
	size_t i, k;

	for (i = 0; i < first->n; i++) {
		struct due_case *c = &first->cases[i];
		const struct folder *in =
			c->elsewhere ? folder_of_shard(fs, c->elsewhere) : &fs->list[0];

		if (!in && !fs->whole)
			continue;
		if (!in) {
			judge_missing_shard(a, c->elsewhere, c);
			continue;
		}
		a->at = in->path;
		a->machine = first->kernel ? &machines[in - fs->list] : NULL;
		judge_due_case(a, in, c->file, c);
		for (k = 1; streq(c->bundle, PREFLIGHT) && k < fs->n; k++) {
			a->at = fs->list[k].path;
			a->machine = first->kernel ? &machines[k] : NULL;
			judge_preflight_again(a, &fs->list[k], c->file, c);
		}
	}
}

/* The first machine stands for all; what the others said is not lost. */
static void take_machines(struct report *r, struct machine *machines, size_t n)
{
	size_t i;

	for (i = 0; i < n && !r->why; i++)
		r->why = machine_fault(&machines[i]);
	r->vm = machines[0];
	machines[0] = (struct machine){ 0 };
	for (i = 1; i < n; i++) {
		machine_merge(&r->vm, &machines[i]);
		machine_free(&machines[i]);
	}
}

static int conclude_folders(struct assembly *a, const struct folders *fs,
			    const struct judge_options *o, char **ret_error)
{
	struct report *r = a->report;
	bool missing = r->n_shards < r->shard_count;

	if (a->differs) {
		*ret_error = TAKE_PTR(a->differs);
		return -EINVAL;
	}
	if (fs->whole && missing && !r->why)
		r->why = report_missing_shards(r);
	if (!missing)
		r->shard_count = r->n_shards = 0;
	return assembly_conclude(a, o, ret_error);
}

int assemble_folders(char *const *dirs, size_t n, const struct judge_options *o, struct report *ret,
		     char **ret_error)
{
	_cleanup_folders_ struct folders fs = { 0 };
	_cleanup_free_ struct machine *machines = NULL;
	struct assembly a;
	size_t i;
	int r = folders_open(dirs, n, &fs, ret_error);

	if (r < 0)
		return r;
	r = assembly_begin(&a, ret, o, fs.list[0].m.profile, fs.list[0].m.filter,
			   fs.list[0].m.require, ret_error);
	take_manifest(ret, &fs.list[0].m);
	take_shards(ret, &fs);
	machines = xcalloc(fs.n, sizeof(*machines));
	for (i = 0; ret->kernel_name && i < fs.n; i++)
		load_machine(&fs.list[i], &machines[i]);
	if (r == 0)
		judge_cases(&a, &fs, machines);
	if (ret->kernel_name)
		take_machines(ret, machines, fs.n);
	if (r == 0)
		r = conclude_folders(&a, &fs, o, ret_error);
	free(a.by_id);
	free(a.differs);
	return r;
}

int assemble_folder(const char *dir, const struct judge_options *o, struct report *ret,
		    char **ret_error)
{
	_cleanup_free_ char *path = xstrdup(dir);

	return assemble_folders(&path, 1, o, ret, ret_error);
}
