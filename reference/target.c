/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-ups that take a descriptor as the root.
 *
 *   method   kernel   by
 *   openat2  5.6      RESOLVE_IN_ROOT
 *   walk     2.6.39   O_PATH|O_NOFOLLOW component by component; every descriptor on the stack was
 *                     reached by going down from the root, so no rename can lead outside. What is
 *                     lost: nothing, but it needs one descriptor per level (EMFILE refuses).
 * An EPERM of openat2, as old seccomp profiles give, is an error: falling back would leave the
 * choice of the method to whoever installed the filter.
 */
#include <linux/magic.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "reference/mask.h"
#include "reference/sys.h"
#include "reference/util.h"

/* RESOLVE_IN_ROOT answers EAGAIN to a `..` that raced with any rename of the machine. */
#define OPENAT2_TRIES 128

static int lookup_openat2(int root_fd, const char *path)
{
	struct ms_open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = MS_RESOLVE_IN_ROOT };
	int fd = -EAGAIN;

	for (int i = 0; i < OPENAT2_TRIES && (fd == -EAGAIN || fd == -EINTR); i++)
		fd = sys_openat2(root_fd, path, &how);
	return fd;
}

/* The walk ----------------------------------------------------------------------------------- */

#define WALK_MAX_LINKS 40 /* MAXSYMLINKS of fs/namei.c */

struct walk {
	int *fds; /* from the root down to where we are; owned */
	size_t depth, size;
	char *rest; /* what is still to be walked; owned */
	unsigned int links;
};

static void walk_done(struct walk *w)
{
	for (size_t i = 0; i < w->depth; i++)
		safe_close(w->fds[i]);
	free(w->fds);
	free(w->rest);
}

static int walk_push(struct walk *w, int fd)
{
	if (w->depth == w->size) {
		size_t size = w->size ? 2 * w->size : 16;
		int *fds = realloc(w->fds, size * sizeof(*fds));

		if (!fds) {
			safe_close(fd);
			return -ENOMEM;
		}
		w->fds = fds;
		w->size = size;
	}
	w->fds[w->depth++] = fd;
	return 0;
}

static void walk_pop_to(struct walk *w, size_t depth)
{
	while (w->depth > depth)
		safe_close(w->fds[--w->depth]);
}

static int walk_top(const struct walk *w)
{
	return w->fds[w->depth - 1];
}

/*
 * procfs' links to what a process holds jump to an object instead of giving a name. They lie
 * about their size (0 or 64) or carry the descriptor's access mode; `self` and `thread-self`,
 * which are ordinary, begin with a digit.
 */
static int is_magic(int fd, const struct stat *st, const char *text)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return -errno;
	if (fs.f_type != PROC_SUPER_MAGIC || (*text >= '0' && *text <= '9'))
		return false;
	return (st->st_mode & 0777) != 0777 || (size_t)st->st_size != strlen(text);
}

/* Puts the text of link @fd in front of what remains to be walked. */
static int walk_link(struct walk *w, int fd, const struct stat *st)
{
	char text[PATH_MAX];
	char *rest = NULL;
	ssize_t n = readlinkat(fd, "", text, sizeof(text) - 1);
	int r;

	if (n < 0)
		return -errno;
	text[n] = '\0';
	if (n == 0)
		return -ENOENT;
	r = is_magic(fd, st, text);
	if (r != 0)
		return r < 0 ? r : -EXDEV;
	if (++w->links > WALK_MAX_LINKS)
		return -ELOOP;
	if (asprintf(&rest, "%s%s%s", text, *w->rest ? "/" : "", w->rest) < 0)
		return -ENOMEM;
	free(w->rest);
	w->rest = rest;
	if (*text == '/')
		walk_pop_to(w, 1);
	return 0;
}

static int walk_name(struct walk *w, const char *name)
{
	_cleanup_close_ int fd = openat(walk_top(w), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return walk_link(w, fd, &st);
	return walk_push(w, TAKE_FD(fd));
}

/* `.` and `..` need a directory that may be searched, like any other component. */
static int walk_dots(struct walk *w, bool up)
{
	_cleanup_close_ int fd = openat(walk_top(w), ".", O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (up && w->depth > 1)
		walk_pop_to(w, w->depth - 1);
	return 0;
}

/* Takes the next component off @w->rest and goes there. */
static int walk_step(struct walk *w)
{
	_cleanup_free_ char *name = NULL;
	size_t len = strcspn(w->rest, "/");

	name = strndup(w->rest, len);
	if (!name)
		return -ENOMEM;
	memmove(w->rest, w->rest + len, strlen(w->rest + len) + 1);
	if (streq(name, ".") || streq(name, ".."))
		return walk_dots(w, streq(name, ".."));
	return walk_name(w, name);
}

static int walk_all(struct walk *w)
{
	struct stat st;
	bool slash = false;

	for (;;) {
		size_t slashes = strspn(w->rest, "/");
		int r;

		slash = slashes > 0;
		memmove(w->rest, w->rest + slashes, strlen(w->rest + slashes) + 1);
		if (!*w->rest)
			break;
		r = walk_step(w);
		if (r < 0)
			return r;
	}
	if (slash && fstat(walk_top(w), &st) < 0)
		return -errno;
	return slash && !S_ISDIR(st.st_mode) ? -ENOTDIR : 0;
}

static int lookup_walk(int root_fd, const char *path)
{
	_cleanup_(walk_done) struct walk w = { 0 };
	int fd, r;

	if (!*path)
		return -ENOENT;
	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	w.rest = strdup(path);
	if (!w.rest)
		return -ENOMEM;
	fd = openat(root_fd, ".", O_PATH | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = walk_push(&w, fd);
	if (r == 0)
		r = walk_all(&w);
	if (r < 0)
		return r;
	return TAKE_FD(w.fds[w.depth - 1]);
}

int mask_lookup(int root_fd, const char *path, enum mask_method method)
{
	int fd = -ENOSYS;

	if (method != MASK_METHOD_WALK)
		fd = lookup_openat2(root_fd, path);
	/*
	 * Somebody who renames in a loop, in any container, makes openat2(2) give up again and
	 * again, or count the links of each attempt together. The walk doesn't mind renames.
	 */
	if (method != MASK_METHOD_OPENAT2 && (fd == -ENOSYS || fd == -EAGAIN || fd == -ELOOP))
		fd = lookup_walk(root_fd, path);
	return fd;
}

/* Identity ----------------------------------------------------------------------------------- */

/* fdinfo has had "mnt_id:" since 3.15 (49d063cb353265). */
static int mount_id_of_fdinfo(int proc_fd, int fd, uint64_t *ret)
{
	_cleanup_fclose_ FILE *f = NULL;
	char line[256];
	int info;

	snprintf(line, sizeof(line), "self/fdinfo/%d", fd);
	info = openat(proc_fd, line, O_RDONLY | O_CLOEXEC);
	if (info < 0)
		return -errno;
	f = fdopen(info, "r");
	if (!f) {
		safe_close(info);
		return -ENOMEM;
	}
	while (fgets(line, sizeof(line), f)) {
		const char *value = strip_prefix(line, "mnt_id:");

		if (value) {
			*ret = strtoull(value, NULL, 10);
			return 0;
		}
	}
	return -EPROTO;
}

int mask_identify(int proc_fd, int fd, struct mask_identity *ret, mode_t *ret_mode)
{
	struct ms_statx st;
	int r = sys_statx_fd(fd, MS_STATX_BASIC_STATS | MS_STATX_MNT_ID, &st);

	if (r < 0)
		return r;
	if (!(st.mask & MS_STATX_MNT_ID)) {
		r = mount_id_of_fdinfo(proc_fd, fd, &st.mnt_id);
		if (r < 0)
			return r;
	}
	*ret = (struct mask_identity){ st.mnt_id, st.ino, st.dev_major, st.dev_minor };
	if (ret_mode)
		*ret_mode = st.mode;
	return 0;
}

bool mask_same(const struct mask_identity *a, const struct mask_identity *b)
{
	return a->ino == b->ino && a->mnt_id == b->mnt_id && a->dev_major == b->dev_major &&
	       a->dev_minor == b->dev_minor;
}

/* Names of descriptors ----------------------------------------------------------------------- */

static int fd_name(const struct mask_ctx *ctx, int fd, char name[PATH_MAX])
{
	char link[32];
	ssize_t n;

	snprintf(link, sizeof(link), "self/fd/%d", fd);
	n = readlinkat(ctx->proc_fd, link, name, PATH_MAX - 1);
	if (n < 0)
		return -errno;
	name[n] = '\0';
	return 0;
}

int mask_canonical(const struct mask_ctx *ctx, int fd, char **ret)
{
	char root[PATH_MAX], name[PATH_MAX];
	const char *below;
	int r = fd_name(ctx, ctx->root_fd, root);

	if (r == 0)
		r = fd_name(ctx, fd, name);
	if (r < 0)
		return r;
	below = strip_prefix(name, streq(root, "/") ? "" : root);
	if (!below || (*below != '/' && *below != '\0'))
		return -EXDEV;
	*ret = strdup(*below ? below : "/");
	return *ret ? 0 : -ENOMEM;
}

/* Whether @fd is what its own name leads to under the root. */
static int check_inside(const struct mask_ctx *ctx, int fd)
{
	_cleanup_free_ char *name = NULL;
	_cleanup_close_ int again = -EBADF;
	struct mask_identity a, b;
	int r = mask_canonical(ctx, fd, &name);

	if (r < 0)
		return r;
	again = mask_lookup(ctx->root_fd, name, MASK_METHOD_AUTO);
	if (again < 0)
		return -EXDEV;
	r = mask_identify(ctx->proc_fd, fd, &a, NULL);
	if (r == 0)
		r = mask_identify(ctx->proc_fd, again, &b, NULL);
	if (r < 0)
		return r;
	return mask_same(&a, &b) ? 0 : -EXDEV;
}

/*
 * The descriptor of the links' directory is one of the links; without our looking it would not
 * exist, and masking it would take the container's own descriptors away.
 */
static int check_not_ours(const struct mask_ctx *ctx, int fd, int dir)
{
	struct mask_identity a, b;
	int r = mask_identify(ctx->proc_fd, fd, &a, NULL);

	if (r == 0)
		r = mask_identify(ctx->proc_fd, dir, &b, NULL);
	if (r < 0)
		return r;
	return mask_same(&a, &b) ? -ENOENT : 0;
}

/* Where the last component of @path begins, not counting "/" and "/." behind it. */
static size_t last_component(const char *path)
{
	size_t end = strlen(path);

	for (;;) {
		if (end > 1 && path[end - 1] == '/')
			end--;
		else if (end > 2 && path[end - 1] == '.' && path[end - 2] == '/')
			end -= 2;
		else
			break;
	}
	while (end > 0 && path[end - 1] != '/')
		end--;
	return end;
}

/*
 * A magic link is not followed by a scoped look-up, so the directory of links is looked up and
 * the link followed from there; the object must then prove to lie under the root.
 */
static int lookup_alias(const struct mask_ctx *ctx, const char *path)
{
	size_t last = last_component(path);
	_cleanup_free_ char *parent = strndup(path, last);
	_cleanup_close_ int dir = -EBADF, fd = -EBADF;
	struct statfs fs;
	int r;

	if (!parent)
		return -ENOMEM;
	dir = mask_lookup(ctx->root_fd, parent, MASK_METHOD_AUTO);
	if (dir < 0)
		return dir;
	/* `..` at the end would lead from the links' directory to anywhere. */
	if (fstatfs(dir, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC || path[last] == '.')
		return -EXDEV;
	fd = openat(dir, path + last, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = check_not_ours(ctx, fd, dir);
	if (r == 0)
		r = check_inside(ctx, fd);
	return r < 0 ? r : TAKE_FD(fd);
}

void mask_resolve(const struct mask_ctx *ctx, const char *path, struct mask_target *ret)
{
	mode_t mode = 0;
	int r;

	*ret = (struct mask_target){ .path = path, .alias = mask_classify(path) };
	ret->fd = mask_lookup(ctx->root_fd, path, MASK_METHOD_AUTO);
	if (ret->fd == -EXDEV && ret->alias != MASK_ALIAS_NONE)
		ret->fd = lookup_alias(ctx, path);
	if (ret->fd < 0) {
		ret->errnum = -ret->fd;
		return;
	}
	r = mask_identify(ctx->proc_fd, ret->fd, &ret->id, &mode);
	if (r < 0) {
		ret->errnum = -r;
		return;
	}
	ret->is_dir = S_ISDIR(mode);
	ret->is_root = mask_same(&ret->id, &ctx->root_id);
}

void mask_target_done(struct mask_target *target)
{
	target->fd = safe_close(target->fd);
}
