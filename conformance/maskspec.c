/* SPDX-License-Identifier: Apache-2.0 */
/* maskspec: the command table, help, and what the commands share. */
#include "conformance/maskspec.h"

#include <fcntl.h>
#include <signal.h>

#include "version.h"

static const struct {
	const char *name;
	command_main *main;
	const char *args;
	const char *help;
	bool has_options; /* of which it tells by --help */
} commands[] = {
	{ "list", cmd_list, "[requirements|cases|mutants] [--json]",
	  "what there is: requirements, cases, mutants", false },
	{ "explain", cmd_explain, "ID", "a requirement: sentence, level, why, source, killers",
	  false },
	{ "show", cmd_show, "BUNDLE [--write DIR]",
	  "a case: tree, lists, config.json; writes a bundle to run by hand", false },
	{ "run", cmd_run, "--runtime PATH [OPTION]...", "observe and judge a runtime", true },
	{ "shell", cmd_shell, "--kernels NAME --runtime PATH [OPTION]...",
	  "a shell on a kernel in a virtual machine, cases and bundles at hand", true },
	{ "kernels", cmd_kernels, "[OPTION]...",
	  "kernels that can be named, where they are from, and which are here", true },
	{ "observe", cmd_observe, "OPTION... CASE...", "only observe: cases in, facts out", true },
	{ "judge", cmd_judge, "FOLDER... | FACTS... [--json] [OPTION]...",
	  "only judge: facts in, report on stdout; no root, any machine", true },
	{ "report", cmd_report, "--format NAME REPORT | FACTS...",
	  "a report in another format, on stdout: HTML, JUnit, Markdown, CSV, TAP, JSON", true },
	{ "expect", cmd_expect, "--from REPORT | FACTS...",
	  "a draft of an EXPECT file, on stdout: what fell, to be given its reasons", true },
	{ "merge", cmd_merge, "[OPTION]... REPORT...",
	  "one report of shards, a matrix of kernels and runtimes, on stdout", true },
	{ "diff", cmd_diff, "OLD NEW [OPTION]...",
	  "what regressed, was mended, is new or gone between two reports or matrices", true },
	{ "site", cmd_site, "DIR | REPORT... -o OUT",
	  "static pages of many runs: runtimes by kernels, each requirement, each run", true },
	{ "certify", cmd_certificate, "--runtime R --kernels NAMES [--key KEY.pem] [OPTION]...",
	  "run it as a profile asks; evidence and grades in an archive, signed", true },
	{ "verify", cmd_certificate, "CERTIFICATE.tar --key KEY.pub.pem [OPTION]...",
	  "whether a certificate is whole, signed, and what its facts come to here", true },
	{ "keygen", cmd_certificate, "-o KEY.pem [--type p256|ed25519] [OPTION]... | --id FILE",
	  "a key that signs certificates, and its public half", true },
	{ "version", cmd_version, "", "version, commit, digest and version of the specification",
	  false },
};

static void usage(FILE *out)
{
	size_t i;

	fputs("usage: maskspec COMMAND [ARGUMENT]...\n\n", out);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].help);
	fputs("\n`maskspec help COMMAND` says more. Exit status: 0 conforms, 1 a MUST failed or "
	      "masking "
	      "is\nnot implemented, 2 usage, 3 the kit or the machine is at fault, 4 nothing "
	      "ran.\n",
	      out);
}

static int help(const char *name)
{
	size_t i;

	for (i = 0; name && i < ARRAY_SIZE(commands); i++) {
		char *argv[] = { (char *)(uintptr_t)name, (char *)(uintptr_t) "--help", NULL };

		if (!streq(commands[i].name, name))
			continue;
		printf("usage: maskspec %s %s\n%s\n", name, commands[i].args, commands[i].help);
		fflush(stdout);
		return commands[i].has_options ? commands[i].main(2, argv) : 0;
	}
	if (name)
		return complain(EXIT_USAGE, "no command \"%s\"; see `maskspec help`", name);
	usage(stdout);
	return 0;
}

bool load_cases(const char *fixtures, struct case_list *ret)
{
	_cleanup_free_ char *dir = xasprintf("%s/bundles", fixtures);
	_cleanup_free_ char *error = NULL;

	if (fixtures_load(dir, ret, &error) == 0)
		return true;
	complain(EXIT_USAGE, "%s", error);
	return false;
}

/* fixtures/mutants.tsv: name, fault, modelled on, ids that must fall. */
char *killers_of(const char *fixtures, const char *id)
{
	_cleanup_free_ char *path = xasprintf("%s/mutants.tsv", fixtures);
	_cleanup_free_ char *text = NULL;
	_cleanup_text_ struct text t = { 0 };
	char *rest, *line;

	if (read_file_at(AT_FDCWD, path, CASE_MAX, &text, NULL) < 0)
		return xstrdup("");
	for (rest = text; (line = next_line(&rest));) {
		char *f[5];

		if (*line != '#' && split_record(line, f, 5) >= 4 && has_word(f[3], id))
			text_addf(&t, "%s%s", t.len ? " " : "", f[0]);
	}
	return xstrdup(text_str(&t));
}

int print_report(const struct report *r, bool json)
{
	bool tty = isatty(STDOUT_FILENO) && !json;
	bool colour = tty && !getenv("NO_COLOR");
	int status = outcome_exit(r->outcome);

	if (json)
		report_json(r, stdout);
	else if (tty)
		report_text(r, stdout, colour);
	else
		report_tap(r, stdout);
	if (fflush(stdout) != 0)
		return complain(EXIT_BROKEN, "stdout: %s", errno_name(errno));
	if (!tty && !json)
		report_text(r, stderr, false);
	fprintf(stderr, "maskspec: %s (exit %d)\n", outcome_names[r->outcome], status);
	return status;
}

int cmd_version(_unused_ int argc, _unused_ char **argv)
{
	printf("maskspec %s\ncommit %s\nspec %s\nspec-version %s\n", MASKSPEC_VERSION,
	       MASKSPEC_COMMIT, MASKSPEC_SPEC, MASKSPEC_SPEC_VERSION);
	return 0;
}

int cmd_observe(_unused_ int argc, char **argv)
{
	_cleanup_free_ char *dir = program_dir();
	_cleanup_free_ char *path = xasprintf("%s/observe", dir);

	execv(path, argv);
	return complain(EXIT_BROKEN, "%s: %s; %s", path, errno_name(errno), kit_remedy());
}

/* certify, verify and keygen need libcrypto, which nothing else does. */
int cmd_certificate(int argc, char **argv)
{
	_cleanup_free_ char *dir = program_dir();
	_cleanup_free_ char *path = xasprintf("%s/maskspec-certify", dir);
	_cleanup_free_ char **args = xcalloc((size_t)argc + 2, sizeof(*args));

	args[0] = path;
	memcpy(args + 1, argv, (size_t)argc * sizeof(*args));
	execv(path, args);
	if (errno == ENOENT)
		return complain(EXIT_BROKEN,
				"%s: maskspec-certify is not in %s; run: make certify-kit, or "
				"install the package that has it",
				argv[0], dir);
	return complain(EXIT_BROKEN, "%s: %s", path, errno_name(errno));
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "help";
	size_t i;

	/* Inherited as ignored it would leave no child a status. */
	signal(SIGCHLD, SIG_DFL);
	if (streq(name, "help") || streq(name, "--help") || streq(name, "-h"))
		return help(argc > 2 ? argv[2] : NULL);
	if (streq(name, "--version"))
		name = "version";
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (streq(commands[i].name, name))
			return commands[i].main(argc - 1, argv + 1);
	usage(stderr);
	return complain(EXIT_USAGE, "no command \"%s\"", name);
}
