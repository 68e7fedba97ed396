/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signed payload: a DSSE envelope, version 1, of in-toto's type with one signature.
 *
 *   {"payload":"BASE64","payloadType":"application/vnd.in-toto+json",
 *    "signatures":[{"keyid":"HEX","sig":"BASE64"}]}          on one line, a newline behind
 *
 * Any tool that knows DSSE reads it. Of what others write we take only these very bytes, though the
 * specification allows more (fields, blanks, base64 of URLs): nobody but who has the key can make
 * a second file that is as good as the first.
 */
#pragma once

#include "conformance/certify/key.h"

#define DSSE_TYPE "application/vnd.in-toto+json"
/* Bytes of a payload, and of an envelope: base64 takes four for three. */
#define DSSE_PAYLOAD_MAX (4u << 20)
#define DSSE_MAX (DSSE_PAYLOAD_MAX / 3 * 4 + 1024)

/* Appends what is signed: the pre-authentication encoding of @type and the @size bytes at @body. */
void dsse_pae(struct text *t, const char *type, const void *body, size_t size);
/*
 * Signs @size bytes at @payload and writes the envelope into *@ret (owned by the caller). 0, or
 * -EFBIG or -EIO with a sentence in *@ret_error (owned by the caller).
 */
int dsse_sign(const struct key *k, const void *payload, size_t size, char **ret, char **ret_error);
/*
 * The payload of the envelope @text, of @size bytes and a NUL, into *@ret (owned by the caller, a
 * NUL behind it) and *@ret_size. 0; -EINVAL: no envelope of ours; -EKEYREJECTED: one, but of
 * another key or of other bytes. Then *@ret_error is a sentence that begins with @name (owned by
 * the caller).
 */
int dsse_open(const char *name, const char *text, size_t size, const struct key *k, char **ret,
	      size_t *ret_size, char **ret_error);
