/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What certify/ shares of libcrypto: only what OpenSSL 1.1.1 (RHEL 8) and 3 both have and neither
 * calls deprecated.
 */
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "conformance/text.h"

#define CLEANUP_OF(type, function, free_one)                                                       \
	static inline void function(type **p)                                                      \
	{                                                                                          \
		free_one(*p);                                                                      \
	}

CLEANUP_OF(BIO, biop, BIO_free)
CLEANUP_OF(BIGNUM, bignump, BN_free)
CLEANUP_OF(ECDSA_SIG, ecdsap, ECDSA_SIG_free)
CLEANUP_OF(EC_GROUP, groupp, EC_GROUP_free)
CLEANUP_OF(EVP_MD_CTX, digestp, EVP_MD_CTX_free)
CLEANUP_OF(PKCS8_PRIV_KEY_INFO, pkcs8p, PKCS8_PRIV_KEY_INFO_free)
CLEANUP_OF(X509_PUBKEY, pubkeyp, X509_PUBKEY_free)
CLEANUP_OF(X509_SIG, sealedp, X509_SIG_free)

#define _cleanup_bio_ _cleanup_(biop)
#define _cleanup_bignum_ _cleanup_(bignump)
#define _cleanup_ecdsa_ _cleanup_(ecdsap)
#define _cleanup_group_ _cleanup_(groupp)
#define _cleanup_digest_ _cleanup_(digestp)
#define _cleanup_pkcs8_ _cleanup_(pkcs8p)
#define _cleanup_pubkey_ _cleanup_(pubkeyp)
#define _cleanup_sealed_ _cleanup_(sealedp)

/* -EIO with "WHAT: libcrypto's reason" in *@ret_error, owned by the caller: no fault of a user's.
 */
int crypto_failed(const char *what, char **ret_error);
