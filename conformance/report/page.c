/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/markdown.h"

#include "conformance/report/output.h"

/* For closing tags and the sentence. */
#define RESERVE 1024

static const char sentence[] =
	"\n**Cut here: a job summary has 1 MiB at most. report.json has the rest.**\n";

void page_free(struct page *p)
{
	text_free(&p->t);
}

bool page_add(struct page *p, const char *block)
{
	if (p->t.len + strlen(block) > MARKDOWN_MAX - RESERVE)
		p->cut = true;
	if (!p->cut)
		text_add(&p->t, block);
	return !p->cut;
}

void page_close(struct page *p, const char *end)
{
	text_add(&p->t, end);
}

int page_write(const struct page *p, FILE *out)
{
	if (fputs(text_str(&p->t), out) == EOF || (p->cut && fputs(sentence, out) == EOF) ||
	    fflush(out) != 0)
		return -EIO;
	return 0;
}

static size_t longest_run(const char *s, char c)
{
	size_t n = 0, longest = 0;

	for (; *s; s++) {
		n = *s == c ? n + 1 : 0;
		longest = n > longest ? n : longest;
	}
	return longest;
}

/*
 * A table ends its cell at a | without a backslash, even in a code span; and a backslash before it
 * would be taken for the escape of another one, so that is written as its number.
 */
static void add_piped(struct text *t, const char *s)
{
	for (; *s; s++) {
		size_t plain = strcspn(s, "|\\");

		text_add_n(t, s, plain);
		s += plain;
		if (!*s)
			return;
		if (s[0] == '\\' && s[1] == '|')
			text_add(t, "\\134");
		else if (*s == '|')
			text_add(t, "\\|");
		else
			text_add_n(t, s, 1);
	}
}

void markdown_code(struct text *t, const char *s, size_t max)
{
	_cleanup_text_ struct text clean = { 0 };
	size_t ticks, i;

	output_clean(&clean, s, false);
	if (!clean.len)
		return;
	output_shorten(&clean, max);
	ticks = longest_run(clean.s, '`') + 1;
	for (i = 0; i < ticks; i++)
		text_add(t, "`");
	text_add(t, " ");
	add_piped(t, clean.s);
	text_add(t, " ");
	for (i = 0; i < ticks; i++)
		text_add(t, "`");
}

void markdown_cell(struct text *t, const char *s, size_t max)
{
	text_add(t, " ");
	markdown_code(t, s, max);
	text_add(t, " |");
}
