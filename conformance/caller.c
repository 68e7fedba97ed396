/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/caller.h"

#include <fcntl.h>

#include "conformance/fault.h"
#include "conformance/text.h"

bool caller_waits(const struct waiting *w)
{
	uint64_t id = w->call->id;

	return ioctl(w->listener, MS_SECCOMP_NOTIF_ID_VALID, &id) == 0;
}

void caller_string(const struct waiting *w, uint64_t address, char buf[4096])
{
	_cleanup_close_ int mem = -EBADF;
	char path[32];
	ssize_t n;

	buf[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%u/mem", w->call->pid);
	mem = open(path, O_RDONLY | O_CLOEXEC);
	n = mem < 0 || !address ? -1 : pread(mem, buf, 4095, (off_t)address);
	buf[n > 0 && caller_waits(w) ? n : 0] = '\0';
}

bool caller_is(const struct waiting *w, const struct stat *what)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%u/exe", w->call->pid);
	return names_object(path, what);
}

/* The name @at of the caller's, from its descriptor @dir; the answer is owned. */
static char *path_of(const struct waiting *w, int dir, const char *at)
{
	if (*at == '/')
		return xasprintf("/proc/%u/root%s", w->call->pid, at);
	if (dir == AT_FDCWD)
		return xasprintf("/proc/%u/cwd/%s", w->call->pid, at);
	return xasprintf("/proc/%u/fd/%d%s%s", w->call->pid, dir, *at ? "/" : "", at);
}

bool caller_executes(const struct waiting *w, const struct stat *what)
{
	const struct ms_seccomp_data *d = &w->call->data;
	_cleanup_free_ char *path = NULL;
	bool by_fd = d->nr == SYS_execveat;
	char name[4096];

	if (d->nr != SYS_execve && !by_fd)
		return false;
	caller_string(w, d->args[by_fd ? 1 : 0], name);
	path = path_of(w, by_fd ? (int)d->args[0] : AT_FDCWD, name);
	return names_object(path, what) && caller_waits(w);
}

char *caller_place(const struct waiting *w)
{
	const struct mount_call *c = mount_call_by_number(w->call->data.nr);
	_cleanup_free_ char *path = NULL;
	char name[4096] = "", link[4096];
	const char *fd;
	ssize_t n;

	if (!c)
		return NULL;
	if (c->path >= 0)
		caller_string(w, w->call->data.args[c->path], name);
	fd = strstr(name, "self/fd/");
	if (fd)
		path = path_of(w, atoi(fd + strlen("self/fd/")), "");
	else if (!*name && c->dir >= 0)
		path = path_of(w, (int)w->call->data.args[c->dir], "");
	n = path ? readlink(path, link, sizeof(link) - 1) : -1;
	link[n > 0 ? n : 0] = '\0';
	return xasprintf("%s%s%s", name, *name && *link ? " -> " : "", link);
}
