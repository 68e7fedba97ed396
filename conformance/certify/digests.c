/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/digests.h"

#include "conformance/sha256.h"

#define DIGITS (SHA256_HEX - 1)

static bool is_covered(const char *name, digests_apart *apart)
{
	return !streq(name, DIGESTS_MEMBER) && !(apart && apart(name));
}

static void add_line(const struct ustar_member *m, struct text *out)
{
	char hex[SHA256_HEX];

	sha256_text(m->data, m->size, hex);
	text_addf(out, "%s  %s\n", hex, m->name);
}

char *digests_text(const struct ustar *a, digests_apart *apart)
{
	struct text out = { 0 };
	size_t i;

	text_add(&out, "");
	for (i = 0; i < a->n; i++)
		if (is_covered(a->list[i].name, apart))
			add_line(&a->list[i], &out);
	return out.s;
}

/* Why not -------------------------------------------------------------------------------------- */

struct line {
	char hex[SHA256_HEX];
	char *name; /* owned; NULL: it is no line of a MANIFEST */
};

static void line_free(struct line *l)
{
	free(l->name);
}
#define _cleanup_line_ _cleanup_(line_free)

static bool is_name(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n && s[i] > ' ' && s[i] <= '~'; i++)
		;
	return n > 0 && i == n;
}

static void read_line(struct line *ret, const char *s, size_t left)
{
	const char *end = memchr(s, '\n', left);
	size_t n = end ? (size_t)(end - s) : 0;

	if (n < DIGITS + 2 || s[DIGITS] != ' ' || s[DIGITS + 1] != ' ')
		return;
	memcpy(ret->hex, s, DIGITS);
	s += DIGITS + 2;
	n -= DIGITS + 2;
	if (strspn(ret->hex, "0123456789abcdef") == DIGITS && is_name(s, n))
		ret->name = xstrndup(s, n);
}

/* Where the first line begins that @is and @must haven't in common; its number in *@ret. */
static size_t first_other(const struct ustar_member *is, const char *must, size_t *ret)
{
	size_t begin = 0, i;

	*ret = 1;
	for (i = 0; i < is->size && must[i] && is->data[i] == must[i]; i++) {
		if (must[i] == '\n') {
			begin = i + 1;
			++*ret;
		}
	}
	return begin;
}

/* The sentence for line @number: @is where there must be @must, of which one may be no line. */
static char *explain(const struct ustar *a, digests_apart *apart, size_t number,
		     const struct line *is, const struct line *must)
{
	if (!is->name)
		return xasprintf("%s: line %zu is not written as 64 small hexadecimal digits, two "
				 "blanks, a name and a newline; pack the certificate again",
				 DIGESTS_MEMBER, number);
	if (must->name && streq(is->name, must->name))
		return xasprintf("%s: its digest is %s, and %s in %s; it was changed: fetch the "
				 "certificate again",
				 is->name, must->hex, is->hex, DIGESTS_MEMBER);
	if (!ustar_find(a, is->name))
		return xasprintf("%s: is missing, and in %s; fetch the certificate again", is->name,
				 DIGESTS_MEMBER);
	if (!is_covered(is->name, apart))
		return xasprintf("%s: is in %s, which must not name it; pack the certificate again",
				 is->name, DIGESTS_MEMBER);
	if (must->name && strcmp(is->name, must->name) > 0)
		return xasprintf("%s: is too many: line %zu of %s, where it belongs, does not name "
				 "it; take it out, or pack the certificate again",
				 must->name, number, DIGESTS_MEMBER);
	return xasprintf("%s: line %zu names %s again or in another order than the members'; pack "
			 "the certificate again",
			 DIGESTS_MEMBER, number, is->name);
}

int digests_check(const struct ustar *a, digests_apart *apart, char **ret_error)
{
	const struct ustar_member *m = ustar_find(a, DIGESTS_MEMBER);
	_cleanup_free_ char *text = digests_text(a, apart);
	_cleanup_line_ struct line is = { 0 }, must = { 0 };
	size_t at, number, len = strlen(text);

	if (!m) {
		*ret_error = xasprintf("%s: is missing; this is no certificate, or not all of it",
				       DIGESTS_MEMBER);
		return -EINVAL;
	}
	if (m->size == len && memcmp(m->data, text, len) == 0)
		return 0;
	at = first_other(m, text, &number);
	read_line(&is, m->data + at, m->size - at);
	read_line(&must, text + at, len - at);
	if (at == m->size)
		*ret_error = xasprintf("%s: is too many: %s ends before it; take it out, or pack "
				       "the certificate again",
				       must.name, DIGESTS_MEMBER);
	else
		*ret_error = explain(a, apart, number, &is, &must);
	return -EINVAL;
}
