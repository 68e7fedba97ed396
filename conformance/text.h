/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growing text, memory that is there or ends the program, and the field format of cases and facts:
 * one record a line, fields separated by tabs, with the escapes of /proc/PID/mountinfo (\ooo for
 * space, tab, newline and backslash).
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "reference/util.h"

/* Exit status 3, "the kit is at fault", when memory is gone: a verdict is never guessed. */
void *xrealloc(void *p, size_t n);
void *xcalloc(size_t n, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *fmt, ...) _printf_(1, 2);
char *xvasprintf(const char *fmt, va_list ap) _printf_(1, 0);

/* Room for one more element at the end of the array @p of @n elements; grows by doubling. */
void *grow(void *p, size_t n, size_t size);
#define GROW(array, n) ((array) = grow((array), (n), sizeof(*(array))))

struct text {
	char *s; /* owned, NUL terminated, NULL while empty */
	size_t len;
	size_t cap;
};

void text_free(struct text *t);
#define _cleanup_text_ _cleanup_(text_free)
void text_add_n(struct text *t, const char *s, size_t n);
void text_add(struct text *t, const char *s);
void text_addf(struct text *t, const char *fmt, ...) _printf_(2, 3);
/* Appends @s as one word of a shell's. */
void text_add_word(struct text *t, const char *s);
/* The text, never NULL; stays owned by @t. */
const char *text_str(const struct text *t);

/* Appends @s escaped as a field; an empty or NULL @s becomes "-", a true "-" becomes "\055". */
void text_add_field(struct text *t, const char *s);
void text_add_field_n(struct text *t, const char *s, size_t n);
/* One record: the fields up to a NULL, tabs between, newline behind. */
void text_add_record(struct text *t, ...) __attribute__((sentinel));
/* Undoes the escapes in place; "-" becomes "". Returns its argument. */
char *unescape(char *s);

/*
 * Cuts @line at its tabs into at most @max fields, unescaped in place. Returns the number of
 * fields; surplus tabs make it greater than @max (the surplus is not stored).
 */
size_t split_record(char *line, char **fields, size_t max);
/* Next line of *@rest, cut at its newline, or NULL at the end. A last line without one counts. */
char *next_line(char **rest);

/* Whether one of @lines, each with its newline, is @line; @lines may be NULL. */
bool has_line(const char *lines, const char *line);
bool ends_in(const char *s, const char *end);
/* Number of newlines. */
size_t count_lines(const char *s);

/* Whole file, NUL terminated, into *@ret (owned by the caller); -EFBIG above @max bytes. */
int read_file_at(int dirfd, const char *path, size_t max, char **ret, size_t *ret_len);
/* Writes @len bytes to a new file, by a temporary name and a rename. */
int write_file_at(int dirfd, const char *path, const char *s, size_t len);
/* Writes @s to a file that is there, in one call, as those of procfs want it; negative errno. */
int write_existing(const char *path, const char *s);
/* Whether @path, links followed, names the object of @want. */
bool names_object(const char *path, const struct stat *want);
/* Name of an errno ("EROFS"), "E<number>" for one without a name. Never a runtime's language. */
const char *errno_name(int errnum);
/* fnmatch(3) of one of the blanks- or comma-separated globs in @globs. */
bool glob_any(const char *globs, const char *s);
