/* SPDX-License-Identifier: Apache-2.0 */
/* A header of ustar (POSIX.1-1988 and later), as ustar.h wants it. Of ustar*.c only. */
#pragma once

#include <assert.h>
#include <stdint.h>

#include "conformance/text.h"

#define USTAR_BLOCK 512
#define USTAR_END (2 * USTAR_BLOCK)

struct ustar_header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100];
	char magic[6], version[2], uname[32], gname[32], major[8], minor[8], prefix[155], rest[12];
};
static_assert(sizeof(struct ustar_header) == USTAR_BLOCK, "POSIX");

/* Bytes of a member of @size bytes: its header and its data, filled up to whole blocks. */
static inline uint64_t ustar_packed(uint64_t size)
{
	return USTAR_BLOCK + (size + USTAR_BLOCK - 1) / USTAR_BLOCK * USTAR_BLOCK;
}

/* Bytes of @name that go into the prefix, without the slash, in *@ret. False: it doesn't fit. */
bool ustar_split(const char *name, size_t *ret);
/* The only header that a member has; @name fits. */
void ustar_header(struct ustar_header *h, const char *name, uint64_t size);
/* Puts the checksum of the rest of @h there. */
void ustar_sum(struct ustar_header *h);
/* The field that the byte @at of a header is of, as it is called in sentences. */
const char *ustar_field(size_t at);
