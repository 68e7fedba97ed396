/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/passphrase.h"

#include <fcntl.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <signal.h>
#include <termios.h>

void passphrase_wipe(struct passphrase *p)
{
	OPENSSL_cleanse(p, sizeof(*p));
}

int passphrase_fd(const char *arg, struct passphrase_source *ret)
{
	char *end;
	long n;

	if (*arg < '0' || *arg > '9')
		return -EINVAL;
	errno = 0;
	n = strtol(arg, &end, 10);
	if (*end || errno || n > INT_MAX)
		return -EINVAL;
	/* Later it could be the number of a file that we opened. */
	if (fcntl((int)n, F_GETFD) < 0)
		return -errno;
	*ret = (struct passphrase_source){ .from_fd = true, .fd = (int)n };
	return 0;
}

/* A byte at a time: what stands behind the line is somebody else's. */
static int read_line(int fd, struct passphrase *p)
{
	char c;

	p->len = 0;
	for (;;) {
		ssize_t n = read(fd, &c, 1);

		if (n < 0)
			return -errno;
		if (n == 0 || c == '\n')
			break;
		if (c == '\0')
			return -EINVAL;
		if (p->len == PASSPHRASE_MAX)
			return -EFBIG;
		p->s[p->len++] = c;
	}
	p->s[p->len] = '\0';
	return p->len ? 0 : -ENODATA;
}

/* Terminal ------------------------------------------------------------------------------------ */

/* Whoever ends us while he types gets his echo back first. */
static const int ending[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };
static volatile sig_atomic_t came;

struct signals {
	struct sigaction old[ARRAY_SIZE(ending)];
	sigset_t mask; /* as it was; they are only let in while we wait */
};

static void note(int signum)
{
	came = signum;
}

static void catch_ending(struct signals *s)
{
	struct sigaction action = { .sa_handler = note };
	sigset_t block;
	size_t i;

	came = 0;
	sigemptyset(&action.sa_mask);
	sigemptyset(&block);
	for (i = 0; i < ARRAY_SIZE(ending); i++)
		sigaddset(&block, ending[i]);
	sigprocmask(SIG_BLOCK, &block, &s->mask);
	for (i = 0; i < ARRAY_SIZE(ending); i++)
		sigaction(ending[i], &action, &s->old[i]);
}

static void release_ending(const struct signals *s)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ending); i++)
		sigaction(ending[i], &s->old[i], NULL);
	if (came)
		raise(came);
	sigprocmask(SIG_SETMASK, &s->mask, NULL);
}

/* A terminal gives whole lines. */
static int read_typed(int tty, const sigset_t *mask, struct passphrase *p)
{
	struct pollfd typed = { .fd = tty, .events = POLLIN };

	return ppoll(&typed, 1, NULL, mask) < 0 ? -errno : read_line(tty, p);
}

static int ask(int tty, const char *prompt, struct passphrase *p)
{
	struct termios shown, hidden;
	struct signals signals;
	int r;

	if (tcgetattr(tty, &shown) < 0)
		return -errno;
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	hidden.c_lflag |= ICANON | ECHONL;
	hidden.c_cc[VSUSP] = _POSIX_VDISABLE;
	catch_ending(&signals);
	if (tcsetattr(tty, TCSAFLUSH, &hidden) < 0 || write(tty, prompt, strlen(prompt)) < 0)
		r = -errno;
	else
		r = read_typed(tty, &signals.mask, p);
	tcsetattr(tty, TCSAFLUSH, &shown);
	release_ending(&signals);
	return r;
}

static int ask_terminal(const char *of, bool again, struct passphrase *ret)
{
	_cleanup_close_ int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	_cleanup_free_ char *first = xasprintf("Passphrase of %s: ", of);
	_cleanup_passphrase_ struct passphrase second = { .len = 0 };
	int r;

	if (tty < 0)
		return -errno;
	r = ask(tty, first, ret);
	if (r < 0 || !again)
		return r;
	r = ask(tty, "Once more: ", &second);
	if (r < 0)
		return r;
	return streq(ret->s, second.s) ? 0 : -EKEYREJECTED;
}

/* --------------------------------------------------------------------------------------------- */

static char *why(const struct passphrase_source *from, const char *of, int r)
{
	_cleanup_free_ char *where =
		from->terminal ? xstrdup("the terminal") : xasprintf("descriptor %d", from->fd);

	if (r == -EBADF)
		return xasprintf("%s: %s is not open for reading; the passphrase is its first line",
				 of, where);
	if (r == -EFBIG)
		return xasprintf("%s: the passphrase has more than %d bytes", of, PASSPHRASE_MAX);
	if (r == -EINVAL)
		return xasprintf("%s: the passphrase has a NUL byte", of);
	if (r == -ENODATA)
		return xasprintf("%s: the passphrase is empty; it is the first line of %s", of,
				 where);
	if (r == -EKEYREJECTED)
		return xasprintf("%s: the two passphrases differ", of);
	if (from->terminal && (r == -ENXIO || r == -ENOTTY))
		return xasprintf("%s: no terminal to ask for the passphrase at; give it by "
				 "--passphrase-fd N",
				 of);
	return xasprintf("%s: the passphrase can't be read from %s: %s", of, where, errno_name(r));
}

int passphrase_read(const struct passphrase_source *from, const char *of, bool again,
		    struct passphrase *ret, char **ret_error)
{
	_cleanup_passphrase_ struct passphrase p = { .len = 0 };
	int r = from->terminal ? ask_terminal(of, again, &p) : read_line(from->fd, &p);

	if (r < 0) {
		*ret_error = why(from, of, r);
		return r;
	}
	*ret = p;
	return 0;
}
