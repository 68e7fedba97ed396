/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many processes a run may have, so that a runtime that forks without end takes the run down
 * and not the host: a pids cgroup of the run's own, around all of the kit and its commands.
 * Containers have cgroups of their own beside it. RLIMIT_NPROC binds no root of the first user
 * namespace, and a PID namespace has a limit of its own only from Linux 6.14 on (7863dcc72d0f).
 * Where there is no pids controller the run goes on without; the header says so. The watchdog
 * removes the cgroup, as any that bears the run's id.
 */
#include "conformance/observe.h"

#include <fcntl.h>
#include <sys/stat.h>

/* A Go runtime has some twenty threads, a probe a handful of children. */
#define TASKS 512
#define TASKS_A_JOB 128

static int write_number(int dir, const char *file, unsigned int n)
{
	_cleanup_close_ int fd = openat(dir, file, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return dprintf(fd, "%u\n", n) < 0 ? -errno : 0;
}

static int join(const char *hierarchy, const char *run_id, unsigned int most)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", hierarchy, run_id);
	_cleanup_close_ int dir = -EBADF;
	int r;

	if (mkdir(path, 0755) < 0)
		return -errno;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = dir < 0 ? -errno : write_number(dir, "pids.max", most);
	if (r == 0)
		r = write_number(dir, "cgroup.procs", 0); /* whoever writes it */
	if (r < 0)
		rmdir(path);
	return r;
}

unsigned int limit_tasks(const char *run_id, unsigned int jobs)
{
	/* v1, v2; on v2 the controller must be on already: that is the host's to decide. */
	static const char *const hierarchies[] = { "/sys/fs/cgroup/pids", "/sys/fs/cgroup" };
	unsigned int most = TASKS + TASKS_A_JOB * jobs;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hierarchies); i++)
		if (join(hierarchies[i], run_id, most) == 0)
			return most;
	return 0;
}
