/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/files.h"

#include "conformance/report/html.h"
#include "conformance/report/output.h"

int report_files(const char *dir, struct report *r)
{
	char name[] = "report.html", *file = name;
	const struct reports one = { .list = r, .files = &file, .n = 1 };
	FILE *f = output_create(dir, "report.json");
	int err = output_close(f, f ? report_json(r, f) : -errno);

	if (err < 0)
		return err;
	f = output_create(dir, name);
	return output_close(f, f ? html_write(&one, f) : -errno);
}
