/* SPDX-License-Identifier: Apache-2.0 */
/* Reports as columns, requirements as rows, and what stands where they meet. */
#include "conformance/report/html_page.h"

#include "conformance/report/output.h"
#include "conformance/report/told.h"

const struct kind_words kinds[KIND_COUNT] = {
	[KIND_NONE] = { 'n', "·", "not due in this run, or not to be shown" },
	[KIND_PASS] = { 'p', "pass", "it held, and the control showed the opposite" },
	[KIND_SKIP] = { 's', "skip", "it could not apply here; the reason is given" },
	[KIND_KNOWN] = { 'k', "known", "a fall that EXPECT lists; it does not fail the run" },
	[KIND_SURPRISE] = { 'u', "passes!", "EXPECT lists it as a fall, but it passes" },
	[KIND_LESSER] = { 'l', "fail", "a SHOULD or an INFO fails; it does not fail the run" },
	[KIND_BROKEN] = { 'b', "broken", "evidence is missing: the kit's or the machine's fault" },
	[KIND_FAIL] = { 'f', "FAIL", "a MUST fails, and with it the run" },
};

enum kind cell_kind(const struct page_column *c, enum requirement_id id)
{
	static const enum kind of_told[TOLD_COUNT] = {
		[TOLD_FAIL] = KIND_FAIL,     [TOLD_BROKEN] = KIND_BROKEN,
		[TOLD_LESSER] = KIND_LESSER, [TOLD_UNEXPECTED] = KIND_SURPRISE,
		[TOLD_KNOWN] = KIND_KNOWN,   [TOLD_SKIP] = KIND_SKIP,
		[TOLD_PASS] = KIND_PASS,
	};
	const struct result *res = c->cells[id];

	return res ? of_told[told_of(res)] : KIND_NONE;
}

const char *cell_level(const struct result *res)
{
	return res->level == requirements[res->id].level ? level_names[res->level]
							 : "MUST (required)";
}

/* "maskref 0.1.0 --strategy detached DENY=openat2": what makes two columns two. */
static char *runtime_label(const struct report *r)
{
	_cleanup_free_ char *runtime = column_runtime(r);
	_cleanup_text_ struct text t = { 0 };

	text_add(&t, *runtime ? runtime : "runtime");
	text_add(&t, r->n_denied ? " " : "");
	output_denied(&t, r);
	if (*str(r->userns) && !streq(r->userns, "none"))
		text_addf(&t, " USERNS=%s", r->userns);
	return xstrdup(text_str(&t));
}

/* A kernel that could not be had belongs to the runtime that the rest of its file is about. */
static char *label_of(const struct reports *rs, size_t i)
{
	size_t k;

	if (column_judged(&rs->list[i]))
		return runtime_label(&rs->list[i]);
	for (k = 0; k < rs->n; k++)
		if (column_judged(&rs->list[k]) && streq(rs->files[k], rs->files[i]))
			return runtime_label(&rs->list[k]);
	return xstrdup("no report");
}

static void add_column(struct html_page *p, const struct report *r, const char *runtime)
{
	struct page_column c = { .r = r, .runtime = xstrdup(runtime) };
	size_t i;

	c.kernel = xstrdup(column_kernel(r));
	for (i = 0; i < r->n_results; i++)
		if (result_shown(r, &r->results[i]))
			c.cells[r->results[i].id] = &r->results[i];
	GROW(p->columns, p->n);
	p->columns[p->n++] = c;
}

void page_columns(struct html_page *p)
{
	size_t n = p->rs->n;
	char **labels = xcalloc(n + 1, sizeof(*labels));
	bool *placed = xcalloc(n + 1, sizeof(*placed));
	size_t i, k;

	for (i = 0; i < n; i++)
		labels[i] = label_of(p->rs, i);
	for (i = 0; i < n; i++) {
		for (k = i; k < n; k++) {
			if (placed[k] || !streq(labels[k], labels[i]))
				continue;
			add_column(p, &p->rs->list[k], labels[k]);
			placed[k] = true;
		}
	}
	for (i = 0; i < n; i++)
		free(labels[i]);
	free(labels);
	free(placed);
}

void html_page_free(struct html_page *p)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		free(p->columns[i].runtime);
		free(p->columns[i].kernel);
	}
	free(p->columns);
	text_free(&p->t);
}

/* False where no report shows anything of it. */
static bool make_row(const struct html_page *p, enum requirement_id id, struct page_row *ret)
{
	enum kind first = KIND_NONE, gravest = KIND_NONE;
	bool differs = false;
	size_t i;

	for (i = 0; i < p->n; i++) {
		enum kind k = cell_kind(&p->columns[i], id);

		if (k == KIND_NONE)
			continue;
		if (first == KIND_NONE)
			first = k;
		differs |= k != first;
		gravest = k > gravest ? k : gravest;
	}
	*ret = (struct page_row){ .id = id, .part = PART_ALIKE, .gravest = gravest };
	if (differs || (p->n == 1 && gravest > KIND_SKIP))
		ret->part = PART_FIRST;
	else if (gravest == KIND_PASS)
		ret->part = PART_PASS;
	return first != KIND_NONE;
}

static int compare_rows(const void *a, const void *b)
{
	const struct page_row *x = a, *y = b;

	if (x->part != y->part)
		return x->part < y->part ? -1 : 1;
	if (x->gravest != y->gravest)
		return x->gravest > y->gravest ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

void page_rows(struct html_page *p)
{
	int id;

	for (id = 0; id < REQ_COUNT; id++)
		p->n_rows += make_row(p, (enum requirement_id)id, &p->rows[p->n_rows]);
	qsort(p->rows, p->n_rows, sizeof(*p->rows), compare_rows);
}
