/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MANIFEST, the member that names the others with their digests, as sha256sum writes them (and
 * `sha256sum -c MANIFEST` checks them where the archive is unpacked): "DIGEST  NAME", sorted as the
 * members are. It doesn't name itself, nor what the caller keeps apart: the envelopes of
 * signatures, which sign it.
 */
#pragma once

#include "conformance/certify/ustar.h"

#define DIGESTS_MEMBER "MANIFEST"

/* Whether a member called @name is kept apart from MANIFEST. NULL in its place: none is. */
typedef bool digests_apart(const char *name);

/* What the MANIFEST of @a has to be; owned by the caller. */
char *digests_text(const struct ustar *a, digests_apart *apart);
/*
 * 0 where MANIFEST is byte for byte digests_text(); else -EINVAL and which member is missing, is
 * too many or has another digest, or that MANIFEST is written otherwise. The sentence (owned by the
 * caller) begins with the member's name and is plain ASCII.
 */
int digests_check(const struct ustar *a, digests_apart *apart, char **ret_error);
