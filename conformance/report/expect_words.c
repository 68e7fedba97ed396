/* SPDX-License-Identifier: Apache-2.0 */
/* The sixth column of EXPECT: who has to look at an entry, where more is said, until when it holds.
 */
#include <ctype.h>
#include <stddef.h>

#include "conformance/report/expect.h"
#include "conformance/report/output.h"

/* Values -------------------------------------------------------------------------------------- */

static bool is_written_as_date(const char *s)
{
	static const char form[] = "dddd-dd-dd";
	size_t i;

	for (i = 0; form[i]; i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)s[i]) : s[i] != form[i])
			return false;
	return true;
}

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* A day of the calendar, as 2027-01-31. */
static bool is_date(const char *s)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int month, day;

	if (!is_written_as_date(s) || s[strlen("2027-01-31")] != '\0')
		return false;
	month = atoi(s + strlen("2027-"));
	day = atoi(s + strlen("2027-01-"));
	if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
		return false;
	return month != 2 || day < 29 || is_leap(atoi(s));
}

/* A number alone, or a date that is written otherwise, would be a version that never comes. */
static bool is_until(const char *s)
{
	return is_date(s) || (version_is_plain(s) && strchr(s, '.'));
}

static bool is_owner(const char *s)
{
	return *s != '\0';
}

/* Nothing that a browser would run. */
static bool is_link(const char *s)
{
	const char *rest = strip_prefix(s, "https://");

	if (!rest)
		rest = strip_prefix(s, "http://");
	return rest && *rest;
}

/* The column ---------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	size_t at; /* in struct expect_entry */
	bool (*is_right)(const char *value);
	const char *how;
	const char *said; /* before the value */
} words[] = {
	{ "until", offsetof(struct expect_entry, until), is_until,
	  "a day as 2027-01-31, or a version of the runtime as 1.5.0", "until " },
	{ "owner", offsetof(struct expect_entry, owner), is_owner, "a name without blanks",
	  "owner " },
	{ "link", offsetof(struct expect_entry, link), is_link,
	  "an address that begins with https://", "" },
};

static char **slot_of(const struct expect_entry *e, size_t word)
{
	return (char **)((uintptr_t)e + words[word].at);
}

/* Index of the word that the @n bytes at @s name. */
static size_t find_word(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i].name) == n && strncmp(words[i].name, s, n) == 0)
			break;
	return i;
}

/* A misspelt word with its =, and a right one without, too: neither may pass for a reason. */
static bool begins_words(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz");

	return n > 0 && (s[n] == '=' || find_word(s, n) < ARRAY_SIZE(words));
}

char *expect_cut_words(char *reason)
{
	char *tab;

	for (tab = strchr(reason, '\t'); tab; tab = strchr(tab + 1, '\t')) {
		if (!begins_words(tab + 1 + strspn(tab + 1, " \t")))
			continue;
		*tab = '\0';
		return tab + 1;
	}
	return NULL;
}

static char *read_word(const char *word, struct expect_entry *e)
{
	size_t n = strcspn(word, "=");
	size_t i = find_word(word, n);
	const char *value = word + n + 1;

	if (word[n] != '=' || i == ARRAY_SIZE(words))
		return xasprintf("\"%s\": behind the reason and a tab stand until=, owner= and "
				 "link=, each with its value",
				 word);
	if (*slot_of(e, i))
		return xasprintf("\"%s\": there are two of %s", word, words[i].name);
	if (!words[i].is_right(value))
		return xasprintf("\"%s\": write %s= and %s", word, words[i].name, words[i].how);
	*slot_of(e, i) = xstrdup(value);
	return NULL;
}

char *expect_read_words(char *column, struct expect_entry *e)
{
	char *state = NULL, *word, *wrong = NULL;

	for (word = strtok_r(column, " \t", &state); word && !wrong;
	     word = strtok_r(NULL, " \t", &state))
		wrong = read_word(word, e);
	return wrong;
}

/* What it says ------------------------------------------------------------------------------- */

char *expect_words(const struct expect_entry *e)
{
	_cleanup_text_ struct text t = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		const char *value = *slot_of(e, i);

		if (value)
			text_addf(&t, "%s%s%s", t.len ? ", " : "", words[i].said, value);
	}
	return xstrdup(text_str(&t));
}

char *expect_reason(const struct expect_entry *e)
{
	_cleanup_free_ char *more = expect_words(e);

	return *more ? xasprintf("%s (%s)", e->reason, more) : xstrdup(e->reason);
}

bool expect_is_expired(const struct expect_entry *e, const struct report *r)
{
	_cleanup_free_ char *version = report_runtime_version(r);

	if (!e->until)
		return false;
	if (is_date(e->until))
		return is_written_as_date(str(r->started)) &&
		       strncmp(r->started, e->until, strlen(e->until)) >= 0;
	return version_is_plain(version) && version_compare(version, e->until) >= 0;
}
