/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GitHub-flavoured Markdown that stays below the 1 MiB of a job summary. Whatever comes from facts
 * stands in a code span: there GitHub knows no mention, no link and no HTML.
 */
#pragma once

#include "conformance/report/report.h"
#include "conformance/text.h"

#define MARKDOWN_MAX ((1u << 20) - 1)

struct page {
	struct text t;
	bool cut; /* something had no room, and so nothing more is added */
};

void page_free(struct page *p);
#define _cleanup_page_ _cleanup_(page_free)
/* False where there is no room for @block; then what was begun can still be closed. */
bool page_add(struct page *p, const char *block);
/* Ends something that was begun: there is always room. */
void page_close(struct page *p, const char *end);
/* Writes it, with the sentence that it was cut where it was. 0 or a negative errno. */
int page_write(const struct page *p, FILE *out);

/* A cell of a row, and the end of it: " `s` |". */
void markdown_cell(struct text *t, const char *s, size_t max);
/* Appends @s as a code span for a table, at most @max bytes of it; nothing where it is empty. */
void markdown_code(struct text *t, const char *s, size_t max);
