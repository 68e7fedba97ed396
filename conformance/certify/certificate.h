/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The members of a certificate, which are those of its archive (ustar.h):
 *
 *   MANIFEST                             digests of all below but the statements
 *   about                                runtime's package and libraries, and the host (about)
 *   certificate.json                     what it comes to, schema maskspec-certificate/1
 *   deviations                           those that are declared, where some are
 *   kernels/N/run-M/facts/FILE           the evidence
 *   kernels/N/run-M/report.{json,html}   what was made of it
 *   kernels/N/statement.dsse.json        of kernel N, signed; unsigned: statement.json
 *   profile                              of fixtures/certify
 *
 * A statement holds the digest of MANIFEST, so its signature is over everything.
 */
#pragma once

#include "conformance/certify/campaign.h"
#include "conformance/certify/statement.h"
#include "conformance/certify/ustar.h"

#define CERTIFICATE_SCHEMA "maskspec-certificate/1"
#define DEVIATIONS_MEMBER "deviations"

/* All borrowed; "" for what is not given. */
struct certificate {
	const struct campaign *campaign;
	const struct cert *cert;
	const char *cert_text;
	size_t cert_len;
	const char *vendor, *product, *nonce;
	const char *made; /* RFC 3339, UTC */
	const char *about;
	const char *deviations; /* the file's text; NULL: none */
	const char *key_id;	/* ""; unsigned */
};

/* Whether @name is a statement's, which MANIFEST doesn't cover. */
bool certificate_is_statement(const char *name);
/* Name of kernel @kernel's statement, from 1; owned by the caller. */
char *certificate_statement_name(size_t kernel, bool is_signed);
/*
 * Adds every member but the statements, MANIFEST at last; runs are read from below @dir. 0, or a
 * negative errno with a sentence in *@ret_error (owned by the caller).
 */
int certificate_gather(const struct certificate *c, const char *dir, struct ustar *a,
		       char **ret_error);
/* The statement of kernel @kernel, from 1, about what MANIFEST of @a names. Owned by the caller. */
char *certificate_statement(const struct certificate *c, size_t kernel, const struct ustar *a);
