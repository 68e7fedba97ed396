/* SPDX-License-Identifier: Apache-2.0 */
/* verify --reproduce: the runs of a certificate made again here, and held against it. */
#pragma once

#include "conformance/certify/campaign.h"
#include "conformance/certify/runner.h"
#include "conformance/certify/ustar.h"

struct reproduction {
	const struct ustar *archive;
	const struct campaign *campaign; /* of its facts */
	const char *kernels;		 /* as KERNELS=; NULL: those that the certificate names */
	const char *runtime, *fixtures;
	const struct cert *cert;
	const struct words *more; /* options of maskspec run, as they are */
};

/*
 * One run on each kernel, which must be one of the certificate's: the same image, or this host's
 * kernel in the same version. Adds a line to @said for each kernel that came to the same, and one
 * to @differ for whatever did not. 0, or the exit status after a message.
 */
int reproduce(const struct reproduction *p, struct text *said, struct text *differ);
