/* SPDX-License-Identifier: Apache-2.0 */
/* A small archive with a MANIFEST, and the envelope of a signature. */
#pragma once

#include "conformance/certify/digests.h"
#include "conformance/certify/ustar.h"
#include "conformance/tests/suite.h"

/* Data of one block that isn't full, of none, and of one and a byte, any bytes. */
#define SAMPLE_FULL 513

static inline bool is_envelope(const char *name)
{
	return strstr(name, ".dsse.json") != NULL;
}

static inline char *copied(const char *bytes, size_t n)
{
	char *p = xrealloc(NULL, n);

	memcpy(p, bytes, n);
	return p;
}

static inline void add_file(struct ustar *a, const char *name, const char *bytes, size_t n)
{
	ck_assert_int_eq(ustar_add(a, xstrdup(name), copied(bytes, n), n), 0);
}

static inline void add_manifest(struct ustar *a)
{
	char *text = digests_text(a, is_envelope);

	ck_assert_int_eq(ustar_add(a, xstrdup(DIGESTS_MEMBER), text, strlen(text)), 0);
}

/* MANIFEST, a/x, a/y and b: @a is empty. */
static inline void sample_archive(struct ustar *a)
{
	char full[SAMPLE_FULL];
	size_t i;

	for (i = 0; i < sizeof(full); i++)
		full[i] = (char)i;
	add_file(a, "a/x", "hi\n", 3);
	add_file(a, "a/y", full, sizeof(full));
	add_file(a, "b", "", 0);
	add_manifest(a);
}
