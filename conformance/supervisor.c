/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers system calls of the runtime in the kernel's place (DENY=), so that what it does on an
 * older kernel can be seen on this one. Every command of the runtime gets a seccomp filter that
 * hands the calls of calls.c to a thread of the worker and allows all others; what it forks
 * inherits it. Once a process executes the probe, whatever it calls goes on to the kernel: the
 * payload looks at the container with the kernel that there is.
 *
 *   rule_of() and fault_decide() (fault.h) decide what becomes of a call, answer() and let_go_on()
 *   say so, caller.c knows who asks; the rest only carries it there and back.
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

#include "conformance/caller.h"
#include "conformance/calls.h"
#include "conformance/mountinfo.h"
#include "reference/sys.h"

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#endif

#define LISTENERS 1024
#define NUMBERS_MAX (2 * CALL_RULES + MOUNT_CALLS + 2)

/* Of the one case of this worker; counts are the thread's, read when the case is at its end. */
static struct {
	int door; /* where the commands hand in their listeners; -EBADF: nothing is supervised */
	struct denial denied;
	struct stat probe;
	unsigned long answered[CALL_RULES], passed[CALL_RULES];
	pthread_mutex_t lock; /* of what follows */
	struct fault_count count;
	char *hit; /* where the K-th call was to act */
} super = { .door = -EBADF, .lock = PTHREAD_MUTEX_INITIALIZER };

/* The filter --------------------------------------------------------------------------------- */

/* Executions are seen where calls are counted: they end with the payload's. */
static const int executions[] = { SYS_execve, SYS_execveat };

static size_t list_fault_numbers(int *numbers)
{
	size_t n = 0, i;

	for (i = 0; i < ARRAY_SIZE(executions); i++)
		numbers[n++] = executions[i];
	for (i = 0; i < MOUNT_CALLS; i++)
		numbers[n++] = mount_calls[i].number;
	return n;
}

static size_t list_numbers(int *numbers)
{
	size_t n = super.denied.fault.mode == FAULT_NONE ? 0 : list_fault_numbers(numbers);
	size_t i, k;

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
	struct sock_filter code[NUMBERS_MAX + 8] = {
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
	int numbers[NUMBERS_MAX];
	_cleanup_close_ int listener = -EBADF;

	if (super.door < 0)
		return 0;
	listener = install(numbers, list_numbers(numbers));
	return listener < 0 ? listener : send_fd(super.door, listener);
}

/* Decisions ---------------------------------------------------------------------------------- */

/* nr_inodes=1, as text of mount(2) or as option of fsconfig(2). */
static bool asks_for_one_inode(const struct waiting *w)
{
	const struct ms_seccomp_data *d = &w->call->data;
	char key[4096], value[4096];

	if (d->nr == SYS_mount) {
		caller_string(w, d->args[4], value);
		return mount_option(value, "nr_inodes=1");
	}
	if ((unsigned int)d->args[1] != MS_FSCONFIG_SET_STRING)
		return false;
	caller_string(w, d->args[2], key);
	caller_string(w, d->args[3], value);
	return streq(key, "nr_inodes") && streq(value, "1");
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
		if (super.denied.calls >> i & 1 && concerns(&call_rules[i], w->call->data.nr) &&
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

/* Answers a call that no rule denies: false when nobody waits any more. The lock is held over the
 * answer, so that a count that is closed meanwhile takes no call in. */
static bool let_go_on(const struct waiting *w, bool *ret_faulted)
{
	static const int errors[] = { [FAULT_ANSWERS_EINVAL] = -EINVAL };
	const struct fault *f = &super.denied.fault;
	char *place = NULL;
	enum fault_answer a;
	bool sent;

	pthread_mutex_lock(&super.lock);
	a = fault_decide(f, &super.count, w->call->data.nr);
	if (f->mode != FAULT_NONE && super.count.open && super.count.answered + 1 == f->k)
		place = caller_place(w);
	*ret_faulted = a != FAULT_GOES_ON;
	sent = *ret_faulted ? respond(w, errors[a], 0)
			    : respond(w, 0, MS_SECCOMP_USER_NOTIF_FLAG_CONTINUE);
	if (sent && fault_answered(f, &super.count, w->call->data.nr))
		super.hit = TAKE_PTR(place);
	pthread_mutex_unlock(&super.lock);
	free(place);
	return sent;
}

/* A caller that is gone, or was interrupted and asks again, gets no answer and is not counted. */
static void answer(const struct waiting *w)
{
	bool payload = caller_is(w, &super.probe), faulted = false;
	size_t rule = payload ? CALL_RULES : rule_of(w);

	if (caller_executes(w, &super.probe))
		supervisor_count(false);
	if (!caller_waits(w))
		return;
	if (payload) {
		respond(w, 0, MS_SECCOMP_USER_NOTIF_FLAG_CONTINUE);
	} else if (rule < CALL_RULES) {
		if (respond(w, -call_rules[rule].errnum, 0))
			__atomic_add_fetch(&super.answered[rule], 1, __ATOMIC_RELAXED);
	} else if (let_go_on(w, &faulted) && !faulted) {
		count_passed(w->call->data.nr);
	}
}

void supervisor_count(bool open)
{
	pthread_mutex_lock(&super.lock);
	if (open)
		super.count = (struct fault_count){ .open = true };
	super.count.open = open;
	pthread_mutex_unlock(&super.lock);
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

int supervisor_start(const struct denial *d)
{
	pthread_t thread;
	int door[2], r;

	if (!is_denial(d))
		return 0;
	if (stat(SCRATCH "/probe", &super.probe) < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, door) < 0)
		return -errno;
	super.denied = *d;
	super.door = door[1];
	r = pthread_create(&thread, NULL, supervise, (void *)(intptr_t)door[0]);
	if (r != 0)
		return -r;
	pthread_detach(thread);
	return 0;
}

static void fault_fact(struct observation *o)
{
	_cleanup_free_ char *word = fault_word(&super.denied.fault);
	const struct fault_count *c = &super.count;

	pthread_mutex_lock(&super.lock);
	fact(o, NULL, "after", AS_DRIVER, OP_CALLS, word, "ok",
	     "denied=%d passed=%lu call=%s place=%s", c->made, c->answered - c->made,
	     c->hit ? c->hit->name : "none", super.hit ? super.hit : "");
	pthread_mutex_unlock(&super.lock);
}

void supervisor_facts(struct observation *o)
{
	size_t i;

	if (super.door >= 0 && super.denied.fault.mode != FAULT_NONE)
		fault_fact(o);

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
