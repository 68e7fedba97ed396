/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/spec/40-readonly.md, what one observation shows. A change that succeeds is what is
 * forbidden; the controls are unlisted siblings, on which it must succeed.
 */
#include "conformance/judge/ends.h"
#include "conformance/judge/rows.h"

#define LISTED "readonly-dir readonly-file"
#define BELOW "readonly-below-dir readonly-below-file"
#define CONTROLS "control-dir control-file"

#define CREATE_OPS                                                                                 \
	(OPS3(CREATE, MKDIR, MKNOD) | OPS3(MKFIFO, SYMLINK, LINK) |                                \
	 OPS3(TMPFILE, BINDSOCK, RENAMEINTO))
#define CHANGE_OPS OPS2(WRITE, TRUNCATE)
#define METADATA_OPS (OPS3(CHMOD, CHOWN, UTIMES) | OPS3(SETXATTR, REMOVEXATTR, SETFLAGS))
#define RENAME_OPS OPS3(RENAMESELF, RMDIR, UNLINK)

JUDGE(ro_create) = {
	.class = "readonly-dir readonly-below-dir",
	.ops = CREATE_OPS,
	.control = CONTROLS,
	.violates = row_ok,
	.expected = "an error, nothing made",
};

JUDGE(ro_change) = {
	.class = "readonly-file readonly-below-file",
	.ops = CHANGE_OPS,
	.control = CONTROLS,
	.violates = row_ok,
	.expected = "an error, nothing written or cut",
};

JUDGE(ro_metadata) = {
	.class = LISTED " " BELOW,
	.ops = METADATA_OPS,
	.control = CONTROLS,
	.violates = row_ok,
	.expected = "an error, nothing changed",
};

JUDGE(ro_rename) = {
	.class = LISTED " " BELOW,
	.ops = RENAME_OPS,
	.control = CONTROLS,
	.violates = row_ok,
	.expected = "an error, nothing moved or removed",
};

JUDGE(ro_flag) = {
	.class = LISTED,
	.ops = OPS1(STATFS),
	.control = CONTROLS,
	.violates = row_fs_writable,
	.expected = "statfs has ST_RDONLY",
};

JUDGE(ro_mount) = {
	.class = LISTED,
	.ops = MOUNT_OPS,
	.control = "control-mount-dir control-mount-file",
	.control_as = AS_SYSADMIN,
	.violates = row_ok,
	.expected = "an error (EPERM; EINVAL in a nested user namespace)",
};

JUDGE(ro_alias) = {
	.class = "readonly-alias",
	.ops = OPS1(TRYWRITE),
	.control = "control-alias-try",
	.violates = row_ok,
	.expected = "EROFS by every name",
};

JUDGE(ro_exec) = {
	.class = LISTED,
	.ops = OPS1(TRYWRITE),
	.identities = BIT(AS_EXEC),
	.control = CONTROLS,
	.violates = row_ok,
	.expected = "EROFS to a process that joined, too",
};

/* "!": only to those without capabilities, whom the mode may stop first. */
static const struct {
	uint64_t ops;
	const char *errnos;
} refusals[] = {
	{ OPS2(LINK, RENAMEINTO), "EROFS EXDEV" },
	{ RENAME_OPS, "EROFS EBUSY EACCES EXDEV" },
	{ OPS1(SETFLAGS), "EROFS ENOTTY EOPNOTSUPP" },
	{ ~UINT64_C(0), "EROFS !EACCES" },
};

static bool other_errno(const struct row *r)
{
	_cleanup_free_ char *unprivileged = xasprintf("!%s", r->result);
	size_t i = 0;

	while (!(refusals[i].ops & BIT(r->op)))
		i++;
	return !has_word(refusals[i].errnos, r->result) &&
	       !(r->as != AS_ROOT && has_word(refusals[i].errnos, unprivileged));
}

JUDGE(ro_errno) = {
	.class = LISTED " " BELOW,
	.ops = CREATE_OPS | CHANGE_OPS | METADATA_OPS | RENAME_OPS,
	.control = CONTROLS,
	.violates = other_errno,
	.expected = "EROFS; EXDEV across its border, EBUSY or EACCES of itself",
};

/* Which object is made read-only -------------------------------------------------------------- */

#define READONLY(id)                                                                               \
	JUDGE(id) = { .class = NAME_##id,                                                          \
		      .ops = OPS1(TRYWRITE),                                                       \
		      .control = "control-try",                                                    \
		      .violates = row_ok,                                                          \
		      .expected = "EROFS: it can't be opened for writing" }

#define NAME_ro_link "ro-link"
#define NAME_ro_duplicate "ro-duplicate"
#define NAME_ro_missing_rest "ro-missing-rest"

READONLY(ro_link);
READONLY(ro_duplicate);
READONLY(ro_missing_rest);

JUDGE(ro_root) = {
	.class = "ro-root",
	.ops = OPS1(TRYWRITE),
	.control = "control-try",
	.refusal_passes = true,
	.violates = row_ok,
	.expected = "EROFS below the root, or the container refused",
};

JUDGE(ro_submount) = {
	.class = "ro-submount",
	.ops = OPS1(TRYWRITE),
	.informs = row_say,
	.expected = "reported, never failed",
};

JUDGE(ro_missing_untouched) = {
	.class = "ro-missing-untouched",
	.ops = OPS1(LOOK),
	.control = "control",
	.violates = row_ok,
	.expected = "ENOENT still",
};

REFUSED(ro_loop);
REFUSED(ro_notdir);
REFUSED(ro_absolute);
STARTS(ro_missing);

/* With masks ---------------------------------------------------------------------------------- */

JUDGE(ro_both) = {
	.class = "ro-both",
	.ops = OPS1(LOOK),
	.control = "control",
	.violates = row_not_masked,
	.expected = "masked: nothing can be read",
};

JUDGE(ro_mask_inside) = {
	.class = "ro-mask-inside ro-mask-inside-dir",
	.ops = OPS2(LOOK, TRYWRITE),
	.control = "control control-try",
	.violates = row_weak_mask,
	.expected = "masked, and nothing can be made in it",
};

JUDGE(ro_inside_mask) = {
	.class = "ro-inside-mask",
	.ops = OPS1(LOOK),
	.control = "control",
	.violates = row_exposes,
	.expected = "hidden below the mask",
};
