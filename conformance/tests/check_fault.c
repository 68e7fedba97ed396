/* SPDX-License-Identifier: Apache-2.0 */
/* The fault of DENY=fault=K:MODE: how it is said, which call it meets, what is counted. */
#include "conformance/fault.h"

#include "conformance/tests/suite.h"
#include "reference/sys.h"

static const struct {
	const char *name, *word;
	unsigned long k; /* 0: refused */
	enum fault_mode mode;
} words[] = {
	{ "pass", "fault=1:pass", 1, FAULT_PASS },
	{ "einval", "fault=42:einval", 42, FAULT_EINVAL },
	{ "most", "fault=99999:pass", FAULT_MAX, FAULT_PASS },
	{ "more", "fault=100000:pass", 0, FAULT_NONE },
	{ "huge", "fault=99999999999999999999:pass", 0, FAULT_NONE },
	{ "zero", "fault=0:pass", 0, FAULT_NONE },
	{ "padded", "fault=01:pass", 0, FAULT_NONE },
	{ "minus", "fault=-1:pass", 0, FAULT_NONE },
	{ "plus", "fault=+1:pass", 0, FAULT_NONE },
	{ "blank", "fault= 1:pass", 0, FAULT_NONE },
	{ "hex", "fault=0x1:pass", 0, FAULT_NONE },
	{ "no-number", "fault=:pass", 0, FAULT_NONE },
	{ "no-mode", "fault=1", 0, FAULT_NONE },
	{ "no-word", "fault=1:", 0, FAULT_NONE },
	{ "other-mode", "fault=1:eio", 0, FAULT_NONE },
	{ "longer-mode", "fault=1:passes", 0, FAULT_NONE },
	{ "part-of-mode", "fault=1:einva", 0, FAULT_NONE },
	{ "case", "fault=1:PASS", 0, FAULT_NONE },
	{ "no-fault", "1:pass", 0, FAULT_NONE },
	{ "empty", "", 0, FAULT_NONE },
};

START_TEST(word)
{
	/* The word ends where its length says so. */
	_cleanup_free_ char *padded = xasprintf("%s1", words[_i].word), *same = NULL;
	struct fault f = { 0 };
	int r = fault_parse(padded, strlen(words[_i].word), &f);

	ck_assert_int_eq(r, words[_i].k ? 0 : -EINVAL);
	ck_assert_uint_eq(f.k, words[_i].k);
	ck_assert_int_eq(f.mode, words[_i].mode);
	if (r == 0) {
		same = fault_word(&f);
		ck_assert_str_eq(same, words[_i].word);
	}
}
END_TEST

#define OF(nr) (MS_NR_##nr)
#define OTHER SYS_getpid

/* Calls in their order, and what becomes of them: . goes on, 0 answered 0, E answered EINVAL. */
static const struct {
	const char *name;
	struct fault fault;
	int calls[8];
	const char *answers;
	unsigned long counted;
	const char *hit; /* NULL: none */
	bool made;
} sequences[] = {
	{ "first", { 1, FAULT_PASS }, { SYS_mount, SYS_mount }, "0.", 2, "mount", true },
	{ "last", { 2, FAULT_EINVAL }, { SYS_mount, SYS_umount2 }, ".E", 2, "umount2", true },
	{ "beyond", { 3, FAULT_PASS }, { SYS_mount, SYS_mount }, "..", 2, NULL, false },
	{ "others-do-not-count",
	  { 2, FAULT_EINVAL },
	  { OTHER, SYS_mount, OTHER, SYS_execve, SYS_mount },
	  "....E",
	  2,
	  "mount",
	  true },
	{ "all-einval-1", { 1, FAULT_EINVAL }, { OF(open_tree) }, "E", 1, "open_tree", true },
	{ "all-einval-2", { 1, FAULT_EINVAL }, { OF(fsmount) }, "E", 1, "fsmount", true },
	{ "all-einval-3", { 1, FAULT_EINVAL }, { OF(move_mount) }, "E", 1, "move_mount", true },
	{ "all-einval-4",
	  { 1, FAULT_EINVAL },
	  { OF(mount_setattr) },
	  "E",
	  1,
	  "mount_setattr",
	  true },
	{ "pass-move_mount", { 1, FAULT_PASS }, { OF(move_mount) }, "0", 1, "move_mount", true },
	{ "pass-mount_setattr",
	  { 1, FAULT_PASS },
	  { OF(mount_setattr) },
	  "0",
	  1,
	  "mount_setattr",
	  true },
	{ "pass-umount2", { 1, FAULT_PASS }, { SYS_umount2 }, "0", 1, "umount2", true },
	/* A descriptor can't be made up: the call goes on, and is the K-th all the same. */
	{ "no-pass-open_tree",
	  { 1, FAULT_PASS },
	  { OF(open_tree), SYS_mount },
	  "..",
	  2,
	  "open_tree",
	  false },
	{ "no-pass-fsmount",
	  { 1, FAULT_PASS },
	  { OF(fsmount), SYS_mount },
	  "..",
	  2,
	  "fsmount",
	  false },
	{ "not-of-the-class",
	  { 1, FAULT_EINVAL },
	  { OF(fsopen), OF(fsconfig), OF(openat2), OF(open_tree_attr) },
	  "....",
	  0,
	  NULL,
	  false },
	{ "none", { 0, FAULT_NONE }, { SYS_mount, SYS_mount }, "..", 2, NULL, false },
};

static char letter(enum fault_answer a)
{
	return a == FAULT_GOES_ON ? '.' : a == FAULT_ANSWERS_0 ? '0' : 'E';
}

START_TEST(sequence)
{
	const struct fault *f = &sequences[_i].fault;
	struct fault_count c = { .open = true };
	size_t i;

	for (i = 0; sequences[_i].calls[i]; i++) {
		int nr = sequences[_i].calls[i];
		char got = letter(fault_decide(f, &c, nr));
		/* Interrupted, it asks again: nothing was counted. */
		char again = letter(fault_decide(f, &c, nr));
		unsigned long before = c.answered;
		bool hit = fault_answered(f, &c, nr);

		ck_assert_int_eq(got, sequences[_i].answers[i]);
		ck_assert_int_eq(again, got);
		ck_assert_int_eq(hit, f->k && before + 1 == f->k && c.answered == f->k);
	}
	ck_assert_uint_eq(i, strlen(sequences[_i].answers));
	ck_assert_uint_eq(c.answered, sequences[_i].counted);
	ck_assert_int_eq(c.made, sequences[_i].made);
	if (sequences[_i].hit)
		ck_assert_str_eq(c.hit->name, sequences[_i].hit);
	else
		ck_assert_ptr_null(c.hit);
}
END_TEST

/* Before create and from the payload's execution on. */
START_TEST(closed)
{
	const struct fault f = { 1, FAULT_EINVAL };
	struct fault_count c = { .open = false };

	ck_assert_int_eq(fault_decide(&f, &c, SYS_mount), FAULT_GOES_ON);
	ck_assert(!fault_answered(&f, &c, SYS_mount));
	ck_assert_uint_eq(c.answered, 0);
	c.open = true;
	ck_assert_int_eq(fault_decide(&f, &c, SYS_mount), FAULT_ANSWERS_EINVAL);
}
END_TEST

START_TEST(table)
{
	size_t i, k;

	for (i = 0; i < MOUNT_CALLS; i++) {
		ck_assert_ptr_eq(mount_call_by_number(mount_calls[i].number), &mount_calls[i]);
		for (k = 0; k < i; k++)
			ck_assert_int_ne(mount_calls[i].number, mount_calls[k].number);
	}
	ck_assert_ptr_null(mount_call_by_number(OTHER));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("fault");

	ADD_ROWS(s, words, word);
	ADD_ROWS(s, sequences, sequence);
	add_case(s, "closed", closed, 0);
	add_case(s, "table", table, 0);
	return run_suite(s);
}
