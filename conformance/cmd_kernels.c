/* SPDX-License-Identifier: Apache-2.0 */
/* maskspec kernels: the catalogue, as vm/fetch lists it. */
#include <getopt.h>

#include "conformance/maskspec.h"
#include "conformance/words.h"

static const struct option long_options[] = {
	{ "cache", required_argument, NULL, 'c' },
	{ "names", no_argument, NULL, 'n' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char options_help[] =
	"  --cache DIR   where those that are here lie (CACHE; default: cache beside this; if\n"
	"                installed $XDG_CACHE_HOME/maskspec, of root /var/cache/maskspec,\n"
	"                ~/.cache/maskspec)\n"
	"  --names       only the names\n";

static int list(const char *cache, bool names)
{
	_cleanup_free_ char *fixtures = fixtures_dir(NULL), *out = kit_default_out("out");
	struct words w = { 0 };

	words_add(&w, kit_file(fixtures, "vm/fetch"));
	words_add(&w, xstrdup(names ? "--names" : "--list"));
	words_add(&w, xstrdup("--cache"));
	words_add(&w, cache ? xstrdup(cache) : kit_default_cache(out));
	words_end(&w);
	execv(w.v[0], w.v);
	return complain(EXIT_BROKEN, "%s: %s; %s", w.v[0], errno_name(errno), kit_remedy());
}

int cmd_kernels(int argc, char **argv)
{
	const char *cache = NULL;
	bool names = false;
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (c == 'h') {
			fputs(options_help, stdout);
			return 0;
		}
		if (c == '?')
			return complain(EXIT_USAGE, "see `maskspec help kernels`");
		if (c == 'c')
			cache = optarg;
		names |= c == 'n';
	}
	if (optind < argc)
		return complain(EXIT_USAGE,
				"kernels: \"%s\" is no option; see `maskspec help "
				"kernels`",
				argv[optind]);
	return list(cache, names);
}
