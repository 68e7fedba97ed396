/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether all is there that the probe has said. A refusal shows by rows that are not there, so that
 * losing rows would make one of what was none: the driver, which the rows do not pass, says how
 * many there are.
 */
#pragma once

#include "conformance/judge/judge.h"

/* Makes @f broken unless each container of the case has as many rows of the probe as it wrote. */
void check_probed(const struct facts *facts, struct finding *f);
