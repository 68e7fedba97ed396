/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A certificate made once more of its own facts, by this kit. Where the kit is the one that made
 * it, the two are the same byte for byte; another kit's must agree in every verdict and grade that
 * both know.
 */
#pragma once

#include "conformance/certify/certificate.h"
#include "conformance/certify/layout.h"

struct remade {
	struct campaign campaign;
	struct ustar members; /* what this kit makes of it */
	struct certificate certificate;
	char *claims[5]; /* owned: strings of the certificate */
	bool same_kit;	 /* by commit, and that is known */
};

void remade_free(struct remade *m);
#define _cleanup_remade_ _cleanup_(remade_free)
/*
 * Judges the facts of @a by @cert, which must outlive @ret. 0, or a negative errno with a sentence
 * that begins with a member's name (owned by the caller). Unpacks into a folder that is gone
 * afterwards.
 */
int remade_make(const struct ustar *a, const struct layout *l, const struct cert *cert,
		const char *fixtures, const char *key_id, struct remade *ret, char **ret_error);
/* Adds a line to @refusals for each member that says something else than this kit. */
void remade_compare(const struct remade *m, const struct ustar *a, struct text *refusals);
