/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/list.h"

#include <dirent.h>
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

/* README says how the others are written, and is none. */
static int is_list(const struct dirent *e)
{
	return e->d_name[0] != '.' && !streq(e->d_name, "README");
}

char *list_choices(const char *path, const char *dir)
{
	_cleanup_text_ struct text t = { 0 };
	struct dirent **names;
	int i, n;

	if (access(path, F_OK) == 0 || errno != ENOENT)
		return xstrdup("");
	n = scandir(dir, &names, is_list, alphasort);
	text_add(&t, "; give a path");
	for (i = 0; i < n; i++) {
		if (i == 0)
			text_addf(&t, ", or a name in %s: ", dir);
		text_addf(&t, "%s%s", i ? ", " : "", names[i]->d_name);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return xstrdup(text_str(&t));
}
