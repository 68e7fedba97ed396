/* SPDX-License-Identifier: Apache-2.0 */
/* maskspec merge: reports of shards, kernels and runtimes in, one report or matrix out. */
#include "conformance/maskspec.h"

#include <getopt.h>

#include "conformance/report/columns.h"
#include "conformance/report/merge.h"
#include "conformance/report/output.h"

static const struct option long_options[] = {
	JUDGE_OPTIONS,
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char options_help[] =
	"  REPORT           report.json of a run, of several kernels too, or its OUT folder\n"
	"  --expect FILE    apply this EXPECT to what was merged; shards are run without\n"
	"  --withheld FILE  the same of WITHHELD\n"
	"  --publish        the merged report hides what EXPECT doesn't name\n"
	"  --strict         with --expect its unused lines fail; so does a kernel that could not "
	"be "
	"had\n"
	"  --fixtures DIR   where EXPECT files are looked for\n\n"
	"Shards of one run become one report; one that is missing makes it broken. Reports of\n"
	"several kernels or runtimes become a matrix, in the order they are named in. The same\n"
	"twice is taken once, and is an error where the two contradict each other.\n\n"
	"Exit status: as of a run with that report, 2 for usage and for what can't be merged.\n";

/* What was marked before was marked by lists that are not asked now. */
static void forget_lists(struct report *r)
{
	size_t i;

	for (i = 0; i < r->n_results; i++) {
		struct result *res = &r->results[i];

		res->expected_fall = res->unexpected_pass = res->withheld = false;
		free(res->expect_reason);
		res->expect_reason = NULL;
	}
	free(r->unused_expects);
	free(r->expired_expects);
	r->unused_expects = r->expired_expects = NULL;
	if (r->one_cause)
		return;
	free(r->why);
	r->why = NULL;
}

static int apply_lists(struct report *r, const char *file, const struct judge_options *o,
		       char **error)
{
	if (report_hides(r)) {
		*error = xasprintf("%s: is published and hides results, so no list can be applied "
				   "to it",
				   file);
		return -EINVAL;
	}
	forget_lists(r);
	if (assemble_lists(r, o, error) < 0)
		return -EINVAL;
	merged_conclude(r, o->strict);
	return 0;
}

static int apply(struct reports *rs, const struct judge_options *o, char **error)
{
	size_t i;
	int err = 0;

	for (i = 0; err == 0 && i < rs->n; i++) {
		if (!column_judged(&rs->list[i]))
			continue;
		if (o->expect || o->withheld)
			err = apply_lists(&rs->list[i], rs->files[i], o, error);
		else if (o->publish)
			report_publish(&rs->list[i]);
	}
	return err;
}

static int write_out(const struct reports *rs, bool strict)
{
	const struct report *one = &rs->list[0];
	struct matrix m = columns_matrix(rs);
	bool single = rs->n == 1 && column_judged(one);
	int status, r;

	m.strict = strict;
	status = single ? outcome_exit(one->outcome) : matrix_exit(&m);
	r = single ? report_json(one, stdout) : matrix_json(&m, stdout);
	if (r < 0 || fflush(stdout) != 0)
		status = complain(EXIT_BROKEN, "stdout: %s", errno_name(r < 0 ? -r : errno));
	else
		fprintf(stderr, "maskspec: %s (exit %d)\n",
			single ? outcome_names[one->outcome] : matrix_verdict(&m), status);
	free(m.columns);
	return status;
}

static int merge(char *const *args, size_t n, const struct judge_options *o)
{
	/* Published only when they are one: what is hidden can't be compared. */
	struct judge_options load = { .fixtures = o->fixtures };
	_cleanup_reports_ struct reports in = { 0 }, out = { 0 };
	_cleanup_free_ char *error = NULL;
	int r = reports_load(args, n, &load, &in, &error);

	if (r == 0)
		r = reports_merge(&in, o->expect || o->withheld, &out, &error);
	if (r == 0)
		r = apply(&out, o, &error);
	if (r < 0)
		return complain(EXIT_USAGE, "merge: %s", error ? error : errno_name(-r));
	return write_out(&out, o->strict);
}

int cmd_merge(int argc, char **argv)
{
	struct judge_options o = { 0 };
	_cleanup_free_ char *fixtures = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (c == 'h') {
			fputs(options_help, stdout);
			return 0;
		}
		if (!judge_option(&o, c))
			return EXIT_USAGE;
	}

	if (optind == argc)
		return complain(EXIT_USAGE, "merge: name a report.json or an OUT folder");
	fixtures = fixtures_dir(o.fixtures);
	o.fixtures = fixtures;
	return merge(argv + optind, (size_t)(argc - optind), &o);
}
