/* SPDX-License-Identifier: Apache-2.0 */
/* maskspec judge: facts in, report out. Pure but for reading; needs neither root nor a runtime. */
#include "conformance/maskspec.h"

#include <getopt.h>
#include <sys/stat.h>

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "called", required_argument, NULL, 'c' },
	JUDGE_OPTIONS,
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char options_help[] =
	"  --json           report.json instead of TAP or the summary\n"
	"  --expect FILE    falls that are known\n"
	"  --strict         an unexpected pass, an unused or expired entry of --expect fails\n"
	"  --withheld FILE  falls that must not be published; implies --publish\n"
	"  --publish        what is written may leave this machine\n"
	"  --called PATH    where the runtime lies here, if its facts are from where it was sent\n"
	"  --fixtures DIR   folder with require/ and expect/\n";

bool judge_option(struct judge_options *o, int c)
{
	switch (c) {
	case 'e':
		o->expect = optarg;
		break;
	case 's':
		o->strict = true;
		break;
	case 'w':
		o->withheld = optarg;
		break;
	case 'p':
		o->publish = true;
		break;
	case 'f':
		o->fixtures = optarg;
		break;
	default:
		return false;
	}
	return true;
}

static int judge(char **files, size_t n, const struct judge_options *o, bool json)
{
	_cleanup_report_ struct report r = { 0 };
	_cleanup_free_ char *error = NULL;
	struct stat st;
	int err;

	if (stat(files[0], &st) == 0 && S_ISDIR(st.st_mode))
		err = assemble_folders(files, n, o, &r, &error);
	else
		err = assemble_files(files, n, o, &r, &error);
	if (err < 0)
		return complain(EXIT_USAGE, "%s", error ? error : errno_name(err));
	return print_report(&r, json);
}

int cmd_judge(int argc, char **argv)
{
	struct judge_options o = { 0 };
	_cleanup_free_ char *fixtures = NULL;
	bool json = false;
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (c == 'h') {
			fputs(options_help, stdout);
			return 0;
		}
		if (c == 'j')
			json = true;
		else if (c == 'c')
			o.called = optarg;
		else if (!judge_option(&o, c))
			return EXIT_USAGE;
	}

	if (optind == argc)
		return complain(
			EXIT_USAGE,
			"judge: name a facts folder, those of the shards of a run, or facts files");
	fixtures = fixtures_dir(o.fixtures);
	o.fixtures = fixtures;
	return judge(argv + optind, (size_t)(argc - optind), &o, json);
}
