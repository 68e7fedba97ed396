/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a virtual machine sends on its second serial port: frames, each with its length and CRC.
 *
 *   \001frame/1 KIND BYTES CRC NAME\n   CRC: eight hex digits, CRC32C (RFC 3720) of the rest of the
 *   BYTES bytes                         line, from KIND to its end without CRC, and of the bytes
 *
 * A line that lost or changed bytes costs the frames it hit, no other: the reader goes on at the
 * next header whose CRC is right. The last frame says how many there were.
 */
#pragma once

#include <stdint.h>

#include "conformance/text.h"

#define FRAME_BYTES_MAX (64u << 20) /* as FACTS_MAX: what claims more is damaged */

enum frame_kind {
	FRAME_BEGIN = 'b',  /* init runs; NAME: its protocol, "init/1" */
	FRAME_EVENT = 'e',  /* a line that observe printed: "start NAME", "done NAME" */
	FRAME_FACTS = 'f',  /* a facts file, NAME its name; packed (pack.h) */
	FRAME_REMARK = 's', /* a line on stderr of observe or init */
	FRAME_END = 'z', /* NAME: exit status of the last command; bytes: frames before this one */
};

struct frame {
	enum frame_kind kind;
	char name[256];
	const char *bytes; /* points into what was read */
	size_t len;
};

/* Appends a frame; @name is one word. */
void frame_write(struct text *out, enum frame_kind kind, const char *name, const char *bytes,
		 size_t len);

/*
 * Looks for the first whole frame in @len bytes at @s. True: *@ret is it. False: there is none yet,
 * or, with @ended, none will come. In both cases *@ret_used bytes are done with, and *@damaged
 * grows by the headers that led to no frame.
 */
bool frame_read(const char *s, size_t len, bool ended, struct frame *ret, size_t *ret_used,
		unsigned int *damaged);

uint32_t crc32c(uint32_t crc, const void *bytes, size_t len);
