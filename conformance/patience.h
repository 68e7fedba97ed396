/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long leftovers of a container are waited for. Where one has left something for good, the next
 * ones of the run needn't wait as long. What a create leaves that was killed is another matter: one
 * of its moments is no sign of the next, nor of any other container.
 */
#pragma once

#define SETTLE_MS 2000
#define SETTLE_SHORT_MS (SETTLE_MS / 20)
#define SETTLE_MOMENTS 4 /* bad ones of a case, each waited for in full */

/* Before the first case: workers share it. 0, or a negative errno. */
int patience_share(void);
/* Milliseconds. @bad: how many moments of the case left something; NULL where none is killed. */
unsigned long patience_ms(const unsigned int *bad);
/* They were in vain: something is left. */
void patience_lost(unsigned int *bad);
