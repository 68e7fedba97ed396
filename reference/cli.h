/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of maskref: what its options mean, and how an error is told. */
#pragma once

#include "reference/container.h"

struct cli {
	struct container c;
	struct exec_options exec;
	const char *bundle, *strategy, *mutant, *log;
	const char *instead; /* of a command: --version, --help, --list-mutants */
	bool log_json, detach;
	char **args;
	int n_args;
};

/* Which options a command takes; GLOBAL ones come before it. */
enum command_bit { GLOBAL = 1, CREATE = 2, RUN = 4, KILL = 8, DELETE = 16, EXEC = 32, UPDATE = 64 };

/* Takes the options of @command off cli->args; 0, or the exit status. */
int parse_options(struct cli *cli, int command);
/* Prints one line for each option. */
void print_options(void);

/* Both print, log, and return the exit status. */
int fail(const struct cli *cli, const struct fault *f);
int usage_error(const struct cli *cli, const char *what, const char *which);
