/* SPDX-License-Identifier: Apache-2.0 */
/* What would use or change a file. */
#include "conformance/probe/probe.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

static const char word[] = "written by maskspec\n";

/* A control keeps its content for later rows; what destroys works on a copy beside it. */
static char *victim(const struct todo *t)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int fd = -EBADF;

	if (!probe_is_control(t))
		return xstrdup(t->path);
	path = xasprintf("%s.%s.%s", t->path, op_info[t->op].name, identity_names[t->as]);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, word, sizeof(word) - 1) < 0)
		return NULL;
	return TAKE_PTR(path);
}

static int write_word(const char *path, long *ret_wrote)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, word, sizeof(word) - 1);
	*ret_wrote = n < 0 ? 0 : n;
	return n < 0 ? -errno : 0;
}

int probe_write(const struct todo *t, struct text *value)
{
	long wrote = 0;
	int r = write_word(t->path, &wrote);
	long bytes = probe_read_bytes(t->path);

	text_addf(value, "wrote=%ld bytes=%ld", wrote, bytes < 0 ? 0 : bytes);
	return r;
}

int probe_mmap(const struct todo *t, _unused_ struct text *value)
{
	_cleanup_close_ int fd = open(t->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	void *p;

	if (fd < 0)
		return -errno;
	p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	munmap(p, 4096);
	return 0;
}

/* The child answers with the errno of execve as its status; an image that ran says 0 or dies. */
int probe_exec(const struct todo *t, struct text *value)
{
	char *argv[] = { t->path, NULL };
	char *envp[] = { NULL };
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return PROBE_UNAVAILABLE;
	if (pid == 0) {
		execve(t->path, argv, envp);
		_exit(errno & 0xff);
	}
	if (waitpid(pid, &status, 0) < 0)
		return PROBE_UNAVAILABLE;
	text_addf(value, "status=%d", status);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : 0;
}

int probe_truncate(const struct todo *t, struct text *value)
{
	_cleanup_free_ char *path = victim(t);
	struct stat st;

	if (!path)
		return PROBE_UNAVAILABLE;
	if (truncate(path, 0) < 0)
		return -errno;
	text_addf(value, "size=%lld", stat(path, &st) < 0 ? -1LL : (long long)st.st_size);
	return 0;
}

int probe_unlink(const struct todo *t, _unused_ struct text *value)
{
	_cleanup_free_ char *path = victim(t);

	if (!path)
		return PROBE_UNAVAILABLE;
	return unlink(path) < 0 ? -errno : 0;
}
