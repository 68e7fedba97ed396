/* SPDX-License-Identifier: Apache-2.0 */
/* The answer to `state` (runtime-spec runtime.md "State"). */
#pragma once

#include <sys/types.h>

#define STATUS_SIZE 32

/* "pid" as a number, 0 where there is none that could be one. */
pid_t state_pid(const char *json);
/* "status", "" where it is no word. */
void state_status(const char *json, char status[STATUS_SIZE]);
