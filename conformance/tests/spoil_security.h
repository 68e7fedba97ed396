/* SPDX-License-Identifier: Apache-2.0 */
/* Bad facts of images and processes that get round a mask; a part of spoil.h. */
#pragma once

/* In the attempts at @path of @source as @as, @method came to @outcome. */
static inline void set_attempt(struct facts *f, const char *source, enum identity as,
			       const char *path, const char *method, const char *outcome)
{
	struct row want = row_like(source, "run", OP_UNMASK, path);
	_cleanup_free_ char *word = xasprintf("%s=", method);
	size_t i, n = 0;

	want.as = as;
	for (i = 0; i < f->n_rows; i++) {
		struct row *r = &f->rows[i];
		const char *at = is_like(r, &want) ? strstr(r->value, word) : NULL;

		if (!at)
			continue;
		at += strlen(word);
		r->value = keep(xasprintf("%.*s%s%s", (int)(at - r->value), r->value, outcome,
					  at + strcspn(at, " ")));
		n++;
	}
	ck_assert_msg(n > 0, "no attempt %s at %s", method, path);
}

/* @method is no word of the attempts at all. */
static inline void drop_attempt(struct facts *f, const char *source, enum identity as,
				const char *path, const char *method)
{
	struct row want = row_like(source, "run", OP_UNMASK, path);
	_cleanup_free_ char *word = xasprintf(" %s=", method);
	size_t i, n = 0;

	want.as = as;
	for (i = 0; i < f->n_rows; i++) {
		struct row *r = &f->rows[i];
		const char *at = is_like(r, &want) ? strstr(r->value, word) : NULL;

		if (!at)
			continue;
		r->value = keep(xasprintf("%.*s%s", (int)(at - r->value), r->value,
					  at + 1 + strcspn(at + 1, " ")));
		n++;
	}
	ck_assert_msg(n > 0, "no attempt %s at %s", method, path);
}

static inline struct row joined_links(const char *source)
{
	struct row r = row_like(source, "exec", OP_LINKS, "/proc/self/fd");

	r.as = AS_EXEC;
	return r;
}

#define NO_LINKS "links=0 outside=0 refused=0 unread=0 init=ok first="

#define SECURITY_EDITS                                                                             \
	EDIT(cgroup_writable, "sec-cgroup", sec_cgroup_readonly, PASS, FAIL,                       \
	     set_mount_word(f, PROBE("a", "first", OP_MOUNTINFO, ""), "/sys/fs/cgroup/memory",     \
			    MOUNT_OPTIONS, "rw,nosuid,relatime"))                                  \
	EDIT(cgroup_dull, "sec-cgroup", sec_cgroup_readonly, PASS, BROKEN,                         \
	     set_mount_word(f, PROBE("a", "first", OP_MOUNTINFO, ""), "/.maskspec", MOUNT_OPTIONS, \
			    "ro,nosuid"))                                                          \
	EDIT(unmasked, "sec-unmask-small", sec_unmask, PASS, FAIL,                                 \
	     set_attempt(f, "probe:a", AS_ROOT, "/t/a", "detach", "exposed"))                      \
	EDIT(mask_written, "sec-unmask-small", sec_unmask, PASS, FAIL,                             \
	     set_attempt(f, "probe:a", AS_USER, "/t/a", "fspick", "writable"))                     \
	EDIT(unmask_dull, "sec-unmask-small", sec_unmask, PASS, BROKEN, silence(f, "probe:admin")) \
	EDIT(unmasked_nested, "sec-unmask-small", sec_unmask_userns, PASS, FAIL,                   \
	     set_attempt(f, "probe:a", AS_USERNS, "/t/a", "bind-parent", "exposed"))               \
	EDIT(left_behind, "sec-unmask-small", sec_carry, PASS, FAIL,                               \
	     set_attempt(f, "probe:a", AS_USERNS, "/proc/version", "carry", "exposed"))            \
	EDIT(by_handle, "sec-unmask-small", sec_handle, PASS, FAIL,                                \
	     set_attempt(f, "probe:a", AS_ROOT, "/t/a", "handle", "exposed"))                      \
	EDIT(by_handle_of_nobody, "sec-unmask-small", sec_handle, PASS, SKIP,                      \
	     set_attempt(f, "probe:admin", AS_SYSADMIN, "/t/a", "handle", "EOPNOTSUPP"))           \
	EDIT(second_proc, "sec-unmask-small", sec_fresh_proc, PASS, FAIL,                          \
	     set_attempt(f, "probe:a", AS_USERNS, "/proc/version", "fresh", "exposed"))            \
	EDIT(second_sysfs, "sec-unmask-small", sec_fresh_sysfs, PASS, FAIL,                        \
	     set_attempt(f, "probe:a", AS_USERNS, "/sys/kernel/mm", "fresh", "exposed"))           \
	EDIT(outside_dull, "sec-links", sec_dev_link, FAIL, FAIL,                                  \
	     set(f, DRIVER("plain", "after", OP_DIGEST, "/t/control.d"), "ENOENT", ""))            \
	EDIT(unmask_lost, "sec-unmask-small", sec_unmask, PASS, BROKEN,                            \
	     set_attempt(f, "probe:a", AS_ROOT, "/t/a", "detach", "lost"))                         \
	EDIT(unmask_none, "sec-unmask-small", sec_unmask, PASS, BROKEN,                            \
	     set_attempt(f, "probe:a", AS_USER, "/t/a", "detach", "none"))                         \
	EDIT(unmask_out_of_files, "sec-unmask-small", sec_unmask, PASS, BROKEN,                    \
	     set_attempt(f, "probe:a", AS_ROOT, "/t/a", "open-tree", "EMFILE"))                    \
	EDIT(unmask_empty, "sec-unmask-small", sec_unmask, PASS, BROKEN,                           \
	     set_attempt(f, "probe:a", AS_ROOT, "/t/a", "detach", ""))                             \
	EDIT(unmask_uncovered, "sec-unmask-small", sec_unmask, PASS, BROKEN,                       \
	     set_attempt(f, "probe:admin", AS_SYSADMIN, "/t/a", "detach", "uncovered"))            \
	EDIT(unmask_control_lost, "sec-unmask-small", sec_unmask, PASS, BROKEN,                    \
	     set_attempt(f, "probe:admin", AS_SYSADMIN, "/proc/version", "move", "lost"))          \
	EDIT(unmask_control_empty, "sec-unmask-small", sec_unmask, PASS, BROKEN,                   \
	     set_attempt(f, "probe:admin", AS_SYSADMIN, "/t/a", "detach", ""))                     \
	EDIT(unmask_control_short, "sec-unmask-small", sec_unmask, PASS, BROKEN,                   \
	     drop_attempt(f, "probe:admin", AS_SYSADMIN, "/t/a", "detach"))                        \
	EDIT(unmask_of_nobody, "sec-unmask-small", sec_unmask, PASS, PASS,                         \
	     set_attempt(f, "probe:admin", AS_SYSADMIN, "/t/a", "fspick", "ENOSYS");               \
	     set_attempt(f, "probe:a", AS_ROOT, "/t/a", "fspick", "ENOSYS"))                       \
	EDIT(nested_lost, "sec-unmask-small", sec_unmask_userns, PASS, BROKEN,                     \
	     set_attempt(f, "probe:a", AS_USERNS, "/t/a", "bind-parent", "lost"))                  \
	EDIT(nested_uncovered, "sec-unmask-small", sec_unmask_userns, PASS, BROKEN,                \
	     set_attempt(f, "probe:plain", AS_USERNS, "/t/a", "remount", "uncovered"))             \
	EDIT(carry_lost, "sec-unmask-small", sec_carry, PASS, BROKEN,                              \
	     set_attempt(f, "probe:a", AS_USERNS, "/t/a", "carry", "lost"))                        \
	EDIT(handle_none, "sec-unmask-small", sec_handle, PASS, BROKEN,                            \
	     set_attempt(f, "probe:a", AS_ROOT, "/t/a", "handle", "none"))                         \
	EDIT(fresh_proc_lost, "sec-unmask-small", sec_fresh_proc, PASS, BROKEN,                    \
	     set_attempt(f, "probe:a", AS_USERNS, "/proc/version", "fresh", "lost"))               \
	EDIT(fresh_sysfs_none, "sec-unmask-small", sec_fresh_sysfs, PASS, BROKEN,                  \
	     set_attempt(f, "probe:a", AS_USERNS, "/sys/kernel/mm", "fresh", "none"))              \
	EDIT(cwd_none, "sec-cwd-small", sec_cwd, PASS, BROKEN,                                     \
	     set(f, PROBE("inside", "run", OP_LINKS, "/proc/1/cwd"), "ok", NO_LINKS))              \
	EDIT(cwd_closed, "sec-cwd-small", sec_cwd, PASS, BROKEN,                                   \
	     set(f, PROBE("inside", "run", OP_LINKS, "/proc/1/cwd"), "EACCES", ""))                \
	EDIT(fd_none, "sec-descriptors", sec_fd, PASS, BROKEN,                                     \
	     set(f, PROBE("a", "run", OP_LINKS, "/proc/1/fd"), "ok", NO_LINKS))                    \
	EDIT(fd_closed, "sec-descriptors", sec_fd, PASS, BROKEN,                                   \
	     set(f, PROBE("a", "run", OP_LINKS, "/proc/1/fd"), "EACCES", ""))                      \
	EDIT(fd_unread, "sec-descriptors", sec_fd, PASS, BROKEN,                                   \
	     set(f, PROBE("a", "run", OP_LINKS, "/proc/1/fd"), "ok",                               \
		 "links=4 outside=0 refused=0 unread=1 init=ok first="))                           \
	EDIT(fd_streams_only, "sec-descriptors", sec_fd, PASS, PASS,                               \
	     set(f, PROBE("a", "run", OP_LINKS, "/proc/1/fd"), "ok",                               \
		 "links=3 outside=0 refused=0 unread=0 init=ok first="))                           \
	EDIT(fd_exec_none, "sec-descriptors", sec_fd, PASS, BROKEN,                                \
	     set(f, joined_links("probe:a"), "ok", NO_LINKS))                                      \
	EDIT(links_none, "sec-descriptors", sec_links, PASS, BROKEN,                               \
	     set(f, PROBE("a", "run", OP_LINKS, "/proc"), "ok", NO_LINKS))                         \
	EDIT(links_closed, "sec-descriptors", sec_links, PASS, BROKEN,                             \
	     set(f, PROBE("a", "run", OP_LINKS, "/proc"), "EACCES", ""))                           \
	EDIT(links_unread, "sec-descriptors", sec_links, PASS, BROKEN,                             \
	     set(f, PROBE("a", "run", OP_LINKS, "/proc"), "ok",                                    \
		 "links=14 outside=0 refused=0 unread=2 init=ok first="))                          \
	EDIT(links_of_others, "sec-descriptors", sec_links, PASS, BROKEN,                          \
	     set(f, PROBE("a", "run", OP_LINKS, "/proc"), "ok",                                    \
		 "links=8 outside=0 refused=3 unread=0 init=EACCES first="))                       \
	EDIT(links_of_a_closed_peer, "sec-descriptors", sec_links, PASS, PASS,                     \
	     set(f, PROBE("a", "run", OP_LINKS, "/proc"), "ok",                                    \
		 "links=14 outside=0 refused=3 unread=0 init=ok first="))                          \
	EDIT(links_untold, "sec-descriptors", sec_links, PASS, BROKEN,                             \
	     set(f, PROBE("a", "run", OP_LINKS, "/proc"), "ok", "links=14 outside=0 first="))      \
	EDIT(stream_closed, "sec-null-small", sec_stdio, PASS, BROKEN,                             \
	     set(f, PROBE("link", "run", OP_STAT, "/proc/1/fd/0"), "EACCES", ""))                  \
	EDIT(stream_gone, "sec-null-small", sec_stdio, PASS, BROKEN,                               \
	     set(f, PROBE("link", "run", OP_STAT, "/proc/1/fd/2"), "ENOENT", ""))                  \
	EDIT(neighbour_away, "sec-neighbour", sec_neighbour, PASS, BROKEN,                         \
	     set(f, PROBE("watcher", "run", OP_LOOK, "/proc/@other/root/t/a"), "ESRCH", ""))       \
	EDIT(neighbour_closed, "sec-neighbour", sec_neighbour, PASS, BROKEN,                       \
	     set(f, PROBE("watcher", "run", OP_LOOK, "/proc/@other/root/t/f"), "EPERM", ""))       \
	EDIT(neighbour_unread, "sec-neighbour", sec_neighbour, PASS, BROKEN,                       \
	     set(f, PROBE("watcher", "run", OP_LOOK, "/proc/@other/root/t/a"), "ok",               \
		 "type=dir rdev=0:0 open=EMFILE entries=0"))
