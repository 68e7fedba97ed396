/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/patience.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

static volatile unsigned long *shared;

int patience_share(void)
{
	void *p = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);

	if (p == MAP_FAILED)
		return -errno;
	shared = p;
	*shared = SETTLE_MS;
	return 0;
}

unsigned long patience_ms(const unsigned int *bad)
{
	if (!bad)
		return *shared;
	return *bad < SETTLE_MOMENTS ? SETTLE_MS : SETTLE_SHORT_MS;
}

void patience_lost(unsigned int *bad)
{
	if (bad)
		++*bad;
	else
		*shared = SETTLE_SHORT_MS;
}
