/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of build/maskspec; each returns the exit status documented in style 16. */
#pragma once

#include "conformance/assemble.h"
#include "conformance/fixture.h"
#include "conformance/kit.h"
#include "conformance/report/read.h"

#define EXIT_USAGE 2
#define EXIT_BROKEN 3
#define EXIT_NOTHING_RAN 4

typedef int command_main(int argc, char **argv);
command_main cmd_list, cmd_explain, cmd_show, cmd_run, cmd_observe, cmd_judge, cmd_report,
	cmd_expect, cmd_merge, cmd_diff, cmd_shell, cmd_site, cmd_certificate, cmd_kernels,
	cmd_version;

/* Writes DIR/CONTAINER for each container of a case, to be run by hand: 0, or the exit status after
 * a message. What is left to do is in show_by_hand. */
int show_write(const struct test_case *c, const char *dir);
extern const char show_by_hand[];
/*
 * The options of all that judges, for getopt_long(3) (<getopt.h>), and what takes one: false where
 * @c, which that returned, is none of them. The values are not copied.
 */
#define JUDGE_OPTIONS                                                                              \
	{ "expect", required_argument, NULL, 'e' }, { "strict", no_argument, NULL, 's' },          \
		{ "withheld", required_argument, NULL, 'w' },                                      \
		{ "publish", no_argument, NULL, 'p' },                                             \
	{                                                                                          \
		"fixtures", required_argument, NULL, 'f'                                           \
	}
bool judge_option(struct judge_options *o, int c);
/* What getopt_long(3) returned takes a text, which is not copied: false where @c is none of @n. */
struct text_option {
	int c;
	const char **slot;
};
bool text_option(const struct text_option *t, size_t n, int c);
/* Cases of @fixtures, or NULL after a message on stderr. */
bool load_cases(const char *fixtures, struct case_list *ret);
/* Absolute path of a runtime, given by its path or as a command's name; NULL: there is none. Owned
 * by the caller. */
char *find_runtime_path(const char *given);
/* Makes a folder and those above it; a negative errno. */
int make_folders(const char *path);
/* Prints a message for the user and returns @status. */
_printf_(2, 3) int complain(int status, const char *fmt, ...);
/* The same of each line of @lines, which is about @of. */
void complain_lines(const char *of, const struct text *lines);
/* Removes the folder @dir with all that is in it; what can't be removed stays. */
void remove_folder(const char *dir);
/* Adds what the report.json at @path has. As of reports_read(), or another negative errno. */
int reports_read_file(const char *path, struct reports *rs, char **ret_error);
/*
 * Adds the reports that @args name: report.json, a folder that has one, a folder of facts, facts
 * files side by side. 0, or a negative errno with *@ret_error, a sentence (owned by the caller).
 */
int reports_load(char *const *args, size_t n, const struct judge_options *o, struct reports *rs,
		 char **ret_error);
/* Writes the report to stdout as its kind demands and ends with the line on stderr. */
int print_report(const struct report *r, bool json);
/* The mutants that fixtures/mutants.tsv declares to kill @id, blank-separated; owned. */
char *killers_of(const char *fixtures, const char *id);
