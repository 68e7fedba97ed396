/* SPDX-License-Identifier: Apache-2.0 */
/* Which members a certificate has: all that it must, and none that it must not. Pure. */
#pragma once

#include "conformance/certify/ustar.h"

struct layout {
	size_t *runs; /* of each kernel; owned */
	size_t kernels;
	bool is_signed; /* all statements are; none is otherwise */
};

void layout_free(struct layout *l);
#define _cleanup_layout_ _cleanup_(layout_free)
/* 0, or -EINVAL with a sentence that begins with the member's name (owned by the caller). */
int layout_read(const struct ustar *a, struct layout *ret, char **ret_error);
