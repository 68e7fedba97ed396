/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/userns.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "conformance/text.h"

/* Naming ------------------------------------------------------------------------------------- */

static bool denied(int r)
{
	return r == -EPERM || r == -EACCES;
}

static bool not_built(const struct userns_trial *t)
{
	return !t->known || t->unshare == -EINVAL || t->unshare == -ENOSYS;
}

static bool none_allowed(const struct userns_trial *t)
{
	return t->unshare == -ENOSPC && streq(t->max, "0");
}

/* EUSERS: until 4.9, nested too deep. */
static bool used_up(const struct userns_trial *t)
{
	return t->unshare == -ENOSPC || t->unshare == -EUSERS;
}

static bool only_root(const struct userns_trial *t)
{
	return denied(t->unshare) && !t->root && streq(t->clone, "0");
}

/* The namespace is made, but capabilities in it are taken away. */
static bool by_apparmor(const struct userns_trial *t)
{
	return (denied(t->unshare) || denied(t->map) || denied(t->mount)) && !t->root &&
	       *t->apparmor && !streq(t->apparmor, "0");
}

static bool not_made(const struct userns_trial *t)
{
	return t->unshare < 0;
}

static bool of_no_use(const struct userns_trial *t)
{
	return t->map < 0 || t->mount < 0;
}

/* The first that fits. */
static const struct {
	bool (*fits)(const struct userns_trial *t);
	const char *fault, *remedy;
} faults[] = {
	{ not_built, "this kernel has no user namespaces",
	  "boot one that is built with CONFIG_USER_NS" },
	{ none_allowed, "user namespaces are disabled: user.max_user_namespaces is 0",
	  "as root: sysctl user.max_user_namespaces=15000" },
	{ used_up,
	  "no user namespace is left: the limit user.max_user_namespaces, here or further out, is "
	  "reached, or the depth of 32",
	  "raise that limit, or end what holds them" },
	{ only_root, "user namespaces are root's only: kernel.unprivileged_userns_clone is 0",
	  "as root: sysctl kernel.unprivileged_userns_clone=1" },
	{ by_apparmor,
	  "AppArmor restricts user namespaces: kernel.apparmor_restrict_unprivileged_userns is 1",
	  "as root: sysctl kernel.apparmor_restrict_unprivileged_userns=0, or give the program a "
	  "profile with `userns,`" },
	{ not_made,
	  "making a user namespace is denied, by a seccomp filter, a chroot or a "
	  "security module",
	  "run outside of what denies it" },
	{ of_no_use, "a user namespace can be made, but nothing be mapped or mounted in it",
	  "look for a security module or an outer container that forbids it" },
};

const char *userns_fault(const struct userns_trial *t, const char **ret_remedy)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (faults[i].fits(t)) {
			*ret_remedy = faults[i].remedy;
			return faults[i].fault;
		}
	}
	return NULL;
}

/* Trying ------------------------------------------------------------------------------------- */

static void read_word(const char *path, char *buf, size_t size)
{
	_cleanup_free_ char *text = NULL;

	buf[0] = '\0';
	if (read_file_at(AT_FDCWD, path, 4096, &text, NULL) == 0)
		snprintf(buf, size, "%.*s", (int)strcspn(text, " \n"), text);
}

static int map_self(uid_t uid)
{
	_cleanup_free_ char *map = xasprintf("%u %u 1", (unsigned int)uid, (unsigned int)uid);

	return write_existing("/proc/self/uid_map", map);
}

static int mount_something(void)
{
	if (unshare(CLONE_NEWNS) < 0)
		return -errno;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ? -errno : 0;
}

struct steps {
	int unshare, map, mount;
};

_Noreturn static void child(int fd)
{
	uid_t uid = geteuid();
	struct steps s = { 0 };

	if (unshare(CLONE_NEWUSER) < 0)
		s.unshare = -errno;
	else if ((s.map = map_self(uid)) == 0)
		s.mount = mount_something();
	_exit(write(fd, &s, sizeof(s)) != (ssize_t)sizeof(s));
}

void userns_try(struct userns_trial *ret)
{
	struct steps s = { .unshare = -EAGAIN };
	int fds[2];
	pid_t pid;

	*ret = (struct userns_trial){ .root = geteuid() == 0,
				      .known = access("/proc/self/ns/user", F_OK) == 0 };
	read_word("/proc/sys/user/max_user_namespaces", ret->max, sizeof(ret->max));
	read_word("/proc/sys/kernel/unprivileged_userns_clone", ret->clone, sizeof(ret->clone));
	read_word("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", ret->apparmor,
		  sizeof(ret->apparmor));
	if (pipe2(fds, O_CLOEXEC) == 0) {
		pid = fork();
		if (pid == 0)
			child(fds[1]);
		close(fds[1]);
		if (pid > 0 && read(fds[0], &s, sizeof(s)) != (ssize_t)sizeof(s))
			s = (struct steps){ .unshare = -EIO };
		close(fds[0]);
		while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	ret->unshare = s.unshare;
	ret->map = s.map;
	ret->mount = s.mount;
}
