/* SPDX-License-Identifier: Apache-2.0 */
/* What key.c and key_file.c share. */
#pragma once

#include "conformance/certify/key.h"

/* Takes @pkey over, also on an error. -EINVAL: a kind that signs no certificate. */
int key_of(const char *name, EVP_PKEY *pkey, struct key *ret, char **ret_error);
