/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attempts to see what a mask covers, or to write to the mask. Each runs in a process of its own,
 * in a mount namespace of its own where that can be had, and is judged by what is there afterwards:
 *
 *   exposed   the covered content, or other content in the place of the mask, is read
 *   writable  the directory in the place of the mask is on no read-only file system any more
 *   ok        the calls succeeded, to no effect
 *   none      there is nothing to try here
 *   ERRNO     a call was refused
 *   uncovered of a control: nothing could be mounted over the path, so nothing was tried
 *   lost      the process that tries left no word
 *
 * For a control the path is covered first, by a mount of the probe's own: for who may mount, each
 * attempt must then have its effect.
 */
#include "conformance/probe/probe.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>

#include "reference/sys.h"

#define NOTHING (-4095) /* there is nothing to try */
#define SPOT PROBE_DIR	/* a directory to mount on */

struct attempt {
	const char *path, *leaf;
	char *parent;
	bool dir, is_control;
	char seen[4200]; /* where the content would be, were it exposed */
	struct {
		struct file_handle h;
		unsigned char room[MAX_HANDLE_SZ];
	} handle; /* of the covered object, handle_bytes 0 where it can't be had */
};

/* A file or directory that has content. */
static const char *full(const struct attempt *a)
{
	return a->dir ? PROBE_DIR : PROBE_DIR "/todo";
}

/* The attempts ------------------------------------------------------------------------------- */

static int try_umount(struct attempt *a)
{
	return neg(umount2(a->path, 0));
}

static int try_detach(struct attempt *a)
{
	return neg(umount2(a->path, MNT_DETACH));
}

static int try_force(struct attempt *a)
{
	return neg(umount2(a->path, MNT_FORCE));
}

/* Marked at first, unmounted when it was not used since. */
static int try_expire(struct attempt *a)
{
	int r = neg(umount2(a->path, MNT_EXPIRE));

	return r == -EAGAIN ? neg(umount2(a->path, MNT_EXPIRE)) : r;
}

static int try_unshare(struct attempt *a)
{
	return unshare(CLONE_NEWNS) < 0 ? -errno : try_umount(a);
}

static int try_move(struct attempt *a)
{
	return neg(mount(a->path, full(a), NULL, MS_MOVE, NULL));
}

static int try_bind_over(struct attempt *a)
{
	return neg(mount(full(a), a->path, NULL, MS_BIND, NULL));
}

static int try_bind_parent(struct attempt *a)
{
	snprintf(a->seen, sizeof(a->seen), SPOT "/%s", a->leaf);
	return neg(mount(a->parent, SPOT, NULL, MS_BIND, NULL));
}

static int try_carry(struct attempt *a)
{
	snprintf(a->seen, sizeof(a->seen), SPOT "/%s", a->leaf);
	return neg(mount(a->parent, SPOT, NULL, MS_BIND | MS_REC, NULL));
}

static int try_open_tree(struct attempt *a)
{
	int fd = sys_open_tree(AT_FDCWD, a->parent, MS_OPEN_TREE_CLONE | MS_OPEN_TREE_CLOEXEC);

	snprintf(a->seen, sizeof(a->seen), "/proc/self/fd/%d/%s", fd, a->leaf);
	return fd < 0 ? fd : 0;
}

static int try_pivot(struct attempt *a)
{
	int r = try_bind_parent(a);

	/* Who can't mount may still try the call. */
	if (chdir(r < 0 ? a->parent : SPOT) < 0)
		return -errno;
	r = sys_pivot_root(".", ".");
	if (r < 0)
		return r;
	umount2(".", MNT_DETACH);
	snprintf(a->seen, sizeof(a->seen), "/%s", a->leaf);
	return 0;
}

static int try_handle(struct attempt *a)
{
	_cleanup_close_ int at = open(a->parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd;

	if (!a->handle.h.handle_bytes)
		return NOTHING;
	if (at < 0)
		return -errno;
	fd = open_by_handle_at(at, &a->handle.h, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	snprintf(a->seen, sizeof(a->seen), "/proc/self/fd/%d", fd);
	return fd < 0 ? -errno : 0;
}

/* Of directories only: a device is no less read-only on a writable mount. */
static int try_remount(struct attempt *a)
{
	return neg(mount(NULL, a->path, NULL, MS_REMOUNT, NULL));
}

static int try_remount_bind(struct attempt *a)
{
	return neg(mount(NULL, a->path, NULL, MS_REMOUNT | MS_BIND, NULL));
}

static int try_setattr(struct attempt *a)
{
	static const struct ms_mount_attr writable = { .attr_clr = MS_MOUNT_ATTR_RDONLY };

	return sys_mount_setattr(AT_FDCWD, a->path, 0, &writable);
}

static int try_fspick(struct attempt *a)
{
	_cleanup_close_ int fd = sys_fspick(AT_FDCWD, a->path, MS_FSPICK_CLOEXEC);
	int r = fd < 0 ? fd : sys_fsconfig(fd, MS_FSCONFIG_SET_FLAG, "rw", NULL, 0);

	if (r >= 0)
		r = sys_fsconfig(fd, MS_FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0);
	return r < 0 ? r : try_remount_bind(a);
}

static int try_tmpfs_over(struct attempt *a)
{
	return neg(mount("tmpfs", a->path, "tmpfs", 0, "size=4k"));
}

static int try_fsopen(struct attempt *a)
{
	_cleanup_close_ int fs = sys_fsopen("tmpfs", MS_FSOPEN_CLOEXEC);
	_cleanup_close_ int fd = -EBADF;
	int r = fs < 0 ? fs : sys_fsconfig(fs, MS_FSCONFIG_CMD_CREATE, NULL, NULL, 0);

	if (r < 0)
		return r;
	fd = sys_fsmount(fs, MS_FSMOUNT_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	return sys_move_mount(fd, "", AT_FDCWD, a->path, MS_MOVE_MOUNT_F_EMPTY_PATH);
}

/* A procfs or sysfs of one's own shows everything, unless the kernel finds that the one which is
 * there is partly covered. */
static int try_fresh(struct attempt *a)
{
	bool proc = strip_prefix(a->path, "/proc/");
	const char *below = proc ? a->path + strlen("/proc") : strip_prefix(a->path, "/sys");

	if (!below)
		return NOTHING;
	snprintf(a->seen, sizeof(a->seen), SPOT "%s", below);
	if (!proc) {
		unshare(CLONE_NEWNET);
		return neg(mount("sysfs", SPOT, "sysfs", MS_RDONLY, NULL));
	}
	if (unshare(CLONE_NEWPID) < 0)
		return neg(mount("proc", SPOT, "proc", 0, NULL));
	return NOTHING; /* by a child: it is in the namespace, this process is not */
}

static const struct method {
	const char *name;
	int (*try)(struct attempt *a);
	bool dir_only;
	bool writes;	 /* the effect is a directory that can be written to */
	bool superblock; /* it lifts what is read-only of the file system itself */
	bool uncovered;	 /* of a control: nothing covers the path */
} methods[] = {
	{ .name = "umount", .try = try_umount },
	{ .name = "detach", .try = try_detach },
	{ .name = "force", .try = try_force },
	{ .name = "expire", .try = try_expire },
	{ .name = "unshare", .try = try_unshare },
	{ .name = "move", .try = try_move },
	{ .name = "bind-over", .try = try_bind_over },
	{ .name = "bind-parent", .try = try_bind_parent },
	{ .name = "open-tree", .try = try_open_tree },
	{ .name = "pivot-root", .try = try_pivot },
	{ .name = "remount",
	  .try = try_remount,
	  .dir_only = true,
	  .writes = true,
	  .superblock = true },
	{ .name = "remount-bind", .try = try_remount_bind, .dir_only = true, .writes = true },
	{ .name = "mount-setattr", .try = try_setattr, .dir_only = true, .writes = true },
	{ .name = "fspick",
	  .try = try_fspick,
	  .dir_only = true,
	  .writes = true,
	  .superblock = true },
	{ .name = "tmpfs-over", .try = try_tmpfs_over, .dir_only = true, .writes = true },
	{ .name = "fsopen", .try = try_fsopen, .dir_only = true, .writes = true },
	{ .name = "handle", .try = try_handle },
	{ .name = "fresh", .try = try_fresh },
	{ .name = "carry", .try = try_carry, .uncovered = true },
};

/* What came of it ---------------------------------------------------------------------------- */

static bool has_entries(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	bool any = false;

	while (d && !any && (e = readdir(d)))
		any = !streq(e->d_name, ".") && !streq(e->d_name, "..");
	if (d)
		closedir(d);
	return any;
}

static bool is_writable(const char *path)
{
	struct statfs s;

	return statfs(path, &s) == 0 && !(s.f_flags & 1 /* ST_RDONLY */);
}

static const char *outcome(const struct method *m, const struct attempt *a, int r)
{
	if (r == NOTHING)
		return "none";
	if (a->dir ? has_entries(a->seen) : probe_read_bytes(a->seen) > 0)
		return "exposed";
	if (r == 0 && m->writes && is_writable(a->path))
		return "writable";
	return r < 0 ? errno_name(r) : "ok";
}

/* A mask of the probe's own. */
static int cover(const struct method *m, const struct attempt *a)
{
	if (!a->dir)
		return neg(mount("/dev/null", a->path, NULL, MS_BIND, NULL));
	if (m->superblock)
		return neg(mount("tmpfs", a->path, "tmpfs", MS_RDONLY, "size=4k"));
	if (mount("tmpfs", a->path, "tmpfs", 0, "size=4k") < 0)
		return -errno;
	return neg(mount(NULL, a->path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
}

/* The object is named by the path where nothing covers it, else by a second mount of it. */
static void find_handle(struct attempt *a)
{
	_cleanup_free_ char *twin = xasprintf("%s.twin", a->path);
	int mount_id;

	a->handle.h.handle_bytes = MAX_HANDLE_SZ;
	if (name_to_handle_at(AT_FDCWD, a->is_control ? a->path : twin, &a->handle.h, &mount_id,
			      0) < 0)
		a->handle.h.handle_bytes = 0;
}

static void say(int fd, const char *word)
{
	if (write(fd, word, strlen(word)) < 0)
		_exit(1);
}

/* The first process of a new PID namespace mounts its procfs. */
static void run_fresh_proc(const struct method *m, struct attempt *a, int fd)
{
	pid_t pid = fork();

	if (pid == 0) {
		say(fd, outcome(m, a, neg(mount("proc", SPOT, "proc", 0, NULL))));
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void run_method(const struct method *m, struct attempt *a, int fd)
{
	int r = 0;

	find_handle(a);
	if (unshare(CLONE_NEWNS) == 0)
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	if (a->is_control && !m->uncovered)
		r = cover(m, a);
	if (r < 0) {
		say(fd, "uncovered");
		return;
	}
	snprintf(a->seen, sizeof(a->seen), "%s", a->path);
	r = m->try(a);
	if (m->try == try_fresh && r == NOTHING && strip_prefix(a->path, "/proc/"))
		run_fresh_proc(m, a, fd);
	else
		say(fd, outcome(m, a, r));
}

static void run_apart(const struct method *m, struct attempt *a, struct text *value)
{
	char word[32] = "lost";
	int fds[2];
	ssize_t n;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0) {
		text_addf(value, "%s%s=lost", value->len ? " " : "", m->name);
		return;
	}
	pid = fork();
	if (pid == 0) {
		run_method(m, a, fds[1]);
		_exit(0);
	}
	close(fds[1]);
	n = read(fds[0], word, sizeof(word) - 1);
	word[n > 0 ? n : 0] = '\0';
	close(fds[0]);
	waitpid(pid, NULL, 0);
	text_addf(value, "%s%s=%s", value->len ? " " : "", m->name, *word ? word : "lost");
}

int probe_unmask(const struct todo *t, struct text *value)
{
	struct attempt a = { .path = t->path,
			     .leaf = strrchr(t->path, '/') + 1,
			     .is_control = probe_is_control(t) };
	struct stat st;
	size_t i;

	if (stat(t->path, &st) < 0)
		return -errno;
	a.dir = S_ISDIR(st.st_mode);
	a.parent = xstrndup(t->path, (size_t)(a.leaf - t->path) - 1);
	for (i = 0; i < ARRAY_SIZE(methods); i++)
		if (a.dir || !methods[i].dir_only)
			run_apart(&methods[i], &a, value);
	free(a.parent);
	return 0;
}
