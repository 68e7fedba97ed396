/* SPDX-License-Identifier: Apache-2.0 */
/*
 * maskspec verify: whether a certificate is whole, signed, of what it says, and comes to what it
 * says. Believes nothing but the facts: their verdicts, the grades, certificate.json and the
 * statements are made again by this kit and held against those of the archive.
 */
#include <fcntl.h>
#include <getopt.h>

#include "conformance/certify/certify.h"
#include "conformance/certify/digests.h"
#include "conformance/certify/dsse.h"
#include "conformance/certify/evidence.h"
#include "conformance/certify/remade.h"
#include "conformance/certify/reproduce.h"
#include "conformance/child.h"
#include "conformance/report/output.h"

#define DIFFERENCES_MAX 20

struct request {
	const char *archive, *key, *runtime, *cert, *nonce, *fixtures, *kernels;
	bool reproduce;
	struct words run; /* options that each run is given as they are */
};

static const struct option long_options[] = {
	{ "key", required_argument, NULL, 'K' },      { "runtime", required_argument, NULL, 'r' },
	{ "profile", required_argument, NULL, 'c' },  { "nonce", required_argument, NULL, 'n' },
	{ "fixtures", required_argument, NULL, 'f' }, { "reproduce", no_argument, NULL, 'R' },
	{ "kernels", required_argument, NULL, 'k' },  RUNNER_OPTIONS,
	{ "help", no_argument, NULL, 'h' },	      { NULL, 0, NULL, 0 },
};

static const char options_help[] =
	"  --key FILE       public key of who signed it (PEM); without one, only what is not\n"
	"                   signed is taken\n"
	"  --runtime FILE   the runtime that it must be of\n"
	"  --profile NAME   certification profile that it must be of: a path, or a name in\n"
	"                   fixtures/certify; without it, the one that it names\n"
	"  --nonce WORD     that the runs must have been made for\n"
	"  --reproduce      run --runtime again here, on the kernels that the certificate names,\n"
	"                   and compare what must not differ\n"
	"  --kernels NAMES  only on these, each one of the certificate's by its image (host: by\n"
	"                   its version)\n"
	"  --accel, --cache, --timeout, --jobs, --vm-timeout as of maskspec run\n"
	"  --fixtures DIR   cases, lists and profiles other than the kit's\n\n"
	"Without --reproduce it needs neither root nor a runtime nor a network.\n\n"
	"Exit status: 0 valid, PASSED or WARNED; 1 valid, FAILED; 2 usage; 3 not valid,\n"
	"or not reproduced.\n";

/* Reading -------------------------------------------------------------------------------------- */

/* What the archive says in @why harms no terminal. */
static int refused(const char *archive, const char *why)
{
	_cleanup_text_ struct text clean = { 0 };

	output_clean(&clean, why, false);
	return complain(EXIT_BROKEN, "verify: %s: %s", archive, text_str(&clean));
}

/* Prints each line of @refusals; the exit status. */
static int refused_for(const char *archive, const struct text *refusals)
{
	_cleanup_free_ char *of = xasprintf("verify: %s", archive);

	complain_lines(of, refusals);
	return refusals->len ? EXIT_BROKEN : 0;
}

/* 0, or the exit status after a message. */
static int read_archive(const struct request *q, struct ustar *a, struct layout *l)
{
	_cleanup_free_ char *bytes = NULL, *error = NULL;
	size_t size;
	int r = read_file_at(AT_FDCWD, q->archive, USTAR_BYTES_MAX, &bytes, &size);

	if (r == -EFBIG)
		return refused(q->archive, "too large for a certificate");
	if (r < 0)
		return complain(EXIT_USAGE, "verify: %s: %s", q->archive, errno_name(r));
	r = ustar_read(bytes, size, NULL, a, &error);
	if (r == 0)
		r = layout_read(a, l, &error);
	if (r == 0)
		r = digests_check(a, certificate_is_statement, &error);
	return r < 0 ? refused(q->archive, error) : 0;
}

static int read_key(const struct request *q, const struct layout *l, struct key *key)
{
	_cleanup_free_ char *error = NULL;

	if (!q->key && l->is_signed)
		return complain(
			EXIT_USAGE,
			"verify: %s is signed: name the public key of who signed it (--key)",
			q->archive);
	if (q->key && key_read_public(q->key, key, &error) < 0)
		return complain(EXIT_USAGE, "KEY: %s", error);
	if (q->key && !l->is_signed)
		return refused(q->archive, "is not signed");
	return 0;
}

/* Statements ---------------------------------------------------------------------------------- */

/* What each kernel's states. */
struct statements {
	struct text *list; /* owned */
	size_t n;
};

static void statements_free(struct statements *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		text_free(&s->list[i]);
	free(s->list);
}

/* So that nothing else of the archive is read that nobody signed; check_statements() compares all.
 */
static bool names_manifest(const struct text *statement, const struct ustar *a)
{
	const struct ustar_member *m = ustar_find(a, DIGESTS_MEMBER);
	_cleanup_free_ char *named = NULL;
	char sum[SHA256_HEX];

	sha256_text(m->data, m->size, sum);
	named = xasprintf("{\"name\":\"archive/" DIGESTS_MEMBER "\",\"digest\":{\"sha256\":\"%s\"}",
			  sum);
	return memmem(text_str(statement), statement->len, named, strlen(named)) != NULL;
}

/* Before anything is believed: that all were signed by @key, where they are signed. */
static int open_statements(const struct request *q, const struct ustar *a, const struct layout *l,
			   const struct key *key, struct statements *ret)
{
	ret->list = xcalloc(l->kernels, sizeof(*ret->list));
	while (ret->n < l->kernels) {
		struct text *t = &ret->list[ret->n++];
		_cleanup_free_ char *name = certificate_statement_name(ret->n, l->is_signed);
		_cleanup_free_ char *payload = NULL, *error = NULL;
		const struct ustar_member *m = ustar_find(a, name);
		size_t size;

		if (!key->pkey)
			text_add_n(t, m->data, m->size);
		else if (dsse_open(name, m->data, m->size, key, &payload, &size, &error) < 0)
			return refused(q->archive, error);
		else
			text_add_n(t, payload, size);
		if (!names_manifest(t, a)) {
			error = xasprintf("%s: is of another " DIGESTS_MEMBER
					  " than the one that is here",
					  name);
			return refused(q->archive, error);
		}
	}
	return 0;
}

static int check_statements(const struct request *q, const struct ustar *a, const struct layout *l,
			    const struct statements *s, const struct remade *made)
{
	_cleanup_text_ struct text refusals = { 0 };
	size_t i;

	for (i = 0; i < s->n; i++) {
		_cleanup_free_ char *name = certificate_statement_name(i + 1, l->is_signed);
		_cleanup_free_ char *mine = certificate_statement(&made->certificate, i + 1, a);

		if (strlen(mine) != s->list[i].len ||
		    memcmp(mine, s->list[i].s, s->list[i].len) != 0)
			text_addf(&refusals, "%s: states something else than the facts come to\n",
				  name);
	}
	return refused_for(q->archive, &refusals);
}

/* The profile ---------------------------------------------------------------------------------- */

static int read_profile(const struct request *q, const struct ustar *a, struct cert *cert)
{
	const struct ustar_member *m = ustar_find(a, "profile");
	_cleanup_free_ char *dir = xasprintf("%s/certify", q->fixtures);
	_cleanup_free_ char *own = NULL, *error = NULL, *value = NULL;
	_cleanup_cert_ struct cert theirs = { 0 };
	size_t len;

	if (cert_parse("profile", m->data, m->size, &theirs, &error) < 0)
		return refused(q->archive, error);
	if (!q->cert && strchr(theirs.name, '/'))
		return refused(q->archive, "profile: its name has a slash");
	value = q->cert ? xstrdup(q->cert) : xasprintf("%s/%s", dir, theirs.name);
	if (cert_load(value, dir, cert, &own, &len, &error) < 0)
		return q->cert ? complain(EXIT_USAGE, "%s", error)
			       : refused(q->archive, "profile: this kit has none of that name; "
						     "name a file that you trust (--profile)");
	if (len == m->size && memcmp(own, m->data, len) == 0)
		return 0;
	return refused(q->archive, "profile: is another than the one of that name here");
}

/* The runs ------------------------------------------------------------------------------------- */

static int check_evidence(const struct request *q, const struct ustar *a, const struct layout *l,
			  const struct cert *cert, struct text *notes)
{
	_cleanup_plan_ struct plan due = { 0 };
	_cleanup_text_ struct text refusals = { 0 };
	_cleanup_close_ int fd = q->runtime ? open(q->runtime, O_RDONLY | O_CLOEXEC) : -EBADF;
	_cleanup_free_ char *bundles = xasprintf("%s/bundles", q->fixtures);
	_cleanup_free_ char *error = NULL;
	char sum[SHA256_HEX];

	if (q->runtime && (fd < 0 || sha256_fd(fd, sum) < 0))
		return complain(EXIT_USAGE, "verify: --runtime %s: can't be read", q->runtime);
	if (fixtures_load(bundles, &due.list, &error) < 0)
		return complain(EXIT_USAGE, "%s", error);
	plan_cases(&due, &due.list, cert->profile, "");
	evidence_check(a, l,
		       &(struct evidence){ .cert = cert,
					   .due = &due,
					   .nonce = q->nonce,
					   .runtime = q->runtime ? sum : NULL },
		       &refusals, notes);
	return refused_for(q->archive, &refusals);
}

static void say(const struct request *q, const struct layout *l, const struct key *key,
		const struct remade *made, const struct text *notes)
{
	size_t i;

	for (i = 0; i < made->campaign.n; i++) {
		const struct campaign_kernel *k = &made->campaign.kernels[i];
		const struct report *r = campaign_kernel_told(k);
		_cleanup_text_ struct text name = { 0 }, version = { 0 };

		output_clean(&name, report_kernel_name(r), false);
		output_clean(&version, r->kernel, false);
		printf("%s %s (%s), %zu run%s\n", grade_names[k->graded.grade], text_str(&name),
		       text_str(&version), k->n, k->n == 1 ? "" : "s");
	}
	fputs(text_str(notes), stdout);
	printf("%s %s, %s", grade_names[made->campaign.grade], q->archive,
	       l->is_signed ? "signed by " : "not signed");
	printf("%s\n", l->is_signed ? key->id : "");
}

/* Of what differs only the first is printed: one cause differs in many places. */
static int say_differences(const struct request *q, const struct text *differ)
{
	_cleanup_free_ char *lines = xstrdup(text_str(differ));
	_cleanup_free_ char *of = xasprintf("verify: %s: not reproduced", q->archive);
	char *rest = lines, *line;
	size_t n;

	for (n = 0; (line = next_line(&rest)); n++)
		if (n < DIFFERENCES_MAX)
			complain(0, "%s: %s", of, line);
	if (n > DIFFERENCES_MAX)
		complain(0, "%s: and %zu more", of, n - DIFFERENCES_MAX);
	return n ? EXIT_BROKEN : 0;
}

static int run_again(const struct request *q, const struct ustar *a, const struct cert *cert,
		     const struct remade *made)
{
	_cleanup_free_ char *runtime = realpath(q->runtime, NULL);
	const struct reproduction p = {
		.archive = a,
		.campaign = &made->campaign,
		.kernels = q->kernels,
		.runtime = runtime ? runtime : q->runtime,
		.fixtures = q->fixtures,
		.cert = cert,
		.more = &q->run,
	};
	_cleanup_text_ struct text said = { 0 }, differ = { 0 };
	int r = reproduce(&p, &said, &differ);

	if (r)
		return r;
	fputs(text_str(&said), stdout);
	return say_differences(q, &differ);
}

static int verify(const struct request *q)
{
	_cleanup_ustar_ struct ustar a = { 0 };
	_cleanup_layout_ struct layout l = { 0 };
	_cleanup_key_ struct key key = { 0 };
	_cleanup_cert_ struct cert cert = { 0 };
	_cleanup_remade_ struct remade made = { 0 };
	_cleanup_(statements_free) struct statements statements = { 0 };
	_cleanup_text_ struct text refusals = { 0 }, notes = { 0 };
	_cleanup_free_ char *error = NULL;
	int r = read_archive(q, &a, &l);

	if (r == 0)
		r = read_key(q, &l, &key);
	if (r == 0)
		r = open_statements(q, &a, &l, &key, &statements);
	if (r == 0)
		r = read_profile(q, &a, &cert);
	if (r == 0)
		r = check_evidence(q, &a, &l, &cert, &notes);
	if (r)
		return r;
	if (remade_make(&a, &l, &cert, q->fixtures, l.is_signed ? key.id : "", &made, &error) < 0)
		return refused(q->archive, error);
	if (interrupted)
		return 128 + interrupted;
	remade_compare(&made, &a, &refusals);
	r = refused_for(q->archive, &refusals);
	if (r == 0)
		r = check_statements(q, &a, &l, &statements, &made);
	if (r)
		return r;
	if (q->reproduce)
		r = run_again(q, &a, &cert, &made);
	if (r)
		return r;
	say(q, &l, &key, &made, &notes);
	return made.campaign.grade == GRADE_FAILED;
}

static bool set_option(struct request *q, int c)
{
	const struct text_option texts[] = {
		{ 'K', &q->key },   { 'r', &q->runtime },  { 'c', &q->cert },
		{ 'n', &q->nonce }, { 'f', &q->fixtures }, { 'k', &q->kernels },
	};

	return text_option(texts, ARRAY_SIZE(texts), c);
}

/* -1 to go on, or the exit status. */
static int parse(struct request *q, int argc, char **argv)
{
	int c, at;

	while ((c = getopt_long(argc, argv, "", long_options, &at)) != -1) {
		if (c == 'h') {
			fputs(options_help, stdout);
			return 0;
		}
		if (c == RUNNER_OPTION)
			words_add(&q->run, xasprintf("--%s=%s", long_options[at].name, optarg));
		else if (c == 'R')
			q->reproduce = true;
		else if (!set_option(q, c))
			return EXIT_USAGE;
	}
	if (argc - optind != 1)
		return complain(EXIT_USAGE, "verify: name one certificate.tar");
	if (q->reproduce && !q->runtime)
		return complain(EXIT_USAGE, "verify: --reproduce: name the runtime (--runtime)");
	if (!q->reproduce && (q->kernels || q->run.n))
		return complain(EXIT_USAGE, "verify: nothing is run without --reproduce");
	q->archive = argv[optind];
	return -1;
}

int cmd_verify(int argc, char **argv)
{
	struct request q = { 0 };
	_cleanup_free_ char *fixtures = NULL;
	int r = parse(&q, argc, argv);

	if (r < 0) {
		fixtures = fixtures_dir(q.fixtures);
		q.fixtures = fixtures;
		child_catch(true);
		r = verify(&q);
	}
	words_end(&q.run);
	words_free(q.run.v);
	return r;
}
