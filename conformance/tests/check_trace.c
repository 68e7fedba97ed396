/* SPDX-License-Identifier: Apache-2.0 */
/* What the text of a trace says: lines as kernels 4.18 to 7.3 write them. */
#include "conformance/tests/suite.h"

#include "conformance/text.h"
#include "conformance/trace_text.h"

#define HEAD                                                                                       \
	"# tracer: function\n#\n# entries-in-buffer/entries-written: 2/2   #P:2\n#\n"              \
	"#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"
#define OLD "            runc-81    [001] ....     3.158811: "
#define NEW "       runc:[1:CHI-1077    [000] .....     5.118811: "

enum { SUPERBLOCKS, SHRINKERS, GRACE };

static const struct {
	const char *name, *text;
	unsigned int n[TRACE_EVENTS];
	bool overrun;
} rows[] = {
	{ "nothing", HEAD, { 0 }, false },
	{ "empty", "", { 0 }, false },
	{ "one", HEAD OLD "shmem_fill_super <-mount_nodev\n", { [SUPERBLOCKS] = 1 }, false },
	{ "comm-with-brackets",
	  HEAD NEW "shmem_fill_super <-vfs_get_super\n",
	  { [SUPERBLOCKS] = 1 },
	  false },
	{ "last-line-without-end",
	  HEAD NEW "shmem_fill_super <-vfs_get_super",
	  { [SUPERBLOCKS] = 1 },
	  false },
	{ "each",
	  HEAD OLD "shmem_fill_super <-mount_nodev\n" OLD
		   "register_shrinker_prepared <-sget_userns\n" OLD
		   "synchronize_sched <-namespace_unlock\n" OLD "shrinker_register <-sget_fc\n",
	  { [SUPERBLOCKS] = 1, [SHRINKERS] = 2, [GRACE] = 1 },
	  false },
	{ "passed-on",
	  HEAD NEW "synchronize_rcu <-namespace_unlock\n" NEW
		   "synchronize_rcu_expedited <-synchronize_rcu\n",
	  { [GRACE] = 1 },
	  false },
	{ "not-passed-on",
	  HEAD NEW "synchronize_rcu <-a\n" NEW "synchronize_rcu_expedited <-b\n",
	  { [GRACE] = 2 },
	  false },
	{ "name-begins-so", HEAD NEW "synchronize_rcu_tasks <-a\n", { 0 }, false },
	{ "name-ends-so", HEAD NEW "my_shmem_fill_super <-a\n", { 0 }, false },
	{ "as-caller", HEAD NEW "vfs_caches <-shmem_fill_super\n", { 0 }, false },
	{ "comm-is-a-name",
	  HEAD "shmem_fill_super-7 [000] ..... 5.1: other <-synchronize_rcu\n",
	  { 0 },
	  false },
	{ "overrun",
	  "# entries-in-buffer/entries-written: 2/3   #P:2\n" NEW
	  "shmem_fill_super <-vfs_get_super\n",
	  { [SUPERBLOCKS] = 1 },
	  true },
	{ "lost", HEAD "CPU:1 [LOST 3 EVENTS]\n", { 0 }, true },
	{ "no-numbers", "# entries-in-buffer/entries-written: many\n", { 0 }, true },
};

START_TEST(test_count)
{
	_cleanup_free_ char *text = xstrdup(rows[_i].text);
	struct trace_counts c = { .overrun = !rows[_i].overrun };
	size_t i;

	trace_count(text, &c);
	for (i = 0; i < TRACE_EVENTS; i++)
		ck_assert_uint_eq(c.n[i], rows[_i].n[i]);
	ck_assert(c.overrun == rows[_i].overrun);
}
END_TEST

static const struct {
	const char *name, *text;
	int pid;
} marks[] = {
	{ "pid", HEAD "         observe-123   [000] .....  1.2: tracing_mark_write: maskspec\n", 123 },
	{ "pid-other-first",
	  HEAD "  other-9   [000] .....  1.2: tracing_mark_write: else\n"
	       "  observe-4194303 [001] ..... 1.3: tracing_mark_write: maskspec\n",
	  4194303 },
	{ "pid-none", HEAD, -ESRCH },
	{ "pid-no-number", HEAD " observe [000] ..... 1.2: tracing_mark_write: maskspec\n", -ESRCH },
};

START_TEST(test_pid)
{
	_cleanup_free_ char *text = xstrdup(marks[_i].text);

	ck_assert_int_eq(trace_pid_of(text, "maskspec"), marks[_i].pid);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("trace");

	ADD_ROWS(s, rows, test_count);
	ADD_ROWS(s, marks, test_pid);
	return run_suite(s);
}
