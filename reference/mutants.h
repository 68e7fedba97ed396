/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Named faults, in the test build only. A fault is a row: the hooks of seam.h it fills in, and
 * what they need to know. Each starts containers and differs from the reference by its fault.
 */
#pragma once

#include "reference/seam.h"

/* What a predicate over targets may look at. */
struct look {
	const struct container *c;
	const struct mask_ctx *ctx;
	const struct mask_target *targets;
	size_t n;
};

struct mutant {
	const char *name;
	struct seam seam;
	/* For plan_skip(): whether target @i is treated as missing. */
	bool (*skip)(const struct look *l, size_t i);
	/* For apply_directory() and apply_file(): makes the mask. */
	int (*mask)(struct container *c, struct mask_ctx *ctx, const struct mask_target *t);
	/* For config_edit(): works on the parsed `linux` object, or the whole. */
	void (*edit)(cJSON *config, cJSON *linux_object);
	/* For plan_text(): another spelling to look up, or NULL for the same; caller frees. */
	char *(*spell)(const struct look *l, size_t i);
	int errnum; /* for plan_errno() and stages_readonly(): as if missing */
	/* For those of mutants_alias.c: a form of alias, a path of the list. */
	enum mask_alias form;
	const char *text;
	/* For stages_readonly(): handles one path that exists; errno that ends the list. */
	int (*readonly)(struct container *c, const struct mask_ctx *ctx,
			const struct mask_target *t, size_t i, struct mask_error *err);
	int stop_at;
	/* For those of mutants_rungs.c: the fault is there only where this is true, or always. */
	bool (*lacks)(void);
};

extern const struct mutant *mutant; /* the one in force */

/* mutants_config.c */
int config_edit(char **text, size_t *size);
int config_nul_cut(char **text, size_t *size);
int config_defer_fault(char **text, size_t *size);
extern struct fault deferred_fault; /* of config_defer_fault(), errnum 0 for none */
void edit_keep_admin(cJSON *config, cJSON *linux_object);
void edit_drop_lists(cJSON *config, cJSON *linux_object);
void edit_drop_masked(cJSON *config, cJSON *linux_object);
void edit_drop_masked_userns(cJSON *config, cJSON *linux_object);
void edit_drop_masked_second(cJSON *config, cJSON *linux_object);
void edit_drop_masked_propagation(cJSON *config, cJSON *linux_object);
void edit_masked_needs_readonly(cJSON *config, cJSON *linux_object);
void edit_readonly_needs_masked(cJSON *config, cJSON *linux_object);
void edit_drop_masked_one_id(cJSON *config, cJSON *linux_object);
void edit_drop_wrong_type(cJSON *config, cJSON *linux_object);
void edit_refuse_null(cJSON *config, cJSON *linux_object);
void edit_refuse_empty(cJSON *config, cJSON *linux_object);
void edit_relative_to_absolute(cJSON *config, cJSON *linux_object);
void edit_drop_relative(cJSON *config, cJSON *linux_object);
void edit_drop_readonly(cJSON *config, cJSON *linux_object);
void edit_drop_empty_string(cJSON *config, cJSON *linux_object);

/* mutants_plan.c; all have the signature of seam.plan. */
#define PLAN_HOOK(name)                                                                            \
	int name(struct container *c, struct mask_ctx *ctx, struct mask_target *targets, size_t n, \
		 struct mask_plan *ret, struct mask_error *err)
PLAN_HOOK(plan_skip);
PLAN_HOOK(plan_errno);
PLAN_HOOK(plan_spell);
PLAN_HOOK(plan_unverified);
PLAN_HOOK(plan_late); /* in mutants_stages.c */
PLAN_HOOK(plan_resolved_early); /* in mutants_readonly.c */
PLAN_HOOK(plan_refuse_missing);
PLAN_HOOK(plan_create_missing);
PLAN_HOOK(plan_stop_at_missing);
PLAN_HOOK(plan_refuse_duplicate);
PLAN_HOOK(plan_refuse_nested);
PLAN_HOOK(plan_refuse_devnull);
PLAN_HOOK(plan_refuse_directories);
PLAN_HOOK(plan_touch_directories);
PLAN_HOOK(plan_chmod_directories);
PLAN_HOOK(plan_truncate_files);
PLAN_HOOK(plan_append_files);
PLAN_HOOK(plan_per_dir);
PLAN_HOOK(plan_per_dir_sysfs);
/* Plans and drops the operations that would notice the fault. */
int plan_without_verify(const struct mask_strategy *s, const struct mask_target *targets, size_t n,
			struct mask_plan *ret, struct mask_error *err);

/* mutants_skip.c: predicates and spellings */
bool skip_dir(const struct look *l, size_t i);
bool skip_first_dir(const struct look *l, size_t i);
bool skip_last_dir(const struct look *l, size_t i);
bool skip_dir_beyond_256(const struct look *l, size_t i);
bool skip_each_third_beyond_256(const struct look *l, size_t i);
bool skip_file(const struct look *l, size_t i);
bool skip_first_file(const struct look *l, size_t i);
bool skip_last_file(const struct look *l, size_t i);
bool skip_leaf_link(const struct look *l, size_t i);
bool skip_host_link(const struct look *l, size_t i);
bool skip_middle_link(const struct look *l, size_t i);
bool skip_link_chain(const struct look *l, size_t i);
bool skip_trailing_slash(const struct look *l, size_t i);
bool skip_double_slash(const struct look *l, size_t i);
bool skip_dots(const struct look *l, size_t i);
bool skip_long_name(const struct look *l, size_t i);
bool skip_parent_of_planned(const struct look *l, size_t i);
bool skip_device(const struct look *l, size_t i);
bool skip_fifo(const struct look *l, size_t i);
bool skip_socket(const struct look *l, size_t i);
bool skip_mountpoint(const struct look *l, size_t i);
bool skip_in_mount(const struct look *l, size_t i);
bool skip_on_sysfs(const struct look *l, size_t i);
bool skip_on_procfs(const struct look *l, size_t i);
bool skip_prefixed(const struct look *l, size_t i);
bool skip_dev(const struct look *l, size_t i);
bool skip_file_after_dir(const struct look *l, size_t i);
bool skip_dir_after_fifo(const struct look *l, size_t i);
bool per_dir_always(const struct look *l, size_t i);
bool per_dir_above_100(const struct look *l, size_t i);
bool per_dir_userns(const struct look *l, size_t i);
bool per_dir_second(const struct look *l, size_t i);
bool per_dir_fifth(const struct look *l, size_t i);
char *spell_lexical(const struct look *l, size_t i);
char *spell_cut(const struct look *l, size_t i);
char *spell_unescaped(const struct look *l, size_t i);
char *spell_escaped(const struct look *l, size_t i);
/* Whether canonical path @inner lies below @outer. */
bool lies_below(const struct look *l, size_t inner, size_t outer);

/* mutants_alias.c */
bool skip_alias(const struct look *l, size_t i);
bool skip_behind_alias(const struct look *l, size_t i);
char *spell_near_miss(const struct look *l, size_t i);
PLAN_HOOK(plan_alias_forgotten);
PLAN_HOOK(plan_alias_copied);
PLAN_HOOK(plan_alias_followed);
PLAN_HOOK(plan_alias_unshares);

/* mutants_apply.c */
/* What lies at the place of @t now, without a look at what it is: a descriptor. */
int fault_reopen(const struct mask_ctx *ctx, const struct mask_target *t);
static inline int fail_if(int r, struct mask_error *err, const struct mask_target *t)
{
	return r < 0 ? mask_fail(err, "apply the fault", -r, t->path) : 0;
}
#define APPLY_HOOK(name)                                                                           \
	int name(struct container *c, struct mask_ctx *ctx, const struct mask_target *targets,     \
		 const struct mask_op *op, struct mask_error *err)
APPLY_HOOK(apply_directory);
APPLY_HOOK(apply_each_directory);
APPLY_HOOK(apply_null_on_all);
APPLY_HOOK(apply_by_path);
APPLY_HOOK(apply_file);
APPLY_HOOK(apply_writable_copies);
APPLY_HOOK(apply_unmask_duplicate);
APPLY_HOOK(apply_shared_propagation);
APPLY_HOOK(apply_source_by_alias); /* these two in mutants_alias.c */
APPLY_HOOK(apply_alias_writable);
#define MASK_HOOK(name)                                                                            \
	int name(struct container *c, struct mask_ctx *ctx, const struct mask_target *t)
MASK_HOOK(mask_with_content);
MASK_HOOK(mask_writable);
MASK_HOOK(mask_unbounded);
MASK_HOOK(mask_host_directory);
MASK_HOOK(mask_regular);
MASK_HOOK(mask_regular_writable);
MASK_HOOK(mask_zero);
MASK_HOOK(mask_container_null);
MASK_HOOK(mask_host_null);
MASK_HOOK(mask_own_superblock);

/* mutants_readonly.c */
#define READONLY_HOOK(name)                                                                        \
	int name(struct container *c, const struct mask_ctx *ctx, const struct mask_target *t,     \
		 size_t i, struct mask_error *err)
READONLY_HOOK(readonly_no_remount);
READONLY_HOOK(readonly_first_only);
READONLY_HOOK(readonly_all_but_last);
READONLY_HOOK(readonly_flags_lost);
READONLY_HOOK(readonly_nosuid_lost);
READONLY_HOOK(readonly_nodev_lost);
READONLY_HOOK(readonly_noexec_lost);
READONLY_HOOK(readonly_superblock);
READONLY_HOOK(readonly_not_links);
READONLY_HOOK(readonly_host_links);
READONLY_HOOK(readonly_twice_undone);
READONLY_HOOK(readonly_not_root);
READONLY_HOOK(readonly_not_procfs);
READONLY_HOOK(readonly_masked);
READONLY_HOOK(readonly_chmod);
READONLY_HOOK(readonly_shallow);
bool skip_readonly_too(const struct look *l, size_t i);
bool skip_around_readonly(const struct look *l, size_t i);

/* mutants_stages.c */
struct stage *stage_find(struct stages *s, const char *name);
/* Puts the stage @name in front of @before. */
void stage_move(struct stages *s, const char *name, const char *before);
void stage_insert_after(struct stages *s, const char *name, struct stage stage);
void stage_append(struct stages *s, struct stage stage);
void stage_put_first(struct stages *s, struct stage stage);
/* A stage of those that join: leaves the masks in a mount namespace of its own. */
int fault_unmask_me(struct container *c, struct fault *f);
/* With plan_late: masks the root of this process; a procfs is at hand in c->proc_fd. */
int fault_mask_late(struct container *c, struct fault *f);
/* Masks the rootfs where the caller sees it, and undoes that. */
int fault_mask_host(struct container *c, struct fault *f);
int fault_unmask_host(struct container *c, struct fault *f);
/* A mount below the state root, and a process that lives for ten minutes. */
void fault_leave_mount(struct container *c);
pid_t fault_leave_process(struct container *c);
/* From outside: a process that joins the container's mount namespace does @work. */
int fault_inside(struct container *c, void (*work)(const struct container *c), struct fault *f);
/* What the state directory keeps of config.json, into c->spec. */
int fault_load_config(struct container *c, struct fault *f);
extern bool another_container; /* set by stages_look_for_others() */
extern unsigned int other_containers;
#define STAGES_HOOK(name) void name(enum stage_table which, struct stages *s)
STAGES_HOOK(stages_look_for_others);
STAGES_HOOK(stages_host_masks);
STAGES_HOOK(stages_leak_superblock);
STAGES_HOOK(stages_swallow);
STAGES_HOOK(stages_refuse_late);
STAGES_HOOK(stages_refuse_mount);
STAGES_HOOK(stages_refuse_cgroup);
STAGES_HOOK(stages_refuse_state);
STAGES_HOOK(stages_refuse_process);
STAGES_HOOK(stages_delete_no_cgroup);
STAGES_HOOK(stages_delete_no_state);
STAGES_HOOK(stages_delete_process);
STAGES_HOOK(stages_exec_unmasked);
STAGES_HOOK(stages_late_start);
STAGES_HOOK(stages_late_payload);
STAGES_HOOK(stages_alias_outside); /* in mutants_alias.c; these in mutants_readonly.c */
STAGES_HOOK(stages_readonly);
STAGES_HOOK(stages_readonly_last);
STAGES_HOOK(stages_resolve_early);
STAGES_HOOK(stages_readonly_refuse);
STAGES_HOOK(stages_readonly_create);
STAGES_HOOK(stages_readonly_late);
STAGES_HOOK(stages_readonly_on_host);

/* mutants_isolation.c */
STAGES_HOOK(stages_share);
STAGES_HOOK(stages_keep);
MASK_HOOK(mask_shared_directory);
MASK_HOOK(mask_shared_directory_readonly);
MASK_HOOK(mask_shared_file);
MASK_HOOK(mask_host_null_readonly);

/* mutants_lifecycle.c */
STAGES_HOOK(stages_exec_user);
STAGES_HOOK(stages_exec_admin);
STAGES_HOOK(stages_exec_workdir);
STAGES_HOOK(stages_exec_failed);
STAGES_HOOK(stages_exec_refused);
STAGES_HOOK(stages_start_again);
STAGES_HOOK(stages_root_writable);
STAGES_HOOK(stages_hooks_early);
STAGES_HOOK(stages_killed_mount);
STAGES_HOOK(stages_killed_cgroups);
STAGES_HOOK(stages_killed_state);
STAGES_HOOK(stages_killed_process);
STAGES_HOOK(stages_resume_unmasks);
STAGES_HOOK(stages_update_unmasks);
STAGES_HOOK(stages_joined_host);
STAGES_HOOK(stages_early_nofile);
PLAN_HOOK(plan_few_files);
APPLY_HOOK(apply_until_full);
bool skip_beyond_1000(const struct look *l, size_t i);
bool skip_joined(const struct look *l, size_t i);
bool skip_hooked(const struct look *l, size_t i);
bool skip_readonly_root(const struct look *l, size_t i);
bool skip_propagation(const struct look *l, size_t i);

/* mutants_rungs.c */
bool lacks_fsopen(void);
bool skip_host_link_walking(const struct look *l, size_t i);
MASK_HOOK(mask_writable_classic);
MASK_HOOK(mask_unbounded_on_einval);
MASK_HOOK(mask_empty_dir_writable);
MASK_HOOK(mask_detached_writable);
APPLY_HOOK(apply_source);
APPLY_HOOK(apply_detached_each);

/* mutants_kernel.c */
APPLY_HOOK(apply_spare_superblock);
APPLY_HOOK(apply_null_first);
STAGES_HOOK(stages_unmount_each);

/* mutants_security.c */
bool skip_without_null(const struct look *l, size_t i);
bool skip_without_procfs(const struct look *l, size_t i);
void edit_cgroup_writable(cJSON *config, cJSON *linux_object);
STAGES_HOOK(stages_root_by_procfs);
void edit_keep_read_search(cJSON *config, cJSON *linux_object);
MASK_HOOK(mask_by_mode);
STAGES_HOOK(stages_streams_of_image);
STAGES_HOOK(stages_procfs_left);
STAGES_HOOK(stages_sysfs_left);
STAGES_HOOK(stages_link_mounted);
STAGES_HOOK(stages_dev_followed);
STAGES_HOOK(stages_cwd_unchecked);
STAGES_HOOK(stages_fd_leaked);
STAGES_HOOK(stages_exec_fd_leaked);
STAGES_HOOK(stages_helper_left);
STAGES_HOOK(stages_helper_unmasked);
