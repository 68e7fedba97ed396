/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/dsse.h"

#include "conformance/fuzz/fuzz.h"

#define PUBLIC_KEY "conformance/fuzz/corpus/dsse/p256.pub.pem"

/* Of the corpus; whose private half nobody has any more. */
static const struct key *public_key(void)
{
	static struct key k;
	_cleanup_free_ char *error = NULL;

	if (!k.pkey)
		MUST(key_read_public(PUBLIC_KEY, &k, &error) == 0);
	return &k;
}

static bool opens(const char *text, size_t size, char **ret, size_t *ret_size)
{
	_cleanup_free_ char *error = NULL;
	int r = dsse_open("fuzz", text, size, public_key(), ret, ret_size, &error);

	MUST((r < 0) == (error != NULL));
	MUST(r == 0 || r == -EINVAL || r == -EKEYREJECTED);
	MUST(!error || (strip_prefix(error, "fuzz: ") && !strpbrk(error, "\n\033")));
	return r == 0;
}

/* With another byte at its end, or without its last one, it is none. */
static void change_ends(const char *text, size_t size)
{
	_cleanup_free_ char *longer = xasprintf("%s\n", text), *payload = NULL;
	size_t n;

	MUST(!opens(longer, size + 1, &payload, &n));
	longer[size - 1] = '\0';
	MUST(!opens(longer, size - 1, &payload, &n));
}

int fuzz_dsse(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = xstrndup((const char *)data, size), *payload = NULL;
	_cleanup_key_ struct key k = { 0 };
	_cleanup_free_ char *error = NULL;
	size_t n;

	if (strlen(text) != size)
		return 0;
	if (opens(text, size, &payload, &n)) {
		MUST(payload[n] == '\0');
		change_ends(text, size);
	}
	MUST((key_parse_public("fuzz", text, size, &k, &error) < 0) == (error != NULL));
	return 0;
}
