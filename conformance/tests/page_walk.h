/* SPDX-License-Identifier: Apache-2.0 */
/* Walks the tags of a page as a strict reader would, so that a test can say what it is made of. */
#pragma once

#include <ctype.h>

#include "conformance/text.h"

#define DEPTH 64

struct walk {
	struct text tags;	  /* every tag with its attributes, one a line */
	struct text ids, targets; /* one a line, with a newline before the first */
	char *error;		  /* owned; the first one */
};

static inline void walk_free(struct walk *w)
{
	text_free(&w->tags);
	text_free(&w->ids);
	text_free(&w->targets);
	free(w->error);
}

static inline bool is_void(const char *name)
{
	return glob_any("meta link path input !doctype", name);
}

/* Text between tags holds neither > nor a bare &; what follows @s is as far as the next tag. */
static inline const char *walk_text(struct walk *w, const char *s)
{
	for (; *s && *s != '<'; s++) {
		bool entity = strncmp(s, "&amp;", 5) == 0 || strncmp(s, "&lt;", 4) == 0 ||
			      strncmp(s, "&gt;", 4) == 0 || strncmp(s, "&quot;", 6) == 0 ||
			      strncmp(s, "&#39;", 5) == 0;

		if ((*s == '>' || (*s == '&' && !entity) ||
		     ((unsigned char)*s < ' ' && *s != '\n' && *s != '\t')) &&
		    !w->error)
			w->error = xasprintf("in a text: %.40s", s);
	}
	return s;
}

static inline void walk_attribute(struct walk *w, const char *tag, size_t n)
{
	_cleanup_free_ char *copy = xstrndup(tag, n);
	const char *id = strstr(copy, " id=\""), *href = strstr(copy, " href=\"#");

	if (id)
		text_addf(&w->ids, "\n%.*s", (int)strcspn(id + 5, "\""), id + 5);
	if (href)
		text_addf(&w->targets, "\n%.*s", (int)strcspn(href + 8, "\""), href + 8);
	text_addf(&w->tags, "%s\n", copy);
}

/* Opens or closes @name; a script or a style is skipped to its end. */
static inline const char *walk_tag(struct walk *w, const char *s, char stack[][16], size_t *depth)
{
	const char *end = strchr(s, '>');
	bool closes = s[1] == '/';
	char name[16] = "";
	size_t i;

	if (!end) {
		w->error = w->error ? w->error : xstrdup("a tag without an end");
		return s + strlen(s);
	}
	for (i = 0; i < sizeof(name) - 1 && s[1 + closes + i] > ' ' && s[1 + closes + i] != '>';
	     i++)
		name[i] = (char)tolower((unsigned char)s[1 + closes + i]);
	walk_attribute(w, s, (size_t)(end + 1 - s));
	if (closes && (*depth == 0 || !streq(stack[--*depth], name)) && !w->error)
		w->error = xasprintf("</%s> closes another: %.60s", name, s);
	if (closes || is_void(name))
		return end + 1;
	memcpy(stack[(*depth)++ % DEPTH], name, sizeof(name));
	if (streq(name, "style") || streq(name, "script"))
		return strstr(end, streq(name, "style") ? "</style>" : "</script>");
	return end + 1;
}

static inline void walk_page(struct walk *w, const char *s)
{
	char stack[DEPTH][16];
	size_t depth = 0;

	*w = (struct walk){ 0 };
	while (s && *s)
		s = *s == '<' ? walk_tag(w, s, stack, &depth) : walk_text(w, s);
	if (depth && !w->error)
		w->error = xasprintf("%zu tags are not closed", depth);
	text_add(&w->ids, "\n");
	text_add(&w->targets, "\n");
}

/* Whether @id stands in @page as a word of its own. */
static inline bool page_names(const char *page, const char *id)
{
	const char *s = page;
	size_t n = strlen(id);

	for (; (s = strstr(s, id)); s++)
		if (s[n] != '-' && !isalnum((unsigned char)s[n]) && s[-1] != '-' &&
		    !isalnum((unsigned char)s[-1]))
			return true;
	return false;
}

/* What a published page of sample_full() hides. */
static const char *const page_hidden[] = { "dir-empty",	 "path-missing", "sb-shared", "file-null",
					   "file-empty", "dir-mode",	 "sb-files" };
