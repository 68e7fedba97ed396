/* SPDX-License-Identifier: Apache-2.0 */
/* What one observation means: predicates that judges of several chapters share. */
#pragma once

#include "conformance/judge/judge.h"

/* The call succeeded, so it had an effect. */
bool row_ok(const struct row *r);
/* A look that shows content, names, or a node that is no mask. */
bool row_exposes(const struct row *r);
/* A look that shows anything but a mask: content, or nothing to look at. */
bool row_not_masked(const struct row *r);
/* The same, or an attempt to make or change something there that succeeds. */
bool row_weak_mask(const struct row *r);
/* statfs that does not say read-only. */
bool row_fs_writable(const struct row *r);
/* Of a control: the operation did what it does where nothing is masked, on evidence. */
bool row_shows(const struct row *r);
/* What a row of many words says of one attempt, where that was never made: nothing, or that the
 * probe itself ran out of something. */
bool is_untried(const char *outcome);
/* informs(): path, result and value as they are. */
void row_say(const struct row *r, struct text *out);
/* Not the null device 1:3. */
bool row_not_null(const struct row *r);

#define OPS1(a) (BIT(OP_##a))
#define OPS2(a, b) (BIT(OP_##a) | BIT(OP_##b))
#define OPS3(a, b, c) (OPS2(a, b) | OPS1(c))
#define MOUNT_OPS                                                                                  \
	(OPS3(UMOUNT, UMOUNTDETACH, REMOUNT) | OPS3(REMOUNTBIND, BINDOVER, TMPFSOVER) |            \
	 OPS3(MOVE, PRIVATE, OPENTREE) | OPS3(MOUNTSETATTR, FSPICK, UNSHARENS) | OPS1(PIVOT))
