/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mounts of masks and nothing else, by the fewest calls. What a runtime does beside them hides
 * much of the difference: most of all its waits for grace periods when it moves into a cgroup.
 */
#include "vm/storm.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define FLAGS (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)

static void mount_tmpfs(const char *path)
{
	if (mount("tmpfs", path, "tmpfs", FLAGS, NULL) < 0)
		storm_die("%s: %s", path, errno_name(errno));
}

static void mount_each(unsigned int masks)
{
	char path[64];
	unsigned int i;

	for (i = 0; i < masks; i++) {
		snprintf(path, sizeof(path), STORM_MASKED "/%u", i);
		mount_tmpfs(path);
	}
}

static void mount_shared(unsigned int masks)
{
	char path[64];
	unsigned int i;

	mount_tmpfs(STORM_MASKED "/0");
	for (i = 1; i < masks; i++) {
		snprintf(path, sizeof(path), STORM_MASKED "/%u", i);
		if (mount(STORM_MASKED "/0", path, NULL, MS_BIND, NULL) < 0)
			storm_die("%s: %s", path, errno_name(errno));
	}
}

static const struct {
	const char *name;
	void (*mount)(unsigned int masks);
} loops[] = {
	{ "loop:tmpfs-per-dir", mount_each },
	{ "loop:shared-tmpfs", mount_shared },
};

/* ARRAY_SIZE(loops): none. */
static size_t loop_of(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(loops) && !streq(loops[i].name, name); i++)
		;
	return i;
}

bool loop_is_known(const char *name)
{
	return loop_of(name) < ARRAY_SIZE(loops);
}

/* Written to by the containers, one byte a step; closed when they shall begin. */
static int told[2], go[2];

static void tell(void)
{
	if (write(told[1], "", 1) != 1)
		_exit(3);
}

static _Noreturn void be_container(size_t loop, const struct storm *s, unsigned int i)
{
	char byte;

	close(go[1]);
	/* It goes with its parent, as no one would end it else. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	cgroup_join(i);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    chroot(STORM_ROOT) < 0 || chdir("/") < 0)
		storm_die("a mount namespace: %s", errno_name(errno));
	tell();
	if (read(go[0], &byte, 1) != 0)
		_exit(3);
	loops[loop].mount(s->masks);
	tell();
	for (;;)
		pause();
}

/* One that dies says why, but not to the pipe, which the others keep open. */
static void await_all(const struct storm *s, const pid_t *pids)
{
	struct pollfd p = { .fd = told[0], .events = POLLIN };
	unsigned int n = 0, i;
	char byte;

	while (n < s->containers) {
		if (poll(&p, 1, 1000) > 0 && read(told[0], &byte, 1) == 1)
			n++;
		else
			for (i = 0; i < s->containers; i++)
				if (waitpid(pids[i], NULL, WNOHANG) > 0)
					storm_die("container %u has ended by itself", i);
	}
}

void loop_prepare(const char *name, const struct storm *s, pid_t pids[STORM_MAX])
{
	size_t loop = loop_of(name);
	unsigned int i;

	if (pipe2(told, O_CLOEXEC) < 0 || pipe2(go, O_CLOEXEC) < 0)
		storm_die("pipe: %s", errno_name(errno));
	for (i = 0; i < s->containers; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			storm_die("fork: %s", errno_name(errno));
		if (pids[i] == 0)
			be_container(loop, s, i);
	}
	await_all(s, pids);
}

unsigned long loop_start(const struct storm *s, const pid_t *pids)
{
	unsigned long start = storm_now_us();

	close(go[1]);
	await_all(s, pids);
	close(go[0]);
	close(told[0]);
	close(told[1]);
	return storm_now_us() - start;
}
