/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/judge/rows.h"

bool row_ok(const struct row *r)
{
	return streq(r->result, "ok");
}

static bool value_is(const struct row *r, const char *key, const char *want)
{
	char buf[64];

	return row_value(r, key, buf, sizeof(buf)) && streq(buf, want);
}

bool row_not_null(const struct row *r)
{
	return row_ok(r) && !(value_is(r, "type", "chr") && value_is(r, "rdev", "1:3"));
}

/* An open that fails exposes nothing; whether it is a mask is row_not_masked()'s question. */
bool row_exposes(const struct row *r)
{
	if (!row_ok(r))
		return false;
	if (value_is(r, "type", "dir"))
		return row_number(r, "entries") != 0 && value_is(r, "open", "ok");
	if (value_is(r, "type", "file"))
		return row_number(r, "bytes") != 0;
	return row_not_null(r);
}

/* EACCES is how a mask may look to an ordinary user, never to root. */
bool row_not_masked(const struct row *r)
{
	if (row_exposes(r))
		return true;
	if (!row_ok(r))
		return !(streq(r->result, "EACCES") && r->as == AS_USER);
	return !value_is(r, "open", "ok") && r->as != AS_USER;
}

bool row_weak_mask(const struct row *r)
{
	return r->op == OP_LOOK ? row_not_masked(r) : row_ok(r);
}

bool row_fs_writable(const struct row *r)
{
	return !row_ok(r) || row_number(r, "ro") != 1;
}

bool row_shows(const struct row *r)
{
	char buf[64];

	if (!row_ok(r))
		return (r->op == OP_EXEC && streq(r->result, "ENOEXEC")) ||
		       (r->op == OP_UNLINKMISSING && streq(r->result, "ENOENT"));
	if (r->op == OP_LOOK)
		return value_is(r, "open", "ok") &&
		       (row_number(r, "entries") > 0 || row_number(r, "bytes") > 0);
	if (r->op == OP_LIST)
		return row_number(r, "entries") > 0;
	if (r->op == OP_READ || r->op == OP_WRITE)
		return row_number(r, "bytes") > 0;
	if (r->op == OP_STAT)
		return row_value(r, "type", buf, sizeof(buf));
	if (r->op == OP_STATFS)
		return row_number(r, "ro") >= 0 && row_number(r, "blocks") >= 0;
	if (r->op == OP_LINKS)
		return row_number(r, "outside") > 0;
	return true;
}

bool is_untried(const char *outcome)
{
	return !*outcome || has_word("lost uncovered EMFILE ENFILE ENOMEM", outcome);
}

void row_say(const struct row *r, struct text *out)
{
	text_addf(out, "%s%s: %s %s", out->len ? "; " : "", r->path, r->result, r->value);
}
