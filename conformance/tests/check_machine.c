/* SPDX-License-Identifier: Apache-2.0 */
/* What comes from a virtual machine: frames, console, the file `machine`. */
#include "conformance/machine.h"

#include "conformance/tests/suite.h"
#include "vm/console.h"
#include "vm/frame.h"
#include "vm/pack.h"

/* Frames ------------------------------------------------------------------------------------- */

#define BIG 5000

static void make_stream(struct text *t)
{
	_cleanup_free_ char *big = xrealloc(NULL, BIG);
	size_t i;

	for (i = 0; i < BIG; i++)
		big[i] = (char)(i * 7);
	frame_write(t, FRAME_BEGIN, "init/1", "", 0);
	frame_write(t, FRAME_FACTS, "a.facts", "facts/1\n", 8);
	frame_write(t, FRAME_FACTS, "b.facts", big, BIG);
	frame_write(t, FRAME_END, "0", "3", 1);
}

/* Kinds of all frames that come whole out of @s, fed in pieces of @step bytes. */
static void read_stream(const char *s, size_t len, size_t step, struct text *kinds,
			unsigned int *damaged)
{
	_cleanup_text_ struct text in = { 0 };
	size_t fed = 0, at, used;
	struct frame f;

	*damaged = 0;
	while (fed < len) {
		size_t n = len - fed < step ? len - fed : step;

		text_add_n(&in, s + fed, n);
		fed += n;
		at = 0;
		while (frame_read(in.s + at, in.len - at, fed == len, &f, &used, damaged)) {
			text_addf(kinds, "%c", (char)f.kind);
			at += used;
		}
		at += used;
		memmove(in.s, in.s + at, in.len - at);
		in.len -= at;
	}
}

static const struct {
	const char *name;
	size_t step;
} steps[] = { { "byte", 1 }, { "few", 13 }, { "most", 4096 }, { "all", 1u << 20 } };

START_TEST(whole)
{
	_cleanup_text_ struct text t = { 0 }, kinds = { 0 };
	unsigned int damaged;

	make_stream(&t);
	read_stream(t.s, t.len, steps[_i].step, &kinds, &damaged);
	ck_assert_str_eq(text_str(&kinds), "bffz");
	ck_assert_uint_eq(damaged, 0);
}
END_TEST

/* The bytes of a frame may look like the beginning of another, but for a whole header. */
static char *nth(const struct text *t, int n)
{
	char *at = t->s;

	while ((at = memmem(at, t->len - (size_t)(at - t->s), "\001frame/1 ", 9)) && n--)
		at++;
	return at;
}

/* Each costs the frame it hits, and no other; rubbish between frames costs none. */
static const struct {
	const char *name;
	int frame, offset; /* from the beginning of that frame */
	int cut;	   /* bytes lost there; 0: one bit is turned; -1: the rest is gone */
	const char *kinds;
} edits[] = {
	{ "bit-magic", 1, 3, 0, "bfz" },       { "bit-length", 1, 12, 0, "bfz" },
	{ "bit-crc", 1, 15, 0, "bfz" },	       { "bit-name", 1, 23, 0, "bfz" },
	{ "bit-bytes", 2, 2000, 0, "bfz" },    { "bit-kind", 1, 9, 0, "bfz" },
	{ "lost-bytes", 2, 500, 1000, "bfz" }, { "lost-byte", 1, 34, 1, "bfz" },
	{ "lost-header", 2, 0, 30, "bfz" },    { "cut", 2, 3000, -1, "bf" },
	{ "cut-header", 1, 5, -1, "b" },       { "bit-last", 3, 11, 0, "bff" },
};

START_TEST(edited)
{
	_cleanup_text_ struct text t = { 0 }, kinds = { 0 };
	unsigned int damaged;
	size_t at;

	make_stream(&t);
	at = (size_t)(nth(&t, edits[_i].frame) - t.s) + (size_t)edits[_i].offset;
	if (edits[_i].cut == 0) {
		t.s[at] ^= 1;
	} else if (edits[_i].cut < 0) {
		t.len = at;
	} else {
		memmove(t.s + at, t.s + at + edits[_i].cut, t.len - at - (size_t)edits[_i].cut);
		t.len -= (size_t)edits[_i].cut;
	}
	read_stream(t.s, t.len, 100, &kinds, &damaged);
	ck_assert_str_eq(text_str(&kinds), edits[_i].kinds);
}
END_TEST

START_TEST(rubbish)
{
	static const char noise[] = "\001fr\001frame/1 \001frame/1 f 9 0 x\n\001";
	_cleanup_text_ struct text t = { 0 }, kinds = { 0 };
	unsigned int damaged;

	text_add_n(&t, noise, sizeof(noise) - 1);
	make_stream(&t);
	read_stream(t.s, t.len, 3, &kinds, &damaged);
	ck_assert_str_eq(text_str(&kinds), "bffz");
	ck_assert_uint_gt(damaged, 0);
}
END_TEST

/* RFC 3720, B.4. */
START_TEST(crc)
{
	unsigned char b[32];
	int i;

	memset(b, 0, sizeof(b));
	ck_assert_uint_eq(crc32c(0, b, sizeof(b)), 0x8a9136aa);
	memset(b, 0xff, sizeof(b));
	ck_assert_uint_eq(crc32c(0, b, sizeof(b)), 0x62a8ab43);
	for (i = 0; i < 32; i++)
		b[i] = (unsigned char)i;
	ck_assert_uint_eq(crc32c(0, b, sizeof(b)), 0x46dd794e);
	ck_assert_uint_eq(crc32c(crc32c(0, b, 7), b + 7, 25), 0x46dd794e);
}
END_TEST

/* Packed ------------------------------------------------------------------------------------- */

START_TEST(packed)
{
	_cleanup_text_ struct text t = { 0 }, p = { 0 }, back = { 0 };
	size_t n;

	for (n = 0; n < 20000; n++)
		text_addf(&t, "%zu rw,nosuid\n", n % 100);
	pack_bytes(&p, t.s, t.len);
	ck_assert_uint_lt(p.len, t.len / 10);
	ck_assert_int_eq(unpack_bytes(&back, p.s, p.len, t.len), 0);
	ck_assert(back.len == t.len && memcmp(back.s, t.s, t.len) == 0);
	ck_assert_int_eq(unpack_bytes(&back, p.s, p.len, t.len - 1), -EFBIG);
	for (n = 0; n < p.len; n++)
		ck_assert_int_eq(unpack_bytes(&back, p.s, n, t.len), -EBADMSG);
	text_add(&p, "x");
	ck_assert_int_eq(unpack_bytes(&back, p.s, p.len, t.len), -EBADMSG);
	ck_assert_int_eq(unpack_bytes(&back, "facts/1\n", 8, t.len), -EBADMSG);
}
END_TEST

/* Console ------------------------------------------------------------------------------------ */

static const struct {
	const char *name, *line;
	enum console_kind kind;
} lines[] = {
	{ "plain", "[    0.716804] mtrr: your CPUs had inconsistent fixed MTRR settings",
	  CONSOLE_PLAIN },
	{ "panic", "[    1.2] Kernel panic - not syncing: Attempted to kill init!", CONSOLE_FAULT },
	{ "oops", "[    1.2] Oops: 0002 [#1] PREEMPT SMP", CONSOLE_FAULT },
	{ "null", "[    1.2] BUG: kernel NULL pointer dereference, address: 0", CONSOLE_FAULT },
	{ "bug", "[    1.2] kernel BUG at fs/namespace.c:1234!", CONSOLE_FAULT },
	{ "lockup", "[   28.0] watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [runc:7]",
	  CONSOLE_FAULT },
	{ "rcu", "[   28.0] rcu: INFO: rcu_sched self-detected stall on CPU", CONSOLE_FAULT },
	{ "rcu-others",
	  "[   28.0] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:", CONSOLE_FAULT },
	{ "lockdep", "[    3.0] WARNING: possible circular locking dependency detected",
	  CONSOLE_FAULT },
	{ "initramfs", "[    0.9] Initramfs unpacking failed: junk within compressed archive",
	  CONSOLE_FAULT },
	{ "hung", "[  120.0] INFO: task maskref:44 blocked for more than 120 seconds.",
	  CONSOLE_FAULT },
	{ "memory", "[   10.0] Out of memory: Killed process 44 (observe)", CONSOLE_FAULT },
	{ "warning", "[    3.0] WARNING: CPU: 0 PID: 1 at fs/namespace.c:44 mntput+0x1/0x2",
	  CONSOLE_WARNING },
	/* What a runtime or a case is called is no word of the kernel's. */
	{ "name", "[    3.0] runc[44]: segfault at 0 ip 1 sp 2 error 4", CONSOLE_PLAIN },
};

START_TEST(kind)
{
	ck_assert_int_eq(console_kind(lines[_i].line), lines[_i].kind);
}
END_TEST

START_TEST(splats)
{
	static const char said[] = "plain\r\n[ 3.0] WARNING: CPU: 0 PID: 1 at x\r\n one\n two\n";
	struct console c = { 0 };
	size_t i;

	for (i = 0; i < strlen(said); i++)
		console_feed(&c, said + i, 1, "a b");
	for (i = 0; i < 2 * SPLATS_MAX * SPLAT_LINES; i++)
		console_feed(&c, "plain\n", 6, "c");
	ck_assert_uint_eq(c.n, 1);
	ck_assert_str_eq(c.splats[0].cases, "a b");
	ck_assert_int_eq(c.splats[0].kind, CONSOLE_WARNING);
	ck_assert_uint_eq(c.splats[0].n_lines, SPLAT_LINES);
	ck_assert(strip_prefix(c.splats[0].lines.s,
			       "[ 3.0] WARNING: CPU: 0 PID: 1 at x\n one\n two\nplain\n"));
	ck_assert(!console_fault(&c));
	console_feed(&c, "WARNING: one\n", 13, "d");
	console_feed(&c, "WARNING: two\n", 13, "e");
	console_feed(&c, "WARNING: more\n", 14, "e");
	ck_assert_uint_eq(c.n, 3);
	ck_assert_str_eq(c.splats[2].cases, "e");
	ck_assert_str_eq(c.splats[2].lines.s, "WARNING: two\nWARNING: more");
	for (i = 0; i < 2 * SPLATS_MAX * SPLAT_LINES; i++)
		console_feed(&c, "Oops: 1\n", 8, "");
	ck_assert_uint_eq(c.n, SPLATS_MAX);
	ck_assert_uint_gt(c.more, 0);
	ck_assert(console_fault(&c));
	console_free(&c);
}
END_TEST

/* machine ------------------------------------------------------------------------------------ */

static const struct {
	const char *name, *ended;
	bool fault;
	const char *why; /* what machine_fault() holds; NULL: none */
} machines[] = {
	{ "well", "", false, NULL },
	{ "ended", "it was not done within 9 s", false, "not done within 9 s" },
	{ "oops", "", true, "in a\\tb c: Oops|line" },
	{ "both", "it ended by itself", true, "Oops" },
};

static char *sample(int i)
{
	struct machine_remark remarks[] = {
		{ false, (char *)(uintptr_t) "", (char *)(uintptr_t) "w" },
		{ true, (char *)(uintptr_t) "a\tb c", (char *)(uintptr_t) "Oops\nline" }
	};
	struct machine m = { .image = "00",
			     .accel = "tcg",
			     .running = "x y",
			     .doubtful = "w x",
			     .ended = machines[i].ended,
			     .remarks = remarks,
			     .n = machines[i].fault ? 2 : 1 };

	return machine_write(&m);
}

START_TEST(machine)
{
	_cleanup_machine_ struct machine m = { 0 };
	_cleanup_free_ char *fault = NULL;
	_cleanup_free_ char *in = NULL;
	_cleanup_free_ char *before = NULL;
	_cleanup_free_ char *doubt = NULL;

	ck_assert_int_eq(machine_parse(sample(_i), &m), 0);
	ck_assert_str_eq(m.image, "00");
	ck_assert_str_eq(m.qemu, "");
	ck_assert_str_eq(m.ended, machines[_i].ended);
	ck_assert_uint_eq(m.n, machines[_i].fault ? 2 : 1);
	fault = machine_fault(&m);
	in = machine_why_missing(&m, "y.facts");
	before = machine_why_missing(&m, "z.facts");
	doubt = machine_doubt(&m, "w.facts");
	ck_assert_ptr_null(machine_doubt(&m, "y.facts"));
	ck_assert_int_eq(doubt != NULL, machines[_i].fault);
	ck_assert_int_eq(fault != NULL, machines[_i].why != NULL);
	if (*machines[_i].ended) {
		ck_assert_ptr_nonnull(strstr(in, "ended in this case"));
		ck_assert_ptr_nonnull(strstr(before, "ended before this case"));
	} else {
		ck_assert_str_eq(in, "");
	}
	if (machines[_i].fault && *machines[_i].ended)
		ck_assert_ptr_nonnull(strstr(in, "the kernel had said: Oops"));
	if (machines[_i].fault)
		ck_assert_ptr_nonnull(strstr(fault, "Oops|line"));
	else if (fault)
		ck_assert_ptr_nonnull(strstr(fault, machines[_i].why));
}
END_TEST

/* Not a byte may be missing: a cut file would hide how the machine ended. */
START_TEST(cut_machine)
{
	_cleanup_free_ char *text = sample(3);
	size_t n;

	for (n = 0; n + 1 < strlen(text); n++) {
		struct machine m;

		ck_assert_int_eq(machine_parse(xstrndup(text, n), &m), -EINVAL);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("machine");

	ADD_ROWS(s, steps, whole);
	ADD_ROWS(s, edits, edited);
	add_case(s, "rubbish", rubbish, 0);
	add_case(s, "crc", crc, 0);
	add_case(s, "packed", packed, 0);
	ADD_ROWS(s, lines, kind);
	add_case(s, "splats", splats, 0);
	ADD_ROWS(s, machines, machine);
	add_case(s, "cut", cut_machine, 0);
	return run_suite(s);
}
