/* SPDX-License-Identifier: Apache-2.0 */
/* A report that is being put together; of assemble.c and assemble_folders.c only. */
#pragma once

#include "conformance/assemble.h"
#include "conformance/report/require.h"

struct assembly {
	struct report *report;
	struct result *by_id; /* REQ_COUNT */
	struct require require;
	const struct machine *machine; /* that the run was in; NULL: the host */
	const char *from, *at;	       /* folders that the header is of, and that is judged now */
	char *differs;		       /* what facts of another shard say otherwise, or NULL */
	bool installed;		       /* the kit that the facts are of (kit.h) */
	bool looked, implemented;      /* a mask was looked at; one showed an effect */
};

/* Zeroes *@a and *@ret and sets what is known before any facts; @a->by_id is the caller's to free.
 * As of assemble_folder(). */
int assembly_begin(struct assembly *a, struct report *ret, const struct judge_options *o,
		   const char *profile, const char *filter, const char *require, char **ret_error);
/* Reads *@ret from the file below @dir; its state says what came of it. */
void assembly_load(int dir, const char *file, struct facts *ret);
/* Takes runtime and host from whole facts, or compares them where they are from elsewhere. */
void assembly_header(struct assembly *a, const struct facts *f);
/* Judges @f for each of @ids, blank-separated, which is cut. */
void assembly_judge(struct assembly *a, const struct facts *f, const char *bundle, char *ids);
/* What DENY named, blank-separated. */
void assembly_deny(struct report *r, const char *words);
/* The end: results, lists, verdict. As of assemble_folder(). */
int assembly_conclude(struct assembly *a, const struct judge_options *o, char **ret_error);
