/* SPDX-License-Identifier: Apache-2.0 */
/* Which targets a fault overlooks, and how it misreads their names. */
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "reference/mutants.h"
#include "reference/sys.h"

#define STATX_MOUNT_ROOT 0x2000U /* STATX_ATTR_MOUNT_ROOT, 5.8 */

static bool is_there(const struct look *l, size_t i, bool dir)
{
	return !l->targets[i].errnum && l->targets[i].is_dir == dir;
}

/* How many targets of this kind lie in [from, to). */
static size_t count(const struct look *l, size_t from, size_t to, bool dir)
{
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		n += is_there(l, i, dir);
	return n;
}

bool skip_dir(const struct look *l, size_t i)
{
	return is_there(l, i, true);
}

bool skip_first_dir(const struct look *l, size_t i)
{
	return is_there(l, i, true) && count(l, 0, i, true) == 0;
}

bool skip_last_dir(const struct look *l, size_t i)
{
	return is_there(l, i, true) && count(l, i + 1, l->n, true) == 0;
}

bool skip_dir_beyond_256(const struct look *l, size_t i)
{
	return is_there(l, i, true) && count(l, 0, i, true) >= 256;
}

bool skip_each_third_beyond_256(const struct look *l, size_t i)
{
	return skip_dir_beyond_256(l, i) && count(l, 0, i, true) % 3 == 0;
}

bool skip_file(const struct look *l, size_t i)
{
	return is_there(l, i, false);
}

bool skip_first_file(const struct look *l, size_t i)
{
	return is_there(l, i, false) && count(l, 0, i, false) == 0;
}

bool skip_last_file(const struct look *l, size_t i)
{
	return is_there(l, i, false) && count(l, i + 1, l->n, false) == 0;
}

/* Links -------------------------------------------------------------------------------------- */

/* Splits @path into its directory, opened, and its last component, in @name. */
static int open_parent(const struct look *l, const char *path, char name[PATH_MAX])
{
	_cleanup_free_ char *dir = strdup(path);
	size_t len = strlen(path);

	if (!dir || len >= PATH_MAX)
		return -ENOMEM;
	while (len > 1 && dir[len - 1] != '/')
		len--;
	strcpy(name, path + len);
	dir[len] = '\0';
	return mask_lookup(l->ctx->root_fd, dir, MASK_METHOD_AUTO);
}

/* Text of the link @path names, -EINVAL when it is none. */
static int read_leaf_link(const struct look *l, const char *path, char text[PATH_MAX])
{
	char name[PATH_MAX];
	_cleanup_close_ int dir = open_parent(l, path, name);
	ssize_t n = dir < 0 ? -1 : readlinkat(dir, name, text, PATH_MAX - 1);

	if (n < 0)
		return -EINVAL;
	text[n] = '\0';
	return 0;
}

bool skip_leaf_link(const struct look *l, size_t i)
{
	char text[PATH_MAX];

	return !l->targets[i].errnum && read_leaf_link(l, l->targets[i].path, text) == 0;
}

/* The link is followed as the host would: absolute texts and `..` lead out of the root. */
bool skip_host_link(const struct look *l, size_t i)
{
	const struct mask_target *t = &l->targets[i];
	char name[PATH_MAX];
	_cleanup_close_ int dir = open_parent(l, t->path, name);
	_cleanup_close_ int fd = -EBADF;
	struct mask_identity id;
	char text[PATH_MAX];

	if (t->errnum || read_leaf_link(l, t->path, text) < 0)
		return false;
	fd = openat(dir, name, O_PATH | O_CLOEXEC);
	return fd < 0 || mask_identify(l->ctx->proc_fd, fd, &id, NULL) < 0 ||
	       !mask_same(&id, &t->id);
}

bool skip_link_chain(const struct look *l, size_t i)
{
	const char *path = l->targets[i].path, *slash = strrchr(path, '/');
	char text[PATH_MAX], again[PATH_MAX];
	_cleanup_free_ char *next = NULL;
	int parent = slash ? (int)(slash - path) : 0;

	if (l->targets[i].errnum || read_leaf_link(l, path, text) < 0)
		return false;
	if (asprintf(&next, "%.*s/%s", *text == '/' ? 0 : parent, path, text) < 0)
		return false;
	return read_leaf_link(l, next, again) == 0;
}

bool skip_middle_link(const struct look *l, size_t i)
{
	_cleanup_free_ char *clean = NULL, *canonical = NULL, *dir = NULL;
	char name[PATH_MAX];
	_cleanup_close_ int fd = open_parent(l, l->targets[i].path, name);

	if (l->targets[i].errnum || fd < 0 || mask_canonical(l->ctx, fd, &canonical) < 0)
		return false;
	dir = strdup(l->targets[i].path);
	if (!dir)
		return false;
	dir[strlen(dir) - strlen(name)] = '\0';
	return mask_clean_path(dir, &clean) == 0 && !streq(clean, canonical);
}

/* Spelling ----------------------------------------------------------------------------------- */

bool skip_trailing_slash(const struct look *l, size_t i)
{
	const char *path = l->targets[i].path;

	return !l->targets[i].errnum && path[strlen(path) - 1] == '/';
}

bool skip_double_slash(const struct look *l, size_t i)
{
	return !l->targets[i].errnum && strstr(l->targets[i].path, "//");
}

/* Whether some component of target @i is @bad. */
static bool any_component(const struct look *l, size_t i, bool (*bad)(const char *, size_t))
{
	const char *p = l->targets[i].path;

	while (!l->targets[i].errnum && *p) {
		size_t len;

		p += strspn(p, "/");
		len = strcspn(p, "/");
		if (bad(p, len))
			return true;
		p += len;
	}
	return false;
}

static bool is_dots(const char *name, size_t len)
{
	return (len == 1 || len == 2) && strncmp(name, "..", len) == 0;
}

static bool is_long(_unused_ const char *name, size_t len)
{
	return len >= 255;
}

bool skip_dots(const struct look *l, size_t i)
{
	return any_component(l, i, is_dots);
}

bool skip_long_name(const struct look *l, size_t i)
{
	return any_component(l, i, is_long);
}

char *spell_lexical(const struct look *l, size_t i)
{
	char *clean = NULL;

	return mask_clean_path(l->targets[i].path, &clean) < 0 ? NULL : clean;
}

char *spell_cut(const struct look *l, size_t i)
{
	return strndup(l->targets[i].path, strcspn(l->targets[i].path, " "));
}

/* \NNN is read as mountinfo has it. */
char *spell_unescaped(const struct look *l, size_t i)
{
	char *out = strdup(l->targets[i].path), *to = out;

	for (const char *p = out; p && *p; p++) {
		unsigned int c;
		int used = 0;

		if (*p == '\\' && sscanf(p + 1, "%3o%n", &c, &used) == 1 && used == 3) {
			*to++ = (char)c;
			p += 3;
		} else {
			*to++ = *p;
		}
	}
	if (out)
		*to = '\0';
	return out;
}

char *spell_escaped(const struct look *l, size_t i)
{
	const char *p = l->targets[i].path;
	char *out = malloc(4 * strlen(p) + 1), *to = out;

	for (; out && *p; p++) {
		if (strchr(" \t\n\\", *p))
			to += sprintf(to, "\\%03o", (unsigned char)*p);
		else
			*to++ = *p;
	}
	if (out)
		*to = '\0';
	return out;
}

/* Place and kind ----------------------------------------------------------------------------- */

bool lies_below(const struct look *l, size_t inner, size_t outer)
{
	_cleanup_free_ char *in = NULL, *out = NULL;
	const char *rest;

	if (l->targets[inner].errnum || l->targets[outer].errnum ||
	    mask_canonical(l->ctx, l->targets[inner].fd, &in) < 0 ||
	    mask_canonical(l->ctx, l->targets[outer].fd, &out) < 0)
		return false;
	rest = strip_prefix(in, out);
	return rest && *rest == '/';
}

bool skip_parent_of_planned(const struct look *l, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (lies_below(l, j, i))
			return true;
	return false;
}

static bool has_type(const struct look *l, size_t i, mode_t type)
{
	struct stat st;

	return !l->targets[i].errnum && fstat(l->targets[i].fd, &st) == 0 &&
	       (st.st_mode & S_IFMT) == type;
}

bool skip_device(const struct look *l, size_t i)
{
	return has_type(l, i, S_IFCHR) || has_type(l, i, S_IFBLK);
}

bool skip_fifo(const struct look *l, size_t i)
{
	return has_type(l, i, S_IFIFO);
}

bool skip_socket(const struct look *l, size_t i)
{
	return has_type(l, i, S_IFSOCK);
}

static bool is_mount_root(const struct look *l, size_t i)
{
	struct ms_statx st;

	return !l->targets[i].errnum &&
	       sys_statx_fd(l->targets[i].fd, MS_STATX_BASIC_STATS, &st) == 0 &&
	       (st.attributes & STATX_MOUNT_ROOT);
}

bool skip_mountpoint(const struct look *l, size_t i)
{
	return is_mount_root(l, i);
}

bool skip_in_mount(const struct look *l, size_t i)
{
	return !l->targets[i].errnum && !is_mount_root(l, i) &&
	       l->targets[i].id.mnt_id != l->ctx->root_id.mnt_id;
}

static bool is_on(const struct look *l, size_t i, long magic)
{
	struct statfs fs;

	return !l->targets[i].errnum && fstatfs(l->targets[i].fd, &fs) == 0 && fs.f_type == magic;
}

bool skip_on_sysfs(const struct look *l, size_t i)
{
	return is_on(l, i, SYSFS_MAGIC);
}

bool skip_on_procfs(const struct look *l, size_t i)
{
	return is_on(l, i, PROC_SUPER_MAGIC);
}

/* Compares what should be a path's components as text: /t/ab begins with /t/a, too. */
bool skip_prefixed(const struct look *l, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strip_prefix(l->targets[i].path, l->targets[j].path))
			return true;
	return false;
}

bool skip_dev(const struct look *l, size_t i)
{
	_cleanup_free_ char *clean = NULL;

	return mask_clean_path(l->targets[i].path, &clean) == 0 && streq(clean, "/dev");
}

bool skip_file_after_dir(const struct look *l, size_t i)
{
	return i > 0 && is_there(l, i, false) && is_there(l, i - 1, true);
}

bool skip_dir_after_fifo(const struct look *l, size_t i)
{
	return i > 0 && is_there(l, i, true) && has_type(l, i - 1, S_IFIFO);
}

/* When the directories get a superblock each; the index is of no interest. */

bool per_dir_always(_unused_ const struct look *l, _unused_ size_t i)
{
	return true;
}

bool per_dir_above_100(const struct look *l, _unused_ size_t i)
{
	return count(l, 0, l->n, true) > 100;
}

bool per_dir_userns(const struct look *l, _unused_ size_t i)
{
	return spec_namespace(&l->c->spec, CLONE_NEWUSER);
}

bool per_dir_second(_unused_ const struct look *l, _unused_ size_t i)
{
	return another_container;
}

bool per_dir_fifth(_unused_ const struct look *l, _unused_ size_t i)
{
	return other_containers >= 4;
}
