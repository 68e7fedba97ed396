/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "conformance/run.h"

struct vm;

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
