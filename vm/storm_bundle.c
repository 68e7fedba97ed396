/* SPDX-License-Identifier: Apache-2.0 */
#include "vm/storm.h"

#include <fcntl.h>
#include <sys/stat.h>

static void make_dir(const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		storm_die("%s: %s", path, errno_name(errno));
}

static void write_file(const char *path, const struct text *t)
{
	int r = write_file_at(AT_FDCWD, path, t->s, t->len);

	if (r < 0)
		storm_die("%s: %s", path, errno_name(-r));
}

char *bundle_path(unsigned int i)
{
	return xasprintf(STORM_DIR "/%u", i);
}

/* Root ----------------------------------------------------------------------------------------- */

static void make_payload(void)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		storm_die("/proc/self/exe: %s", errno_name(errno));
	self[n] = '\0';
	if (link(self, STORM_ROOT "/payload") < 0 && errno != EEXIST)
		storm_die(STORM_ROOT "/payload: %s", errno_name(errno));
}

static void make_root(unsigned int masks)
{
	static const char *const dirs[] = { STORM_DIR, STORM_ROOT, STORM_ROOT "/proc",
					    STORM_ROOT "/dev", STORM_ROOT STORM_MASKED };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		make_dir(dirs[i]);
	for (i = 0; i < masks; i++) {
		_cleanup_free_ char *path = xasprintf(STORM_ROOT STORM_MASKED "/%zu", i);

		make_dir(path);
	}
	make_payload();
}

/* Bundles -------------------------------------------------------------------------------------- */

/* /dev is a tmpfs, or the containers would all make their devices in one folder. */
static void add_config(struct text *t, unsigned int container, unsigned int masks)
{
	unsigned int i;

	text_addf(t,
		  "{\"ociVersion\":\"1.0.2\","
		  "\"process\":{\"user\":{\"uid\":0,\"gid\":0},\"args\":[\"/payload\",\"--pause\"],"
		  "\"env\":[\"PATH=/\"],\"cwd\":\"/\"},"
		  "\"root\":{\"path\":\"" STORM_ROOT "\"},"
		  "\"mounts\":[{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"},"
		  "{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"source\":\"tmpfs\","
		  "\"options\":[\"nosuid\",\"mode=755\",\"size=64k\"]}],"
		  "\"linux\":{\"cgroupsPath\":\"/storm-%u\",\"namespaces\":[{\"type\":\"pid\"},"
		  "{\"type\":\"mount\"},{\"type\":\"ipc\"},{\"type\":\"uts\"}],\"maskedPaths\":[",
		  container);
	for (i = 0; i < masks; i++)
		text_addf(t, "%s\"" STORM_MASKED "/%u\"", i ? "," : "", i);
	text_add(t, "]}}\n");
}

void bundles_make(const struct storm *s)
{
	unsigned int i;

	make_root(s->masks);
	for (i = 0; i < s->containers; i++) {
		_cleanup_free_ char *dir = bundle_path(i);
		_cleanup_free_ char *path = xasprintf("%s/config.json", dir);
		_cleanup_text_ struct text config = { 0 };

		make_dir(dir);
		add_config(&config, i, s->masks);
		write_file(path, &config);
	}
}

/* Memory cgroups ------------------------------------------------------------------------------- */

/* Where those of version 1 are, or the one tree of version 2. */
static const char *memory_tree(void)
{
	const char *v1 = "/sys/fs/cgroup/memory";

	return access(v1, F_OK) == 0 ? v1 : "/sys/fs/cgroup";
}

static void make_cgroup(const char *path)
{
	_cleanup_free_ char *v1 = xasprintf("%s/memory.limit_in_bytes", path);
	_cleanup_free_ char *v2 = xasprintf("%s/memory.max", path);

	make_dir(path);
	if (access(v1, F_OK) < 0 && access(v2, F_OK) < 0)
		storm_die("%s is no memory cgroup: this kernel has no such controller", path);
}

/* Those of a command before are used again; surplus ones go. */
void cgroups_make(unsigned int n)
{
	unsigned int i;

	for (i = 0;; i++) {
		_cleanup_free_ char *path = xasprintf("%s/beside-%u", memory_tree(), i);

		if (i < n)
			make_cgroup(path);
		else if (rmdir(path) < 0)
			break;
	}
}

void cgroup_come_and_go(void)
{
	_cleanup_free_ char *path = xasprintf("%s/guest", memory_tree());

	make_cgroup(path);
	if (rmdir(path) < 0)
		storm_die("%s: %s", path, errno_name(errno));
}

static char *own_cgroup(unsigned int i)
{
	return xasprintf("%s/storm-%u", memory_tree(), i);
}

void cgroup_join(unsigned int i)
{
	_cleanup_free_ char *path = own_cgroup(i);
	_cleanup_free_ char *procs = xasprintf("%s/cgroup.procs", path);
	int r;

	make_cgroup(path);
	r = write_existing(procs, "0");
	if (r < 0)
		storm_die("%s: %s", procs, errno_name(-r));
}

void cgroup_leave(unsigned int i)
{
	_cleanup_free_ char *path = own_cgroup(i);

	if (rmdir(path) < 0)
		storm_die("%s: %s", path, errno_name(errno));
}
