/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of the tests. */
#pragma once

#include "conformance/certify/key.h"
#include "conformance/tests/suite.h"

static inline void make_key(int type, struct key *k)
{
	_cleanup_free_ char *error = NULL;

	ck_assert_msg(key_make((enum key_type)type, k, &error) == 0, "%s", error);
}
