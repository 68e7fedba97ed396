/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is signed: an in-toto Statement v1 for each kernel, with the predicate test-result v0.1.
 * https://in-toto.io/Statement/v1, https://in-toto.io/attestation/test-result/v0.1
 */
#pragma once

#include "conformance/certify/grade.h"

/* Borrowed: nothing is owned. Digests are SHA-256 in hex. */
struct statement {
	const char *runtime_name, *runtime_sha256;
	const char *kernel_name, *kernel_version;
	const char *image; /* digest of the kernel's image; "" where it is the host's */
	const char *cert_name, *cert_spec, *cert_sha256;
	const char *kit_version, *kit_commit, *kit_spec;
	const char *cases;	/* digest of the list of cases, which fixtures became */
	const char *manifest;	/* digest of the archive's MANIFEST */
	const char *deviations; /* digest of the file that declares them; "" where there is none */
	const char *nonce;	/* of the certifier, or "" */
	const struct graded *graded;
};

/* The text of the statement: the same for the same @s, byte for byte. Owned by the caller. */
char *statement_text(const struct statement *s);
