/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/campaign.h"

#include <fcntl.h>

#include "conformance/report/output.h"

void campaign_free(struct campaign *c)
{
	size_t i, n;

	for (i = 0; i < c->n; i++) {
		for (n = 0; n < c->kernels[i].n; n++)
			report_free(&c->kernels[i].runs[n]);
		free(c->kernels[i].runs);
		graded_free(&c->kernels[i].graded);
	}
	free(c->kernels);
	text_free(&c->reasons);
	*c = (struct campaign){ 0 };
}

char *campaign_run_path(const char *dir, size_t kernel, size_t run)
{
	return xasprintf("%s/kernels/%zu/run-%zu", dir, kernel, run);
}

static const struct report *told(const struct campaign_kernel *k)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		if (*str(k->runs[i].runtime_sha256) && *str(k->runs[i].kit_spec))
			return &k->runs[i];
	return NULL;
}

const struct report *campaign_told(const struct campaign *c)
{
	const struct report *r = NULL;
	size_t i;

	for (i = 0; i < c->n && !r; i++)
		r = told(&c->kernels[i]);
	return r;
}

const struct report *campaign_kernel_told(const struct campaign_kernel *k)
{
	const struct report *r = told(k);

	return r ? r : &k->runs[0];
}

void campaign_add_kernel(struct campaign *c)
{
	GROW(c->kernels, c->n);
	c->kernels[c->n++] = (struct campaign_kernel){ 0 };
}

void campaign_drop_kernel(struct campaign *c)
{
	c->n--;
}

/* The run id and the like differ by run, so the manifest's own digest does, too. */
static int digest_cases(const char *facts, char digest[SHA256_HEX], char **ret_error)
{
	_cleanup_free_ char *path = xasprintf("%s/" MANIFEST_FILE, facts);
	_cleanup_manifest_ struct manifest m = { 0 };
	struct sha256 sum;
	char *text;
	size_t i;
	int r;

	r = read_file_at(AT_FDCWD, path, FACTS_MAX, &text, NULL);
	if (r == 0)
		r = manifest_parse(text, &m);
	if (r < 0) {
		*ret_error = xasprintf("%s: no manifest, or cut: %s", path, errno_name(r));
		return r;
	}
	sha256_init(&sum);
	for (i = 0; i < m.n; i++) {
		_cleanup_free_ char *line = xasprintf("%s %s %s\n", m.cases[i].bundle,
						      m.cases[i].digest, m.cases[i].ids);

		sha256_add(&sum, line, strlen(line));
	}
	sha256_hex(&sum, digest);
	return 0;
}

int campaign_add_run(struct campaign *c, const char *dir, const struct judge_options *o,
		     char **ret_error)
{
	struct campaign_kernel *k = &c->kernels[c->n - 1];
	_cleanup_free_ char *path = campaign_run_path(dir, c->n, k->n + 1);
	_cleanup_free_ char *facts = xasprintf("%s/facts", path);
	_cleanup_report_ struct report r = { 0 };
	char cases[SHA256_HEX];
	int err;

	err = digest_cases(facts, cases, ret_error);
	if (err == 0)
		err = assemble_folder(facts, o, &r, ret_error);
	if (err < 0)
		return err;
	if (k->n && !streq(k->cases, cases)) {
		*ret_error = xasprintf("%s: other cases than in the run before it", facts);
		return -EINVAL;
	}
	memcpy(k->cases, cases, sizeof(cases));
	GROW(k->runs, k->n);
	k->runs[k->n++] = r;
	r = (struct report){ 0 };
	return 0;
}

bool campaign_wants_run(const struct campaign *c, const struct cert *cert)
{
	const struct campaign_kernel *k = &c->kernels[c->n - 1];
	size_t i, whole = 0;

	for (i = 0; i < k->n; i++)
		whole += grade_is_whole(&k->runs[i]);
	return whole < cert->runs && k->n - whole <= cert->retries;
}

static void grade_one(struct campaign_kernel *k, const struct cert *cert)
{
	_cleanup_free_ const struct report **runs = xcalloc(k->n + 1, sizeof(*runs));
	size_t i;

	for (i = 0; i < k->n; i++)
		runs[i] = &k->runs[i];
	grade_kernel(cert, runs, k->n, &k->graded);
}

void campaign_grade(struct campaign *c, const struct cert *cert)
{
	_cleanup_free_ char **versions = xcalloc(c->n + 1, sizeof(*versions));
	size_t i, n = 0;

	for (i = 0; i < c->n; i++) {
		struct campaign_kernel *k = &c->kernels[i];

		grade_one(k, cert);
		if (k->graded.grade > c->grade)
			c->grade = k->graded.grade;
		if (k->n && campaign_kernel_told(k)->kernel)
			versions[n++] = campaign_kernel_told(k)->kernel;
	}
	if (grade_kernels_missing(cert, versions, n, &c->reasons))
		c->grade = GRADE_FAILED;
}
