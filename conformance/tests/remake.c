/* SPDX-License-Identifier: Apache-2.0 */
/*
 * remake ARCHIVE KEY.pem OUT: a certificate of which the facts were edited, with all that is said
 * of them made again and signed: what a vendor could hand in who lies by his facts, and by nothing
 * else. For tamper.py.
 */
#include <fcntl.h>

#include "conformance/certify/dsse.h"
#include "conformance/certify/remade.h"
#include "conformance/maskspec.h"

static int stop(const char *why)
{
	fprintf(stderr, "remake: %s\n", why ? why : "?");
	return EXIT_BROKEN;
}

static int sign_all(struct remade *m, const struct key *key, char **ret_error)
{
	size_t i;
	int r = 0;

	for (i = 0; i < m->campaign.n && r == 0; i++) {
		_cleanup_free_ char *statement =
			certificate_statement(&m->certificate, i + 1, &m->members);
		char *envelope = NULL;

		r = dsse_sign(key, statement, strlen(statement), &envelope, ret_error);
		if (r == 0)
			r = ustar_add(&m->members, certificate_statement_name(i + 1, true),
				      envelope, strlen(envelope));
	}
	return r;
}

static int remake(const struct ustar *a, const char *key_file, const char *out, char **ret_error)
{
	const struct ustar_member *profile = ustar_find(a, "profile");
	const struct passphrase_source none = { 0 };
	_cleanup_free_ char *fixtures = fixtures_dir(NULL);
	_cleanup_layout_ struct layout l = { 0 };
	_cleanup_cert_ struct cert cert = { 0 };
	_cleanup_key_ struct key key = { 0 };
	_cleanup_remade_ struct remade made = { 0 };
	_cleanup_text_ struct text t = { 0 };
	int r = layout_read(a, &l, ret_error);

	if (r == 0)
		r = cert_parse("profile", profile->data, profile->size, &cert, ret_error);
	if (r == 0)
		r = key_read_private(key_file, &none, &key, ret_error);
	if (r == 0)
		r = remade_make(a, &l, &cert, fixtures, key.id, &made, ret_error);
	if (r == 0)
		r = sign_all(&made, &key, ret_error);
	if (r < 0)
		return r;
	ustar_write(&made.members, &t);
	return write_file_at(AT_FDCWD, out, t.s, t.len);
}

int main(int argc, char **argv)
{
	_cleanup_ustar_ struct ustar a = { 0 };
	_cleanup_free_ char *bytes = NULL, *error = NULL;
	size_t size;

	if (argc != 4)
		return stop("remake ARCHIVE KEY.pem OUT");
	if (read_file_at(AT_FDCWD, argv[1], USTAR_BYTES_MAX, &bytes, &size) < 0)
		return stop(argv[1]);
	if (ustar_read(bytes, size, NULL, &a, &error) < 0 ||
	    remake(&a, argv[2], argv[3], &error) < 0)
		return stop(error);
	return 0;
}
