/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bundle of one container: rootfs/ from the case's tree, config.json with its tokens replaced,
 * and io/, which is bound into the container: the probe, its todo, its facts and two FIFOs.
 */
#include "conformance/subject.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "conformance/probe/probe.h"

void replace_all(char **s, const char *token, const char *by)
{
	_cleanup_text_ struct text t = { 0 };
	const char *p = *s, *at;

	while ((at = strstr(p, token))) {
		text_add_n(&t, p, (size_t)(at - p));
		text_add(&t, by);
		p = at + strlen(token);
	}
	text_add(&t, p);
	free(*s);
	*s = TAKE_PTR(t.s);
}

/* "@sysfs:N@" in a list stands for N real directories of the machine; recorded as facts. */
static void expand_sysfs(struct subject *s, char **config)
{
	_cleanup_text_ struct text leaves = { 0 }, json = { 0 };
	char *at = strstr(*config, "\"@sysfs:");
	_cleanup_free_ char *token = NULL;
	char *rest, *line;

	if (!at || !strchr(at + 1, '"'))
		return;
	token = xstrndup(at, (size_t)(strchr(at + 1, '"') - at) + 1);
	sysfs_leaves(strtoul(token + strlen("\"@sysfs:"), NULL, 10), &leaves);
	for (rest = leaves.s; (line = next_line(&rest));) {
		text_addf(&json, "%s\"%s\"", json.len ? "," : "", line);
		FACT(s, "before", OP_EXPAND, "@sysfs", "ok", "%s", line);
	}
	replace_all(config, token, json.len ? text_str(&json) : "\"/sys/none\"");
}

/* The dot: no container's folder has one. */
static char *shared_dir(const struct subject *s)
{
	return xasprintf(CASES "/%u.shared", s->o->index);
}

/* "@SHARED@" in a config stands for one directory of the host's for all containers of the case. */
static int make_shared(const struct subject *s, unsigned int shift)
{
	_cleanup_free_ char *dir = shared_dir(s);
	_cleanup_free_ char *file = xasprintf("%s/f", dir);

	if (!strstr(s->k->config, "@SHARED@"))
		return 0;
	if (mkdir(dir, 0755) < 0)
		return errno == EEXIST ? 0 : -errno;
	if (write_file_at(AT_FDCWD, file, "", 0) < 0 || chown(file, shift, shift) < 0 ||
	    chown(dir, shift, shift) < 0)
		return -errno;
	return 0;
}

static int replace_mntns(struct subject *s, char **config)
{
	_cleanup_free_ char *path = NULL;

	if (!strstr(*config, "@MNTNS@"))
		return 0;
	if (hold_mounts(s, 0) < 0)
		return -EAGAIN;
	path = xasprintf("/proc/%d/ns/mnt", (int)s->holder);
	replace_all(config, "@MNTNS@", path);
	return 0;
}

static int write_config(struct subject *s)
{
	_cleanup_free_ char *config = xstrdup(s->k->config);
	_cleanup_free_ char *io = xasprintf("%s/io", s->dir);
	_cleanup_free_ char *rootfs = xasprintf("%s/rootfs", s->dir);
	_cleanup_free_ char *path = xasprintf("%s/config.json", s->dir);
	_cleanup_free_ char *shared = shared_dir(s);

	replace_all(&config, "@IO@", io);
	replace_all(&config, "@ROOTFS@", rootfs);
	replace_all(&config, "@ID@", s->id);
	replace_all(&config, "@SHARED@", shared);
	expand_sysfs(s, &config);
	if (replace_mntns(s, &config) < 0)
		return -EAGAIN;
	return write_file_at(AT_FDCWD, path, config, strlen(config));
}

/* Host id of the container's root. The driver has no JSON library; config_text() wrote this. */
static unsigned int id_shift(const struct container *k)
{
	const char *at = strstr(k->config, "\"uidMappings\":[{\"containerID\":0,\"hostID\":");

	at = at ? strstr(at, "\"hostID\":") : NULL;
	return at ? (unsigned int)strtoul(at + strlen("\"hostID\":"), NULL, 10) : 0;
}

static int make_fifo(const char *dir, const char *name, unsigned int shift)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);

	if (mkfifo(path, 0666) < 0 || chmod(path, 0666) < 0 || chown(path, shift, shift) < 0)
		return -errno;
	return open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

static int write_todo(const struct subject *s, const char *io)
{
	_cleanup_text_ struct text t = { 0 };
	_cleanup_free_ char *path = xasprintf("%s/todo", io);
	size_t i;

	for (i = 0; i < s->k->n_todo; i++)
		if (s->k->todo[i].op < OP_COUNT)
			text_add_record(&t, "todo", identity_names[s->k->todo[i].as],
					op_info[s->k->todo[i].op].name, s->k->todo[i].path,
					s->k->todo[i].class, NULL);
	return write_file_at(AT_FDCWD, path, text_str(&t), t.len);
}

static int make_io(struct subject *s, unsigned int shift)
{
	_cleanup_free_ char *io = xasprintf("%s/io", s->dir);
	_cleanup_free_ char *probe = xasprintf("%s/probe", io);
	_cleanup_free_ char *facts = xasprintf("%s/facts", io);
	int r;

	if (mkdir(io, 0777) < 0 || chmod(io, 0777) < 0 || chown(io, shift, shift) < 0 ||
	    link(SCRATCH "/probe", probe) < 0)
		return -errno;
	r = write_file_at(AT_FDCWD, facts, "", 0);
	if (r < 0)
		return r;
	if (chmod(facts, 0666) < 0 || chown(facts, shift, shift) < 0)
		return -errno;
	s->ready = make_fifo(io, "ready", shift);
	s->go = make_fifo(io, "go", shift);
	if (s->ready < 0 || s->go < 0)
		return -EIO;
	return write_todo(s, io);
}

/* All of @fd, NULL where it can't be had; kept for good. */
static const void *map_file(int fd, struct stat *ret)
{
	void *p = MAP_FAILED;

	if (fstat(fd, ret) == 0)
		p = mmap(NULL, (size_t)ret->st_size, PROT_READ, MAP_SHARED, fd, 0);
	return p == MAP_FAILED ? NULL : p;
}

/* Containers have links to one file, which is compared where it lies: reading it hundreds of times
 * is what an emulated processor would be busy with. */
bool bundle_probe_intact(const struct subject *s)
{
	static const void *ours, *theirs; /* mapped once a worker */
	static struct stat original, copy;
	_cleanup_free_ char *path = xasprintf("%s/io/probe", s->dir);
	struct stat st;

	if (!theirs) {
		_cleanup_close_ int fd = open(SCRATCH "/probe", O_RDONLY | O_CLOEXEC);

		ours = map_file(s->o->opt->exe_fd, &original);
		theirs = fd < 0 ? NULL : map_file(fd, &copy);
	}
	return ours && theirs && lstat(path, &st) == 0 && st.st_dev == copy.st_dev &&
	       st.st_ino == copy.st_ino && st.st_size == original.st_size &&
	       memcmp(ours, theirs, (size_t)st.st_size) == 0;
}

int bundle_make(struct subject *s)
{
	_cleanup_free_ char *rootfs = xasprintf("%s/rootfs", s->dir);
	_cleanup_free_ char *outside = xasprintf("%s/outside", s->dir);
	unsigned int shift = id_shift(s->k);
	const char *path = "";
	int r;

	/* Nobody's but the host's: what an alias of something outside leads to. */
	if (mkdir(s->dir, 0755) < 0 || mkdir(outside, 0755) < 0)
		return -errno;
	if (mkdir(rootfs, 0755) < 0 || chown(rootfs, shift, shift) < 0)
		return -errno;
	s->rootfs = open(rootfs, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->rootfs < 0)
		return -errno;
	r = tree_make(s->o->c, s->rootfs, shift, &path);
	if (r < 0) {
		fprintf(stderr, "observe: %s: make %s: %s\n", s->o->c->bundle, path, errno_name(r));
		return r;
	}
	r = make_shared(s, shift);
	if (r == 0)
		r = make_io(s, shift);
	return r < 0 ? r : write_config(s);
}
