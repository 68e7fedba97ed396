/* SPDX-License-Identifier: Apache-2.0 */
/* The table of faults. fixtures/mutants.tsv says what each is and which ids it must fail. */
#include "reference/mutants.h"

const struct mutant *mutant;

#define SKIP(n, predicate)                                                                         \
	{                                                                                          \
		.name = n, .seam.plan = plan_skip, .skip = predicate                               \
	}
#define ERRNO(n, e)                                                                                \
	{                                                                                          \
		.name = n, .seam.plan = plan_errno, .errnum = e                                    \
	}
#define SPELL(n, spelling)                                                                         \
	{                                                                                          \
		.name = n, .seam.plan = plan_spell, .spell = spelling                              \
	}
#define PLAN(n, hook)                                                                              \
	{                                                                                          \
		.name = n, .seam.plan = hook                                                       \
	}
#define PER_DIR(n, predicate)                                                                      \
	{                                                                                          \
		.name = n, .seam.plan = plan_per_dir, .skip = predicate                            \
	}
#define DIRECTORY(n, make)                                                                         \
	{                                                                                          \
		.name = n, .seam.plan = plan_unverified, .seam.apply = apply_directory,            \
		.mask = make                                                                       \
	}
#define SOURCE(n, make)                                                                            \
	{                                                                                          \
		.name = n, .seam.plan = plan_unverified, .seam.apply = apply_source, .mask = make  \
	}
#define FILE_MASK(n, make)                                                                         \
	{                                                                                          \
		.name = n, .seam.plan = plan_unverified, .seam.apply = apply_file, .mask = make    \
	}
#define EDIT(n, editor)                                                                            \
	{                                                                                          \
		.name = n, .seam.config = config_edit, .edit = editor                              \
	}
#define SHARING(n, hook, make)                                                                     \
	{                                                                                          \
		.name = n, .seam.stages = stages_share, .seam.plan = plan_unverified,              \
		.seam.apply = hook, .mask = make                                                   \
	}
#define STAGES(n, hook)                                                                            \
	{                                                                                          \
		.name = n, .seam.stages = hook                                                     \
	}

#define NARROW(n, f)                                                                               \
	{                                                                                          \
		.name = n, .seam.plan = plan_alias_forgotten, .form = f                            \
	}
#define FOLLOWED(n, path)                                                                          \
	{                                                                                          \
		.name = n, .seam.plan = plan_alias_followed, .text = path                          \
	}
#define WIDE(n, path)                                                                              \
	{                                                                                          \
		.name = n, .seam.plan = plan_spell, .spell = spell_near_miss, .text = path         \
	}

#define READONLY(n, handle)                                                                        \
	{                                                                                          \
		.name = n, .seam.stages = stages_readonly, .readonly = handle                      \
	}

static const struct mutant mutants[] = {
	/* directories */
	SKIP("dir-skip", skip_dir),
	SKIP("dir-first-skip", skip_first_dir),
	SKIP("dir-last-skip", skip_last_dir),
	SKIP("dir-beyond-256-skip", skip_dir_beyond_256),
	SKIP("dir-third-beyond-256-skip", skip_each_third_beyond_256),
	{ .name = "dir-null-swallowed",
	  .seam.plan = plan_unverified,
	  .seam.apply = apply_null_on_all },
	DIRECTORY("dir-with-content", mask_with_content),
	DIRECTORY("dir-writable", mask_writable),
	{ .name = "dir-copies-writable",
	  .seam.apply = apply_writable_copies,
	  .mask = mask_writable },
	DIRECTORY("dir-unbounded", mask_unbounded),
	PLAN("dir-covered-touched", plan_touch_directories),
	PLAN("dir-chmod-covered", plan_chmod_directories),
	{ .name = "dir-replaced-by-host-dir",
	  .seam.plan = plan_unverified,
	  .seam.apply = apply_each_directory,
	  .mask = mask_host_directory },
	EDIT("caps-kept", edit_keep_admin),

	/* files */
	SKIP("file-skip", skip_file),
	SKIP("file-first-skip", skip_first_file),
	SKIP("file-last-skip", skip_last_file),
	FILE_MASK("file-regular", mask_regular),
	FILE_MASK("file-regular-writable", mask_regular_writable),
	FILE_MASK("file-zero", mask_zero),
	FILE_MASK("file-container-null", mask_container_null),
	FILE_MASK("file-host-null", mask_host_null),
	PLAN("file-covered-truncated", plan_truncate_files),
	PLAN("file-covered-touched", plan_append_files),

	/* paths */
	SKIP("link-itself", skip_leaf_link),
	SKIP("link-host-root", skip_host_link),
	SKIP("link-middle-skip", skip_middle_link),
	SKIP("link-chain-skip", skip_link_chain),
	SKIP("slash-trailing-skip", skip_trailing_slash),
	SKIP("slash-double-skip", skip_double_slash),
	SKIP("dots-skip", skip_dots),
	SPELL("dots-lexical", spell_lexical),
	SPELL("bytes-space-cut", spell_cut),
	SPELL("bytes-unescaped", spell_unescaped),
	SPELL("bytes-escaped", spell_escaped),
	SKIP("bytes-long-skip", skip_long_name),
	PLAN("missing-refused", plan_refuse_missing),
	PLAN("missing-created", plan_create_missing),
	PLAN("missing-stops", plan_stop_at_missing),
	ERRNO("eloop-skip", ELOOP),
	ERRNO("enotdir-skip", ENOTDIR),
	ERRNO("eacces-skip", EACCES),
	ERRNO("enametoolong-skip", ENAMETOOLONG),
	ERRNO("eio-skip", EIO),
	PLAN("duplicate-refused", plan_refuse_duplicate),
	{ .name = "duplicate-unmasks",
	  .seam.plan = plan_unverified,
	  .seam.apply = apply_unmask_duplicate },
	{ .name = "nested-by-path", .seam.plan = plan_unverified, .seam.apply = apply_by_path },
	SKIP("prefix-skip", skip_prefixed),
	SKIP("nested-parent-skip", skip_parent_of_planned),
	PLAN("nested-child-refused", plan_refuse_nested),

	/* kinds and pairs */
	SKIP("kind-device-skip", skip_device),
	SKIP("kind-fifo-skip", skip_fifo),
	SKIP("kind-socket-skip", skip_socket),
	SKIP("kind-mountpoint-skip", skip_mountpoint),
	SKIP("kind-in-mount-skip", skip_in_mount),
	SKIP("kind-sysfs-skip", skip_on_sysfs),
	SKIP("kind-procfs-skip", skip_on_procfs),
	SKIP("dev-skip", skip_dev),
	PLAN("devnull-refused", plan_refuse_devnull),
	SKIP("file-after-dir-skip", skip_file_after_dir),
	SKIP("dir-after-fifo-skip", skip_dir_after_fifo),

	/* the lists */
	EDIT("list-ignored", edit_drop_lists),
	EDIT("masked-ignored", edit_drop_masked),
	EDIT("userns-masked-ignored", edit_drop_masked_userns),
	EDIT("userns-one-masked-ignored", edit_drop_masked_one_id),
	{ .name = "second-masked-ignored",
	  .seam.stages = stages_look_for_others,
	  .seam.config = config_edit,
	  .edit = edit_drop_masked_second },
	EDIT("propagation-masked-ignored", edit_drop_masked_propagation),
	EDIT("masked-needs-readonly", edit_masked_needs_readonly),
	EDIT("readonly-needs-masked", edit_readonly_needs_masked),
	EDIT("list-wrong-type-ignored", edit_drop_wrong_type),
	{ .name = "list-nul-cut", .seam.config = config_nul_cut },
	EDIT("list-null-refused", edit_refuse_null),
	EDIT("list-empty-refused", edit_refuse_empty),
	EDIT("relative-masked", edit_relative_to_absolute),
	EDIT("relative-skip", edit_drop_relative),
	EDIT("empty-string-skip", edit_drop_empty_string),

	/* read-only paths */
	EDIT("ro-ignored", edit_drop_readonly),
	READONLY("ro-no-remount", readonly_no_remount),
	READONLY("ro-first-only", readonly_first_only),
	READONLY("ro-last-skip", readonly_all_but_last),
	READONLY("ro-flags-lost", readonly_flags_lost),
	READONLY("ro-nosuid-lost", readonly_nosuid_lost),
	READONLY("ro-nodev-lost", readonly_nodev_lost),
	READONLY("ro-noexec-lost", readonly_noexec_lost),
	READONLY("ro-superblock", readonly_superblock),
	READONLY("ro-link-itself", readonly_not_links),
	READONLY("ro-link-host-root", readonly_host_links),
	READONLY("ro-twice-undone", readonly_twice_undone),
	READONLY("ro-root-skip", readonly_not_root),
	READONLY("ro-procfs-skip", readonly_not_procfs),
	READONLY("ro-masked", readonly_masked),
	READONLY("ro-chmod-covered", readonly_chmod),
	{ .name = "ro-missing-stops", .seam.stages = stages_readonly, .stop_at = ENOENT },
	STAGES("ro-missing-refused", stages_readonly_refuse),
	STAGES("ro-missing-created", stages_readonly_create),
	{ .name = "ro-eloop-skip", .seam.stages = stages_readonly, .errnum = ELOOP },
	{ .name = "ro-enotdir-skip", .seam.stages = stages_readonly, .errnum = ENOTDIR },
	{ .name = "ro-late", .seam.stages = stages_readonly_late, .readonly = readonly_no_remount },
	STAGES("ro-on-host", stages_readonly_on_host),
	{ .name = "ro-over-masks",
	  .seam.stages = stages_readonly_last,
	  .readonly = readonly_shallow },
	{ .name = "ro-resolved-early",
	  .seam.stages = stages_resolve_early,
	  .seam.plan = plan_resolved_early },
	SKIP("ro-both-not-masked", skip_readonly_too),
	SKIP("ro-inside-not-masked", skip_around_readonly),

	/* procfs descriptors */
	NARROW("alias-source", MASK_ALIAS_NONE),
	NARROW("alias-not-self", MASK_ALIAS_SELF),
	NARROW("alias-not-thread-self", MASK_ALIAS_THREAD_SELF),
	NARROW("alias-not-pid", MASK_ALIAS_PID),
	NARROW("alias-not-self-task", MASK_ALIAS_SELF_TASK),
	NARROW("alias-not-pid-task", MASK_ALIAS_PID_TASK),
	FOLLOWED("alias-not-dev-fd", "/dev/fd/17"),
	FOLLOWED("alias-not-link", "/t/link"),
	WIDE("alias-negative", "/proc/self/fd/-17"),
	WIDE("alias-leading-zero", "/proc/self/fd/017"),
	WIDE("alias-plus", "/proc/self/fd/+17"),
	WIDE("alias-hexadecimal", "/proc/self/fd/0x11"),
	WIDE("alias-overflow", "/proc/self/fd/4294967313"),
	WIDE("alias-letter-behind", "/proc/self/fd/17x"),
	WIDE("alias-below", "/proc/self/fd/17/nothing"),
	WIDE("alias-fdinfo", "/proc/self/fdinfo/17"),
	WIDE("alias-pid-zero", "/proc/0/fd/17"),
	WIDE("alias-pid-leading-zero", "/proc/01/fd/17"),
	WIDE("alias-pid-overflow", "/proc/4294967297/fd/17"),
	WIDE("alias-pid-ignored", "/proc/4194303/fd/17"),
	WIDE("alias-tid-zero", "/proc/self/task/0/fd/17"),
	WIDE("alias-tid-ignored", "/proc/self/task/4194303/fd/17"),
	PLAN("alias-copied", plan_alias_copied),
	SKIP("alias-skip", skip_alias),
	SKIP("alias-drops-rest", skip_behind_alias),
	{ .name = "alias-source-reopened",
	  .seam.plan = plan_alias_forgotten,
	  .seam.apply = apply_source_by_alias },
	{ .name = "alias-writable", .seam.apply = apply_alias_writable },
	PLAN("alias-unshares", plan_alias_unshares),
	STAGES("alias-outside", stages_alias_outside),

	/* superblocks and isolation */
	PER_DIR("sb-per-dir", per_dir_always),
	PER_DIR("sb-per-dir-above-100", per_dir_above_100),
	PER_DIR("sb-per-dir-userns", per_dir_userns),
	{ .name = "sb-per-dir-second",
	  .seam.stages = stages_look_for_others,
	  .seam.plan = plan_per_dir,
	  .skip = per_dir_second },
	PLAN("sb-per-dir-sysfs", plan_per_dir_sysfs),
	FILE_MASK("sb-per-file", mask_own_superblock),
	{ .name = "sb-spare", .seam.apply = apply_spare_superblock },
	{ .name = "grace-per-dir", .seam.apply = apply_null_first },
	STAGES("grace-per-dir-delete", stages_unmount_each),
	{ .name = "prop-shared", .seam.apply = apply_shared_propagation },
	STAGES("prop-host", stages_host_masks),
	STAGES("leak-superblock", stages_leak_superblock),
	SHARING("iso-dir-writable", apply_directory, mask_shared_directory),
	SHARING("iso-dir-readonly", apply_directory, mask_shared_directory_readonly),
	SHARING("iso-file-writable", apply_file, mask_shared_file),
	{ .name = "iso-dir-kept",
	  .seam.stages = stages_keep,
	  .seam.plan = plan_unverified,
	  .seam.apply = apply_directory,
	  .mask = mask_shared_directory },
	FILE_MASK("iso-null-readonly", mask_host_null_readonly),

	/* errors and lifecycle */
	STAGES("errors-swallowed", stages_swallow),
	{ .name = "refuse-runs",
	  .seam.config = config_defer_fault,
	  .seam.stages = stages_refuse_late },
	STAGES("refuse-leaves-mount", stages_refuse_mount),
	STAGES("refuse-leaves-cgroup", stages_refuse_cgroup),
	STAGES("refuse-leaves-state", stages_refuse_state),
	STAGES("refuse-leaves-process", stages_refuse_process),
	STAGES("delete-leaves-cgroup", stages_delete_no_cgroup),
	STAGES("delete-leaves-state", stages_delete_no_state),
	STAGES("delete-leaves-process", stages_delete_process),
	STAGES("exec-unmasked", stages_exec_unmasked),
	STAGES("exec-user-unmasked", stages_exec_user),
	STAGES("exec-admin-unmasked", stages_exec_admin),
	STAGES("exec-workdir-unmasked", stages_exec_workdir),
	STAGES("exec-failed-unmasks", stages_exec_failed),
	STAGES("exec-refused", stages_exec_refused),
	STAGES("start-masks-again", stages_start_again),
	STAGES("resume-unmasks", stages_resume_unmasks),
	STAGES("update-unmasks", stages_update_unmasks),
	STAGES("killed-leaves-mount", stages_killed_mount),
	STAGES("killed-leaves-cgroup", stages_killed_cgroups),
	STAGES("killed-leaves-state", stages_killed_state),
	STAGES("killed-leaves-process", stages_killed_process),
	SKIP("scale-beyond-1000-skip", skip_beyond_1000),
	PLAN("emfile-skip", plan_few_files),
	{ .name = "nofile-early",
	  .seam.plan = plan_few_files,
	  .seam.stages = stages_early_nofile },
	{ .name = "enospc-skip", .seam.plan = plan_unverified, .seam.apply = apply_until_full },
	{ .name = "sb-per-dir-fifth",
	  .seam.stages = stages_look_for_others,
	  .seam.plan = plan_per_dir,
	  .skip = per_dir_fifth },
	SKIP("joined-unmasked", skip_joined),
	STAGES("joined-host-masked", stages_joined_host),
	SKIP("hooks-unmasked", skip_hooked),
	{ .name = "hooks-before-masks", .seam.plan = plan_late, .seam.stages = stages_hooks_early },
	SKIP("readonly-root-unmasked", skip_readonly_root),
	STAGES("readonly-root-writable", stages_root_writable),
	SKIP("propagation-unmasked", skip_propagation),
	{ .name = "late-start", .seam.plan = plan_late, .seam.stages = stages_late_start },
	{ .name = "late-payload", .seam.plan = plan_late, .seam.stages = stages_late_payload },
	PLAN("start-refused", plan_refuse_directories),

	/* strategies and rungs */
	SOURCE("empty-dir-writable", mask_empty_dir_writable),
	SOURCE("detached-writable", mask_detached_writable),
	{ .name = "detached-each", .seam.apply = apply_detached_each },
	{ .name = "rung-staged-each", .seam.apply = apply_detached_each, .lacks = lacks_fsopen },
	DIRECTORY("rung-writable", mask_writable_classic),
	DIRECTORY("rung-unbounded", mask_unbounded_on_einval),
	SKIP("rung-host-root", skip_host_link_walking),

	/* security */
	FILE_MASK("null-of-image", mask_container_null),
	SKIP("null-missing-skip", skip_without_null),
	STAGES("link-taken-for-mount", stages_link_mounted),
	STAGES("dev-link-followed", stages_dev_followed),
	SKIP("volume-on-proc-skip", skip_without_procfs),
	STAGES("root-by-procfs", stages_root_by_procfs),
	EDIT("cgroup-writable", edit_cgroup_writable),
	EDIT("admin-kept", edit_keep_admin),
	EDIT("read-search-kept", edit_keep_read_search),
	DIRECTORY("mask-by-mode", mask_by_mode),
	STAGES("streams-of-image", stages_streams_of_image),
	STAGES("procfs-left", stages_procfs_left),
	STAGES("sysfs-left", stages_sysfs_left),
	STAGES("cwd-unchecked", stages_cwd_unchecked),
	STAGES("fd-leaked", stages_fd_leaked),
	STAGES("exec-fd-leaked", stages_exec_fd_leaked),
	STAGES("helper-left", stages_helper_left),
	STAGES("helper-unmasked", stages_helper_unmasked),
};

int seam_install(const char *name, struct seam *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(mutants); i++) {
		if (streq(mutants[i].name, name)) {
			int (*hold)(struct container *, struct fault *) = s->hold;

			mutant = &mutants[i];
			*s = mutant->seam;
			s->hold = hold;
			return 0;
		}
	}
	return -ENOENT;
}

const char *seam_name(size_t i)
{
	return i < ARRAY_SIZE(mutants) ? mutants[i].name : NULL;
}
