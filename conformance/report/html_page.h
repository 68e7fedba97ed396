/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the page share.
 *
 * Ids and attributes are made of requirement ids and column numbers only; what comes from facts is
 * text between tags, and gets there by html_fact() alone. An anchor:
 *   ID      a requirement, below the matrix        ID.N   what report N showed of it
 *   r.N     report N                               N counts from 1, in the order of the matrix
 */
#pragma once

#include "conformance/report/columns.h"
#include "conformance/report/html.h"

/* What a cell says; the gravest last. */
enum kind {
	KIND_NONE, /* not due, or not to be shown */
	KIND_PASS,
	KIND_SKIP,
	KIND_KNOWN,    /* EXPECT lists the fall */
	KIND_SURPRISE, /* EXPECT lists a fall, but it passes */
	KIND_LESSER,   /* fails, and does not fail the run */
	KIND_BROKEN,
	KIND_FAIL,
	KIND_COUNT
};

struct kind_words {
	char letter; /* its CSS class */
	const char *word, *help;
};
extern const struct kind_words kinds[KIND_COUNT];

struct page_column {
	const struct report *r;
	char *runtime; /* owned: name, version, and what else tells two of them apart */
	char *kernel;  /* owned */
	const struct result *cells[REQ_COUNT]; /* NULL: not shown */
};

/* In which part of the matrix a requirement stands. */
enum part { PART_FIRST, PART_ALIKE, PART_PASS, PART_COUNT };

struct page_row {
	enum requirement_id id;
	enum part part;
	enum kind gravest;
};

struct html_page {
	const struct reports *rs;
	bool in_site; /* a page of a run, below the site's index */
	struct text t;
	struct page_column *columns; /* owned; those of a runtime stand together */
	size_t n;
	struct page_row rows[REQ_COUNT]; /* differences first */
	size_t n_rows;
};

/* Of a page whose rs is set. */
void page_columns(struct html_page *p);
void page_rows(struct html_page *p);
/* Both of them, and the whole page in its text. */
void html_page_make(struct html_page *p);
void html_page_free(struct html_page *p);
enum kind cell_kind(const struct page_column *c, enum requirement_id id);
/* "MUST", or "MUST (required)". */
const char *cell_level(const struct result *res);

/* What each page begins with: as far as into its title, and from behind that to its body. */
void html_begin(struct text *t);
void html_style(struct text *t);
/* Bytes of a fact that are shown in a line of their own, and in a name. */
#define FACT_LONG 2000
#define FACT_NAME 120
/* Appends @s as text of the page: clean, escaped, without what @r withholds, and with its middle
 * cut out where it has more than @max bytes, which it then says. */
void html_fact(struct text *t, const struct report *r, const char *s, size_t max);
/* A name and a fact of a list of them; nothing where there is none. */
void html_entry(struct text *t, const struct report *r, const char *name, const char *fact);
/* Appends a sentence of the specification: it may name what one of the reports withholds. */
void html_spec(struct html_page *p, const char *s);
/* Appends "runc 1.1.5 on debian-6.1". */
void html_subject(struct html_page *p, const struct page_column *c);

/* The parts, in the order of the page. */
void page_head(struct html_page *p);
void page_matrix(struct html_page *p);
void page_requirements(struct html_page *p);
void page_plots(struct html_page *p);
void page_reports(struct html_page *p);
/* Why, source and so on, as a list. */
void page_sentence(struct html_page *p, const struct requirement *req);
/* What the words of cells mean. */
void page_legend(struct html_page *p);
/* What to do next, where the reader of one report begins. */
void page_next(struct html_page *p, const struct page_column *c);
/* Its verdict as a word with a mark. */
void page_verdict(struct html_page *p, const struct page_column *c);
/* The sentence of the verdict and its numbers; nothing without a report. */
void page_sum(struct html_page *p, const struct page_column *c);
