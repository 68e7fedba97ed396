/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many reports as a site of static pages: index.html, run/NAME.html, requirement/ID.html. Pure: the
 * same reports give the same pages, in whatever order they come.
 */
#pragma once

#include "conformance/report/read.h"
#include "conformance/text.h"

/*
 * Leaves each run once: the report of a kernel, and the matrix that has it, are of one. 0, or
 * -EINVAL where two reports of a run differ, with *@ret_error naming both files (owned by the
 * caller); @rs can then only be freed.
 */
int site_unique(struct reports *rs, char **ret_error);
/* Takes a page; @path is made of letters, digits and -._ and at most one /. Negative errno ends. */
typedef int site_put(void *to, const char *path, const struct text *t);
/* Makes the pages of @rs, in which no run is twice. 0, or what @put has answered. */
int site_write(const struct reports *rs, site_put *put, void *to);
