/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versions of runtimes and kernels, and ranges of them: ">=1.1.0 <1.3.6".
 *
 * The order is that of numbers, as `sort -V` and dpkg have it, but for what programs write before
 * their releases. A version is cut into numbers and words; what else stands between them only
 * parts them. The first pair that differs decides:
 *
 *   a word behind ~, or one of alpha beta dev pre rc   1.4.0-rc.1, 6.12.0-rc3, 1.0.0~rc93
 *   the end                                            1.4.0
 *   any other word, and whatever is behind a +         1.4.0+ds1, 1.4.0+dev, 4.18.0.el8
 *   a number, by its value                             1.4.0-1, 1.4.1
 *
 * A number that is missing is 0: 1.4 is 1.4.0. Words are compared without their case, and a v
 * before the first number is none.
 */
#pragma once

#include "conformance/text.h"

/* Below 0, 0 or above 0, as @a is before, the same as, or after @b. */
int version_compare(const char *a, const char *b);
/* Begins with a number (or v and a number) and has nothing but letters, digits and . + - _ ~ in it.
 */
bool version_is_plain(const char *s);

struct bound {
	enum bound_op {
		BOUND_LESS,
		BOUND_MOST,
		BOUND_EQUAL,
		BOUND_LEAST,
		BOUND_MORE,
	} op;
	char *version;
};

/* All of its bounds hold; one without bounds is none. */
struct range {
	struct bound *bounds; /* owned */
	size_t n;
};

void range_free(struct range *r);
/* Whether @s is written as a range, right or wrong: no glob over versions needs < = or >. */
bool range_is_meant(const char *s);
/*
 * Reads bounds with blanks between. 0, or -EINVAL with *@ret_error, what is wrong and what to write
 * (owned by the caller); a range that no version is in is an error.
 */
int range_parse(const char *s, struct range *ret, char **ret_error);
/* False for a @version that doesn't begin with a number: it has no place in the order. */
bool range_holds(const struct range *r, const char *version);
