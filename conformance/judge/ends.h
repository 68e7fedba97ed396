/* SPDX-License-Identifier: Apache-2.0 */
/* Judges of how a container ends: refused where it must be, started where it must be. */
#pragma once

#include "conformance/judge/judge.h"

/* The sibling without the odd entry, which must start: else a refusal says nothing. */
bool plain_started(const struct view *v);
void check_refused(const struct view *v, struct finding *f);
void check_starts(const struct view *v, struct finding *f);

#define REFUSED(id) JUDGE(id) = { .check = check_refused, .expected = "the container is refused" }
#define STARTS(id) JUDGE(id) = { .check = check_starts, .expected = "the container starts" }
