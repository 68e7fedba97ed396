/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Edits of facts, chosen by a generator of numbers: of one seed always the same. Some take evidence
 * away and add none; the others say something that was not observed.
 */
#pragma once

#include "conformance/tests/spoil.h"

#include <inttypes.h>

struct editor {
	struct facts f; /* its rows are a copy, all else is the original's */
	uint64_t number;
	struct text said; /* what was done */
	char **pool;	  /* strings that rows point to */
	size_t n_pool;
};

static inline void editor_free(struct editor *e)
{
	size_t i;

	for (i = 0; i < e->n_pool; i++)
		free(e->pool[i]);
	free(e->pool);
	free(e->f.rows);
	text_free(&e->said);
}
#define _cleanup_editor_ _cleanup_(editor_free)

static inline struct editor editor_of(const struct facts *f, uint64_t seed)
{
	struct editor e = { .f = *f, .number = seed * UINT64_C(0x9e3779b97f4a7c15) | 1 };

	e.f.rows = xcalloc(f->n_rows + 1, sizeof(*f->rows));
	memcpy(e.f.rows, f->rows, f->n_rows * sizeof(*f->rows));
	return e;
}

static inline char *pooled(struct editor *e, char *s)
{
	GROW(e->pool, e->n_pool);
	return e->pool[e->n_pool++] = s;
}

/* xorshift64*: below @n. */
static inline size_t any_of(struct editor *e, size_t n)
{
	e->number ^= e->number >> 12;
	e->number ^= e->number << 25;
	e->number ^= e->number >> 27;
	return n ? (size_t)((e->number * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % n : 0;
}

static inline struct row *any_row(struct editor *e)
{
	return &e->f.rows[any_of(e, e->f.n_rows)];
}

/* Another row of the same operation, or the same one. */
static inline struct row *any_like(struct editor *e, const struct row *r)
{
	size_t i, from = any_of(e, e->f.n_rows);

	for (i = 0; i < e->f.n_rows; i++) {
		struct row *other = &e->f.rows[(from + i) % e->f.n_rows];

		if (other != r && other->op == r->op && !streq(other->result, "end"))
			return other;
	}
	return &e->f.rows[r - e->f.rows];
}

/* Mount tables are most of the rows, but not most of what is judged. */
static inline struct row *telling_row(struct editor *e)
{
	struct row *r = any_row(e);
	int i;

	for (i = 0; i < 8 && r->op == OP_MOUNTINFO; i++)
		r = any_row(e);
	return r;
}

static inline void note(struct editor *e, const char *edit, const struct row *r)
{
	text_addf(&e->said, " %s(%s %s %s %s)", edit, r->source, r->phase,
		  r->op < OP_COUNT ? op_info[r->op].name : "?", r->path);
}

/* As the driver would have written it had this been said: no loss is seen by the number. */
static inline void recounted(struct editor *e)
{
	size_t i, n;

	for (i = 0; i < e->f.n_rows; i++) {
		struct row *r = &e->f.rows[i];
		const char *name = strip_prefix(r->source, "driver:");
		long rows = 0;

		if (r->op != OP_PROBED || !name)
			continue;
		for (n = 0; n < e->f.n_rows; n++)
			rows += row_from(&e->f.rows[n], "probe", name);
		r->value = pooled(e, xasprintf("%ld", rows));
	}
}

/* Taking away ---------------------------------------------------------------------------------- */

static inline void row_gone(struct row *r)
{
	*r = (struct row){ text_const(""), text_const(""), AS_UNKNOWN,	  OP_UNKNOWN,
			   text_const(""), text_const(""), text_const("") };
}

static inline void drop_one(struct editor *e)
{
	struct row *r = telling_row(e);

	note(e, "drop", r);
	row_gone(r);
}

static inline void drop_some(struct editor *e)
{
	size_t every = 2 + any_of(e, 100), i;

	text_addf(&e->said, " drop-one-of-%zu", every);
	for (i = 0; i < e->f.n_rows; i++)
		if (any_of(e, every) == 0)
			row_gone(&e->f.rows[i]);
}

static inline bool alike(const struct row *a, const struct row *b, size_t by)
{
	switch (by) {
	case 0:
		return a->op == b->op;
	case 1:
		return streq(a->phase, b->phase);
	case 2:
		return streq(a->source, b->source);
	case 3:
		return a->as == b->as;
	case 4:
		return streq(a->path, b->path);
	default:
		return a->op == b->op && streq(a->source, b->source) && streq(a->phase, b->phase);
	}
}

/* All rows that are like one, or all that are not. */
static inline void drop_by(struct editor *e, const char *edit, bool like)
{
	const struct row of = *telling_row(e);
	size_t by = any_of(e, 6), i;

	note(e, edit, &of);
	text_addf(&e->said, "by-%zu", by);
	for (i = 0; i < e->f.n_rows; i++)
		if (alike(&e->f.rows[i], &of, by) == like)
			row_gone(&e->f.rows[i]);
}

static inline void drop_group(struct editor *e)
{
	drop_by(e, "drop-group", true);
}

static inline void keep_group(struct editor *e)
{
	drop_by(e, "keep-group", false);
}

static inline void drop_tail(struct editor *e)
{
	size_t i, from = any_of(e, e->f.n_rows);

	text_addf(&e->said, " drop-from-%zu", from);
	for (i = from; i < e->f.n_rows; i++)
		row_gone(&e->f.rows[i]);
}

static inline void drop_head(struct editor *e)
{
	size_t i, to = any_of(e, e->f.n_rows);

	text_addf(&e->said, " drop-to-%zu", to);
	for (i = 0; i < to; i++)
		row_gone(&e->f.rows[i]);
}

static inline void no_value(struct editor *e)
{
	struct row *r = telling_row(e);

	note(e, "no-value", r);
	r->value = text_const("");
}

static inline void no_result(struct editor *e)
{
	struct row *r = telling_row(e);

	note(e, "no-result", r);
	r->result = text_const("");
}

static inline void cut_value(struct editor *e)
{
	struct row *r = telling_row(e);

	note(e, "cut-value", r);
	r->value = pooled(e, xstrndup(r->value, any_of(e, strlen(r->value) + 1)));
}

static inline void unknown_op(struct editor *e)
{
	struct row *r = telling_row(e);

	note(e, "unknown-op", r);
	r->op = OP_UNKNOWN;
}

static inline void unknown_phase(struct editor *e)
{
	struct row *r = telling_row(e);

	note(e, "unknown-phase", r);
	r->phase = text_const("lost");
}

static inline void unknown_path(struct editor *e)
{
	struct row *r = telling_row(e);

	note(e, "unknown-path", r);
	r->path = text_const("/lost");
}

/* Saying otherwise ---------------------------------------------------------------------------- */

static inline void swap_values(struct editor *e)
{
	struct row *a = telling_row(e), *b = any_like(e, a), t = *a;

	note(e, "swap-values", a);
	a->result = b->result, b->result = t.result;
	a->value = b->value, b->value = t.value;
}

static inline void swap_paths(struct editor *e)
{
	struct row *a = telling_row(e), *b = any_like(e, a), t = *a;

	note(e, "swap-paths", a);
	a->path = b->path, b->path = t.path;
}

static inline void other_errno(struct editor *e)
{
	static const char *const names[] = {
		"ok",	  "EROFS",  "EACCES",	   "EPERM",  "EINVAL",
		"ENOENT", "ENOTTY", "unavailable", "exit:1", "deadline"
	};
	struct row *r = telling_row(e);

	note(e, "other-errno", r);
	r->result = text_const(names[any_of(e, ARRAY_SIZE(names))]);
}

/* Of a mount, the device; else the first number of the value. */
static inline void other_number(struct editor *e)
{
	struct row *r = any_row(e);
	const char *colon = r->op == OP_MOUNTINFO ? strchr(r->value, ':') : NULL;
	const char *at = colon ? colon + 1 : r->value + strcspn(r->value, "0123456789");

	note(e, "other-number", r);
	r->value = pooled(e, xasprintf("%.*s%zu%s", (int)(at - r->value), r->value, any_of(e, 99),
				       at + strspn(at, "0123456789")));
}

static inline void other_identity(struct editor *e)
{
	struct row *r = telling_row(e);

	note(e, "other-identity", r);
	r->as = (enum identity)any_of(e, AS_COUNT + 1);
}

static inline void other_phase(struct editor *e)
{
	struct row *r = telling_row(e);

	note(e, "other-phase", r);
	r->phase = any_row(e)->phase;
}

static inline void other_source(struct editor *e)
{
	struct row *r = telling_row(e);

	note(e, "other-source", r);
	r->source = any_row(e)->source;
}

static inline void again(struct editor *e, const char *edit, const struct row *r)
{
	note(e, edit, r);
	e->f.rows = realloc(e->f.rows, (e->f.n_rows + 1) * sizeof(*e->f.rows));
	e->f.rows[e->f.n_rows++] = *r;
}

static inline void duplicate(struct editor *e)
{
	const struct row r = *telling_row(e);

	again(e, "duplicate", &r);
}

/* How a command of a runtime ended: on that, and on no row of a probe, refusals rest. */
static inline void other_end(struct editor *e)
{
	static const char *const ends[] = { "ok", "exit:1", "deadline", "signal:9" };
	size_t i, from = any_of(e, e->f.n_rows);

	for (i = 0; i < e->f.n_rows; i++) {
		struct row *r = &e->f.rows[(from + i) % e->f.n_rows];

		if (r->op != OP_EXIT)
			continue;
		note(e, "other-end", r);
		r->result = text_const(ends[any_of(e, ARRAY_SIZE(ends))]);
		return;
	}
}

/* Of removals evidence goes and none comes. Those from MOVES on take a row to another place, where
 * it may stand for one that is taken away later: facts to begin with are not made so. */
#define MOVES 5
static const struct edit {
	const char *name;
	void (*apply)(struct editor *e);
} removals[] = {
	{ "drop", drop_one },
	{ "drop-some", drop_some },
	{ "drop-group", drop_group },
	{ "keep-group", keep_group },
	{ "drop-tail", drop_tail },
	{ "drop-head", drop_head },
	{ "no-value", no_value },
	{ "no-result", no_result },
	{ "unknown-op", unknown_op },
	{ "unknown-phase", unknown_phase },
	{ "unknown-path", unknown_path },
}, inventions[] = {
	{ "swap-values", swap_values },
	{ "cut-value", cut_value },
	{ "other-errno", other_errno },
	{ "other-number", other_number },
	{ "other-end", other_end },
	{ "swap-paths", swap_paths },
	{ "other-identity", other_identity },
	{ "other-phase", other_phase },
	{ "other-source", other_source },
	{ "duplicate", duplicate },
};
