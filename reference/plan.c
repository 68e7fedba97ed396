/* SPDX-License-Identifier: Apache-2.0 */
/* Pure: from resolved targets to the flat list of operations, and the text of mount options. */
#include "reference/mask.h"
#include "reference/util.h"

struct planner {
	const struct mask_target *targets;
	size_t n;
	struct mask_op *ops;
	size_t n_ops;
	size_t *seen; /* hash table of target index + 1, 0 is free */
	size_t seen_size;
	bool has_shared;
};

struct mask_strategy {
	const char *name;
	/* What masks the first directory and makes the source of all others; none: no sharing. */
	enum mask_op_kind first[2];
	size_t n_first;
};

/* No target needs more than two operations that mask, and the look afterwards. */
#define OPS_PER_TARGET 3

static const struct mask_strategy strategies[] = {
	{ "shared-tmpfs", { MASK_OP_TMPFS, MASK_OP_SHARE }, 2 },
	{ .name = "tmpfs-per-dir" },
	{ "shared-empty-dir", { MASK_OP_EMPTY_DIR, MASK_OP_BIND_DIR }, 2 },
	{ "detached", { MASK_OP_DETACHED }, 1 },
};

const struct mask_strategy *mask_strategy_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(strategies); i++)
		if (streq(strategies[i].name, name))
			return &strategies[i];
	return NULL;
}

const char *mask_strategy_name(size_t i)
{
	return i < ARRAY_SIZE(strategies) ? strategies[i].name : NULL;
}

int mask_fail(struct mask_error *err, const char *step, int errnum, const char *path)
{
	if (err) {
		err->step = step;
		err->errnum = errnum;
		snprintf(err->path, sizeof(err->path), "%s", path);
	}
	return -errnum;
}

static size_t hash(const struct mask_identity *id)
{
	uint64_t h = id->ino * 0x9e3779b97f4a7c15U ^ id->mnt_id * 0xc2b2ae3d27d4eb4fU;

	return (size_t)(h ^ h >> 29);
}

/* Whether an earlier target is the same object; remembers @i otherwise. */
static bool is_duplicate(struct planner *p, size_t i)
{
	const struct mask_identity *id = &p->targets[i].id;
	size_t slot = hash(id) % p->seen_size;

	for (; p->seen[slot]; slot = (slot + 1) % p->seen_size)
		if (mask_same(&p->targets[p->seen[slot] - 1].id, id))
			return true;
	p->seen[slot] = i + 1;
	return false;
}

static void append(struct planner *p, enum mask_op_kind kind, size_t i)
{
	p->ops[p->n_ops++] = (struct mask_op){ .kind = kind, .target = i };
}

static void plan_directory(struct planner *p, const struct mask_strategy *strategy, size_t i)
{
	if (p->targets[i].alias != MASK_ALIAS_NONE || strategy->n_first == 0) {
		append(p, MASK_OP_TMPFS, i);
	} else if (p->has_shared) {
		append(p, MASK_OP_BIND_DIR, i);
	} else {
		for (size_t k = 0; k < strategy->n_first; k++)
			append(p, strategy->first[k], i);
		p->has_shared = true;
	}
}

static int plan_target(struct planner *p, const struct mask_strategy *strategy, size_t i,
		       struct mask_error *err)
{
	const struct mask_target *t = &p->targets[i];

	if (t->errnum == ENOENT)
		append(p, MASK_OP_MISSING, i);
	else if (t->errnum)
		return mask_fail(err, "look up the path to mask", t->errnum, t->path);
	else if (t->is_root)
		return mask_fail(err, "mask the root of the container", EINVAL, t->path);
	else if (is_duplicate(p, i))
		append(p, MASK_OP_DUPLICATE, i);
	else if (t->is_dir)
		plan_directory(p, strategy, i);
	else
		append(p, MASK_OP_BIND_NULL, i);
	return 0;
}

static bool covers_target(enum mask_op_kind kind)
{
	return kind == MASK_OP_TMPFS || kind == MASK_OP_DETACHED || kind == MASK_OP_BIND_DIR ||
	       kind == MASK_OP_BIND_NULL;
}

static void plan_verification(struct planner *p)
{
	size_t masks = p->n_ops;

	for (size_t i = 0; i < masks; i++)
		if (covers_target(p->ops[i].kind))
			append(p, MASK_OP_VERIFY, p->ops[i].target);
}

int mask_plan(const struct mask_strategy *strategy, const struct mask_target *targets, size_t n,
	      struct mask_plan *ret, struct mask_error *err)
{
	_cleanup_free_ struct mask_op *ops = calloc(n * OPS_PER_TARGET + 1, sizeof(*ops));
	_cleanup_free_ size_t *seen = calloc(2 * n + 1, sizeof(*seen));
	struct planner p = { targets, n, ops, 0, seen, 2 * n + 1, false };

	if (!ops || !seen)
		return mask_fail(err, "plan the masks", ENOMEM, "");
	for (size_t i = 0; i < n; i++) {
		int r = plan_target(&p, strategy, i, err);

		if (r < 0)
			return r;
	}
	plan_verification(&p);
	ret->n = p.n_ops;
	ret->ops = TAKE_PTR(ops);
	return 0;
}

void mask_plan_done(struct mask_plan *plan)
{
	free(plan->ops);
	*plan = (struct mask_plan){ 0 };
}

static const char *const op_names[] = {
	[MASK_OP_MISSING] = "missing",	   [MASK_OP_DUPLICATE] = "duplicate",
	[MASK_OP_TMPFS] = "tmpfs",	   [MASK_OP_SHARE] = "share",
	[MASK_OP_EMPTY_DIR] = "empty-dir", [MASK_OP_DETACHED] = "detached",
	[MASK_OP_BIND_DIR] = "bind-dir",   [MASK_OP_BIND_NULL] = "bind-null",
	[MASK_OP_VERIFY] = "verify",
};

static void print_escaped(FILE *f, const char *s)
{
	for (; *s; s++) {
		if (strchr(" \t\n\\", *s))
			fprintf(f, "\\%03o", (unsigned char)*s);
		else
			fputc(*s, f);
	}
}

int mask_plan_print(const struct mask_plan *plan, const struct mask_target *targets, char **ret)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return -ENOMEM;
	for (size_t i = 0; i < plan->n; i++) {
		fprintf(f, "%s ", op_names[plan->ops[i].kind]);
		print_escaped(f, targets[plan->ops[i].target].path);
		fputc('\n', f);
	}
	if (fclose(f) != 0) {
		free(text);
		return -ENOMEM;
	}
	*ret = text;
	return 0;
}

int mask_mount_data(const char *options, const char *label, bool quoted, char **ret)
{
	const char *quote = quoted ? "\"" : "";
	char *out = NULL;
	int n;

	if (!label || !*label)
		n = asprintf(&out, "%s", options);
	else if (strchr(label, '"'))
		return -EINVAL;
	else
		n = asprintf(&out, "%s%scontext=%s%s%s", options, *options ? "," : "", quote, label,
			     quote);
	if (n < 0)
		return -ENOMEM;
	*ret = out;
	return 0;
}
