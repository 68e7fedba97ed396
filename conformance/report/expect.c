/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/expect.h"

#include <fnmatch.h>

#include "conformance/report/list.h"
#include "conformance/report/near.h"
#include "conformance/report/output.h"

#define COLUMNS 5

static void entry_free(struct expect_entry *e)
{
	free(e->runtime);
	free(e->kernel);
	range_free(&e->versions);
	range_free(&e->kernels);
	free(e->reason);
	free(e->until);
	free(e->owner);
	free(e->link);
}

void expects_free(struct expects *e)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		entry_free(&e->entries[i]);
	free(e->entries);
	free(e->file);
	*e = (struct expects){ 0 };
}

/* Lines --------------------------------------------------------------------------------------- */

/* Cuts blanks at both ends, and the CR of an editor. */
static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t\r");
	for (n = strlen(s); n > 0 && strchr(" \t\r", s[n - 1]); n--)
		s[n - 1] = '\0';
	return s;
}

/* Cuts @line at its runs of tabs; the last column takes the rest. Returns their number. */
static size_t split(char *line, char **columns, size_t max)
{
	size_t n = 0;

	for (line = trim(line); *line && n < max; n++) {
		char *tab = n + 1 < max ? strchr(line, '\t') : NULL;

		columns[n] = line;
		line = tab ? tab + strspn(tab, " \t") : line + strlen(line);
		if (tab)
			*tab = '\0';
		columns[n] = trim(columns[n]);
	}
	return n;
}

static bool is_comment(const char *line)
{
	line += strspn(line, " \t\r");
	return *line == '\0' || *line == '#';
}

/* Returns what is wrong with the line, owned by the caller, or NULL. */
static char *read_withheld(const char *number, struct expect_entry *e)
{
	char *end;
	unsigned long n = strtoul(number, &end, 10);

	e->id = REQ_COUNT;
	if (*end || n == 0 || n > REQ_COUNT || *number == '-' || *number == '+')
		return xasprintf("\"%s\" is no number of withheld falls: write 1 to %d", number,
				 REQ_COUNT);
	e->withheld = (unsigned int)n;
	return NULL;
}

static char *read_fall(const char *id, const char *verdict, struct expect_entry *e)
{
	static const enum verdict falls[] = { VERDICT_FAIL, VERDICT_SKIP, VERDICT_BROKEN };
	_cleanup_text_ struct text near = { 0 };
	size_t i;

	e->id = requirement_by_name(id);
	if (e->id == REQ_COUNT) {
		near_ids(id, &near);
		return xasprintf("\"%s\" is no requirement (see `maskspec list`)%s", id,
				 text_str(&near));
	}
	for (i = 0; i < ARRAY_SIZE(falls); i++)
		if (streq(verdict, verdict_names[falls[i]]))
			e->verdict = falls[i];
	e->sometimes = streq(verdict, "sometimes");
	e->or_skip = streq(verdict, "fail|skip");
	if (e->sometimes || e->or_skip)
		e->verdict = VERDICT_FAIL;
	if (e->verdict == VERDICT_NOT_DUE)
		return xasprintf("\"%s\" is no verdict to expect: write fail, sometimes, "
				 "fail|skip, skip or broken",
				 verdict);
	return NULL;
}

/* Either column's error, by its name. */
static char *in_column(const char *column, const char *text, char *wrong)
{
	_cleanup_free_ char *owned = wrong;

	return owned ? xasprintf("%s \"%s\": %s", column, text, owned) : NULL;
}

static char *read_runtime(const char *text, struct expect_entry *e)
{
	size_t name = strcspn(text, " ");
	char *wrong = NULL;

	if (!range_is_meant(text)) {
		e->runtime = xstrdup(text);
		return NULL;
	}
	e->runtime = xstrndup(text, name);
	if (range_is_meant(e->runtime))
		wrong = xstrdup("write the runtime's name and a blank before its versions");
	else
		range_parse(text + name, &e->versions, &wrong);
	return in_column("RUNTIME VERSION", text, wrong);
}

static char *read_kernel(const char *text, struct expect_entry *e)
{
	char *wrong = NULL;

	if (range_is_meant(text))
		range_parse(text, &e->kernels, &wrong);
	else
		e->kernel = xstrdup(text);
	return in_column("KERNEL", text, wrong);
}

static char *read_reason(char *text, struct expect_entry *e)
{
	char *words = expect_cut_words(text);
	char *tab;

	while ((tab = strchr(text, '\t')))
		*tab = ' ';
	e->reason = xstrdup(trim(text));
	if (strip_prefix(e->reason, EXPECT_FIXME))
		return xstrdup("the reason is still to be written: say why this falls in place "
			       "of " EXPECT_FIXME);
	return words ? expect_read_words(words, e) : NULL;
}

static char *read_line(char *line, struct expect_entry *e)
{
	char *columns[COLUMNS];
	size_t n = split(line, columns, COLUMNS);
	char *wrong;

	if (n < COLUMNS - 1)
		return xasprintf("%zu columns: write five with tabs between, RUNTIME VERSION, "
				 "KERNEL, ID, fail|sometimes|skip|broken, reason",
				 n);
	if (streq(columns[2], "withheld"))
		wrong = read_withheld(columns[3], e);
	else
		wrong = read_fall(columns[2], columns[3], e);
	if (!wrong)
		wrong = read_runtime(columns[0], e);
	if (!wrong)
		wrong = read_kernel(columns[1], e);
	if (wrong)
		return wrong;
	if (n < COLUMNS)
		return xstrdup("no reason: say in a fifth column, behind a tab, why this falls");
	return read_reason(columns[4], e);
}

/* Files --------------------------------------------------------------------------------------- */

int expect_parse(const char *file, char *text, struct expects *ret, char **ret_error)
{
	_cleanup_expects_ struct expects e = { .file = xstrdup(file) };
	unsigned int number = 0;
	char *line;

	while ((line = next_line(&text))) {
		struct expect_entry entry = { .line = ++number };
		_cleanup_free_ char *wrong = NULL;

		if (is_comment(line))
			continue;
		wrong = read_line(line, &entry);
		if (wrong) {
			entry_free(&entry);
			*ret_error = xasprintf("%s:%u: %s", file, number, wrong);
			return -EINVAL;
		}
		GROW(e.entries, e.n);
		e.entries[e.n++] = entry;
	}
	*ret = e;
	e = (struct expects){ 0 };
	return 0;
}

int expect_load(const char *value, const char *dir, struct expects *ret, char **ret_error)
{
	_cleanup_free_ char *path = list_path(value, dir);
	_cleanup_free_ char *text = NULL, *error = NULL;
	int r;

	r = list_read("EXPECT", path, &text, &error);
	if (r < 0) {
		_cleanup_free_ char *choices = list_choices(path, dir);

		*ret_error = xasprintf("%s%s", error, choices);
		return r;
	}
	r = expect_parse(path, text, ret, &error);
	if (r < 0)
		*ret_error = xasprintf("EXPECT: %s", error);
	return r;
}

/* A report ------------------------------------------------------------------------------------ */

static bool is_runtime(const struct report *r, const struct expect_entry *e)
{
	_cleanup_free_ char *name = report_runtime_name(r);
	_cleanup_free_ char *version = report_runtime_version(r);
	_cleanup_free_ char *both = xasprintf("%s %s", name, version);

	if (e->versions.n)
		return fnmatch(e->runtime, name, FNM_EXTMATCH) == 0 &&
		       range_holds(&e->versions, version);
	return fnmatch(e->runtime, both, FNM_EXTMATCH) == 0;
}

static bool is_kernel(const struct report *r, const struct expect_entry *e)
{
	if (e->kernels.n)
		return range_holds(&e->kernels, str(r->kernel));
	return fnmatch(e->kernel, str(r->kernel), 0) == 0;
}

static struct result *result_of(struct report *r, enum requirement_id id)
{
	size_t i;

	for (i = 0; i < r->n_results; i++)
		if (r->results[i].id == id && r->results[i].verdict != VERDICT_NOT_DUE)
			return &r->results[i];
	return NULL;
}

static void set_reason(struct result *res, const struct expect_entry *e)
{
	free(res->expect_reason);
	res->expect_reason = expect_reason(e);
}

/* Only a whole run of everything can tell that an entry is stale because nothing was seen. */
static bool looked_everywhere(const struct report *r)
{
	return !r->partial && streq(str(r->profile), "all");
}

static void apply_fall(struct report *r, const char *file, const struct expect_entry *e,
		       struct text *unused)
{
	struct result *res = result_of(r, e->id);

	if (res && res->verdict == e->verdict) {
		res->expected_fall = e->verdict != VERDICT_SKIP;
		set_reason(res, e);
	} else if (res && res->verdict == VERDICT_SKIP && e->or_skip) {
		set_reason(res, e);
	} else if (res && res->verdict == VERDICT_PASS) {
		if (e->sometimes)
			return;
		res->unexpected_pass = true;
		set_reason(res, e);
	} else if (res || looked_everywhere(r)) {
		text_addf(unused, "%s:%u: %s: expected %s, found %s\n", file, e->line,
			  requirements[e->id].id, verdict_names[e->verdict],
			  res ? verdict_names[res->verdict] : "nothing");
	}
}

/* Which ones these are follows from the file, the versions and the date: it tells nothing of what
 * fell, as long as no id stands here that would be hidden. */
static void note_expired(const struct report *r, const char *file, const struct expect_entry *e,
			 struct text *expired)
{
	_cleanup_free_ char *words = NULL;

	if (!expect_is_expired(e, r))
		return;
	words = expect_words(e);
	text_addf(expired, "%s:%u: %s\n", file, e->line, words);
}

static void replace(char **s, const struct text *by)
{
	free(*s);
	*s = xstrdup(text_str(by));
}

void expect_apply(struct report *r, const struct expects *e)
{
	_cleanup_text_ struct text unused = { 0 }, expired = { 0 };
	unsigned int listed = 0;
	size_t i;

	free(r->withheld_reason);
	r->withheld_reason = NULL;
	for (i = 0; i < e->n; i++) {
		const struct expect_entry *entry = &e->entries[i];

		if (!is_runtime(r, entry) || !is_kernel(r, entry))
			continue;
		note_expired(r, e->file, entry, &expired);
		listed += entry->withheld;
		if (entry->id < REQ_COUNT) {
			apply_fall(r, e->file, entry, &unused);
			continue;
		}
		free(r->withheld_reason);
		r->withheld_reason = expect_reason(entry);
	}
	r->withheld_allowed = listed;
	replace(&r->unused_expects, &unused);
	replace(&r->expired_expects, &expired);
}
