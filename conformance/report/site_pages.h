/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the pages of a site share. Paths and anchors are made of requirement ids, numbers and names
 * of runs only; what comes from facts is text between tags, and gets there by html_fact() alone.
 */
#pragma once

#include "conformance/report/html_page.h"
#include "conformance/report/site.h"

struct site_run {
	struct page_column c; /* its strings are those of the page */
	char *group;	      /* what the runtime calls itself; owned, as what follows */
	char *kernel;	      /* with its cgroup layout, where that is not v2 */
	char *name;	      /* of its page: letters, digits and -._ */
	bool latest;	      /* of its runtime on its kernel: whole before partial, then by date */
};

struct site {
	struct html_page p;    /* its columns are all runs; its text is the page that is made */
	struct site_run *runs; /* owned, as many as the columns: by runtime, kernel, latest first */
	const char **kernels;  /* each once, in their order; owned, the strings are of the runs */
	size_t n_kernels;
};

/* Adds the whole page to the text of @s. */
void site_index(struct site *s);
void site_requirement(struct site *s, enum requirement_id id);
/* False where no run shows anything of it: there is no page then. */
bool site_shows(const struct site *s, enum requirement_id id);
/* What all pages but those of runs end with. */
void site_foot(struct site *s);
/* Adds "2 FAIL", "1 broken" and so on, down to @least. */
void site_tally(struct site *s, const size_t counts[KIND_COUNT], enum kind least);
