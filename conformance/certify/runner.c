/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/runner.h"

#include <fcntl.h>

#include "conformance/child.h"
#include "conformance/maskspec.h"

static void argv_free(char ***argv)
{
	words_free(*argv);
}

static char **make_argv(const struct runner *r, const char *kernels, const char *out)
{
	_cleanup_free_ char *dir = program_dir();
	struct words w = { 0 };
	size_t i;

	words_add(&w, xasprintf("%s/maskspec", dir));
	words_add(&w, xstrdup("run"));
	words_add_pair(&w, "--runtime", r->runtime);
	words_add_pair(&w, "--profile", r->cert->profile);
	words_add_pair(&w, "--require", r->cert->require);
	words_add_pair(&w, "--fixtures", r->fixtures);
	words_add_pair(&w, "--kernels", kernels);
	if (out)
		words_add_pair(&w, "--out", out);
	else
		words_add(&w, xstrdup("--plan"));
	if (*r->nonce)
		words_add_pair(&w, "--nonce", r->nonce);
	if (*r->deviations)
		words_add_pair(&w, "--expect", r->deviations);
	for (i = 0; i < r->more->n; i++)
		words_add(&w, xstrdup(r->more->v[i]));
	words_end(&w);
	return w.v;
}

int runner_run(const struct runner *r, const char *kernels, const char *out)
{
	_cleanup_(argv_free) char **argv = make_argv(r, kernels, out);
	_cleanup_close_ int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int status = child_wait(child_start(argv, null));

	if (interrupted)
		return 128 + interrupted;
	return status == EXIT_USAGE ? EXIT_USAGE : 0;
}
