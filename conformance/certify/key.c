/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/key.h"

#include <openssl/objects.h>

#include "conformance/certify/crypto.h"
#include "conformance/certify/key_kind.h"

const char *const key_type_names[KEY_TYPES] = { "p256", "ed25519" };

void key_free(struct key *k)
{
	EVP_PKEY_free(k->pkey);
	*k = (struct key){ 0 };
}

int crypto_failed(const char *what, char **ret_error)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	*ret_error = xasprintf("%s: libcrypto: %s", what, reason ? reason : "no reason given");
	ERR_clear_error();
	return -EIO;
}

/* Kind ---------------------------------------------------------------------------------------- */

static const struct {
	int id;
	const char *name;
} others[] = {
	{ EVP_PKEY_RSA, "an RSA key" },
	{ EVP_PKEY_RSA_PSS, "an RSA-PSS key" },
	{ EVP_PKEY_DSA, "a DSA key" },
	{ EVP_PKEY_DH, "a DH key" },
};

static char *other_kind(int id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others); i++)
		if (others[i].id == id)
			return xstrdup(others[i].name);
	return xasprintf("a key of the kind %s", id > 0 ? OBJ_nid2sn(id) : "that has no name");
}

/* What is wrong with an EC key, NULL for nothing; owned by the caller. */
static char *other_curve(EVP_PKEY *pkey)
{
	_cleanup_pubkey_ X509_PUBKEY *pub = NULL;
	const unsigned char *point;
	const ASN1_OBJECT *object;
	const void *parameter;
	X509_ALGOR *alg;
	int n, type;

	if (!X509_PUBKEY_set(&pub, pkey) || !X509_PUBKEY_get0_param(NULL, &point, &n, &alg, pub))
		return xstrdup("an EC key without a public half");
	X509_ALGOR_get0(&object, &type, &parameter, alg);
	if (type != V_ASN1_OBJECT)
		return xstrdup("an EC key whose curve is written out instead of named");
	if (OBJ_obj2nid(parameter) != NID_X9_62_prime256v1)
		return xasprintf("an EC key on %s", OBJ_nid2sn(OBJ_obj2nid(parameter)));
	/* Another spelling of the same key would be another keyid. */
	if (n < 1 || point[0] != POINT_CONVERSION_UNCOMPRESSED)
		return xstrdup("an EC key whose point is compressed");
	return NULL;
}

static int take_id(struct key *k, const char *name, char **ret_error)
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(k->pkey, &der);

	if (n <= 0)
		return crypto_failed(name, ret_error);
	sha256_text(der, (size_t)n, k->id);
	OPENSSL_free(der);
	return 0;
}

int key_of(const char *name, EVP_PKEY *pkey, struct key *ret, char **ret_error)
{
	_cleanup_key_ struct key k = { .pkey = pkey };
	_cleanup_free_ char *what = NULL;
	int id = EVP_PKEY_base_id(pkey), r;

	k.type = id == EVP_PKEY_EC ? KEY_P256 : KEY_ED25519;
	if (id == EVP_PKEY_EC)
		what = other_curve(pkey);
	else if (id != EVP_PKEY_ED25519)
		what = other_kind(id);
	if (what) {
		ERR_clear_error();
		*ret_error = xasprintf("%s: %s; only P-256 (named curve, uncompressed) and ed25519 "
				       "sign certificates: maskspec keygen makes one",
				       name, what);
		return -EINVAL;
	}
	r = take_id(&k, name, ret_error);
	if (r < 0)
		return r;
	*ret = k;
	k.pkey = NULL;
	return 0;
}

/* Making -------------------------------------------------------------------------------------- */

static EVP_PKEY *generate(enum key_type type)
{
	EVP_PKEY_CTX *ctx =
		EVP_PKEY_CTX_new_id(type == KEY_P256 ? EVP_PKEY_EC : EVP_PKEY_ED25519, NULL);
	EVP_PKEY *pkey = NULL;

	if (ctx && EVP_PKEY_keygen_init(ctx) > 0 &&
	    (type != KEY_P256 ||
	     (EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, NID_X9_62_prime256v1) > 0 &&
	      EVP_PKEY_CTX_set_ec_param_enc(ctx, OPENSSL_EC_NAMED_CURVE) > 0)))
		EVP_PKEY_keygen(ctx, &pkey);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

int key_make(enum key_type type, struct key *ret, char **ret_error)
{
	EVP_PKEY *pkey = generate(type);
	_cleanup_free_ char *name = xasprintf("a new %s key", key_type_names[type]);

	return pkey ? key_of(name, pkey, ret, ret_error) : crypto_failed(name, ret_error);
}
