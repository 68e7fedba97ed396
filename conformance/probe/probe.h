/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe: runs in the container, does what the case's todo says, reports what happened, and
 * expects nothing. It writes to a file of a bind mount, never to stdout, whose end a runtime may
 * lose.
 *
 * An operation returns 0 ("ok"), a negative errno, or PROBE_UNAVAILABLE, with words about what it
 * saw appended to @value. One that succeeds in changing something undoes it where later
 * observations would suffer; on a control it works on a thing of its own beside it.
 */
#pragma once

#include "conformance/case.h"

#define PROBE_DIR "/.maskspec"
#define PROBE_BINARY PROBE_DIR "/probe"
#define PROBE_UNAVAILABLE (-4096) /* no errno: the attempt could not be made */

typedef int probe_op(const struct todo *t, struct text *value);

/* Operations that only look (look.c), that change things (change.c, file.c), that mount. */
probe_op probe_look, probe_list, probe_read, probe_stat, probe_statfs;
probe_op probe_create, probe_mkdir, probe_mknod, probe_mkfifo, probe_symlink, probe_link;
probe_op probe_tmpfile, probe_bind_socket, probe_unlink_missing, probe_chmod, probe_chown;
probe_op probe_utimes, probe_setxattr, probe_removexattr, probe_setflags, probe_rename_into;
probe_op probe_rename_self, probe_rmdir, probe_chmod_device, probe_try_write;
probe_op probe_write, probe_mmap, probe_exec, probe_truncate, probe_unlink;
probe_op probe_umount, probe_umount_detach, probe_remount, probe_remount_bind, probe_bind_over;
probe_op probe_tmpfs_over, probe_move, probe_private, probe_open_tree, probe_mount_setattr;
probe_op probe_fspick, probe_unshare_ns, probe_pivot, probe_handle;
/* What leads out of the container (links.c). */
probe_op probe_links;
/* In a path: the PID of a process of another container of ours. */
#define OTHER "@other"
/* What @look says of @path for the first such process that shows content there, or for the last one
 * that can be looked at; -EPERM where there is none. */
int probe_each_other(const char *path, int (*look)(const char *path, struct text *value),
		     struct text *value);
/* All that could get round a mask (unmask.c). */
probe_op probe_unmask;

/* What a probe_op returns of a system call that answered @r. */
static inline int neg(int r)
{
	return r < 0 ? -errno : 0;
}

/* Reads at most 64 KiB through @path without blocking; bytes, or a negative errno. */
long probe_read_bytes(const char *path);
bool probe_is_control(const struct todo *t);
/* Entry point of `observe probe DIR NAME [exec]`; returns its exit status. */
int probe_main(int argc, char **argv);
