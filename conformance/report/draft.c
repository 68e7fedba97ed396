/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/draft.h"

#include <ctype.h>

#include "conformance/report/columns.h"
#include "conformance/report/expect.h"
#include "conformance/report/output.h"

/* A hint for whoever writes the reason, who has the report for the rest. */
#define SEEN_MAX 100

/* Reports ------------------------------------------------------------------------------------- */

/* A runtime on a kernel; several reports may be of the same. */
struct subject {
	const struct report *report;
	char *name, *version;
	const char *kernel;
};

struct draft {
	struct subject *subjects; /* in the order of names, versions and kernels */
	size_t n;
	const char *words;
	struct text lines;
};

static void draft_free(struct draft *d)
{
	size_t i;

	for (i = 0; i < d->n; i++) {
		free(d->subjects[i].name);
		free(d->subjects[i].version);
	}
	free(d->subjects);
	text_free(&d->lines);
}
#define _cleanup_draft_ _cleanup_(draft_free)

/* Where one thing broke everything no list of falls says what is wrong. */
static bool is_judged(const struct report *r)
{
	return r->n_results > 0 && !r->one_cause && r->outcome != OUTCOME_NOT_IMPLEMENTED;
}

static bool is_drafted(const struct report *r, const struct result *res)
{
	return result_shown(r, res) && !res->withheld && !res->expected_fall &&
	       (res->verdict == VERDICT_FAIL || res->verdict == VERDICT_BROKEN);
}

static int compare_versions(const char *a, const char *b)
{
	int order = version_compare(a, b);

	return order ? order : strcmp(a, b);
}

static int compare_runtimes(const struct subject *a, const struct subject *b)
{
	int order = strcmp(a->name, b->name);

	return order ? order : compare_versions(a->version, b->version);
}

static int compare_subjects(const void *a, const void *b)
{
	const struct subject *x = a, *y = b;
	int order = compare_runtimes(x, y);

	return order ? order : compare_versions(x->kernel, y->kernel);
}

static void add_subjects(struct draft *d, const struct reports *rs)
{
	size_t i;

	for (i = 0; i < rs->n; i++) {
		const struct report *r = &rs->list[i];

		if (!is_judged(r))
			continue;
		GROW(d->subjects, d->n);
		d->subjects[d->n++] = (struct subject){
			.report = r,
			.name = report_runtime_name(r),
			.version = report_runtime_version(r),
			.kernel = str(r->kernel),
		};
	}
	if (d->n)
		qsort(d->subjects, d->n, sizeof(*d->subjects), compare_subjects);
}

/* What EXPECT can say of it ------------------------------------------------------------------- */

#define SEEN(verdict) (1u << (verdict))
#define FOUND_OTHERWISE SEEN(VERDICT_COUNT) /* a fall that EXPECT named already */

/* What reports of one subject found. */
static const struct kind {
	const char *word;
	unsigned int with, without;
	enum verdict verdict;
} kinds[] = {
	{ "fail", SEEN(VERDICT_FAIL), SEEN(VERDICT_PASS) | SEEN(VERDICT_SKIP), VERDICT_FAIL },
	{ "sometimes", SEEN(VERDICT_FAIL) | SEEN(VERDICT_PASS), 0, VERDICT_FAIL },
	{ "fail|skip", SEEN(VERDICT_FAIL) | SEEN(VERDICT_SKIP), SEEN(VERDICT_PASS), VERDICT_FAIL },
	{ "broken", SEEN(VERDICT_BROKEN), 0, VERDICT_BROKEN },
};

static const struct result *find_result(const struct report *r, enum requirement_id id)
{
	const struct result *res = column_result(r, id);

	return res && !res->withheld ? res : NULL;
}

static unsigned int seen_in(const struct report *r, enum requirement_id id)
{
	const struct result *res = find_result(r, id);

	if (!res)
		return 0;
	return res->expected_fall ? FOUND_OTHERWISE : SEEN(res->verdict);
}

static bool is_of_kind(unsigned int seen, const struct kind *k)
{
	return (seen & k->with) == k->with && !(seen & k->without);
}

/* Lines --------------------------------------------------------------------------------------- */

/* Versions of a runtime with the same fall on the same kernels. */
struct line {
	const struct subject *first, *last;    /* by version */
	const struct subject *oldest, *newest; /* by kernel */
	bool open;			       /* the next version may be added */
};

struct lines {
	struct line *list;
	size_t n;
};

/* Has a place in a range. */
static bool has_place(const char *name, const char *version)
{
	return !name[strcspn(name, " <=>")] && version_is_plain(version);
}

static bool same_kernels(const struct line *a, const struct line *b)
{
	return streq(a->oldest->kernel, b->oldest->kernel) &&
	       streq(a->newest->kernel, b->newest->kernel);
}

/* Adds the version of @found, which is one row's, to the line it goes on with, or a new one. */
static void add_line(struct lines *ls, size_t before, const struct line *found_here)
{
	const struct subject *s = found_here->first;
	size_t i;

	for (i = 0; i < before; i++) {
		struct line *l = &ls->list[i];

		if (l->open && same_kernels(l, found_here) && *s->name &&
		    streq(l->last->name, s->name) && has_place(s->name, l->last->version) &&
		    has_place(s->name, s->version)) {
			l->last = s;
			return;
		}
	}
	GROW(ls->list, ls->n);
	ls->list[ls->n++] = *found_here;
}

/* Reports of the same subject are one: returns the next one's index. */
static size_t take_cell(const struct draft *d, size_t i, enum requirement_id id, unsigned int *seen)
{
	const struct subject *s = &d->subjects[i];

	*seen = 0;
	for (; i < d->n && compare_subjects(s, &d->subjects[i]) == 0; i++)
		*seen |= seen_in(d->subjects[i].report, id);
	return i;
}

/* What isn't added to in a row that was looked at ends there. */
static void close_others(struct lines *ls, const struct subject *row)
{
	size_t i;

	for (i = 0; i < ls->n; i++)
		ls->list[i].open &= ls->list[i].last == row;
}

/* The kernels of one version, from @i on; returns the next version's index. */
static size_t take_row(const struct draft *d, size_t i, enum requirement_id id,
		       const struct kind *k, struct lines *ls)
{
	const struct subject *row = &d->subjects[i];
	struct line run = { 0 };
	size_t before = ls->n;
	bool looked = false;

	while (i < d->n && compare_runtimes(row, &d->subjects[i]) == 0) {
		const struct subject *s = &d->subjects[i];
		unsigned int seen;

		i = take_cell(d, i, id, &seen);
		looked |= seen != 0;
		if (run.oldest && seen &&
		    (!is_of_kind(seen, k) || !has_place("", s->kernel) ||
		     !has_place("", run.newest->kernel))) {
			add_line(ls, before, &run);
			run.oldest = NULL;
		}
		if (!is_of_kind(seen, k))
			continue;
		run = (struct line){ row, row, run.oldest ? run.oldest : s, s, true };
	}
	if (run.oldest)
		add_line(ls, before, &run);
	if (looked)
		close_others(ls, row);
	return i;
}

/* Text ---------------------------------------------------------------------------------------- */

/* As a glob that means just @s, a column of its own. */
static void add_glob(struct text *t, const char *s)
{
	size_t n = strlen(s), i;

	if (n == 0)
		text_add(t, "*");
	for (i = 0; i < n; i++) {
		bool end = i == 0 || i == n - 1;

		if (!isprint((unsigned char)s[i]) || strchr("<=>#", s[i]) || (end && s[i] == ' '))
			text_add(t, "?");
		else
			text_addf(t, "%s%c", strchr("*?[\\(", s[i]) ? "\\" : "", s[i]);
	}
}

static void add_columns(struct text *t, const struct line *l)
{
	_cleanup_free_ char *one = xasprintf("%s %s", l->first->name, l->first->version);

	if (l->first == l->last) {
		add_glob(t, one);
	} else {
		add_glob(t, l->first->name);
		text_addf(t, " >=%s <=%s", l->first->version, l->last->version);
	}
	text_add(t, "\t");
	if (l->oldest == l->newest)
		add_glob(t, l->oldest->kernel);
	else
		text_addf(t, ">=%s <=%s", l->oldest->kernel, l->newest->kernel);
}

/* Of the first report from @s on that has it; those of the line's first subject come first. */
static const struct result *first_fall(const struct draft *d, const struct subject **s,
				       enum requirement_id id, enum verdict verdict)
{
	const struct subject *end = d->subjects + d->n;

	for (; *s < end; (*s)++) {
		const struct result *res = find_result((*s)->report, id);

		if (res && res->verdict == verdict && is_drafted((*s)->report, res))
			return res;
	}
	return NULL;
}

/* What was seen, cut between words. */
static void add_seen(struct text *t, const struct draft *d, const struct subject *s,
		     enum requirement_id id, enum verdict verdict)
{
	const struct result *res = first_fall(d, &s, id, verdict);
	_cleanup_free_ char *cut = NULL;
	const char *all;
	size_t n;

	if (!res)
		return;
	all = str(verdict == VERDICT_BROKEN ? res->reason : res->observed);
	n = strcspn(all, "\n");
	if (n > SEEN_MAX)
		for (n = SEEN_MAX; n > 0 && all[n] != ' ';)
			n--;
	if (n == 0 || output_names_withheld(s->report, all))
		return;
	cut = xstrndup(all, n);
	text_add(t, " seen: ");
	output_clean(t, cut, false);
}

static void add_text(struct draft *d, const struct line *l, enum requirement_id id,
		     const struct kind *k)
{
	struct text *t = &d->lines;

	add_columns(t, l);
	text_addf(t, "\t%s\t%s\t" EXPECT_FIXME ": why?", requirements[id].id, k->word);
	add_seen(t, d, l->oldest, id, k->verdict);
	text_addf(t, "%s%s\n", *d->words ? "\t" : "", d->words);
}

static void add_falls(struct draft *d, enum requirement_id id, const struct kind *k)
{
	struct lines ls = { 0 };
	size_t i;

	for (i = 0; i < d->n;)
		i = take_row(d, i, id, k, &ls);
	for (i = 0; i < ls.n; i++)
		add_text(d, &ls.list[i], id, k);
	free(ls.list);
}

static void add_origin(struct text *t, const struct report *r)
{
	if (!r->runtime_name) {
		output_clean(t, str(r->kernel_name), false);
		return;
	}
	output_subject(t, r);
	text_add(t, ", profile ");
	output_clean(t, str(r->profile), false);
	text_add(t, r->n_denied ? ", " : "");
	output_denied(t, r);
	text_add(t, *str(r->started) ? ", " : "");
	output_clean(t, str(r->started), false);
}

static void add_number(struct text *t, const struct report *r)
{
	unsigned int falls = 0;
	size_t i;

	for (i = 0; i < r->n_results; i++)
		falls += is_drafted(r, &r->results[i]);
	text_addf(t, "%u unexpected fall%s", falls, falls == 1 ? "" : "s");
}

/* What the lines are from, and what is not among them. */
static int write_origin(const struct report *r, FILE *out)
{
	_cleanup_text_ struct text t = { 0 };

	text_add(&t, "# ");
	add_origin(&t, r);
	text_add(&t, ": ");
	if (is_judged(r)) {
		add_number(&t, r);
	} else {
		text_add(&t, "nothing to list: ");
		output_clean(&t, str(r->why), false);
	}
	if (r->n_withheld)
		text_addf(&t, ", %u withheld and not here (docs/guide/disclosure.md)",
			  r->n_withheld);
	text_add(&t, "\n");
	return output_put(r, &t, out);
}

int draft_write(const struct reports *rs, const char *words, FILE *out)
{
	_cleanup_draft_ struct draft d = { .words = words };
	int r = 0;
	size_t i, k;

	add_subjects(&d, rs);
	for (i = 0; i < REQ_COUNT; i++)
		for (k = 0; k < ARRAY_SIZE(kinds); k++)
			add_falls(&d, (enum requirement_id)i, &kinds[k]);
	fputs("# A draft for EXPECT. Write why it falls in place of each " EXPECT_FIXME "; until "
	      "then it is refused.\n",
	      out);
	for (i = 0; r == 0 && i < rs->n; i++)
		r = write_origin(&rs->list[i], out);
	errno = 0;
	if (r == 0 && (fputs(text_str(&d.lines), out) < 0 || fflush(out) != 0))
		r = errno ? -errno : -EIO;
	return r;
}
