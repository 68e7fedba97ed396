/* SPDX-License-Identifier: Apache-2.0 */
/* maskspec keygen: a key that signs certificates, and its public half. */
#include <getopt.h>

#include "conformance/certify/certify.h"
#include "conformance/certify/key.h"

static const struct option long_options[] = {
	{ "type", required_argument, NULL, 't' },
	{ "passphrase", no_argument, NULL, 'p' },
	{ "passphrase-fd", required_argument, NULL, 'P' },
	{ "output", required_argument, NULL, 'o' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char options_help[] =
	"  -o, --output FILE    the private key, a new file, PKCS#8 in PEM, mode 0600; the public\n"
	"                       key is written beside it: key.pem, key.pub.pem\n"
	"  --type NAME          p256 (what it is without) or ed25519\n"
	"  --passphrase         ask for a passphrase at the terminal, and encrypt the key by it\n"
	"  --passphrase-fd N    the same with the first line that descriptor N gives\n\n"
	"Prints the key's id: SHA-256 of its public half (SubjectPublicKeyInfo, DER).\n\n"
	"Exit status: 0 both files are written, 2 usage, or neither is, 3 libcrypto failed.\n";

struct wanted {
	enum key_type type;
	struct passphrase_source from;
	const char *output;
};

static bool type_of(const char *name, enum key_type *ret)
{
	int i;

	for (i = 0; i < KEY_TYPES; i++) {
		if (!streq(key_type_names[i], name))
			continue;
		*ret = (enum key_type)i;
		return true;
	}
	return false;
}

static int make_and_write(const struct wanted *w, struct key *k, char **error)
{
	_cleanup_passphrase_ struct passphrase p = { .len = 0 };
	bool sealed = w->from.terminal || w->from.from_fd;
	int r = sealed ? passphrase_read(&w->from, w->output, true, &p, error) : 0;

	if (r == 0)
		r = key_make(w->type, k, error);
	return r == 0 ? key_write(k, w->output, sealed ? &p : NULL, error) : r;
}

static int keygen(const struct wanted *w)
{
	_cleanup_free_ char *error = NULL, *public = key_public_path(w->output);
	_cleanup_key_ struct key k = { 0 };
	int r = make_and_write(w, &k, &error);

	if (r < 0)
		return complain(r == -EIO ? EXIT_BROKEN : EXIT_USAGE, "keygen: %s", error);
	printf("%s\n", k.id);
	if (fflush(stdout) != 0)
		return complain(EXIT_BROKEN, "stdout: %s", errno_name(errno));
	fprintf(stderr, "maskspec: %s signs, keep it secret; %s is for those who verify\n",
		w->output, public);
	return 0;
}

/* 0, or the exit status after a message. */
static int take(struct wanted *w, int c)
{
	switch (c) {
	case 't':
		if (!type_of(optarg, &w->type))
			return complain(EXIT_USAGE, "keygen: --type %s: neither p256 nor ed25519",
					optarg);
		return 0;
	case 'p':
		w->from = (struct passphrase_source){ .terminal = true };
		return 0;
	case 'P':
		if (passphrase_fd(optarg, &w->from) < 0)
			return complain(
				EXIT_USAGE,
				"keygen: --passphrase-fd %s: not the number of a descriptor",
				optarg);
		return 0;
	case 'o':
		w->output = optarg;
		return 0;
	default:
		return EXIT_USAGE;
	}
}

int cmd_keygen(int argc, char **argv)
{
	struct wanted w = { .type = KEY_P256 };
	int c, r;

	while ((c = getopt_long(argc, argv, "o:", long_options, NULL)) != -1) {
		if (c == 'h') {
			fputs(options_help, stdout);
			return 0;
		}
		r = take(&w, c);
		if (r)
			return r;
	}
	if (argc != optind)
		return complain(EXIT_USAGE, "keygen: \"%s\": no option; name the file by -o",
				argv[optind]);
	if (!w.output || !*w.output)
		return complain(EXIT_USAGE, "keygen: name the file of the key: -o key.pem");
	return keygen(&w);
}
