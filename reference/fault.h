/* SPDX-License-Identifier: Apache-2.0 */
/* The one error a command of maskref ends with: text for the user, made where it happened. */
#pragma once

#include "reference/util.h"

struct fault {
	int errnum; /* positive errno */
	char text[6000];
};

/* Formats the text and returns -@errnum, so that a caller can return the call. */
static inline int _printf_(3, 4) fault_set(struct fault *f, int errnum, const char *fmt, ...)
{
	__builtin_va_list args;

	f->errnum = errnum;
	__builtin_va_start(args, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, args);
	__builtin_va_end(args);
	return -errnum;
}

/* "WHAT: PATH: text of @errnum". */
static inline int fault_path(struct fault *f, int errnum, const char *what, const char *path)
{
	return fault_set(f, errnum, "%s: '%s': %s", what, path, strerror(errnum));
}
