/* SPDX-License-Identifier: Apache-2.0 */
/* How long leftovers are waited for, and what makes that less. */
#include "conformance/tests/suite.h"

#include "conformance/patience.h"

/* What is left in turn, of a killed create (k) or any other container (o), and the waits then. */
static const struct {
	const char *name, *left;
	unsigned long ordinary, killed;
} rows[] = {
	{ "nothing", "", SETTLE_MS, SETTLE_MS },
	{ "ordinary", "o", SETTLE_SHORT_MS, SETTLE_MS },
	{ "one-moment", "k", SETTLE_MS, SETTLE_MS },
	{ "three-moments", "kkk", SETTLE_MS, SETTLE_MS },
	{ "four-moments", "kkkk", SETTLE_MS, SETTLE_SHORT_MS },
	{ "many-moments", "kkkkkkkkkkkkkkkk", SETTLE_MS, SETTLE_SHORT_MS },
	{ "both", "okkkk", SETTLE_SHORT_MS, SETTLE_SHORT_MS },
};

START_TEST(test_patience)
{
	unsigned int bad = 0;
	const char *p;

	ck_assert_int_eq(patience_share(), 0);
	for (p = rows[_i].left; *p; p++)
		patience_lost(*p == 'k' ? &bad : NULL);
	ck_assert_uint_eq(patience_ms(NULL), rows[_i].ordinary);
	ck_assert_uint_eq(patience_ms(&bad), rows[_i].killed);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("patience");

	ADD_ROWS(s, rows, test_patience);
	return run_suite(s);
}
