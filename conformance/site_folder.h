/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder a site is written to: as a whole under another name beside it, then in its place. It
 * holds a list of its files, so that a folder with anything else in it is left alone.
 */
#pragma once

#include "conformance/text.h"

#define SITE_LIST ".maskspec-site"

struct site_folder {
	char *out, *stage; /* owned */
	bool replaces;	   /* there is a site already */
	struct text list;  /* the files that were put, one a line */
};

/*
 * Makes the folder beside @out. 0; -EEXIST where @out is there and no site, or has more in it than
 * one; else a negative errno. *@ret_error is then a sentence (owned by the caller).
 */
int site_folder_open(const char *out, struct site_folder *ret, char **ret_error);
/* Writes a page, as a site_put of site_write(): @folder is a struct site_folder. */
int site_folder_put(void *folder, const char *path, const struct text *t);
/* Puts all of it in the place of @out. 0, or a negative errno: what was there is still there. */
int site_folder_commit(struct site_folder *f);
/* Removes what was not committed. */
void site_folder_free(struct site_folder *f);
#define _cleanup_site_folder_ _cleanup_(site_folder_free)
