/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mount namespaces that a process of the driver's holds while a container lives: one to be joined
 * by its path, or one in which there is hardly room for another mount. The sysctl fs.mount-max
 * bounds the mounts of each namespace and is the whole machine's, so it is the namespace that is
 * filled: trees of twice as many mounts each, by recursive binds (a fifth of a second for 100000).
 */
#include "conformance/subject.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>

/* Beyond this filling takes too long; the kernel's default is half of it. */
#define MOST_MOUNTS 200000
#define TREES 20

static int mount_max(void)
{
	_cleanup_free_ char *text = NULL;

	if (read_file_at(AT_FDCWD, "/proc/sys/fs/mount-max", 64, &text, NULL) < 0)
		return -1;
	return atoi(text);
}

static int bind_tree(const char *dir, int from, const char *to)
{
	_cleanup_free_ char *source = xasprintf("%s/%d", dir, from);

	mkdir(to, 0755);
	return mount(source, to, NULL, MS_BIND | MS_REC, NULL) < 0 ? -errno : 0;
}

/* Tree N of @dir has 2^N mounts: N-1 twice, once in the directory that the first one holds. */
static int grow_trees(const char *dir, int *ret_last)
{
	_cleanup_free_ char *first = xasprintf("%s/0", dir), *in = xasprintf("%s/0/in", dir);
	int k, r = 0;

	mkdir(first, 0755);
	if (mount("fill", first, "tmpfs", 0, NULL) < 0 || mkdir(in, 0755) < 0)
		return -errno;
	for (k = 1; r == 0 && k < TREES; k++) {
		_cleanup_free_ char *tree = xasprintf("%s/%d", dir, k);
		_cleanup_free_ char *inside = xasprintf("%s/in", tree);

		*ret_last = k - 1;
		r = bind_tree(dir, k - 1, tree);
		if (r == 0)
			r = bind_tree(dir, k - 1, inside);
	}
	return r == -ENOSPC ? 0 : r < 0 ? r : -E2BIG;
}

/* Fills what is left, from the greatest tree to the smallest: then not one mount fits. */
static int fill_rest(const char *dir, int last)
{
	int k, r = -ENOSPC;

	for (k = last; k >= 0; k--) {
		_cleanup_free_ char *rest = xasprintf("%s/rest%d", dir, k);

		r = bind_tree(dir, k, rest);
		if (r < 0 && r != -ENOSPC)
			return r;
	}
	return r == -ENOSPC ? 0 : bind_tree(dir, 0, dir) == -ENOSPC ? 0 : -EBUSY;
}

static int fill_mounts(const char *dir, unsigned int room)
{
	unsigned int i;
	int last = 0, r;

	if (mount_max() <= 0 || mount_max() > MOST_MOUNTS)
		return -ERANGE;
	if (mount("fill", dir, "tmpfs", 0, NULL) < 0)
		return -errno;
	for (i = 0; i < room; i++) {
		_cleanup_free_ char *place = xasprintf("%s/room%u", dir, i);

		if (mkdir(place, 0755) < 0 || mount("room", place, "tmpfs", 0, NULL) < 0)
			return -errno;
	}
	r = grow_trees(dir, &last);
	if (r == 0)
		r = fill_rest(dir, last);
	for (i = 0; r == 0 && i < room; i++) {
		_cleanup_free_ char *place = xasprintf("%s/room%u", dir, i);

		if (umount2(place, MNT_DETACH) < 0)
			r = -errno;
	}
	return r;
}

static int make_mounts(const struct subject *s, unsigned int room)
{
	_cleanup_free_ char *dir = xasprintf("%s/outside", s->dir);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNS) < 0)
		return -errno;
	if (mount(NULL, "/", NULL, MS_REC | (room ? MS_PRIVATE : MS_SLAVE), NULL) < 0)
		return -errno;
	return room ? fill_mounts(dir, room) : 0;
}

int hold_mounts(struct subject *s, unsigned int room)
{
	int made[2], r = -EIO;

	if (pipe2(made, O_CLOEXEC) < 0)
		return -errno;
	s->holder = fork();
	if (s->holder == 0) {
		r = make_mounts(s, room);
		if (write(made[1], &r, sizeof(r)) != sizeof(r) || r < 0)
			_exit(1);
		for (;;)
			pause();
	}
	close(made[1]);
	if (s->holder > 0 && read(made[0], &r, sizeof(r)) != sizeof(r))
		r = -EIO;
	close(made[0]);
	if (r < 0)
		let_go_mounts(s);
	return r;
}

void let_go_mounts(struct subject *s)
{
	bool ready;

	if (s->holder <= 0)
		return;
	kill(s->holder, SIGKILL);
	wait_gone(s->holder, -1, s->o->opt->timeout_ms, &ready);
	s->holder = 0;
}
