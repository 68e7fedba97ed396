/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <time.h>

#include "reference/cli.h"
#include "reference/seam.h"

/* Output ------------------------------------------------------------------------------------- */

static void log_json(FILE *file, const char *time, const char *text)
{
	_cleanup_json_ cJSON *line = cJSON_CreateObject();
	_cleanup_free_ char *printed = NULL;

	cJSON_AddStringToObject(line, "level", "error");
	cJSON_AddStringToObject(line, "msg", text);
	cJSON_AddStringToObject(line, "time", time);
	printed = cJSON_PrintUnformatted(line);
	fprintf(file, "%s\n", printed ? printed : "");
}

static void log_fault(const struct cli *cli, const struct fault *f)
{
	_cleanup_fclose_ FILE *file = cli->log ? fopen(cli->log, "ae") : NULL;
	char stamp[32];
	time_t now = time(NULL);
	struct tm tm;

	if (!file)
		return;
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	if (cli->log_json)
		log_json(file, stamp, f->text);
	else
		fprintf(file, "%s error: %s\n", stamp, f->text);
}

int fail(const struct cli *cli, const struct fault *f)
{
	fprintf(stderr, "maskref: %s\n", f->text);
	log_fault(cli, f);
	return EXIT_FAILURE;
}

int usage_error(const struct cli *cli, const char *what, const char *which)
{
	struct fault f;

	fault_path(&f, EINVAL, what, which);
	return fail(cli, &f);
}

/* Options ------------------------------------------------------------------------------------ */

struct cli_option {
	const char *name;
	char letter;
	int commands; /* bits of enum command_bit */
	const char *argument;
	int (*set)(struct cli *cli, const char *value);
	const char *help;
};

static int set_root(struct cli *cli, const char *value)
{
	cli->c.state_root = value;
	return 0;
}

static int set_strategy(struct cli *cli, const char *value)
{
	cli->strategy = value;
	return 0;
}

static int set_fault(struct cli *cli, const char *value)
{
	cli->mutant = value;
	return 0;
}

static int set_hold(_unused_ struct cli *cli, const char *value)
{
	return seam_hold ? seam_hold(value) : -EINVAL;
}

static int set_log(struct cli *cli, const char *value)
{
	cli->log = value;
	return 0;
}

static int set_log_format(struct cli *cli, const char *value)
{
	cli->log_json = streq(value, "json");
	return cli->log_json || streq(value, "text") ? 0 : -EINVAL;
}

static int set_bundle(struct cli *cli, const char *value)
{
	cli->bundle = value;
	return 0;
}

static int set_pid_file(struct cli *cli, const char *value)
{
	cli->c.pid_file = value;
	return 0;
}

static int set_detach(struct cli *cli, _unused_ const char *value)
{
	cli->detach = true;
	return 0;
}

static int set_all(struct cli *cli, _unused_ const char *value)
{
	cli->c.all = true;
	return 0;
}

static int set_force(struct cli *cli, _unused_ const char *value)
{
	cli->c.force = true;
	return 0;
}

static int set_process(struct cli *cli, const char *value)
{
	cli->exec.process_file = value;
	return 0;
}

static int set_resources(struct cli *cli, const char *value)
{
	cli->c.resources_file = value;
	return 0;
}

static int set_user(struct cli *cli, const char *value)
{
	cli->exec.user = value;
	return 0;
}

static int set_cwd(struct cli *cli, const char *value)
{
	cli->exec.cwd = value;
	return *value == '/' ? 0 : -EINVAL;
}

static int set_env(struct cli *cli, const char *value)
{
	const char **env;

	if (!strchr(value, '='))
		return -EINVAL;
	env = realloc(cli->exec.env, (cli->exec.n_env + 1) * sizeof(*env));
	if (!env)
		return -ENOMEM;
	cli->exec.env = env;
	env[cli->exec.n_env++] = value;
	return 0;
}

static int set_version(struct cli *cli, _unused_ const char *value)
{
	cli->instead = "--version";
	return 0;
}

static int set_help(struct cli *cli, _unused_ const char *value)
{
	cli->instead = "--help";
	return 0;
}

static int set_list(struct cli *cli, _unused_ const char *value)
{
	cli->instead = "--list-mutants";
	return 0;
}

static const struct cli_option options[] = {
	{ "root", 'r', GLOBAL, "DIR", set_root,
	  "keep states below DIR (/run/maskref; not root: $XDG_RUNTIME_DIR/maskref)" },
	{ "strategy", 's', GLOBAL, "NAME", set_strategy, "how directories are masked" },
	{ "mutant", 'm', GLOBAL, "NAME", set_fault, "start with a fault (test build only)" },
	{ "hold-fd", 'o', GLOBAL, "N:PATH", set_hold, "hold PATH as fd N (test build only)" },
	{ "log", 'l', GLOBAL, "FILE", set_log, "append the error to FILE, too" },
	{ "log-format", 'f', GLOBAL, "FORMAT", set_log_format, "text or json" },
	{ "version", 'v', GLOBAL, NULL, set_version, "print the version" },
	{ "help", 'h', GLOBAL, NULL, set_help, "print this" },
	{ "list-mutants", 'L', GLOBAL, NULL, set_list, "print the faults of the test build" },
	{ "bundle", 'b', CREATE | RUN, "DIR", set_bundle, "the bundle (current directory)" },
	{ "pid-file", 'p', CREATE | RUN, "FILE", set_pid_file, "write the PID of init to FILE" },
	{ "detach", 'd', RUN, NULL, set_detach, "do not wait for the end" },
	{ "all", 'a', KILL, NULL, set_all, "signal all processes of the container" },
	{ "force", 'f', DELETE, NULL, set_force, "kill it first; no error when there is none" },
	{ "process", 'p', EXEC, "FILE", set_process, "a process object of config.json" },
	{ "resources", 'r', UPDATE, "FILE", set_resources, "linux.resources: pids.limit only" },
	{ "user", 'u', EXEC, "UID[:GID]", set_user, "run as this user" },
	{ "cwd", 'c', EXEC, "DIR", set_cwd, "absolute working directory" },
	{ "env", 'e', EXEC, "K=V", set_env, "add to the environment; may be repeated" },
};

/* Fills @getopts and @letters from the rows for @command. */
static void build_getopt(int command, struct option *getopts, char *letters)
{
	*letters++ = '+';
	*letters++ = ':';
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const struct cli_option *o = &options[i];

		if (!(o->commands & command))
			continue;
		*getopts++ =
			(struct option){ o->name, o->argument ? required_argument : no_argument,
					 NULL, o->letter };
		if (command == GLOBAL)
			continue;
		*letters++ = o->letter;
		if (o->argument)
			*letters++ = ':';
	}
	*getopts = (struct option){ 0 };
	*letters = '\0';
}

static const struct cli_option *find_option(int command, int letter)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if ((options[i].commands & command) && options[i].letter == letter)
			return &options[i];
	return NULL;
}

int parse_options(struct cli *cli, int command)
{
	struct option getopts[ARRAY_SIZE(options) + 1];
	char letters[2 * ARRAY_SIZE(options) + 3];
	int letter;

	build_getopt(command, getopts, letters);
	optind = 0;
	opterr = 0;
	while ((letter = getopt_long(cli->n_args, cli->args, letters, getopts, NULL)) != -1) {
		const struct cli_option *o = find_option(command, letter);

		if (letter == '?' || letter == ':' || !o)
			return usage_error(cli, "unknown or incomplete option",
					   cli->args[optind - 1]);
		if (o->set(cli, optarg) < 0)
			return usage_error(cli, o->name, optarg);
	}
	cli->args += optind;
	cli->n_args -= optind;
	return 0;
}

void print_options(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		printf("  --%s%s%s: %s\n", options[i].name, options[i].argument ? " " : "",
		       options[i].argument ? options[i].argument : "", options[i].help);
}
