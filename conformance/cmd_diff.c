/* SPDX-License-Identifier: Apache-2.0 */
/* maskspec diff: two reports or matrices in, what changed between them out. */
#include "conformance/maskspec.h"

#include <getopt.h>

#include "conformance/report/columns.h"
#include "conformance/report/diff.h"

#define EXIT_REGRESSED 1

static const struct option long_options[] = {
	{ "format", required_argument, NULL, 'F' }, { "threshold", required_argument, NULL, 't' },
	{ "publish", no_argument, NULL, 'p' },	    { "fixtures", required_argument, NULL, 'f' },
	{ "help", no_argument, NULL, 'h' },	    { NULL, 0, NULL, 0 },
};

static const char options_help[] =
	"  OLD, NEW             report.json of a run, of several kernels too, an OUT folder, or\n"
	"                       a folder of facts\n"
	"  --format NAME        text (what it is without), json or markdown\n"
	"  --threshold PERCENT  by how much a time must differ to be told, 1 to 10000 (50)\n"
	"  --publish            hide what both withhold; so it is, too, where one is published\n"
	"  --fixtures DIR       folder with require/ and expect/, for facts\n\n"
	"A verdict that is graver than before has regressed, in the order pass, skip, broken,\n"
	"fail; so has a requirement that passed and isn't there any more. A fall that EXPECT\n"
	"names has changed only. Counts are compared exactly.\n\n"
	"Exit status: 0 nothing regressed, 1 something did, 2 usage or what can't be read.\n";

static const struct {
	const char *name;
	int (*write)(const struct diff *d, FILE *out);
} formats[] = {
	{ "text", diff_text },
	{ "json", diff_json },
	{ "markdown", diff_markdown },
};

static bool any_hides(const struct reports *rs)
{
	size_t i;

	for (i = 0; i < rs->n; i++)
		if (report_hides(&rs->list[i]))
			return true;
	return false;
}

static void publish(struct reports *rs)
{
	size_t i;

	for (i = 0; i < rs->n; i++)
		if (column_judged(&rs->list[i]))
			report_publish(&rs->list[i]);
}

static int diff(char *const *args, const struct judge_options *o, double threshold, size_t format)
{
	_cleanup_reports_ struct reports old = { 0 }, new = { 0 };
	_cleanup_free_ char *error = NULL;
	_cleanup_diff_ struct diff d = { 0 };
	int r = reports_load(args, 1, o, &old, &error);

	if (r == 0)
		r = reports_load(args + 1, 1, o, &new, &error);
	if (r < 0)
		return complain(EXIT_USAGE, "diff: %s", error ? error : errno_name(-r));
	/* What one side hides the other would tell. */
	if (any_hides(&old) || any_hides(&new)) {
		publish(&old);
		publish(&new);
	}
	diff_reports(&old, &new, threshold, &d);
	r = formats[format].write(&d, stdout);
	if (r < 0)
		return complain(EXIT_BROKEN, "stdout: %s", errno_name(-r));
	return d.count[CHANGE_REGRESSED] ? EXIT_REGRESSED : 0;
}

static bool read_threshold(const char *s, double *ret)
{
	char *end;

	*ret = strtod(s, &end);
	return end != s && *end == '\0' && *ret >= 1 && *ret <= 10000;
}

static size_t format_of(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++)
		if (streq(formats[i].name, name))
			break;
	return i;
}

int cmd_diff(int argc, char **argv)
{
	struct judge_options o = { 0 };
	_cleanup_free_ char *fixtures = NULL;
	double threshold = DIFF_THRESHOLD;
	size_t format = 0;
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (c) {
		case 'F':
			format = format_of(optarg);
			if (format == ARRAY_SIZE(formats))
				return complain(EXIT_USAGE,
						"diff: --format %s: none of text json markdown",
						optarg);
			break;
		case 't':
			if (!read_threshold(optarg, &threshold))
				return complain(EXIT_USAGE,
						"diff: --threshold %s: percent, from 1 to 10000",
						optarg);
			break;
		case 'h':
			fputs(options_help, stdout);
			return 0;
		default:
			if (!judge_option(&o, c))
				return EXIT_USAGE;
		}
	}
	if (argc - optind != 2)
		return complain(EXIT_USAGE, "diff: name two reports, the old one first");
	fixtures = fixtures_dir(o.fixtures);
	o.fixtures = fixtures;
	return diff(argv + optind, &o, threshold, format);
}
