/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Raw system calls and constants newer than glibc 2.28 (RHEL 8), each with the kernel that
 * brought it. Every wrapper returns the result or a negative errno and is usable on a kernel
 * without the call: it then returns -ENOSYS, which is the run-time probe. Nothing here depends
 * on what the build machine's headers know.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* Numbers are common to all architectures from 424 on (Linux 5.1, unified tables). */
#define MS_NR_open_tree 428	/* 5.2, a07b20004793 */
#define MS_NR_move_mount 429	/* 5.2, 2db154b3ea8e */
#define MS_NR_fsopen 430	/* 5.2, 24dcb3d90a1f */
#define MS_NR_fsconfig 431	/* 5.2, ecdab150fddb */
#define MS_NR_fsmount 432	/* 5.2, 93766fbd2696 */
#define MS_NR_fspick 433	/* 5.2, cf3cba4a429b */
#define MS_NR_pidfd_open 434	/* 5.3 */
#define MS_NR_close_range 436	/* 5.9 */
#define MS_NR_openat2 437	/* 5.6, fddb5d430ad9 */
#define MS_NR_mount_setattr 442 /* 5.12, 2a1867219c7b */
#define MS_NR_open_tree_attr 467 /* 6.15, c4a16820d901 */
#define MS_NR_statmount 457	/* 6.8, 46eae99ef733 */
#define MS_NR_listmount 458	/* 6.8 */

#ifdef SYS_openat2
_Static_assert(SYS_openat2 == MS_NR_openat2, "openat2 has one number everywhere");
#endif
#ifdef SYS_mount_setattr
_Static_assert(SYS_mount_setattr == MS_NR_mount_setattr, "mount_setattr has one number everywhere");
#endif
#ifdef SYS_open_tree
_Static_assert(SYS_open_tree == MS_NR_open_tree, "open_tree has one number everywhere");
#endif

#define MS_OPEN_TREE_CLONE 1U
#define MS_OPEN_TREE_CLOEXEC O_CLOEXEC
#define MS_MOVE_MOUNT_F_EMPTY_PATH 0x04U
#define MS_MOVE_MOUNT_T_EMPTY_PATH 0x40U
#define MS_AT_RECURSIVE 0x8000
#define MS_FSOPEN_CLOEXEC 1U
#define MS_FSMOUNT_CLOEXEC 1U
#define MS_FSCONFIG_SET_FLAG 0U
#define MS_FSCONFIG_SET_STRING 1U
#define MS_FSCONFIG_CMD_CREATE 6U
#define MS_FSCONFIG_CMD_RECONFIGURE 7U
#define MS_FSPICK_CLOEXEC 1U
#define MS_MOUNT_ATTR_RDONLY 0x01U
#define MS_MOUNT_ATTR_NOSUID 0x02U
#define MS_MOUNT_ATTR_NODEV 0x04U
#define MS_MOUNT_ATTR_NOEXEC 0x08U

/* struct open_how of <linux/openat2.h> (5.6), size 24 in its first version. */
struct ms_open_how {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};

#define MS_RESOLVE_NO_XDEV 0x01U
#define MS_RESOLVE_NO_MAGICLINKS 0x02U
#define MS_RESOLVE_NO_SYMLINKS 0x04U
#define MS_RESOLVE_BENEATH 0x08U
#define MS_RESOLVE_IN_ROOT 0x10U

/* struct mount_attr of <linux/mount.h> (5.12). */
struct ms_mount_attr {
	uint64_t attr_set;
	uint64_t attr_clr;
	uint64_t propagation;
	uint64_t userns_fd;
};

/* First 256 bytes of statx(2) (4.11); the mount id came with 5.8 (fa2fcf4f1df1). */
struct ms_statx_time {
	int64_t sec;
	uint32_t nsec;
	int32_t pad;
};

struct ms_statx {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, pad0;
	uint64_t ino, size, blocks, attributes_mask;
	struct ms_statx_time atime, btime, ctime, mtime;
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t mnt_id;
	uint64_t spare[13];
};
_Static_assert(sizeof(struct ms_statx) == 256, "statx writes 256 bytes");

/* struct linux_dirent64 of getdents64(2), which glibc wraps from 2.30 on. */
struct ms_dirent {
	uint64_t ino;
	int64_t next;
	uint16_t size; /* of this record */
	uint8_t type;
	char name[];
};

#define MS_STATX_BASIC_STATS 0x7ffU
#define MS_STATX_MNT_ID 0x1000U
#define MS_AT_EMPTY_PATH 0x1000
#define MS_MOUNT_NOSYMFOLLOW 256UL    /* of mount(2): 5.10, dab741e0e02b */
#define MS_STATFS_NOSYMFOLLOW 0x2000UL /* the same in statfs(2) */
#define MS_CLOSE_RANGE_CLOEXEC 4U     /* 5.11, 582f1fb6b721 */
#define MS_CLONE_NEWCGROUP 0x02000000 /* 4.6, a79a908fd2b0 */

static inline int ms_neg_errno(long r)
{
	return r < 0 ? -errno : (int)r;
}

static inline int sys_openat2(int dirfd, const char *path, const struct ms_open_how *how)
{
	return ms_neg_errno(syscall(MS_NR_openat2, dirfd, path, how, sizeof(*how)));
}

static inline int sys_open_tree(int dirfd, const char *path, unsigned int flags)
{
	return ms_neg_errno(syscall(MS_NR_open_tree, dirfd, path, flags));
}

static inline int sys_move_mount(int from, const char *from_path, int to, const char *to_path,
				 unsigned int flags)
{
	return ms_neg_errno(syscall(MS_NR_move_mount, from, from_path, to, to_path, flags));
}

static inline int sys_fsopen(const char *fs, unsigned int flags)
{
	return ms_neg_errno(syscall(MS_NR_fsopen, fs, flags));
}

static inline int sys_fsconfig(int fd, unsigned int cmd, const char *key, const void *value,
			       int aux)
{
	return ms_neg_errno(syscall(MS_NR_fsconfig, fd, cmd, key, value, aux));
}

static inline int sys_fsmount(int fd, unsigned int flags, unsigned int attrs)
{
	return ms_neg_errno(syscall(MS_NR_fsmount, fd, flags, attrs));
}

static inline int sys_fspick(int dirfd, const char *path, unsigned int flags)
{
	return ms_neg_errno(syscall(MS_NR_fspick, dirfd, path, flags));
}

static inline int sys_mount_setattr(int dirfd, const char *path, unsigned int flags,
				    const struct ms_mount_attr *attr)
{
	return ms_neg_errno(syscall(MS_NR_mount_setattr, dirfd, path, flags, attr, sizeof(*attr)));
}

static inline int sys_pidfd_open(pid_t pid, unsigned int flags)
{
	return ms_neg_errno(syscall(MS_NR_pidfd_open, pid, flags));
}

static inline int sys_close_range(unsigned int first, unsigned int last, unsigned int flags)
{
	return ms_neg_errno(syscall(MS_NR_close_range, first, last, flags));
}

static inline int sys_pivot_root(const char *new_root, const char *put_old)
{
	return ms_neg_errno(syscall(SYS_pivot_root, new_root, put_old));
}

static inline int sys_getdents(int fd, void *buf, size_t size)
{
	return ms_neg_errno(syscall(SYS_getdents64, fd, buf, size));
}

/* Status of the object an O_PATH descriptor names. */
static inline int sys_statx_fd(int fd, unsigned int mask, struct ms_statx *ret)
{
	return ms_neg_errno(syscall(SYS_statx, fd, "", MS_AT_EMPTY_PATH, mask, ret));
}

/* seccomp user notification (5.0, 6a21cc50f0c7); letting a call go on came with 5.5. */
#define MS_SECCOMP_SET_MODE_FILTER 1U
#define MS_SECCOMP_GET_NOTIF_SIZES 3U
#define MS_SECCOMP_FILTER_FLAG_NEW_LISTENER 8UL
#define MS_SECCOMP_RET_USER_NOTIF 0x7fc00000U
#define MS_SECCOMP_USER_NOTIF_FLAG_CONTINUE 1U /* 5.5, fb3c5386b382 */

struct ms_seccomp_data {
	int32_t nr;
	uint32_t arch;
	uint64_t instruction_pointer;
	uint64_t args[6];
};

struct ms_seccomp_notif {
	uint64_t id;
	uint32_t pid; /* thread, in the reader's PID namespace */
	uint32_t flags;
	struct ms_seccomp_data data;
};

struct ms_seccomp_resp {
	uint64_t id;
	int64_t val;
	int32_t error; /* negative errno */
	uint32_t flags;
};
_Static_assert(sizeof(struct ms_seccomp_notif) == 80 && sizeof(struct ms_seccomp_resp) == 24,
	       "sizes of 5.0; a newer kernel says its own by SECCOMP_GET_NOTIF_SIZES");

#define MS_SECCOMP_NOTIF_RECV _IOWR('!', 0, struct ms_seccomp_notif)
#define MS_SECCOMP_NOTIF_SEND _IOWR('!', 1, struct ms_seccomp_resp)
/* The direction is wrong, and is what all kernels take (corrected in 5.9, 47e33c05f9f0). */
#define MS_SECCOMP_NOTIF_ID_VALID _IOR('!', 2, uint64_t)

static inline int sys_seccomp(unsigned int op, unsigned long flags, void *arg)
{
	return ms_neg_errno(syscall(SYS_seccomp, op, flags, arg));
}
