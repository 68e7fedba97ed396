/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/list.h"

#include <fcntl.h>

#define LIST_MAX (1u << 20)

int list_read(const char *what, const char *path, char **ret_text, char **ret_error)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r;

	r = read_file_at(AT_FDCWD, path, LIST_MAX, &text, &len);
	if (r < 0) {
		*ret_error = xasprintf("%s: cannot read %s: %s", what, path, errno_name(r));
		return -EINVAL;
	}
	if (strlen(text) != len) {
		*ret_error =
			xasprintf("%s: %s contains a NUL byte: it must be plain text", what, path);
		return -EINVAL;
	}
	*ret_text = TAKE_PTR(text);
	return 0;
}

char *list_path(const char *value, const char *dir)
{
	_cleanup_free_ char *named = xasprintf("%s/%s", dir, value);

	if (!strchr(value, '/') && access(named, F_OK) == 0)
		return TAKE_PTR(named);
	return xstrdup(value);
}
