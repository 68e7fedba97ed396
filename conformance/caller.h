/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process that waits for the answer of the supervisor to one system call: what it is, and what it
 * asks for. The numbers of processes are used again, so what was read of one is good only if it
 * still waits.
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

#include "reference/sys.h"

struct waiting {
	int listener;
	const struct ms_seccomp_notif *call;
};

bool caller_waits(const struct waiting *w);
/* What lies at @address in the caller, cut at the first NUL, "" where nothing can be read. */
void caller_string(const struct waiting *w, uint64_t address, char buf[4096]);
/* Whether it executes the file @what; by inode: a name can be anybody's. */
bool caller_is(const struct waiting *w, const struct stat *what);
/* Whether its call is about to execute @what. */
bool caller_executes(const struct waiting *w, const struct stat *what);
/* Where its call of the mount class is to act, for people; owned; NULL for another call. */
char *caller_place(const struct waiting *w);
