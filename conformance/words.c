/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/words.h"

void words_add(struct words *w, char *word)
{
	GROW(w->v, w->n);
	w->v[w->n++] = word;
}

void words_add_pair(struct words *w, const char *option, const char *value)
{
	words_add(w, xstrdup(option));
	words_add(w, xstrdup(value));
}

void words_end(struct words *w)
{
	GROW(w->v, w->n);
	w->v[w->n] = NULL;
}

void words_free(char **v)
{
	size_t i;

	for (i = 0; v && v[i]; i++)
		free(v[i]);
	free(v);
}
