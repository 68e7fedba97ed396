/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts on their way, deflated (RFC 1950): each byte on an emulated serial port costs more than
 * anything else that the machine does with it, and mount tables repeat themselves.
 */
#pragma once

#include "conformance/text.h"

/* Appends the packed @len bytes at @s. */
void pack(struct text *out, const char *s, size_t len);
/* Appends what pack() was given. -EBADMSG: it is not of pack(), or cut; -EFBIG: more than @max. */
int unpack(struct text *out, const char *s, size_t len, size_t max);
