/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of a signature there is one spelling. ECDSA would take two: with (r, S) anybody can write
 * (r, N - S), and BER allows more bytes for either. Who then compares certificates by their bytes,
 * or by a digest, could be shown a second one that was never signed. So key_sign() takes the lower
 * S in its shortest DER, and key_verify() nothing else. Ed25519 (RFC 8032) has one spelling.
 */
#include "conformance/certify/crypto.h"
#include "conformance/certify/key.h"

/* N - @s where that is lower (owned by the caller), NULL where @s is. */
static int lower_half(const BIGNUM *s, BIGNUM **ret)
{
	_cleanup_group_ EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	const BIGNUM *order = group ? EC_GROUP_get0_order(group) : NULL;
	_cleanup_bignum_ BIGNUM *other = BN_new();

	if (!order || !other || !BN_sub(other, order, s))
		return -EIO;
	/* N is odd, so they differ. */
	*ret = BN_cmp(other, s) < 0 ? TAKE_PTR(other) : NULL;
	return 0;
}

static int lower(struct signature *s)
{
	const unsigned char *in = s->s;
	unsigned char *out = s->s;
	_cleanup_ecdsa_ ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &in, (long)s->len);
	_cleanup_bignum_ BIGNUM *r = sig ? BN_dup(ECDSA_SIG_get0_r(sig)) : NULL;
	BIGNUM *low = NULL;

	if (!r || lower_half(ECDSA_SIG_get0_s(sig), &low) < 0)
		return -EIO;
	if (!low)
		return 0;
	/* Takes both over. It is no longer than the other S, so there is room. */
	ECDSA_SIG_set0(sig, TAKE_PTR(r), low);
	s->len = (size_t)i2d_ECDSA_SIG(sig, &out);
	return 0;
}

/* Of DER libcrypto itself takes the shortest only. */
static bool has_lower(const struct signature *s)
{
	const unsigned char *in = s->s;
	_cleanup_ecdsa_ ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &in, (long)s->len);
	_cleanup_bignum_ BIGNUM *low = NULL;

	return sig && lower_half(ECDSA_SIG_get0_s(sig), &low) == 0 && !low;
}

/* Ed25519 has a digest of its own. */
static const EVP_MD *digest_of(const struct key *k)
{
	return k->type == KEY_P256 ? EVP_sha256() : NULL;
}

int key_sign(const struct key *k, const void *data, size_t size, struct signature *ret,
	     char **ret_error)
{
	_cleanup_digest_ EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct signature s = { .len = SIGNATURE_MAX };

	if (!ctx || EVP_DigestSignInit(ctx, NULL, digest_of(k), NULL, k->pkey) != 1 ||
	    EVP_DigestSign(ctx, s.s, &s.len, data, size) != 1 ||
	    (k->type == KEY_P256 && lower(&s) < 0))
		return crypto_failed("the signature", ret_error);
	*ret = s;
	return 0;
}

int key_verify(const struct key *k, const void *data, size_t size, const struct signature *s)
{
	_cleanup_digest_ EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = (k->type != KEY_P256 || has_lower(s)) && ctx &&
		    EVP_DigestVerifyInit(ctx, NULL, digest_of(k), NULL, k->pkey) == 1 &&
		    EVP_DigestVerify(ctx, s->s, s->len, data, size) == 1;

	ERR_clear_error();
	return good ? 0 : -EKEYREJECTED;
}
