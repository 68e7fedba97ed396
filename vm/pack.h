/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts on their way, deflated (RFC 1950): each byte on an emulated serial port costs more than
 * anything else that the machine does with it, and mount tables repeat themselves.
 */
#pragma once

#include "conformance/text.h"

/* Appends the packed @len bytes at @s. */
void pack_bytes(struct text *out, const char *s, size_t len);
/* Appends what pack_bytes() was given. -EBADMSG: it is not of pack_bytes(), or cut; -EFBIG: more
 * than @max. */
int unpack_bytes(struct text *out, const char *s, size_t len, size_t max);
