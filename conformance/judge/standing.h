/* SPDX-License-Identifier: Apache-2.0 */
/* Masks that stood when the container ran, and whether the same stand in another phase. */
#pragma once

#include "conformance/judge/judge.h"

/* Its path is that of the mask itself, in any bundle. */
bool is_plain_mask(const struct mask *m);
/* The driver's table of the container's mounts in @phase against that while it runs: the mount on
 * top of each plain mask must be the same, with the same options. */
void check_standing(const struct view *v, const char *phase, struct finding *f);
