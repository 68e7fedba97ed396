/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One mount table, as the rows of a phase hold it. Superblocks are told apart by mountinfo's
 * major:minor, within one snapshot only: anonymous numbers are used again.
 */
#pragma once

#include "conformance/judge/judge.h"
#include "conformance/mountinfo.h"

struct mount {
	struct mountinfo info;
	bool covered;	/* another mount lies on the same point, above it */
	bool is_target; /* its point is one of the masks that are counted */
};

struct snapshot {
	char **lines;
	struct mount *mounts;
	size_t n;
};

void snapshot_free(struct snapshot *s);
#define _cleanup_snapshot_ _cleanup_(snapshot_free)
/* Reads the table that @source (`probe:NAME`, `driver:NAME`) gave in @phase; @whose is the row's
 * path ("host", "container", "" for the probe's own). -ENOENT: no row, one that is no line, or
 * not as many as the row with the result "end" says (value: lines=N), where there is one. */
int snapshot_read(const struct facts *f, const char *source, const char *name, const char *phase,
		  const char *whose, struct snapshot *ret);
bool same_superblock(const struct mount *a, const struct mount *b);
/* The mount on top of @point, or NULL. */
struct mount *snapshot_top(const struct snapshot *s, const char *point);
/* Number of distinct superblocks of the top mounts marked is_target that lie nowhere else, nor in
 * @elsewhere (may be NULL). */
unsigned int snapshot_superblocks(const struct snapshot *s, const struct snapshot *elsewhere);
/* Number of distinct superblocks of @s that @other has not. */
unsigned int snapshot_new(const struct snapshot *s, const struct snapshot *other);
/* First mount of @s, from *@at on, whose point and superblock @other has not; NULL at the end. */
const struct mount *snapshot_next_new(const struct snapshot *s, const struct snapshot *other,
				      size_t *at);
