/* SPDX-License-Identifier: Apache-2.0 */
#include "vm/boot.h"

#include "conformance/words.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#define CONSOLE_FD 3
#define RESULT_FD 4
#define STRING(x) #x
#define FD_PATH(n) "/dev/fd/" STRING(n)
#define PROBE_S 10

static void add_all(struct words *w, const char *const *words, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		words_add(w, xstrdup(words[i]));
}

/*
 * clearcpuid=141: qemu 7.2's TCG corrupts the flags after cmpxchg16b, and 6.12 panics in one boot
 * of three; without the feature the kernel doesn't use it. norandmaps: TCG translates a program
 * anew at each address that it is run at, so that starting one takes three times as long.
 * tsc=unstable: it can't be calibrated on a busy host, and then time jumps. A stall is told from a
 * host that has no time for us only by its length. psi=0: nobody reads what each switch of tasks
 * would account for.
 */
#define TCG_WORDS                                                                                  \
	" clearcpuid=141 norandmaps tsc=unstable rcupdate.rcu_cpu_stall_timeout=120"               \
	" watchdog_thresh=60 psi=0"

/* loglevel=5: warnings are to be seen. */
char *qemu_append(const struct boot_options *o, const char *accel, const char *mode)
{
	return xasprintf("console=ttyS0 panic=-1 loglevel=5%s maskspec.cgroup=%s%s%s%s%s",
			 streq(accel, "tcg") ? TCG_WORDS : "", o->cgroup,
			 mode ? " maskspec.mode=" : "", mode ? mode : "", *o->append ? " " : "",
			 o->append);
}

/*
 * With more than one processor, each emulated by a thread of its own, the kernel dies now and then
 * of code that it patches (6.12 under qemu 7.2, an oops for int3), so one is the default. Without
 * erms and fsrm the kernel clears and copies pages by words, not by bytes, each of which is
 * emulated; without la57 a miss of the TLB walks four levels in place of five.
 */
static void add_machine(struct words *w, const struct boot_options *o, const char *accel,
			const char *mode)
{
	static const char *const bare[] = { "-nodefaults", "-no-user-config", "-display", "none",
					    "-no-reboot",  "-machine",	      "q35" };
	bool tcg = streq(accel, "tcg");
	const char *const given[] = {
		"-accel",  accel,     "-cpu",	 tcg ? "max,-erms,-fsrm,-la57" : "host",
		"-m",	   o->memory, "-smp",	 o->cpus,
		"-kernel", o->kernel, "-initrd", o->initrd,
	};

	words_add(w, xstrdup(o->qemu));
	add_all(w, bare, ARRAY_SIZE(bare));
	add_all(w, given, ARRAY_SIZE(given));
	words_add(w, xstrdup("-append"));
	words_add(w, qemu_append(o, accel, mode));
	words_add(w, xstrdup("-device"));
	words_add(w, xstrdup("isa-debug-exit,iobase=0xf4,iosize=4"));
}

static void add_serial(struct words *w, const char *console, const char *result)
{
	const char *const given[] = { "-serial", console, "-serial", result };

	add_all(w, given, ARRAY_SIZE(given));
}

char **qemu_argv(const struct boot_options *o, const char *accel, const char *mode)
{
	struct words w = { 0 };

	add_machine(&w, o, accel, mode);
	add_serial(&w, o->shell ? "stdio" : "file:" FD_PATH(3), "file:" FD_PATH(4));
	words_end(&w);
	return w.v;
}

char *qemu_by_hand(const struct boot_options *o, const char *accel)
{
	struct words w = { 0 };
	struct text t = { 0 };
	size_t i;

	add_machine(&w, o, accel, NULL);
	add_serial(&w, "stdio", "file:result");
	words_end(&w);
	for (i = 0; w.v[i]; i++) {
		text_add(&t, i ? " " : "");
		text_add_word(&t, w.v[i]);
	}
	words_free(w.v);
	return t.s;
}

/* Start and end ------------------------------------------------------------------------------ */

/* From a descriptor that may itself be one of the numbers wanted. */
static int above(int fd)
{
	return fcntl(fd, F_DUPFD, 16);
}

/* Ctrl-C is for its parent; at a shell it is for what runs there. */
static void become_qemu(char *const *argv, pid_t parent, int console, int result, int words)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	console = above(console);
	result = above(result);
	words = above(words);
	dup2(console, CONSOLE_FD);
	dup2(result, RESULT_FD);
	dup2(words, STDERR_FILENO);
	close(console);
	close(result);
	close(words);
	execvp(argv[0], argv);
	dprintf(STDERR_FILENO, "%s: %s\n", argv[0], errno_name(errno));
	_exit(127);
}

int qemu_start(char *const *argv, struct qemu *ret)
{
	int console[2], result[2], words[2];
	pid_t parent = getpid(), pid;

	if (pipe2(console, O_CLOEXEC) < 0 || pipe2(result, O_CLOEXEC) < 0 ||
	    pipe2(words, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		become_qemu(argv, parent, console[1], result[1], words[1]);
	close(console[1]);
	close(result[1]);
	close(words[1]);
	*ret = (struct qemu){ pid, console[0], result[0], words[0] };
	return pid < 0 ? -EAGAIN : 0;
}

int qemu_end(struct qemu *q, unsigned int patience_ms)
{
	int status = 0;
	pid_t got;

	while ((got = waitpid(q->pid, &status, WNOHANG)) == 0 && patience_ms--)
		usleep(1000);
	if (got == 0)
		kill(q->pid, SIGKILL);
	while (got <= 0 && (got = waitpid(q->pid, &status, 0)) < 0 && errno == EINTR)
		;
	close(q->console);
	close(q->result);
	close(q->words);
	return status;
}

char *qemu_version(const char *qemu)
{
	_cleanup_free_ char *command = xasprintf("'%s' --version 2>/dev/null", qemu);
	FILE *p = popen(command, "re");
	char line[256] = "";

	if (p && !fgets(line, sizeof(line), p))
		line[0] = '\0';
	if (p)
		pclose(p);
	line[strcspn(line, "\n")] = '\0';
	return *line ? xstrdup(line) : NULL;
}

/* KVM ---------------------------------------------------------------------------------------- */

/*
 * That /dev/kvm opens, and even that one instruction runs there, proves nothing: here and there a
 * machine under it hangs before its first word. One boot to init's first word does. One that was
 * interrupted, or whose kernel complained, says nothing of KVM: it is not to be remembered.
 */
static bool probe_kvm(const struct boot_options *o, bool *ret_sure)
{
	struct boot_options short_one = *o;
	char **argv;
	struct watch w = { .o = &short_one, .facts_fd = -EBADF };
	struct qemu q;
	bool works = false;

	short_one.boot_s = short_one.whole_s = PROBE_S;
	short_one.shell = false;
	argv = qemu_argv(&short_one, "kvm", "probe");
	if (qemu_start(argv, &q) == 0) {
		watch_machine(&w, &q);
		works = w.ended;
	}
	*ret_sure = works || (!watch_signal && w.said.n == 0);
	watch_free(&w);
	words_free(argv);
	return works;
}

/* What the answer holds for: this boot of this host, this qemu. */
static char *kvm_key(const char *version)
{
	_cleanup_free_ char *boot = NULL;
	struct utsname u;

	uname(&u);
	if (read_file_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 64, &boot, NULL) == 0)
		boot[strcspn(boot, "\n")] = '\0';
	return xasprintf("%s %s %s\n", u.release, boot ? boot : "", version);
}

static const char *remembered(const char *file, const char *key)
{
	static const char *const answers[] = { "kvm", "tcg" };
	_cleanup_free_ char *text = NULL;
	size_t i;

	if (read_file_at(AT_FDCWD, file, 4096, &text, NULL) < 0)
		return NULL;
	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		const char *rest = strip_prefix(text, answers[i]);

		if (rest && *rest == ' ' && streq(rest + 1, key))
			return answers[i];
	}
	return NULL;
}

/* One process asks; those beside it wait for the answer. */
static const char *ask(const struct boot_options *o, const char *version)
{
	_cleanup_free_ char *file = xasprintf("%s/accel", o->cache);
	_cleanup_free_ char *lock_file = xasprintf("%s/accel.lock", o->cache);
	_cleanup_close_ int lock = open(lock_file, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	_cleanup_free_ char *key = kvm_key(version);
	_cleanup_free_ char *line = NULL;
	const char *answer;
	bool sure;

	if (lock >= 0)
		flock(lock, LOCK_EX);
	answer = remembered(file, key);
	if (answer)
		return answer;
	fprintf(stderr, "boot: /dev/kvm is here; a probe of %d s at most tells if it works\n",
		PROBE_S);
	answer = probe_kvm(o, &sure) ? "kvm" : "tcg";
	if (!watch_signal)
		fprintf(stderr, "boot: %s\n",
			streq(answer, "kvm") ? "KVM works"
			: sure		     ? "KVM does not work here; TCG it is"
					     : "this kernel fails under KVM; TCG it is");
	line = xasprintf("%s %s", answer, key);
	if (sure)
		write_file_at(AT_FDCWD, file, line, strlen(line));
	return answer;
}

const char *accel_choose(const struct boot_options *o, const char *version)
{
	if (!streq(o->accel, "auto"))
		return o->accel;
	return access("/dev/kvm", R_OK | W_OK) == 0 ? ask(o, version) : "tcg";
}
