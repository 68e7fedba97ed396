/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Order: first row, the mount table and a first look before anything else; then the todo in its
 * order, each run of rows of one identity in a child that has become it; then the barrier
 * `ready` (the driver looks from the host) and `go`.
 */
#include "conformance/probe/probe.h"
#include "conformance/probe/isolation.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static probe_op *const operations[OP_COUNT] = {
	[OP_LOOK] = probe_look,
	[OP_LIST] = probe_list,
	[OP_READ] = probe_read,
	[OP_STAT] = probe_stat,
	[OP_STATFS] = probe_statfs,
	[OP_CREATE] = probe_create,
	[OP_MKDIR] = probe_mkdir,
	[OP_MKNOD] = probe_mknod,
	[OP_MKFIFO] = probe_mkfifo,
	[OP_SYMLINK] = probe_symlink,
	[OP_LINK] = probe_link,
	[OP_TMPFILE] = probe_tmpfile,
	[OP_BINDSOCK] = probe_bind_socket,
	[OP_UNLINKMISSING] = probe_unlink_missing,
	[OP_CHMOD] = probe_chmod,
	[OP_CHOWN] = probe_chown,
	[OP_UTIMES] = probe_utimes,
	[OP_SETXATTR] = probe_setxattr,
	[OP_REMOVEXATTR] = probe_removexattr,
	[OP_SETFLAGS] = probe_setflags,
	[OP_RENAMEINTO] = probe_rename_into,
	[OP_RENAMESELF] = probe_rename_self,
	[OP_RMDIR] = probe_rmdir,
	[OP_WRITE] = probe_write,
	[OP_MMAP] = probe_mmap,
	[OP_EXEC] = probe_exec,
	[OP_TRUNCATE] = probe_truncate,
	[OP_UNLINK] = probe_unlink,
	[OP_TRYWRITE] = probe_try_write,
	[OP_UMOUNT] = probe_umount,
	[OP_UMOUNTDETACH] = probe_umount_detach,
	[OP_REMOUNT] = probe_remount,
	[OP_REMOUNTBIND] = probe_remount_bind,
	[OP_BINDOVER] = probe_bind_over,
	[OP_TMPFSOVER] = probe_tmpfs_over,
	[OP_MOVE] = probe_move,
	[OP_PRIVATE] = probe_private,
	[OP_OPENTREE] = probe_open_tree,
	[OP_MOUNTSETATTR] = probe_mount_setattr,
	[OP_FSPICK] = probe_fspick,
	[OP_UNSHARENS] = probe_unshare_ns,
	[OP_PIVOT] = probe_pivot,
	[OP_HANDLE] = probe_handle,
	[OP_CHMODDEV] = probe_chmod_device,
	[OP_LINKS] = probe_links,
	[OP_UNMASK] = probe_unmask,
};

struct probe {
	const char *name; /* of the container */
	int facts;	  /* O_APPEND: every identity writes whole lines */
	struct todo *todo;
	size_t n;
};

static void report(const struct probe *p, const char *phase, enum identity as, const char *op,
		   const char *path, const char *result, const char *value)
{
	_cleanup_free_ char *source = xasprintf("probe:%s", p->name);
	_cleanup_text_ struct text line = { 0 };

	text_add_record(&line, "r", source, phase, identity_names[as], op, path, result, value,
			NULL);
	if (write(p->facts, line.s, line.len) != (ssize_t)line.len)
		_exit(111);
}

static void report_mounts(const struct probe *p, const char *phase, enum identity as)
{
	_cleanup_free_ char *text = NULL;
	char *rest, *line, end[32];
	unsigned int lines = 0;
	int r = read_file_at(AT_FDCWD, "/proc/self/mountinfo", 16u << 20, &text, NULL);

	if (r < 0) {
		report(p, phase, as, "mountinfo", "", errno_name(r), "");
		return;
	}
	for (rest = text; (line = next_line(&rest)); lines++)
		report(p, phase, as, "mountinfo", "", "ok", line);
	snprintf(end, sizeof(end), "lines=%u", lines);
	report(p, phase, as, "mountinfo", "", "end", end);
}

static void run_row(const struct probe *p, const char *phase, const struct todo *t)
{
	_cleanup_text_ struct text value = { 0 };
	int r = operations[t->op](t, &value);

	report(p, phase, t->as, op_info[t->op].name, t->path,
	       r == 0			? "ok"
	       : r == PROBE_UNAVAILABLE ? "unavailable"
					: errno_name(r),
	       text_str(&value));
}

/* The initial user namespace maps every id to itself. */
static bool in_userns(void)
{
	_cleanup_free_ char *map = NULL;
	unsigned int inside, outside, size;

	return read_file_at(AT_FDCWD, "/proc/self/uid_map", 65536, &map, NULL) == 0 &&
	       sscanf(map, "%u %u %u", &inside, &outside, &size) == 3 && size != UINT32_MAX;
}

/* In a user namespace only its own mounts can be had, which a runtime's may not be (the kernel
 * locks what comes from outside): the control is one. */
static int mount_control(const char *path)
{
	if (mount("tmpfs", path, "tmpfs", 0, NULL) == 0)
		return 0;
	if (errno != ENOTDIR || mount("tmpfs", "/dev", "tmpfs", 0, NULL) < 0 ||
	    mknod("/dev/control", S_IFREG | 0600, 0) < 0)
		return -1;
	return mount("/dev/control", path, NULL, MS_BIND, NULL);
}

/* Who may mount anything: its attempts may succeed. */
static bool can_mount(enum identity as)
{
	return as == AS_SYSADMIN || as == AS_USERNS;
}

/* A mount attempt that succeeds must not spoil the next row: each gets a process of its own. */
static void run_apart(const struct probe *p, const struct todo *t)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (can_mount(t->as) && unshare(CLONE_NEWNS) < 0)
			_exit(112);
		if (probe_is_control(t) && can_mount(t->as) &&
		    (t->as == AS_USERNS || in_userns()) && mount_control(t->path) < 0)
			_exit(113);
		run_row(p, "run", t);
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

/* Identities ------------------------------------------------------------------------------- */

static int drop_capabilities(void)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0 }, { 0 } };

	return syscall(SYS_capset, &h, none) < 0 ? -errno : 0;
}

static int become_user(void)
{
	if (setgroups(0, NULL) < 0 || setresgid(1000, 1000, 1000) < 0 ||
	    setresuid(1000, 1000, 1000) < 0)
		return -errno;
	return 0;
}

static int become_userns(void)
{
	char map[64];
	int r;

	snprintf(map, sizeof(map), "0 %u 1", geteuid());
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return -errno;
	write_existing("/proc/self/setgroups", "deny");
	r = write_existing("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "0 %u 1", 0u);
	return r < 0 ? r : write_existing("/proc/self/gid_map", map);
}

static int become(enum identity as)
{
	switch (as) {
	case AS_NOCAP:
		return drop_capabilities();
	case AS_USER:
		return become_user();
	case AS_USERNS:
		return become_userns();
	case AS_ROOT:
	case AS_EXEC:
	case AS_SYSADMIN:
		return 0;
	case AS_DRIVER:
	case AS_COUNT:
	default:
		return -EINVAL;
	}
}

static void run_as(const struct probe *p, size_t from, size_t to)
{
	int r = become(p->todo[from].as);
	size_t i;

	for (i = from; i < to; i++) {
		const struct todo *t = &p->todo[i];

		if (t->op >= OP_COUNT || !operations[t->op])
			continue;
		if (r < 0)
			report(p, "run", t->as, op_info[t->op].name, t->path, "unavailable",
			       errno_name(r));
		else if (is_mount_attempt(t->op))
			run_apart(p, t);
		else
			run_row(p, "run", t);
	}
}

static void run_todo(const struct probe *p)
{
	size_t from, to;

	for (from = 0; from < p->n; from = to) {
		pid_t pid;

		for (to = from; to < p->n && p->todo[to].as == p->todo[from].as; to++)
			;
		if (p->todo[from].as == AS_EXEC)
			continue;
		pid = fork();
		if (pid == 0) {
			run_as(p, from, to);
			_exit(0);
		}
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
}

/* What the container's process sees before it has done anything (life-first-look). */
static void first_look(const struct probe *p)
{
	size_t i;

	report_mounts(p, "first", AS_ROOT);
	for (i = 0; i < p->n; i++)
		if ((p->todo[i].as == AS_ROOT || p->todo[i].as == AS_SYSADMIN) &&
		    p->todo[i].op == OP_LOOK)
			run_row(p, "first", &p->todo[i]);
}

static void report_round(const struct probe *p, const struct todo *t, int number)
{
	_cleanup_free_ char *phase = xasprintf("round-%d", number);
	_cleanup_text_ struct text value = { 0 };
	int r = t->op == OP_ACT ? isolation_act(t->path, p->name, number, &value)
				: isolation_feel(t->path, &value);

	report(p, phase, t->as, op_info[t->op].name, t->path, r < 0 ? errno_name(r) : "ok",
	       text_str(&value));
}

/* False: @word is none of a round. */
static bool run_round(const struct probe *p, char word)
{
	bool acts = word >= ROUND_ACT && word < ROUND_ACT + ROUNDS;
	enum op op = acts ? OP_ACT : OP_FEEL;
	int number = word - (acts ? ROUND_ACT : ROUND_FEEL);
	size_t i;

	if (number < 0 || number >= ROUNDS)
		return false;
	for (i = 0; i < p->n; i++)
		if (p->todo[i].op == op)
			report_round(p, &p->todo[i], number);
	if (!acts)
		isolation_release();
	return true;
}

/* Waits until the driver has looked, and does the rounds that it asks for meanwhile. */
static void barrier(const struct probe *p)
{
	_cleanup_close_ int ready = open(PROBE_DIR "/ready", O_WRONLY | O_CLOEXEC);
	_cleanup_close_ int go = -EBADF;
	char c = 'x';

	if (ready < 0 || write(ready, &c, 1) < 0)
		return;
	go = open(PROBE_DIR "/go", O_RDONLY | O_CLOEXEC);
	while (go >= 0 && read(go, &c, 1) == 1 && run_round(p, c))
		if (write(ready, &c, 1) < 0)
			return;
}

static int load_todo(struct probe *p)
{
	char *fields[5], *text, *rest, *line;
	int r = read_file_at(AT_FDCWD, PROBE_DIR "/todo", CASE_MAX, &text, NULL);

	if (r < 0)
		return r;
	for (rest = text; (line = next_line(&rest));) {
		if (split_record(line, fields, 5) != 5)
			return -EINVAL;
		GROW(p->todo, p->n);
		p->todo[p->n++] = (struct todo){ .as = identity_by_name(fields[1]),
						 .op = op_by_name(fields[2]),
						 .path = fields[3],
						 .class = fields[4] };
	}
	return 0;
}

static void run_exec(const struct probe *p)
{
	size_t i;

	report_mounts(p, "exec", AS_EXEC);
	for (i = 0; i < p->n; i++)
		if (p->todo[i].as == AS_EXEC && p->todo[i].op < OP_COUNT &&
		    operations[p->todo[i].op])
			run_row(p, "exec", &p->todo[i]);
}

/* A hook is told the container's state; who ends before that is an error of the hook's. */
static void take_state(void)
{
	char buf[4096];

	while (read(STDIN_FILENO, buf, sizeof(buf)) > 0)
		;
}

/* A step of the driver's: what root looks at in the container, and where this process stands. */
static void run_step(const struct probe *p, const char *phase)
{
	struct todo t = { .as = AS_EXEC, .op = OP_LOOK, .path = (char *)(uintptr_t) "." };
	size_t i;

	take_state();
	run_row(p, phase, &t);
	for (i = 0; i < p->n; i++) {
		t.path = p->todo[i].path;
		if (p->todo[i].as == AS_ROOT && p->todo[i].op == OP_LOOK)
			run_row(p, phase, &t);
	}
}

/* A hook in the runtime's view of the files: `hook-mount IO TARGET`. A tmpfs with a file of its own
 * lies over the target from then on. */
static int run_hook(struct probe *p, const char *io, const char *target)
{
	_cleanup_free_ char *facts = xasprintf("%s/facts", io);
	_cleanup_free_ char *file = xasprintf("%s/hooked", target);
	int r;

	take_state();
	r = mount("hook", target, "tmpfs", 0, "size=4k") < 0 ? -errno : 0;
	if (r == 0 && mknod(file, S_IFREG | 0644, 0) < 0)
		r = -errno;
	p->facts = open(facts, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (p->facts < 0)
		return 110;
	report(p, "hook", AS_ROOT, "tmpfs-over", "", r < 0 ? errno_name(r) : "ok", "");
	return r < 0;
}

int probe_main(int argc, char **argv)
{
	struct probe p = { .name = argc > 1 ? argv[1] : "", .facts = -EBADF };

	if (argc > 4 && streq(argv[2], "hook-mount"))
		return run_hook(&p, argv[3], argv[4]);

	p.facts = open(PROBE_DIR "/facts", O_WRONLY | O_APPEND | O_CLOEXEC);
	if (p.facts < 0)
		return 110;
	if (argc > 2) {
		if (load_todo(&p) < 0)
			return 110;
		if (streq(argv[2], "exec"))
			run_exec(&p);
		else
			run_step(&p, argv[2]);
		return 0;
	}
	report(&p, "first", AS_ROOT, "ran", "", "ok", "");
	if (load_todo(&p) < 0)
		return 110;
	first_look(&p);
	run_todo(&p);
	report(&p, "run", AS_ROOT, "ran", "", "ok", "");
	barrier(&p);
	return 0;
}
