/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "conformance/judge/judge.h"

/* True when the container has a user namespace of its own. */
bool users_mapped(const struct container *k);
/*
 * Why the user namespace that @v asks for can't be had on this machine, as observe found before it
 * asked the runtime; NULL where it can, or where the container was not refused for good.
 */
const char *users_missing(const struct view *v);
/* What of the case's tree above or at @path an ordinary user can't make, so that the case does not
 * ask its question; NULL where all is as it says. */
const char *users_unmade(const struct facts *f, const char *path);
/* Why the kernel refuses @op to everybody in the user namespace of @k; NULL where it doesn't, or
 * where there is none. */
const char *users_reason(const struct container *k, enum op op);
/* The same where a control's row met just that. */
const char *users_denied(const struct container *k, const struct row *r);
