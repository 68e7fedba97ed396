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

/* `N` stands for a decimal number, anything else for itself. */
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

static bool matches(const char *pattern, const char *path)
{
	for (; *pattern; pattern++) {
		size_t digits;

		if (*pattern != 'N') {
			if (*path++ != *pattern)
				return false;
			continue;
		}
		digits = strspn(path, "0123456789");
		if (digits == 0)
			return false;
		path += digits;
	}
	return *path == '\0';
}

enum mask_alias mask_classify(const char *path)
{
	_cleanup_free_ char *clean = NULL;

	if (mask_clean_path(path, &clean) < 0)
		return MASK_ALIAS_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(alias_forms); i++)
		if (matches(alias_forms[i].pattern, clean))
			return alias_forms[i].form;
	return MASK_ALIAS_NONE;
}
