/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/scratch.h"

#include "conformance/maskspec.h"

char *scratch_make(const char *what, char **ret_error)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = xasprintf("%s/%s-XXXXXX", tmp && *tmp ? tmp : "/tmp", what);

	if (mkdtemp(dir))
		return dir;
	*ret_error = xasprintf("%s: %s; set TMPDIR", dir, errno_name(errno));
	free(dir);
	return NULL;
}

void scratch_drop(char **dir)
{
	if (*dir)
		remove_folder(*dir);
	free(*dir);
}
