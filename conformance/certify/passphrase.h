/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The passphrase of a private key: typed at the terminal or read from a descriptor, never an
 * argument or a variable, which others see in /proc.
 */
#pragma once

#include "conformance/text.h"

/* libcrypto reads no more of one. */
#define PASSPHRASE_MAX 1023

/* Nothing set: there is none to be had. */
struct passphrase_source {
	bool terminal; /* /dev/tty, without echo */
	bool from_fd;
	int fd; /* not owned, not closed */
};

struct passphrase {
	char s[PASSPHRASE_MAX + 1];
	size_t len; /* bytes, none of them a newline or NUL; 0: there is none */
};

/* Overwrites it; also by _cleanup_passphrase_. */
void passphrase_wipe(struct passphrase *p);
#define _cleanup_passphrase_ _cleanup_(passphrase_wipe)

/* @arg of --passphrase-fd, before anything is opened; -EINVAL: no number, -EBADF: none that is
 * open.
 */
int passphrase_fd(const char *arg, struct passphrase_source *ret);
/*
 * Reads one line, for the key @of; @again: typed twice at a terminal, as for a new key. 0, or a
 * negative errno with *@ret_error, a sentence (owned by the caller).
 */
int passphrase_read(const struct passphrase_source *from, const char *of, bool again,
		    struct passphrase *ret, char **ret_error);
