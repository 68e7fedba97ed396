/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that this one starts and waits for. Ctrl-C goes to the whole group, `kill` and the end
 * of who started us to this process alone: what it started must end in each of these cases.
 */
#pragma once

#include <signal.h>
#include <sys/types.h>

#include "conformance/maskspec.h"

/* The signal that asked us to end, 0: none; who waits for something asks for it. */
extern volatile sig_atomic_t interrupted;

/* From here on SIGINT and SIGTERM are noted; the running child is sent SIGTERM. With @restart the
 * calls that they interrupt go on. */
void child_catch(bool restart);
/* One at a time, its stdout is @out. The pid, or -1. It ends with us. */
pid_t child_start(char *const *argv, int out);
/* Its exit status; EXIT_BROKEN where a signal ended it, or there is none. */
int child_wait(pid_t pid);
