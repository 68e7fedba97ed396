/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the facts of a certificate are of the runs that it says: all of one run by one kit on one
 * boot, no run twice, all of one runtime, all cases that the profile has. Pure: reads the members
 * of an archive.
 */
#pragma once

#include "conformance/certify/cert.h"
#include "conformance/certify/layout.h"
#include "conformance/plan.h"

struct evidence {
	const struct cert *cert;
	const struct plan *due; /* of the profile, by this kit's fixtures */
	const char *nonce;	/* that was asked for; NULL: none is looked for */
	const char *runtime;	/* SHA-256 that it must have; NULL: any, but one */
};

/*
 * Adds a line to @refusals for each thing that is wrong, which begins with the member's name, and
 * one to @notes for each requirement that only this kit has, as it is newer than the profile.
 */
void evidence_check(const struct ustar *a, const struct layout *l, const struct evidence *e,
		    struct text *refusals, struct text *notes);
