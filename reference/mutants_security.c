/* SPDX-License-Identifier: Apache-2.0 */
/* Faults that an image, or a process of the container, has to look for. */
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "reference/mutants.h"
#include "reference/sys.h"

static int nothing(_unused_ struct container *c, _unused_ struct fault *f)
{
	return 0;
}

/* Images ------------------------------------------------------------------------------------- */

bool skip_without_null(const struct look *l, size_t i)
{
	_cleanup_close_ int fd = mask_lookup(l->ctx->root_fd, "/dev/null", MASK_METHOD_AUTO);

	return !l->targets[i].is_dir && fd == -ENOENT;
}

static bool is_link_below(int dir, const char *path)
{
	struct stat st;

	return fstatat(dir, path + strspn(path, "/"), &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISLNK(st.st_mode);
}

/* What is a link is taken for mounted. */
static int drop_linked_mounts(struct container *c, _unused_ struct fault *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->spec.n_mounts; i++) {
		struct spec_mount m = c->spec.mounts[i];
		bool dropped = !m.bind && is_link_below(c->root_fd, m.destination);

		if (!dropped)
			c->spec.mounts[kept++] = m;
	}
	c->spec.n_mounts = kept;
	return 0;
}

STAGES_HOOK(stages_link_mounted)
{
	if (which == STAGES_INIT)
		stage_insert_after(s, "root",
				   (struct stage){ "drop mounts", drop_linked_mounts, NULL });
}

/* As the host resolves it, before the stage covers the root's own place. */
static int link_on_host(struct container *c, _unused_ struct fault *f)
{
	_cleanup_free_ char *dev = NULL, *path = NULL;
	struct stat st;

	if (asprintf(&dev, "%s/%s/dev", c->bundle, c->spec.root_path) < 0 ||
	    asprintf(&path, "%s/core", dev) < 0)
		return 0;
	if (lstat(dev, &st) == 0 && S_ISLNK(st.st_mode) && symlink("/proc/kcore", path) < 0)
		return 0;
	return 0;
}

STAGES_HOOK(stages_dev_followed)
{
	if (which == STAGES_INIT)
		stage_insert_after(s, "sources of mounts",
				   (struct stage){ "links of /dev", link_on_host, NULL });
}

static bool has_procfs(int root)
{
	_cleanup_close_ int fd = mask_lookup(root, "/proc", MASK_METHOD_AUTO);
	struct statfs fs;

	return fd >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

bool skip_without_procfs(const struct look *l, size_t i)
{
	(void)i;
	return !has_procfs(l->ctx->root_fd);
}

static int readonly_by_procfs(struct container *c, struct fault *f)
{
	return has_procfs(c->root_fd) ? rootfs_readonly(c, f) : 0;
}

STAGES_HOOK(stages_root_by_procfs)
{
	if (which == STAGES_INIT)
		stage_find(s, "read-only root")->run = readonly_by_procfs;
}

static bool is_cgroup(const cJSON *m)
{
	const char *type = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(m, "type"));

	return type && streq(type, "cgroup");
}

void edit_cgroup_writable(cJSON *config, cJSON *linux_object)
{
	cJSON *m;

	if (!cJSON_GetObjectItemCaseSensitive(linux_object, "uidMappings"))
		return;
	cJSON_ArrayForEach (m, cJSON_GetObjectItemCaseSensitive(config, "mounts"))
		if (is_cgroup(m))
			cJSON_DeleteItemFromObjectCaseSensitive(m, "options");
}

/* Capabilities and masks that are no mounts ---------------------------------------------------- */

void edit_keep_read_search(cJSON *config, _unused_ cJSON *linux_object)
{
	const cJSON *process = cJSON_GetObjectItemCaseSensitive(config, "process");
	cJSON *set;

	cJSON_ArrayForEach (set, cJSON_GetObjectItemCaseSensitive(process, "capabilities"))
		cJSON_AddItemToArray(set, cJSON_CreateString("CAP_DAC_READ_SEARCH"));
}

MASK_HOOK(mask_by_mode)
{
	char name[32];

	(void)c;
	(void)ctx;
	snprintf(name, sizeof(name), "self/fd/%d", t->fd);
	/* Of procfs and sysfs only the reference's mask will do. */
	return chmod(name, 0) < 0 && errno != EPERM && errno != EROFS ? -errno : 0;
}

static int open_streams(struct container *c, struct fault *f)
{
	int fd = open("/dev/null", O_RDWR);

	(void)c;
	for (int i = 0; fd >= 0 && i < 3; i++)
		if (dup2(fd, i) < 0)
			return fault_path(f, errno, "standard stream", "/dev/null");
	if (fd > 2)
		close(fd);
	return 0;
}

STAGES_HOOK(stages_streams_of_image)
{
	if (which == STAGES_INIT)
		stage_insert_after(s, "pivot", (struct stage){ "streams", open_streams, NULL });
}

/* For the runtime's own use, and forgotten. */
static int leave_mounted(struct container *c, const char *type, struct fault *f)
{
	_cleanup_close_ int fd = rootfs_open(c, "/.left", true, f);
	char name[32];

	if (fd < 0)
		return fd;
	snprintf(name, sizeof(name), "self/fd/%d", fd);
	if (mount(type, name, type, MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return fault_path(f, errno, "leave", type);
	return 0;
}

static int leave_procfs(struct container *c, struct fault *f)
{
	return leave_mounted(c, "proc", f);
}

static int leave_sysfs(struct container *c, struct fault *f)
{
	return leave_mounted(c, "sysfs", f);
}

STAGES_HOOK(stages_procfs_left)
{
	if (which == STAGES_INIT)
		stage_insert_after(s, "mounts", (struct stage){ "procfs", leave_procfs, NULL });
}

STAGES_HOOK(stages_sysfs_left)
{
	if (which == STAGES_INIT)
		stage_insert_after(s, "mounts", (struct stage){ "sysfs", leave_sysfs, NULL });
}

/* Descriptors -------------------------------------------------------------------------------- */

static int enter_unchecked(struct container *c, struct fault *f)
{
	const char *cwd = c->spec.process.cwd;

	return chdir(cwd) < 0 ? fault_path(f, errno, "process.cwd", cwd) : 0;
}

STAGES_HOOK(stages_cwd_unchecked)
{
	if (which != STAGES_INIT)
		return;
	stage_find(s, "working directory")->run = nothing;
	stage_find(s, "enter working directory")->run = enter_unchecked;
}

static int leaked = -EBADF;

static int open_host(_unused_ struct container *c, _unused_ struct fault *f)
{
	leaked = open("/run", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return 0;
}

static int keep_host(_unused_ struct container *c, _unused_ struct fault *f)
{
	if (leaked >= 0)
		fcntl(leaked, F_SETFD, 0);
	return 0;
}

STAGES_HOOK(stages_fd_leaked)
{
	if (which != STAGES_INIT)
		return;
	stage_insert_after(s, "await release", (struct stage){ "open", open_host, NULL });
	stage_insert_after(s, "close host files", (struct stage){ "leak", keep_host, NULL });
}

/* The caller's procfs, which exec holds. */
static int keep_procfs(struct container *c, _unused_ struct fault *f)
{
	fcntl(c->proc_fd, F_SETFD, 0);
	return 0;
}

STAGES_HOOK(stages_exec_fd_leaked)
{
	if (which == STAGES_JOINED)
		stage_insert_after(s, "close inherited files",
				   (struct stage){ "leak", keep_procfs, NULL });
}

/* Has what the payload has, so that the payload may look at it. */
static int leave_helper(_unused_ struct container *c, struct fault *f)
{
	pid_t pid = fork();

	if (pid < 0)
		return fault_set(f, errno, "fork: %s", strerror(errno));
	if (pid > 0)
		return 0;
	prctl(PR_SET_DUMPABLE, 1);
	dup3(leaked, 3, O_CLOEXEC);
	sys_close_range(4, ~0U, 0);
	for (;;)
		pause();
}

static int leave_unmasked_helper(struct container *c, struct fault *f)
{
	pid_t pid = fork();

	if (pid < 0)
		return fault_set(f, errno, "fork: %s", strerror(errno));
	if (pid > 0)
		return 0;
	sys_close_range(0, ~0U, 0);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		_exit(1);
	for (size_t i = 0; i < c->spec.masked_paths.n; i++)
		umount2(c->spec.masked_paths.v[i], MNT_DETACH);
	init_prepare_identity(c, &c->spec.process, f);
	prctl(PR_SET_DUMPABLE, 1);
	for (;;)
		pause();
}

STAGES_HOOK(stages_helper_unmasked)
{
	if (which == STAGES_INIT)
		stage_insert_after(s, "pivot",
				   (struct stage){ "helper", leave_unmasked_helper, NULL });
}

STAGES_HOOK(stages_helper_left)
{
	if (which != STAGES_INIT)
		return;
	stage_insert_after(s, "await release", (struct stage){ "open", open_host, NULL });
	stage_insert_after(s, "identity", (struct stage){ "helper", leave_helper, NULL });
}
