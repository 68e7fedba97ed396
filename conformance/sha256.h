/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 (FIPS 180-4). The kit's own, because observe is static and `make conformance` may need
 * no library but cJSON; tests/ holds the standard's vectors.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct sha256 {
	uint32_t h[8];
	uint64_t bytes;
	unsigned char block[64];
};

#define SHA256_HEX 65 /* 64 digits and a NUL */

void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t n);
void sha256_hex(struct sha256 *s, char hex[SHA256_HEX]);
/* Digest of one buffer. */
void sha256_text(const void *data, size_t n, char hex[SHA256_HEX]);
/* Digest of what is left to read from @fd; negative errno on a read error. */
int sha256_fd(int fd, char hex[SHA256_HEX]);
