/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of a case that no verdict rests on; names are fixed (docs/report-format.md). */
#pragma once

#include "conformance/judge/judge.h"

struct measures {
	struct {
		const char *name, *unit;
		char value[24];
	} list[16];
	size_t n;
	unsigned long long usec; /* all commands of the runtime */
};

void measure_case(const struct facts *f, struct measures *ret);

/* superblocks.c: of the directory masks of a container; false where there are none. */
bool measure_superblocks(const struct view *v, unsigned int *ret_superblocks,
			 unsigned int *ret_mounts);
/* aliases.c: masks that were mounted by way of a procfs descriptor; -ENOENT where none was listed.
 */
int measure_aliases(const struct facts *f);
