/* SPDX-License-Identifier: Apache-2.0 */
/* maskspec-certify: what maskspec's commands about certificates are. */
#include "conformance/certify/certify.h"

static const struct {
	const char *name;
	command_main *main;
} commands[] = {
	{ "certify", cmd_certify },
	{ "keygen", cmd_keygen },
	{ "verify", cmd_verify },
};

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (streq(commands[i].name, name))
			return commands[i].main(argc - 1, argv + 1);
	return complain(EXIT_USAGE,
			"maskspec-certify: no command \"%s\"; maskspec calls it, see "
			"`maskspec help`",
			name);
}
