/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers system calls of the runtime in the kernel's place (DENY=), so that what it does on an
 * older kernel can be seen on this one. Every command of the runtime gets a seccomp filter that
 * hands the calls of calls.c to a thread of the worker and allows all others; what it forks
 * inherits it. Once a process executes the probe, whatever it calls goes on to the kernel: the
 * payload looks at the container with the kernel that there is.
 *
 *   rule_of() and answer() decide what becomes of a call; the rest only carries it there and back.
 *
 * A listener lives as long as a process has its filter, so it must outlive the command: create
 * leaves a container. All die with the worker, after the last process of the case.
 */
#include "conformance/observe.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "conformance/calls.h"
#include "conformance/mountinfo.h"
#include "reference/sys.h"

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#endif

#define LISTENERS 1024

/* Of the one case of this worker; counts are the thread's, read when the case is at its end. */
static struct {
	int door; /* where the commands hand in their listeners; -EBADF: nothing is supervised */
	uint64_t denied;
	dev_t dev; /* the probe */
	ino_t ino;
	unsigned long answered[CALL_RULES], passed[CALL_RULES];
} super = { .door = -EBADF };

/* The filter --------------------------------------------------------------------------------- */

static size_t list_numbers(int *numbers)
{
	size_t n = 0, i, k;

	for (i = 0; i < CALL_RULES; i++)
		for (k = 0; k < ARRAY_SIZE(call_rules[i].numbers); k++)
			if (call_rules[i].numbers[k])
				numbers[n++] = call_rules[i].numbers[k];
	return n;
}

/* Hands @numbers to a listener, which is returned; any other call is allowed. */
static int install(const int *numbers, size_t n)
{
#ifdef NATIVE_ARCH
	struct sock_filter code[2 * CALL_RULES + 8] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct ms_seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct ms_seccomp_data, nr)),
	};
	struct sock_fprog prog = { .filter = code };
	size_t at = 4, i;

	for (i = 0; i < n; i++)
		code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							  (unsigned int)numbers[i],
							  (unsigned char)(n - i), 0);
	code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, MS_SECCOMP_RET_USER_NOTIF);
	prog.len = (unsigned short)at;
	return sys_seccomp(MS_SECCOMP_SET_MODE_FILTER, MS_SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);
#else
	(void)numbers;
	(void)n;
	return -ENOTSUP;
#endif
}

static int send_fd(int door, int fd)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	char word = 'l';
	struct iovec iov = { .iov_base = &word, .iov_len = 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control.buf,
			    .msg_controllen = sizeof(control.buf) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(door, &m, MSG_NOSIGNAL) == 1 ? 0 : -EIO;
}

/* A listener that was handed in; negative when there is none. */
static int receive_fd(int door)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	char word;
	struct iovec iov = { .iov_base = &word, .iov_len = 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control.buf,
			    .msg_controllen = sizeof(control.buf) };
	const struct cmsghdr *c;
	int fd;

	if (recvmsg(door, &m, MSG_CMSG_CLOEXEC) != 1)
		return -EIO;
	c = CMSG_FIRSTHDR(&m);
	if (!c || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(sizeof(int)))
		return -EIO;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

int supervisor_enter(void)
{
	int numbers[2 * CALL_RULES];
	_cleanup_close_ int listener = -EBADF;

	if (super.door < 0)
		return 0;
	listener = install(numbers, list_numbers(numbers));
	return listener < 0 ? listener : send_fd(super.door, listener);
}

/* Decisions ---------------------------------------------------------------------------------- */

/* One call that waits for its answer. */
struct waiting {
	int listener;
	const struct ms_seccomp_notif *call;
};

/* The numbers of processes are used again: what was read of one is good only if it still waits. */
static bool still_waits(const struct waiting *w)
{
	uint64_t id = w->call->id;

	return ioctl(w->listener, MS_SECCOMP_NOTIF_ID_VALID, &id) == 0;
}

/* What lies at @address in the caller, cut at the first NUL, "" where nothing can be read. */
static void read_string(const struct waiting *w, uint64_t address, char buf[4096])
{
	_cleanup_close_ int mem = -EBADF;
	char path[32];
	ssize_t n;

	buf[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%u/mem", w->call->pid);
	mem = open(path, O_RDONLY | O_CLOEXEC);
	n = mem < 0 || !address ? -1 : pread(mem, buf, 4095, (off_t)address);
	buf[n > 0 && still_waits(w) ? n : 0] = '\0';
}

/* nr_inodes=1, as text of mount(2) or as option of fsconfig(2). */
static bool asks_for_one_inode(const struct waiting *w)
{
	const struct ms_seccomp_data *d = &w->call->data;
	char key[4096], value[4096];

	if (d->nr == SYS_mount) {
		read_string(w, d->args[4], value);
		return mount_option(value, "nr_inodes=1");
	}
	if ((unsigned int)d->args[1] != MS_FSCONFIG_SET_STRING)
		return false;
	read_string(w, d->args[2], key);
	read_string(w, d->args[3], value);
	return streq(key, "nr_inodes") && streq(value, "1");
}

/* By inode: a name can be anybody's. */
static bool is_payload(const struct waiting *w)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%u/exe", w->call->pid);
	return stat(path, &st) == 0 && st.st_dev == super.dev && st.st_ino == super.ino;
}

static bool concerns(const struct call_rule *rule, int nr)
{
	return nr && (rule->numbers[0] == nr || rule->numbers[1] == nr);
}

/* The rule that denies this call, CALL_RULES where none does. */
static size_t rule_of(const struct waiting *w)
{
	size_t i;

	for (i = 0; i < CALL_RULES; i++)
		if (super.denied >> i & 1 && concerns(&call_rules[i], w->call->data.nr) &&
		    (!call_rules[i].by_argument || asks_for_one_inode(w)))
			return i;
	return CALL_RULES;
}

static bool respond(const struct waiting *w, int error, unsigned int flags)
{
	struct ms_seccomp_resp r[4] = {
		{ .id = w->call->id, .error = error, .flags = flags },
	};

	return ioctl(w->listener, MS_SECCOMP_NOTIF_SEND, r) == 0;
}

static void count_passed(int nr)
{
	size_t i;

	for (i = 0; i < CALL_RULES; i++)
		if (!call_rules[i].by_argument && concerns(&call_rules[i], nr))
			__atomic_add_fetch(&super.passed[i], 1, __ATOMIC_RELAXED);
}

/* A caller that is gone, or was interrupted and asks again, gets no answer and is not counted. */
static void answer(const struct waiting *w)
{
	bool payload = is_payload(w);
	size_t rule = payload ? CALL_RULES : rule_of(w);

	if (!still_waits(w))
		return;
	if (rule == CALL_RULES) {
		if (respond(w, 0, MS_SECCOMP_USER_NOTIF_FLAG_CONTINUE) && !payload)
			count_passed(w->call->data.nr);
	} else if (respond(w, -call_rules[rule].errnum, 0)) {
		__atomic_add_fetch(&super.answered[rule], 1, __ATOMIC_RELAXED);
	}
}

/* The thread --------------------------------------------------------------------------------- */

/* A kernel may know more of a notification than we do, but never four times as much. */
static bool receive(int listener, struct ms_seccomp_notif n[4])
{
	memset(n, 0, 4 * sizeof(*n));
	return ioctl(listener, MS_SECCOMP_NOTIF_RECV, n) == 0;
}

static void take_listener(int door, struct pollfd *p, size_t *n)
{
	int fd = receive_fd(door);

	if (fd >= 0 && *n < LISTENERS)
		p[(*n)++] = (struct pollfd){ .fd = fd, .events = POLLIN };
	else
		safe_close(fd);
}

static void *supervise(void *arg)
{
	static struct pollfd p[LISTENERS];
	size_t n = 1, i;

	p[0] = (struct pollfd){ .fd = (int)(intptr_t)arg, .events = POLLIN };
	while (poll(p, n, -1) >= 0 || errno == EINTR) {
		for (i = n; i-- > 1;) {
			struct ms_seccomp_notif call[4];
			struct waiting w = { p[i].fd, call };

			if (p[i].revents & POLLIN && receive(p[i].fd, call)) {
				answer(&w);
			} else if (p[i].revents & (POLLHUP | POLLERR)) {
				/* No process has this filter any more. */
				close(p[i].fd);
				p[i] = p[--n];
			}
		}
		if (p[0].revents & POLLIN)
			take_listener(p[0].fd, p, &n);
	}
	return NULL;
}

int supervisor_start(uint64_t denied)
{
	pthread_t thread;
	struct stat st;
	int door[2], r;

	if (!denied)
		return 0;
	if (stat(SCRATCH "/probe", &st) < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, door) < 0)
		return -errno;
	super.denied = denied;
	super.dev = st.st_dev;
	super.ino = st.st_ino;
	super.door = door[1];
	r = pthread_create(&thread, NULL, supervise, (void *)(intptr_t)door[0]);
	if (r != 0)
		return -r;
	pthread_detach(thread);
	return 0;
}

void supervisor_facts(struct observation *o)
{
	size_t i;

	for (i = 0; super.door >= 0 && i < CALL_RULES; i++)
		fact(o, NULL, "after", AS_DRIVER, OP_CALLS, call_rules[i].name, "ok",
		     "denied=%lu passed=%lu", super.answered[i], super.passed[i]);
}

/* Is it to be had? --------------------------------------------------------------------------- */

static _Noreturn void probe_child(int door)
{
	const int number = SYS_getppid;
	int listener = install(&number, 1);

	if (listener < 0)
		_exit(-listener);
	if (send_fd(door, listener) < 0)
		_exit(EIO);
	close(listener);
	_exit(syscall(SYS_getppid) > 0 ? 0 : EIO);
}

static int probe_parent(int door)
{
	struct ms_seccomp_notif call[4];
	_cleanup_close_ int listener = receive_fd(door);
	struct waiting w = { listener, call };

	if (listener < 0 || !receive(listener, call))
		return -ENOSYS;
	if (respond(&w, 0, MS_SECCOMP_USER_NOTIF_FLAG_CONTINUE))
		return 0;
	respond(&w, -EIO, 0);
	return -EINVAL;
}

int supervisor_probe(void)
{
	int door[2], status = -1, r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, door) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		probe_child(door[1]);
	close(door[1]);
	r = pid < 0 ? -EAGAIN : probe_parent(door[0]);
	close(door[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status))
		return -WEXITSTATUS(status);
	return r;
}
