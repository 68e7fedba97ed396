/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linked into a maskref, and for virtual machines only: the program's own name says what its
 * `create` does to the machine in the second case after the preflight. With links and lists one
 * after the other (JOBS=1) that is lists, with links whole.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_to(const char *path, const char *s)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, s, strlen(s)) < 0)
		_exit(99);
	close(fd);
}

/* Not before the machine's init has had time to send what the case before found. */
static void spoil_panic(void)
{
	sleep(1);
	write_to("/proc/sysrq-trigger", "c");
}

static void spoil_hang(void)
{
	for (;;)
		pause();
}

/* All that there is: the kernel has to choose somebody. */
static void spoil_eat(void)
{
	char *p;

	while ((p = malloc(1u << 20))) {
		size_t i;

		for (i = 0; i < 1u << 20; i += 4096)
			p[i] = 1;
	}
}

/* As a kernel words it; the case itself goes on. The kit covers /dev: so elsewhere, for itself. */
static void spoil_warn(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (unshare(CLONE_NEWNS) < 0 ||
		    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		    mount("dev", "/tmp", "devtmpfs", 0, NULL) < 0)
			_exit(99);
		write_to("/tmp/kmsg", "<4>WARNING: CPU: 0 PID: 1 at spoil.c:1 spoil+0x1/0x2\n");
		_exit(0);
	}
	if (waitpid(pid, &status, 0) < 0 || status != 0)
		_exit(99);
}

static const struct {
	const char *name;
	void (*spoil)(void);
} ways[] = {
	{ "spoil-panic", spoil_panic },
	{ "spoil-hang", spoil_hang },
	{ "spoil-eat", spoil_eat },
	{ "spoil-warn", spoil_warn },
};

/* The kit calls a container after run, number of the case among those of one observe, and its own
 * name; the preflight has an observe of its own. */
static int is_second(const char *id)
{
	unsigned int number;

	return sscanf(id, "maskspec-%*x-%*x-%u-", &number) == 1 && number == 1;
}

__attribute__((constructor)) static void spoil(int argc, char **argv)
{
	const char *name = argc ? strrchr(argv[0], '/') : NULL;
	size_t i;
	int k;

	for (k = 1; k < argc && strcmp(argv[k], "create") != 0; k++)
		;
	if (!name || k == argc || !is_second(argv[argc - 1]))
		return;
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strcmp(name + 1, ways[i].name) == 0)
			ways[i].spoil();
}
