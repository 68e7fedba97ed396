/* SPDX-License-Identifier: Apache-2.0 */
#include "vm/frame.h"

#define MAGIC "\001frame/1 "
#define HEADER_MAX 320

/* Castagnoli's polynomial, reflected; four bits at a time, so the table is short. */
uint32_t crc32c(uint32_t crc, const void *bytes, size_t len)
{
	static const uint32_t table[16] = {
		0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
		0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
		0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
	};
	const unsigned char *p = bytes;

	crc = ~crc;
	while (len--) {
		crc ^= *p++;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

static uint32_t sum_of(char kind, const char *name, const char *bytes, size_t len)
{
	_cleanup_free_ char *head = xasprintf("%c %zu %s", kind, len, name);

	return crc32c(crc32c(0, head, strlen(head)), bytes, len);
}

void frame_write(struct text *out, enum frame_kind kind, const char *name, const char *bytes,
		 size_t len)
{
	text_addf(out, MAGIC "%c %zu %08x %s\n", (char)kind, len,
		  (unsigned int)sum_of((char)kind, name, bytes, len), name);
	text_add_n(out, bytes, len);
}

enum found { WHOLE, CUT, DAMAGED };

/* @s begins with MAGIC. */
static enum found read_at(const char *s, size_t len, struct frame *ret, size_t *ret_used)
{
	const char *end = memchr(s, '\n', len < HEADER_MAX ? len : HEADER_MAX);
	_cleanup_free_ char *line = NULL;
	unsigned long bytes;
	unsigned int crc;
	size_t head;
	char kind;

	if (!end)
		return len < HEADER_MAX ? CUT : DAMAGED;
	head = (size_t)(end - s) + 1;
	line = xstrndup(s + strlen(MAGIC), head - strlen(MAGIC) - 1);
	if (sscanf(line, "%c %lu %8x %255s", &kind, &bytes, &crc, ret->name) != 4 ||
	    bytes > FRAME_BYTES_MAX)
		return DAMAGED;
	if (len - head < bytes)
		return CUT;
	if (sum_of(kind, ret->name, s + head, bytes) != crc)
		return DAMAGED;
	ret->kind = (enum frame_kind)kind;
	ret->bytes = s + head;
	ret->len = bytes;
	*ret_used = head + bytes;
	return WHOLE;
}

/* The next place where MAGIC stands, or the end has its beginning. */
static const char *find_magic(const char *s, const char *end)
{
	for (; s < end && (s = memchr(s, MAGIC[0], (size_t)(end - s))); s++) {
		size_t n = (size_t)(end - s);

		if (memcmp(s, MAGIC, n < strlen(MAGIC) ? n : strlen(MAGIC)) == 0)
			return s;
	}
	return end;
}

bool frame_read(const char *s, size_t len, bool ended, struct frame *ret, size_t *ret_used,
		unsigned int *damaged)
{
	const char *at = s, *end = s + len;
	size_t used;

	while ((at = find_magic(at, end)) < end) {
		size_t left = (size_t)(end - at);
		enum found found = left < strlen(MAGIC) ? CUT : read_at(at, left, ret, &used);

		if (found == WHOLE) {
			*ret_used = (size_t)(at - s) + used;
			return true;
		}
		if (found == CUT && !ended)
			break;
		++*damaged;
		at++;
	}
	*ret_used = (size_t)(at - s);
	return false;
}
