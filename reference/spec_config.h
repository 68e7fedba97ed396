/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.json as a struct. What changes what a container may do and isn't implemented is refused
 * by name; what has no effect (annotations) is let pass. Strings are borrowed from @tree.
 * Source: opencontainers/runtime-spec v1.2 config.md and config-linux.md.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "reference/json.h"

/* Rows of the capability, rlimit and namespace tables stay small numbers here. */
struct spec_rlimit {
	const char *type;
	int resource; /* RLIMIT_* */
	int64_t soft, hard;
};

enum spec_cap_set { CAP_BOUNDING, CAP_EFFECTIVE, CAP_INHERITABLE, CAP_PERMITTED, CAP_AMBIENT };
#define CAP_SETS 5

struct spec_user {
	uint32_t uid, gid;
	int64_t umask; /* -1 when not given */
	uint32_t *groups;
	size_t n_groups;
};

struct spec_process {
	bool present, terminal, no_new_privileges, has_oom_score_adj;
	struct spec_user user;
	struct strings args, env;
	const char *cwd;
	uint64_t caps[CAP_SETS]; /* bit N: capability N */
	struct spec_rlimit *rlimits;
	size_t n_rlimits;
	int64_t oom_score_adj;
};

struct spec_mount {
	const char *destination, *type, *source;
	struct strings options;
	/* From the options: */
	bool bind, recursive;
	unsigned long set, clear;     /* MS_* */
	unsigned long propagation[4]; /* MS_*, in the order given */
	size_t n_propagation;
	char *data;    /* the rest, comma-separated; owned */
	int source_fd; /* O_PATH of a bind's source; opened and closed by mounts.c */
};

struct spec_namespace {
	const char *type, *path;
	int flag; /* CLONE_NEW* */
};

struct spec_id_map {
	uint32_t container, host, size;
};

struct spec_device {
	const char *type, *path;
	int64_t major, minor;
	int64_t mode; /* -1 when not given */
	uint32_t uid, gid;
};

struct spec_hook {
	const char *path;
	struct strings args, env;
	int64_t timeout; /* seconds; 0 when not given */
};

struct spec_hooks {
	const char *kind; /* NULL when not given */
	struct spec_hook *v;
	size_t n;
};

struct spec {
	cJSON *tree;
	const char *oci_version, *hostname, *domainname;
	cJSON *annotations; /* borrowed, may be NULL */
	struct spec_process process;
	const char *root_path;
	bool root_readonly;
	struct spec_mount *mounts;
	size_t n_mounts;
	struct spec_namespace *namespaces;
	size_t n_namespaces;
	struct spec_id_map *uid_maps, *gid_maps;
	size_t n_uid_maps, n_gid_maps;
	struct spec_device *devices;
	size_t n_devices;
	const char *cgroups_path, *mount_label;
	unsigned long root_propagation; /* MS_* with MS_REC, 0 for the default */
	struct strings masked_paths, readonly_paths;
	struct spec_hooks hooks_create, hooks_start;
};

/* Parses the text of a config.json. @ret must be given to spec_done() in any case. */
int spec_parse(const char *text, size_t size, struct spec *ret, struct fault *f);
/* The same for the `process` object alone, as `exec --process FILE` takes it. */
int spec_parse_process(const char *text, size_t size, struct spec *ret, struct fault *f);
void spec_done(struct spec *spec);

/* The namespace with CLONE_* @flag, or NULL. */
const struct spec_namespace *spec_namespace(const struct spec *spec, int flag);

/* spec_options.c: options of one mount into flags and data; pure. */
int spec_mount_options(struct reader *r, struct spec_mount *m);
/* Value of linux.rootfsPropagation, -EINVAL when there is no such word. */
int spec_propagation(const char *word, unsigned long *ret);

/* spec_process.c: the `process` object. */
int read_process(struct reader *r, const cJSON *item, void *out);
void spec_process_done(struct spec_process *p);
