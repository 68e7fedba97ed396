/* SPDX-License-Identifier: Apache-2.0 */
/* A diff for a person, for a program, and for a job summary. */
#include "conformance/report/columns.h"
#include "conformance/report/diff.h"
#include "conformance/report/json.h"
#include "conformance/report/markdown.h"
#include "conformance/report/output.h"
#include "conformance/report/wrap.h"

#define TEXT_BYTES 600
#define COMMAND_BYTES 4096

/* What both reports let through; owned by the caller. */
static char *safe(const struct diff_column *c, const char *s)
{
	_cleanup_text_ struct text once = { 0 }, twice = { 0 };

	if (c->old)
		output_sieve(c->old, str(s), &once);
	else
		text_add(&once, str(s));
	if (!c->new)
		return xstrdup(text_str(&once));
	output_sieve(c->new, text_str(&once), &twice);
	return xstrdup(text_str(&twice));
}

/* "runc 1.1.5 on debian-6.1" */
static char *name_of(const struct report *r)
{
	_cleanup_free_ char *runtime = column_runtime(r), *conditions = column_conditions(r);

	return xasprintf("%s%son %s%s%s", runtime, *runtime ? " " : "", column_kernel(r),
			 *conditions ? ", " : "", conditions);
}

static const char *verdict_name(const struct result *res)
{
	return res ? verdict_names[res->verdict] : "-";
}

/* What to say of it: why it is broken or skipped, or what was seen. */
static const char *words_of(const struct result *res)
{
	if (!res)
		return "";
	return res->verdict == VERDICT_FAIL ? str(res->observed) : str(res->reason);
}

static const struct result *newest(const struct difference *d)
{
	return d->new ? d->new : d->old;
}

static bool says_nothing(const struct diff_column *c)
{
	return c->change == CHANGE_NONE && !c->n && !c->n_measured;
}

static char *value_text(const struct measured *m, unsigned long long value)
{
	if (streq(m->unit, "us"))
		return xasprintf("%.1f ms", (double)value / 1000);
	return xasprintf("%llu", value);
}

/* "+120 %" */
static char *percent_of(const struct measured *m)
{
	if (!m->old)
		return xstrdup("");
	return xasprintf("%+.0f %%", ((double)m->new - (double)m->old) * 100 / (double)m->old);
}

static void add_sums(struct text *t, const struct diff *d)
{
	int i;

	for (i = CHANGE_REGRESSED; i < CHANGE_COUNT; i++)
		text_addf(t, "%s%u %s", i == CHANGE_REGRESSED ? "" : ", ", d->count[i],
			  change_names[i]);
}

static const char *headline(const struct diff *d)
{
	return d->count[CHANGE_REGRESSED] ? "regressed" : "nothing regressed";
}

static unsigned int silent_columns(const struct diff *d)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < d->n; i++)
		n += says_nothing(&d->columns[i]);
	return n;
}

/* Terminal ------------------------------------------------------------------------------------ */

static void text_head(struct text *t, const struct diff_column *c)
{
	const struct report *either = c->new ? c->new : c->old;
	_cleanup_free_ char *now = name_of(either);
	_cleanup_free_ char *before = name_of(c->old ? c->old : either);

	text_add(t, "\n");
	if (!streq(before, now)) {
		output_clean(t, before, false);
		text_add(t, " -> ");
	}
	output_clean(t, now, false);
	text_addf(t, ": %s -> %s\n", c->old ? column_verdict(c->old) : "-",
		  c->new ? column_verdict(c->new) : "-");
	if (*c->why) {
		text_addf(t, "%-10s ", change_names[c->change]);
		output_clean(t, c->why, false);
		text_add(t, "\n");
	}
}

static void text_difference(struct text *t, const struct difference *d)
{
	text_addf(t, "%-10s %-7s%-27s%s -> %s\n", change_names[d->change],
		  level_names[newest(d)->level], requirements[d->id].id, verdict_name(d->old),
		  verdict_name(d->new));
	if (d->change != CHANGE_REGRESSED || !d->new)
		return;
	if (*words_of(d->new))
		wrap_lines(t, "           ", words_of(d->new), 3);
	text_add(t, "           rerun: ");
	output_clean(t, d->new->rerun, false);
	text_add(t, "\n");
}

static void text_measured(struct text *t, const struct measured *m)
{
	_cleanup_free_ char *old = value_text(m, m->old), *new = value_text(m, m->new);
	_cleanup_free_ char *percent = percent_of(m);

	text_addf(t, "%-10s ", change_names[m->change]);
	output_clean(t, m->name, false);
	text_add(t, *m->bundle ? " of " : "");
	output_clean(t, m->bundle, false);
	text_addf(t, "  %s -> %s", old, new);
	if (*percent)
		text_addf(t, " (%s)", percent);
	text_add(t, "\n");
}

static void text_column(struct text *t, const struct diff_column *c)
{
	_cleanup_text_ struct text raw = { 0 };
	_cleanup_free_ char *sifted = NULL;
	size_t i;

	text_head(&raw, c);
	for (i = 0; i < c->n; i++)
		text_difference(&raw, &c->list[i]);
	for (i = 0; i < c->n_measured; i++)
		text_measured(&raw, &c->measured[i]);
	sifted = safe(c, text_str(&raw));
	text_add(t, sifted);
}

int diff_text(const struct diff *d, FILE *out)
{
	_cleanup_text_ struct text t = { 0 };
	unsigned int silent = silent_columns(d);
	size_t i;

	text_addf(&t, "%s: ", headline(d));
	add_sums(&t, d);
	text_add(&t, "\n");
	for (i = 0; i < d->n; i++)
		if (!says_nothing(&d->columns[i]))
			text_column(&t, &d->columns[i]);
	if (silent)
		text_addf(&t, "\n%u of %zu compared %s the same\n", silent, d->n,
			  silent == 1 ? "is" : "are");
	if (fputs(text_str(&t), out) == EOF || fflush(out) != 0)
		return -EIO;
	return 0;
}

/* JSON ---------------------------------------------------------------------------------------- */

static void put(cJSON *o, const char *key, const struct diff_column *c, const char *s)
{
	_cleanup_free_ char *sifted = safe(c, s);

	json_put(o, key, sifted);
}

static void put_side(cJSON *o, const char *key, const struct diff_column *c, const struct report *r)
{
	_cleanup_free_ char *runtime = NULL;
	cJSON *side;

	if (!r) {
		cJSON_AddNullToObject(o, key);
		return;
	}
	runtime = column_runtime(r);
	side = cJSON_AddObjectToObject(o, key);
	put(side, "runtime", c, runtime);
	put(side, "kernel", c, column_kernel(r));
	put(side, "verdict", c, column_verdict(r));
}

static void put_verdict(cJSON *o, const char *key, const struct result *res)
{
	if (res)
		cJSON_AddStringToObject(o, key, verdict_names[res->verdict]);
	else
		cJSON_AddNullToObject(o, key);
}

static void put_difference(cJSON *array, const struct diff_column *c, const struct difference *d)
{
	const struct result *res = newest(d);
	cJSON *o = cJSON_CreateObject();

	cJSON_AddItemToArray(array, o);
	cJSON_AddStringToObject(o, "id", requirements[d->id].id);
	cJSON_AddStringToObject(o, "level", level_names[res->level]);
	cJSON_AddStringToObject(o, "change", change_names[d->change]);
	put_verdict(o, "old", d->old);
	put_verdict(o, "new", d->new);
	put(o, "observed", c, words_of(d->new));
	put(o, "rerun", c, res->rerun);
}

static void put_measured(cJSON *array, const struct diff_column *c, const struct measured *m)
{
	_cleanup_free_ char *old = xasprintf("%llu", m->old), *new = xasprintf("%llu", m->new);
	cJSON *o = cJSON_CreateObject();

	cJSON_AddItemToArray(array, o);
	put(o, "name", c, m->name);
	put(o, "bundle", c, m->bundle);
	put(o, "unit", c, m->unit);
	cJSON_AddStringToObject(o, "change", change_names[m->change]);
	cJSON_AddStringToObject(o, "old", old);
	cJSON_AddStringToObject(o, "new", new);
}

static void put_column(cJSON *array, const struct diff_column *c)
{
	cJSON *o = cJSON_CreateObject(), *list;
	size_t i;

	cJSON_AddItemToArray(array, o);
	put_side(o, "old", c, c->old);
	put_side(o, "new", c, c->new);
	cJSON_AddStringToObject(o, "change", change_names[c->change]);
	put(o, "why", c, c->why);
	list = cJSON_AddArrayToObject(o, "results");
	for (i = 0; i < c->n; i++)
		put_difference(list, c, &c->list[i]);
	list = cJSON_AddArrayToObject(o, "measurements");
	for (i = 0; i < c->n_measured; i++)
		put_measured(list, c, &c->measured[i]);
}

int diff_json(const struct diff *d, FILE *out)
{
	cJSON *root = cJSON_CreateObject(), *summary, *columns;
	char *printed;
	size_t i;
	int r;

	cJSON_AddStringToObject(root, "schema", DIFF_SCHEMA);
	cJSON_AddNumberToObject(root, "threshold", d->threshold);
	summary = cJSON_AddObjectToObject(root, "summary");
	for (i = CHANGE_REGRESSED; i < CHANGE_COUNT; i++)
		cJSON_AddNumberToObject(summary, change_names[i], d->count[i]);
	columns = cJSON_AddArrayToObject(root, "columns");
	for (i = 0; i < d->n; i++)
		put_column(columns, &d->columns[i]);
	printed = cJSON_Print(root);
	cJSON_Delete(root);
	if (!printed)
		return -ENOMEM;
	r = fprintf(out, "%s\n", printed) < 0 || fflush(out) != 0 ? -EIO : 0;
	cJSON_free(printed);
	return r;
}

/* Markdown ------------------------------------------------------------------------------------ */

/* False where the page is full. */
static bool page_add_safe(struct page *p, const struct diff_column *c, const struct text *t)
{
	_cleanup_free_ char *sifted = safe(c, text_str(t));

	return page_add(p, sifted);
}

static void markdown_head(struct page *p, const struct diff_column *c)
{
	const struct report *either = c->new ? c->new : c->old;
	_cleanup_free_ char *now = name_of(either);
	_cleanup_free_ char *before = name_of(c->old ? c->old : either);
	_cleanup_text_ struct text t = { 0 };

	text_add(&t, "## ");
	if (!streq(before, now)) {
		markdown_code(&t, before, TEXT_BYTES);
		text_add(&t, " → ");
	}
	markdown_code(&t, now, TEXT_BYTES);
	text_addf(&t, ": %s → %s\n\n", c->old ? column_verdict(c->old) : "-",
		  c->new ? column_verdict(c->new) : "-");
	if (*c->why) {
		text_addf(&t, "**%s**: ", change_names[c->change]);
		markdown_code(&t, c->why, TEXT_BYTES);
		text_add(&t, "\n\n");
	}
	page_add_safe(p, c, &t);
}

static void markdown_difference(struct text *t, const struct difference *d)
{
	bool loud = d->change == CHANGE_REGRESSED;

	text_addf(t, "| %s%s%s | %s | %s | %s | %s |", loud ? "**" : "", change_names[d->change],
		  loud ? "**" : "", level_names[newest(d)->level], requirements[d->id].id,
		  verdict_name(d->old), verdict_name(d->new));
	markdown_cell(t, words_of(d->new), TEXT_BYTES);
	markdown_cell(t, newest(d)->rerun, COMMAND_BYTES);
	text_add(t, "\n");
}

static void markdown_measured(struct text *t, const struct measured *m)
{
	_cleanup_free_ char *old = value_text(m, m->old), *new = value_text(m, m->new);
	_cleanup_free_ char *percent = percent_of(m);

	text_addf(t, "| %s |", change_names[m->change]);
	markdown_cell(t, m->name, TEXT_BYTES);
	markdown_cell(t, m->bundle, TEXT_BYTES);
	text_addf(t, " %s | %s | %s |\n", old, new, percent);
}

static void markdown_column(struct page *p, const struct diff_column *c)
{
	size_t i;

	markdown_head(p, c);
	if (c->n)
		page_add(p, "| | level | requirement | old | new | observed | again |\n"
			    "|---|---|---|---|---|---|---|\n");
	for (i = 0; i < c->n && !p->cut; i++) {
		_cleanup_text_ struct text t = { 0 };

		markdown_difference(&t, &c->list[i]);
		page_add_safe(p, c, &t);
	}
	if (c->n_measured)
		page_add(p,
			 "\n| | measurement | bundle | old | new | |\n|---|---|---|--:|--:|--:|\n");
	for (i = 0; i < c->n_measured && !p->cut; i++) {
		_cleanup_text_ struct text t = { 0 };

		markdown_measured(&t, &c->measured[i]);
		page_add_safe(p, c, &t);
	}
	page_add(p, "\n");
}

int diff_markdown(const struct diff *d, FILE *out)
{
	_cleanup_page_ struct page p = { 0 };
	_cleanup_text_ struct text t = { 0 };
	size_t i;

	text_addf(&t, "# maskspec diff: %s\n\n", headline(d));
	add_sums(&t, d);
	text_add(&t, "\n\n");
	page_add(&p, text_str(&t));
	for (i = 0; i < d->n; i++)
		if (!says_nothing(&d->columns[i]))
			markdown_column(&p, &d->columns[i]);
	return page_write(&p, out);
}
