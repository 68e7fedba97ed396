/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/require.h"

#include <fnmatch.h>

#include "conformance/report/list.h"
#include "conformance/report/near.h"

#define SEPARATORS " \t\r\n,"

/* Where a word stands, for the one error sentence. */
struct place {
	const char *file; /* NULL: in the value itself */
	unsigned int line;
};

static int complain(const struct place *at, const char *word, const char *what, char **ret_error)
{
	_cleanup_text_ struct text near = { 0 };

	if (requirement_by_name(word) == REQ_COUNT)
		near_ids(word, &near);
	if (at->file)
		*ret_error = xasprintf("%s:%u: \"%s\" %s%s", at->file, at->line, word, what,
				       text_str(&near));
	else
		*ret_error = xasprintf("REQUIRE: \"%s\" %s%s", word, what, text_str(&near));
	return -EINVAL;
}

/* INFO requirements only measure: there is nothing to demand. Returns the ids @glob names. */
static unsigned int mark(struct require *q, const char *glob, bool *ret_info)
{
	unsigned int n = 0;
	int i;

	for (i = 0; i < REQ_COUNT; i++) {
		if (fnmatch(glob, requirements[i].id, 0) != 0)
			continue;
		*ret_info |= requirements[i].level == LEVEL_INFO;
		if (requirements[i].level == LEVEL_INFO)
			continue;
		q->on[i] = true;
		n++;
	}
	return n;
}

static int add_word(struct require *q, const struct place *at, const char *word, char **ret_error)
{
	bool info = false;

	if (mark(q, word, &info) > 0)
		return 0;
	if (info)
		return complain(at, word, "is INFO, which can't be required", ret_error);
	return complain(at, word,
			strpbrk(word, "*?[") ? "matches no requirement"
					     : "is no requirement (see `maskspec list`)",
			ret_error);
}

static int add_text(struct require *q, const char *file, char *text, char **ret_error)
{
	struct place at = { .file = file };
	char *line;

	while ((line = next_line(&text))) {
		char *state = NULL;
		char *word;
		int r;

		at.line++;
		line[strcspn(line, "#")] = '\0';
		word = strtok_r(line, SEPARATORS, &state);
		for (; word; word = strtok_r(NULL, SEPARATORS, &state)) {
			r = add_word(q, &at, word, ret_error);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int add_file(struct require *q, const char *path, char **ret_error)
{
	_cleanup_free_ char *text = NULL;
	int r;

	r = list_read("REQUIRE", path, &text, ret_error);
	if (r < 0)
		return r;
	return add_text(q, path, text, ret_error);
}

/* A word of the value. What has a slash is a path, so that a missing file is called one. */
static int add_value(struct require *q, const char *dir, const char *word, char **ret_error)
{
	_cleanup_free_ char *path = list_path(word, dir);
	bool plain = requirement_by_name(word) != REQ_COUNT || strpbrk(word, "*?[");

	if (strchr(word, '/') || (!plain && access(path, F_OK) == 0))
		return add_file(q, path, ret_error);
	return add_word(q, &(struct place){ 0 }, word, ret_error);
}

int require_parse(const char *value, const char *dir, struct require *ret, char **ret_error)
{
	_cleanup_free_ char *copy = xstrdup(value ? value : "");
	struct require q = { 0 };
	char *state = NULL;
	char *word;
	int r;

	for (word = strtok_r(copy, SEPARATORS, &state); word;
	     word = strtok_r(NULL, SEPARATORS, &state)) {
		r = add_value(&q, dir, word, ret_error);
		if (r < 0)
			return r;
	}
	*ret = q;
	return 0;
}

enum level require_level(const struct require *q, enum requirement_id id)
{
	enum level level = requirements[id].level;

	return q->on[id] && level == LEVEL_SHOULD ? LEVEL_MUST : level;
}
