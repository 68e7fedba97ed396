/* SPDX-License-Identifier: Apache-2.0 */
/* Which runs there are, their order and their names; and which pages are made of them. */
#include "conformance/report/site_pages.h"

#include "conformance/report/output.h"
#include "conformance/sha256.h"

#define ID_DIGITS 16
#define SLUG_MAX 60

/* Once each ------------------------------------------------------------------------------------ */

/* What two runs can't share, as a digest. Owned by the caller. */
static char *identity(const struct report *r)
{
	const char *const fields[] = {
		r->runtime_name, r->runtime_version, r->runtime_sha256, r->runtime_argv,
		r->kernel,	 r->kernel_name,     r->machine,	r->cgroup,
		r->boot_id,	 r->profile,	     r->userns,		r->started,
	};
	_cleanup_text_ struct text t = { 0 }, shown = { 0 };
	char hex[SHA256_HEX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		text_add_record(&t, str(fields[i]), NULL);
	for (i = 0; i < r->n_denied; i++)
		text_add_record(&t, "deny", r->denied[i].name, NULL);
	for (i = 0; i < r->n_shards; i++)
		text_addf(&t, "shard %u of %u\n", r->shards[i], r->shard_count);
	if (!column_judged(r))
		text_add_record(&t, "why", str(r->why), NULL);
	output_sieve(r, text_str(&t), &shown);
	sha256_text(text_str(&shown), shown.len, hex);
	return xstrndup(hex, ID_DIGITS);
}

static char *json_of(const struct report *r)
{
	size_t len = 0;
	char *s = NULL;
	FILE *f = open_memstream(&s, &len);

	if (!f)
		return xstrdup("");
	report_json(r, f);
	fclose(f);
	return s;
}

static bool same_report(const struct report *a, const struct report *b)
{
	_cleanup_free_ char *x = json_of(a), *y = json_of(b);

	return streq(x, y);
}

/* Moves report @i of @rs to @kept unless it is there. */
static int keep(struct reports *rs, size_t i, struct reports *kept, char **ids, char **ret_error)
{
	_cleanup_free_ char *id = identity(&rs->list[i]);
	size_t k;

	for (k = 0; k < kept->n && !streq(ids[k], id); k++)
		;
	if (k == kept->n) {
		ids[k] = TAKE_PTR(id);
		reports_add(kept, rs->files[i], &rs->list[i]);
		return 0;
	}
	if (!column_judged(&rs->list[i]) || same_report(&rs->list[i], &kept->list[k]))
		return 0;
	*ret_error = xasprintf("%s and %s: are of one run, and say different things of it; name or "
			       "keep only one of them",
			       kept->files[k], rs->files[i]);
	return -EINVAL;
}

int site_unique(struct reports *rs, char **ret_error)
{
	_cleanup_reports_ struct reports kept = { 0 };
	char **ids = xcalloc(rs->n + 1, sizeof(*ids));
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < rs->n; i++)
		r = keep(rs, i, &kept, ids, ret_error);
	for (i = 0; i < kept.n; i++)
		free(ids[i]);
	free(ids);
	if (r < 0)
		return r;
	reports_free(rs);
	*rs = kept;
	kept = (struct reports){ 0 };
	return 0;
}

/* Runs ----------------------------------------------------------------------------------------- */

/* A file's name on any system: lower case, and neither hidden nor an option. */
static void add_slug(struct text *t, const char *s)
{
	for (; *s && t->len < SLUG_MAX; s++) {
		char c = *s >= 'A' && *s <= 'Z' ? (char)(*s - 'A' + 'a') : *s;
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
			     (c == '.' && t->len);

		if (plain)
			text_add_n(t, &c, 1);
		else if (t->len && t->s[t->len - 1] != '-')
			text_add(t, "-");
	}
	if (t->len && t->s[t->len - 1] != '-')
		text_add(t, "-");
}

/* The same run keeps its name in every site, so that links to it last. */
static char *name_of(const struct site_run *run)
{
	_cleanup_free_ char *plain = xasprintf("%s %s", run->c.runtime, run->kernel);
	_cleanup_free_ char *id = identity(run->c.r);
	_cleanup_text_ struct text shown = { 0 }, t = { 0 };

	output_sieve(run->c.r, plain, &shown);
	add_slug(&t, text_str(&shown));
	return xasprintf("%s%s", text_str(&t), id);
}

static struct site_run make_run(const struct page_column *c)
{
	const char *cgroup = str(c->r->cgroup);
	bool usual = !*cgroup || streq(cgroup, "v2");
	struct site_run run = { .c = *c, .group = report_runtime_name(c->r) };

	run.kernel = usual ? xstrdup(c->kernel) : xasprintf("%s, cgroup %s", c->kernel, cgroup);
	run.name = name_of(&run);
	return run;
}

/* A part of a run says less than a whole one, and no report says nothing. */
static int rank(const struct report *r)
{
	if (!column_judged(r))
		return 2;
	return r->partial || r->shard_count;
}

static int compare_runs(const void *a, const void *b)
{
	const struct site_run *x = a, *y = b;
	int r = strcmp(x->group, y->group);

	r = r ? r : strverscmp(x->c.runtime, y->c.runtime);
	r = r ? r : strverscmp(x->kernel, y->kernel);
	r = r ? r : rank(x->c.r) - rank(y->c.r);
	r = r ? r : strcmp(str(y->c.r->started), str(x->c.r->started));
	return r ? r : strcmp(x->name, y->name);
}

static int compare_kernels(const void *a, const void *b)
{
	return strverscmp(*(const char *const *)a, *(const char *const *)b);
}

static void list_kernels(struct site *s)
{
	size_t i, k;

	for (i = 0; i < s->p.n; i++) {
		for (k = 0; k < s->n_kernels && !streq(s->kernels[k], s->runs[i].kernel); k++)
			;
		if (k < s->n_kernels)
			continue;
		GROW(s->kernels, s->n_kernels);
		s->kernels[s->n_kernels++] = s->runs[i].kernel;
	}
	if (s->n_kernels)
		qsort(s->kernels, s->n_kernels, sizeof(*s->kernels), compare_kernels);
}

static bool same_cell(const struct site_run *a, const struct site_run *b)
{
	return streq(a->group, b->group) && streq(a->c.runtime, b->c.runtime) &&
	       streq(a->kernel, b->kernel);
}

static void site_begin(struct site *s, const struct reports *rs)
{
	size_t i;

	s->p.rs = rs;
	page_columns(&s->p);
	s->runs = xcalloc(s->p.n + 1, sizeof(*s->runs));
	for (i = 0; i < s->p.n; i++)
		s->runs[i] = make_run(&s->p.columns[i]);
	qsort(s->runs, s->p.n, sizeof(*s->runs), compare_runs);
	for (i = 0; i < s->p.n; i++)
		s->runs[i].latest = i == 0 || !same_cell(&s->runs[i], &s->runs[i - 1]);
	list_kernels(s);
}

static void site_end(struct site *s)
{
	size_t i;

	for (i = 0; i < s->p.n; i++) {
		free(s->runs[i].group);
		free(s->runs[i].kernel);
		free(s->runs[i].name);
	}
	free(s->runs);
	free(s->kernels);
	html_page_free(&s->p);
}

/* Pages ---------------------------------------------------------------------------------------- */

void site_foot(struct site *s)
{
	text_addf(&s->p.t,
		  "</main>\n<footer><p>Written by <code>maskspec site</code> from %zu run%s. Read "
		  "on: docs/guide/reports.md.</p></footer>\n</body>\n</html>\n",
		  s->p.n, s->p.n == 1 ? "" : "s");
}

void site_tally(struct site *s, const size_t counts[KIND_COUNT], enum kind least)
{
	int k;

	for (k = KIND_COUNT - 1; k >= (int)least; k--)
		if (counts[k])
			text_addf(&s->p.t, " <span class=\"m %c\">%zu %s</span>", kinds[k].letter,
				  counts[k], kinds[k].word);
}

bool site_shows(const struct site *s, enum requirement_id id)
{
	size_t i;

	for (i = 0; i < s->p.n; i++)
		if (cell_kind(&s->runs[i].c, id) != KIND_NONE)
			return true;
	return false;
}

static int put_text(struct site *s, const char *path, site_put *put, void *to)
{
	int r = put(to, path, &s->p.t);

	text_free(&s->p.t);
	return r;
}

static int put_run(const struct site *s, size_t i, site_put *put, void *to)
{
	const struct reports *rs = s->p.rs;
	size_t at = (size_t)(s->runs[i].c.r - rs->list);
	struct reports one = { .list = &rs->list[at], .files = &rs->files[at], .n = 1 };
	_cleanup_free_ char *path = xasprintf("run/%s.html", s->runs[i].name);
	struct html_page p = { .rs = &one, .in_site = true };
	int r;

	html_page_make(&p);
	r = put(to, path, &p.t);
	html_page_free(&p);
	return r;
}

static int put_requirement(struct site *s, enum requirement_id id, site_put *put, void *to)
{
	_cleanup_free_ char *path = xasprintf("requirement/%s.html", requirements[id].id);

	if (!site_shows(s, id))
		return 0;
	site_requirement(s, id);
	return put_text(s, path, put, to);
}

int site_write(const struct reports *rs, site_put *put, void *to)
{
	struct site s = { 0 };
	size_t i;
	int id, r;

	site_begin(&s, rs);
	site_index(&s);
	r = put_text(&s, "index.html", put, to);
	for (i = 0; r == 0 && i < s.p.n; i++)
		r = put_run(&s, i, put, to);
	for (id = 0; r == 0 && id < REQ_COUNT; id++)
		r = put_requirement(&s, (enum requirement_id)id, put, to);
	site_end(&s);
	return r;
}
