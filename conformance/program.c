/* SPDX-License-Identifier: Apache-2.0 */
/* What maskspec shares with the programs beside it: its voice, folders and runtimes' paths. */
#include "conformance/maskspec.h"

#include <ftw.h>
#include <limits.h>
#include <stdarg.h>
#include <sys/stat.h>

int complain(int status, const char *fmt, ...)
{
	va_list ap;

	fputs("maskspec: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return status;
}

void complain_lines(const char *of, const struct text *lines)
{
	_cleanup_free_ char *copy = xstrdup(text_str(lines));
	char *rest = copy, *line;

	while ((line = next_line(&rest)))
		complain(0, "%s: %s", of, line);
}

bool text_option(const struct text_option *t, size_t n, int c)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (t[i].c == c) {
			*t[i].slot = optarg;
			return true;
		}
	return false;
}

int make_folders(const char *path)
{
	_cleanup_free_ char *copy = xstrdup(path);
	char *p;

	for (p = copy + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		if (mkdir(copy, 0755) < 0 && errno != EEXIST)
			return -errno;
	}
	return mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

static char *search_path(const char *name)
{
	const char *path = getenv("PATH");
	_cleanup_free_ char *all =
		xasprintf("%s:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
			  path ? path : "");
	char *state = NULL, *dir;

	for (dir = strtok_r(all, ":", &state); dir; dir = strtok_r(NULL, ":", &state)) {
		char *file = xasprintf("%s/%s", dir, name);

		if (access(file, X_OK) == 0)
			return file;
		free(file);
	}
	return NULL;
}

char *find_runtime_path(const char *given)
{
	return strchr(given, '/') ? realpath(given, NULL) : search_path(given);
}

static int remove_one(const char *path, _unused_ const struct stat *st, _unused_ int type,
		      _unused_ struct FTW *where)
{
	return remove(path);
}

void remove_folder(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
