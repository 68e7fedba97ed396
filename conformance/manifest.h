/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The manifest: every case that a run owes, written before the first one starts. Each facts file
 * carries its digest, so a case, a requirement or a setting can't be taken out afterwards. Shards
 * of one run each have one, which names all of its cases: put together they can be held against
 * each other, and one that is missing shows.
 *
 *   manifest/1
 *   run ID | runtime ARGV | profile NAME | filter GLOBS | require WORDS    ARGV: a word a line
 *   deny CALLS                         may be missing: nothing was denied
 *   userns KIND                        may be missing: none
 *   kernel NAME SHA256                 may be missing: the host's; of its image (machine.h)
 *   shard NUMBER COUNT                 may be missing: the whole run
 *   case BUNDLE FILE DIGEST IDS        IDS: due in this case, blank-separated
 *   elsewhere NUMBER BUNDLE FILE DIGEST IDS    a case of the run that another shard owes
 *   end LINES
 */
#pragma once

#include "conformance/judge/judge.h"
#include "conformance/sha256.h"

#define MANIFEST_FILE "manifest"

struct due_case {
	char *bundle, *file, *digest, *ids;
	unsigned int elsewhere; /* the shard that owes it; 0: this one */
};

/* Strings point into @text, but for one that was built (manifest_build()). */
struct manifest {
	char *text;
	char *run, *runtime, *profile, *filter, *require;
	const char *userns;	    /* "none" in a manifest from before it */
	const char *deny;	    /* "" likewise */
	const char *kernel, *image; /* of a virtual machine; NULL */
	unsigned int shard, shards; /* 0 of 0: the whole run */
	struct due_case *cases;
	size_t n;
	char digest[SHA256_HEX];
};

/* The shard of @m's run that owes @c, which is one of its cases; 0 in a whole run. */
unsigned int manifest_owner(const struct manifest *m, const struct due_case *c);
void manifest_free(struct manifest *m);
#define _cleanup_manifest_ _cleanup_(manifest_free)
/* Takes @text over. -EINVAL: no manifest, or cut. */
int manifest_parse(char *text, struct manifest *ret);
