/* SPDX-License-Identifier: Apache-2.0 */
/* What a container leaves on the host: cgroups, state, processes, as the driver counts them. */
#pragma once

#include "conformance/judge/judge.h"

/* The driver's count of OP_CGROUPS, OP_STATE or OP_PROCESSES of a container; -1 where there is
 * none. */
long count_left(const struct facts *f, const char *name, const char *phase, enum op op);
/* Nothing of it is there afterwards. @witness is a container that runs, in which the thing must be
 * seen to exist. */
void check_left(const struct view *v, const char *witness, enum op op, const char *what,
		struct finding *f);
