/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/dsse.h"

#include <cjson/cJSON.h>

#include "conformance/fixture.h"
#include "conformance/report/output.h"

void dsse_pae(struct text *t, const char *type, const void *body, size_t size)
{
	text_addf(t, "DSSEv1 %zu %s %zu ", strlen(type), type, size);
	text_add_n(t, body, size);
}

static void add_base64(struct text *t, const void *data, size_t size)
{
	size_t room = (size + 2) / 3 * 4 + 1;
	_cleanup_free_ char *s = xcalloc(room, 1);

	EVP_EncodeBlock((unsigned char *)s, data, (int)size);
	text_add_n(t, s, room - 1);
}

static void write_envelope(struct text *t, const char *id, const void *payload, size_t size,
			   const struct signature *s)
{
	text_add(t, "{\"payload\":\"");
	add_base64(t, payload, size);
	text_addf(t, "\",\"payloadType\":\"%s\",\"signatures\":[{\"keyid\":\"%s\",\"sig\":\"",
		  DSSE_TYPE, id);
	add_base64(t, s->s, s->len);
	text_add(t, "\"}]}\n");
}

int dsse_sign(const struct key *k, const void *payload, size_t size, char **ret, char **ret_error)
{
	_cleanup_text_ struct text pae = { 0 }, envelope = { 0 };
	struct signature s;
	int r;

	if (size > DSSE_PAYLOAD_MAX) {
		*ret_error = xasprintf("the payload has %zu bytes; %u can be signed", size,
				       DSSE_PAYLOAD_MAX);
		return -EFBIG;
	}
	dsse_pae(&pae, DSSE_TYPE, payload, size);
	r = key_sign(k, pae.s, pae.len, &s, ret_error);
	if (r < 0)
		return r;
	write_envelope(&envelope, k->id, payload, size, &s);
	*ret = TAKE_PTR(envelope.s);
	return 0;
}

/* Opening ------------------------------------------------------------------------------------- */

/* Bytes; before and behind a payload of ours stand some 300. */
#define AROUND_MAX 1024

struct opened {
	const char *type, *payload, *id, *sig; /* of the JSON */
	char *bytes;			       /* owned */
	size_t size;
	struct signature signature;
};

/* The first value that is not a string is named in @error. */
static int read_strings(const cJSON *json, struct opened *e, struct text *error)
{
	const cJSON *array = json_field(json, "signatures");
	const cJSON *one = cJSON_IsArray(array) ? array->child : NULL;

	e->type = json_string(json, "payloadType", NULL);
	e->payload = json_string(json, "payload", NULL);
	if (!cJSON_IsObject(json))
		return refuse(error, "no JSON object");
	if (!e->type)
		return refuse(error, "payloadType: is missing, or no string");
	if (!streq(e->type, DSSE_TYPE))
		return refuse(error, "payloadType: \"%.80s\" is not %s", e->type, DSSE_TYPE);
	if (!e->payload)
		return refuse(error, "payload: is missing, or no string");
	if (!one)
		return refuse(error, "signatures: there is none");
	if (one->next)
		return refuse(error, "signatures: more than one");
	e->id = json_string(one, "keyid", NULL);
	e->sig = json_string(one, "sig", NULL);
	if (!e->id || !e->sig)
		return refuse(error, "signatures[0].%s: is missing, or no string",
			      e->id ? "sig" : "keyid");
	if (strlen(e->id) != SHA256_HEX - 1 || e->id[strspn(e->id, "0123456789abcdef")])
		return refuse(error, "signatures[0].keyid: not 64 digits of hexadecimal");
	return 0;
}

/* Bytes, negative for what is none. Libcrypto takes more than base64 is; check_spelling() tells. */
static ssize_t decode(const char *s, unsigned char *to)
{
	size_t len = strlen(s), padding = 0;
	ssize_t n = EVP_DecodeBlock(to, (const unsigned char *)s, (int)len);

	while (padding < 2 && padding < len && s[len - 1 - padding] == '=')
		padding++;
	return n - (ssize_t)padding;
}

static int read_bytes(struct opened *e, struct text *error)
{
	ssize_t n;

	e->bytes = xcalloc(strlen(e->payload) + 1, 1);
	n = decode(e->payload, (unsigned char *)e->bytes);
	if (n < 0)
		return refuse(error, "payload: not base64");
	e->bytes[n] = '\0';
	e->size = (size_t)n;
	if (e->size > DSSE_PAYLOAD_MAX)
		return refuse(error, "payload: more than %u bytes", DSSE_PAYLOAD_MAX);
	n = strlen(e->sig) > SIGNATURE_MAX / 3 * 4 ? -EINVAL : decode(e->sig, e->signature.s);
	if (n < 0)
		return refuse(error, "signatures[0].sig: not base64 of at most %d bytes",
			      SIGNATURE_MAX);
	e->signature.len = (size_t)n;
	return 0;
}

static int other_spelling(struct text *error)
{
	return refuse(
		error,
		"no certificate as maskspec writes one (other fields, their order, blanks, another "
		"base64); take the file as it was made");
}

static int check_spelling(const struct opened *e, const char *text, size_t size, struct text *error)
{
	_cleanup_text_ struct text again = { 0 };

	write_envelope(&again, e->id, e->bytes, e->size, &e->signature);
	if (again.len == size && memcmp(again.s, text, size) == 0)
		return 0;
	return other_spelling(error);
}

static int check_signature(const struct opened *e, const struct key *k, struct text *error)
{
	_cleanup_text_ struct text pae = { 0 };

	if (!streq(e->id, k->id)) {
		refuse(error,
		       "signatures[0].keyid: by the key %s, not by %s, which was given; take "
		       "the public key of whoever signed it",
		       e->id, k->id);
		return -EKEYREJECTED;
	}
	dsse_pae(&pae, DSSE_TYPE, e->bytes, e->size);
	if (key_verify(k, pae.s, pae.len, &e->signature) == 0)
		return 0;
	refuse(error,
	       "signatures[0].sig: the key %s did not sign this payload: one of them was changed",
	       k->id);
	return -EKEYREJECTED;
}

/* Around a payload there is little; to hold a million fields against each other would take hours.
 */
static bool is_plain(const char *text)
{
	const char *payload = strip_prefix(text, "{\"payload\":\"");

	return strlen(payload ? payload + strcspn(payload, "\"") : text) <= AROUND_MAX;
}

static int open_json(const char *text, size_t size, const struct key *k, struct opened *e,
		     struct text *error)
{
	cJSON *json = NULL;
	int r;

	if (!is_plain(text))
		return other_spelling(error);
	json = json_strict(text, size, error);
	if (!json)
		return -EINVAL;
	r = read_strings(json, e, error);
	if (r == 0)
		r = read_bytes(e, error);
	if (r == 0)
		r = check_spelling(e, text, size, error);
	if (r == 0)
		r = check_signature(e, k, error);
	cJSON_Delete(json);
	return r;
}

int dsse_open(const char *name, const char *text, size_t size, const struct key *k, char **ret,
	      size_t *ret_size, char **ret_error)
{
	_cleanup_text_ struct text error = { 0 }, clean = { 0 };
	struct opened e = { 0 };
	int r = size > DSSE_MAX
			? refuse(&error, "more than %u bytes, which no certificate has", DSSE_MAX)
			: open_json(text, size, k, &e, &error);

	if (r < 0) {
		output_clean(&clean, error.s, false);
		*ret_error = xasprintf("%s: %s", name, clean.s);
		free(e.bytes);
		return r;
	}
	*ret = e.bytes;
	*ret_size = e.size;
	return 0;
}
