/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures: facts of the specifications, and that each has one spelling. Files of keys are in
 * keygen.bats, but for what keygen can't be given.
 */
#include "conformance/certify/crypto.h"
#include "conformance/tests/keys.h"

/*
 * The example of DSSE 1.0 (protocol.md, "Test Vectors"; r and s as DER), and test 2 of RFC 8032,
 * 7.1. The ids are by: openssl pkey -pubin -outform DER | sha256sum
 */
static const struct {
	const char *name, *pem, *id, *message, *signature;
} known_rows[] = {
	{ "known-p256",
	  "-----BEGIN PUBLIC KEY-----\n"
	  "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZ805D3eqNZywjCI19lInBJOp7YMr\n"
	  "CrzAH3CVTAOQ0jgMeCvVTiaRJaRPRDOv8UMs6U4SvKc6pnrIDOoSYI3fdA==\n"
	  "-----END PUBLIC KEY-----\n",
	  "f793580060562d6ff075d814ea698c282fcc779b0cde64d79ffc6301df00d14b",
	  "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
	  "3044022003726ab101ad56c2763b6c6aac8e487275e2a79193a09dc5f859d9f8ef3c4a3b"
	  "022051eab0c06a369b64a7222537d4887a893dc200ae21060074d57825235b624864" },
	{ "known-ed25519",
	  "-----BEGIN PUBLIC KEY-----\n"
	  "MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n"
	  "-----END PUBLIC KEY-----\n",
	  "deb2ded39dc26fce0e6085b6fc34bf6b5941913bbfe2ea614113cff9e004c170", "r",
	  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	  "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
};

static void from_hex(const char *hex, struct signature *s)
{
	for (s->len = 0; hex[2 * s->len]; s->len++)
		ck_assert_int_eq(sscanf(hex + 2 * s->len, "%2hhx", &s->s[s->len]), 1);
}

START_TEST(test_known)
{
	const char *pem = known_rows[_i].pem, *message = known_rows[_i].message;
	_cleanup_key_ struct key k = { 0 };
	_cleanup_free_ char *error = NULL;
	struct signature s;

	ck_assert_int_eq(key_parse_public("it", pem, strlen(pem), &k, &error), 0);
	ck_assert_str_eq(k.id, known_rows[_i].id);
	from_hex(known_rows[_i].signature, &s);
	ck_assert_int_eq(key_verify(&k, message, strlen(message), &s), 0);
	ck_assert_int_eq(key_verify(&k, message, strlen(message) - 1, &s), -EKEYREJECTED);
}
END_TEST

/* One spelling -------------------------------------------------------------------------------- */

/* The other S of @s, as libcrypto takes it. */
static void other_half(struct signature *s)
{
	const unsigned char *in = s->s;
	unsigned char *out = s->s;
	_cleanup_ecdsa_ ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &in, (long)s->len);
	_cleanup_group_ EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	BIGNUM *r = BN_dup(ECDSA_SIG_get0_r(sig)), *n = BN_dup(EC_GROUP_get0_order(group));

	ck_assert(BN_sub(n, n, ECDSA_SIG_get0_s(sig)) && ECDSA_SIG_set0(sig, r, n));
	s->len = (size_t)i2d_ECDSA_SIG(sig, &out);
}

static bool libcrypto_verifies(const struct key *k, const char *m, const struct signature *s)
{
	_cleanup_digest_ EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	return EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, k->pkey) == 1 &&
	       EVP_DigestVerify(ctx, s->s, s->len, (const unsigned char *)m, strlen(m)) == 1;
}

START_TEST(test_other_half)
{
	_cleanup_free_ char *error = NULL;
	_cleanup_key_ struct key k = { 0 };
	struct signature s;
	int i;

	make_key(KEY_P256, &k);
	/* Without care every other one would have the higher S. */
	for (i = 0; i < 64; i++) {
		ck_assert_int_eq(key_sign(&k, "m", 1, &s, &error), 0);
		ck_assert_int_eq(key_verify(&k, "m", 1, &s), 0);
		other_half(&s);
		ck_assert(libcrypto_verifies(&k, "m", &s));
		ck_assert_int_eq(key_verify(&k, "m", 1, &s), -EKEYREJECTED);
	}
}
END_TEST

/* RFC 8032, 5.1.7: S + L is none, though the equation holds. */
START_TEST(test_other_scalar)
{
	static const unsigned char order[32] = {
		0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,	       0xd6,
		0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10,
	};
	_cleanup_free_ char *error = NULL;
	_cleanup_key_ struct key k = { 0 };
	unsigned int i, carry = 0;
	struct signature s;

	make_key(KEY_ED25519, &k);
	ck_assert_int_eq(key_sign(&k, "m", 1, &s, &error), 0);
	ck_assert_int_eq(key_verify(&k, "m", 1, &s), 0);
	for (i = 0; i < 32; i++) {
		carry += s.s[32 + i] + order[i];
		s.s[32 + i] = (unsigned char)carry;
		carry >>= 8;
	}
	ck_assert_int_eq(key_verify(&k, "m", 1, &s), -EKEYREJECTED);
}
END_TEST

/* Something behind it, a length of two bytes, an r with one zero more. */
START_TEST(test_longer)
{
	_cleanup_free_ char *error = NULL;
	_cleanup_key_ struct key k = { 0 };
	struct signature s, longer;

	make_key(KEY_P256, &k);
	/* Of the shorter ones there is room for a byte more. */
	do
		ck_assert_int_eq(key_sign(&k, "m", 1, &s, &error), 0);
	while (s.len > SIGNATURE_MAX - 2);
	longer = s;
	longer.s[longer.len++] = 0;
	ck_assert_int_eq(key_verify(&k, "m", 1, &longer), -EKEYREJECTED);
	longer.s[1] = 0x81;
	memcpy(longer.s + 2, s.s + 1, s.len - 1);
	ck_assert_int_eq(key_verify(&k, "m", 1, &longer), -EKEYREJECTED);
	longer = s;
	longer.len++;
	longer.s[1]++;
	longer.s[3]++;
	longer.s[4] = 0;
	memcpy(longer.s + 5, s.s + 4, s.len - 4);
	ck_assert_int_eq(key_verify(&k, "m", 1, &longer), -EKEYREJECTED);
	ck_assert_int_eq(key_verify(&k, "m", 1, &s), 0);
}
END_TEST

/* Files --------------------------------------------------------------------------------------- */

START_TEST(test_no_file)
{
	const struct passphrase_source none = { .terminal = false };
	static const char *const paths[] = { "/dev/null", "." };
	struct key k;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		_cleanup_free_ char *error = NULL;

		ck_assert_int_eq(key_read_private(paths[i], &none, &k, &error), -EINVAL);
		ck_assert_ptr_nonnull(strstr(error, ": not a regular file"));
	}
}
END_TEST

static int parse_after(size_t blanks, char **ret_error)
{
	_cleanup_text_ struct text t = { 0 };
	_cleanup_key_ struct key k = { 0 };

	while (blanks--)
		text_add(&t, "\n");
	text_add(&t, known_rows[0].pem);
	return key_parse_public("it", t.s, t.len, &k, ret_error);
}

START_TEST(test_large_key)
{
	_cleanup_free_ char *error = NULL, *none = NULL;

	ck_assert_int_eq(parse_after(60000, &none), 0);
	ck_assert_int_eq(parse_after(65536, &error), -EINVAL);
	ck_assert_str_eq(error, "it: too large for a key");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("key");

	ADD_ROWS(s, known_rows, test_known);
	add_case(s, "other-half", test_other_half, 0);
	add_case(s, "other-scalar", test_other_scalar, 0);
	add_case(s, "longer", test_longer, 0);
	add_case(s, "no-file", test_no_file, 0);
	add_case(s, "large-key", test_large_key, 0);
	return run_suite(s);
}
