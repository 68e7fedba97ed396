/* SPDX-License-Identifier: Apache-2.0 */
/* Pure: what the text of a configured path says about it. */
#include "reference/mask.h"
#include "reference/util.h"

/* Removes the last component that was written to @out. */
static size_t drop_last(const char *out, size_t n)
{
	while (n > 0 && out[n - 1] != '/')
		n--;
	return n > 0 ? n - 1 : 0;
}

int mask_clean_path(const char *path, char **ret)
{
	_cleanup_free_ char *out = NULL;
	size_t n = 0;

	if (*path != '/')
		return -EINVAL;
	out = malloc(strlen(path) + 2);
	if (!out)
		return -ENOMEM;
	while (*path) {
		size_t len;

		path += strspn(path, "/");
		len = strcspn(path, "/");
		if (len == 2 && strncmp(path, "..", 2) == 0) {
			n = drop_last(out, n);
		} else if (len > 0 && !(len == 1 && *path == '.')) {
			out[n++] = '/';
			memcpy(out + n, path, len);
			n += len;
		}
		path += len;
	}
	if (n == 0)
		out[n++] = '/';
	out[n] = '\0';
	*ret = TAKE_PTR(out);
	return 0;
}

/* `N` stands for a number as procfs takes it, anything else for itself. */
static const struct {
	enum mask_alias form;
	const char *pattern;
} alias_forms[] = {
	{ MASK_ALIAS_SELF, "/proc/self/fd/N" },
	{ MASK_ALIAS_THREAD_SELF, "/proc/thread-self/fd/N" },
	{ MASK_ALIAS_PID, "/proc/N/fd/N" },
	{ MASK_ALIAS_SELF_TASK, "/proc/self/task/N/fd/N" },
	{ MASK_ALIAS_PID_TASK, "/proc/N/task/N/fd/N" },
};

/*
 * Length of the number @s begins with, 0 when procfs would not take it for one: digits without a
 * leading zero, below the bound at which the kernel gives up (linux 0000ff2523df fs/proc/util.c
 * name_to_int). Another reading would be somebody else's descriptor.
 */
static size_t number_length(const char *s)
{
	const unsigned int limit = (~0U - 9) / 10;
	unsigned int n = 0;
	size_t len = 0;

	for (; s[len] >= '0' && s[len] <= '9'; len++) {
		if (n >= limit)
			return 0;
		n = 10 * n + (unsigned int)(s[len] - '0');
	}
	return len > 1 && *s == '0' ? 0 : len;
}

static bool matches(const char *pattern, const char *path)
{
	for (; *pattern; pattern++) {
		size_t digits;

		if (*pattern != 'N') {
			if (*path++ != *pattern)
				return false;
			continue;
		}
		digits = number_length(path);
		if (digits == 0)
			return false;
		path += digits;
	}
	return *path == '\0';
}

/* No process has the number 0: what stands there names nothing. */
static bool has_pid_zero(const char *path)
{
	return strip_prefix(path, "/proc/0/") || strstr(path, "/task/0/");
}

enum mask_alias mask_classify(const char *path)
{
	_cleanup_free_ char *clean = NULL;

	/* Most entries are nowhere near procfs' descriptors, and cost nothing. */
	if (!strstr(path, "fd") || mask_clean_path(path, &clean) < 0 || has_pid_zero(clean))
		return MASK_ALIAS_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(alias_forms); i++)
		if (matches(alias_forms[i].pattern, clean))
			return alias_forms[i].form;
	return MASK_ALIAS_NONE;
}
