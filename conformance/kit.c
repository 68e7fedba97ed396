/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/kit.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/text.h"

char *program_dir(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (n <= 0)
		return xstrdup(".");
	path[n] = '\0';
	slash = strrchr(path, '/');
	*(slash > path ? slash : slash + 1) = '\0';
	return xstrdup(path);
}

/*
 * A build folder lies in the checkout, or one or two levels deeper (B=build/clang). NULL: in none.
 * Installed, fixtures is a link: what lies beside it is not found by way of it.
 */
static char *kit_dir(void)
{
	_cleanup_free_ char *dir = program_dir();
	_cleanup_text_ struct text up = { 0 };
	int level;

	for (level = 0; level < 3; level++) {
		_cleanup_free_ char *bundles = NULL;

		text_add(&up, "/..");
		bundles = xasprintf("%s%s/fixtures/bundles", dir, up.s);
		if (access(bundles, R_OK) == 0)
			return xasprintf("%s%s", dir, up.s);
	}
	return NULL;
}

char *kit_file(const char *fixtures, const char *file)
{
	_cleanup_free_ char *kit = kit_dir();

	return kit ? xasprintf("%s/%s", kit, file) : xasprintf("%s/../%s", fixtures, file);
}

char *fixtures_dir(const char *option)
{
	_cleanup_free_ char *dir = program_dir();
	_cleanup_free_ char *kit = kit_dir();

	if (option)
		return xstrdup(option);
	return kit ? xasprintf("%s/fixtures", kit) : xasprintf("%s/../fixtures", dir);
}

bool kit_is_installed(void)
{
	_cleanup_free_ char *kit = kit_dir();
	_cleanup_free_ char *list = kit ? xasprintf("%s/installed", kit) : NULL;

	return list && access(list, F_OK) == 0;
}

const char *kit_remedy(void)
{
	return kit_is_installed() ? "install maskspec anew" : "run `make`";
}

char *kit_default_out(const char *name)
{
	_cleanup_free_ char *dir = program_dir();

	return kit_is_installed() ? xasprintf("maskspec-%s", name) : xasprintf("%s/%s", dir, name);
}

/* A relative one counts as none (XDG base directories). */
static const char *absolute(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value == '/' ? value : NULL;
}

char *kit_default_cache(const char *out)
{
	_cleanup_free_ char *dir = program_dir();
	const char *caches = absolute("XDG_CACHE_HOME"), *home = absolute("HOME");

	if (!kit_is_installed())
		return xasprintf("%s/cache", dir);
	if (caches)
		return xasprintf("%s/maskspec", caches);
	if (geteuid() == 0)
		return xstrdup("/var/cache/maskspec");
	return home ? xasprintf("%s/.cache/maskspec", home) : xasprintf("%s/cache", out);
}
