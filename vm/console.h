/* SPDX-License-Identifier: Apache-2.0 */
/* What a kernel says on its console when it is no ground to judge on. Pure. */
#pragma once

#include "conformance/text.h"

enum console_kind {
	CONSOLE_PLAIN,
	CONSOLE_WARNING, /* said with the case it came in */
	CONSOLE_FAULT,	 /* nothing that was seen on this kernel counts */
};

/* Of one line, without its newline. */
enum console_kind console_kind(const char *line);

/* A fault or a warning with what the kernel said after it; strings are owned. */
struct splat {
	enum console_kind kind;
	char *cases; /* running when it was said, blank-separated */
	struct text lines;
	unsigned int n_lines;
};

#define SPLAT_LINES 8
#define SPLATS_MAX 16

struct console {
	struct splat splats[SPLATS_MAX];
	size_t n;
	unsigned int more; /* beyond SPLATS_MAX */
	struct text rest;  /* of a line that has not ended */
};

/* Takes what came from the console; @cases are those that run now. */
void console_feed(struct console *c, const char *s, size_t len, const char *cases);
/* Whether it has said a fault. */
bool console_fault(const struct console *c);
void console_free(struct console *c);
