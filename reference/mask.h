/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libmaskref: the OCI rules of path masking as a library. Installed, this is <maskref.h>, and
 * `pkg-config --cflags --libs libmaskref` says what a program needs. C, or C++ from C++20 on.
 *
 * EXAMPLE (whole, built and run by the tests: reference/tests/example.c)
 *
 *	struct mask_ctx ctx = MASK_CTX_INIT;
 *
 *	unshare(CLONE_NEWNS);
 *	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
 *	ctx.root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
 *	ctx.proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
 *	ctx.null_fd = open(read_only_null, O_PATH | O_CLOEXEC);
 *	mask_begin(&ctx, &err);
 *	for (i = 0; i < n; i++)
 *		mask_resolve(&ctx, paths[i], &targets[i]);
 *	mask_plan(mask_strategy_find("shared-tmpfs"), targets, n, &plan, &err);
 *	for (i = 0; i < plan.n; i++)
 *		mask_apply(&ctx, targets, &plan.ops[i], &err);
 *	mask_plan_done(&plan);
 *	for (i = 0; i < n; i++)
 *		mask_target_done(&targets[i]);
 *	mask_end(&ctx);
 *
 * PHASES
 * A caller goes through five; each has one function and none repeats another's work:
 *   1. mask_readonly()  every readonlyPath, because a mask must lie above those binds
 *   2. mask_resolve()   every maskedPath once, to an O_PATH descriptor
 *   3. mask_plan()      pure: targets in, a flat list of operations out
 *   4. mask_apply()     one operation, by descriptor only
 *   5. MASK_OP_VERIFY   the last operations of a plan: look up again, only to compare
 * All mounts of the container must be made before 1: what is mounted above a mask hides it. The
 * first error ends the sequence; the container must then not run. Nothing is undone, since the
 * mounts go with the mount namespace.
 *
 * WHAT THE CALLER PROVIDES
 * A mount namespace of its own, from which nothing propagates to the host, and in it the
 * descriptors of `struct mask_ctx`; CAP_SYS_ADMIN over the user namespace that owns it; as many
 * free descriptors as there are paths, and a few. Nobody else may mount in it meanwhile. The
 * processes of the container must not run yet; other users of the file systems may, and rename.
 *
 * EFFECTS ON THE PROCESS
 * mask_begin() changes the working directory, which is one for all threads unless the caller has
 * left that (unshare(2) of CLONE_NEWNS or CLONE_FS does); mask_end() goes back. Apart from that,
 * from descriptors (all O_CLOEXEC) and from mounts the library changes nothing of the process: no
 * signal, no umask, no credentials, no environment, and it prints nothing.
 *
 * THREADS AND FORK
 * There is no state but what the arguments point to: calls with different `struct mask_ctx` do not
 * disturb each other, but for the working directory; calls with the same one must not overlap.
 * The pure functions (mask_classify() to mask_mount_data(), where it says so) and mask_lookup() may
 * be called by any thread at any time. After fork(2) in a program with threads, the child may call
 * everything. That rests on glibc (and musl from 1.2.2 on), whose fork() leaves malloc(3) and
 * stdio usable in the child (reference/tests/threads.c); the child of a bare clone(2) has no such
 * promise, and should call nothing of this before it executes a program.
 * Nothing is async-signal-safe.
 *
 * ERRORS
 * Functions return 0 (or a descriptor, or a count) on success and a negative errno on failure;
 * results are written on success only. What touches the system also fills a `struct mask_error`,
 * where the caller gives one; it holds no memory. An errno of the kernel is passed on as it is;
 * each function names those with a meaning of its own. -ENOMEM and -EMFILE can always come.
 *
 * KERNEL
 * 4.18 or newer. What newer kernels have (openat2, 5.6; statx' mount id, 5.8; the mount API, 5.2)
 * is tried at run time and only ENOSYS makes a step down, with the same guarantees.
 *
 * Sources: runtime-spec config-linux.md "Masked Paths" and "Readonly Paths"; runc PR #5262 for
 * the shared tmpfs and the rule about procfs descriptor aliases.
 */
#pragma once

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What failed. @step is a static string, @path empty where no path is concerned. */
struct mask_error {
	const char *step;
	int errnum; /* positive errno */
	char path[PATH_MAX];
};

/*
 * Fills @err (may be NULL) and returns -@errnum, so that a caller can return the call. @step must
 * be static, @path is copied and cut at PATH_MAX. Pure; never fails.
 */
int mask_fail(struct mask_error *err, const char *step, int errnum, const char *path);

/* classify.c: pure --------------------------------------------------------------------------- */

/* The spellings of "descriptor N of a process" that procfs offers (runc PR #5262). */
enum mask_alias {
	MASK_ALIAS_NONE,
	MASK_ALIAS_SELF,	/* /proc/self/fd/N */
	MASK_ALIAS_THREAD_SELF, /* /proc/thread-self/fd/N */
	MASK_ALIAS_PID,		/* /proc/PID/fd/N */
	MASK_ALIAS_SELF_TASK,	/* /proc/self/task/TID/fd/N */
	MASK_ALIAS_PID_TASK,	/* /proc/PID/task/TID/fd/N */
};

/*
 * Form of the *configured* @path, any text, after `//`, `.` and `..` were removed as text. Being
 * called an alias only makes a target more restricted, so the textual `..` cannot weaken anything.
 * A number counts as procfs parses it (docs/spec/50-procfs-fds.md; fixtures/vectors/alias.json).
 * Pure; MASK_ALIAS_NONE for a relative path and where memory is short: look-ups then refuse, since
 * a magic link is never followed by a scoped look-up (-EXDEV).
 */
enum mask_alias mask_classify(const char *path);

/*
 * @path without empty, `.` and `..` components, as text; `..` stays at the root. For
 * classification and messages, never for look-ups. Pure; *@ret is the caller's to free(3).
 * -ENOMEM; -EINVAL: @path is not absolute.
 */
int mask_clean_path(const char *path, char **ret);

/* target.c: look-ups under a root ------------------------------------------------------------ */

/*
 * Which object a descriptor names; equal for the same object reached by the same mount, as long as
 * a descriptor of it is open: inode numbers and mount ids are given again.
 */
struct mask_identity {
	uint64_t mnt_id, ino;
	uint32_t dev_major, dev_minor;
};

struct mask_target {
	const char *path; /* as configured; borrowed */
	int fd;		  /* O_PATH, owned, negative when @errnum is set */
	int errnum;	  /* positive errno of the look-up, or 0 */
	enum mask_alias alias;
	bool is_dir, is_root;
	struct mask_identity id;
};

/* How to look a path up; all give the same results. */
enum mask_method {
	MASK_METHOD_AUTO,    /* openat2(2); the walk before 5.6, and where renames are in the way */
	MASK_METHOD_OPENAT2, /* -ENOSYS on older kernels */
	MASK_METHOD_WALK,    /* component by component */
};

/*
 * Opens @path with @root_fd as its "/" and returns an O_PATH descriptor. Symbolic links are
 * followed, none leaves the root, at most 40; an absolute one begins at @root_fd again. The caller
 * closes the descriptor, which is O_CLOEXEC. May be called without privilege and by any thread.
 *
 * Errnos are the kernel's own for a process whose root is @root_fd: -ENOENT, -ENOTDIR, -EACCES,
 * -ELOOP, -ENAMETOOLONG and others. Besides: -EXDEV, a magic link of procfs; -EMFILE, also for a
 * walk deeper than there are descriptors; of MASK_METHOD_OPENAT2, -EAGAIN, renames raced with `..`
 * 128 times, and -ENOSYS on a kernel that lacks it. openat2(2) with RESOLVE_IN_ROOT; below it
 * O_PATH|O_NOFOLLOW for each component, with the same results.
 */
int mask_lookup(int root_fd, const char *path, enum mask_method method);

/*
 * Identity of @fd, and its file mode where @ret_mode is not NULL. statx(2); on kernels without
 * STATX_MNT_ID (before 5.8) the mount's id is read from fdinfo in @proc_fd, a procfs in which
 * "self" is the caller. -EBADF; -EPROTO: fdinfo names no mount.
 */
int mask_identify(int proc_fd, int fd, struct mask_identity *ret, mode_t *ret_mode);
/* Whether both are one object reached by one mount. Pure. */
bool mask_same(const struct mask_identity *a, const struct mask_identity *b);

/* apply.c, ladder.c: everything that mounts --------------------------------------------------- */

/*
 * What masks are made of. The caller sets the first fields, begins with MASK_CTX_INIT and leaves
 * the rest alone. Descriptors are borrowed: they stay open until mask_end(), must belong to the
 * mount namespace that is masked in, and are closed by the caller.
 */
struct mask_ctx {
	int root_fd;		/* O_PATH of the container's root */
	int proc_fd;		/* a procfs that no mask can cover; where "self" is the caller */
	int null_fd;		/* O_PATH of a 1:3 node reached by a read-only mount */
	const char *mountlabel; /* linux.mountLabel, or NULL */
	/*
	 * O_PATH of a writable directory on a private mount that the container never sees. A
	 * folder "masks" is made in it, to be mounted on. Needed by `shared-empty-dir`, and by
	 * `detached` on kernels before 5.2; negative (-EBADF) otherwise.
	 */
	int stage_fd;
	int cwd_fd;    /* of mask_begin(); owned */
	int shared_fd; /* the source of shared masks once there is one; owned */
	struct mask_identity root_id, shared_id;
	/* What the kernel turned out to lack; see docs/kernels.md. */
	bool no_tree;	     /* open_tree(2) or move_mount(2) (5.2) */
	size_t bound;	     /* index of the smallest limit of inodes that tmpfs takes */
	char *tmpfs_data[2]; /* options for each limit, of mask_begin(); owned */
};

#define MASK_CTX_INIT                                                                              \
	{                                                                                          \
		.root_fd = -EBADF, .proc_fd = -EBADF, .null_fd = -EBADF, .stage_fd = -EBADF,       \
		.cwd_fd = -EBADF, .shared_fd = -EBADF                                              \
	}

/*
 * mount(2) takes names only, so the descriptors are named by way of @ctx->proc_fd, which becomes
 * the working directory of the process from mask_begin() to mask_end(). Nothing is mounted by
 * either. Whatever mask_begin() answered, mask_end() must follow; it closes and frees what the
 * context owns, goes back to the old directory if that is still possible, and keeps the masks.
 *
 * -EBADF, -ENOTDIR: @ctx->root_fd or @ctx->proc_fd is none; -EINVAL: @ctx->mountlabel holds a
 * quote; -EACCES: a directory may not be entered.
 */
int mask_begin(struct mask_ctx *ctx, struct mask_error *err);
void mask_end(struct mask_ctx *ctx);

/*
 * Path of @fd relative to the root of @ctx, free of links and dots; *@ret is the caller's to
 * free(3). For looking again at what a descriptor names, never to choose an object: a rename makes
 * it wrong at any time. readlink(2) in @ctx->proc_fd; @ctx need not have begun. -EXDEV: @fd lies
 * outside; -ENOENT: there is no such descriptor.
 */
int mask_canonical(const struct mask_ctx *ctx, int fd, char **ret);

/*
 * Resolves one path, between mask_begin() and mask_end(). A failed look-up is no error here: it is
 * input of the planner, in @ret->errnum (the errnos of mask_lookup(), positive). An alias is
 * followed only to an object that lies under the root, else EXDEV; the descriptor of the links'
 * own directory counts as missing. @path is borrowed until mask_target_done(), to which @ret must
 * be given in any case, and which closes its descriptor.
 */
void mask_resolve(const struct mask_ctx *ctx, const char *path, struct mask_target *ret);
void mask_target_done(struct mask_target *target);

/*
 * Makes @target read-only: a recursive bind on itself whose top mount is read-only and keeps the
 * other flags of the mount it came from (all of them, because a user namespace may not drop
 * locked ones). A missing target is no error. The root itself becomes read-only without another
 * mount. Mounts below the target come along as they are; superblocks stay as they are. Call it for
 * one path after the other: each must be resolved when those before it are bound.
 *
 * mount(2), fstatvfs(3). The errno of the look-up; -EPERM, -EACCES: no right to mount; -EACCES,
 * too: it is not read-only afterwards; -ESTALE: what lies there now is not what was bound; -EXDEV:
 * the target left the root meanwhile.
 */
int mask_readonly(const struct mask_ctx *ctx, const struct mask_target *target,
		  struct mask_error *err);

/*
 * Sets and clears MS_* flags of the one mount that @fd is the root of; all others stay. Between
 * mask_begin() and mask_end(), or with a procfs as the working directory. statvfs(3), mount(2) with
 * MS_REMOUNT|MS_BIND. -EINVAL: @fd is not the root of a mount; -EPERM: a locked flag.
 */
int mask_remount(int fd, unsigned long set, unsigned long clear);

/* plan.c: pure ------------------------------------------------------------------------------- */

enum mask_op_kind {
	MASK_OP_MISSING,   /* nothing to do: the target does not exist */
	MASK_OP_DUPLICATE, /* nothing to do: an earlier entry names the same object */
	MASK_OP_TMPFS,	   /* a new read-only tmpfs on the target */
	MASK_OP_SHARE,	   /* reopen and check that tmpfs: it becomes the shared source */
	MASK_OP_EMPTY_DIR, /* make an empty directory in the stage: the shared source */
	MASK_OP_DETACHED,  /* a new read-only tmpfs on the target, by fd: the shared source */
	MASK_OP_BIND_DIR,  /* bind the shared source on the target */
	MASK_OP_BIND_NULL, /* bind the 1:3 node on the target */
	MASK_OP_VERIFY,	   /* look the target up again and compare */
};

struct mask_op {
	enum mask_op_kind kind;
	size_t target; /* index into the targets planned for */
};

struct mask_plan {
	struct mask_op *ops;
	size_t n;
};

/*
 * A way to mask directories; rows of a table in plan.c. All give the same guarantees, but for
 * `tmpfs-per-dir`, which takes a superblock for each:
 *   shared-tmpfs      a tmpfs on the first, reopened through the root, bound on the others
 *   tmpfs-per-dir     a tmpfs on each
 *   shared-empty-dir  an empty directory outside the container's root, bound on all
 *   detached          fsmount(2), attached to the first, cloned for the others; never reopened
 * An alias gets a tmpfs of its own and is never the source (runc PR #5262): its name leads to
 * another object for every process that looks it up.
 */
struct mask_strategy;

/* The strategy of that name, static, or NULL. Pure. */
const struct mask_strategy *mask_strategy_find(const char *name);
/* Name of the @i-th strategy, the default first, or NULL past the end. Static; pure. */
const char *mask_strategy_name(size_t i);

/*
 * Turns @n resolved targets into operations. Fails closed: of all look-up errors only ENOENT
 * means "nothing to mask"; the root itself is refused. Duplicates (mask_same()) are planned once,
 * in the first place. The order of the list is kept, MASK_OP_VERIFY comes last, and no operation
 * depends on one behind it. fixtures/vectors/plans.json has examples.
 *
 * Pure, in time and memory linear in @n; needs no mask_begin(). Of the targets it reads all but
 * the descriptor; they must outlive the plan, whose operations hold their indexes. *@ret is the
 * caller's, for mask_plan_done().
 *
 * The errno of a look-up, with @err->path the entry that is refused; -EINVAL: the root; -ENOMEM.
 */
int mask_plan(const struct mask_strategy *strategy, const struct mask_target *targets, size_t n,
	      struct mask_plan *ret, struct mask_error *err);
/* Frees the operations, and leaves an empty plan; an empty plan is all right. */
void mask_plan_done(struct mask_plan *plan);

/*
 * One line an operation, "kind path", with the escapes of mountinfo for blank, tab, newline and
 * backslash. Pure; *@ret is the caller's to free(3). -ENOMEM.
 */
int mask_plan_print(const struct mask_plan *plan, const struct mask_target *targets, char **ret);

/*
 * Joins @options (comma-separated, may be empty) and `context=LABEL` unless @label is NULL or
 * empty. For mount(2) the label is @quoted, because labels hold commas; fsconfig(2) takes it as
 * it is. Pure; *@ret is the caller's to free(3). -EINVAL: a quote in the label; -ENOMEM.
 */
int mask_mount_data(const char *options, const char *label, bool quoted, char **ret);

/*
 * Executes one operation of a plan, in the order of the plan, between mask_begin() and mask_end()
 * of the same @ctx, whose shared source it sets. @targets are those that were planned for; none of
 * their paths is looked up to choose an object, only to compare.
 *
 * By ladder: fsopen(2), fsmount(2), open_tree(2), move_mount(2) (5.2) or mount(2); statx(2),
 * fstatfs(2). -EPERM, -EACCES: no right to mount; -EBADF: an operation needs a descriptor that
 * @ctx lacks (null_fd, stage_fd, or no source was made before); -ENOSPC: no more mounts
 * (fs.mount-max); -ENOTDIR: the target changed its kind. Of what was mounted or looked at again:
 * -ESTALE: it is not the mask; -EXDEV: no tmpfs; -EACCES: not read-only; -ENOTEMPTY: it has
 * entries; -ENODEV: not the null device. @err names the step and the path.
 */
int mask_apply(struct mask_ctx *ctx, const struct mask_target *targets, const struct mask_op *op,
	       struct mask_error *err);

#ifdef __cplusplus
}
#endif
