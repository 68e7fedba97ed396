/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rounds of several containers at once. The driver says by a letter through the FIFO `go` what is
 * next, and the probe answers when it is done through `ready`; the letter is ROUND_ACT or
 * ROUND_FEEL and the number of the round.
 */
#pragma once

#include "conformance/text.h"

#define ROUND_ACT 'A'
#define ROUND_FEEL 'a'
#define ROUNDS 4 /* all look; in the second and fourth one acts before */

/* Does everything to @path that others might feel; @value: what came of each act. The locks and
 * sockets are held until isolation_release(). 0, or why there was nothing to act on. */
int isolation_act(const char *path, const char *who, int round, struct text *value);
void isolation_release(void);
/* What is seen and felt at @path now, and whether anybody else has touched it since the last look.
 */
int isolation_feel(const char *path, struct text *value);
