/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of libmaskref: the mounts that masks are made of, each on the ladder of calls that the
 * kernel has. Every rung gives the same mount, or an error; docs/kernels.md lists them. What a
 * kernel lacks is found out once and kept in `struct mask_ctx`. ENOSYS alone makes a step down:
 * any other error would leave the choice of the method to whoever causes it.
 */
#pragma once

#include "reference/mask.h"
#include "reference/util.h"

struct fd_path {
	char text[32];
};

/* Name of @fd for mount(2), relative to the procfs that mask_begin() made the cwd. */
static inline struct fd_path fd_path(int fd)
{
	struct fd_path p;

	snprintf(p.text, sizeof(p.text), "self/fd/%d", fd);
	return p;
}

/* The text of mount(2)'s options, made once, so that no mask needs memory. */
int mask_ladder_begin(struct mask_ctx *ctx);
void mask_ladder_end(struct mask_ctx *ctx);

/* An empty read-only tmpfs of its own on directory @to. */
int mask_ladder_tmpfs(struct mask_ctx *ctx, int to);
/* Another mount of what @from is the root of, with its flags, on @to. */
int mask_ladder_bind(struct mask_ctx *ctx, int from, int to);
/* The same tmpfs on @to; returns a descriptor of a mount of it that mask_ladder_bind() takes. */
int mask_ladder_detached(struct mask_ctx *ctx, int to);
/* An empty directory in a read-only tmpfs that only @ctx->stage_fd leads to; a descriptor of it. */
int mask_ladder_empty_dir(struct mask_ctx *ctx);
