/* SPDX-License-Identifier: Apache-2.0 */
/* maskspec keygen: a key that signs certificates, and its public half. */
#include <getopt.h>

#include "conformance/certify/certify.h"
#include "conformance/certify/key.h"

static const struct option long_options[] = {
	{ "type", required_argument, NULL, 't' }, { "output", required_argument, NULL, 'o' },
	{ "id", required_argument, NULL, 'i' },	  PASSPHRASE_OPTIONS,
	{ "help", no_argument, NULL, 'h' },	  { NULL, 0, NULL, 0 },
};

static const char options_help[] =
	"  -o, --output FILE    the private key, a new file, PKCS#8 in PEM, mode 0600; the public\n"
	"                       key is written beside it: key.pem, key.pub.pem\n"
	"  --type NAME          p256 (what it is without) or ed25519\n"
	"  --passphrase         ask for a passphrase at the terminal, and encrypt the key by it\n"
	"  --passphrase-fd N    the same with the first line that descriptor N gives\n"
	"  --id FILE            make none, but tell the id of the key in FILE, private or "
	"public\n\n"
	"Prints the key's id: SHA-256 of its public half (SubjectPublicKeyInfo, DER).\n\n"
	"Exit status: 0 the id is printed, 2 usage, or no key that can be written or read,\n"
	"3 libcrypto failed.\n";

struct wanted {
	enum key_type type;
	struct passphrase_source from;
	const char *output; /* or: */
	const char *id;
};

int passphrase_option(const char *command, int c, const char *arg, struct passphrase_source *ret)
{
	int r = 0;

	*ret = (struct passphrase_source){ .terminal = true };
	if (c == 'P')
		r = passphrase_fd(arg, ret);
	if (r == 0)
		return 0;
	return complain(EXIT_USAGE, "%s: --passphrase-fd %s: %s", command, arg,
			r == -EBADF ? "no such descriptor is open; for a file: 3<FILE"
				    : "not the number of a descriptor");
}

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
	_cleanup_free_ char *error = NULL, *public = NULL;
	_cleanup_key_ struct key k = { 0 };
	int r = w->id ? key_read(w->id, &w->from, &k, &error) : make_and_write(w, &k, &error);

	if (r < 0)
		return complain(r == -EIO ? EXIT_BROKEN : EXIT_USAGE, "keygen: %s", error);
	printf("%s\n", k.id);
	if (fflush(stdout) != 0)
		return complain(EXIT_BROKEN, "stdout: %s", errno_name(errno));
	if (w->id)
		return 0;
	public = key_public_path(w->output);
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
	case 'P':
		return passphrase_option("keygen", c, optarg, &w->from);
	case 'i':
		w->id = optarg;
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
	if (!w.output == !w.id)
		return complain(
			EXIT_USAGE,
			"keygen: name the new key's file (-o key.pem), or one that is there "
			"(--id key.pem)");
	return keygen(&w);
}
