/* SPDX-License-Identifier: Apache-2.0 */
#include "reference/spec_config.h"
#include "reference/tests/fuzz/fuzz.h"

static void check_paths(const struct strings *paths)
{
	for (size_t i = 0; i < paths->n; i++)
		MUST(paths->v[i][0] == '/');
}

/* What the rest of maskref counts on. */
static void check_spec(const struct spec *spec)
{
	MUST(spec->oci_version && spec->root_path);
	MUST(spec->process.args.n > 0 && spec->process.cwd[0] == '/');
	check_paths(&spec->masked_paths);
	check_paths(&spec->readonly_paths);
	for (size_t i = 0; i < spec->n_mounts; i++)
		MUST(spec->mounts[i].destination[0] == '/');
}

static void check_fault(const struct fault *f, int r)
{
	MUST(f->errnum == -r && f->text[0]);
}

int fuzz_config(const uint8_t *data, size_t size)
{
	_cleanup_(spec_done) struct spec spec = { 0 }, process = { 0 };
	_cleanup_free_ char *text = malloc(size + 1);
	struct fault f = { 0 };
	int r;

	MUST(text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	r = spec_parse(text, size, &spec, &f);
	if (r < 0)
		check_fault(&f, r);
	else
		check_spec(&spec);
	r = spec_parse_process(text, size, &process, &f);
	if (r < 0)
		check_fault(&f, r);
	return 0;
}
