/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A case: one fixture expanded to plain text, self-contained, the only thing `observe` reads.
 *
 * case/1, one record a line, fields as in text.h:
 *   case/1
 *   bundle NAME | title TEXT | profile core|security|scale
 *   flag alone | flag at-once          nothing beside it; containers run side by side
 *   flag trace                         what the kernel does for the runtime is counted; is alone
 *   flag rootless                      made for an ordinary user: no other owner, no cgroup
 *   tree KIND PATH MODE UID GID ARG    KIND dir file link hard char fifo socket metacopy; ARG is
 *                                      the content, the link's target or major:minor
 *   container NAME EXPECT TOPICS       EXPECT starts|refused|either; TOPICS blank-separated
 *   state NAME                         the container above gets a state root of its own, of that
 *                                      name, in place of the one that all others share
 *   config JSON                        of the container above; @ROOTFS@ @IO@ @ID@ @MNTNS@
 *                                      @SHARED@ and @sysfs:N@ are replaced by observe
 *   mask PATH CLASS                    a path of the lists of the container above, and its class
 *   todo IDENTITY OP PATH CLASS        of the container above, in the order of execution
 *   step KIND NAME ARG                 what the driver does besides, in this order (steps.c)
 *   end LINES
 */
#pragma once

#include "conformance/text.h"

#define CASE_SCHEMA "case/1"
/* The bundle that asks for nothing: what goes wrong there is no matter of masks. */
#define PREFLIGHT "preflight"
#define CASE_MAX (64u << 20)

enum op {
#define OP(id, name, target, who, doc) OP_##id,
#include "conformance/judge/ops.def"
#undef OP
	OP_COUNT,
	OP_UNKNOWN = OP_COUNT, /* of a newer kit; kept, never judged */
};
/* Those of the driver are asked of no path, and are in no set. */
_Static_assert(OP_MOUNTINFO <= 64, "sets of operations are one 64-bit word");

/* The operations of ops.def that try to get a mask out of the way. */
static inline bool is_mount_attempt(enum op op)
{
	return op >= OP_UMOUNT && op <= OP_HANDLE;
}

/* In the order of the letters "RNUSEM-" of ops.def. */
enum identity {
	AS_ROOT,
	AS_NOCAP,
	AS_USER,
	AS_USERNS,
	AS_EXEC,
	AS_SYSADMIN,
	AS_DRIVER,
	AS_COUNT,
	AS_UNKNOWN = AS_COUNT,
};

struct op_info {
	const char *name;
	char target; /* D F A X */
	const char *who;
	const char *doc;
};
extern const struct op_info op_info[OP_COUNT];
extern const char *const identity_names[AS_COUNT];

enum op op_by_name(const char *name);
enum identity identity_by_name(const char *name);

enum tree_kind {
	TREE_DIR,
	TREE_FILE,
	TREE_LINK,
	TREE_HARD,
	TREE_CHAR,
	TREE_FIFO,
	TREE_SOCKET,
	TREE_METACOPY, /* a file whose content overlayfs finds in no lower directory: EIO */
	TREE_KINDS
};
extern const char *const tree_kind_names[TREE_KINDS];

struct tree_entry {
	enum tree_kind kind;
	unsigned int mode, uid, gid;
	char *path;
	char *arg;
};

struct todo {
	enum identity as;
	enum op op;
	char *path;
	char *class;
	char *unknown; /* the name of an operation that is OP_UNKNOWN */
};

struct mask {
	char *path;
	char *class;
};

/* What the driver does with a container besides its life; steps.c says what each is for. */
enum step_kind { STEP_EXEC, STEP_PAUSE, STEP_UPDATE, STEP_KILL, STEP_FILL, STEP_LIMIT, STEP_KINDS };
extern const char *const step_kind_names[STEP_KINDS];

struct step {
	enum step_kind kind;
	char *name; /* the phase of its facts */
	char *arg;  /* exec: the process object; update: the resources; kill-create: N/M; others: a number */
};

enum expect { EXPECT_STARTS, EXPECT_REFUSED, EXPECT_EITHER, EXPECT_COUNT };
extern const char *const expect_names[EXPECT_COUNT];

struct container {
	char *name;
	enum expect expect;
	char *topics;
	char *state; /* NULL: that of the run */
	char *config;
	struct mask *masks;
	size_t n_masks;
	struct todo *todo;
	size_t n_todo;
	struct step *steps;
	size_t n_steps;
};

/* Strings belong to the case. */
struct test_case {
	char *text; /* the storage the strings point into, when read by case_parse() */
	char *bundle, *title, *profile;
	bool alone, at_once, rootless, trace;
	struct tree_entry *tree;
	size_t n_tree;
	struct container *containers;
	size_t n_containers;
};

void case_free(struct test_case *c);
#define _cleanup_case_ _cleanup_(case_free)

/* Appends the case as text; the inverse of case_parse(). */
void case_write(const struct test_case *c, struct text *out);
/*
 * Reads a case from @text, which it takes over on success. 0, or -EINVAL with the number of the
 * offending line in *@ret_line (0: the end marker or a record that must be there is missing).
 */
int case_parse(char *text, struct test_case *ret, unsigned int *ret_line);
/* The first step of @kind, or NULL. */
const struct step *find_step(const struct container *k, enum step_kind kind);
/* True when @word is one of the blank-separated @words. */
bool has_word(const char *words, const char *word);
/* The file name of a bundle's facts or case: '/' becomes '.'. Owned by the caller. */
char *bundle_file(const char *bundle, const char *suffix);
