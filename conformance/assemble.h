/* SPDX-License-Identifier: Apache-2.0 */
/* From facts to a report: reads files, otherwise pure. What `run` and `judge` have in common. */
#pragma once

#include "conformance/manifest.h"
#include "conformance/report/report.h"

struct judge_options {
	const char *expect, *withheld; /* NULL: none */
	const char *expect_name; /* what reports call the file of @expect; NULL: as it is given */
	bool strict, publish;
	const char *called;   /* path of the runtime where the report is read; NULL: where it ran */
	const char *fixtures; /* folder with require/ and expect/ */
};

/*
 * Judges the facts folder of a run by its manifest. 0, or a negative errno with *@ret_error, a
 * sentence that names the file and the remedy (owned by the caller).
 */
int assemble_folder(const char *dir, const struct judge_options *o, struct report *ret,
		    char **ret_error);
/* The same of several, the shards of one run, or of a folder that holds them: as if one machine had
 * run it. A shard that is not among them is broken, and a difference of machine, kit, runtime or
 * settings an error that names both folders. One shard alone is a report of that shard. */
int assemble_folders(char *const *dirs, size_t n, const struct judge_options *o, struct report *ret,
		     char **ret_error);
/* Judges single files; the report is partial. */
int assemble_files(char *const *files, size_t n, const struct judge_options *o, struct report *ret,
		   char **ret_error);
/* Marks in @ret what EXPECT and WITHHELD of @o list, before it is concluded. As above. */
int assemble_lists(struct report *ret, const struct judge_options *o, char **ret_error);
/* Why the preflight's facts @f don't show a container that ran; NULL if they do. Owned. */
char *preflight_fault(const struct facts *f);
