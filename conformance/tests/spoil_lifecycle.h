/* SPDX-License-Identifier: Apache-2.0 */
/* The edits of spoil.h for what happens to a container besides create and delete. */
#pragma once

#define JOINED(name, phase, path) joined_like("probe:" name, phase, path)
#define TABLE(name, phase) DRIVER(name, phase, OP_MOUNTINFO, "container")
#define OPEN_DIR "type=dir rdev=0:0 open=ok entries=2"
#define EMPTY_DIR "type=dir rdev=0:0 open=ok entries=0"

#define HOOK_MOUNT(name) PROBE(name, "hook", OP_TMPFSOVER, "")
#define CREATED(name) DRIVER(name, "create", OP_EXIT, "create")

/* What no hook has written. */
static inline void drop_hooks(struct facts *f)
{
	size_t i;

	for (i = 0; i < f->n_rows; i++)
		if (streq(f->rows[i].phase, "hook"))
			f->rows[i].op = OP_UNKNOWN, f->rows[i].source = text_const("");
	recount(f);
}

/* A case without the container @name. */
static inline void drop_container(struct facts *f, const char *name)
{
	struct container *k = f->c.containers;

	while (!streq(k->name, name))
		k++;
	free(k->masks);
	free(k->todo);
	free(k->steps);
	f->c.n_containers--;
	memmove(k, k + 1, (size_t)(f->c.containers + f->c.n_containers - k) * sizeof(*k));
}

/* Containers as k0, of which create was done before it could be killed. */
static inline void add_unkilled(struct facts *f, unsigned int n)
{
	size_t rows = f->n_rows, i;

	for (; n > 0; n--) {
		char *name = keep(xasprintf("k%u", n)), *source = keep(xasprintf("driver:k%u", n));
		const struct container *last = &f->c.containers[f->c.n_containers - 1];
		struct container k = { .name = name,
				       .expect = EXPECT_EITHER,
				       .topics = last->topics,
				       .config = last->config };

		ck_assert_str_eq(last->topics, f->c.containers[1].topics);
		GROW(f->c.containers, f->c.n_containers);
		f->c.containers[f->c.n_containers++] = k;
		for (i = 0; i < rows; i++) {
			struct row r = f->rows[i];

			if (!streq(r.source, "driver:k0"))
				continue;
			r.source = source;
			if (r.op == OP_EXIT && streq(r.path, "create"))
				r.result = text_const("ok");
			GROW(f->rows, f->n_rows);
			f->rows[f->n_rows++] = r;
		}
	}
}

#define LIFECYCLE_EDITS                                                                            \
	EDIT(exec_refused, "life-exec", life_exec, PASS, FAIL,                                     \
	     set(f, DRIVER("a", "again", OP_OFFERED, "exec"), "not-offered", ""))                  \
	EDIT(exec_user, "life-exec", life_exec_user, PASS, FAIL,                                   \
	     set(f, JOINED("a", "user", "/t/a"), "ok", OPEN_DIR))                                  \
	EDIT(exec_user_dull, "life-exec", life_exec_user, PASS, BROKEN,                            \
	     set(f, JOINED("a", "user", "/t/control"), "ENOENT", ""))                              \
	EDIT(exec_admin, "life-exec", life_exec_capabilities, PASS, FAIL,                          \
	     set(f, JOINED("a", "more-capabilities", "/t/a"), "ok", OPEN_DIR))                     \
	EDIT(exec_workdir, "life-exec", life_exec_workdir, PASS, FAIL,                             \
	     set(f, JOINED("a", "workdir", "."), "ok", OPEN_DIR))                                  \
	EDIT(exec_workdir_dull, "life-exec", life_exec_workdir, PASS, BROKEN,                      \
	     set(f, JOINED("a", "workdir-control", "."), "ok", EMPTY_DIR))                         \
	EDIT(exec_failed, "life-exec", life_exec_failed, PASS, FAIL,                               \
	     drop_mount(f, TABLE("a", "failed"), "/t/a"))                                          \
	EDIT(exec_failed_ran, "life-exec", life_exec_failed, PASS, BROKEN,                         \
	     set(f, DRIVER("a", "failed", OP_EXIT, "exec"), "ok", ""))                             \
	EDIT(pause_unmasked, "life-pause", life_pause, PASS, FAIL,                                 \
	     drop_mount(f, TABLE("a", "paused"), "/t/f"))                                          \
	EDIT(pause_lost, "life-pause", life_pause, PASS, BROKEN,                                   \
	     set(f, DRIVER("a", "paused", OP_OFFERED, "pause"), "not-offered", ""))                \
	EDIT(update_writable, "life-pause", life_update, PASS, FAIL,                               \
	     set_mount_word(f, TABLE("a", "updated"), "/t/a", MOUNT_OPTIONS, "rw,relatime"))       \
	EDIT(hook_sees, "life-hooks", life_hook_start, PASS, FAIL,                                 \
	     set(f, JOINED("a", "hook", "/t/a"), "ok", OPEN_DIR))                                  \
	EDIT(hook_dull, "life-hooks", life_hook_start, PASS, BROKEN,                               \
	     set(f, JOINED("a", "hook", "/t/control"), "ENOENT", ""))                              \
	EDIT(hook_start_none, "life-hooks", life_hook_start, PASS, SKIP, drop_hooks(f))            \
	EDIT(hooks_none, "life-hooks", life_hooks, PASS, SKIP, drop_hooks(f))                      \
	EDIT(hook_over_none, "life-hooks", life_hook_over, PASS, SKIP, drop_hooks(f))              \
	EDIT(hooks_missing, "life-hooks", life_hooks, PASS, BROKEN,                                \
	     set(f, HOOK_MOUNT("a"), "EPERM", ""))                                                 \
	EDIT(hook_over_missing, "life-hooks", life_hook_over, PASS, BROKEN,                        \
	     set(f, HOOK_MOUNT("a"), "EPERM", ""))                                                 \
	EDIT(hooks_none_exposed, "life-hooks", life_hooks, PASS, FAIL, drop_hooks(f);              \
	     set(f, PROBE("a", "run", OP_LOOK, "/t/a"), "ok", OPEN_DIR))                           \
	EDIT(joined_on_host, "life-joined", life_joined_host, PASS, FAIL,                          \
	     add_mount(f, HOST("a", "running"), SEEN_LINE))                                        \
	EDIT(killed_mount, "life-killed-small", life_killed_mounts, PASS, FAIL,                    \
	     add_mount(f, HOST("k0", "after"), LEFT_LINE))                                         \
	EDIT(killed_cgroup, "life-killed-small", life_killed_cgroups, PASS, FAIL,                  \
	     set(f, DRIVER("k0", "after", OP_CGROUPS, ""), "ok", "9"))                             \
	EDIT(killed_state, "life-killed-small", life_killed_state, PASS, FAIL,                     \
	     set(f, DRIVER("k0", "after", OP_STATE, ""), "ok", "1"))                               \
	EDIT(killed_process, "life-killed-small", life_killed_processes, PASS, FAIL,               \
	     set(f, DRIVER("k0", "after", OP_PROCESSES, ""), "ok", "1"))                           \
	EDIT(killed_dull, "life-killed-small", life_killed_processes, PASS, BROKEN,                \
	     set(f, DRIVER("whole", "running", OP_PROCESSES, ""), "ok", "0"))                      \
	EDIT(killed_untried, "life-killed-small", life_killed_state, PASS, BROKEN,                 \
	     set(f, DRIVER("k0", "create", OP_EXIT, "create"), "exit:1", ""))                      \
	EDIT(killed_none, "life-killed-small", life_killed_state, PASS, SKIP,                      \
	     set(f, CREATED("k0"), "ok", ""))                                                      \
	EDIT(killed_none_mounts, "life-killed-small", life_killed_mounts, PASS, SKIP,              \
	     set(f, CREATED("k0"), "ok", ""))                                                      \
	EDIT(killed_few, "life-killed-small", life_killed_state, PASS, SKIP, add_unkilled(f, 2);   \
	     set(f, DRIVER("k0", "after", OP_STATE, ""), "ok", "1"))                               \
	EDIT(killed_half, "life-killed-small", life_killed_state, PASS, FAIL, add_unkilled(f, 1);  \
	     set(f, DRIVER("k0", "after", OP_STATE, ""), "ok", "1"))                               \
	EDIT(killed_few_left, "life-killed-small", life_killed_state, PASS, FAIL,                  \
	     add_unkilled(f, 2);                                                                   \
	     set(f, DRIVER("k2", "after", OP_STATE, ""), "ok", "1"))                               \
	EDIT(killed_few_mount, "life-killed-small", life_killed_mounts, PASS, FAIL,                \
	     add_unkilled(f, 2);                                                                   \
	     add_mount(f, HOST("k2", "after"), LEFT_LINE))                                         \
	EDIT(killed_mount_untried, "life-killed-small", life_killed_mounts, PASS, BROKEN,          \
	     set(f, CREATED("k0"), "exit:1", ""))                                                  \
	EDIT(scale_exposed, "scale-all-small", scale_all, PASS, FAIL,                              \
	     set(f, PROBE("d3", "run", OP_LOOK, "/t/sb/d1"), "ok", OPEN_DIR))                      \
	EDIT(scale_dull, "scale-all-small", scale_all, PASS, BROKEN,                               \
	     set(f, PROBE("d3", "run", OP_LOOK, "/t/control.d"), "ENOENT", ""))                    \
	EDIT(scale_refused_ran, "scale-all-small", scale_all, PASS, FAIL,                          \
	     set(f, DRIVER("d3", "create", OP_EXIT, "create"), "exit:1", ""))                      \
	EDIT(scale_refused_dull, "scale-all-small", scale_all, PASS, BROKEN,                       \
	     silence(f, "probe:d3");                                                               \
	     recount(f); drop_container(f, "plain"); set(f, CREATED("d3"), "exit:1", ""))          \
	EDIT(nofile_exposed, "scale-nofile-small", scale_nofile, PASS, FAIL,                       \
	     set(f, PROBE("a", "run", OP_LOOK, "/t/sb/d2"), "ok", OPEN_DIR))                       \
	EDIT(nofile_refused_dull, "scale-nofile-small", scale_nofile, PASS, BROKEN,                \
	     silence(f, "probe:a");                                                                \
	     silence(f, "probe:plain");                                                            \
	     set(f, DRIVER("a", "create", OP_EXIT, "create"), "exit:1", ""))                       \
	EDIT(runtime_nofile_exposed, "scale-runtime-nofile-small", scale_runtime_nofile, PASS,     \
	     FAIL, set(f, PROBE("a", "run", OP_LOOK, "/t/sb/d2"), "ok", OPEN_DIR))                 \
	EDIT(mount_max_exposed, "scale-mount-max-small", scale_mount_max, SKIP, FAIL,              \
	     set(f, PROBE("a", "run", OP_LOOK, "/t/sb/d0"), "ok", OPEN_DIR))                       \
	EDIT(mount_max_not_filled, "scale-mount-max-small", scale_mount_max, SKIP, BROKEN,         \
	     set(f, DRIVER("a", "filled", OP_OFFERED, "fill-mounts"), "EIO", "room=64"))           \
	EDIT(mount_max_refused, "scale-mount-max-small", scale_mount_max, SKIP, PASS,              \
	     silence(f, "probe:a");                                                                \
	     recount(f); set(f, CREATED("a"), "exit:1", ""))                                       \
	EDIT(start_unmasked, "directories", life_start_unchanged, PASS, FAIL,                      \
	     drop_mount(f, TABLE("a", "running"), "/t/a"))                                         \
	EDIT(start_again, "directories", life_start_unchanged, PASS, FAIL,                         \
	     set_mount_word(f, TABLE("a", "running"), "/t/a", MOUNT_ID, "9999"))
