/* SPDX-License-Identifier: Apache-2.0 */
#include <fnmatch.h>

#include "conformance/report/expect.h"
#include "conformance/report/list.h"
#include "conformance/report/output.h"

/* The file's name for the runtime, or its own: one word too much withheld is the safe error. */
static bool is_runtime(const struct report *r, const char *name, const char *version)
{
	_cleanup_free_ char *own_name = report_runtime_name(r);
	_cleanup_free_ char *own_version = report_runtime_version(r);

	return (fnmatch(name, own_name, 0) == 0 || fnmatch(name, str(r->runtime_name), 0) == 0) &&
	       fnmatch(version, own_version, 0) == 0;
}

static void mark(struct report *r, enum requirement_id id)
{
	size_t i;

	for (i = 0; i < r->n_results; i++)
		if (r->results[i].id == id && r->results[i].verdict != VERDICT_NOT_DUE)
			r->results[i].withheld = true;
}

/* False where the line is neither an entry nor a comment. */
static bool read_line(struct report *r, char *line)
{
	char *state = NULL;
	char *name, *version, *id;
	enum requirement_id req;

	name = strtok_r(line, "\t\r", &state);
	if (!name || name[strspn(name, " ")] == '\0' || name[strspn(name, " ")] == '#')
		return true;
	version = strtok_r(NULL, "\t\r", &state);
	id = strtok_r(NULL, "\t\r", &state);
	if (!id || strtok_r(NULL, "\t\r", &state))
		return false;
	req = requirement_by_name(id);
	if (req == REQ_COUNT)
		return false;
	if (is_runtime(r, name, version))
		mark(r, req);
	return true;
}

int withheld_apply(struct report *r, const char *path, char **ret_error)
{
	_cleanup_free_ char *text = NULL;
	unsigned int number = 0;
	char *rest;
	char *line;
	int err;

	err = list_read("WITHHELD", path, &text, ret_error);
	if (err < 0)
		return err;
	for (rest = text; (line = next_line(&rest));) {
		number++;
		if (read_line(r, line))
			continue;
		*ret_error = xasprintf("WITHHELD, line %u: write RUNTIME, VERSION and the id of "
				       "a requirement, with tabs between",
				       number);
		return -EINVAL;
	}
	r->withheld_listed = true;
	return 0;
}

/* EXPECT names it with another verdict, or not at all. */
static bool is_unnamed(const struct result *res)
{
	return (res->verdict == VERDICT_FAIL || res->verdict == VERDICT_BROKEN) &&
	       !res->expected_fall;
}

static char *mismatch(const struct report *r, unsigned int found, unsigned int unlisted)
{
	bool lists = r->withheld_listed && unlisted;
	unsigned int n = lists ? unlisted : found;
	unsigned int allowed = lists ? 0 : r->withheld_allowed;

	if (!r->published)
		return xasprintf("EXPECT counts %u withheld falls, %u were found", allowed, found);
	return xasprintf("%u %s not named by EXPECT%s and not shown, %u %s allowed; see a run "
			 "without PUBLISH",
			 n, n == 1 ? "fall is" : "falls are", lists ? " or WITHHELD" : "", allowed,
			 allowed == 1 ? "is" : "are");
}

/* A line about a hidden result would name it: by its id, or by its number in EXPECT's file. */
static void drop_unused(struct report *r)
{
	_cleanup_text_ struct text kept = { 0 };
	char *rest = r->unused_expects;
	char *line;

	while (rest && (line = next_line(&rest)))
		if (!output_names_withheld(r, line))
			text_addf(&kept, "%s\n", line);
	free(r->unused_expects);
	r->unused_expects = xstrdup(text_str(&kept));
}

/* The number is that of everything; a run of a part may well find fewer. */
static bool may_find_fewer(const struct report *r)
{
	return r->partial || !streq(str(r->profile), "all");
}

void withheld_conclude(struct report *r)
{
	unsigned int found = 0, unlisted = 0;
	bool fits;
	size_t i;

	free(r->withheld_mismatch);
	r->withheld_mismatch = NULL;
	if (!r->published && !r->withheld_allowed)
		return;
	for (i = 0; i < r->n_results; i++) {
		found += is_unnamed(&r->results[i]);
		unlisted += is_unnamed(&r->results[i]) && !r->results[i].withheld;
	}
	fits = found == r->withheld_allowed || (may_find_fewer(r) && found < r->withheld_allowed);
	fits = fits && !(r->withheld_listed && unlisted);
	if (!fits)
		r->withheld_mismatch = mismatch(r, found, unlisted);
	for (i = 0; i < r->n_results; i++) {
		struct result *res = &r->results[i];

		if (!is_unnamed(res))
			continue;
		res->withheld = true;
		res->expected_fall = fits;
		free(res->expect_reason);
		res->expect_reason = fits ? xstrdup(str(r->withheld_reason)) : NULL;
	}
	if (r->published)
		drop_unused(r);
}
