/* SPDX-License-Identifier: Apache-2.0 */
/* The host's mounts, as the driver saw them around a container. */
#pragma once

#include "conformance/judge/judge.h"

/*
 * Fails for each mount whose point holds @below that the host has in @phase and did not have before
 * the container; broken where a mount of the driver's own is not seen as new.
 */
void check_no_new_mount(const struct view *v, const char *phase, const char *below,
			struct finding *f);
