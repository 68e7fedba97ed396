/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What DENY may name: system calls that an older kernel lacks, or an argument that it refuses.
 * One table for the option, the supervisor that answers in the kernel's place (supervisor.c), and
 * the facts; a row is a bit of a set.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conformance/fault.h"

struct call_rule {
	const char *name;
	int errnum;	  /* positive errno of the answer; 0: is only counted, never denied */
	int numbers[2];	  /* of the system calls concerned; 0: none */
	bool by_argument; /* denied only where the arguments ask for it */
};

enum { CALL_RULES = 15 };
extern const struct call_rule call_rules[CALL_RULES];

/* What DENY asks for. */
struct denial {
	uint64_t calls; /* a set of rows of the table */
	struct fault fault;
};
bool is_denial(const struct denial *d);

/* What the blank-separated @words name: 0, or -EINVAL with the word in @ret_bad (owned). */
int calls_parse(const char *words, struct denial *ret, char **ret_bad);
/* What a word must be that calls_parse() refused; owned by the caller. */
char *calls_remedy(const char *bad);
/* The names that DENY knows, blank-separated; owned by the caller. */
char *calls_known(void);
/* The words of @d in the order of the table, the fault last; owned by the caller. */
char *calls_words(const struct denial *d);
