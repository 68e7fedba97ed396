/* SPDX-License-Identifier: Apache-2.0 */
/* maskspec site: folders of reports in, a folder of static pages out. Needs no root. */
#include "conformance/maskspec.h"

#include <dirent.h>
#include <getopt.h>

#include "conformance/report/site.h"
#include "conformance/site_folder.h"

#define DEPTH_MAX 16

static const struct option long_options[] = {
	{ "out", required_argument, NULL, 'o' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char options_help[] =
	"  DIR              searched for report.json, through all its folders; links are not "
	"followed\n"
	"  REPORT           report.json of a run, of several kernels too\n"
	"  -o, --out OUT    folder of the site: a new one, or one that `maskspec site` has made, "
	"which\n"
	"                   is replaced as a whole; any other is left alone\n\n"
	"A run that is found twice is shown once. Begin with OUT/index.html.\n\n"
	"Exit status: 0 written, whatever the verdicts are; 2 usage, or an input that can't be "
	"read;\n3 OUT can't be written.\n";

static int is_visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static bool is_of_type(const char *path, mode_t type)
{
	struct stat st;

	return lstat(path, &st) == 0 && (st.st_mode & S_IFMT) == type;
}

/* A folder's own report before those inside: a matrix names the runtime of all its kernels. */
static int search(const char *dir, int depth, struct reports *rs, char **error)
{
	_cleanup_free_ char *report = xasprintf("%s/report.json", dir);
	struct dirent **names = NULL;
	int n, i, r = 0;

	if (depth > DEPTH_MAX) {
		*error = xasprintf("%s: more than %d folders deep; name one that is nearer to the "
				   "reports",
				   dir, DEPTH_MAX);
		return -ELOOP;
	}
	if (is_of_type(report, S_IFREG))
		r = reports_read_file(report, rs, error);
	n = scandir(dir, &names, is_visible, alphasort);
	if (r == 0 && n < 0) {
		r = -errno;
		*error = xasprintf("%s: %s", dir, errno_name(-r));
	}
	for (i = 0; i < n; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, names[i]->d_name);

		if (r == 0 && is_of_type(path, S_IFDIR))
			r = search(path, depth + 1, rs, error);
		free(names[i]);
	}
	free(names);
	return r;
}

static int add(const char *arg, struct reports *rs, char **error)
{
	size_t before = rs->n;
	struct stat st;
	int r;

	if (stat(arg, &st) < 0 || !S_ISDIR(st.st_mode))
		return reports_read_file(arg, rs, error);
	r = search(arg, 0, rs, error);
	if (r == 0 && rs->n == before) {
		*error = xasprintf("%s: has no report.json; name the OUT folders of runs, or a "
				   "folder that holds them",
				   arg);
		r = -ENOENT;
	}
	return r;
}

static int write_site(const struct reports *rs, const char *out)
{
	_cleanup_site_folder_ struct site_folder f = { 0 };
	_cleanup_free_ char *error = NULL;
	int r = site_folder_open(out, &f, &error);

	if (r < 0)
		return complain(r == -EEXIST ? EXIT_USAGE : EXIT_BROKEN, "site: %s", error);
	r = site_write(rs, site_folder_put, &f);
	if (r == 0)
		r = site_folder_commit(&f);
	if (r < 0)
		return complain(EXIT_BROKEN, "site: %s: %s", out, errno_name(-r));
	fprintf(stderr, "maskspec: %zu run%s in %s/index.html\n", rs->n, rs->n == 1 ? "" : "s",
		f.out);
	return 0;
}

static int site(char *const *args, size_t n, const char *out)
{
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_free_ char *error = NULL;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < n; i++)
		r = add(args[i], &rs, &error);
	if (r == 0)
		r = site_unique(&rs, &error);
	if (r < 0)
		return complain(EXIT_USAGE, "site: %s", error ? error : errno_name(-r));
	return write_site(&rs, out);
}

int cmd_site(int argc, char **argv)
{
	const char *out = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "o:", long_options, NULL)) != -1) {
		switch (c) {
		case 'o':
			out = optarg;
			break;
		case 'h':
			fputs(options_help, stdout);
			return 0;
		default:
			return EXIT_USAGE;
		}
	}
	if (optind == argc)
		return complain(EXIT_USAGE, "site: name OUT folders of runs, or report.json files");
	if (!out || !*out)
		return complain(EXIT_USAGE, "site: name the folder to write: -o OUT");
	return site(argv + optind, (size_t)(argc - optind), out);
}
