/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the user that a container runs as can't have, whatever the runtime does: a closed list. It
 * rests on the case, which the manifest's digest covers, and on what the kernel answered a control,
 * so that neither a row that is taken away nor a runtime that fails makes an excuse.
 */
#include "conformance/judge/users.h"

bool users_mapped(const struct container *k)
{
	return strstr(k->config, "\"uidMappings\":[{");
}

/* A mapped container that started refutes whoever says that there are no user namespaces. */
static bool any_mapped_ran(const struct facts *f)
{
	size_t i;

	for (i = 0; i < f->c.n_containers; i++) {
		const struct view v = { .facts = f, .container = &f->c.containers[i] };

		if (users_mapped(v.container) && container_ran(&v))
			return true;
	}
	return false;
}

const char *users_missing(const struct view *v)
{
	const char *ability = facts_header(v->facts, "user-namespaces");

	if (!users_mapped(v->container) || !*ability || streq(ability, "ok") ||
	    !container_refused(v) || any_mapped_ran(v->facts))
		return NULL;
	return ability;
}

const char *users_unmade(const struct facts *f, const char *path)
{
	size_t i;

	for (i = 0; f->c.rootless && i < f->c.n_tree; i++) {
		const struct tree_entry *e = &f->c.tree[i];
		const char *rest = strip_prefix(path, e->path);

		if ((e->uid || e->gid) && rest && (*rest == '/' || !*rest))
			return e->path;
	}
	return NULL;
}

/* Capabilities of the initial user namespace are asked for, and root of another one has none. */
static const struct {
	enum op op;
	const char *why;
} denials[] = {
	{ OP_MKNOD, "no device can be made in a user namespace" },
	{ OP_HANDLE, "open_by_handle_at needs root of the initial user namespace" },
	{ OP_CHMODDEV, "a device of the host is not the container's to change" },
	{ OP_LOOK, "processes of another user namespace can't be looked into" },
};

const char *users_reason(const struct container *k, enum op op)
{
	size_t i;

	for (i = 0; users_mapped(k) && i < ARRAY_SIZE(denials); i++)
		if (denials[i].op == op)
			return denials[i].why;
	return NULL;
}

const char *users_denied(const struct container *k, const struct row *r)
{
	return streq(r->result, "EPERM") ? users_reason(k, r->op) : NULL;
}
