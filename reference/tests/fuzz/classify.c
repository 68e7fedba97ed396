/* SPDX-License-Identifier: Apache-2.0 */
#include "reference/mask.h"
#include "reference/tests/fuzz/fuzz.h"

/* @path with every slash replaced by @slash; owned by the caller. */
static char *respell(const char *path, const char *slash)
{
	char *out = malloc(strlen(path) * strlen(slash) + 1);
	char *to = out;

	MUST(out);
	for (; *path; path++)
		to = *path == '/' ? stpcpy(to, slash) : (*to = *path, to + 1);
	*to = '\0';
	return out;
}

static void check_clean(const char *clean)
{
	_cleanup_free_ char *again = NULL;

	MUST(mask_clean_path(clean, &again) == 0 && streq(clean, again));
	MUST(clean[0] == '/' && !strstr(clean, "//"));
	MUST(!strstr(clean, "/./") && !strstr(clean, "/../"));
}

static void check_spelling(const char *path, const char *slash, const char *clean)
{
	_cleanup_free_ char *other = respell(path, slash), *other_clean = NULL;

	MUST(mask_classify(other) == mask_classify(path));
	MUST((mask_clean_path(other, &other_clean) == 0) == (clean != NULL));
	MUST(!clean || streq(clean, other_clean));
}

int fuzz_classify(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *path = strndup((const char *)data, size), *clean = NULL;

	MUST(path);
	if (mask_clean_path(path, &clean) == 0)
		check_clean(clean);
	check_spelling(path, "//", clean);
	check_spelling(path, "/./", clean);
	if (clean)
		MUST(mask_classify(clean) == mask_classify(path));
	return 0;
}
