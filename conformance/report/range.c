/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/range.h"

#include <ctype.h>

/* Versions ------------------------------------------------------------------------------------ */

/* In their order where two versions part. */
enum piece_kind { PIECE_BEFORE, PIECE_END, PIECE_WORD, PIECE_NUMBER };

struct piece {
	enum piece_kind kind;
	const char *s;
	size_t n;
};

static size_t span(const char *s, int (*is)(int))
{
	size_t n = 0;

	while (is((unsigned char)s[n]))
		n++;
	return n;
}

static bool is_before_release(const char *s, size_t n)
{
	static const char *const words[] = { "alpha", "beta", "dev", "pre", "rc" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i]) == n && strncasecmp(words[i], s, n) == 0)
			return true;
	return false;
}

/* Takes the next one off *@p. A ~ without a word behind it is a piece of its own. */
static struct piece take_piece(const char **p)
{
	bool tilde = false, plus = false;
	struct piece piece;

	for (; **p && !isalnum((unsigned char)**p); (*p)++) {
		tilde |= **p == '~';
		plus |= **p == '+';
	}
	piece = (struct piece){ PIECE_WORD, *p, span(*p, isalpha) };
	if (tilde || (!plus && is_before_release(piece.s, piece.n))) {
		piece.kind = PIECE_BEFORE;
	} else if (piece.n == 0) {
		piece.n = span(*p, isdigit);
		piece.kind = piece.n ? PIECE_NUMBER : PIECE_END;
	}
	for (; piece.kind == PIECE_NUMBER && piece.n > 0 && *piece.s == '0'; piece.n--)
		piece.s++;
	*p = piece.s + piece.n;
	return piece;
}

static bool is_zero(const struct piece *p)
{
	return p->kind == PIECE_NUMBER && p->n == 0;
}

static int compare_pieces(const struct piece *a, const struct piece *b)
{
	size_t n = a->n < b->n ? a->n : b->n;
	int by_bytes;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	by_bytes = strncasecmp(a->s, b->s, n);
	/* Without leading zeros the longer number is the greater one. */
	if (a->n != b->n && (a->kind == PIECE_NUMBER || by_bytes == 0))
		return a->n < b->n ? -1 : 1;
	return by_bytes;
}

/* As it is in tags. */
static const char *without_v(const char *s)
{
	return (*s == 'v' || *s == 'V') && isdigit((unsigned char)s[1]) ? s + 1 : s;
}

int version_compare(const char *a, const char *b)
{
	int order = 0;

	a = without_v(a);
	b = without_v(b);
	while (order == 0) {
		struct piece x = take_piece(&a), y = take_piece(&b);

		/* What stands against a 0 that one of them does not write out. */
		while (is_zero(&x) && y.kind != PIECE_NUMBER)
			x = take_piece(&a);
		while (is_zero(&y) && x.kind != PIECE_NUMBER)
			y = take_piece(&b);
		order = compare_pieces(&x, &y);
		if (x.kind == PIECE_END && y.kind == PIECE_END)
			break;
	}
	return order;
}

bool version_is_plain(const char *s)
{
	static const char others[] = ".+-_~";

	if (!isdigit((unsigned char)*without_v(s)))
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr(others, *s))
			return false;
	return true;
}

/* Ranges -------------------------------------------------------------------------------------- */

static const struct {
	const char *sign;
	bool below, same, above; /* which versions hold */
} ops[] = {
	[BOUND_LESS] = { "<", true, false, false },  [BOUND_MOST] = { "<=", true, true, false },
	[BOUND_EQUAL] = { "=", false, true, false }, [BOUND_LEAST] = { ">=", false, true, true },
	[BOUND_MORE] = { ">", false, false, true },
};

void range_free(struct range *r)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		free(r->bounds[i].version);
	free(r->bounds);
	*r = (struct range){ 0 };
}

bool range_is_meant(const char *s)
{
	return s[strcspn(s, "<=>")] != '\0';
}

/* Takes the next bound off *@s: its sign, blanks or none, its version. */
static char *take_bound(const char **s, struct range *ret)
{
	size_t sign = strspn(*s, "<=>");
	const char *version = *s + sign + strspn(*s + sign, " ");
	_cleanup_free_ char *word = xstrndup(version, strcspn(version, " <=>"));
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		if (strlen(ops[i].sign) == sign && strncmp(ops[i].sign, *s, sign) == 0)
			break;
	if (i == ARRAY_SIZE(ops))
		return xasprintf("\"%.*s\" is no bound: write < <= = >= or > and a version",
				 (int)strcspn(*s, " "), *s);
	if (!version_is_plain(word))
		return xasprintf("\"%s\" is no version to compare with: write one that begins with "
				 "a number, blanks between bounds, or a glob",
				 word);
	*s = version + strlen(word);
	*s += strspn(*s, " ");
	GROW(ret->bounds, ret->n);
	ret->bounds[ret->n++] = (struct bound){ (enum bound_op)i, TAKE_PTR(word) };
	return NULL;
}

static bool holds(const struct bound *b, const char *version)
{
	int order = version_compare(version, b->version);

	return order < 0 ? ops[b->op].below : order > 0 ? ops[b->op].above : ops[b->op].same;
}

/* Of two bounds that face each other each must leave room for the other's version, or just short
 * of it. */
static bool excludes(const struct bound *a, const struct bound *b)
{
	int order = version_compare(a->version, b->version);

	if (order == 0)
		return !((ops[a->op].below && ops[b->op].below) ||
			 (ops[a->op].same && ops[b->op].same) ||
			 (ops[a->op].above && ops[b->op].above));
	return order < 0 ? !ops[a->op].above && !ops[b->op].below
			 : !ops[a->op].below && !ops[b->op].above;
}

static const struct bound *excluded(const struct range *r, const struct bound *by)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (excludes(by, &r->bounds[i]))
			return &r->bounds[i];
	return NULL;
}

int range_parse(const char *s, struct range *ret, char **ret_error)
{
	struct range r = { 0 };
	char *wrong = NULL;
	size_t i;

	for (s += strspn(s, " "); *s && !wrong;)
		wrong = take_bound(&s, &r);
	for (i = 0; i < r.n && !wrong; i++) {
		const struct bound *a = &r.bounds[i], *b = excluded(&r, a);

		if (b)
			wrong = xasprintf(
				"no version is %s%s and %s%s: swap them, or write two lines",
				ops[a->op].sign, a->version, ops[b->op].sign, b->version);
	}
	if (wrong) {
		range_free(&r);
		*ret_error = wrong;
		return -EINVAL;
	}
	*ret = r;
	return 0;
}

bool range_holds(const struct range *r, const char *version)
{
	size_t i;

	if (!isdigit((unsigned char)*without_v(version)))
		return false;
	for (i = 0; i < r->n; i++)
		if (!holds(&r->bounds[i], version))
			return false;
	return true;
}
