/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/layout.h"

#include "conformance/certify/certificate.h"
#include "conformance/certify/digests.h"

/* More of either is no certificate that anybody made. */
#define KERNELS_MAX 100
#define RUNS_MAX 200

void layout_free(struct layout *l)
{
	free(l->runs);
	*l = (struct layout){ 0 };
}

static bool has_member(const struct ustar *a, const char *name)
{
	return ustar_find(a, name) != NULL;
}

static bool has_run(const struct ustar *a, size_t kernel, size_t run)
{
	_cleanup_free_ char *path = campaign_run_path("", kernel, run);
	_cleanup_free_ char *manifest = xasprintf("%s/facts/" MANIFEST_FILE, path + 1);

	return has_member(a, manifest);
}

/* The number at *@s without leading zeros, which it is moved behind; 0: none. */
static size_t take_number(const char **s, size_t max)
{
	char *end;
	unsigned long n = **s >= '1' && **s <= '9' ? strtoul(*s, &end, 10) : 0;

	if (!n || n > max)
		return 0;
	*s = end;
	return n;
}

/* What may stand below kernels/N/run-M/. */
static bool is_of_run(const char *rest)
{
	const char *file = strip_prefix(rest, "facts/");

	if (!file)
		return streq(rest, "report.json") || streq(rest, "report.html");
	return *file && *file != '.' && !strchr(file, '/');
}

static bool is_known(const struct layout *l, const char *name)
{
	static const char fixed[] = DIGESTS_MEMBER " about certificate.json deviations profile";
	const char *at = strip_prefix(name, "kernels/");
	size_t kernel, run;

	if (!at)
		return !strchr(name, ' ') && has_word(fixed, name);
	kernel = take_number(&at, l->kernels);
	if (!kernel)
		return false;
	if (streq(at, l->is_signed ? "/statement.dsse.json" : "/statement.json"))
		return true;
	at = strip_prefix(at, "/run-");
	run = at ? take_number(&at, l->runs[kernel - 1]) : 0;
	return run && *at == '/' && is_of_run(at + 1);
}

static int check_needed(const struct ustar *a, const struct layout *l, char **ret_error)
{
	static const char *const needed[] = { DIGESTS_MEMBER, "about", "certificate.json",
					      "profile" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(needed); i++)
		if (!has_member(a, needed[i])) {
			*ret_error = xasprintf("%s: is missing", needed[i]);
			return -EINVAL;
		}
	for (i = 0; i < l->kernels; i++) {
		_cleanup_free_ char *name = certificate_statement_name(i + 1, l->is_signed);

		if (!has_member(a, name)) {
			*ret_error = xasprintf("%s: is missing", name);
			return -EINVAL;
		}
	}
	return 0;
}

int layout_read(const struct ustar *a, struct layout *ret, char **ret_error)
{
	_cleanup_layout_ struct layout l = { 0 };
	_cleanup_free_ char *statement = certificate_statement_name(1, true);
	size_t i;

	l.is_signed = has_member(a, statement);
	while (l.kernels < KERNELS_MAX && has_run(a, l.kernels + 1, 1)) {
		size_t *runs;

		GROW(l.runs, l.kernels);
		runs = &l.runs[l.kernels++];
		for (*runs = 1; *runs < RUNS_MAX && has_run(a, l.kernels, *runs + 1); ++*runs)
			;
	}
	if (!l.kernels) {
		*ret_error = xstrdup("kernels/1/run-1/facts/" MANIFEST_FILE ": is missing");
		return -EINVAL;
	}
	for (i = 0; i < a->n; i++)
		if (!is_known(&l, a->list[i].name)) {
			*ret_error =
				xasprintf("%s: is no member of a certificate", a->list[i].name);
			return -EINVAL;
		}
	if (check_needed(a, &l, ret_error) < 0)
		return -EINVAL;
	*ret = l;
	l = (struct layout){ 0 };
	return 0;
}
