/* SPDX-License-Identifier: Apache-2.0 */
/* docs/spec/10-directories.md */
#include "conformance/judge/rows.h"

static bool not_empty(const struct row *r)
{
	if (!row_ok(r))
		return !(streq(r->result, "EACCES") && r->as == AS_USER);
	return row_number(r, "entries") != 0 || row_number(r, "dots") != 2;
}

JUDGE(dir_empty) = {
	.class = "masked-dir",
	.ops = OPS1(LIST),
	.control = "control-dir",
	.violates = not_empty,
	.expected = "readdir gives . and .. and nothing else",
};

JUDGE(dir_exec) = {
	.class = "masked-dir",
	.ops = OPS1(LIST),
	.identities = BIT(AS_EXEC),
	.control = "control-dir",
	.violates = not_empty,
	.expected = "readdir gives . and .. to a process that joined, too",
};

JUDGE(dir_lookup) = {
	.class = "below-dir",
	.ops = OPS1(LOOK),
	.control = "control-below",
	.violates = row_ok,
	.expected = "ENOENT for every name of the covered directory",
};

JUDGE(dir_alias) = {
	.class = "alias-dir",
	.ops = OPS1(LOOK),
	.control = "control-alias",
	.violates = row_not_masked,
	.expected = "an empty directory by every name",
};

JUDGE(dir_create) = {
	.class = "masked-dir",
	.ops = OPS3(CREATE, MKDIR, MKNOD) | OPS3(MKFIFO, SYMLINK, LINK) | OPS2(TMPFILE, BINDSOCK),
	.control = "control-dir",
	.violates = row_ok,
	.expected = "an error, nothing made",
};

JUDGE(dir_metadata) = {
	.class = "masked-dir",
	.ops = OPS3(CHMOD, CHOWN, UTIMES) | OPS3(SETXATTR, REMOVEXATTR, SETFLAGS),
	.control = "control-dir",
	.violates = row_ok,
	.expected = "an error, nothing changed",
};

JUDGE(dir_rename) = {
	.class = "masked-dir",
	.ops = OPS3(RENAMEINTO, RENAMESELF, RMDIR),
	.control = "control-dir",
	.violates = row_ok,
	.expected = "an error, nothing moved or removed",
};

JUDGE(dir_mount) = {
	.class = "masked-dir",
	.ops = MOUNT_OPS,
	.control = "control-mount-dir",
	.control_as = AS_SYSADMIN,
	.violates = row_ok,
	.expected = "an error (EPERM; EINVAL in a nested user namespace)",
};

JUDGE(dir_readonly) = {
	.class = "masked-dir",
	.ops = OPS1(STATFS),
	.control = "control-dir",
	.violates = row_fs_writable,
	.expected = "statfs has ST_RDONLY",
};

/* tmpfs says 0 for "no limit"; nr_inodes=2 is what Ubuntu 20.04's 5.4 needs. */
static bool can_hold_data(const struct row *r)
{
	long long blocks = row_number(r, "blocks"), files = row_number(r, "files");

	return blocks < 1 || blocks > 2 || files < 1 || files > 2;
}

JUDGE(dir_bounded) = {
	.class = "masked-dir",
	.ops = OPS1(STATFS),
	.control = "control-dir",
	.violates = can_hold_data,
	.expected = "a file system of at most 2 blocks and 2 inodes",
};

/* Errnos ----------------------------------------------------------------------------------- */

/* "!" before a name: only for those without capabilities, whom the mode may stop first. */
static const struct {
	enum op op;
	const char *errnos;
} refusals[] = {
	{ OP_CREATE, "EROFS !EACCES" },
	{ OP_MKDIR, "EROFS !EACCES" },
	{ OP_MKNOD, "EROFS" },
	{ OP_MKFIFO, "EROFS !EACCES" },
	{ OP_SYMLINK, "EROFS !EACCES" },
	{ OP_LINK, "EROFS EXDEV" },
	{ OP_TMPFILE, "EROFS !EACCES" },
	{ OP_BINDSOCK, "EROFS !EACCES" },
	{ OP_UNLINKMISSING, "EROFS !EACCES" },
	{ OP_CHMOD, "EROFS" },
	{ OP_CHOWN, "EROFS" },
	{ OP_UTIMES, "EROFS" },
	{ OP_SETXATTR, "EROFS" },
	{ OP_REMOVEXATTR, "EROFS" },
	{ OP_SETFLAGS, "EROFS ENOTTY EOPNOTSUPP" },
	{ OP_RENAMEINTO, "EXDEV" },
	{ OP_RENAMESELF, "EBUSY EACCES" },
	{ OP_RMDIR, "EBUSY EACCES" },
};

static bool other_errno(const struct row *r)
{
	_cleanup_free_ char *privileged = xasprintf("!%s", r->result);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++)
		if (refusals[i].op == r->op)
			return !has_word(refusals[i].errnos, r->result) &&
			       !(r->as != AS_ROOT && has_word(refusals[i].errnos, privileged));
	return true;
}

JUDGE(dir_errno) = {
	.class = "masked-dir",
	.ops = OPS3(CREATE, MKDIR, MKNOD) | OPS3(MKFIFO, SYMLINK, LINK) |
	       OPS3(TMPFILE, BINDSOCK, UNLINKMISSING) | OPS3(CHMOD, CHOWN, UTIMES) |
	       OPS3(SETXATTR, REMOVEXATTR, SETFLAGS) | OPS3(RENAMEINTO, RENAMESELF, RMDIR),
	.control = "control-dir",
	.violates = other_errno,
	.expected = "EROFS; EXDEV into it, EBUSY or EACCES of itself",
};

/* Reported --------------------------------------------------------------------------------- */

JUDGE(dir_mode) = {
	.class = "masked-dir",
	.ops = OPS1(STAT),
	.informs = row_say,
	.expected = "reported, never failed",
};

JUDGE(dir_kind) = {
	.class = "masked-dir",
	.ops = OPS1(STATFS),
	.informs = row_say,
	.expected = "reported, never failed",
};
