/* SPDX-License-Identifier: Apache-2.0 */
/* maskspec report: reports or facts in, any format out. Runs nothing, needs no root. */
#include "conformance/maskspec.h"

#include <fcntl.h>
#include <getopt.h>
#include <sys/stat.h>

#include "conformance/report/formats.h"

static const struct option long_options[] = {
	{ "format", required_argument, NULL, 'F' },
	JUDGE_OPTIONS,
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char options_help[] =
	"  REPORT           report.json of a run, of several kernels too, or its OUT folder\n"
	"  FACTS            a folder of facts, or facts files: judged as `maskspec judge` does\n"
	"  --format NAME    one of those below; it goes to stdout\n"
	"  --expect, --strict, --withheld, --publish, --fixtures as for `maskspec judge`, of "
	"FACTS;\n"
	"  a report says already what it was told, and --publish hides what it withheld\n\n"
	"Exit status: 0 written, whatever the verdicts are; 2 usage or an input that can't be "
	"read.\n\n"
	"Formats:\n";

static bool is_facts_file(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && streq(dot, ".facts");
}

static int add_facts(char *const *files, size_t n, const struct judge_options *o,
		     struct reports *rs, char **error)
{
	struct report r = { 0 };
	struct stat st;
	bool folder = stat(files[0], &st) == 0 && S_ISDIR(st.st_mode);
	int err = folder ? assemble_folder(files[0], o, &r, error)
			 : assemble_files(files, n, o, &r, error);

	if (err == 0)
		reports_add(rs, files[0], &r);
	report_free(&r);
	return err;
}

int reports_read_file(const char *path, struct reports *rs, char **ret_error)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = read_file_at(AT_FDCWD, path, REPORT_MAX, &text, &len);

	if (r < 0) {
		*ret_error = xasprintf("%s: %s", path, errno_name(-r));
		return r;
	}
	return reports_read(path, text, len, rs, ret_error);
}

static int add_report(const char *path, const struct judge_options *o, struct reports *rs,
		      char **error)
{
	size_t before = rs->n, i;
	int r = reports_read_file(path, rs, error);

	for (i = before; i < rs->n && o->publish; i++)
		report_publish(&rs->list[i]);
	return r;
}

int reports_load(char *const *args, size_t n, const struct judge_options *o, struct reports *rs,
		 char **ret_error)
{
	size_t i, k;
	int r = 0;

	for (i = 0; r == 0 && i < n; i = k) {
		_cleanup_free_ char *inside = xasprintf("%s/report.json", args[i]);
		struct stat st;

		for (k = i; k < n && is_facts_file(args[k]);)
			k++;
		if (k > i)
			r = add_facts(args + i, k - i, o, rs, ret_error);
		else if (stat(args[i], &st) < 0 || !S_ISDIR(st.st_mode))
			r = add_report(args[i], o, rs, ret_error);
		else if (access(inside, F_OK) == 0)
			r = add_report(inside, o, rs, ret_error);
		else
			r = add_facts(args + i, 1, o, rs, ret_error);
		k = k > i ? k : i + 1;
	}
	return r;
}

static int report(const struct format *f, char *const *args, size_t n,
		  const struct judge_options *o)
{
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_free_ char *error = NULL;
	int r = reports_load(args, n, o, &rs, &error);

	if (r < 0)
		return complain(EXIT_USAGE, "%s", error ? error : errno_name(-r));
	if (f->single && rs.n != 1)
		return complain(EXIT_USAGE,
				"report: --format %s is of one report, and there are %zu", f->name,
				rs.n);
	r = f->write(&rs, stdout);
	if (r < 0 || fflush(stdout) != 0)
		return complain(EXIT_BROKEN, "stdout: %s", errno_name(r < 0 ? -r : errno));
	return 0;
}

static int bad_format(const char *name)
{
	_cleanup_text_ struct text names = { 0 };

	format_names(&names);
	return complain(EXIT_USAGE, "report: --format %s: none of %s", name, text_str(&names));
}

int cmd_report(int argc, char **argv)
{
	struct judge_options o = { 0 };
	_cleanup_free_ char *fixtures = NULL;
	const char *format = "text";
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (c == 'h') {
			fputs(options_help, stdout);
			format_help(stdout);
			return 0;
		}
		if (c == 'F')
			format = optarg;
		else if (!judge_option(&o, c))
			return EXIT_USAGE;
	}

	if (!format_by_name(format))
		return bad_format(format);
	if (optind == argc)
		return complain(EXIT_USAGE, "report: name a report.json, an OUT folder or facts");
	fixtures = fixtures_dir(o.fixtures);
	o.fixtures = fixtures;
	return report(format_by_name(format), argv + optind, (size_t)(argc - optind), &o);
}
