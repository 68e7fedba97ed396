/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/facts.h"

#include "conformance/sha256.h"

_Static_assert(sizeof(((struct facts *)NULL)->case_digest) == SHA256_HEX, "a digest in hex");

void facts_free(struct facts *f)
{
	case_free(&f->c);
	free(f->headers);
	free(f->rows);
	free(f->text);
	free(f->why_missing);
	*f = (struct facts){ .state = FACTS_MISSING };
}

static void add_header(struct facts *f, char **fields)
{
	GROW(f->headers, f->n_headers);
	f->headers[f->n_headers++] = (struct header){ .key = fields[1], .value = fields[2] };
}

static void add_row(struct facts *f, char **x)
{
	GROW(f->rows, f->n_rows);
	f->rows[f->n_rows++] = (struct row){
		.source = x[1],
		.phase = x[2],
		.as = identity_by_name(x[3]),
		.op = op_by_name(x[4]),
		.path = x[5],
		.result = x[6],
		.value = x[7],
	};
}

struct facts_reader {
	struct facts *f;
	struct text case_text;
	unsigned long line;
	bool ended;
};

/* Number of the lines before it, and nothing else. */
static bool is_end(const char *s, unsigned long line)
{
	char *end;

	return strtoul(s, &end, 10) == line - 1 && end != s && !*end;
}

#define ROW_FIELDS 8
static int read_fact(struct facts_reader *r, char *line)
{
	char *fields[ROW_FIELDS];
	size_t n = split_record(line, fields, ROW_FIELDS);

	if (r->ended)
		return -EINVAL;
	if (streq(fields[0], "h") && n == 3)
		add_header(r->f, fields);
	else if (streq(fields[0], "c") && n == 2)
		text_addf(&r->case_text, "%s\n", fields[1]);
	else if (streq(fields[0], "r") && n == ROW_FIELDS)
		add_row(r->f, fields);
	else if (streq(fields[0], "end") && n == 2)
		r->ended = is_end(fields[1], r->line);
	else
		return -EINVAL;
	return streq(fields[0], "end") && !r->ended ? -EINVAL : 0;
}

static void read_case(struct facts_reader *r)
{
	unsigned int line;

	sha256_text(text_str(&r->case_text), r->case_text.len, r->f->case_digest);
	if (!r->case_text.s || case_parse(r->case_text.s, &r->f->c, &line) < 0)
		r->f->state = FACTS_MALFORMED;
	else
		r->case_text = (struct text){ 0 };
}

void facts_parse(char *text, struct facts *ret)
{
	struct facts_reader r = { .f = ret, .line = 1 };
	char *rest = text;
	char *line = next_line(&rest);

	*ret = (struct facts){ .state = FACTS_WHOLE, .text = text };
	if (!line || !streq(line, FACTS_SCHEMA)) {
		ret->state = line ? FACTS_MALFORMED : FACTS_CUT;
		return;
	}
	while ((line = next_line(&rest))) {
		r.line++;
		if (read_fact(&r, line) < 0) {
			/* A line cut in the middle is also the last one. */
			ret->state = rest && *rest ? FACTS_MALFORMED : FACTS_CUT;
			break;
		}
	}
	if (ret->state == FACTS_WHOLE && !r.ended)
		ret->state = FACTS_CUT;
	if (ret->state == FACTS_WHOLE)
		read_case(&r);
	text_free(&r.case_text);
}

const char *facts_find_header(const struct facts *f, const char *key)
{
	size_t i;

	for (i = 0; i < f->n_headers; i++)
		if (streq(f->headers[i].key, key))
			return f->headers[i].value;
	return NULL;
}

const char *facts_header(const struct facts *f, const char *key)
{
	const char *value = facts_find_header(f, key);

	return value ? value : "";
}

bool row_value(const struct row *r, const char *key, char *buf, size_t size)
{
	size_t n = strlen(key);
	const char *p = r->value;

	for (; p && *p; p = strchr(p, ' '), p = p ? p + 1 : NULL) {
		if (strncmp(p, key, n) == 0 && p[n] == '=') {
			size_t len = strcspn(p + n + 1, " ");

			if (len >= size)
				return false;
			memcpy(buf, p + n + 1, len);
			buf[len] = '\0';
			return true;
		}
	}
	return false;
}

long long row_number(const struct row *r, const char *key)
{
	char buf[32], *end;
	long long v;

	if (!row_value(r, key, buf, sizeof(buf)) || !*buf)
		return -1;
	v = strtoll(buf, &end, 10);
	return *end ? -1 : v;
}

bool row_from(const struct row *r, const char *source, const char *name)
{
	const char *s = r->source;

	/* Asked of row after row: most differ in the first letter, which is worth no call. */
	while (*source && *s == *source) {
		s++;
		source++;
	}
	return !*source && *s == ':' && streq(s + 1, name);
}
