/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>

#include "conformance/fixture.h"
#include "conformance/fuzz/fuzz.h"

/* Its name has to be the file's: the first "name" is taken for it. */
static char *file_name(const char *text)
{
	const char *at = strstr(text, "\"name\"");
	char name[128] = "";

	if (at && sscanf(at + strlen("\"name\""), " : \"%120[^\"]", name) != 1)
		name[0] = '\0';
	return xasprintf("%s.json", name);
}

/* Large counts take the time and memory that they ask for; what is wrong shows with small ones. */
static bool repeats_much(const char *text)
{
	double n;

	while ((text = strstr(text, "\"repeat\""))) {
		text += strlen("\"repeat\"");
		if (sscanf(text, " : %lf", &n) == 1 && n > 16 && n <= 65536)
			return true;
	}
	return false;
}

/* What observe will read is what the fixture says. */
static void check_case(const struct test_case *built)
{
	_cleanup_text_ struct text once = { 0 }, twice = { 0 };
	_cleanup_case_ struct test_case c = { 0 };
	unsigned int line;
	char *copy;

	case_write(built, &once);
	copy = xstrdup(once.s);
	MUST(case_parse(copy, &c, &line) == 0);
	case_write(&c, &twice);
	MUST(streq(once.s, twice.s));
}

int fuzz_fixture(const uint8_t *data, size_t size)
{
	_cleanup_text_ struct text text = { 0 };
	_cleanup_free_ char *file = NULL;
	_cleanup_close_ int dir = open("fixtures/bundles", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_case_list_ struct case_list l = { 0 };
	_cleanup_text_ struct text error = { 0 };

	MUST(dir >= 0);
	text_add_n(&text, (const char *)data, size);
	if (repeats_much(text.s))
		return 0;
	file = file_name(text.s);
	if (fixture_read(dir, file, text.s, size, &l, &error) < 0)
		MUST(error.len > 0);
	for (size_t i = 0; i < l.n; i++)
		check_case(&l.cases[i]);
	return 0;
}
