/* SPDX-License-Identifier: Apache-2.0 */
/* Options of `maskspec run`: read, checked, handed on to observe. */
#include <getopt.h>
#include <limits.h>
#include <sys/stat.h>

#include "conformance/calls.h"
#include "conformance/report/expect.h"
#include "conformance/report/require.h"
#include "conformance/kernels.h"
#include "conformance/userns.h"
#include "version.h"

static const struct option long_options[] = {
	{ "runtime", required_argument, NULL, 'r' },
	{ "runtime-arg", required_argument, NULL, 'a' },
	{ "runtime-args", required_argument, NULL, 'A' },
	{ "profile", required_argument, NULL, 'p' },
	{ "filter", required_argument, NULL, 'f' },
	{ "require", required_argument, NULL, 'q' },
	{ "expect", required_argument, NULL, 'e' },
	{ "strict", no_argument, NULL, 's' },
	{ "withheld", required_argument, NULL, 'w' },
	{ "publish", no_argument, NULL, 'P' },
	{ "out", required_argument, NULL, 'o' },
	{ "timeout", required_argument, NULL, 't' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "cgroup", required_argument, NULL, 'c' },
	{ "deny", required_argument, NULL, 'd' },
	{ "userns", required_argument, NULL, 'u' },
	{ "kernels", required_argument, NULL, 'k' },
	{ "accel", required_argument, NULL, 'x' },
	{ "cache", required_argument, NULL, 'C' },
	{ "vm-timeout", required_argument, NULL, 'm' },
	{ "vm-cpus", required_argument, NULL, 'n' },
	{ "shard", required_argument, NULL, 'S' },
	{ "nonce", required_argument, NULL, 'N' },
	{ "plan", no_argument, NULL, 'l' },
	{ "keep", no_argument, NULL, 'K' },
	{ "fixtures", required_argument, NULL, 'F' },
	{ "json", no_argument, NULL, 'J' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "time", no_argument, NULL, 'T' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char options_help[] =
	"  --runtime R        OCI runtime: path, or name of a command (RUNTIME)\n"
	"  --runtime-args A   its global flags, split at blanks; --runtime-arg for one "
	"(RUNTIME_ARGS)\n"
	"  --profile P        core (default), security, scale or all (PROFILE)\n"
	"  --filter G         globs on requirement ids and bundles; the report is partial "
	"(FILTER)\n"
	"  --require W        ids, globs or a file: SHOULD that count as MUST (REQUIRE)\n"
	"  --expect FILE      falls that are known (EXPECT)\n"
	"  --strict           an unexpected pass, an unused or expired entry of --expect fails\n"
	"                     (STRICT=1)\n"
	"  --withheld FILE    falls that must not be published; implies --publish (WITHHELD)\n"
	"  --publish          what is written may leave this machine (PUBLISH=1)\n"
	"  --out DIR          report.json, report.html, report.tap, facts/, status\n"
	"                     (OUT; default: out beside this, maskspec-out if installed)\n"
	"  --timeout S        seconds for each command of the runtime, 10 (TIMEOUT)\n"
	"  --jobs N           cases at once, default: processors, 4 at most (JOBS)\n"
	"  --cgroup L         auto, v1 or v2 (CGROUP)\n"
	"  --deny CALLS       what the runtime is told that the kernel lacks (DENY)\n"
	"  --userns K         every container in a user namespace: none, many (ids) or one "
	"(USERNS)\n"
	"  --kernels NAMES    kernels to boot, of the catalogue or files; host is this one "
	"(KERNELS)\n"
	"  --accel K          auto (default), tcg or kvm (ACCEL)\n"
	"  --cache DIR        kernels and layers that were fetched and made (CACHE; default: as "
	"of\n"
	"                     maskspec kernels)\n"
	"  --vm-cpus N        processors of a kernel's machine, 1 (VM_CPUS)\n"
	"  --vm-timeout S     seconds without a word of a kernel's machine, 60 until it runs and "
	"300 in\n"
	"                     cases (VM_TIMEOUT)\n"
	"  --shard I/N        the I-th of N parts of the cases, on each kernel (SHARD); "
	"`maskspec judge` puts\n"
	"                     their facts together\n"
	"  --nonce WORD       somebody else's word, to stand in all facts: they were made after "
	"it\n"
	"  --plan             check all that is said here, list the cases, and run nothing\n"
	"  --keep             keep the image and say how to boot it by hand (KEEP=1)\n"
	"  --fixtures DIR     cases and lists other than the kit's\n"
	"  --json             report.json on stdout\n"
	"  --verbose          name each case on stderr (VERBOSE=1)\n"
	"  --time             say on stderr where the time went (TIME=1)\n";

static void add_arg(struct run_options *o, const char *s, size_t n)
{
	GROW(o->runtime_args, o->n_runtime_args);
	o->runtime_args[o->n_runtime_args++] = xstrndup(s, n);
}

static void split_args(struct run_options *o, const char *s)
{
	for (s += strspn(s, " "); *s; s += strspn(s, " ")) {
		size_t n = strcspn(s, " ");

		add_arg(o, s, n);
		s += n;
	}
}

static void set_option(struct run_options *o, int c)
{
	const struct text_option texts[] = {
		{ 'p', &o->profile },	     { 'f', &o->filter },
		{ 'q', &o->require },	     { 'o', &o->out },
		{ 't', &o->timeout },	     { 'j', &o->jobs },
		{ 'c', &o->cgroup },	     { 'e', &o->judge.expect },
		{ 'w', &o->judge.withheld }, { 'F', &o->judge.fixtures },
		{ 'd', &o->deny },	     { 'u', &o->userns },
		{ 'k', &o->kernels },	     { 'x', &o->accel },
		{ 'C', &o->cache },	     { 'm', &o->vm_timeout },
		{ 'n', &o->vm_cpus },	     { 'S', &o->shard_word },
		{ 'N', &o->nonce },
	};
	const struct {
		int c;
		bool *slot;
	} flags[] = {
		{ 's', &o->judge.strict }, { 'P', &o->judge.publish }, { 'J', &o->json },
		{ 'v', &o->verbose },	   { 'T', &o->time },	       { 'K', &o->keep },
		{ 'l', &o->plan },
	};
	size_t i;

	text_option(texts, ARRAY_SIZE(texts), c);
	for (i = 0; i < ARRAY_SIZE(flags); i++)
		if (flags[i].c == c)
			*flags[i].slot = true;
	if (c == 'a')
		add_arg(o, optarg, strlen(optarg));
	if (c == 'A')
		split_args(o, optarg);
}

/* Values ------------------------------------------------------------------------------------- */

static int check_number(const char *name, const char *value, long max)
{
	char *end;
	long n = strtol(value, &end, 10);

	if (*end || end == value || n < 1 || n > max)
		return complain(EXIT_USAGE, "%s=%s: not a number from 1 to %ld", name, value, max);
	return -1;
}

static int check_shard(struct run_options *o)
{
	if (shard_parse(o->shard_word, &o->shard) == 0)
		return -1;
	return complain(EXIT_USAGE,
			"SHARD=%s: not I/N, the I-th of N parts, as in SHARD=2/3; N is at most %d",
			o->shard_word, SPLIT_MAX);
}

/* Anything else would have to be escaped in facts, statements and command lines. */
static int check_nonce(const char *nonce)
{
	size_t i, n = strlen(nonce);

	for (i = 0; i < n && nonce[i] > ' ' && nonce[i] < 0x7f; i++)
		;
	if (n && n <= NONCE_MAX && i == n)
		return -1;
	return complain(EXIT_USAGE, "NONCE=%s: write a word of 1 to %d printable ASCII characters",
			nonce, NONCE_MAX);
}

static int check_word(const char *name, const char *value, const char *words)
{
	if (strchr(value, ' ') || !has_word(words, value))
		return complain(EXIT_USAGE, "%s=%s: none of %s", name, value, words);
	return -1;
}

static int find_runtime(struct run_options *o, const char *given)
{
	static const char *const covered[] = { "/run/", "/var/run/", "/dev/", "/proc/" };
	char path[PATH_MAX];
	struct stat st;
	size_t i;

	if (!given || !*given)
		return complain(EXIT_USAGE, "run: name a runtime with --runtime (RUNTIME=)");
	o->runtime = find_runtime_path(given);
	if (!o->runtime)
		return complain(EXIT_USAGE, "RUNTIME=%s: %s", given,
				strchr(given, '/') ? "no such file"
						   : "no such command in PATH; name its path");
	if (stat(o->runtime, &st) < 0 || !S_ISREG(st.st_mode) || access(o->runtime, X_OK) < 0)
		return complain(EXIT_USAGE, "RUNTIME=%s: not an executable file", given);
	for (i = 0; realpath(o->runtime, path) && i < ARRAY_SIZE(covered); i++)
		if (strip_prefix(path, covered[i]))
			return complain(EXIT_USAGE,
					"RUNTIME=%s: lies under %s, which the kit covers; copy it "
					"elsewhere",
					given, covered[i]);
	return -1;
}

static int check_lists(const struct run_options *o)
{
	_cleanup_free_ char *require_dir = xasprintf("%s/require", o->judge.fixtures);
	_cleanup_free_ char *expect_dir = xasprintf("%s/expect", o->judge.fixtures);
	_cleanup_expects_ struct expects e = { 0 };
	_cleanup_free_ char *error = NULL;
	struct require q = { 0 };

	if (require_parse(o->require, require_dir, &q, &error) < 0)
		return complain(EXIT_USAGE, "%s", error);
	if (o->judge.expect && expect_load(o->judge.expect, expect_dir, &e, &error) < 0)
		return complain(EXIT_USAGE, "%s", error);
	if (o->judge.withheld && access(o->judge.withheld, R_OK) < 0)
		return complain(EXIT_USAGE, "WITHHELD=%s: %s", o->judge.withheld,
				errno_name(errno));
	return -1;
}

/* In the order of the table from here on, so that equal sets read the same. */
static int check_deny(struct run_options *o)
{
	_cleanup_free_ char *bad = NULL;
	struct denial d;

	if (calls_parse(o->deny, &d, &bad) < 0) {
		_cleanup_free_ char *remedy = calls_remedy(bad);

		return complain(EXIT_USAGE, "DENY=%s: %s", bad, remedy);
	}
	o->deny = calls_words(&d);
	return -1;
}

static int check_userns(struct run_options *o)
{
	int r = check_word("USERNS", o->userns, "none many one");
	size_t i;

	for (i = 0; i < USERNS_KINDS; i++)
		if (streq(userns_names[i], o->userns))
			o->users.userns = (enum userns_kind)i;
	return r;
}

/* What is asked for must be there, before anything is run. */
static int check_ability(const struct run_options *o, const char *who)
{
	const char *fault, *remedy;
	struct userns_trial t;

	userns_try(&t);
	fault = userns_fault(&t, &remedy);
	return fault ? complain(EXIT_BROKEN, "%s%s: %s; %s", who, o->userns, fault, remedy) : -1;
}

static bool has_host(const struct run_options *o)
{
	char **names = kernel_names(o->kernels);
	bool has = false;
	size_t i;

	for (i = 0; names[i]; i++)
		has |= streq(names[i], "host");
	words_free(names);
	return has;
}

/* Without root: said at once what that means, and done as far as it goes. */
static int check_user(struct run_options *o)
{
	int r;

	/* In a machine of its own the runtime is root's. */
	if (o->kernel || (o->several && !has_host(o)))
		return -1;
	if (geteuid() != 0 && o->several)
		return complain(EXIT_USAGE,
				"KERNELS=%s: host beside others needs root; leave it "
				"out, or run this as root",
				o->kernels);
	if (geteuid() == 0)
		return o->users.userns == USERNS_NONE ? -1 : check_ability(o, "USERNS=");
	if (o->users.userns == USERNS_MANY)
		return complain(EXIT_USAGE,
				"USERNS=many: an ordinary user has one id; leave it out, "
				"or run this as root");
	if (*o->deny)
		return complain(EXIT_USAGE,
				"DENY=%s: needs root; leave it out, or run this as root", o->deny);
	o->users = (struct users){ .userns = USERNS_ROOTLESS, .uid = geteuid(), .gid = getegid() };
	o->userns = userns_names[USERNS_ROOTLESS];
	r = check_ability(o, "without root, ");
	if (r < 0) {
		complain(0,
			 "not root: the runtime is started by uid %u, rootless; root of every "
			 "container is that user, and it has no other id",
			 o->users.uid);
		complain(0,
			 "skipped, for it can't be had so: ordinary users, cgroups, files of other "
			 "owners, device nodes (those of the host are bound)");
	}
	return r;
}

static int check(struct run_options *o, const char *runtime)
{
	int r = check_word("PROFILE", o->profile, "core security scale all");

	if (r < 0)
		r = check_word("CGROUP", o->cgroup, "auto v1 v2");
	if (r < 0)
		r = check_word("ACCEL", o->accel, "auto tcg kvm");
	if (r < 0)
		r = check_userns(o);
	if (r < 0 && o->timeout)
		r = check_number("TIMEOUT", o->timeout, 3600);
	if (r < 0)
		r = check_number("VM_CPUS", o->vm_cpus, 64);
	if (r < 0 && o->vm_timeout)
		r = check_number("VM_TIMEOUT", o->vm_timeout, 36000);
	if (r < 0 && o->jobs)
		r = check_number("JOBS", o->jobs, 64);
	if (r < 0 && o->shard_word)
		r = check_shard(o);
	if (r < 0 && o->nonce)
		r = check_nonce(o->nonce);
	if (r < 0)
		r = check_deny(o);
	if (r < 0)
		r = check_lists(o);
	if (r < 0)
		r = find_runtime(o, runtime);
	if (r < 0 && !o->plan)
		r = check_user(o);
	return r;
}

static const char *default_jobs(void)
{
	static char jobs[8];
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	snprintf(jobs, sizeof(jobs), "%ld", n < 1 ? 1 : n > 4 ? 4 : n);
	return jobs;
}

/* Emulated, a runtime takes several times as long. */
void run_options_place(struct run_options *o, const char *kernel, const char *out)
{
	o->kernel = streq(kernel, "host") ? NULL : kernel;
	o->out = out;
	if (!o->timeout)
		o->timeout = o->kernel ? "30" : "10";
	if (!o->jobs)
		o->jobs = o->kernel ? "2" : default_jobs();
}

int run_options_parse(struct run_options *o, int argc, char **argv)
{
	const char *runtime = NULL;
	char **names;
	bool bad = false;
	int c;

	*o = (struct run_options){ .profile = "core",
				   .filter = "",
				   .require = "",
				   .kernels = "host",
				   .accel = "auto",
				   .vm_cpus = "1",
				   .cgroup = "auto",
				   .deny = "",
				   .userns = "none" };
	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (c == 'h') {
			fputs(options_help, stdout);
			return 0;
		}
		bad |= c == '?';
		if (c == 'r')
			runtime = optarg;
		set_option(o, c);
	}
	if (!o->out)
		o->out = kit_default_out("out");
	if (!o->cache)
		o->cache = kit_default_cache(o->out);
	o->dealt_kernels = o->kernels;
	names = kernel_names(o->kernels);
	bad |= !names[0];
	o->several = names[0] && names[1];
	if (names[0] && !o->several)
		run_options_place(o, xstrdup(names[0]), o->out);
	words_free(names);
	if (bad)
		return complain(EXIT_USAGE, "see `maskspec help run`");
	if (optind < argc)
		return complain(EXIT_USAGE, "run: \"%s\" is no option; see `maskspec help run`",
				argv[optind]);
	o->judge.fixtures = fixtures_dir(o->judge.fixtures);
	return check(o, runtime);
}

/* observe ------------------------------------------------------------------------------------- */

static void add_header(struct words *w, const char *key, const char *value)
{
	words_add(w, xstrdup("--header"));
	words_add(w, xasprintf("%s=%s", key, value));
}

/* Where observe finds what is its own: here, or in a machine (vm/init.c). */
static void add_places(struct words *w, const struct run_options *o)
{
	_cleanup_free_ char *dir = program_dir();
	_cleanup_free_ char *facts =
		o->kernel ? xstrdup("/maskspec/facts") : xasprintf("%s/facts", o->out);

	words_add(w, o->kernel ? xstrdup("/observe") : xasprintf("%s/observe", dir));
	words_add_pair(w, "--out", facts);
}

static void add_cases(struct words *w, const struct plan *p, const struct run_options *o,
		      size_t from, size_t to)
{
	size_t i;

	for (i = from; i < to; i++)
		words_add(w, xasprintf("%s/cases/%s.case", o->kernel ? "/maskspec" : o->out,
				       p->cases[i].file));
}

char **observe_argv(const struct plan *p, const struct run_options *o, const char *digest,
		    size_t from, size_t to)
{
	_cleanup_free_ char *due = xasprintf("%zu", p->n);
	struct words w = { 0 };
	size_t i;

	add_places(&w, o);
	words_add_pair(&w, "--runtime", o->runtime);
	for (i = 0; i < o->n_runtime_args; i++)
		words_add_pair(&w, "--runtime-arg", o->runtime_args[i]);
	words_add_pair(&w, "--run-id", p->run_id);
	words_add_pair(&w, "--timeout", o->timeout);
	words_add_pair(&w, "--jobs", o->jobs);
	words_add_pair(&w, "--cgroup", o->cgroup);
	words_add_pair(&w, "--deny", o->deny);
	add_header(&w, "run", p->run_id);
	add_header(&w, "manifest", digest);
	add_header(&w, "cases", due);
	add_header(&w, "profile", o->profile);
	add_header(&w, "filter", o->filter);
	add_header(&w, "require", o->require);
	add_header(&w, "userns", userns_names[o->users.userns]);
	if (o->nonce)
		add_header(&w, "asked-nonce", o->nonce);
	add_header(&w, "kit-version", MASKSPEC_VERSION);
	add_header(&w, "kit-commit", MASKSPEC_COMMIT);
	add_header(&w, "kit-spec", MASKSPEC_SPEC);
	if (kit_is_installed())
		add_header(&w, "kit-installed", "yes");
	if (from > 0)
		words_add(&w, xstrdup("--after-preflight"));
	add_cases(&w, p, o, from, to);
	words_end(&w);
	return w.v;
}
