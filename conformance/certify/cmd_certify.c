/* SPDX-License-Identifier: Apache-2.0 */
/*
 * maskspec certify: runs a runtime on each kernel as often as a certification profile asks for,
 * grades it, and puts all evidence into an archive that somebody else can judge again.
 */
#include <fcntl.h>
#include <getopt.h>
#include <time.h>

#include "conformance/certify/certificate.h"
#include "conformance/certify/certify.h"
#include "conformance/certify/dsse.h"
#include "conformance/certify/runner.h"
#include "conformance/child.h"
#include "conformance/report/files.h"
#include "conformance/report/list.h"

#define ARCHIVE "certificate.tar"

struct order {
	const char *runtime, *kernels, *cert, *key, *vendor, *product, *nonce, *deviations, *out,
		*fixtures;
	struct passphrase_source from;
	struct words run; /* options that each run is given as they are */
};

static const struct option long_options[] = {
	{ "runtime", required_argument, NULL, 'r' },
	{ "kernels", required_argument, NULL, 'k' },
	{ "cert", required_argument, NULL, 'c' },
	{ "key", required_argument, NULL, 'K' },
	PASSPHRASE_OPTIONS,
	{ "vendor", required_argument, NULL, 'v' },
	{ "product", required_argument, NULL, 'd' },
	{ "nonce", required_argument, NULL, 'n' },
	{ "deviations", required_argument, NULL, 'D' },
	{ "out", required_argument, NULL, 'o' },
	{ "fixtures", required_argument, NULL, 'f' },
	{ "runtime-args", required_argument, NULL, RUNNER_OPTION },
	RUNNER_OPTIONS,
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char options_help[] =
	"  --runtime R        OCI runtime: path, or name of a command (RUNTIME)\n"
	"  --kernels NAMES    kernels to boot, of the catalogue or files; host is this one "
	"(KERNELS)\n"
	"  --cert NAME        certification profile: a path, or a name in fixtures/certify\n"
	"                     (CERT; certified-2026)\n"
	"  --key FILE         private key to sign with, of maskspec keygen; without one the\n"
	"                     certificate is not signed, and says so (KEY)\n"
	"  --passphrase       ask for the key's passphrase at the terminal\n"
	"  --passphrase-fd N  read it from descriptor N\n"
	"  --vendor, --product TEXT   who hands it in, and what the runtime is part of "
	"(VENDOR, PRODUCT)\n"
	"  --nonce WORD       of the certifier: shows that the runs were made after it (NONCE)\n"
	"  --deviations FILE  SHOULD that are known to fall, as EXPECT (DEVIATIONS)\n"
	"  --out DIR          certificate.tar, and the runs (OUT; default: certificate beside\n"
	"                     this, maskspec-certificate if installed)\n"
	"  --fixtures DIR     cases, lists and profiles other than the kit's\n"
	"  --runtime-args, --accel, --cache, --timeout, --jobs, --vm-timeout as of maskspec run\n\n"
	"Exit status: 0 PASSED or WARNED, 1 FAILED, 2 usage, 3 something of the kit is broken.\n";

/* What is given -------------------------------------------------------------------------------- */

static bool set_option(struct order *o, int c)
{
	const struct text_option texts[] = {
		{ 'r', &o->runtime },  { 'k', &o->kernels },	{ 'c', &o->cert },
		{ 'K', &o->key },      { 'v', &o->vendor },	{ 'd', &o->product },
		{ 'n', &o->nonce },    { 'D', &o->deviations }, { 'o', &o->out },
		{ 'f', &o->fixtures },
	};

	return text_option(texts, ARRAY_SIZE(texts), c);
}

/* -1 to go on, or the exit status. */
static int parse(struct order *o, int argc, char **argv)
{
	int c, at, r;

	while ((c = getopt_long(argc, argv, "", long_options, &at)) != -1) {
		if (c == 'h') {
			fputs(options_help, stdout);
			return 0;
		}
		if (c == RUNNER_OPTION) {
			words_add(&o->run, xasprintf("--%s=%s", long_options[at].name, optarg));
		} else if (c == 'p' || c == 'P') {
			r = passphrase_option("certify", c, optarg, &o->from);
			if (r)
				return r;
		} else if (!set_option(o, c)) {
			return EXIT_USAGE;
		}
	}
	if (optind < argc)
		return complain(EXIT_USAGE, "certify: \"%s\": no option", argv[optind]);
	if (!o->runtime || !*o->runtime)
		return complain(EXIT_USAGE, "certify: name a runtime with --runtime (RUNTIME=)");
	return -1;
}

/* Running -------------------------------------------------------------------------------------- */

/* The run wrote its own; they name the file of deviations as it is called here. */
static int write_reports(const char *out, const struct campaign *c)
{
	const struct campaign_kernel *k = &c->kernels[c->n - 1];
	int r = report_files(out, &k->runs[k->n - 1]);

	return r < 0 ? complain(EXIT_BROKEN, "certify: %s: %s", out, errno_name(r)) : 0;
}

static int run_kernel(const struct order *o, const struct runner *runner, const char *kernel,
		      const struct judge_options *judge, struct campaign *c)
{
	campaign_add_kernel(c);
	while (campaign_wants_run(c, runner->cert)) {
		size_t number = c->kernels[c->n - 1].n + 1;
		_cleanup_free_ char *out = campaign_run_path(o->out, c->n, number);
		_cleanup_free_ char *error = NULL;
		int r;

		fprintf(stderr, "maskspec: certify: %s, run %zu\n", kernel, number);
		r = runner_run(runner, kernel, out);
		if (r)
			return r;
		if (campaign_add_run(c, o->out, judge, &error) == 0) {
			r = write_reports(out, c);
			if (r)
				return r;
			continue;
		}
		complain(EXIT_BROKEN, "certify: %s: %s", kernel, error);
		if (number > 1)
			return EXIT_BROKEN;
		/* A kernel that is not to be had: whether it is missed is the profile's affair. */
		campaign_drop_kernel(c);
		return 0;
	}
	return 0;
}

static int run_all(const struct order *o, const struct cert *cert, struct campaign *c)
{
	const struct judge_options judge = {
		.expect_name = DEVIATIONS_MEMBER,
		.expect = *o->deviations ? o->deviations : NULL,
		.fixtures = o->fixtures,
	};
	const struct runner runner = {
		.cert = cert,
		.runtime = o->runtime,
		.fixtures = o->fixtures,
		.nonce = o->nonce,
		.deviations = o->deviations,
		.more = &o->run,
	};
	_cleanup_free_ char *kernels = xstrdup(o->kernels);
	char *state = NULL, *kernel;
	int status = runner_run(&runner, o->kernels, NULL);

	if (status)
		return status;
	for (kernel = strtok_r(kernels, " ", &state); kernel;
	     kernel = strtok_r(NULL, " ", &state)) {
		int r = run_kernel(o, &runner, kernel, &judge, c);

		if (r)
			return r;
	}
	return c->n ? 0 : complain(EXIT_BROKEN, "certify: no kernel could be run");
}

/* The archive ---------------------------------------------------------------------------------- */

/* What the script `about` says of the runtime. */
static int ask_about(const struct order *o, char **ret)
{
	char *runtime = find_runtime_path(o->runtime);
	_cleanup_free_ char *script = kit_file(o->fixtures, "conformance/certify/about");
	_cleanup_free_ char *path = xasprintf("%s/about", o->out);
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	char *argv[] = { script, runtime, NULL };
	int status = fd < 0 ? EXIT_BROKEN : child_wait(child_start(argv, fd));

	free(runtime);
	if (status != 0 || read_file_at(AT_FDCWD, path, USTAR_MEMBER_MAX, ret, NULL) < 0)
		return complain(EXIT_BROKEN, "certify: %s doesn't say what %s is", script,
				o->runtime);
	return 0;
}

static int add_statement(const struct certificate *c, size_t kernel, const struct key *key,
			 struct ustar *a, char **ret_error)
{
	char *statement = certificate_statement(c, kernel, a);
	char *envelope = NULL;
	int r = 0;

	if (key->pkey) {
		r = dsse_sign(key, statement, strlen(statement), &envelope, ret_error);
		free(statement);
		statement = envelope;
	}
	if (r == 0)
		r = ustar_add(a, certificate_statement_name(kernel, key->pkey), statement,
			      strlen(statement));
	return r;
}

static int write_archive(const struct certificate *c, const struct order *o, const struct key *key)
{
	_cleanup_ustar_ struct ustar a = { 0 };
	_cleanup_text_ struct text t = { 0 };
	_cleanup_free_ char *error = NULL, *path = xasprintf("%s/" ARCHIVE, o->out);
	size_t i;
	int r = certificate_gather(c, o->out, &a, &error);

	for (i = 0; i < c->campaign->n && r == 0; i++)
		r = add_statement(c, i + 1, key, &a, &error);
	if (r < 0)
		return complain(EXIT_BROKEN, "certify: %s", error ? error : errno_name(r));
	ustar_write(&a, &t);
	r = write_file_at(AT_FDCWD, path, t.s, t.len);
	return r < 0 ? complain(EXIT_BROKEN, "certify: %s: %s", path, errno_name(r)) : 0;
}

static int say(const struct certificate *c, const struct order *o)
{
	size_t i;

	for (i = 0; i < c->campaign->n; i++) {
		const struct campaign_kernel *k = &c->campaign->kernels[i];
		const char *name = report_kernel_name(campaign_kernel_told(k));
		_cleanup_free_ char *of = xasprintf("certify: %s", name);

		complain_lines(of, &k->graded.reasons);
		printf("%s %s\n", grade_names[k->graded.grade], name);
	}
	complain_lines("certify", &c->campaign->reasons);
	printf("%s %s/" ARCHIVE "%s\n", grade_names[c->campaign->grade], o->out,
	       *c->key_id ? "" : ", not signed");
	return c->campaign->grade == GRADE_FAILED;
}

static int certify(const struct order *o, const struct certificate *plan, const struct key *key)
{
	_cleanup_campaign_ struct campaign campaign = { 0 };
	struct certificate c = *plan;
	_cleanup_free_ char *about = NULL;
	char made[] = "2026-01-01T00:00:00Z";
	time_t now = time(NULL);
	int r;

	r = make_folders(o->out);
	if (r < 0)
		return complain(EXIT_USAGE, "OUT=%s: %s", o->out, errno_name(r));
	r = run_all(o, c.cert, &campaign);
	if (r == 0)
		r = ask_about(o, &about);
	if (r)
		return r;
	campaign_grade(&campaign, c.cert);
	strftime(made, sizeof(made), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	c.campaign = &campaign;
	c.about = about;
	c.made = made;
	r = write_archive(&c, o, key);
	return r ? r : say(&c, o);
}

/* All that can be wrong is found before anything runs, for that takes long. */
static int prepare(const struct order *o)
{
	_cleanup_free_ char *dir = xasprintf("%s/certify", o->fixtures);
	_cleanup_free_ char *error = NULL, *text = NULL, *deviations = NULL;
	_cleanup_cert_ struct cert cert = { 0 };
	_cleanup_key_ struct key key = { 0 };
	size_t len;

	if (cert_load(o->cert, dir, &cert, &text, &len, &error) < 0)
		return complain(EXIT_USAGE, "%s", error);
	if (*o->key && key_read_private(o->key, &o->from, &key, &error) < 0)
		return complain(EXIT_USAGE, "KEY: %s", error);
	if (*o->deviations && list_read("DEVIATIONS", o->deviations, &deviations, &error) < 0)
		return complain(EXIT_USAGE, "%s", error);
	return certify(o,
		       &(struct certificate){
			       .cert = &cert,
			       .cert_text = text,
			       .cert_len = len,
			       .vendor = o->vendor,
			       .product = o->product,
			       .nonce = o->nonce,
			       .deviations = deviations,
			       .key_id = key.pkey ? key.id : "",
		       },
		       &key);
}

int cmd_certify(int argc, char **argv)
{
	struct order o = {
		.kernels = "host",
		.cert = "certified-2026",
		.key = "",
		.vendor = "",
		.product = "",
		.nonce = "",
		.deviations = "",
	};
	_cleanup_free_ char *fixtures = NULL, *out = NULL;
	int r = parse(&o, argc, argv);

	if (r >= 0)
		return r;
	fixtures = fixtures_dir(o.fixtures);
	o.fixtures = fixtures;
	out = o.out ? xstrdup(o.out) : kit_default_out("certificate");
	o.out = out;
	child_catch(true);
	r = prepare(&o);
	words_end(&o.run);
	words_free(o.run.v);
	return r;
}
