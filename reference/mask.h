/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libmaskref: the OCI rules of path masking as a library.
 *
 * A caller goes through five phases; each has one function and none repeats another's work:
 *   1. mask_readonly()  every readonlyPath, because a mask must lie above those binds
 *   2. mask_resolve()   every maskedPath once, to an O_PATH descriptor
 *   3. mask_plan()      pure: targets in, a flat list of operations out
 *   4. mask_apply()     one operation, by descriptor only
 *   5. MASK_OP_VERIFY   the last operations of a plan: look up again, only to compare
 *
 * Functions return 0 (or a descriptor, or a count) on success and a negative errno on failure;
 * results are written on success only. What touches the system also fills `struct mask_error`.
 * The library never prints and keeps no state between calls but `struct mask_ctx`.
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

/* What failed. @step is a static string, @path empty where no path is concerned. */
struct mask_error {
	const char *step;
	int errnum; /* positive errno */
	char path[PATH_MAX];
};

/* Fills @err (may be NULL) and returns -@errnum, so that a caller can return the call. */
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
 * Form of the *configured* @path, after `//`, `.` and `..` were removed as text. Being called an
 * alias only makes a target more restricted, so the textual `..` cannot weaken anything.
 */
enum mask_alias mask_classify(const char *path);

/*
 * @path without empty, `.` and `..` components, as text; `..` stays at the root. For
 * classification and messages, never for look-ups. Caller frees. -ENOMEM, or -EINVAL unless
 * @path is absolute.
 */
int mask_clean_path(const char *path, char **ret);

/* target.c: look-ups under a root ------------------------------------------------------------ */

/* Which object a descriptor names; equal for the same object reached by the same mount. */
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
	MASK_METHOD_AUTO,    /* openat2(2), and the walk where the kernel is older than 5.6 */
	MASK_METHOD_OPENAT2, /* -ENOSYS on older kernels */
	MASK_METHOD_WALK,    /* component by component */
};

/*
 * Opens @path with @root_fd as its "/" and returns an O_PATH descriptor. Symbolic links are
 * followed, none leaves the root, at most 40; a magic link of procfs is -EXDEV. Errnos are the
 * kernel's own for a process whose root is @root_fd.
 */
int mask_lookup(int root_fd, const char *path, enum mask_method method);

/* Identity and file mode of @fd; @proc_fd is asked on kernels without STATX_MNT_ID (< 5.8). */
int mask_identify(int proc_fd, int fd, struct mask_identity *ret, mode_t *ret_mode);
bool mask_same(const struct mask_identity *a, const struct mask_identity *b);

/* apply.c, ladder.c: everything that mounts --------------------------------------------------- */

/* What masks are made of. Descriptors are borrowed and must belong to this mount namespace. */
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
 * the working directory of the process from mask_begin() to mask_end().
 */
int mask_begin(struct mask_ctx *ctx, struct mask_error *err);
void mask_end(struct mask_ctx *ctx);

/*
 * Path of @fd relative to the root of @ctx, free of links and dots; caller frees. -EXDEV when
 * @fd lies outside. For looking again at what a descriptor names, never to choose an object.
 */
int mask_canonical(const struct mask_ctx *ctx, int fd, char **ret);

/*
 * Resolves one path. A failed look-up is no error here: it is input of the planner, in
 * @ret->errnum. An alias is followed only to an object that lies under the root.
 * @ret must be given to mask_target_done() in any case.
 */
void mask_resolve(const struct mask_ctx *ctx, const char *path, struct mask_target *ret);
void mask_target_done(struct mask_target *target);

/*
 * Makes @target read-only: a recursive bind on itself whose top mount is read-only and keeps the
 * other flags of the mount it came from. A missing target is no error. The root itself becomes
 * read-only without another mount.
 */
int mask_readonly(const struct mask_ctx *ctx, const struct mask_target *target,
		  struct mask_error *err);

/*
 * Sets and clears MS_* flags of the one mount that @fd is the root of; all others stay. The
 * working directory must be a procfs.
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

const struct mask_strategy *mask_strategy_find(const char *name);
/* Name of the @i-th strategy, the default first, or NULL past the end. */
const char *mask_strategy_name(size_t i);

/*
 * Turns @n resolved targets into operations. Fails closed: of all look-up errors only ENOENT
 * means "nothing to mask"; the root itself is refused with EINVAL. Duplicates are planned once.
 */
int mask_plan(const struct mask_strategy *strategy, const struct mask_target *targets, size_t n,
	      struct mask_plan *ret, struct mask_error *err);
void mask_plan_done(struct mask_plan *plan);

/* One line an operation, "kind path", with the escapes of mountinfo. Caller frees. */
int mask_plan_print(const struct mask_plan *plan, const struct mask_target *targets, char **ret);

/*
 * Joins @options (comma-separated, may be empty) and `context=LABEL` unless @label is NULL or
 * empty. For mount(2) the label is @quoted, because labels hold commas; fsconfig(2) takes it as
 * it is. -EINVAL for a label with a quote in it. Caller frees.
 */
int mask_mount_data(const char *options, const char *label, bool quoted, char **ret);

/* Executes one operation of a plan; between mask_begin() and mask_end() only. */
int mask_apply(struct mask_ctx *ctx, const struct mask_target *targets, const struct mask_op *op,
	       struct mask_error *err);
