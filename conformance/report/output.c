/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/output.h"

#include <ctype.h>

const char *str(const char *s)
{
	return s ? s : "";
}

/* Length of the well-formed UTF-8 sequence at @s, 0 if there is none. Surrogates are refused. */
static size_t utf8_len(const unsigned char *s)
{
	size_t i;
	size_t n;

	if (s[0] < 0x80)
		return 1;
	n = s[0] >= 0xc2 && s[0] <= 0xdf ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : 4;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	for (i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

/* C0, DEL, and C1: a terminal obeys these. */
static bool is_control(const unsigned char *s)
{
	return s[0] < 0x20 || s[0] == 0x7f || (s[0] == 0xc2 && s[1] < 0xa0);
}

void output_clean(struct text *t, const char *s, bool keep_lines)
{
	while (s && *s) {
		const unsigned char *u = (const unsigned char *)s;
		size_t n = utf8_len(u);
		size_t i;

		if (n && (!is_control(u) || (keep_lines && (*s == '\n' || *s == '\t'))))
			text_add_n(t, s, n);
		else
			for (i = 0; i < (n ? n : 1); i++)
				text_addf(t, "\\%03o", u[i]);
		s += n ? n : 1;
	}
}

void output_line(struct text *t, const char *fmt, ...)
{
	_cleanup_free_ char *line = NULL;
	va_list ap;

	va_start(ap, fmt);
	line = xvasprintf(fmt, ap);
	va_end(ap);
	output_clean(t, line, false);
	text_add(t, "\n");
}

size_t output_character(const char *s, size_t i)
{
	while (i > 0 && ((unsigned char)s[i] & 0xc0) == 0x80)
		i--;
	return i;
}

void output_shorten(struct text *t, size_t max)
{
	if (t->len <= max)
		return;
	max = output_character(t->s, max);
	t->s[max] = '\0';
	t->len = max;
	text_add(t, "\xe2\x80\xa6");
}

void output_quoted(struct text *t, const char *s)
{
	_cleanup_text_ struct text clean = { 0 };
	const char *p;

	output_clean(&clean, s, true);
	text_add(t, "\"");
	for (p = text_str(&clean); *p; p++) {
		if (*p == '\n')
			text_add(t, "\\n");
		else if (*p == '\t')
			text_add(t, "\\t");
		else if (*p == '"' || *p == '\\')
			text_addf(t, "\\%c", *p);
		else
			text_add_n(t, p, 1);
	}
	text_add(t, "\"");
}

void output_subject(struct text *t, const struct report *r)
{
	_cleanup_free_ char *name = report_runtime_name(r);
	_cleanup_free_ char *version = report_runtime_version(r);
	_cleanup_text_ struct text raw = { 0 };
	const char *cgroup = str(r->cgroup);
	size_t i;

	text_addf(&raw, "%s%s%s on Linux %s (%s", *name ? name : "the runtime", *version ? " " : "",
		  version, str(r->kernel), str(r->machine));
	if (*cgroup)
		text_addf(&raw, ", %s%s", strip_prefix(cgroup, "cgroup") ? "" : "cgroup ", cgroup);
	text_add(&raw, ")");
	for (i = 0; i < r->n_shards; i++)
		text_addf(&raw, "%s%u",
			  i		    ? " and "
			  : r->n_shards > 1 ? ", shards "
					    : ", shard ",
			  r->shards[i]);
	if (r->shard_count)
		text_addf(&raw, " of %u", r->shard_count);
	output_clean(t, text_str(&raw), false);
}

void output_denied(struct text *t, const struct report *r)
{
	size_t i;

	for (i = 0; i < r->n_denied; i++) {
		text_add(t, i ? " " : "DENY=");
		output_clean(t, r->denied[i].name, false);
	}
}

void output_bundles(struct text *t, const struct result *res, const char *between)
{
	size_t i;

	for (i = 0; i < res->n_bundles; i++)
		text_addf(t, "%s%s", i ? between : "", res->bundles[i]);
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_';
}

/* What an escape ends in (\n, \012) is no part of the word behind it. */
static bool begins_word(const char *start, const char *s)
{
	size_t n = (size_t)(s - start);

	if (n == 0 || !is_word(s[-1]) || (n > 1 && s[-2] == '\\'))
		return true;
	return n > 3 && s[-4] == '\\' && isdigit((unsigned char)s[-3]) &&
	       isdigit((unsigned char)s[-2]) && isdigit((unsigned char)s[-1]);
}

/* The result whose id stands at @s as a word of its own, or NULL. */
static const struct result *result_at(const struct report *r, const char *s)
{
	size_t i;

	for (i = 0; i < r->n_results; i++) {
		const char *id = requirements[r->results[i].id].id;
		size_t n = strlen(id);

		if (strncmp(s, id, n) == 0 && !is_word(s[n]))
			return &r->results[i];
	}
	return NULL;
}

bool output_names_withheld(const struct report *r, const char *s)
{
	const char *start = s;

	for (; *s; s++) {
		const struct result *res = begins_word(start, s) ? result_at(r, s) : NULL;

		if (res && res->withheld)
			return true;
	}
	return false;
}

void output_sieve(const struct report *r, const char *s, struct text *out)
{
	const char *start = s;

	if (!report_hides(r)) {
		text_add(out, s);
		return;
	}
	while (*s) {
		const struct result *res = begins_word(start, s) ? result_at(r, s) : NULL;

		if (res && res->verdict != VERDICT_NOT_DUE && !result_shown(r, res)) {
			text_add(out, "(not shown)");
			s += strlen(requirements[res->id].id);
		} else {
			text_add_n(out, s++, 1);
		}
	}
}

int output_put(const struct report *r, const struct text *t, FILE *out)
{
	_cleanup_text_ struct text safe = { 0 };

	output_sieve(r, text_str(t), &safe);
	errno = 0;
	if (fwrite(text_str(&safe), 1, safe.len, out) != safe.len || fflush(out) != 0)
		return errno ? -errno : -EIO;
	return 0;
}

FILE *output_create(const char *dir, const char *name)
{
	char *path = xasprintf("%s/%s", dir, name);
	FILE *f = fopen(path, "we");
	int saved = errno;

	free(path);
	errno = saved;
	return f;
}

int output_close(FILE *f, int r)
{
	if (f && fclose(f) != 0 && r == 0)
		return -errno;
	return r;
}
