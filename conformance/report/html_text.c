/* SPDX-License-Identifier: Apache-2.0 */
/* What comes from facts becomes text of a page, and nothing else. */
#include "conformance/report/html_page.h"

#include "conformance/report/output.h"

/* Marks that turn the direction of what follows, by which a name could pass for another one. */
static size_t turns_text(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;

	if (u[0] != 0xe2)
		return 0;
	if ((u[1] == 0x80 && (u[2] >> 1 == 0x8e >> 1 || (u[2] >= 0xaa && u[2] <= 0xae))) ||
	    (u[1] == 0x81 && u[2] >= 0xa6 && u[2] <= 0xa9))
		return 3;
	return 0;
}

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

static void escape(struct text *t, const char *s, size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i++) {
		size_t turns = turns_text(s + i);

		if (entity(s[i]))
			text_add(t, entity(s[i]));
		else if (!turns)
			text_add_n(t, s + i, 1);
		for (k = 0; k < turns; k++)
			text_addf(t, "\\%03o", (unsigned char)s[i + k]);
		i += turns ? turns - 1 : 0;
	}
}

void html_fact(struct text *t, const struct report *r, const char *s, size_t max)
{
	_cleanup_text_ struct text shown = { 0 }, clean = { 0 };
	size_t head, tail;

	output_sieve(r, str(s), &shown);
	output_clean(&clean, text_str(&shown), true);
	s = text_str(&clean);
	if (clean.len <= max) {
		escape(t, s, clean.len);
		return;
	}
	head = output_character(s, max / 2);
	tail = output_character(s, clean.len - max / 2);
	escape(t, s, head);
	text_addf(t, "… (%zu bytes cut) …", tail - head);
	escape(t, s + tail, clean.len - tail);
}

/* `code` as Markdown writes it; a last ` without another one is only that. */
static void put_marked(struct text *t, const char *s)
{
	const char *open, *close;

	while ((open = strchr(s, '`')) && (close = strchr(open + 1, '`'))) {
		escape(t, s, (size_t)(open - s));
		text_add(t, "<code>");
		escape(t, open + 1, (size_t)(close - open - 1));
		text_add(t, "</code>");
		s = close + 1;
	}
	escape(t, s, strlen(s));
}

void html_spec(struct html_page *p, const char *s)
{
	_cleanup_text_ struct text now = { 0 };
	size_t i;

	text_add(&now, s);
	for (i = 0; i < p->n; i++) {
		struct text next = { 0 };

		if (!report_hides(p->columns[i].r))
			continue;
		output_sieve(p->columns[i].r, text_str(&now), &next);
		text_free(&now);
		now = next;
	}
	put_marked(&p->t, text_str(&now));
}

void html_subject(struct html_page *p, const struct page_column *c)
{
	html_fact(&p->t, c->r, c->runtime, FACT_NAME);
	text_add(&p->t, " on ");
	html_fact(&p->t, c->r, c->kernel, FACT_NAME);
}

void html_entry(struct text *t, const struct report *r, const char *name, const char *fact)
{
	if (!*str(fact))
		return;
	text_addf(t, "<dt>%s</dt><dd>", name);
	html_fact(t, r, fact, FACT_LONG);
	text_add(t, "</dd>\n");
}
