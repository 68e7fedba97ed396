/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders of facts, each with the manifest of its run. Several are judged as one run where they are
 * its shards: nothing is merged but the facts, so the report is that of a machine that made them
 * all.
 */
#pragma once

#include "conformance/manifest.h"

struct folder {
	char *path; /* owned */
	int fd;
	struct manifest m;
};

struct folders {
	struct folder *list; /* at least one; shards in the order of their numbers */
	size_t n;
	bool whole; /* of a run: a shard that is not among them is missing */
};

void folders_close(struct folders *f);
#define _cleanup_folders_ _cleanup_(folders_close)
/*
 * Opens what @paths name: folders of facts, or one folder that holds those of shards. 0, or a
 * negative errno with *@ret_error, a sentence that names the folders and the remedy (owned by the
 * caller).
 */
int folders_open(char *const *paths, size_t n, struct folders *ret, char **ret_error);
/* The folder of shard @number; NULL: it is not among them. */
const struct folder *folder_of_shard(const struct folders *f, unsigned int number);
