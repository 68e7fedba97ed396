/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/reproduce.h"

#include <fcntl.h>

#include "conformance/certify/scratch.h"
#include "conformance/certify/sights.h"
#include "conformance/maskspec.h"
#include "conformance/report/columns.h"
#include "conformance/report/output.h"

/* One kernel that was run here. */
struct here {
	const struct reproduction *p;
	size_t kernel; /* the certificate's that it is, from 0 */
	const char *facts;
	const struct report *report;
	struct text *differ;
	size_t n_cases, n_seen;
};

/* Facts -------------------------------------------------------------------------------------- */

/* The case @file of each run of the certificate; how many are whole. */
static size_t read_there(const struct here *h, const char *file, struct sights *ret)
{
	const struct campaign_kernel *k = &h->p->campaign->kernels[h->kernel];
	size_t i, n = 0;

	for (i = 0; i < k->n; i++) {
		_cleanup_free_ char *path = campaign_run_path("", h->kernel + 1, i + 1);
		_cleanup_free_ char *name = xasprintf("%s/facts/%s", path + 1, file);
		const struct ustar_member *m = ustar_find(h->p->archive, name);

		if (m && sights_read(xstrndup(m->data, m->size), &ret[n]))
			n++;
		else if (m)
			sights_free(&ret[n]);
	}
	return n;
}

static void compare_case(struct here *h, const char *file)
{
	size_t i, runs = h->p->campaign->kernels[h->kernel].n;
	_cleanup_free_ struct sights *there = xcalloc(runs + 1, sizeof(*there));
	_cleanup_free_ char *path = xasprintf("%s/%s", h->facts, file);
	_cleanup_(sights_free) struct sights own = { 0 };
	_cleanup_free_ char *name = xasprintf("kernels/%zu: %s", h->kernel + 1, file);
	size_t n = read_there(h, file, there);
	char *text;

	if (read_file_at(AT_FDCWD, path, FACTS_MAX, &text, NULL) < 0 || !sights_read(text, &own))
		output_line(h->differ, "%s: could not be made again", name);
	else if (n)
		sights_compare(there, n, &own, name, h->differ);
	h->n_cases += n > 0;
	h->n_seen += own.n;
	for (i = 0; i < n; i++)
		sights_free(&there[i]);
}

static void compare_cases(struct here *h)
{
	_cleanup_free_ char *path = campaign_run_path("", h->kernel + 1, 1);
	_cleanup_free_ char *facts = xasprintf("%s/facts/", path + 1);
	size_t i;

	for (i = 0; i < h->p->archive->n; i++) {
		const char *file = strip_prefix(h->p->archive->list[i].name, facts);

		if (file && ends_in(file, ".facts"))
			compare_case(h, file);
	}
}

/* Verdicts ------------------------------------------------------------------------------------ */

static bool came_to(const struct campaign_kernel *k, enum requirement_id id, const char *verdict)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		if (streq(column_word(&k->runs[i], id), verdict))
			return true;
	return false;
}

static void compare_verdicts(struct here *h)
{
	const struct campaign_kernel *k = &h->p->campaign->kernels[h->kernel];
	size_t i;

	for (i = 0; i < REQ_COUNT; i++) {
		enum requirement_id id = (enum requirement_id)i;
		const char *verdict = column_word(h->report, id);

		if (!came_to(k, id, verdict) && grade_asks(h->p->cert, id))
			output_line(h->differ, "kernels/%zu: %s: %s in the certificate, %s here",
				    h->kernel + 1, requirements[id].id,
				    column_word(campaign_kernel_told(k), id), verdict);
	}
}

/* Runs ---------------------------------------------------------------------------------------- */

static bool is_same_kernel(const struct report *a, const struct report *b)
{
	if (!a->kernel_name || !b->kernel_name)
		return !a->kernel_name && !b->kernel_name &&
		       streq(str(a->kernel), str(b->kernel)) &&
		       streq(str(a->machine), str(b->machine));
	return streq(a->vm.image, b->vm.image);
}

/* Its number in the certificate, from 0; the number of all where it has none such. */
static size_t find_kernel(const struct campaign *c, const struct report *r)
{
	size_t i;

	for (i = 0; i < c->n && !is_same_kernel(campaign_kernel_told(&c->kernels[i]), r); i++)
		;
	return i;
}

static int compare(const struct reproduction *p, const char *kernel, const char *out, bool *done,
		   struct text *said, struct text *differ)
{
	_cleanup_free_ char *facts = xasprintf("%s/facts", out);
	const struct judge_options o = { .fixtures = p->fixtures };
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *error = NULL;
	struct here h = { .p = p, .facts = facts, .report = &r, .differ = differ };
	size_t before = differ->len;

	if (assemble_folder(facts, &o, &r, &error) < 0)
		return complain(EXIT_BROKEN, "verify: --reproduce: %s: %s", kernel, error);
	h.kernel = find_kernel(p->campaign, &r);
	if (h.kernel == p->campaign->n)
		return complain(
			EXIT_USAGE,
			"verify: --reproduce: %s (%s) is none of the certificate's kernels; "
			"name one that is, or its file (--kernels)",
			kernel, str(r.kernel));
	done[h.kernel] = true;
	compare_cases(&h);
	compare_verdicts(&h);
	if (differ->len == before)
		output_line(said, "reproduced on %s (%s): %zu observations in %zu cases", kernel,
			    str(r.kernel), h.n_seen, h.n_cases);
	return 0;
}

/* Its global flags, which stand a line each behind its path. */
static void add_runtime_args(const struct campaign *c, struct words *w)
{
	_cleanup_free_ char *lines = xstrdup(column_args(campaign_kernel_told(&c->kernels[0])));
	char *rest = lines, *word;

	while ((word = next_line(&rest)))
		words_add(w, xasprintf("--runtime-arg=%s", word));
}

static char *kernels_named(const struct campaign *c)
{
	_cleanup_text_ struct text t = { 0 };
	size_t i;

	for (i = 0; i < c->n; i++)
		text_addf(&t, "%s%s", i ? " " : "",
			  report_kernel_name(campaign_kernel_told(&c->kernels[i])));
	return xstrdup(text_str(&t));
}

static int run_and_compare(const struct reproduction *p, const struct runner *runner,
			   const char *dir, struct text *said, struct text *differ)
{
	_cleanup_free_ char *names = p->kernels ? xstrdup(p->kernels) : kernels_named(p->campaign);
	_cleanup_free_ bool *done = xcalloc(p->campaign->n + 1, sizeof(*done));
	char *state = NULL, *kernel;
	size_t i, n = 0;
	int r = runner_run(runner, names, NULL);

	for (kernel = strtok_r(names, " ", &state); kernel && r == 0;
	     kernel = strtok_r(NULL, " ", &state)) {
		_cleanup_free_ char *out = xasprintf("%s/%zu", dir, ++n);

		r = runner_run(runner, kernel, out);
		if (r == 0)
			r = compare(p, kernel, out, done, said, differ);
	}
	for (i = 0; i < p->campaign->n && r == 0; i++)
		if (!done[i])
			output_line(
				said, "not run again: %s",
				report_kernel_name(campaign_kernel_told(&p->campaign->kernels[i])));
	return r;
}

int reproduce(const struct reproduction *p, struct text *said, struct text *differ)
{
	_cleanup_free_ char *error = NULL;
	_cleanup_scratch_ char *dir = scratch_make("maskspec-reproduce", &error);
	struct words more = { 0 };
	const struct runner runner = {
		.cert = p->cert,
		.runtime = p->runtime,
		.fixtures = p->fixtures,
		.nonce = "",
		.deviations = "",
		.more = &more,
	};
	size_t i;
	int r;

	if (!dir)
		return complain(EXIT_BROKEN, "verify: --reproduce: %s", error);
	for (i = 0; i < p->more->n; i++)
		words_add(&more, xstrdup(p->more->v[i]));
	add_runtime_args(p->campaign, &more);
	r = run_and_compare(p, &runner, dir, said, differ);
	words_end(&more);
	words_free(more.v);
	return r;
}
