/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults by which containers that live together share their masks, with each other and the host:
 * one directory and one file of the state root are bound for all of them. Both are new when no
 * other container lives, so that a bundle of one container doesn't find what the one before it
 * left.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "reference/ladder.h"
#include "reference/mutants.h"

#define SHARED_DIR ".masks"
#define SHARED_FILE ".mask"

static int open_state_root(const struct container *c)
{
	int fd = open(c->state_root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static void empty_directory(int root)
{
	int fd = openat(root, SHARED_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (unlinkat(fd, entry->d_name, 0) < 0)
			unlinkat(fd, entry->d_name, AT_REMOVEDIR);
	if (dir)
		closedir(dir);
}

static int make_shared(struct container *c, _unused_ struct fault *f)
{
	_cleanup_close_ int root = -EBADF, file = -EBADF;

	if (another_container)
		return 0;
	mkdir(c->state_root, 0711);
	root = open_state_root(c);
	empty_directory(root);
	unlinkat(root, SHARED_DIR, AT_REMOVEDIR);
	unlinkat(root, SHARED_FILE, 0);
	mkdirat(root, SHARED_DIR, 0755);
	file = openat(root, SHARED_FILE, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	return 0;
}

static int make_kept(struct container *c, _unused_ struct fault *f)
{
	_cleanup_close_ int root = -EBADF;

	mkdir(c->state_root, 0711);
	root = open_state_root(c);
	mkdirat(root, SHARED_DIR, 0755);
	return 0;
}

STAGES_HOOK(stages_keep)
{
	if (which == STAGES_CREATE)
		stage_insert_after(s, "config", (struct stage){ "what is kept", make_kept, NULL });
}

STAGES_HOOK(stages_share)
{
	stages_look_for_others(which, s);
	if (which == STAGES_CREATE)
		stage_insert_after(s, "others",
				   (struct stage){ "what is shared", make_shared, NULL });
}

static int bind_shared(const struct container *c, const char *name, const struct mask_target *t)
{
	_cleanup_close_ int root = open_state_root(c), fd = -EBADF;

	fd = root < 0 ? root : openat(root, name, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return mount(fd_path(fd).text, fd_path(t->fd).text, NULL, MS_BIND, NULL) < 0 ? -errno : 0;
}

/* What was just bound on @t. */
static int remount_readonly(const struct mask_ctx *ctx, const struct mask_target *t)
{
	_cleanup_close_ int fd = fault_reopen(ctx, t);

	return fd < 0 ? fd : mask_remount(fd, MS_RDONLY, 0);
}

MASK_HOOK(mask_shared_directory)
{
	(void)ctx;
	return bind_shared(c, SHARED_DIR, t);
}

MASK_HOOK(mask_shared_directory_readonly)
{
	int r = bind_shared(c, SHARED_DIR, t);

	return r < 0 ? r : remount_readonly(ctx, t);
}

MASK_HOOK(mask_shared_file)
{
	(void)ctx;
	return bind_shared(c, SHARED_FILE, t);
}

MASK_HOOK(mask_host_null_readonly)
{
	int r = mask_host_null(c, ctx, t);

	return r < 0 ? r : remount_readonly(ctx, t);
}
