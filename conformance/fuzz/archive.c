/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/digests.h"
#include "conformance/fuzz/fuzz.h"

#define BLOCK 512
#define SIZE_AT 124
#define SUM_AT 148
#define SUM_SIZE 8

static bool is_envelope(const char *name)
{
	return strstr(name, ".dsse.json") != NULL;
}

/* A sentence of one line that harms no terminal. */
static void check_sentence(const char *error)
{
	MUST(error && *error);
	for (; *error; error++)
		MUST(*error >= ' ' && *error <= '~');
}

/* Its own MANIFEST holds, and one byte more of it doesn't. */
static void check_digests(struct ustar *a)
{
	_cleanup_free_ char *error = NULL;
	size_t i = 0;

	while (i < a->n && !streq(a->list[i].name, DIGESTS_MEMBER))
		i++;
	if (i == a->n)
		return;
	free(a->list[i].data);
	a->list[i].data = digests_text(a, is_envelope);
	a->list[i].size = strlen(a->list[i].data);
	MUST(digests_check(a, is_envelope, NULL) == 0);
	a->list[i].size++;
	MUST(digests_check(a, is_envelope, &error) < 0);
	check_sentence(error);
}

static void try_archive(const char *bytes, size_t size)
{
	const struct ustar_limits narrow = { 4096, 2, 600, 2 };
	_cleanup_ustar_ struct ustar a = { 0 }, less = { 0 };
	_cleanup_free_ char *error = NULL, *narrow_error = NULL, *digests_error = NULL;
	_cleanup_text_ struct text again = { 0 };
	int r = ustar_read(bytes, size, NULL, &a, &error);

	if (ustar_read(bytes, size, &narrow, &less, &narrow_error) < 0)
		check_sentence(narrow_error);
	else
		MUST(r == 0 && less.n == a.n && a.n <= narrow.members);
	if (r < 0) {
		check_sentence(error);
		return;
	}
	ustar_write(&a, &again);
	MUST(again.len == size && memcmp(again.s, bytes, size) == 0);
	if (digests_check(&a, is_envelope, &digests_error) < 0)
		check_sentence(digests_error);
	check_digests(&a);
}

/* Puts the checksums right: by chance they never are. Shares nothing with what is tried. */
static void mend(char *bytes, size_t size)
{
	size_t at = 0, i;

	while (size - at >= BLOCK && bytes[at]) {
		unsigned long long length = 0;
		char digits[SUM_SIZE];
		unsigned int sum = 0;

		memset(bytes + at + SUM_AT, ' ', SUM_SIZE);
		for (i = 0; i < BLOCK; i++)
			sum += (unsigned char)bytes[at + i];
		snprintf(digits, sizeof(digits), "%06o", sum % (1u << 18));
		memcpy(bytes + at + SUM_AT, digits, SUM_SIZE - 1);
		for (i = SIZE_AT; i < SIZE_AT + 11; i++)
			length = length * 8 + (unsigned long long)(bytes[at + i] & 7);
		length = BLOCK + (length + BLOCK - 1) / BLOCK * BLOCK;
		if (length > size - at)
			return;
		at += (size_t)length;
	}
}

int fuzz_archive(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *mended = xrealloc(NULL, size);

	try_archive((const char *)data, size);
	if (size > 0)
		memcpy(mended, data, size);
	mend(mended, size);
	try_archive(mended, size);
	return 0;
}
