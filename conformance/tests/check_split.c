/* SPDX-License-Identifier: Apache-2.0 */
/* SHARD: every case is in exactly one shard, and every machine comes to the same one. */
#include "conformance/tests/suite.h"

#include "conformance/split.h"

/* Words --------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int r;
	unsigned int number, count;
} words[] = {
	{ "1/1", 0, 1, 1 },
	{ "2/3", 0, 2, 3 },
	{ "1000/1000", 0, 1000, 1000 },
	{ "0/3", -EINVAL, 0, 0 },
	{ "4/3", -EINVAL, 0, 0 },
	{ "1/0", -EINVAL, 0, 0 },
	{ "1/1001", -EINVAL, 0, 0 },
	{ "", -EINVAL, 0, 0 },
	{ "1", -EINVAL, 0, 0 },
	{ "1/", -EINVAL, 0, 0 },
	{ "/3", -EINVAL, 0, 0 },
	{ "-1/3", -EINVAL, 0, 0 },
	{ " 1/3", -EINVAL, 0, 0 },
	{ "1/3 ", -EINVAL, 0, 0 },
	{ "1/3/4", -EINVAL, 0, 0 },
	{ "99999999999999999999/3", -EINVAL, 0, 0 },
};

START_TEST(word)
{
	struct shard s = { 0 };

	ck_assert_int_eq(shard_parse(words[_i].name, &s), words[_i].r);
	ck_assert_uint_eq(s.number, words[_i].number);
	ck_assert_uint_eq(s.count, words[_i].count);
}
END_TEST

static const struct {
	const char *name, *text;
	int r;
	unsigned int line;
	size_t n;
} tables[] = {
	{ "empty", "", 0, 1, 0 },
	{ "comment", "# a\n# b\n", 0, 3, 0 },
	{ "two", "# a\nx\t12\npairs/y\t1\n", 0, 4, 2 },
	{ "no-number", "x\t12\ny\n", -EINVAL, 2, 0 },
	{ "no-name", "-\t12\n", -EINVAL, 1, 0 },
	{ "zero", "x\t0\n", -EINVAL, 1, 0 },
	{ "fraction", "x\t1.5\n", -EINVAL, 1, 0 },
	{ "three-fields", "x\t1\t2\n", -EINVAL, 1, 0 },
};

START_TEST(table)
{
	_cleanup_times_ struct times t = { 0 };
	unsigned int line;

	ck_assert_int_eq(times_parse(tables[_i].text, &t, &line), tables[_i].r);
	ck_assert_uint_eq(line, tables[_i].line);
	ck_assert_uint_eq(t.n, tables[_i].n);
}
END_TEST

START_TEST(lookup)
{
	_cleanup_times_ struct times t = { 0 };
	unsigned int line;

	ck_assert_int_eq(times_parse("x\t12\npairs/y\t7\n", &t, &line), 0);
	ck_assert_uint_eq(times_of(&t, "pairs/y"), 7);
	ck_assert_uint_eq(times_of(&t, "pairs"), SPLIT_UNKNOWN_MS);
}
END_TEST

/* Dealing -------------------------------------------------------------------------------------- */

#define WORKS 97
#define KERNELS 3

/* No two runs of this program differ: the numbers are its own. */
static void make_works(struct work *list, size_t n, unsigned int seed, unsigned long most)
{
	size_t i;

	for (i = 0; i < n; i++) {
		seed = seed * 1103515245u + 12345u;
		list[i] = (struct work){ 1 + (seed >> 8) % most, i * KERNELS / n };
	}
}

static void count_shards(const unsigned int *shard_of, size_t n, unsigned int shards,
			 unsigned int *count)
{
	size_t i;

	for (i = 0; i < n; i++) {
		ck_assert_uint_ge(shard_of[i], 1);
		ck_assert_uint_le(shard_of[i], shards);
		count[shard_of[i] - 1]++;
	}
}

/* Shards from one to more than there are works: each work in exactly one, none of them empty. */
START_TEST(every_work_once)
{
	const unsigned long begins[KERNELS] = { 5, 4000, 0 };
	struct work list[WORKS];
	unsigned int shards, i;

	make_works(list, WORKS, (unsigned int)_i, _i % 2 ? 3 : 5000);
	for (shards = 1; shards <= WORKS + 5; shards++) {
		unsigned int shard_of[WORKS] = { 0 }, count[WORKS + 5] = { 0 }, empty = 0;

		split(list, WORKS, begins, KERNELS, shards, shard_of);
		count_shards(shard_of, WORKS, shards, count);
		for (i = 0; i < shards; i++)
			empty += count[i] == 0;
		ck_assert_uint_eq(empty, shards > WORKS ? shards - WORKS : 0);
	}
}
END_TEST

/* Whoever would deal otherwise could not be put together with others: this never changes by itself,
 * neither with the machine nor with its qsort(). */
START_TEST(same_everywhere)
{
	static const struct work list[] = { { 10, 0 }, { 40, 0 }, { 20, 0 }, { 20, 0 },
					    { 30, 0 }, { 10, 0 }, { 20, 0 } };
	static const unsigned int expected[] = { 1, 1, 3, 3, 2, 3, 2 };
	const unsigned long begin = 5;
	unsigned int shard_of[ARRAY_SIZE(list)], i;

	split(list, ARRAY_SIZE(list), &begin, 1, 3, shard_of);
	for (i = 0; i < ARRAY_SIZE(list); i++)
		ck_assert_uint_eq(shard_of[i], expected[i]);
}
END_TEST

static unsigned long longest_shard(const struct work *list, const unsigned int *shard_of, size_t n)
{
	unsigned long load[WORKS] = { 0 }, most = 0;
	size_t i;

	for (i = 0; i < n; i++)
		load[shard_of[i] - 1] += list[i].ms;
	for (i = 0; i < WORKS; i++)
		most = load[i] > most ? load[i] : most;
	return most;
}

/* No shard has more than its part and one work; dealt in turn, some have. */
START_TEST(evenly)
{
	const unsigned long begins[KERNELS] = { 0 };
	unsigned int shard_of[WORKS], shards, worse = 0;
	unsigned long sum = 0, most = 0;
	struct work list[WORKS];
	size_t i;

	make_works(list, WORKS, 7, 300);
	for (i = 0; i < WORKS; i++) {
		sum += list[i].ms;
		most = list[i].ms > most ? list[i].ms : most;
	}
	for (shards = 1; shards <= WORKS; shards++) {
		split(list, WORKS, begins, KERNELS, shards, shard_of);
		ck_assert_uint_le(longest_shard(list, shard_of, WORKS), sum / shards + most);
		for (i = 0; i < WORKS; i++)
			shard_of[i] = (unsigned int)(i % shards) + 1;
		worse += longest_shard(list, shard_of, WORKS) > sum / shards + most;
	}
	ck_assert_uint_gt(worse, 0);
}
END_TEST

static unsigned int begun(const struct work *list, const unsigned int *shard_of, size_t n)
{
	bool has[WORKS][KERNELS] = { { false } };
	unsigned int count = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		count += !has[shard_of[i] - 1][list[i].kernel];
		has[shard_of[i] - 1][list[i].kernel] = true;
	}
	return count;
}

/* A kernel that takes long to boot is booted once; one that takes nothing, wherever there is room.
 */
START_TEST(kernels_stay_together)
{
	const unsigned long dear[KERNELS] = { 100000, 100000, 100000 }, cheap[KERNELS] = { 0 };
	unsigned int shard_of[WORKS];
	struct work list[WORKS];

	make_works(list, WORKS, 3, 50);
	split(list, WORKS, dear, KERNELS, KERNELS, shard_of);
	ck_assert_uint_eq(begun(list, shard_of, WORKS), KERNELS);
	split(list, WORKS, cheap, KERNELS, KERNELS, shard_of);
	ck_assert_uint_gt(begun(list, shard_of, WORKS), KERNELS);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("split");
	int i;

	ADD_ROWS(s, words, word);
	ADD_ROWS(s, tables, table);
	add_case(s, "lookup", lookup, 0);
	for (i = 0; i < 8; i++)
		add_case(s, "every-work-once", every_work_once, i);
	add_case(s, "same-everywhere", same_everywhere, 0);
	add_case(s, "evenly", evenly, 0);
	add_case(s, "kernels-stay-together", kernels_stay_together, 0);
	return run_suite(s);
}
