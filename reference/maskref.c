/* SPDX-License-Identifier: Apache-2.0 */
/* The OCI command line. Options and commands are tables; the only file that prints. */
#include <getopt.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "reference/container.h"
#include "reference/seam.h"

#define VERSION "0.1.0"
#define SPEC_VERSION "1.2.0"

struct cli {
	struct container c;
	struct exec_options exec;
	const char *bundle, *strategy, *mutant, *log;
	bool log_json, detach;
	char **args;
	int n_args;
};

/* Options ------------------------------------------------------------------------------------ */

enum command_bit { GLOBAL = 1, CREATE = 2, RUN = 4, KILL = 8, DELETE = 16, EXEC = 32 };

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
	const char **env = realloc(cli->exec.env, (cli->exec.n_env + 1) * sizeof(*env));

	if (!env || !strchr(value, '='))
		return -EINVAL;
	cli->exec.env = env;
	env[cli->exec.n_env++] = value;
	return 0;
}

static const struct cli_option options[] = {
	{ "root", 'r', GLOBAL, "DIR", set_root, "keep states below DIR (/run/maskref)" },
	{ "strategy", 's', GLOBAL, "NAME", set_strategy, "how directories are masked" },
	{ "mutant", 'm', GLOBAL, "NAME", set_fault, "start with a fault (test build only)" },
	{ "log", 'l', GLOBAL, "FILE", set_log, "append the error to FILE, too" },
	{ "log-format", 'f', GLOBAL, "FORMAT", set_log_format, "text or json" },
	{ "bundle", 'b', CREATE | RUN, "DIR", set_bundle, "the bundle (current directory)" },
	{ "pid-file", 'p', CREATE | RUN, "FILE", set_pid_file, "write the PID of init to FILE" },
	{ "detach", 'd', RUN, NULL, set_detach, "do not wait for the end" },
	{ "all", 'a', KILL, NULL, set_all, "signal all processes of the container" },
	{ "force", 'f', DELETE, NULL, set_force, "kill it first; no error when there is none" },
	{ "process", 'p', EXEC, "FILE", set_process, "a process object of config.json" },
	{ "user", 'u', EXEC, "UID[:GID]", set_user, "run as this user" },
	{ "cwd", 'c', EXEC, "DIR", set_cwd, "absolute working directory" },
	{ "env", 'e', EXEC, "K=V", set_env, "add to the environment; may be repeated" },
};

static int fail(const struct cli *cli, const struct fault *f);

static int usage_error(const struct cli *cli, const char *what, const char *which)
{
	struct fault f;

	fault_path(&f, EINVAL, what, which);
	return fail(cli, &f);
}

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

/* Takes the options of @command off cli->args; 0, or the exit status. */
static int parse_options(struct cli *cli, int command)
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

static int fail(const struct cli *cli, const struct fault *f)
{
	fprintf(stderr, "maskref: %s\n", f->text);
	log_fault(cli, f);
	return EXIT_FAILURE;
}

/* Commands ----------------------------------------------------------------------------------- */

static int create(struct cli *cli, struct fault *f)
{
	struct container *c = &cli->c;
	const char *bundle = cli->bundle ? cli->bundle : ".";

	c->id = cli->args[0];
	c->bundle = realpath(bundle, NULL);
	if (!c->bundle)
		return fault_path(f, errno, "bundle", bundle);
	return container_create(c, f);
}

static int command_create(struct cli *cli)
{
	struct fault f;

	return create(cli, &f) < 0 ? fail(cli, &f) : 0;
}

static int command_start(struct cli *cli)
{
	struct fault f;

	cli->c.id = cli->args[0];
	return container_start(&cli->c, &f) < 0 ? fail(cli, &f) : 0;
}

static int command_state(struct cli *cli)
{
	_cleanup_free_ char *text = NULL;
	struct fault f;

	cli->c.id = cli->args[0];
	if (state_load(&cli->c, &f) < 0)
		return fail(cli, &f);
	if (state_print(&cli->c, &text) < 0)
		return usage_error(cli, "print the state", cli->c.id);
	puts(text);
	return 0;
}

static const struct {
	const char *name;
	int number;
} signals[] = {
	{ "HUP", SIGHUP },   { "INT", SIGINT },	    { "QUIT", SIGQUIT }, { "KILL", SIGKILL },
	{ "USR1", SIGUSR1 }, { "USR2", SIGUSR2 },   { "PIPE", SIGPIPE }, { "ALRM", SIGALRM },
	{ "TERM", SIGTERM }, { "CHLD", SIGCHLD },   { "CONT", SIGCONT }, { "STOP", SIGSTOP },
	{ "TSTP", SIGTSTP }, { "WINCH", SIGWINCH }, { "ABRT", SIGABRT },
};

static int parse_signal(const char *text)
{
	const char *name = strip_prefix(text, "SIG");
	char *end;
	long number = strtol(text, &end, 10);

	if (end != text && !*end)
		return number >= 0 && number <= SIGRTMAX ? (int)number : -EINVAL;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (streq(signals[i].name, name ? name : text))
			return signals[i].number;
	return -EINVAL;
}

static int command_kill(struct cli *cli)
{
	int sig = cli->n_args > 1 ? parse_signal(cli->args[1]) : SIGTERM;
	struct fault f;

	cli->c.id = cli->args[0];
	if (sig < 0)
		return usage_error(cli, "not a signal", cli->args[1]);
	return container_kill(&cli->c, sig, &f) < 0 ? fail(cli, &f) : 0;
}

static int command_delete(struct cli *cli)
{
	struct fault f;
	int r;

	cli->c.id = cli->args[0];
	r = container_delete(&cli->c, &f);
	/* Forcing asks for an end state: that there was nothing to begin with is no error. */
	if (r == -ENOENT && cli->c.force && cli->c.state_fd < 0)
		return 0;
	return r < 0 ? fail(cli, &f) : 0;
}

static pid_t forward_to;

static void forward_signal(int sig)
{
	if (forward_to > 0)
		kill(forward_to, sig);
}

static void forward_signals(pid_t pid)
{
	static const int forwarded[] = { SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGUSR1, SIGUSR2 };
	struct sigaction action = { .sa_handler = forward_signal };

	forward_to = pid;
	for (size_t i = 0; i < ARRAY_SIZE(forwarded); i++)
		sigaction(forwarded[i], &action, NULL);
}

/* A container of `run` is gone when run ends, however it ends. */
static int remove_container(struct cli *cli, struct fault *f)
{
	struct container again;
	int r;

	container_init(&again);
	again.id = cli->c.id;
	again.state_root = cli->c.state_root;
	again.force = true;
	r = container_delete(&again, f);
	container_done(&again);
	return r;
}

static int command_run(struct cli *cli)
{
	struct container started;
	struct fault f, later;
	int r = create(cli, &f);
	int status = 0;

	if (r < 0)
		return fail(cli, &f);
	container_init(&started);
	started.id = cli->c.id;
	started.state_root = cli->c.state_root;
	forward_signals(cli->c.pid);
	r = container_start(&started, &f);
	container_done(&started);
	if (r == 0 && cli->detach)
		return 0;
	if (r == 0)
		status = process_reap(cli->c.pid);
	if (remove_container(cli, &later) < 0 && r == 0)
		return fail(cli, &later);
	return r < 0 ? fail(cli, &f) : status;
}

static int command_exec(struct cli *cli)
{
	struct fault f;
	int r;

	cli->c.id = cli->args[0];
	cli->exec.args = cli->args + 1;
	if (!cli->exec.args[0] && !cli->exec.process_file)
		return usage_error(cli, "exec: no command", cli->c.id);
	r = container_exec(&cli->c, &cli->exec, &f);
	return r < 0 ? fail(cli, &f) : cli->c.exit_status;
}

static int command_features(_unused_ struct cli *cli)
{
	puts("{\n\t\"ociVersionMin\": \"1.0.0\",\n\t\"ociVersionMax\": \"" SPEC_VERSION "\",\n"
	     "\t\"hooks\": [],\n\t\"linux\": {\n"
	     "\t\t\"namespaces\": [\"cgroup\", \"ipc\", \"mount\", \"network\", \"pid\", \"user\", "
	     "\"uts\"],\n"
	     "\t\t\"cgroup\": {\"v1\": true, \"v2\": true, \"systemd\": false},\n"
	     "\t\t\"seccomp\": {\"enabled\": false},\n\t\t\"apparmor\": {\"enabled\": false},\n"
	     "\t\t\"selinux\": {\"enabled\": false}\n\t}\n}");
	return 0;
}

static int command_version(_unused_ struct cli *cli)
{
	puts("maskref version " VERSION "\nspec: " SPEC_VERSION);
	return 0;
}

static int command_list(_unused_ struct cli *cli)
{
	const char *name;

	for (size_t i = 0; seam_name && (name = seam_name(i)); i++)
		puts(name);
	return 0;
}

static int command_help(struct cli *cli);

static const struct command {
	const char *name;
	int bit;
	int min_args, max_args;
	int (*run)(struct cli *cli);
	const char *help;
} commands[] = {
	{ "create", CREATE, 1, 1, command_create, "ID: make a container, masked, not yet started" },
	{ "start", 0, 1, 1, command_start, "ID: execute the payload" },
	{ "state", 0, 1, 1, command_state, "ID: print the state as JSON" },
	{ "kill", KILL, 1, 2, command_kill, "ID [SIGNAL]: send a signal (TERM)" },
	{ "delete", DELETE, 1, 1, command_delete, "ID: remove a stopped container" },
	{ "run", RUN, 1, 1, command_run, "ID: create, start, wait, delete" },
	{ "exec", EXEC, 1, 1 << 20, command_exec, "ID COMMAND...: run in the container" },
	{ "features", 0, 0, 0, command_features, "print what is supported as JSON" },
	{ "--version", 0, 0, 0, command_version, "print the version" },
	{ "--list-mutants", 0, 0, 0, command_list, "print the faults of the test build" },
	{ "--help", 0, 0, 0, command_help, "print this" },
};

static int command_help(_unused_ struct cli *cli)
{
	puts("maskref [OPTION]... COMMAND [OPTION]... [ARGUMENT]...");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-16s %s\n", commands[i].name, commands[i].help);
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		printf("  --%s %s: %s\n", options[i].name,
		       options[i].argument ? options[i].argument : "", options[i].help);
	for (size_t i = 0; mask_strategy_name(i); i++)
		printf("  strategy %s\n", mask_strategy_name(i));
	return 0;
}

static int apply_globals(struct cli *cli)
{
	const char *strategy = cli->strategy ? cli->strategy : mask_strategy_name(0);

	cli->c.strategy = mask_strategy_find(strategy);
	if (!cli->c.strategy)
		return usage_error(cli, "unknown strategy", strategy);
	if (!cli->mutant)
		return 0;
	if (!seam_install || seam_install(cli->mutant, &seam) < 0)
		return usage_error(cli, "unknown mutant", cli->mutant);
	return 0;
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (streq(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int run_command(struct cli *cli)
{
	const struct command *command;
	int r = parse_options(cli, GLOBAL);

	if (r == 0)
		r = apply_globals(cli);
	if (r)
		return r;
	command = cli->n_args > 0 ? find_command(cli->args[0]) : NULL;
	if (!command)
		return usage_error(cli, "no such command, see --help",
				   cli->n_args > 0 ? cli->args[0] : "");
	r = parse_options(cli, command->bit);
	if (r)
		return r;
	if (cli->n_args < command->min_args || cli->n_args > command->max_args)
		return usage_error(cli, "wrong number of arguments", command->name);
	return command->run(cli);
}

int main(int argc, char **argv)
{
	/* Names that look like options but are commands must not reach getopt. */
	static struct cli cli;
	const struct command *first = argc > 1 && *argv[1] == '-' ? find_command(argv[1]) : NULL;
	int status;

	cli.args = argv;
	cli.n_args = argc;
	container_init(&cli.c);
	status = first ? first->run(&cli) : run_command(&cli);
	free(cli.exec.env);
	container_done(&cli.c);
	return status;
}
