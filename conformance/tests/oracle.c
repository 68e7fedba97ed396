/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Says whether what a runtime was told to mask can be read, and what it was told to make read-only
 * can be written to. It shares no code with the kit, so that it may contradict it.
 *
 *   oracle --around RUNTIME [--masked PATH | --readonly PATH | --control PATH]... WORDS...
 *
 * It is given to the kit as the runtime: all WORDS go to RUNTIME. Around `start` it looks at the
 * container through /proc/PID/root, before and again after: before is the last moment at which
 * nothing of the payload has run, so what is exposed has not been emptied yet. What it sees goes to
 * stderr, one line a path:
 *
 *   oracle before|after masked PATH exposed|hidden|ERRNO
 *   oracle before|after readonly PATH writable|readonly|ERRNO
 *   oracle before control PATH exposed|… writable|…     where nothing is masked: both
 *
 * Afterwards only what the fixture put there counts as exposed. It changes nothing: files are
 * opened for writing and closed, directories get a file without a name.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind { MASKED, READONLY, CONTROL };
static const char *const kinds[] = { "masked", "readonly", "control" };

static struct {
	enum kind kind;
	const char *path;
} targets[64];
static unsigned int n_targets;
static char *around;

/* Looking ------------------------------------------------------------------------------------ */

static const char *word_of(int error)
{
	static char number[16];

	switch (error) {
	case ENOENT:
		return "ENOENT";
	case ENOTDIR:
		return "ENOTDIR";
	case EACCES:
		return "EACCES";
	default:
		snprintf(number, sizeof(number), "errno-%d", error);
		return number;
	}
}

/* What the fixture has put there. */
#define CONTENT "covered by maskspec\n"
#define ENTRY "secret"

/* Whatever is there before the payload runs is too much; afterwards it may be the payload's. */
static bool is_too_much(const char *found, const char *covered, bool before)
{
	return before || strcmp(found, covered) == 0;
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static const char *can_list(const char *path, bool before)
{
	DIR *d = opendir(path);
	bool any = false;
	struct dirent *e;

	if (!d)
		return word_of(errno);
	while (!any && (e = readdir(d)))
		any = !is_dots(e->d_name) && is_too_much(e->d_name, ENTRY, before);
	closedir(d);
	return any ? "exposed" : "hidden";
}

static const char *can_read(const char *path, bool before)
{
	char content[sizeof(CONTENT)] = "";
	struct stat st;
	ssize_t n;
	int fd;

	if (stat(path, &st) < 0)
		return word_of(errno);
	if (S_ISDIR(st.st_mode))
		return can_list(path, before);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return word_of(errno);
	n = read(fd, content, sizeof(content) - 1);
	close(fd);
	if (n < 0)
		return word_of(errno);
	return n > 0 && is_too_much(content, CONTENT, before) ? "exposed" : "hidden";
}

static const char *can_write(const char *path)
{
	struct stat st;
	int fd;

	if (stat(path, &st) < 0)
		return word_of(errno);
	if (S_ISDIR(st.st_mode))
		fd = open(path, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	else
		fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == EROFS ? "readonly" : word_of(errno);
	close(fd);
	return "writable";
}

static void look(long pid, bool before)
{
	const char *when = before ? "before" : "after";
	unsigned int i;

	for (i = 0; i < n_targets; i++) {
		const char *kind = kinds[targets[i].kind];
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "/proc/%ld/root%s", pid, targets[i].path);
		/* The payload may use up what it is free to change. */
		if (targets[i].kind == CONTROL && !before)
			continue;
		fprintf(stderr, "oracle %s %s %s", when, kind, targets[i].path);
		if (targets[i].kind != READONLY)
			fprintf(stderr, " %s", can_read(path, before));
		if (targets[i].kind != MASKED)
			fprintf(stderr, " %s", can_write(path));
		fputc('\n', stderr);
	}
}

/* The runtime -------------------------------------------------------------------------------- */

static int wait_for(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return 125;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run(char **words)
{
	pid_t pid = fork();

	if (pid == 0) {
		execv(around, words);
		_exit(127);
	}
	return wait_for(pid);
}

/* `state` instead of `start`, of the same container: its pid, 0 when it says none. */
static long ask_pid(char **words, char **start)
{
	char state[] = "state", said[65536], *command = *start, *at;
	size_t len = 0;
	int out[2];
	ssize_t n;
	pid_t pid;

	if (pipe(out) < 0)
		return 0;
	pid = fork();
	if (pid == 0) {
		*start = state;
		dup2(out[1], STDOUT_FILENO);
		close(out[0]);
		close(out[1]);
		execv(around, words);
		_exit(127);
	}
	close(out[1]);
	while (len < sizeof(said) - 1 && (n = read(out[0], said + len, sizeof(said) - 1 - len)) > 0)
		len += (size_t)n;
	close(out[0]);
	said[len] = '\0';
	*start = command;
	if (wait_for(pid) != 0)
		return 0;
	at = strstr(said, "\"pid\":");
	return at ? strtol(at + strlen("\"pid\":"), NULL, 10) : 0;
}

static int start(char **words, char **command)
{
	long pid = ask_pid(words, command);
	int status;

	if (pid > 0)
		look(pid, true);
	else
		fputs("oracle: state says no pid\n", stderr);
	status = run(words);
	if (pid > 0 && status == 0)
		look(pid, false);
	return status;
}

static char **own_options(char **argv)
{
	unsigned int kind;

	for (; argv[0] && argv[1]; argv += 2) {
		if (strcmp(argv[0], "--around") == 0) {
			around = argv[1];
			continue;
		}
		for (kind = 0; kind < 3; kind++)
			if (strncmp(argv[0], "--", 2) == 0 && strcmp(argv[0] + 2, kinds[kind]) == 0)
				break;
		if (kind == 3 || n_targets == sizeof(targets) / sizeof(*targets))
			break;
		targets[n_targets].kind = (enum kind)kind;
		targets[n_targets++].path = argv[1];
	}
	return argv;
}

int main(int argc, char **argv)
{
	char **words = own_options(argv + 1), **w;

	(void)argc;
	if (!around) {
		fputs("usage: oracle --around RUNTIME [--masked|--readonly|--control PATH]... "
		      "WORDS...\n",
		      stderr);
		return 2;
	}
	*--words = around;
	for (w = words + 1; *w; w++)
		if (strcmp(*w, "start") == 0)
			return start(words, w);
	execv(around, words);
	perror(around);
	return 127;
}
