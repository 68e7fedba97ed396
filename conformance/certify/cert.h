/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certification profiles: fixtures/certify/NAME, JSON of schema maskspec-certify/1
 * (fixtures/schema/certify.schema.json). What they mean is docs/spec/certification.md; here they
 * are only read. CERT= chooses one.
 */
#pragma once

#include "conformance/report/range.h"

/* A kernel that must be among those of a certificate. */
struct cert_kernel {
	char *name;
	struct range versions; /* of uname -r */
};

/* What may be skipped, as some machines can't show it. */
struct cert_skip {
	char *ids;    /* globs */
	char *reason; /* glob over what the report says */
	char *why;
};

/* All strings owned. */
struct cert {
	char *name, *title;
	char *spec;	      /* version of the specification */
	char *profile;	      /* as PROFILE= */
	char *require;	      /* as REQUIRE=, "" for nothing */
	unsigned int runs;    /* that were not broken, of each kernel; at least 1 */
	unsigned int retries; /* broken runs that are allowed, of each kernel */
	struct cert_kernel *kernels;
	size_t n_kernels;
	struct cert_skip *skips;
	size_t n_skips;
};

void cert_free(struct cert *c);
#define _cleanup_cert_ _cleanup_(cert_free)
/*
 * Reads @text of @len bytes. 0, or -EINVAL with "FILE: FIELD: what is wrong, what to write" in
 * *@ret_error (owned by the caller).
 */
int cert_parse(const char *file, const char *text, size_t len, struct cert *ret, char **ret_error);
/*
 * The file at @value, or of that name in @dir; its text, as it stands, in *@ret_text of *@ret_len
 * bytes (owned by the caller). As above.
 */
int cert_load(const char *value, const char *dir, struct cert *ret, char **ret_text,
	      size_t *ret_len, char **ret_error);
