/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The four places where the test build lets a fault in, and one for descriptors to be held. Each
 * is one pointer, NULL in the product; the faults themselves are in mutants.c, which only the test
 * build links.
 */
#pragma once

#include "reference/container.h"

struct seam {
	/* Edits the text of config.json before the strict parse. @text is malloc'ed. */
	int (*config)(char **text, size_t *size);
	/* Called in place of mask_plan(): may edit the targets, call it, and edit the operations.
	 */
	int (*plan)(struct container *c, struct mask_ctx *ctx, struct mask_target *targets,
		    size_t n, struct mask_plan *ret, struct mask_error *err);
	/* Called in place of mask_apply(). */
	int (*apply)(struct container *c, struct mask_ctx *ctx, const struct mask_target *targets,
		     const struct mask_op *op, struct mask_error *err);
	/* Edits a copy of a stage table before it is walked. */
	void (*stages)(enum stage_table which, struct stages *stages);
	/* No fault: opens what --hold-fd asks for (hold.h), before the lists are looked at. */
	int (*hold)(struct container *c, struct fault *f);
};

extern struct seam seam;

/* Defined by the test build only: installs the fault @name, -ENOENT when there is none. */
__attribute__((weak)) int seam_install(const char *name, struct seam *s);
/* Defined by the test build only: one more --hold-fd; -EINVAL unless @text is N:PATH. */
__attribute__((weak)) int seam_hold(const char *text);
/* Name of the @i-th fault, NULL past the end. */
__attribute__((weak)) const char *seam_name(size_t i);
