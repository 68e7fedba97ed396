/* SPDX-License-Identifier: Apache-2.0 */
/* v1 as systemd lays it out but for joint hierarchies; hybrid has v2 in `unified` beside them. */
#include "vm/init.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define DIR "/sys/fs/cgroup"
#define FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)

static int mount_at(const char *name, const char *type, const char *options)
{
	_cleanup_free_ char *path = xasprintf(DIR "/%s", name);

	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return -errno;
	if (mount("cgroup", path, type, FLAGS, options) == 0)
		return 0;
	rmdir(path);
	return -errno;
}

/* /proc/cgroups lists "name hierarchy number enabled" of the controllers that can do v1; newer
 * kernels list those that can't, too, and refuse the mount. */
static int mount_controllers(char **ret_missing)
{
	_cleanup_free_ char *table = NULL;
	_cleanup_text_ struct text missing = { 0 };
	char *rest, *line, name[64];
	int r = read_file_at(AT_FDCWD, "/proc/cgroups", 65536, &table, NULL);
	unsigned int enabled;

	for (rest = table; r == 0 && (line = next_line(&rest));) {
		if (sscanf(line, "%63s %*u %*u %u", name, &enabled) != 2 || name[0] == '#')
			continue;
		if (!enabled || mount_at(name, "cgroup", name) < 0)
			text_addf(&missing, "%s%s", missing.len ? " " : "", name);
	}
	if (missing.len)
		*ret_missing = TAKE_PTR(missing.s);
	return r;
}

static int mount_v1(char **ret_missing)
{
	int r;

	if (mount("cgroup", DIR, "tmpfs", FLAGS, "mode=755") < 0)
		return -errno;
	r = mount_controllers(ret_missing);
	return r < 0 ? r : mount_at("systemd", "cgroup", "none,name=systemd");
}

/* What the root hands down; a controller that a kernel can't hand down is missing, no more. */
static int mount_v2(char **ret_missing)
{
	_cleanup_text_ struct text missing = { 0 };
	_cleanup_free_ char *list = NULL;
	char *state = NULL, *word;
	int r;

	if (mount("cgroup2", DIR, "cgroup2", FLAGS, NULL) < 0)
		return -errno;
	r = read_file_at(AT_FDCWD, DIR "/cgroup.controllers", 4096, &list, NULL);
	if (r < 0)
		return r;
	for (word = strtok_r(list, " \n", &state); word; word = strtok_r(NULL, " \n", &state)) {
		_cleanup_free_ char *plus = xasprintf("+%s", word);

		if (write_existing(DIR "/cgroup.subtree_control", plus) < 0)
			text_addf(&missing, "%s%s", missing.len ? " " : "", word);
	}
	if (missing.len)
		*ret_missing = TAKE_PTR(missing.s);
	return 0;
}

int cgroup_mounts(const char *layout, char **ret_missing)
{
	int r;

	*ret_missing = NULL;
	if (streq(layout, "v2"))
		return mount_v2(ret_missing);
	if (!streq(layout, "v1") && !streq(layout, "hybrid"))
		return -EINVAL;
	r = mount_v1(ret_missing);
	return r < 0 || streq(layout, "v1") ? r : mount_at("unified", "cgroup2", NULL);
}
