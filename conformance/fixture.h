/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixtures: fixtures/bundles/NAME.json, schema maskspec-fixture/1 (fixtures/schema). A fixture says
 * what a rootfs holds, what its containers mask, and of which class each path is; here it becomes
 * cases, plain text that `observe` can read without a JSON library.
 *
 * In "tree", "containers" and lists of paths an object {"repeat": N, …} stands for N copies with %d
 * replaced by 0 to N-1.
 */
#pragma once

#include "conformance/case.h"

/* As whom the containers of a run run, where a fixture doesn't say (USERNS=). */
enum userns_kind { USERNS_NONE, USERNS_MANY, USERNS_ONE, USERNS_ROOTLESS, USERNS_KINDS };
extern const char *const userns_names[USERNS_KINDS];

struct users {
	enum userns_kind userns;
	unsigned int uid, gid; /* USERNS_ROOTLESS: host ids of every container's root */
};

struct case_list {
	struct users users; /* set before loading */
	struct test_case *cases;
	size_t n;
};

void case_list_free(struct case_list *l);
#define _cleanup_case_list_ _cleanup_(case_list_free)

/*
 * Reads every *.json of @dir, in the order of their names. 0, or -EINVAL with a sentence that
 * names file, field and remedy in *@ret_error (owned by the caller).
 */
int fixtures_load(const char *dir, struct case_list *ret, char **ret_error);

/*
 * Reads the text of one fixture (@len bytes and a NUL), whose name is that of @file. @dir is the
 * folder of the bundles. The error is put in @error.
 */
int fixture_read(int dir, const char *file, const char *text, size_t len, struct case_list *l,
		 struct text *error);

/* strict.c: JSON without NULs and keys that stand twice; NULL with the reason in @error. */
struct cJSON *json_strict(const char *text, size_t len, struct text *error);
/* Field @name of @o, or NULL; its string, or @otherwise where it is none. Owned by @o. */
const struct cJSON *json_field(const struct cJSON *o, const char *name);
const char *json_string(const struct cJSON *o, const char *name, const char *otherwise);
/* Appends the sentence to @error; always -EINVAL. */
int refuse(struct text *error, const char *fmt, ...) _printf_(2, 3);
/* 0, or -EINVAL with @where and the fault in @error: @word can be part of a file's name and of a
 * path. */
int check_plain(const char *word, const char *where, struct text *error);

/* fields.c: every field of @fixture is known where it stands, and of its type. 0, or -EINVAL with
 * its place and what is wanted in @error. */
int check_fields(const struct cJSON *fixture, struct text *error);

/* repeats.c: all "repeat" are counts, and what they make fits in memory. */
int check_repeats(const struct cJSON *json, struct text *error);
/* Copy of the array @a with every "repeat" expanded; owned by the caller. */
struct cJSON *expand_repeats(const struct cJSON *a);

/* classes.c: which rows a path of a class gets. -ENOENT: no such class and no such id. */
int class_add(struct container *k, const char *class, const char *path);
/* Rows in the order of execution: what looks before what changes, by identity. */
void class_sort(struct container *k);

/* controls.c: the other names of a path of a class that is asked by all of them, and the siblings
 * that must show the opposite, once all paths are known. */
void aliases_add(struct container *k, const char *class, const char *path);
void controls_add(struct container *k);

/* steps.c: what the driver does with the container besides its life; "steps" of @container. */
int steps_read(const struct cJSON *container, struct container *k, struct text *error);

/* config.c: the config.json of a container; see there. */
char *config_text(const struct cJSON *container, const char *name, const char *masked_text,
		  const struct users *users);
/* The process object of @step, an "exec" of the container; owned by the caller. */
char *exec_text(const struct cJSON *container, const char *name, const struct cJSON *step);
/* The kind of user namespace that the container's "userns" asks for; -EINVAL: none of them. */
int userns_asked(const struct cJSON *container, enum userns_kind *ret);

/* pairs.c: the generator "pairs"; one case for each kind of the fixture. */
int pairs_expand(const struct cJSON *fixture, struct case_list *l, struct text *error);
/* lists.c: the generator "lists"; one case with a container for each of fixtures/lists, and one
 * without masks that looks at all their paths. @dir is the folder of the bundles. */
int lists_expand(int dir, const struct cJSON *fixture, struct case_list *l, struct text *error);
int fixture_case(const struct cJSON *fixture, struct case_list *l, struct text *error);
