/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked of a path, by its class. Besides these, every requirement's id is a class: such a
 * path is looked at, no more. Controls are classes, too: the rows for which the forbidden must be
 * seen to happen.
 */
#include "conformance/fixture.h"

#include "conformance/judge/judge.h"

#define ANYBODY (BIT(AS_ROOT) | BIT(AS_NOCAP) | BIT(AS_USER) | BIT(AS_USERNS) | BIT(AS_EXEC))

enum asked {
	ASKED_ALL,	 /* every operation of the target */
	ASKED_LOOK,	 /* look, as root and an ordinary user */
	ASKED_ROOT_LOOK, /* look, as root only: hundreds of paths, /proc/1 */
	ASKED_MOUNTS,	 /* mount attempts with CAP_SYS_ADMIN */
	ASKED_CHMOD,
	ASKED_CREATE,	/* whether a file can be made in it */
	ASKED_BOTH,	/* the same, and a look as root and an ordinary user */
	ASKED_CHANGES,	/* what would change it, and nothing else */
	ASKED_TRY,	/* try-write as root */
	ASKED_TRY_LOOK, /* the same, and a look as root and an ordinary user */
	ASKED_STATFS,	/* the same with statfs, of paths that may not be there */
	ASKED_ROUNDS,	/* act and feel, in rounds of several containers */
	ASKED_NOTHING,	/* only a mask record */
};

static const struct class_rule {
	const char *name;
	char target;
	enum asked asked;
	bool control;
	bool is_mask;
	uint64_t ops, as; /* where set: these by these, and nothing of the above */
} rules[] = {
	{ "masked-dir", 'D', ASKED_ALL, .is_mask = true },
	{ "masked-file", 'F', ASKED_ALL, .is_mask = true },
	{ "control-dir", 'D', ASKED_ALL, .control = true, .is_mask = true },
	{ "control-file", 'F', ASKED_ALL, .control = true, .is_mask = true },
	{ "control-mount-dir", 'D', ASKED_MOUNTS, .control = true },
	{ "control-mount-file", 'F', ASKED_MOUNTS, .control = true },
	{ "control", 'A', ASKED_LOOK, .control = true },
	{ "control-failing", 'A', ASKED_ROOT_LOOK, .control = true },
	{ "below-dir", 'A', ASKED_LOOK, .control = false },
	{ "control-below", 'A', ASKED_LOOK, .control = true },
	{ "alias-dir", 'A', ASKED_ROOT_LOOK, .control = false },
	{ "alias-file", 'A', ASKED_ROOT_LOOK, .control = false },
	{ "control-alias", 'A', ASKED_ROOT_LOOK, .control = true },
	{ "sb-dir", 'D', ASKED_ROOT_LOOK, .is_mask = true },
	{ "sb-file", 'F', ASKED_ROOT_LOOK, .is_mask = true },
	{ "sb-control", 'D', ASKED_NOTHING, .is_mask = true },
	{ "chmod-mask", 'F', ASKED_CHMOD, .control = false },
	{ "control-chmod", 'F', ASKED_CHMOD, .control = true },
	{ "alias-rest-dir", 'D', ASKED_BOTH, .is_mask = true },
	{ "alias-object-dir", 'D', ASKED_BOTH, .is_mask = true },
	{ "alias-object-file", 'F', ASKED_LOOK, .is_mask = true },
	{ "control-create", 'D', ASKED_CREATE, .control = true },
	{ "readonly-dir", 'D', ASKED_ALL, .is_mask = true },
	{ "readonly-file", 'F', ASKED_ALL, .is_mask = true },
	{ "readonly-below-dir", 'D', ASKED_CHANGES, .control = false },
	{ "readonly-below-file", 'F', ASKED_CHANGES, .control = false },
	{ "readonly-alias", 'A', ASKED_TRY, .control = false },
	{ "control-alias-try", 'A', ASKED_TRY, .control = true },
	{ "control-try", 'A', ASKED_TRY_LOOK, .control = true },
	{ "control-masked", 'A', ASKED_ROOT_LOOK, .control = true, .is_mask = true },
	{ "ro-link", 'A', ASKED_TRY_LOOK, .is_mask = true },
	{ "ro-duplicate", 'A', ASKED_TRY_LOOK, .is_mask = true },
	{ "ro-missing-rest", 'A', ASKED_TRY_LOOK, .is_mask = true },
	{ "ro-root", 'A', ASKED_TRY_LOOK, .is_mask = true },
	{ "ro-mask-inside-dir", 'D', ASKED_TRY_LOOK, .is_mask = true },
	{ "ro-submount", 'D', ASKED_TRY_LOOK, .is_mask = true },
	{ "ro-default", 'A', ASKED_STATFS, .is_mask = true },
	{ "iso-dir", 'D', ASKED_ROUNDS, .control = false },
	{ "iso-file", 'F', ASKED_ROUNDS, .control = false },
	{ "iso-own", 'D', ASKED_ROUNDS, .control = true },
	{ "control-iso-dir", 'D', ASKED_ROUNDS, .control = true },
	{ "control-iso-file", 'F', ASKED_ROUNDS, .control = true },
	{ "control-fs", .ops = BIT(OP_STATFS), .as = BIT(AS_ROOT) },
	{ "sec-procfs", .ops = BIT(OP_STATFS), .as = BIT(AS_ROOT) },
	{ "sec-sysfs", .ops = BIT(OP_STATFS), .as = BIT(AS_ROOT) },
	{ "sec-root-readonly", .ops = BIT(OP_TRYWRITE), .as = BIT(AS_ROOT) },
	{ "sec-outside", 'A', ASKED_NOTHING, .is_mask = true },
	{ "sec-stdio", .ops = BIT(OP_STAT), .as = BIT(AS_ROOT) },
	{ "control-stdio", .ops = BIT(OP_STAT), .as = BIT(AS_ROOT) },
	{ "sec-cwd", .ops = BIT(OP_LINKS), .as = BIT(AS_ROOT) },
	{ "sec-fd", .ops = BIT(OP_LINKS), .as = BIT(AS_ROOT) },
	{ "sec-fd-exec", .ops = BIT(OP_LINKS), .as = BIT(AS_EXEC) },
	{ "control-fd", .ops = BIT(OP_LINKS), .as = BIT(AS_ROOT) | BIT(AS_EXEC) },
	{ "sec-links", .ops = BIT(OP_LINKS), .as = BIT(AS_ROOT) | BIT(AS_USER) },
	{ "control-links", .ops = BIT(OP_LINKS), .as = BIT(AS_SYSADMIN) },
	{ "sec-unmask", .ops = BIT(OP_UNMASK), .as = ANYBODY },
	{ "sec-admin", .ops = BIT(OP_UNMASK), .as = BIT(AS_SYSADMIN) },
	{ "control-unmask", .ops = BIT(OP_UNMASK), .as = BIT(AS_SYSADMIN) },
	{ "control-unmask-userns", .ops = BIT(OP_UNMASK), .as = BIT(AS_USERNS) },
	{ "sec-neighbour", .ops = BIT(OP_LOOK), .as = BIT(AS_ROOT) },
	{ "control-neighbour", .ops = BIT(OP_LOOK), .as = BIT(AS_ROOT) },
	{ "life-readonly-root-kept", 'A', ASKED_TRY, .control = false },
};

static const struct class_rule look_rule = { .target = 'A', .asked = ASKED_LOOK, .is_mask = true };

static const struct class_rule *find_rule(const char *class)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (streq(rules[i].name, class))
			return &rules[i];
	return requirement_by_name(class) < REQ_COUNT ? &look_rule : NULL;
}

/* 0 looks, 1 changes, 2 mounts, 3 chmods a device; rows of one identity stand together. */
static int stage(enum op op)
{
	if (op <= OP_STATFS)
		return 0;
	if (op < OP_UMOUNT)
		return 1;
	return is_mount_attempt(op) ? 2 : 3;
}

static bool is_asked(const struct class_rule *rule, enum op op, enum identity as)
{
	char target = op_info[op].target;
	bool fits = target == 'A' || target == rule->target;

	if (rule->ops)
		return (rule->ops & BIT(op)) && (rule->as & BIT(as));
	switch (rule->asked) {
	case ASKED_ALL:
		/* Without CAP_SYS_ADMIN a control's mount attempt shows nothing. */
		if (rule->control && is_mount_attempt(op) && as != AS_USERNS)
			return false;
		return fits && as != AS_SYSADMIN;
	case ASKED_LOOK:
		return op == OP_LOOK && (as == AS_ROOT || as == AS_USER);
	case ASKED_ROOT_LOOK:
		return op == OP_LOOK && as == AS_ROOT;
	case ASKED_MOUNTS:
		return fits && is_mount_attempt(op) && as == AS_SYSADMIN;
	case ASKED_CHMOD:
		return op == OP_CHMODDEV && as == AS_ROOT;
	case ASKED_CREATE:
		return op == OP_CREATE && as == AS_ROOT;
	case ASKED_BOTH:
		return (op == OP_CREATE && as == AS_ROOT) ||
		       (op == OP_LOOK && (as == AS_ROOT || as == AS_USER));
	case ASKED_CHANGES:
		return fits && stage(op) == 1 && as != AS_EXEC && as != AS_SYSADMIN;
	case ASKED_TRY:
		return op == OP_TRYWRITE && as == AS_ROOT;
	case ASKED_TRY_LOOK:
		return (op == OP_TRYWRITE && as == AS_ROOT) ||
		       (op == OP_LOOK && (as == AS_ROOT || as == AS_USER));
	case ASKED_STATFS:
		return (op == OP_TRYWRITE || op == OP_STATFS) && as == AS_ROOT;
	case ASKED_ROUNDS:
		return (op == OP_ACT || op == OP_FEEL) && as == AS_ROOT;
	case ASKED_NOTHING:
	default:
		return false;
	}
}

static void add_row(struct container *k, enum identity as, enum op op, const char *path,
		    const char *class)
{
	GROW(k->todo, k->n_todo);
	k->todo[k->n_todo++] =
		(struct todo){ .as = as, .op = op, .path = xstrdup(path), .class = xstrdup(class) };
}

int class_add(struct container *k, const char *class, const char *path)
{
	static const char letters[] = "RNUSEM";
	const struct class_rule *rule = find_rule(class);
	size_t op, as;

	if (!rule)
		return -ENOENT;
	if (rule->is_mask) {
		GROW(k->masks, k->n_masks);
		k->masks[k->n_masks++] =
			(struct mask){ .path = xstrdup(path), .class = xstrdup(class) };
	}
	for (op = 0; op < OP_MOUNTINFO; op++)
		for (as = 0; as < AS_DRIVER; as++)
			if (strchr(op_info[op].who, letters[as]) &&
			    is_asked(rule, (enum op)op, (enum identity)as))
				add_row(k, (enum identity)as, (enum op)op, path, class);
	return 0;
}

static int by_stage(const void *pa, const void *pb)
{
	const struct todo *a = pa, *b = pb;
	int d = stage(a->op) - stage(b->op);

	if (!d)
		d = (int)a->as - (int)b->as;
	if (!d)
		d = (int)a->op - (int)b->op;
	return d ? d : strcmp(a->path, b->path);
}

void class_sort(struct container *k)
{
	if (k->n_todo)
		qsort(k->todo, k->n_todo, sizeof(*k->todo), by_stage);
}
