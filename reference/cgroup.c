/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

#include "reference/cgroup.h"

#define CGROUP_ROOT "/sys/fs/cgroup"
/* A concurrent delete may remove a shared parent between two of our steps. */
#define MKDIR_TRIES 16

int cgroups_append(char ***list, size_t *n, const char *dir)
{
	char **grown = realloc(*list, (*n + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	*list = grown;
	grown[*n] = strdup(dir);
	return grown[*n] ? (int)++*n : -ENOMEM;
}

static bool is_cgroupfs(const char *dir)
{
	struct statfs fs;

	return statfs(dir, &fs) == 0 &&
	       (fs.f_type == CGROUP_SUPER_MAGIC || fs.f_type == CGROUP2_SUPER_MAGIC);
}

/* Copies a setting of the parent: a new v1 cpuset is empty and takes no process. */
static void inherit(const char *dir, const char *file)
{
	_cleanup_free_ char *from = NULL, *to = NULL;
	_cleanup_close_ int in = -EBADF, out = -EBADF;
	char value[4096];
	ssize_t n;

	if (asprintf(&from, "%s/../%s", dir, file) < 0 || asprintf(&to, "%s/%s", dir, file) < 0)
		return;
	in = open(from, O_RDONLY | O_CLOEXEC);
	out = open(to, O_WRONLY | O_CLOEXEC);
	n = in < 0 ? -1 : read(in, value, sizeof(value));
	/* Without it joining fails and is reported, so the result is of no interest here. */
	if (n > 0 && write(out, value, (size_t)n) < 0)
		return;
}

static int make_one(struct cgroups *cg, const char *dir)
{
	if (cg->journal && access(dir, F_OK) < 0 &&
	    (fprintf(cg->journal, "%s\n", dir) < 0 || fflush(cg->journal) != 0))
		return -EIO;
	if (mkdir(dir, 0755) < 0)
		return errno == EEXIST ? 0 : -errno;
	if (strncmp(dir, CGROUP_ROOT "/cpuset", strlen(CGROUP_ROOT "/cpuset")) == 0) {
		inherit(dir, "cpuset.cpus");
		inherit(dir, "cpuset.mems");
	}
	return cgroups_append(&cg->made, &cg->n_made, dir);
}

/* @dir[0..@root) exists; makes what comes behind. */
static int make_path(struct cgroups *cg, char *dir, size_t root)
{
	int r = 0;

	for (size_t i = root + 1; r >= 0; i++) {
		char c = dir[i];

		if (c != '/' && c != '\0')
			continue;
		dir[i] = '\0';
		r = make_one(cg, dir);
		dir[i] = c;
		if (c == '\0')
			break;
	}
	return r;
}

static int make_in(const char *root, const char *path, struct cgroups *cg, struct fault *f)
{
	_cleanup_free_ char *dir = NULL;
	int r = -ENOENT;

	if (!is_cgroupfs(root))
		return 0;
	if (asprintf(&dir, "%s/%s", root, path + strspn(path, "/")) < 0)
		return fault_path(f, ENOMEM, "make the cgroup", path);
	for (int i = 0; i < MKDIR_TRIES && r == -ENOENT; i++)
		r = make_path(cg, dir, strlen(root));
	if (r >= 0)
		r = cgroups_append(&cg->leaves, &cg->n_leaves, dir);
	return r < 0 ? fault_path(f, -r, "make the cgroup", dir) : 0;
}

/* "N:controllers:path" of /proc/self/cgroup; "" is v2 beside v1, "name=x" has no controller. */
static int make_v1(const char *line, const char *path, struct cgroups *cg, struct fault *f)
{
	_cleanup_free_ char *root = NULL;
	const char *name = strchr(line, ':');
	size_t len = name ? strcspn(++name, ":") : 0;

	if (!name)
		return 0;
	if (len == 0) {
		name = "unified";
		len = strlen(name);
	} else if (strip_prefix(name, "name=")) {
		name += strlen("name=");
		len -= strlen("name=");
	}
	if (asprintf(&root, CGROUP_ROOT "/%.*s", (int)len, name) < 0)
		return fault_path(f, ENOMEM, "make the cgroup", path);
	return make_in(root, path, cg, f);
}

int cgroups_create(const char *path, struct cgroups *cg, struct fault *f)
{
	_cleanup_fclose_ FILE *file = NULL;
	char line[4096];

	if (strstr(path, "..") || !path[strspn(path, "/")])
		return fault_path(f, EINVAL, "linux.cgroupsPath", path);
	if (is_cgroupfs(CGROUP_ROOT))
		return make_in(CGROUP_ROOT, path, cg, f);
	file = fopen("/proc/self/cgroup", "re");
	if (!file)
		return fault_path(f, errno, "read", "/proc/self/cgroup");
	while (fgets(line, sizeof(line), file)) {
		int r = make_v1(line, path, cg, f);

		if (r < 0)
			return r;
	}
	return 0;
}

static int write_pid(const char *leaf, pid_t pid)
{
	_cleanup_free_ char *file = NULL;
	_cleanup_close_ int fd = -EBADF;

	if (asprintf(&file, "%s/cgroup.procs", leaf) < 0)
		return -ENOMEM;
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return dprintf(fd, "%d", (int)pid) < 0 ? -errno : 0;
}

int cgroups_join(const struct cgroups *cg, pid_t pid, struct fault *f)
{
	for (size_t i = 0; i < cg->n_leaves; i++) {
		int r = write_pid(cg->leaves[i], pid);

		if (r < 0)
			return fault_path(f, -r, "join the cgroup", cg->leaves[i]);
	}
	return 0;
}

static int kill_leaf(const char *leaf, int sig)
{
	_cleanup_free_ char *name = NULL;
	_cleanup_fclose_ FILE *file = NULL;
	int pid, n = 0;

	if (asprintf(&name, "%s/cgroup.procs", leaf) < 0)
		return 0;
	file = fopen(name, "re");
	while (file && fscanf(file, "%d", &pid) == 1)
		n += pid > 0 && kill(pid, sig) == 0;
	return n;
}

int cgroups_kill(const struct cgroups *cg, int sig)
{
	int n = 0;

	/* Every process is in all hierarchies, unless create was killed half-way. */
	for (size_t i = 0; i < cg->n_leaves && n == 0; i++)
		n = kill_leaf(cg->leaves[i], sig);
	return n;
}

static bool is_leaf(const struct cgroups *cg, const char *dir)
{
	for (size_t i = 0; i < cg->n_leaves; i++)
		if (streq(cg->leaves[i], dir))
			return true;
	return false;
}

/* A parent may be in use by another container; it is then that one's to remove. */
static int remove_one(const struct cgroups *cg, const char *dir)
{
	struct timespec pause = { .tv_nsec = 1000000 };

	for (int i = 0; i < 2000; i++) {
		if (rmdir(dir) == 0 || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			return -errno;
		if (!is_leaf(cg, dir))
			return 0;
		nanosleep(&pause, NULL);
	}
	return -EBUSY;
}

int cgroups_remove(const struct cgroups *cg, struct fault *f)
{
	int r = 0;

	for (size_t i = cg->n_made; i > 0; i--) {
		int one = remove_one(cg, cg->made[i - 1]);

		if (one < 0)
			r = fault_path(f, -one, "remove the cgroup", cg->made[i - 1]);
	}
	return r;
}

/* Settings ----------------------------------------------------------------------------------- */

static int leaf_open(const char *leaf, const char *name, int flags)
{
	_cleanup_free_ char *file = NULL;
	int fd;

	if (asprintf(&file, "%s/%s", leaf, name) < 0)
		return -ENOMEM;
	fd = open(file, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int cgroups_set(const struct cgroups *cg, const char *name, const char *value)
{
	int r = -ENOTSUP;

	for (size_t i = 0; i < cg->n_leaves; i++) {
		_cleanup_close_ int fd = leaf_open(cg->leaves[i], name, O_WRONLY);

		if (fd == -ENOENT)
			continue;
		if (fd < 0)
			return fd;
		if (write(fd, value, strlen(value)) < 0)
			return -errno;
		r = 0;
	}
	return r;
}

/* v1: freezer.state is FREEZING until all are frozen; v2: a line of cgroup.events. */
static bool leaf_says(const char *leaf, const char *name, const char *word)
{
	_cleanup_close_ int fd = leaf_open(leaf, name, O_RDONLY);
	char text[256];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n <= 0)
		return false;
	text[n] = '\0';
	return strstr(text, word);
}

bool cgroups_frozen(const struct cgroups *cg)
{
	for (size_t i = 0; i < cg->n_leaves; i++)
		if (leaf_says(cg->leaves[i], "freezer.state", "FROZEN") ||
		    leaf_says(cg->leaves[i], "cgroup.events", "frozen 1"))
			return true;
	return false;
}

int cgroups_freeze(const struct cgroups *cg, bool frozen, struct fault *f)
{
	const char *verb = frozen ? "freeze" : "thaw";
	struct timespec pause = { .tv_nsec = 1000000 };
	int v1 = cgroups_set(cg, "freezer.state", frozen ? "FROZEN" : "THAWED");
	int v2 = v1 == -ENOTSUP ? cgroups_set(cg, "cgroup.freeze", frozen ? "1" : "0") : v1;

	if (v2 < 0)
		return fault_set(f, -v2, "%s: %s", verb,
				 v2 == -ENOTSUP ? "the container has no cgroup that can"
						: strerror(-v2));
	for (int i = 0; i < 2000; i++) {
		if (cgroups_frozen(cg) == frozen)
			return 0;
		nanosleep(&pause, NULL);
	}
	return fault_set(f, ETIMEDOUT, "%s: %s", verb, strerror(ETIMEDOUT));
}

void cgroups_done(struct cgroups *cg)
{
	for (size_t i = 0; i < cg->n_leaves; i++)
		free(cg->leaves[i]);
	for (size_t i = 0; i < cg->n_made; i++)
		free(cg->made[i]);
	free(cg->leaves);
	free(cg->made);
	*cg = (struct cgroups){ 0 };
}
