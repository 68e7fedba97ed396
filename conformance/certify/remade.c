/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/remade.h"

#include <fcntl.h>

#include "conformance/certify/digests.h"
#include "conformance/certify/scratch.h"
#include "conformance/maskspec.h"
#include "conformance/report/columns.h"
#include "conformance/report/files.h"
#include "conformance/report/json.h"
#include "conformance/report/output.h"
#include "version.h"

enum { CLAIM_VENDOR, CLAIM_PRODUCT, CLAIM_MADE, CLAIM_NONCE, CLAIM_ABOUT };

void remade_free(struct remade *m)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(m->claims); i++)
		free(m->claims[i]);
	campaign_free(&m->campaign);
	ustar_free(&m->members);
	*m = (struct remade){ 0 };
}

/* A folder ------------------------------------------------------------------------------------ */

/* Names were checked by ustar_read(): none leads out of @dir. */
static int unpack(const char *dir, const struct ustar_member *m)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, m->name);
	_cleanup_free_ char *above = xstrndup(path, (size_t)(strrchr(path, '/') - path));
	int r = make_folders(above);

	return r < 0 ? r : write_file_at(AT_FDCWD, path, m->data, m->size);
}

static int unpack_all(const char *dir, const struct ustar *a, char **ret_error)
{
	size_t i;

	for (i = 0; i < a->n; i++) {
		const struct ustar_member *m = &a->list[i];
		int r = streq(m->name, DEVIATIONS_MEMBER) || strstr(m->name, "/facts/")
				? unpack(dir, m)
				: 0;

		if (r < 0) {
			*ret_error = xasprintf("%s: can't be unpacked into %s: %s", m->name, dir,
					       errno_name(r));
			return r;
		}
	}
	return 0;
}

/* Judging -------------------------------------------------------------------------------------- */

static int judge_all(const char *dir, const struct layout *l, const char *fixtures,
		     const struct ustar *a, struct campaign *c, char **ret_error)
{
	_cleanup_free_ char *deviations = xasprintf("%s/" DEVIATIONS_MEMBER, dir);
	const struct judge_options o = {
		.expect_name = DEVIATIONS_MEMBER,
		.expect = ustar_find(a, DEVIATIONS_MEMBER) ? deviations : NULL,
		.fixtures = fixtures,
	};
	size_t i, n;

	for (i = 0; i < l->kernels; i++) {
		campaign_add_kernel(c);
		for (n = 0; n < l->runs[i]; n++) {
			_cleanup_free_ char *path = campaign_run_path(dir, i + 1, n + 1);
			int r = campaign_add_run(c, dir, &o, ret_error);

			if (r == 0)
				r = report_files(path, &c->kernels[i].runs[n]);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

/*
 * The word that all runs were given, by the first facts that are whole, for a run that broke may
 * have none; the facts are held against each other elsewhere.
 */
static char *asked_nonce(const struct ustar *a)
{
	size_t i;

	for (i = 0; i < a->n; i++) {
		const struct ustar_member *m = &a->list[i];
		_cleanup_facts_ struct facts f = { 0 };

		if (!ends_in(m->name, ".facts"))
			continue;
		facts_parse(xstrndup(m->data, m->size), &f);
		if (f.state == FACTS_WHOLE)
			return xstrdup(facts_header(&f, "asked-nonce"));
	}
	return xstrdup("");
}

/* What nobody can check: who handed it in, when, and what the machine said of the runtime. */
static int read_claims(const struct ustar *a, struct remade *m, char **ret_error)
{
	static const char *const keys[] = { "vendor", "product", "made" };
	const struct ustar_member *file = ustar_find(a, "certificate.json");
	const struct ustar_member *about = ustar_find(a, "about");
	_cleanup_text_ struct text error = { 0 };
	_cleanup_cjson_ cJSON *root = json_strict(file->data, file->size, &error);
	size_t i;

	if (!root) {
		*ret_error = xasprintf("%s: %s", file->name, text_str(&error));
		return -EINVAL;
	}
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		m->claims[i] = xstrdup(json_string(root, keys[i], ""));
	m->claims[CLAIM_NONCE] = asked_nonce(a);
	m->claims[CLAIM_ABOUT] = xstrndup(about->data, about->size);
	return 0;
}

static void fill(struct remade *m, const struct ustar *a, const struct cert *cert,
		 const char *key_id)
{
	const struct ustar_member *profile = ustar_find(a, "profile");
	const struct ustar_member *deviations = ustar_find(a, DEVIATIONS_MEMBER);
	const struct report *told = campaign_told(&m->campaign);

	m->certificate = (struct certificate){
		.campaign = &m->campaign,
		.cert = cert,
		.cert_text = profile->data,
		.cert_len = profile->size,
		.vendor = m->claims[CLAIM_VENDOR],
		.product = m->claims[CLAIM_PRODUCT],
		.nonce = m->claims[CLAIM_NONCE],
		.made = m->claims[CLAIM_MADE],
		.about = m->claims[CLAIM_ABOUT],
		.deviations = deviations ? deviations->data : NULL,
		.key_id = key_id,
	};
	m->same_kit = told && streq(str(told->kit_commit), MASKSPEC_COMMIT) &&
		      !streq(MASKSPEC_COMMIT, "unknown");
}

int remade_make(const struct ustar *a, const struct layout *l, const struct cert *cert,
		const char *fixtures, const char *key_id, struct remade *ret, char **ret_error)
{
	_cleanup_scratch_ char *dir = scratch_make("maskspec-verify", ret_error);
	int r = dir ? read_claims(a, ret, ret_error) : -EIO;

	if (r == 0)
		r = unpack_all(dir, a, ret_error);
	if (r == 0)
		r = judge_all(dir, l, fixtures, a, &ret->campaign, ret_error);
	if (r < 0) {
		if (!*ret_error)
			*ret_error = xasprintf("can't be judged: %s", errno_name(r));
		return r;
	}
	campaign_grade(&ret->campaign, cert);
	fill(ret, a, cert, key_id);
	return certificate_gather(&ret->certificate, dir, &ret->members, ret_error);
}

/* Comparing ------------------------------------------------------------------------------------ */

static void compare_report(const struct ustar_member *theirs, const struct ustar_member *mine,
			   struct text *refusals)
{
	_cleanup_reports_ struct reports read = { 0 }, own = { 0 };
	_cleanup_free_ char *error = NULL;
	size_t i;

	if (reports_read(theirs->name, theirs->data, theirs->size, &read, &error) < 0 ||
	    reports_read(mine->name, mine->data, mine->size, &own, &error) < 0 || read.n != 1) {
		text_addf(refusals, "%s: is no report of one run\n", theirs->name);
		return;
	}
	for (i = 0; i < REQ_COUNT; i++) {
		const char *is = column_word(&read.list[0], (enum requirement_id)i);
		const char *due = column_word(&own.list[0], (enum requirement_id)i);

		if (!streq(is, due))
			text_addf(refusals, "%s: says %s of %s, its facts come to %s\n",
				  theirs->name, is, requirements[i].id, due);
	}
}

void remade_compare(const struct remade *m, const struct ustar *a, struct text *refusals)
{
	size_t i;

	for (i = 0; i < a->n; i++) {
		const struct ustar_member *theirs = &a->list[i];
		const struct ustar_member *mine = ustar_find(&m->members, theirs->name);
		bool same = mine && mine->size == theirs->size &&
			    memcmp(mine->data, theirs->data, mine->size) == 0;

		if (same || certificate_is_statement(theirs->name) ||
		    streq(theirs->name, DIGESTS_MEMBER))
			continue;
		if (!mine)
			text_addf(refusals, "%s: is too many\n", theirs->name);
		else if (!m->same_kit && ends_in(theirs->name, "/report.html"))
			continue;
		else if (!m->same_kit && ends_in(theirs->name, "/report.json"))
			compare_report(theirs, mine, refusals);
		else
			text_addf(refusals, "%s: is not what the facts come to\n", theirs->name);
	}
}
