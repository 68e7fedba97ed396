/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults about procfs' names of descriptors. They need `--hold-fd 17:…`: a real descriptor is
 * seldom open, and what is not open is masked by nobody.
 */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "reference/mutants.h"

#define HELD "self/fd/17"

static bool is_alias(const struct mask_target *t)
{
	return mask_classify(t->path) != MASK_ALIAS_NONE;
}

bool skip_alias(const struct look *l, size_t i)
{
	return is_alias(&l->targets[i]);
}

bool skip_behind_alias(const struct look *l, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (is_alias(&l->targets[j]) && !l->targets[j].errnum)
			return true;
	return false;
}

/* The forms of mutant->form, or all, are taken for ordinary paths. */
PLAN_HOOK(plan_alias_forgotten)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++)
		if (mutant->form == MASK_ALIAS_NONE || targets[i].alias == mutant->form)
			targets[i].alias = MASK_ALIAS_NONE;
	return plan_without_verify(c->strategy, targets, n, ret, err);
}

/* One is never the source, but gets a copy like any other. */
PLAN_HOOK(plan_alias_copied)
{
	bool source = false;

	(void)ctx;
	for (size_t i = 0; i < n; i++) {
		if (source)
			targets[i].alias = MASK_ALIAS_NONE;
		source |= !targets[i].errnum && targets[i].is_dir &&
			  targets[i].alias == MASK_ALIAS_NONE;
	}
	return plan_without_verify(c->strategy, targets, n, ret, err);
}

/* mutant->text leads to an alias by a link; it is followed and taken for what it looks like. */
PLAN_HOOK(plan_alias_followed)
{
	for (size_t i = 0; i < n; i++) {
		struct mask_target *t = &targets[i];
		mode_t mode = 0;

		if (!streq(t->path, mutant->text))
			continue;
		t->fd = openat(ctx->proc_fd, HELD, O_PATH | O_CLOEXEC);
		if (t->fd < 0 || mask_identify(ctx->proc_fd, t->fd, &t->id, &mode) < 0)
			continue;
		t->errnum = 0;
		t->is_dir = S_ISDIR(mode);
	}
	return plan_without_verify(c->strategy, targets, n, ret, err);
}

/* What only resembles descriptor 17 is read as if it were its name. */
char *spell_near_miss(const struct look *l, size_t i)
{
	const char *path = l->targets[i].path;

	return strdup(streq(path, mutant->text) ? "/proc/" HELD : path);
}

/* The source is found again by the alias, which leads to what is covered. */
APPLY_HOOK(apply_source_by_alias)
{
	const struct mask_target *t = &targets[op->target];

	(void)c;
	if (op->kind != MASK_OP_SHARE || !is_alias(t))
		return mask_apply(ctx, targets, op, err);
	ctx->shared_fd = openat(ctx->proc_fd, HELD, O_PATH | O_CLOEXEC);
	return ctx->shared_fd < 0 ? mask_fail(err, "open the alias", errno, t->path) : 0;
}

APPLY_HOOK(apply_alias_writable)
{
	const struct mask_target *t = &targets[op->target];

	if (op->kind == MASK_OP_VERIFY && is_alias(t))
		return 0;
	if (op->kind != MASK_OP_TMPFS || !is_alias(t))
		return mask_apply(ctx, targets, op, err);
	return mask_writable(c, ctx, t) < 0 ? mask_fail(err, "mask the alias", errno, t->path) : 0;
}

/* The copies behind an alias are tmpfs of their own. */
PLAN_HOOK(plan_alias_unshares)
{
	int r = mask_plan(c->strategy, targets, n, ret, err);
	bool behind = false;

	(void)ctx;
	for (size_t i = 0; r == 0 && i < ret->n; i++) {
		behind |= is_alias(&targets[ret->ops[i].target]);
		if (behind && ret->ops[i].kind == MASK_OP_BIND_DIR)
			ret->ops[i].kind = MASK_OP_TMPFS;
	}
	return r;
}

/* The caller of create looks an alias up among what the host has. */
static int mask_outside(struct container *c, struct fault *f)
{
	_cleanup_free_ char *path = NULL;

	for (size_t i = 0; i < c->spec.masked_paths.n; i++) {
		if (!streq(c->spec.masked_paths.v[i], "/proc/self/fd/20"))
			continue;
		if (asprintf(&path, "%s/outside", c->bundle) < 0 ||
		    mount("tmpfs", path, "tmpfs", MS_RDONLY, NULL) < 0)
			return fault_set(f, errno, "mask the outside: %s", strerror(errno));
		return 0;
	}
	return 0;
}

STAGES_HOOK(stages_alias_outside)
{
	if (which == STAGES_CREATE)
		stage_insert_after(s, "config", (struct stage){ "outside", mask_outside, NULL });
}
