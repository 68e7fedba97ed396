/* SPDX-License-Identifier: Apache-2.0 */
#include "vm/pack.h"

#include <stdint.h>
#include <zlib.h>

#define PIECE 65536

void pack_bytes(struct text *out, const char *s, size_t len)
{
	uLongf size = compressBound(len);
	_cleanup_free_ Bytef *packed = xrealloc(NULL, size);

	/* With room for all it can only fail for want of memory, where nothing is guessed. */
	if (compress2(packed, &size, (const Bytef *)s, len, Z_BEST_SPEED) != Z_OK)
		abort();
	text_add_n(out, (const char *)packed, size);
}

static void end(z_stream *z)
{
	inflateEnd(z);
}

int unpack_bytes(struct text *out, const char *s, size_t len, size_t max)
{
	_cleanup_free_ Bytef *piece = xrealloc(NULL, PIECE);
	_cleanup_(end) z_stream z = { .next_in = (Bytef *)(uintptr_t)s, .avail_in = (uInt)len };
	size_t total = 0;
	int r = len > UINT32_MAX ? Z_DATA_ERROR : inflateInit(&z);

	while (r == Z_OK) {
		z.next_out = piece;
		z.avail_out = PIECE;
		r = inflate(&z, Z_NO_FLUSH);
		total += PIECE - z.avail_out;
		if (total > max)
			return -EFBIG;
		text_add_n(out, (const char *)piece, PIECE - z.avail_out);
	}
	return r == Z_STREAM_END && !z.avail_in ? 0 : -EBADMSG;
}
