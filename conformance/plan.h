/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "conformance/run.h"

struct vm;

/*
 * planned.c. FILTER names requirements or bundles, "" all: the ids of @c that are wanted, with
 * blanks between (owned by the caller).
 */
char *plan_ids(const struct test_case *c, const char *filter);
/* Adds the cases of @l, which must outlive @p, in the order in which they run. */
void plan_cases(struct plan *p, const struct case_list *l, const char *profile, const char *filter);

/* Each returns -1 to go on, or the exit status after a message. */
int plan_make(const struct run_options *o, struct plan *ret);
/* Takes what SHARD gives to others out of @p. */
int plan_share(struct plan *p, const struct run_options *o);
/* Those of the kernels that have some of this shard, blank-separated; owned by the caller. */
int plan_kernels(const struct plan *p, const struct run_options *o, char **ret);
/* Writes cases and manifest; @vm: where they will run, or NULL. @digest: of the manifest. */
int plan_write(const struct plan *p, const struct run_options *o, const struct vm *vm,
	       char digest[SHA256_HEX]);
void plan_free(struct plan *p);
#define _cleanup_plan_ _cleanup_(plan_free)
