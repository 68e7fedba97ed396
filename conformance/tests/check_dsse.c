/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Envelopes: facts of the specification, what is signed opens, and nothing else does, not by a bit.
 * conformance/tests/dsse.py has a second opinion.
 */
#include "conformance/certify/dsse.h"

#include <fcntl.h>

#include "conformance/tests/keys.h"

#define STATEMENT "{\"_type\":\"https://in-toto.io/Statement/v1\"}"

/* Facts --------------------------------------------------------------------------------------- */

static const struct {
	const char *name, *type, *body, *pae;
} pae_rows[] = {
	{ "pae-specification", "http://example.com/HelloWorld", "hello world",
	  "DSSEv1 29 http://example.com/HelloWorld 11 hello world" },
	{ "pae-empty", "", "", "DSSEv1 0  0 " },
	{ "pae-bytes", "t\xc3\xa9", "\xe2\x82\xac", "DSSEv1 3 t\xc3\xa9 3 \xe2\x82\xac" },
	{ "pae-nested", "a", "1 b 1 c", "DSSEv1 1 a 7 1 b 1 c" },
};

START_TEST(test_pae)
{
	_cleanup_text_ struct text t = { 0 };

	dsse_pae(&t, pae_rows[_i].type, pae_rows[_i].body, strlen(pae_rows[_i].body));
	ck_assert_str_eq(text_str(&t), pae_rows[_i].pae);
}
END_TEST

/* Round trip ---------------------------------------------------------------------------------- */

static char *sign(const struct key *k, const char *payload, size_t size)
{
	_cleanup_free_ char *error = NULL;
	char *envelope = NULL;

	ck_assert_msg(dsse_sign(k, payload, size, &envelope, &error) == 0, "%s", error);
	return envelope;
}

/* The return value of dsse_open(); the sentence in *@ret_error, owned by the caller. */
static int try_open(const struct key *k, const char *text, size_t size, char **ret_error)
{
	_cleanup_free_ char *payload = NULL;
	size_t n;

	return dsse_open("it", text, size, k, &payload, &n, ret_error);
}

static void round_trip(const struct key *k, const char *payload, size_t size)
{
	_cleanup_free_ char *envelope = sign(k, payload, size), *opened = NULL, *error = NULL;
	size_t n;

	ck_assert_msg(dsse_open("it", envelope, strlen(envelope), k, &opened, &n, &error) == 0,
		      "%s", error);
	ck_assert_uint_eq(n, size);
	ck_assert(memcmp(opened, payload, size) == 0);
	ck_assert_int_eq(opened[n], '\0');
}

START_TEST(test_round_trip)
{
	_cleanup_free_ char *large = xcalloc(DSSE_PAYLOAD_MAX + 1, 1);
	_cleanup_free_ char *envelope = NULL, *error = NULL;
	_cleanup_key_ struct key k = { 0 };
	size_t n;

	make_key(_i, &k);
	for (n = 0; n < 70; n++)
		round_trip(&k, STATEMENT STATEMENT, n);
	for (n = 0; n < DSSE_PAYLOAD_MAX; n++)
		large[n] = (char)(n * 7);
	round_trip(&k, large, DSSE_PAYLOAD_MAX);
	ck_assert_int_eq(dsse_sign(&k, large, DSSE_PAYLOAD_MAX + 1, &envelope, &error), -EFBIG);
	ck_assert_ptr_nonnull(strstr(error, "4194305 bytes; 4194304 can be signed"));
}
END_TEST

START_TEST(test_spelling)
{
	_cleanup_key_ struct key k = { 0 };
	_cleanup_free_ char *envelope = NULL, *begin = NULL;

	make_key(_i, &k);
	envelope = sign(&k, "hello world", 11);
	begin = xasprintf("{\"payload\":\"aGVsbG8gd29ybGQ=\",\"payloadType\":"
			  "\"application/vnd.in-toto+json\",\"signatures\":[{\"keyid\":\"%s\","
			  "\"sig\":\"",
			  k.id);
	ck_assert_ptr_nonnull(strip_prefix(envelope, begin));
	ck_assert_str_eq(strchr(envelope + strlen(begin), '"'), "\"}]}\n");
}
END_TEST

/* Refusals ------------------------------------------------------------------------------------ */

/* @from, once in the envelope, becomes @to; NULL: all of it. */
static const struct {
	const char *name, *from, *to, *words;
	int r;
} refused_rows[] = {
	{ "empty", NULL, "", "it: not JSON at byte 0", -EINVAL },
	{ "no-json", "{\"payload\"", "{payload", "it: not JSON at byte", -EINVAL },
	{ "no-object", NULL, "[]\n", "it: no JSON object", -EINVAL },
	{ "behind", "]}\n", "]}\n{}", "it: not JSON at byte", -EINVAL },
	{ "twice", "{\"payload\"", "{\"payload\":\"\",\"payload\"", "\"payload\" stands twice",
	  -EINVAL },
	{ "control", "{\"payload\"", "{\"\033\":1,\"\033\":1,\"payload\"", "\"\\033\" stands twice",
	  -EINVAL },
	{ "type", "in-toto", "other", "payloadType: \"application/vnd.other+json\" is not",
	  -EINVAL },
	{ "type-case", "in-toto", "In-toto", "payloadType: \"application/vnd.In", -EINVAL },
	{ "type-missing", "\"payloadType\"", "\"payloadtype\"", "payloadType: is missing",
	  -EINVAL },
	{ "payload-missing", "\"payload\":\"", "\"body\":\"", "payload: is missing", -EINVAL },
	{ "payload-number", NULL,
	  "{\"payload\":1,\"payloadType\":\"" DSSE_TYPE "\",\"signatures\":[]}\n",
	  "payload: is missing, or no string", -EINVAL },
	{ "payload-base64", "\"payload\":\"eyJ", "\"payload\":\"e*J", "payload: not base64",
	  -EINVAL },
	{ "payload-cut", "\"payload\":\"e", "\"payload\":\"", "payload: not base64", -EINVAL },
	{ "payload-blank", "\"payload\":\"", "\"payload\":\" ", "it: ", -EINVAL },
	{ "payload-other", "\"payload\":\"eyJ", "\"payload\":\"eyK", "one of them was changed",
	  -EKEYREJECTED },
	{ "unsigned", NULL,
	  "{\"payload\":\"\",\"payloadType\":\"" DSSE_TYPE "\",\"signatures\":[]}\n",
	  "signatures: there is none", -EINVAL },
	{ "signatures-object", NULL,
	  "{\"payload\":\"\",\"payloadType\":\"" DSSE_TYPE "\",\"signatures\":{\"a\":{}}}\n",
	  "signatures: there is none", -EINVAL },
	{ "two", "\"}]}", "\"},{}]}", "signatures: more than one", -EINVAL },
	{ "keyid-missing", "\"keyid\":", "\"keyId\":", "signatures[0].keyid: is missing", -EINVAL },
	{ "keyid-short", "\"keyid\":\"", "\"keyid\":\"0", "keyid: not 64 digits", -EINVAL },
	{ "sig-missing", "\"sig\":", "\"Sig\":", "signatures[0].sig: is missing", -EINVAL },
	{ "sig-long", "\"sig\":\"", "\"sig\":\"AAAABBBBCCCCDDDD", "sig: not base64 of at most 72",
	  -EINVAL },
	{ "sig-empty", NULL,
	  "{\"payload\":\"\",\"payloadType\":\"" DSSE_TYPE "\",\"signatures\":[{\"keyid\":"
	  "\"4f84e0000000000000000000000000000000000000000000000000000000babe\",\"sig\":\"\"}]}\n",
	  "by the key 4f84e0000000000000000000000000000000000000000000000000000000babe",
	  -EKEYREJECTED },
	{ "field", "{\"payload\"", "{\"x\":1,\"payload\"", "no certificate as maskspec writes one",
	  -EINVAL },
	{ "field-inside", "\"}]}", "\",\"x\":1}]}", "no certificate as maskspec writes one",
	  -EINVAL },
	{ "blank", "\",\"payloadType", "\", \"payloadType", "no certificate as maskspec writes one",
	  -EINVAL },
	{ "no-newline", "}]}\n", "}]}", "no certificate as maskspec writes one", -EINVAL },
	{ "escaped", "payloadType\":\"a", "payloadType\":\"\\u0061",
	  "no certificate as maskspec writes one", -EINVAL },
};

static char *edited(const char *s, const char *from, const char *to)
{
	const char *at = from ? strstr(s, from) : s;

	ck_assert_ptr_nonnull(at);
	return from ? xasprintf("%.*s%s%s", (int)(at - s), s, to, at + strlen(from)) : xstrdup(to);
}

START_TEST(test_refused)
{
	_cleanup_key_ struct key k = { 0 };
	_cleanup_free_ char *envelope = NULL, *text = NULL, *error = NULL, *none = NULL;

	make_key(KEY_ED25519, &k);
	envelope = sign(&k, STATEMENT, strlen(STATEMENT));
	ck_assert_int_eq(try_open(&k, envelope, strlen(envelope), &none), 0);
	text = edited(envelope, refused_rows[_i].from, refused_rows[_i].to);
	ck_assert_int_eq(try_open(&k, text, strlen(text), &error), refused_rows[_i].r);
	ck_assert_msg(strip_prefix(error, "it: ") && strstr(error, refused_rows[_i].words), "%s",
		      error);
}
END_TEST

static void open_large(size_t payload, const char *words)
{
	_cleanup_free_ char *base64 = xcalloc(payload + 1, 1), *text = NULL, *error = NULL;
	_cleanup_key_ struct key k = { 0 };

	make_key(KEY_P256, &k);
	memset(base64, 'A', payload);
	text = xasprintf("{\"payload\":\"%s\",\"payloadType\":\"" DSSE_TYPE "\","
			 "\"signatures\":[{\"keyid\":\"%s\",\"sig\":\"\"}]}\n",
			 base64, k.id);
	ck_assert_int_lt(try_open(&k, text, strlen(text), &error), 0);
	ck_assert_msg(strstr(error, words), "%s", error);
}

START_TEST(test_large)
{
	open_large(DSSE_PAYLOAD_MAX / 3 * 4, "it: signatures[0].sig: the key");
	open_large((DSSE_PAYLOAD_MAX + 3) / 3 * 4, "it: payload: more than 4194304 bytes");
	open_large(DSSE_MAX, "it: more than 5593428 bytes");
}
END_TEST

/* Within the limit of one test, in which they can't be compared with each other. */
START_TEST(test_fields)
{
	_cleanup_free_ char *error = NULL;
	_cleanup_text_ struct text t = { 0 };
	_cleanup_key_ struct key k = { 0 };
	unsigned int i;

	make_key(KEY_P256, &k);
	for (i = 0; i < 300000; i++)
		text_addf(&t, "%s\"%u\":0", i ? "," : "{", i);
	text_add(&t, "}\n");
	ck_assert_uint_lt(t.len, DSSE_MAX);
	ck_assert_int_eq(try_open(&k, t.s, t.len, &error), -EINVAL);
	ck_assert_msg(strstr(error, "no certificate as maskspec writes one"), "%s", error);
}
END_TEST

START_TEST(test_other_key)
{
	_cleanup_key_ struct key k = { 0 }, other = { 0 };
	_cleanup_free_ char *envelope = NULL, *swapped = NULL, *error = NULL, *second = NULL;

	make_key(_i, &k);
	make_key(_i, &other);
	envelope = sign(&k, STATEMENT, strlen(STATEMENT));
	ck_assert_int_eq(try_open(&other, envelope, strlen(envelope), &error), -EKEYREJECTED);
	ck_assert(strstr(error, k.id) && strstr(error, other.id));
	/* The id is only a hint; that of the right key proves nothing. */
	swapped = edited(envelope, k.id, other.id);
	ck_assert_int_eq(try_open(&other, swapped, strlen(swapped), &second), -EKEYREJECTED);
	ck_assert_ptr_nonnull(strstr(second, "did not sign this payload"));
}
END_TEST

START_TEST(test_bits)
{
	_cleanup_key_ struct key k = { 0 };
	_cleanup_free_ char *envelope = NULL, *none = NULL;
	size_t i, n;

	make_key(_i, &k);
	envelope = sign(&k, STATEMENT, strlen(STATEMENT));
	n = strlen(envelope);
	for (i = 0; i < 8 * n; i++) {
		_cleanup_free_ char *error = NULL;

		envelope[i / 8] ^= (char)(1 << i % 8);
		ck_assert_msg(try_open(&k, envelope, n, &error) < 0, "bit %zu of byte %zu", i % 8,
			      i / 8);
		envelope[i / 8] ^= (char)(1 << i % 8);
	}
	ck_assert_int_eq(try_open(&k, envelope, n, &none), 0);
}
END_TEST

START_TEST(test_cuts)
{
	_cleanup_key_ struct key k = { 0 };
	_cleanup_free_ char *envelope = NULL, *none = NULL;
	size_t n;

	make_key(_i, &k);
	envelope = sign(&k, STATEMENT, strlen(STATEMENT));
	ck_assert_int_eq(try_open(&k, envelope, strlen(envelope), &none), 0);
	for (n = strlen(envelope); n-- > 0;) {
		_cleanup_free_ char *error = NULL;

		envelope[n] = '\0';
		ck_assert_msg(try_open(&k, envelope, n, &error) < 0, "%zu bytes", n);
	}
}
END_TEST

/* Envelopes of the corpus --------------------------------------------------------------------- */

/* One is by dsse_sign(), which dsse.py verifies, one by dsse.py. */
static const struct {
	const char *name;
} kept_rows[] = { { "p256" }, { "ed25519" } };

START_TEST(test_kept)
{
	_cleanup_free_ char *stem =
		xasprintf("conformance/fuzz/corpus/dsse/%s", kept_rows[_i].name);
	_cleanup_free_ char *file = xasprintf("%s.dsse", stem);
	_cleanup_free_ char *pem = xasprintf("%s.pub.pem", stem);
	_cleanup_free_ char *text = NULL, *error = NULL, *none = NULL;
	_cleanup_key_ struct key k = { 0 }, other = { 0 };
	size_t n;

	ck_assert_int_eq(read_file_at(AT_FDCWD, file, DSSE_MAX, &text, &n), 0);
	ck_assert_msg(key_read_public(pem, &k, &error) == 0, "%s", error);
	ck_assert_msg(try_open(&k, text, n, &error) == 0, "%s", error);
	make_key(_i, &other);
	ck_assert_int_eq(try_open(&other, text, n, &none), -EKEYREJECTED);
}
END_TEST

static void add_types(Suite *s, const char *name, const TTest *test)
{
	int i;

	for (i = 0; i < KEY_TYPES; i++) {
		_cleanup_free_ char *full = xasprintf("%s-%s", name, key_type_names[i]);

		add_slow_case(s, full, test, i);
	}
}

int main(void)
{
	Suite *s = suite_create("dsse");

	ADD_ROWS(s, pae_rows, test_pae);
	add_types(s, "round-trip", test_round_trip);
	add_types(s, "spelling", test_spelling);
	ADD_ROWS(s, refused_rows, test_refused);
	add_case(s, "large", test_large, 0);
	add_case(s, "fields", test_fields, 0);
	add_types(s, "other-key", test_other_key);
	add_types(s, "bits", test_bits);
	add_types(s, "cuts", test_cuts);
	ADD_ROWS(s, kept_rows, test_kept);
	return run_suite(s);
}
