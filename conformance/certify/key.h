/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that sign certificates: ECDSA on P-256 with SHA-256, and Ed25519. No other kind is taken: of
 * each of these any verifier has an implementation, and a second P-256 public key of the same point
 * can't be written (the point is uncompressed, the curve named).
 *
 * Functions return 0 or a negative errno with *@ret_error, a sentence that names the file and the
 * remedy (owned by the caller): -EINVAL no such key, -EKEYREJECTED a passphrase that doesn't open
 * it, -EPERM others can read it, -EPROTOTYPE a private key where a public one is wanted, -EEXIST,
 * -EIO what libcrypto could not do, or as of open(2).
 */
#pragma once

#include <openssl/evp.h>

#include "conformance/certify/passphrase.h"
#include "conformance/sha256.h"

enum key_type { KEY_P256, KEY_ED25519, KEY_TYPES };
/* "p256", "ed25519". */
extern const char *const key_type_names[KEY_TYPES];

struct key {
	EVP_PKEY *pkey; /* owned; the private half too, where it was made or read as that */
	enum key_type type;
	char id[SHA256_HEX]; /* SHA-256 of the SubjectPublicKeyInfo, lower case */
};

void key_free(struct key *k);
#define _cleanup_key_ _cleanup_(key_free)

int key_make(enum key_type type, struct key *ret, char **ret_error);
/*
 * PEM: PKCS#8, encrypted or not, or SEC1 ("EC PRIVATE KEY"). @from is asked only where the key is
 * encrypted. A file that its group or others can read is refused.
 */
int key_read_private(const char *path, const struct passphrase_source *from, struct key *ret,
		     char **ret_error);
/* PEM: SubjectPublicKeyInfo ("PUBLIC KEY"), one. */
int key_read_public(const char *path, struct key *ret, char **ret_error);
/* Either: a public key, or a private one. */
int key_read(const char *path, const struct passphrase_source *from, struct key *ret,
	     char **ret_error);
/* A public key of the @size bytes at @pem and a NUL; @name is what the sentence calls it. */
int key_parse_public(const char *name, const char *pem, size_t size, struct key *ret,
		     char **ret_error);
/*
 * Writes two new files or none: @path, PKCS#8 of mode 0600, encrypted where @p is not NULL, and the
 * public half at key_public_path(@path).
 */
int key_write(const struct key *k, const char *path, const struct passphrase *p, char **ret_error);
/* key.pem -> key.pub.pem, key -> key.pub.pem; owned by the caller. */
char *key_public_path(const char *path);

/* signature.c */

/* Bytes; no signature of either kind is longer, and base64 of as many has no padding. */
#define SIGNATURE_MAX 72

struct signature {
	unsigned char s[SIGNATURE_MAX]; /* Ed25519: 64 bytes; P-256: DER of ECDSA-Sig-Value */
	size_t len;
};

int key_sign(const struct key *k, const void *data, size_t size, struct signature *ret,
	     char **ret_error);
/*
 * 0, or -EKEYREJECTED: not by @k over these bytes, or a spelling of such a signature that
 * key_sign() does not write.
 */
int key_verify(const struct key *k, const void *data, size_t size, const struct signature *s);
