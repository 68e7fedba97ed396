/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports put together: shards become the report of the whole run, and what is of several kernels
 * or runtimes stands side by side.
 *
 * Two reports are of one column where runtime, version, arguments, kernel, cgroup layout, user
 * namespaces and DENY are the same (and the runtime's file, where both are whole).
 *
 *   both whole, or the same shards   duplicates: the first one stays; a verdict that differs is an
 *                                    error
 *   other shards                     put together: of each requirement the worst verdict, with its
 *                                    bundles; a bundle that both have with different verdicts is
 *                                    an error, and so is any difference of kit, machine or PROFILE
 *   a kernel that could not be had   gives way to a report of it
 *
 * A column that lacks a shard is broken where it doesn't fail, and says which.
 */
#pragma once

#include "conformance/report/read.h"

/*
 * Moves the reports of @in into *@ret, in the order of their first appearance. 0, or -EINVAL with
 * *@ret_error (owned by the caller), which names both files and the field or the id; @in is used
 * up in any case. @lists: EXPECT and WITHHELD are applied afterwards, so it doesn't matter what the
 * shards knew of them.
 */
int reports_merge(struct reports *in, bool lists, struct reports *ret, char **ret_error);
/*
 * Sums and verdict from the results, as a run of them all would have it. Of reports_merge(), and
 * again after lists were applied. @strict as of report_conclude().
 */
void merged_conclude(struct report *r, bool strict);

/* merge_parts.c, of two disjoint shards; @from keeps what is not taken. */
void merge_result(struct result *to, struct result *from);
void merge_head(struct report *to, struct report *from);
/* As a run has them: by requirement, and by the file of the bundle's case. */
void merge_sort(struct report *r);
