/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all writers of a report share. Texts come from runtimes that may be hostile: they reach a
 * terminal, a TAP parser or a JSON reader only through clean text.
 */
#pragma once

#include "conformance/report/report.h"
#include "conformance/text.h"

/* "" for NULL. */
const char *str(const char *s);
/*
 * Appends @s as UTF-8 without control characters: these, and bytes that are no UTF-8, become \ooo.
 * With @keep_lines newlines and tabs stay.
 */
void output_clean(struct text *t, const char *s, bool keep_lines);
/* Appends a line; what facts say in it stays in it, and harms no terminal. */
_printf_(2, 3) void output_line(struct text *t, const char *fmt, ...);
/* The greatest index up to @i at which a character of clean text begins. */
size_t output_character(const char *s, size_t i);
/* Cuts clean text to @max bytes, between characters, with an ellipsis where something is missing.
 */
void output_shorten(struct text *t, size_t max);
/* A new file DIR/NAME to be written, or NULL and errno; then output_close() with what the writer
 * said. */
FILE *output_create(const char *dir, const char *name);
/* Closes @f, which may be NULL. @r where that is an error, else how closing went. */
int output_close(FILE *f, int r);
/* Appends @s as a JSON string, which is a double-quoted YAML string as well. */
void output_quoted(struct text *t, const char *s);
/* Appends "runc 1.1.5 on Linux 6.18.44 (x86_64, cgroup v1)". */
void output_subject(struct text *t, const struct report *r);
/* Appends "DENY=openat2 open_tree"; nothing where nothing was denied. */
void output_denied(struct text *t, const struct report *r);
/* Appends the bundles that observe @res, with @between them; facts, not escaped. */
void output_bundles(struct text *t, const struct result *res, const char *between);
/* True where @s holds the id of a withheld result as a word. */
bool output_names_withheld(const struct report *r, const char *s);
/* Appends @s, of a report that hides something without the names of what it hides. */
void output_sieve(const struct report *r, const char *s, struct text *out);
/*
 * Writes @t to @out. The last sieve of a published report: whatever text a withheld id came in by
 * (REQUIRE, a rerun command, another result), its name does not go out; nor do those of the passes,
 * or the gap would tell.
 */
int output_put(const struct report *r, const struct text *t, FILE *out);
