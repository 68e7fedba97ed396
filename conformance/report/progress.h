/* SPDX-License-Identifier: Apache-2.0 */
/* One line that says how far the run is, on a terminal; nothing at all elsewhere. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct progress {
	FILE *out;
	unsigned int total;
	double begun;
	bool tty;
};

void progress_start(struct progress *p, FILE *out, unsigned int total, bool tty);
/* @running: names of the cases under way, "" for none. Call it as often as you like. */
void progress_update(const struct progress *p, unsigned int done, const char *running);
/* Clears the line, so that what follows begins at the left. */
void progress_end(const struct progress *p);
