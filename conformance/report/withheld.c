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
