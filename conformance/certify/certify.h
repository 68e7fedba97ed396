/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of build/maskspec-certify, which maskspec calls by their names. They are a program
 * of their own, so that maskspec needs no libcrypto.
 */
#pragma once

#include "conformance/certify/passphrase.h"
#include "conformance/maskspec.h"

command_main cmd_certify, cmd_keygen, cmd_verify;

/* The options of what reads or writes a private key, for getopt_long(3) (<getopt.h>). */
#define PASSPHRASE_OPTIONS                                                                         \
	{ "passphrase", no_argument, NULL, 'p' },                                                  \
	{                                                                                          \
		"passphrase-fd", required_argument, NULL, 'P'                                      \
	}
/* Takes the one that getopt_long() returned as @c: 0, or the exit status after a message. */
int passphrase_option(const char *command, int c, const char *arg, struct passphrase_source *ret);
