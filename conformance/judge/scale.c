/* SPDX-License-Identifier: Apache-2.0 */
/* docs/spec/90-errors-lifecycle.md: many masks, and little to make them with. */
#include "conformance/judge/ends.h"
#include "conformance/judge/rows.h"
#include "conformance/judge/standing.h"

#define CONTROL "/t/control.d"

/* The looks of root at the plain masks and the control, by path: there are thousands. */
struct looks {
	const char **paths;
	const struct row **rows; /* NULL: none, or two that contradict each other */
	bool *twofold;
	size_t n;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void looks_free(struct looks *l)
{
	free(l->paths);
	free(l->rows);
	free(l->twofold);
}

static void take(struct looks *l, size_t at, const struct row *r)
{
	const struct row *one = l->rows[at];

	l->twofold[at] |= one && (!streq(one->result, r->result) || !streq(one->value, r->value));
	l->rows[at] = r;
}

static void looks_read(const struct view *v, struct looks *l)
{
	const struct container *k = v->container;
	size_t i;

	l->paths = xcalloc(k->n_masks + 1, sizeof(*l->paths));
	l->rows = xcalloc(k->n_masks + 1, sizeof(*l->rows));
	l->twofold = xcalloc(k->n_masks + 1, sizeof(*l->twofold));
	for (i = 0; i < k->n_masks; i++)
		if (is_plain_mask(&k->masks[i]))
			l->paths[l->n++] = k->masks[i].path;
	l->paths[l->n++] = CONTROL;
	qsort(l->paths, l->n, sizeof(*l->paths), by_name);
	for (i = 0; i < v->facts->n_rows; i++) {
		const struct row *r = &v->facts->rows[i];
		const char **at;

		if (r->op != OP_LOOK || r->as != AS_ROOT || !streq(r->phase, "run") ||
		    !row_from(r, "probe", k->name))
			continue;
		at = bsearch(&r->path, l->paths, l->n, sizeof(*l->paths), by_name);
		if (at)
			take(l, (size_t)(at - l->paths), r);
	}
	for (i = 0; i < l->n; i++)
		if (l->twofold[i])
			l->rows[i] = NULL;
}

static void check_masked(const struct view *v, struct finding *f)
{
	_cleanup_(looks_free) struct looks l = { 0 };
	size_t i, exposed = 0, unseen = 0;
	bool control = false;

	looks_read(v, &l);
	for (i = 0; i < l.n; i++) {
		const struct row *r = l.rows[i];

		if (streq(l.paths[i], CONTROL)) {
			control = r && row_shows(r);
			continue;
		}
		unseen += !r;
		exposed += r && row_not_masked(r);
	}
	if (!control)
		found(f, VERDICT_BROKEN, "dull control: the sibling was not listed");
	if (exposed)
		found(f, VERDICT_FAIL, "%zu of %zu are not masked", exposed, l.n - 1);
	else if (unseen || l.n < 2)
		found(f, VERDICT_BROKEN, "no look at %zu of %zu masks", unseen, l.n - 1);
	else
		found(f, VERDICT_PASS, "all of %zu are masked", l.n - 1);
}

/* A refusal says something of the masks only where the sibling without them starts. */
static void check_all(const struct view *v, struct finding *f)
{
	const struct view plain = { .facts = v->facts, .container = plain_container(v->facts) };

	if (container_started(v))
		check_masked(v, f);
	else if (container_ran(v))
		found(f, VERDICT_FAIL, "container %s was refused, but its process ran",
		      v->container->name);
	else if (!container_refused(v))
		found(f, VERDICT_BROKEN, "container %s neither started nor was refused",
		      v->container->name);
	else if (plain_started(v))
		found(f, VERDICT_PASS, "refused");
	else if (plain.container && container_refused(&plain))
		found(f, VERDICT_SKIP, "refused without masks, too");
	else
		found(f, VERDICT_BROKEN, "dull control: the sibling without masks didn't start");
}

static void check_mount_max(const struct view *v, struct finding *f)
{
	const struct row *r = find_row(v->facts, "driver", v->container->name, "filled", OP_OFFERED,
				       "fill-mounts");

	if (!r || streq(r->result, "unavailable"))
		found(f, VERDICT_BROKEN, "whether mounts were scarce is not known");
	else if (streq(r->result, "ERANGE"))
		found(f, VERDICT_SKIP, "fs.mount-max is too high to be reached");
	else if (!row_ok(r))
		found(f, VERDICT_BROKEN, "filling a mount namespace: %s", r->result);
	else
		check_all(v, f);
	/* Masks made after pivot_root, which has left the filled tree behind, cost nothing. */
	if (container_started(v))
		found_unasked(f, "scarcity was not met: the masks found room");
}

#define ALL(id) JUDGE(id) = { .check = check_all, .expected = "all masked, or refused" }

ALL(scale_all);
ALL(scale_nofile);
ALL(scale_runtime_nofile);
JUDGE(scale_mount_max) = { .check = check_mount_max, .expected = "all masked, or refused" };
