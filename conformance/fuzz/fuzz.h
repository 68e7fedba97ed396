/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libFuzzer and the tests call: each takes any bytes, returns 0, and ends the process by
 * abort() when a property does not hold. corpus/NAME holds what once broke something, and what no
 * fixture says, kept/NAME some of what long runs of libFuzzer reached (.ci/fuzz-keep);
 * .ci/fuzz-seeds makes the rest from the fixtures.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "conformance/text.h"

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);            \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* A line of mountinfo, and the escapes of text.h. */
int fuzz_mountinfo(const uint8_t *data, size_t size);
/* A case; what is written of it reads again as the same text. */
int fuzz_case(const uint8_t *data, size_t size);
/* A facts file, as it is and with its counts put right; every judge looks at both. */
int fuzz_facts(const uint8_t *data, size_t size);
/* A fixture; its cases are cases. Works in the root of the checkout. */
int fuzz_fixture(const uint8_t *data, size_t size);

/* What comes from a virtual machine: frames, what is packed in them, its console, its record. */
int fuzz_machine(const uint8_t *data, size_t size);

/* An EXPECT file, applied to a report; its first three lines as versions are in an order. */
int fuzz_expect(const uint8_t *data, size_t size);

/* report.json, written in every format, read back, merged with itself and compared. */
int fuzz_report(const uint8_t *data, size_t size);

/* The archive of a certificate, as it is and with its checksums put right: what is read is written
 * as the same bytes. */
int fuzz_archive(const uint8_t *data, size_t size);
/* A signed envelope, by a key of the corpus, and a public key; works in the root of the checkout. */
int fuzz_dsse(const uint8_t *data, size_t size);
/* The members of a certificate, as text ("== NAME" and what is in it): what verify reads of them
 * once they are signed, and the statement that it makes. Works in the root of the checkout. */
int fuzz_statement(const uint8_t *data, size_t size);

/* mended.c: @text with the `end N` of a case put right; a record is lost where there is none. */
char *mended_case(const char *text);
/* The same for facts and the case in them. */
char *mended_facts(const char *text);
