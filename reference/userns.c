/* SPDX-License-Identifier: Apache-2.0 */
/*
 * User namespaces. Who may write the maps of a new one (user_namespaces(7)):
 *
 *   root                the maps of the config                 by itself
 *   an ordinary user    its own id, alone                      by itself, groups given up for it
 *                       what /etc/subuid gives it, too         by newuidmap and newgidmap
 */
#include <grp.h>
#include <sched.h>
#include <sys/wait.h>

#include "reference/container.h"

#define MAX_ARGS 64

static const struct kind {
	const char *file, *field, *helper;
} kinds[] = {
	{ "uid_map", "linux.uidMappings", "newuidmap" },
	{ "gid_map", "linux.gidMappings", "newgidmap" },
};

struct map {
	const struct kind *kind;
	const struct spec_id_map *lines;
	size_t n;
	uint32_t own; /* id of the caller */
};

static int write_map(const struct map *m, pid_t pid)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return -ENOMEM;
	for (size_t i = 0; i < m->n; i++)
		fprintf(f, "%u %u %u\n", m->lines[i].container, m->lines[i].host, m->lines[i].size);
	if (fclose(f) != 0)
		return -ENOMEM;
	return process_write_proc(pid, m->kind->file, text);
}

/* `newuidmap PID CONTAINER HOST SIZE...`: setuid, it looks into /etc/subuid. */
static int call_helper(const struct map *m, pid_t pid)
{
	char words[MAX_ARGS][16], *argv[MAX_ARGS + 2];
	size_t n = 0, i;
	int status = 0;
	pid_t child;

	if (m->n * 3 + 1 > MAX_ARGS)
		return -E2BIG;
	snprintf(words[n++], sizeof(*words), "%d", (int)pid);
	for (i = 0; i < m->n; i++) {
		snprintf(words[n++], sizeof(*words), "%u", m->lines[i].container);
		snprintf(words[n++], sizeof(*words), "%u", m->lines[i].host);
		snprintf(words[n++], sizeof(*words), "%u", m->lines[i].size);
	}
	argv[0] = (char *)(uintptr_t)m->kind->helper;
	for (i = 0; i < n; i++)
		argv[i + 1] = words[i];
	argv[n + 1] = NULL;
	child = fork();
	if (child == 0) {
		execvp(argv[0], argv);
		_exit(errno == ENOENT ? 127 : 126);
	}
	if (child < 0)
		return -errno;
	status = process_reap(child);
	return status == 0 ? 0 : status == 127 ? -ENOENT : -EPERM;
}

static bool is_own_id(const struct map *m)
{
	return m->n == 1 && m->lines[0].size == 1 && m->lines[0].host == m->own;
}

/* Whoever could drop groups by a gid_map of his own would get past files that exclude a group. */
static int write_own(const struct map *m, pid_t pid)
{
	int r = streq(m->kind->file, "gid_map") ? process_write_proc(pid, "setgroups", "deny") : 0;

	return r < 0 ? r : write_map(m, pid);
}

static int apply_map(const struct map *m, pid_t pid, struct fault *f)
{
	int r = write_map(m, pid);

	if (r != -EPERM)
		return r < 0 ? fault_set(f, -r, "%s: %s", m->kind->field, strerror(-r)) : 0;
	if (is_own_id(m)) {
		r = write_own(m, pid);
		return r < 0 ? fault_set(f, -r, "%s: %s", m->kind->field, strerror(-r)) : 0;
	}
	r = call_helper(m, pid);
	if (r == -ENOENT)
		return fault_set(f, EPERM,
				 "%s: without root only the own id, %u, can be mapped, alone; for "
				 "more %s is needed, which is not installed",
				 m->kind->field, m->own, m->kind->helper);
	return r < 0 ? fault_set(f, -r, "%s: %s refused", m->kind->field, m->kind->helper) : 0;
}

int userns_write_maps(struct container *c, struct fault *f)
{
	const struct map uid = { &kinds[0], c->spec.uid_maps, c->spec.n_uid_maps, geteuid() };
	const struct map gid = { &kinds[1], c->spec.gid_maps, c->spec.n_gid_maps, getegid() };
	int r = uid.n ? apply_map(&uid, c->pid, f) : 0;

	return r < 0 || !gid.n ? r : apply_map(&gid, c->pid, f);
}

/* Inside ------------------------------------------------------------------------------------- */

static bool groups_are_denied(void)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/self/setgroups", "re");
	char word[8] = "";

	return f && fgets(word, sizeof(word), f) && strip_prefix(word, "deny");
}

int userns_set_groups(const struct container *c, size_t n, const uint32_t *groups)
{
	_Static_assert(sizeof(gid_t) == sizeof(uint32_t), "groups are read as 32 bits");
	if (n == 0 && c->groups_denied)
		return 0;
	return setgroups(n, groups) < 0 ? -errno : 0;
}

int userns_enter(struct container *c, struct fault *f)
{
	int r;

	c->groups_denied = groups_are_denied();
	if (!spec_namespace(&c->spec, CLONE_NEWUSER))
		return 0;
	r = userns_set_groups(c, 0, NULL);
	if (r == 0 && (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0))
		r = -errno;
	return r < 0 ? fault_set(f, -r, "become root of the user namespace: %s", strerror(-r)) : 0;
}

int userns_needed(const struct spec *spec, struct fault *f)
{
	if (geteuid() == 0 || spec_namespace(spec, CLONE_NEWUSER))
		return 0;
	return fault_set(f, EPERM,
			 "linux.namespaces: without root a user namespace is needed: add "
			 "{\"type\": \"user\"}, uidMappings and gidMappings");
}
