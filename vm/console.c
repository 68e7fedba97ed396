/* SPDX-License-Identifier: Apache-2.0 */
#include "vm/console.h"

/* As lib/dump_stack.c, kernel/panic.c, kernel/rcu, kernel/locking/lockdep.c, init/initramfs.c and
 * mm/oom_kill.c print them, from 4.18 to 7.x. */
static const struct {
	const char *text;
	enum console_kind kind;
} signs[] = {
	{ "Kernel panic - not syncing", CONSOLE_FAULT },
	{ "Oops:", CONSOLE_FAULT },
	{ "BUG: ", CONSOLE_FAULT },
	{ "kernel BUG at", CONSOLE_FAULT },
	{ "general protection fault", CONSOLE_FAULT },
	{ "detected stalls on CPUs", CONSOLE_FAULT },
	{ "detected stall on CPU", CONSOLE_FAULT },
	{ "self-detected stall on CPU", CONSOLE_FAULT },
	{ "possible circular locking dependency", CONSOLE_FAULT },
	{ "possible recursive locking", CONSOLE_FAULT },
	{ "inconsistent lock state", CONSOLE_FAULT },
	{ "suspicious RCU usage", CONSOLE_FAULT },
	{ "blocked for more than", CONSOLE_FAULT },
	{ "Initramfs unpacking failed", CONSOLE_FAULT },
	{ "Out of memory:", CONSOLE_FAULT },
	{ "WARNING: ", CONSOLE_WARNING },
};

enum console_kind console_kind(const char *line)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signs); i++)
		if (strstr(line, signs[i].text))
			return signs[i].kind;
	return CONSOLE_PLAIN;
}

static void begin_splat(struct console *c, enum console_kind kind, const char *line,
			const char *cases)
{
	struct splat *s = &c->splats[c->n];

	if (c->n == SPLATS_MAX) {
		c->more++;
		return;
	}
	*s = (struct splat){ .kind = kind, .cases = xstrdup(cases), .n_lines = 1 };
	text_add(&s->lines, line);
	c->n++;
}

/* What follows a sign belongs to it, for a few lines; but a sign in another case is that case's
 * own. A warning may turn out to be worse. */
static void take_line(struct console *c, const char *line, const char *cases)
{
	struct splat *last = c->n ? &c->splats[c->n - 1] : NULL;
	enum console_kind kind = console_kind(line);

	bool other = last && kind != CONSOLE_PLAIN && !streq(last->cases, cases);

	if (last && last->n_lines < SPLAT_LINES && !other) {
		text_addf(&last->lines, "\n%s", line);
		last->n_lines++;
		last->kind = kind > last->kind ? kind : last->kind;
	} else if (kind != CONSOLE_PLAIN) {
		begin_splat(c, kind, line, cases);
	}
}

#define LINE_MAX_BYTES 1000

void console_feed(struct console *c, const char *s, size_t len, const char *cases)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] != '\n' && c->rest.len < LINE_MAX_BYTES) {
			if (s[i] != '\r' && s[i] != '\0')
				text_add_n(&c->rest, &s[i], 1);
			continue;
		}
		take_line(c, text_str(&c->rest), cases);
		text_free(&c->rest);
	}
}

bool console_fault(const struct console *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->splats[i].kind == CONSOLE_FAULT)
			return true;
	return false;
}

void console_free(struct console *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		free(c->splats[i].cases);
		text_free(&c->splats[i].lines);
	}
	text_free(&c->rest);
	*c = (struct console){ 0 };
}
