/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bad facts as named edits of good ones (fixtures/facts, runc-1.1.5 unless another is named): what
 * a container would have left if it had failed a requirement of whole containers, or if its control
 * had been dull.
 */
#pragma once

#include <check.h>

#include "conformance/judge/judge.h"

/* Rows own nothing; they are never written through. */
static inline char *text_const(const char *s)
{
	return (char *)(uintptr_t)s;
}

/* What is made here lives as long as the test. */
static inline char *keep(char *s)
{
	static char *kept[512];
	static size_t n;

	ck_assert_uint_lt(n, ARRAY_SIZE(kept));
	return kept[n++] = s;
}

static inline struct row row_like(const char *source, const char *phase, enum op op,
				  const char *path)
{
	return (struct row){ .source = text_const(source),
			     .phase = text_const(phase),
			     .as = strip_prefix(source, "probe:") ? AS_ROOT : AS_DRIVER,
			     .op = op,
			     .path = text_const(path),
			     .result = text_const("ok"),
			     .value = text_const("") };
}

/* A look of a process that has joined. */
static inline struct row joined_like(const char *source, const char *phase, const char *path)
{
	struct row r = row_like(source, phase, OP_LOOK, path);

	r.as = AS_EXEC;
	return r;
}

static inline bool is_like(const struct row *r, const struct row *want)
{
	return r->op == want->op && r->as == want->as && streq(r->source, want->source) &&
	       streq(r->phase, want->phase) && streq(r->path, want->path);
}

static inline void set(struct facts *f, struct row want, const char *result, const char *value)
{
	size_t i, n = 0;

	for (i = 0; i < f->n_rows; i++) {
		if (!is_like(&f->rows[i], &want))
			continue;
		f->rows[i].result = text_const(result);
		f->rows[i].value = text_const(value);
		n++;
	}
	ck_assert_msg(n > 0, "no row %s %s %s", want.source, want.phase, want.path);
}

static inline void add(struct facts *f, struct row r, const char *value)
{
	r.value = text_const(value);
	GROW(f->rows, f->n_rows);
	f->rows[f->n_rows++] = r;
}

/* Takes every row of @source out. */
static inline void silence(struct facts *f, const char *source)
{
	size_t i;

	for (i = 0; i < f->n_rows; i++)
		if (streq(f->rows[i].source, source))
			f->rows[i].op = OP_UNKNOWN, f->rows[i].source = text_const("");
}

/* Mount tables -------------------------------------------------------------------------------- */

/* By @n more or fewer lines than before. */
static inline void resize_table(struct facts *f, const struct row *table, long long n)
{
	size_t i;

	for (i = 0; i < f->n_rows; i++) {
		struct row *r = &f->rows[i];

		if (is_like(r, table) && streq(r->result, "end"))
			r->value = keep(xasprintf("lines=%lld", row_number(r, "lines") + n));
	}
}

static inline void add_mount(struct facts *f, struct row table, const char *line)
{
	add(f, table, line);
	resize_table(f, &table, 1);
}

static inline struct row *mount_at(struct facts *f, const struct row *table, const char *point)
{
	_cleanup_free_ char *word = xasprintf(" %s ", point);
	size_t i;

	for (i = 0; i < f->n_rows; i++)
		if (is_like(&f->rows[i], table) && strstr(f->rows[i].value, word))
			return &f->rows[i];
	ck_abort_msg("no mount at %s in the table %s %s", point, table->source, table->phase);
}

static inline void drop_mount(struct facts *f, struct row table, const char *point)
{
	mount_at(f, &table, point)->op = OP_UNKNOWN;
	resize_table(f, &table, -1);
}

/* Puts @with in the place of the word @nth (from 0) of the mount's line. */
static inline void set_mount_word(struct facts *f, struct row table, const char *point, int nth,
				  const char *with)
{
	struct row *r = mount_at(f, &table, point);
	const char *at = r->value;

	for (; nth > 0; nth--)
		at = strchr(at, ' ') + 1;
	r->value = keep(
		xasprintf("%.*s%s%s", (int)(at - r->value), r->value, with, at + strcspn(at, " ")));
}

#define MOUNT_ID 0
#define MOUNT_DEVICE 2
#define MOUNT_OPTIONS 5
#define MOUNT_SEPARATOR 6 /* where a mount has no optional fields */

/* The mount at @point gets the device of the one at @other. */
static inline void set_mount_device(struct facts *f, struct row table, const char *point,
				    const char *other)
{
	char device[32];

	ck_assert_int_eq(sscanf(mount_at(f, &table, other)->value, "%*s %*s %31s", device), 1);
	set_mount_word(f, table, point, MOUNT_DEVICE, device);
}

/* What a second probe says at once. */
static inline void run_again(struct facts *f, const char *source)
{
	struct row end = row_like(source, "first", OP_MOUNTINFO, "");

	add(f, row_like(source, "first", OP_RAN, ""), "");
	end.result = text_const("end");
	add(f, end, "lines=7");
}

/* The probe of an edited container has written what now stands there. */
static inline void recount(struct facts *f)
{
	size_t i, n;

	for (i = 0; i < f->c.n_containers; i++) {
		const char *name = f->c.containers[i].name;
		_cleanup_free_ char *source = xasprintf("driver:%s", name);
		long rows = 0;

		for (n = 0; n < f->n_rows; n++)
			rows += row_from(&f->rows[n], "probe", name);
		set(f, row_like(source, "after", OP_PROBED, ""), "ok",
		    keep(xasprintf("%ld", rows)));
	}
}

/* The edits ----------------------------------------------------------------------------------- */

#define DRIVER(name, phase, op, path) row_like("driver:" name, phase, op, path)
#define PROBE(name, phase, op, path) row_like("probe:" name, phase, op, path)
#include "conformance/tests/spoil_lifecycle.h"
#define HOST(name, phase) DRIVER(name, phase, OP_MOUNTINFO, "host")
#define LEFT_LINE "9999 1 0:9999 / /run/left rw,relatime - tmpfs none rw"
#define ALIASES "maskref-0.1.0/aliases-small"
#define SEEN_LINE "9999 1 0:9999 / /run/x/rootfs/t/a rw,relatime - tmpfs none rw"

#include "conformance/tests/spoil_isolation.h"
#include "conformance/tests/spoil_security.h"
#include "conformance/tests/spoil_traced.h"

/* EDIT(name, bundle, requirement, verdict before, verdict after, statements on f) */
#define EDITS                                                                                      \
	ISOLATION_EDITS                                                                            \
	EDIT(dir_changed, "directories", dir_covered, PASS, FAIL,                                  \
	     set(f, DRIVER("a", "after", OP_DIGEST, "/t/a"), "ok", "0123"))                        \
	EDIT(dir_gone, "directories", dir_covered, PASS, FAIL,                                     \
	     set(f, DRIVER("a", "after", OP_DIGEST, "/t/a"), "ENOENT", ""))                        \
	EDIT(dir_control_gone, "directories", dir_covered, PASS, BROKEN,                           \
	     set(f, DRIVER("a", "after", OP_DIGEST, "/t/control.d"), "ENOENT", ""))                \
	EDIT(file_changed, "files", file_covered, PASS, FAIL,                                      \
	     set(f, DRIVER("a", "after", OP_DIGEST, "/t/f"), "ok", "0123"))                        \
	EDIT(host_device, "files", file_host_device, PASS, FAIL,                                   \
	     set(f, DRIVER("a", "after", OP_DEVMODE, "/dev/null"), "ok", "type=chr mode=0600"))    \
	EDIT(host_device_dull, "files", file_host_device, PASS, BROKEN,                            \
	     set(f, DRIVER("a", "after", OP_DEVMODE, "/dev/control"), "ok", "type=chr mode=0666")) \
	EDIT(start_refused, "directories", life_start, PASS, FAIL,                                 \
	     set(f, DRIVER("a", "start", OP_EXIT, "start"), "exit:1", "no"))                       \
	EDIT(start_silent, "directories", life_start, PASS, FAIL, silence(f, "probe:a"))           \
	EDIT(start_twice, "directories", life_start, PASS, FAIL, run_again(f, "probe:a"))          \
	EDIT(first_look, "directories", life_first_look, PASS, FAIL,                               \
	     set(f, PROBE("a", "first", OP_LOOK, "/t/a"), "ok",                                    \
		 "type=dir rdev=0:0 open=ok entries=2"))                                           \
	EDIT(first_look_dull, "directories", life_first_look, PASS, BROKEN,                        \
	     set(f, PROBE("a", "first", OP_LOOK, "/t/control"), "ENOENT", ""))                     \
	EDIT(created_late, "directories", life_created, PASS, FAIL,                                \
	     drop_mount(f, DRIVER("a", "create", OP_MOUNTINFO, "container"), "/t/a"))              \
	EDIT(state_left, "directories", life_delete_state, PASS, FAIL,                             \
	     set(f, DRIVER("a", "after", OP_STATE, ""), "ok", "1"))                                \
	EDIT(cgroup_left, "directories", life_delete_cgroups, PASS, FAIL,                          \
	     set(f, DRIVER("a", "after", OP_CGROUPS, ""), "ok", "3"))                              \
	EDIT(process_left, "directories", life_delete_processes, PASS, FAIL,                       \
	     set(f, DRIVER("a", "after", OP_PROCESSES, ""), "ok", "1"))                            \
	EDIT(process_dull, "directories", life_delete_processes, PASS, BROKEN,                     \
	     set(f, DRIVER("a", "running", OP_PROCESSES, ""), "ok", "0"))                          \
	EDIT(mount_left, "directories", sb_gone, PASS, FAIL,                                       \
	     add_mount(f, HOST("a", "after"), LEFT_LINE))                                          \
	EDIT(mount_left_dull, "directories", sb_gone, PASS, BROKEN,                                \
	     set_mount_word(f, HOST("a", "create"), "/run/maskspec/cases/0-a/witness", 4, "/x"))   \
	EDIT(mount_seen, "directories", sb_host_mounts, PASS, FAIL,                                \
	     add_mount(f, HOST("a", "running"), SEEN_LINE))                                        \
	EDIT(mount_seen_shared, "propagation", sb_propagation_host, PASS, FAIL,                    \
	     add_mount(f, HOST("private", "running"), SEEN_LINE))                                  \
	EDIT(missing_refused, "missing", path_missing, PASS, FAIL, silence(f, "probe:a");          \
	     set(f, DRIVER("a", "create", OP_EXIT, "create"), "exit:1", "no"))                     \
	EDIT(absent_refused, "lists", list_absent, PASS, FAIL, silence(f, "probe:null");           \
	     set(f, DRIVER("null", "create", OP_EXIT, "create"), "exit:1", "no"))                  \
	EDIT(nul_started, "lists", list_nul, PASS, FAIL,                                           \
	     add(f, PROBE("nul", "first", OP_RAN, ""), "");                                        \
	     add(f, PROBE("nul", "first", OP_LOOK, "/t"), "type=dir"))                             \
	EDIT(loop_started, "refusals", path_loop, PASS, FAIL,                                      \
	     add(f, PROBE("loop", "first", OP_RAN, ""), "");                                       \
	     add(f, PROBE("loop", "first", OP_LOOK, "/t"), "type=dir"))                            \
	EDIT(loop_dull, "refusals", path_loop, PASS, BROKEN,                                       \
	     set(f, DRIVER("plain", "start", OP_EXIT, "start"), "exit:1", ""))                     \
	EDIT(notdir_started, "refusals", path_notdir, PASS, FAIL,                                  \
	     add(f, PROBE("notdir", "first", OP_RAN, ""), "");                                     \
	     add(f, PROBE("notdir", "first", OP_LOOK, "/t"), "type=dir"))                          \
	EDIT(failing_started, "failing", path_failing, PASS, FAIL,                                 \
	     add(f, PROBE("a", "first", OP_RAN, ""), "");                                          \
	     add(f, PROBE("a", "first", OP_LOOK, "/t"), "type=dir"))                               \
	EDIT(failing_found, "failing", path_failing, PASS, SKIP,                                   \
	     set(f, PROBE("plain", "run", OP_LOOK, "/t/over/failing"), "ok", "type=file"))         \
	EDIT(failing_dull, "failing", path_failing, PASS, BROKEN,                                  \
	     set(f, PROBE("plain", "run", OP_LOOK, "/t/over/failing"), "ENOENT", ""))              \
	EDIT(refused_ran, "refusals", life_refused_payload, PASS, FAIL,                            \
	     add(f, PROBE("loop", "first", OP_RAN, ""), "");                                       \
	     add(f, PROBE("loop", "first", OP_LOOK, "/t"), "type=dir"))                            \
	EDIT(refused_mount, "refusals", life_refused_mounts, PASS, FAIL,                           \
	     add_mount(f, HOST("notdir", "after"), LEFT_LINE))                                     \
	EDIT(refused_state, "refusals", life_refused_state, PASS, FAIL,                            \
	     set(f, DRIVER("loop", "after", OP_STATE, ""), "ok", "1"))                             \
	EDIT(refused_cgroup, "refusals", life_refused_cgroups, PASS, FAIL,                         \
	     set(f, DRIVER("loop", "after", OP_CGROUPS, ""), "ok", "1"))                           \
	EDIT(refused_process, "refusals", life_refused_processes, PASS, FAIL,                      \
	     set(f, DRIVER("loop", "after", OP_PROCESSES, ""), "ok", "2"))                         \
	EDIT(list_exposed, "default-lists", list_default, PASS, FAIL,                              \
	     set(f, PROBE("moby", "run", OP_LOOK, "/proc/keys"), "ok",                             \
		 "type=file rdev=0:0 open=ok bytes=40"))                                           \
	EDIT(mask_shared, "superblocks-small", sb_private, PASS, FAIL,                             \
	     set_mount_word(f, PROBE("d2", "first", OP_MOUNTINFO, ""), "/t/sb/d1",                 \
			    MOUNT_SEPARATOR, "shared:9 -"))                                        \
	EDIT(mask_shared_dull, "superblocks-small", sb_private, PASS, BROKEN,                      \
	     set_mount_word(f, HOST("d2", "running"), "/run", MOUNT_SEPARATOR, "master:9"))        \
	EDIT(files_unshared, "superblocks-small", sb_files, PASS, FAIL, unshare_files(f))          \
	EDIT(two_superblocks, "superblocks-small", sb_shared, FAIL, FAIL,                          \
	     share_sixteen(f, "probe:d16", "first", ""))                                           \
	EDIT(two_on_the_host, "superblocks-small", sb_shared_host, FAIL, FAIL,                     \
	     share_sixteen(f, "driver:d16", "running", "container"))                               \
	EDIT(ro_hidden, "readonly", ro_readable, PASS, FAIL,                                       \
	     set(f, PROBE("a", "first", OP_LOOK, "/t/d"), "ok",                                    \
		 "type=dir rdev=0:0 open=ok entries=0"))                                           \
	EDIT(ro_hidden_dull, "readonly", ro_readable, PASS, BROKEN,                                \
	     set(f, PROBE("a", "first", OP_LOOK, "/t/masked"), "ok",                               \
		 "type=dir rdev=0:0 open=ok entries=2"))                                           \
	EDIT(ro_changed, "readonly", ro_content, PASS, FAIL,                                       \
	     set(f, DRIVER("a", "after", OP_DIGEST, "/t/f"), "ok", "0123"))                        \
	EDIT(ro_created_late, "readonly", ro_created, PASS, FAIL,                                  \
	     drop_mount(f, DRIVER("a", "create", OP_MOUNTINFO, "container"), "/t/d"))              \
	EDIT(ro_created_rw, "readonly", ro_created, PASS, FAIL,                                    \
	     set_mount_word(f, DRIVER("a", "create", OP_MOUNTINFO, "container"), "/t/d",           \
			    MOUNT_OPTIONS, "rw,relatime"))                                         \
	EDIT(ro_copied, "readonly", ro_bind, PASS, FAIL,                                           \
	     set_mount_device(f, PROBE("a", "first", OP_MOUNTINFO, ""), "/t/d", "/t/tmpfs"))       \
	EDIT(ro_copied_dull, "readonly", ro_bind, PASS, BROKEN,                                    \
	     set_mount_device(f, PROBE("a", "first", OP_MOUNTINFO, ""), "/t/tmpfs", "/t/d"))       \
	EDIT(ro_lost_nosuid, "readonly-paths", ro_flags, PASS, FAIL,                               \
	     set_mount_word(f, PROBE("flags", "first", OP_MOUNTINFO, ""), "/t/flags/in",           \
			    MOUNT_OPTIONS, "ro,nodev,noexec,relatime"))                            \
	EDIT(ro_flags_dull, "readonly-paths", ro_flags, PASS, BROKEN,                              \
	     set_mount_word(f, PROBE("flags", "first", OP_MOUNTINFO, ""), "/t/flags",              \
			    MOUNT_OPTIONS, "rw,relatime"))                                         \
	EDIT(ro_for_all, "readonly", ro_host, PASS, FAIL,                                          \
	     set(f, DRIVER("a", "running", OP_HOSTWRITE, "/t/d"), "EROFS", "witness=EROFS"))       \
	EDIT(ro_for_all_dull, "readonly", ro_host, PASS, BROKEN,                                   \
	     set(f, DRIVER("a", "running", OP_HOSTWRITE, "/t/d"), "ok", "witness=ok"))             \
	EDIT(ro_sysctl, "default-lists", ro_default, PASS, FAIL,                                   \
	     set(f, PROBE("moby", "run", OP_STATFS, "/proc/sys"), "ok",                            \
		 "fs=9fa0 ro=0 blocks=0 files=0"))                                                 \
	EDIT(ro_sysctl_open, "default-lists", ro_default, PASS, FAIL,                              \
	     set(f, PROBE("moby", "run", OP_TRYWRITE, "/proc/sys/kernel/hostname"), "ok",          \
		 "type=file"))                                                                     \
	EDIT(ro_missing_refused, "readonly-paths", ro_missing, PASS, FAIL, silence(f, "probe:a");  \
	     set(f, DRIVER("a", "create", OP_EXIT, "create"), "exit:1", "no"))                     \
	EDIT(ro_loop_started, "readonly-paths", ro_loop, PASS, FAIL,                               \
	     add(f, PROBE("loop", "first", OP_RAN, ""), "");                                       \
	     add(f, PROBE("loop", "first", OP_LOOK, "/t"), "type=dir"))                            \
	EDIT(ro_notdir_started, "readonly-paths", ro_notdir, PASS, FAIL,                           \
	     add(f, PROBE("notdir", "first", OP_RAN, ""), "");                                     \
	     add(f, PROBE("notdir", "first", OP_LOOK, "/t"), "type=dir"))                          \
	EDIT(alias_shared, ALIASES, alias_own, PASS, FAIL,                                         \
	     set_mount_device(f, PROBE("self", "first", OP_MOUNTINFO, ""), "/t/held.d", "/t/a"))   \
	EDIT(aliases_share, ALIASES, alias_own, PASS, FAIL,                                        \
	     set_mount_device(f, PROBE("several", "first", OP_MOUNTINFO, ""), "/t/held.d",         \
			      "/t/held.e"))                                                        \
	EDIT(alias_unshares, ALIASES, sb_shared_alias, PASS, FAIL,                                 \
	     set_mount_word(f, PROBE("self", "first", OP_MOUNTINFO, ""), "/t/b", MOUNT_DEVICE,     \
			    "0:901"))                                                              \
	EDIT(alias_exposed, ALIASES, alias_mask, PASS, FAIL,                                       \
	     set(f, PROBE("self", "first", OP_LOOK, "/t/held.d"), "ok",                            \
		 "type=dir rdev=0:0 open=ok entries=1"))                                           \
	EDIT(alias_writable, ALIASES, alias_mask, PASS, FAIL,                                      \
	     set(f, PROBE("self", "run", OP_CREATE, "/t/held.d"), "ok", ""))                       \
	EDIT(alias_dull, ALIASES, alias_mask, PASS, BROKEN,                                        \
	     set(f, PROBE("self", "first", OP_LOOK, "/t/control"), "ENOENT", ""))                  \
	EDIT(alias_on_the_host, ALIASES, alias_outside, PASS, FAIL,                                \
	     add_mount(f, HOST("outside", "create"), LEFT_LINE))                                   \
	EDIT(alias_left, ALIASES, alias_outside, PASS, FAIL,                                       \
	     add_mount(f, HOST("outside", "after"), LEFT_LINE))                                    \
	EDIT(alias_of_nothing, "maskref-0.1.0/alias-near-small", alias_nothing, PASS, FAIL,        \
	     add_mount(f, PROBE("numbers", "first", OP_MOUNTINFO, ""),                             \
		       "9999 1 0:9999 / /t/held.d ro,relatime - tmpfs none ro"))                   \
	EDIT(alias_of_nothing_dull, "maskref-0.1.0/alias-near-small", alias_nothing, PASS, BROKEN, \
	     drop_mount(f, PROBE("numbers", "first", OP_MOUNTINFO, ""), "/t/a");                   \
	     drop_mount(f, PROBE("numbers", "first", OP_MOUNTINFO, ""), "/t/b"))                   \
	EDIT(control_dull, "superblocks-small", sb_shared, FAIL, FAIL,                             \
	     set_mount_word(f, PROBE("d16", "first", OP_MOUNTINFO, ""), "/t/control.1",            \
			    MOUNT_DEVICE, "0:1"))                                                  \
	TRACED_EDITS                                                                               \
	SECURITY_EDITS                                                                             \
	LIFECYCLE_EDITS

/* No two file masks are of one file system. */
static inline void unshare_files(struct facts *f)
{
	set_mount_word(f, PROBE("f4", "first", OP_MOUNTINFO, ""), "/t/sf/f0", MOUNT_DEVICE,
		       "0:901");
	set_mount_word(f, PROBE("f4", "first", OP_MOUNTINFO, ""), "/t/sf/f1", MOUNT_DEVICE,
		       "0:902");
}

/* The 16 masks of d16 become one superblock: what is left is 2 for the 2 of d2. */
static inline void share_sixteen(struct facts *f, const char *source, const char *phase,
				 const char *whose)
{
	int i;

	for (i = 0; i < 16; i++) {
		_cleanup_free_ char *point = xasprintf("/t/sb/d%d", i);

		set_mount_word(f, row_like(source, phase, OP_MOUNTINFO, whose), point, MOUNT_DEVICE,
			       "0:900");
	}
}

#define EDIT(name, bundle, id, was, want, ...)                                                     \
	static inline void spoil_##name(struct facts *f)                                           \
	{                                                                                          \
		__VA_ARGS__;                                                                       \
		recount(f);                                                                        \
	}
EDITS
#undef EDIT

static const struct spoiled {
	const char *name, *bundle;
	enum requirement_id id;
	enum verdict was, want;
	void (*spoil)(struct facts *f);
} spoiled[] = {
#define EDIT(name, bundle, id, was, want, ...)                                                     \
	{ #name, bundle, REQ_##id, VERDICT_##was, VERDICT_##want, spoil_##name },
	EDITS
#undef EDIT
};

/* Of these no facts are kept: they are great, or hold paths of the machine's own sysfs. */
static const char not_recorded[] = "sb-shared-sysfs list-thermal path-root";
