/* SPDX-License-Identifier: Apache-2.0 */
/* maskspec expect: a draft of an EXPECT file from what fell. Runs nothing, needs no root. */
#include "conformance/maskspec.h"

#include <getopt.h>

#include "conformance/report/draft.h"
#include "conformance/report/expect.h"

static const struct option long_options[] = {
	{ "from", required_argument, NULL, 'F' },  { "owner", required_argument, NULL, 'o' },
	{ "until", required_argument, NULL, 'u' }, JUDGE_OPTIONS,
	{ "help", no_argument, NULL, 'h' },	   { NULL, 0, NULL, 0 },
};

static const char options_help[] =
	"  --from REPORT    report.json of a run, of several kernels too, its OUT folder, or "
	"facts;\n"
	"                   more of them may follow\n"
	"  --owner NAME     who looks after these falls\n"
	"  --until WHEN     a day as 2027-01-31, or a version of the runtime: expired from then "
	"on\n"
	"  --expect, --strict, --withheld, --publish, --fixtures as for `maskspec judge`, of "
	"facts\n\n"
	"Each line wants a reason in place of FIXME before EXPECT takes it. What a report "
	"withholds\n"
	"is in none. Exit status: 0 written, 2 usage or an input that can't be read.\n";

struct draft_options {
	const char *owner, *until;
	char **from; /* owned, the strings are not */
	size_t n;
	struct judge_options judge;
};

static void options_free(struct draft_options *o)
{
	free(o->from);
}
#define _cleanup_options_ _cleanup_(options_free)

static void add_from(struct draft_options *o, char *name)
{
	GROW(o->from, o->n);
	o->from[o->n++] = name;
}

/* The sixth column; *@ret_error is what is wrong with a value. Owned by the caller. */
static char *make_words(const struct draft_options *o, char **ret_error)
{
	_cleanup_expects_ struct expects e = { 0 };
	_cleanup_text_ struct text t = { 0 };
	_cleanup_free_ char *copy = NULL;

	if (o->until)
		text_addf(&t, "until=%s", o->until);
	if (o->owner)
		text_addf(&t, "%sowner=%s", t.len ? " " : "", o->owner);
	copy = xstrdup(text_str(&t));
	GROW(e.entries, e.n);
	e.entries[e.n++] = (struct expect_entry){ 0 };
	*ret_error = expect_read_words(copy, &e.entries[0]);
	return xstrdup(text_str(&t));
}

static int draft(const struct draft_options *o)
{
	_cleanup_reports_ struct reports rs = { 0 };
	_cleanup_free_ char *error = NULL, *words = make_words(o, &error);
	int r;

	if (error)
		return complain(EXIT_USAGE, "expect: %s", error);
	r = reports_load(o->from, o->n, &o->judge, &rs, &error);
	if (r < 0)
		return complain(EXIT_USAGE, "%s", error ? error : errno_name(-r));
	r = draft_write(&rs, words, stdout);
	if (r < 0)
		return complain(EXIT_BROKEN, "stdout: %s", errno_name(-r));
	return 0;
}

/* False for an option that is none, after a message. */
static bool take_option(struct draft_options *o, int c)
{
	switch (c) {
	case 'F':
		add_from(o, optarg);
		return true;
	case 'o':
		o->owner = optarg;
		return true;
	case 'u':
		o->until = optarg;
		return true;
	default:
		return judge_option(&o->judge, c);
	}
}

int cmd_expect(int argc, char **argv)
{
	_cleanup_options_ struct draft_options o = { 0 };
	_cleanup_free_ char *fixtures = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (c == 'h') {
			fputs(options_help, stdout);
			return 0;
		}
		if (!take_option(&o, c))
			return EXIT_USAGE;
	}
	if (o.n == 0)
		return complain(EXIT_USAGE, "expect: name a report.json, an OUT folder or facts: "
					    "maskspec expect --from REPORT…");
	for (; optind < argc; optind++)
		add_from(&o, argv[optind]);
	fixtures = fixtures_dir(o.judge.fixtures);
	o.judge.fixtures = fixtures;
	return draft(&o);
}
