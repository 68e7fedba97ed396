/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/merge.h"

#include <stddef.h>

#include "conformance/report/columns.h"
#include "conformance/report/output.h"

/* A column that grows. */
struct growing {
	const char *file;	     /* of its first report */
	const char *from[REQ_COUNT]; /* which file gave the verdict */
	char *fails,
		*cause; /* why one that fails does; why nothing could be judged in any, or "" */
	unsigned int ran, not_implemented;
	bool joined;
};

/* Which reports are of one column ------------------------------------------------------------ */

static bool same(const char *a, const char *b)
{
	return streq(str(a), str(b));
}

static bool same_denied(const struct report *a, const struct report *b)
{
	size_t i;

	for (i = 0; i < a->n_denied && i < b->n_denied; i++)
		if (!streq(a->denied[i].name, b->denied[i].name))
			return false;
	return a->n_denied == b->n_denied;
}

static bool same_column(const struct report *a, const struct report *b)
{
	if (!columns_same_runtime(a, b) || !streq(column_kernel(a), column_kernel(b)))
		return false;
	if (!column_judged(a) || !column_judged(b))
		return true;
	if (!a->shard_count && !b->shard_count && !same(a->runtime_sha256, b->runtime_sha256))
		return false;
	return !a->kernel_name == !b->kernel_name && same(a->cgroup, b->cgroup) &&
	       same(a->userns, b->userns) && same_denied(a, b);
}

/* What must agree ----------------------------------------------------------------------------- */

_printf_(4, 5) static int conflict(const char *first, const char *second, char **ret_error,
				   const char *fmt, ...)
{
	_cleanup_free_ char *what = NULL;
	va_list ap;

	va_start(ap, fmt);
	what = xvasprintf(fmt, ap);
	va_end(ap);
	*ret_error = xasprintf("%s and %s: %s", first, second, what);
	return -EINVAL;
}

static const struct {
	const char *name;
	size_t at;
} agreed[] = {
	{ "kit.commit", offsetof(struct report, kit_commit) },
	{ "kit.spec", offsetof(struct report, kit_spec) },
	{ "runtime.sha256", offsetof(struct report, runtime_sha256) },
	{ "host.kernel", offsetof(struct report, kernel) },
	{ "host.machine", offsetof(struct report, machine) },
	{ "host.lsm", offsetof(struct report, lsm) },
	{ "host.features", offsetof(struct report, features) },
	{ "host.user_namespaces", offsetof(struct report, user_namespaces) },
	{ "host.limits", offsetof(struct report, limits) },
	{ "profile", offsetof(struct report, profile) },
	{ "require", offsetof(struct report, require) },
};

static const char *field(const struct report *r, size_t at)
{
	return str(*(char *const *)(const void *)((const char *)r + at));
}

static int check_agreed(const struct growing *g, const struct report *mine, const struct report *r,
			const char *file, char **ret_error)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(agreed); i++)
		if (!streq(field(mine, agreed[i].at), field(r, agreed[i].at)))
			return conflict(g->file, file, ret_error,
					"%s differs (\"%.60s\", \"%.60s\"): they are not of one "
					"run",
					agreed[i].name, field(mine, agreed[i].at),
					field(r, agreed[i].at));
	if (!same(mine->vm.image, r->vm.image))
		return conflict(g->file, file, ret_error,
				"vm.image differs: they are of different kernels of one name");
	if (mine->partial != r->partial)
		return conflict(g->file, file, ret_error,
				"one is partial (FILTER) and the other is not");
	return 0;
}

/* How their shards lie to each other. */
enum relation { EQUAL, DISJOINT, OVERLAP };

static enum relation relation(const struct report *a, const struct report *b)
{
	size_t i, common = 0;

	for (i = 0; i < a->n_shards; i++)
		common += report_has_shard(b, a->shards[i]);
	if (a->n_shards == b->n_shards && common == a->n_shards)
		return EQUAL;
	return common ? OVERLAP : DISJOINT;
}

static int check_shards(const struct growing *g, const struct report *mine, const struct report *r,
			const char *file, char **ret_error)
{
	if (report_hides(mine) || report_hides(r))
		return conflict(g->file, file, ret_error,
				"both are of %s, and one is published and hides results; merge "
				"what is not published, with --publish",
				column_kernel(r));
	if (!mine->shard_count != !r->shard_count)
		return conflict(g->file, file, ret_error,
				"one is of a whole run and the other of a shard; leave one out");
	if (mine->shard_count != r->shard_count)
		return conflict(g->file, file, ret_error, "of %u shards and of %u",
				mine->shard_count, r->shard_count);
	if (relation(mine, r) == OVERLAP)
		return conflict(g->file, file, ret_error,
				"have a shard in common; leave one out, or merge the shards "
				"themselves");
	return 0;
}

/* Results ------------------------------------------------------------------------------------- */

static struct result *result_in(struct report *r, enum requirement_id id)
{
	size_t i;

	for (i = 0; i < r->n_results; i++)
		if (r->results[i].id == id)
			return &r->results[i];
	return NULL;
}

/* A bundle was observed by one shard, so two verdicts of it can't both be right. */
static const char *common_bundle(const struct result *a, const struct result *b)
{
	size_t i, k;

	for (i = 0; i < a->n_bundles; i++)
		for (k = 0; k < b->n_bundles; k++)
			if (streq(a->bundles[i], b->bundles[k]))
				return a->bundles[i];
	return NULL;
}

static int check_result(const struct growing *g, const struct result *mine,
			const struct result *other, const char *file, bool duplicate,
			char **ret_error)
{
	const char *id = requirements[mine->id].id, *bundle = common_bundle(mine, other);
	const char *first = g->from[mine->id];

	if (mine->level != other->level)
		return conflict(first, file, ret_error, "%s is %s in one and %s in the other", id,
				level_names[mine->level], level_names[other->level]);
	if (mine->verdict == other->verdict || (!duplicate && !bundle))
		return 0;
	return conflict(first, file, ret_error,
			"%s is %s in one and %s in the other%s%s; run it again", id,
			verdict_names[mine->verdict], verdict_names[other->verdict],
			duplicate ? "" : ", both of ", duplicate ? "" : bundle);
}

static void take_result(struct report *r, struct result *from)
{
	GROW(r->results, r->n_results);
	r->results[r->n_results++] = *from;
	*from = (struct result){ .id = from->id };
}

/* Two of the same have judged the same. */
static int check_ids(const struct growing *g, struct report *mine, struct report *r,
		     const char *file, char **ret_error)
{
	size_t i;

	for (i = 0; i < REQ_COUNT; i++) {
		enum requirement_id id = (enum requirement_id)i;

		if (!result_in(mine, id) != !result_in(r, id))
			return conflict(g->file, file, ret_error,
					"%s is in one of them only; leave the other one out",
					requirements[i].id);
	}
	return 0;
}

static int merge_results(struct growing *g, struct report *mine, struct report *r, const char *file,
			 bool duplicate, char **ret_error)
{
	size_t i;

	if (duplicate && check_ids(g, mine, r, file, ret_error) < 0)
		return -EINVAL;
	for (i = 0; i < r->n_results; i++) {
		struct result *from = &r->results[i];
		struct result *to = result_in(mine, from->id);

		if (to && check_result(g, to, from, file, duplicate, ret_error) < 0)
			return -EINVAL;
		if (!to || from->verdict > to->verdict)
			g->from[from->id] = file;
		if (!to)
			take_result(mine, from);
		else if (!duplicate)
			merge_result(to, from);
	}
	return 0;
}

/* Columns ------------------------------------------------------------------------------------- */

static void note_outcome(struct growing *g, const struct report *r)
{
	g->ran += r->outcome != OUTCOME_NOTHING_RAN;
	g->not_implemented += r->outcome == OUTCOME_NOT_IMPLEMENTED;
	if (r->outcome == OUTCOME_FAILS && !g->fails)
		g->fails = xstrdup(str(r->why));
	if (!g->cause)
		g->cause = xstrdup(r->one_cause ? r->why : "");
	else if (!r->one_cause || !streq(g->cause, r->why))
		g->cause[0] = '\0';
}

static int join(struct growing *g, struct report *mine, struct report *r, const char *file,
		bool lists, char **ret_error)
{
	bool duplicate = relation(mine, r) == EQUAL;

	if (check_shards(g, mine, r, file, ret_error) < 0 ||
	    check_agreed(g, mine, r, file, ret_error) < 0)
		return -EINVAL;
	if (!duplicate && !lists && (mine->n_withheld || r->n_withheld))
		return conflict(g->file, file, ret_error,
				"EXPECT counts falls that it doesn't name, and each shard has only "
				"a part of them; give merge the file: --expect");
	if (merge_results(g, mine, r, file, duplicate, ret_error) < 0)
		return -EINVAL;
	if (duplicate)
		return 0;
	note_outcome(g, r);
	merge_head(mine, r);
	g->joined = true;
	return 0;
}

static void begin(struct growing *g, const struct report *r, const char *file)
{
	size_t i;

	*g = (struct growing){ .file = file };
	for (i = 0; i < r->n_results; i++)
		g->from[r->results[i].id] = file;
	note_outcome(g, r);
}

static void growing_free(struct growing *g)
{
	free(g->fails);
	free(g->cause);
}

/* In place of a column that nothing is known of but its name. */
static void replace(struct reports *rs, size_t at, struct report *r, const char *file)
{
	report_free(&rs->list[at]);
	free(rs->files[at]);
	rs->list[at] = *r;
	rs->files[at] = xstrdup(file);
	*r = (struct report){ 0 };
}

static int add(struct growing *g, struct reports *rs, size_t at, struct report *r, const char *file,
	       bool lists, char **ret_error)
{
	struct report *mine = &rs->list[at];

	if (column_judged(mine) && column_judged(r))
		return join(g, mine, r, file, lists, ret_error);
	if (column_judged(r) || (!column_judged(mine) && r->outcome == OUTCOME_BROKEN)) {
		growing_free(g);
		begin(g, r, file);
		replace(rs, at, r, file);
	}
	return 0;
}

/* Verdict ------------------------------------------------------------------------------------- */

static void add_missing(struct report *r)
{
	_cleanup_free_ char *missing = report_missing_shards(r);
	_cleanup_free_ char *why = NULL;

	if (!*missing)
		return;
	if (outcome_exit(r->outcome) != 1)
		r->outcome = OUTCOME_BROKEN;
	why = TAKE_PTR(r->why);
	r->why = xasprintf("%s%s%s", missing, *str(why) ? "; " : "", str(why));
}

void merged_conclude(struct report *r, bool strict)
{
	report_conclude(r, r->outcome != OUTCOME_NOT_IMPLEMENTED, strict);
	add_missing(r);
}

static void conclude(struct growing *g, struct report *r)
{
	bool implemented = !g->not_implemented || g->not_implemented < g->ran;

	free(r->why);
	r->why = *g->cause ? xstrdup(g->cause) : NULL;
	report_conclude(r, implemented, false);
	/* By what no result says, such as STRICT. */
	if (g->fails && outcome_exit(r->outcome) != 1) {
		r->outcome = OUTCOME_FAILS;
		free(r->why);
		r->why = xstrdup(g->fails);
	}
}

static void finish(struct growing *g, struct report *r)
{
	if (!r->shard_count)
		return;
	if (g->joined) {
		merge_sort(r);
		conclude(g, r);
	}
	add_missing(r);
	if (r->n_shards < r->shard_count)
		return;
	free(r->shards);
	r->shards = NULL;
	r->n_shards = 0;
	r->shard_count = 0;
}

int reports_merge(struct reports *in, bool lists, struct reports *ret, char **ret_error)
{
	struct growing *growing = xcalloc(in->n + 1, sizeof(*growing));
	int r = 0;
	size_t i, k;

	for (i = 0; r == 0 && i < in->n; i++) {
		for (k = 0; k < ret->n; k++)
			if (same_column(&ret->list[k], &in->list[i]))
				break;
		if (k < ret->n) {
			r = add(&growing[k], ret, k, &in->list[i], in->files[i], lists, ret_error);
			continue;
		}
		begin(&growing[k], &in->list[i], in->files[i]);
		reports_add(ret, in->files[i], &in->list[i]);
	}
	for (k = 0; k < ret->n; k++) {
		if (r == 0)
			finish(&growing[k], &ret->list[k]);
		growing_free(&growing[k]);
	}
	free(growing);
	return r;
}
