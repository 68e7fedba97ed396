/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cgroups by plain files: every mounted v1 hierarchy, or v2. create sets no limit; the cgroups
 * exist so that a container's processes are told apart and a conformance kit can look for rests.
 */
#pragma once

#include <sys/types.h>

#include "reference/fault.h"

struct cgroups {
	char **leaves; /* the container's cgroup in each hierarchy */
	size_t n_leaves;
	char **made; /* every directory that was made, parents first */
	size_t n_made;
	FILE *journal; /* may be NULL: each directory, a line, before it is made */
};

/* Makes @path in every hierarchy; @cg holds what was made on failure, too. */
int cgroups_create(const char *path, struct cgroups *cg, struct fault *f);
int cgroups_join(const struct cgroups *cg, pid_t pid, struct fault *f);
/* Removes what was made; polls up to two seconds while the kernel still counts dead tasks. */
int cgroups_remove(const struct cgroups *cg, struct fault *f);
/* Writes @value to the file @name of each leaf that has one. -ENOTSUP: none has. */
int cgroups_set(const struct cgroups *cg, const char *name, const char *value);
/* Stops all processes, or lets them go on, and waits up to two seconds until that is so. */
int cgroups_freeze(const struct cgroups *cg, bool frozen, struct fault *f);
bool cgroups_frozen(const struct cgroups *cg);
/* Sends @sig to every process of the leaves; returns how many there were. */
int cgroups_kill(const struct cgroups *cg, int sig);
void cgroups_done(struct cgroups *cg);
/* Appends a copy of @dir to a list of @cg; for reading the state back. */
int cgroups_append(char ***list, size_t *n, const char *dir);
