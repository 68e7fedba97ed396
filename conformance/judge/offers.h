/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that a runtime need not have: OCI names only create, start, state, kill and delete. */
#pragma once

#include "conformance/judge/judge.h"

/*
 * Whether a process has joined in @phase. If not, makes the finding: skip where exec fails in a
 * container without lists, too (the preflight's, whose answer is the header `exec`); where it works
 * in that one it is offered, and what can't be seen then is broken.
 */
bool exec_joined(const struct view *v, const char *phase, struct finding *f);
/*
 * The same of a step of the driver's (conformance/steps.c) that is an optional @command: the
 * control is the sibling without lists, named plain, with the same step.
 */
bool step_done(const struct view *v, const char *phase, const char *command, struct finding *f);
