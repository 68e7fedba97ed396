/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libFuzzer and the tests call: each takes any bytes, returns 0, and ends the process by
 * abort() when a property does not hold. corpus/NAME holds what once broke something, and what no
 * fixture says; .ci/fuzz-seeds makes the rest from the fixtures.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "reference/util.h"

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);            \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* config.json, and the process object of `exec`. */
int fuzz_config(const uint8_t *data, size_t size);
/* A configured path: cleaning it twice is cleaning it once; `//` and `/./` change no class. */
int fuzz_classify(const uint8_t *data, size_t size);
