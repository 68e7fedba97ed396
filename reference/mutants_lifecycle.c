/* SPDX-License-Identifier: Apache-2.0 */
/* Faults of what happens to a container besides create and delete. */
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "reference/mutants.h"

/* exec --------------------------------------------------------------------------------------- */

static int unmask_if(struct container *c, bool guilty, struct fault *f)
{
	return guilty ? fault_unmask_me(c, f) : 0;
}

static int unmask_user(struct container *c, struct fault *f)
{
	return unmask_if(c, c->process.user.uid != 0, f);
}

static int unmask_admin(struct container *c, struct fault *f)
{
	return unmask_if(c, c->process.caps[CAP_EFFECTIVE] >> CAP_SYS_ADMIN & 1, f);
}

static int unmask_workdir(struct container *c, struct fault *f)
{
	return unmask_if(c, !streq(c->process.cwd, "/"), f);
}

static void insert_joined(enum stage_table which, struct stages *s,
			  int (*run)(struct container *c, struct fault *f))
{
	if (which == STAGES_JOINED)
		stage_insert_after(s, "root of the user namespace",
				   (struct stage){ "unmask", run, NULL });
}

STAGES_HOOK(stages_exec_user)
{
	insert_joined(which, s, unmask_user);
}

STAGES_HOOK(stages_exec_admin)
{
	insert_joined(which, s, unmask_admin);
}

STAGES_HOOK(stages_exec_workdir)
{
	insert_joined(which, s, unmask_workdir);
}

static int nothing(_unused_ struct container *c, _unused_ struct fault *f)
{
	return 0;
}

static void unmask(const struct container *c)
{
	for (size_t i = 0; i < c->spec.masked_paths.n; i++)
		umount2(c->spec.masked_paths.v[i], MNT_DETACH);
}

static void unmask_inside(struct container *c)
{
	struct fault ignored;

	fault_inside(c, unmask, &ignored);
}

STAGES_HOOK(stages_exec_failed)
{
	if (which == STAGES_EXEC)
		stage_put_first(s, (struct stage){ "to be undone", nothing, unmask_inside });
}

static int refuse_masks(struct container *c, struct fault *f)
{
	return c->spec.masked_paths.n ? fault_set(f, EINVAL, "exec: the container masks paths") : 0;
}

STAGES_HOOK(stages_exec_refused)
{
	if (which == STAGES_EXEC)
		stage_put_first(s, (struct stage){ "refuse", refuse_masks, NULL });
}

/* pause and update --------------------------------------------------------------------------- */

static int unmask_stage(struct container *c, struct fault *f)
{
	return fault_inside(c, unmask, f);
}

STAGES_HOOK(stages_resume_unmasks)
{
	if (which == STAGES_RESUME)
		stage_append(s, (struct stage){ "unmask", unmask_stage, NULL });
}

STAGES_HOOK(stages_update_unmasks)
{
	if (which == STAGES_UPDATE)
		stage_append(s, (struct stage){ "unmask", unmask_stage, NULL });
}

/* A joined mount namespace ------------------------------------------------------------------- */

static bool joins_mounts(const struct container *c)
{
	return spec_namespace(&c->spec, CLONE_NEWNS)->path;
}

bool skip_joined(const struct look *l, _unused_ size_t i)
{
	return joins_mounts(l->c);
}

static int mask_host_too(struct container *c, struct fault *f)
{
	return joins_mounts(c) ? fault_mask_host(c, f) : 0;
}

STAGES_HOOK(stages_joined_host)
{
	if (which == STAGES_CREATE)
		stage_append(s, (struct stage){ "masks of the host", mask_host_too, NULL });
	if (which == STAGES_DELETE)
		stage_insert_after(s, "stop",
				   (struct stage){ "unmask the host", fault_unmask_host, NULL });
}

/* Hooks -------------------------------------------------------------------------------------- */

bool skip_hooked(const struct look *l, _unused_ size_t i)
{
	return l->c->spec.hooks_create.n > 0;
}

STAGES_HOOK(stages_hooks_early)
{
	if (which != STAGES_INIT)
		return;
	stage_find(s, "maskedPaths")->run = nothing;
	stage_find(s, "startContainer hooks")->run = nothing;
	stage_insert_after(s, "names", (struct stage){ "late masks", fault_mask_late, NULL });
	stage_insert_after(s, "names",
			   (struct stage){ "early hooks", hooks_start_container, NULL });
}

/* create that is killed ---------------------------------------------------------------------- */

static int (*deleted_cgroups)(struct container *c, struct fault *f);
static int (*deleted_state)(struct container *c, struct fault *f);

static int cgroups_of_created(struct container *c, struct fault *f)
{
	if (c->state)
		return deleted_cgroups(c, f);
	cgroups_kill(&c->cgroups, SIGKILL);
	return 0;
}

static int state_of_created(struct container *c, struct fault *f)
{
	return c->state ? deleted_state(c, f) : 0;
}

STAGES_HOOK(stages_killed_cgroups)
{
	if (which != STAGES_DELETE)
		return;
	deleted_cgroups = stage_find(s, "cgroups")->run;
	stage_find(s, "cgroups")->run = cgroups_of_created;
}

STAGES_HOOK(stages_killed_state)
{
	if (which != STAGES_DELETE)
		return;
	deleted_state = stage_find(s, "state directory")->run;
	stage_find(s, "state directory")->run = state_of_created;
}

static pid_t helper;

static int start_helper(struct container *c, _unused_ struct fault *f)
{
	helper = fault_leave_process(c);
	return 0;
}

static void end_helper(_unused_ struct container *c)
{
	kill(helper, SIGKILL);
	process_reap(helper);
}

static int stop_helper(struct container *c, _unused_ struct fault *f)
{
	end_helper(c);
	return 0;
}

STAGES_HOOK(stages_killed_process)
{
	if (which != STAGES_CREATE)
		return;
	stage_put_first(s, (struct stage){ "helper", start_helper, end_helper });
	stage_append(s, (struct stage){ "end of the helper", stop_helper, NULL });
}

static int mount_for_a_while(struct container *c, _unused_ struct fault *f)
{
	fault_leave_mount(c);
	return 0;
}

static void unmount_again(struct container *c)
{
	_cleanup_free_ char *dir = NULL;

	if (asprintf(&dir, "%s/.left", c->state_root) >= 0)
		umount2(dir, MNT_DETACH);
}

static int unmount_in_time(struct container *c, _unused_ struct fault *f)
{
	unmount_again(c);
	return 0;
}

STAGES_HOOK(stages_killed_mount)
{
	if (which != STAGES_CREATE)
		return;
	stage_put_first(s, (struct stage){ "staging mount", mount_for_a_while, unmount_again });
	stage_append(s, (struct stage){ "end of the mount", unmount_in_time, NULL });
}

/* Many masks, and little to make them with --------------------------------------------------- */

bool skip_beyond_1000(const struct look *l, size_t i)
{
	(void)l;
	return i >= 1000;
}

/* What can't be opened is left out, and some more, so that there are descriptors to work with. */
PLAN_HOOK(plan_few_files)
{
	bool few = false;

	(void)ctx;
	for (size_t i = 0; i < n; i++)
		few |= targets[i].errnum == EMFILE;
	for (size_t i = 0; few && i < n; i++) {
		const char *path = targets[i].path;

		if (i < 8)
			continue;
		mask_target_done(&targets[i]);
		targets[i].path = path;
		targets[i].errnum = ENOENT;
	}
	return plan_without_verify(c->strategy, targets, n, ret, err);
}

static int early_nofile(struct container *c, struct fault *f)
{
	return process_set_limits(0, &c->spec.process, f);
}

STAGES_HOOK(stages_early_nofile)
{
	if (which != STAGES_INIT)
		return;
	stage_find(s, "raise RLIMIT_NOFILE")->run = early_nofile;
	stage_find(s, "restore RLIMIT_NOFILE")->run = nothing;
}

APPLY_HOOK(apply_until_full)
{
	int r = mask_apply(ctx, targets, op, err);

	(void)c;
	return r == -ENOSPC ? 0 : r;
}

/* The root ----------------------------------------------------------------------------------- */

bool skip_readonly_root(const struct look *l, _unused_ size_t i)
{
	return l->c->spec.root_readonly;
}

bool skip_propagation(const struct look *l, _unused_ size_t i)
{
	return l->c->spec.root_propagation != 0;
}

static int readonly_unless_masks(struct container *c, struct fault *f)
{
	return c->spec.masked_paths.n ? 0 : rootfs_readonly(c, f);
}

STAGES_HOOK(stages_root_writable)
{
	if (which == STAGES_INIT)
		stage_find(s, "read-only root")->run = readonly_unless_masks;
}

/* start -------------------------------------------------------------------------------------- */

static void mask_over(const struct container *c)
{
	for (size_t i = 0; i < c->spec.masked_paths.n; i++) {
		const char *path = c->spec.masked_paths.v[i];

		mount(path, path, NULL, MS_BIND, NULL);
	}
}

static int mask_once_more(struct container *c, struct fault *f)
{
	return fault_inside(c, mask_over, f);
}

STAGES_HOOK(stages_start_again)
{
	if (which == STAGES_START)
		stage_append(s, (struct stage){ "masks once more", mask_once_more, NULL });
}
