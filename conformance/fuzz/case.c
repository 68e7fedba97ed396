/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/case.h"
#include "conformance/fuzz/fuzz.h"

/* True when @text is a case; its writing goes to @out. */
static bool rewrite(const char *text, struct text *out)
{
	_cleanup_case_ struct test_case c = { 0 };
	_cleanup_free_ char *copy = xstrdup(text);
	unsigned int line;

	if (case_parse(copy, &c, &line) < 0)
		return false;
	copy = NULL;
	case_write(&c, out);
	return true;
}

static void try_case(const char *text)
{
	_cleanup_text_ struct text once = { 0 }, twice = { 0 };

	if (!rewrite(text, &once))
		return;
	MUST(rewrite(once.s, &twice));
	MUST(streq(once.s, twice.s));
}

int fuzz_case(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = xstrndup((const char *)data, size);
	_cleanup_free_ char *mended = mended_case(text);

	try_case(text);
	try_case(mended);
	return 0;
}
