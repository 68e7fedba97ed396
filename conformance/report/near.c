/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/near.h"

#include "conformance/judge/judge.h"

#define LONGEST 64
#define SHOWN 5

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Levenshtein's distance in one row; what is longer than any id is far from all. */
static size_t distance(const char *a, const char *b)
{
	size_t row[LONGEST + 1];
	size_t len = strlen(b);
	size_t i, j;

	if (strlen(a) > LONGEST || len > LONGEST)
		return SIZE_MAX;
	for (j = 0; j <= len; j++)
		row[j] = j;
	for (i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (j = 1; j <= len; j++) {
			size_t change = diagonal + (a[i] != b[j - 1]);

			diagonal = row[j];
			row[j] = min(change, min(row[j], row[j - 1]) + 1);
		}
	}
	return row[len];
}

/* Ids begin with the word of their chapter: whoever has that right means one of its ids. */
static bool same_chapter(const char *word, const char *id)
{
	size_t n = strcspn(id, "-");

	return strncmp(word, id, n) == 0 && (word[n] == '-' || word[n] == '\0');
}

void near_ids(const char *word, struct text *out)
{
	size_t limit = strlen(word) / 3 + 1;
	size_t shown = 0;
	size_t want;
	int i;

	/* The nearest first, then those of the chapter. */
	for (want = 0; want <= limit + 1; want++) {
		for (i = 0; i < REQ_COUNT && shown < SHOWN; i++) {
			const char *id = requirements[i].id;
			size_t d = distance(word, id);
			bool hit = want <= limit ? d == want : d > limit && same_chapter(word, id);

			/* It exists, and was refused for another reason. */
			if (d == 0)
				continue;

			if (hit)
				text_addf(out, "%s%s", shown++ ? ", " : "; near: ", id);
		}
	}
}
