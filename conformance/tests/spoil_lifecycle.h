/* SPDX-License-Identifier: Apache-2.0 */
/* The edits of spoil.h for what happens to a container besides create and delete. */
#pragma once

#define JOINED(name, phase, path) joined_like("probe:" name, phase, path)
#define TABLE(name, phase) DRIVER(name, phase, OP_MOUNTINFO, "container")
#define OPEN_DIR "type=dir rdev=0:0 open=ok entries=2"
#define EMPTY_DIR "type=dir rdev=0:0 open=ok entries=0"

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
	EDIT(scale_exposed, "scale-all-small", scale_all, PASS, FAIL,                              \
	     set(f, PROBE("d3", "run", OP_LOOK, "/t/sb/d1"), "ok", OPEN_DIR))                      \
	EDIT(scale_dull, "scale-all-small", scale_all, PASS, BROKEN,                               \
	     set(f, PROBE("d3", "run", OP_LOOK, "/t/control.d"), "ENOENT", ""))                    \
	EDIT(scale_refused_ran, "scale-all-small", scale_all, PASS, FAIL,                          \
	     set(f, DRIVER("d3", "create", OP_EXIT, "create"), "exit:1", ""))                      \
	EDIT(nofile_exposed, "scale-nofile-small", scale_nofile, PASS, FAIL,                       \
	     set(f, PROBE("a", "run", OP_LOOK, "/t/sb/d2"), "ok", OPEN_DIR))                       \
	EDIT(nofile_refused_dull, "scale-nofile-small", scale_nofile, PASS, BROKEN,                \
	     silence(f, "probe:a"); silence(f, "probe:plain");                                     \
	     set(f, DRIVER("a", "create", OP_EXIT, "create"), "exit:1", ""))                       \
	EDIT(runtime_nofile_exposed, "scale-runtime-nofile-small", scale_runtime_nofile, PASS,     \
	     FAIL, set(f, PROBE("a", "run", OP_LOOK, "/t/sb/d2"), "ok", OPEN_DIR))                 \
	EDIT(mount_max_exposed, "scale-mount-max-small", scale_mount_max, PASS, FAIL,              \
	     set(f, PROBE("a", "run", OP_LOOK, "/t/sb/d0"), "ok", OPEN_DIR))                       \
	EDIT(mount_max_not_filled, "scale-mount-max-small", scale_mount_max, PASS, BROKEN,         \
	     set(f, DRIVER("a", "filled", OP_OFFERED, "fill-mounts"), "EIO", "room=64"))           \
	EDIT(start_unmasked, "directories", life_start_unchanged, PASS, FAIL,                      \
	     drop_mount(f, TABLE("a", "running"), "/t/a"))                                         \
	EDIT(start_again, "directories", life_start_unchanged, PASS, FAIL,                         \
	     set_mount_word(f, TABLE("a", "running"), "/t/a", MOUNT_ID, "9999"))
