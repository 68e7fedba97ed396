/* SPDX-License-Identifier: Apache-2.0 */
/* The OCI commands, a table. */
#include <signal.h>

#include "reference/cli.h"
#include "reference/seam.h"

#define VERSION "0.1.0"
#define SPEC_VERSION "1.2.0"

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

static int command_pause(struct cli *cli)
{
	struct fault f;

	cli->c.id = cli->args[0];
	return container_pause(&cli->c, &f) < 0 ? fail(cli, &f) : 0;
}

static int command_resume(struct cli *cli)
{
	struct fault f;

	cli->c.id = cli->args[0];
	return container_resume(&cli->c, &f) < 0 ? fail(cli, &f) : 0;
}

static int command_update(struct cli *cli)
{
	struct fault f;

	cli->c.id = cli->args[0];
	if (!cli->c.resources_file)
		return usage_error(cli, "update: no --resources", cli->c.id);
	return container_update(&cli->c, &f) < 0 ? fail(cli, &f) : 0;
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
	     "\t\"hooks\": [\"createContainer\", \"startContainer\"],\n\t\"linux\": {\n"
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
	{ "pause", 0, 1, 1, command_pause, "ID: stop all processes by the freezer" },
	{ "resume", 0, 1, 1, command_resume, "ID: let them go on" },
	{ "update", UPDATE, 1, 1, command_update, "ID: change the limits of the cgroups" },
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
	print_options();
	for (size_t i = 0; mask_strategy_name(i); i++)
		printf("  strategy %s\n", mask_strategy_name(i));
	return 0;
}

/* Where each user may write, and nobody else. */
static int find_state_root(struct cli *cli)
{
	static char path[4096];
	struct fault f;
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	int n;

	if (cli->c.state_root)
		return 0;
	n = geteuid() == 0		 ? snprintf(path, sizeof(path), "/run/maskref")
	    : runtime && *runtime == '/' ? snprintf(path, sizeof(path), "%s/maskref", runtime)
					 : -1;
	if (n < 0 || (size_t)n >= sizeof(path)) {
		fault_set(&f, EINVAL,
			  "not root, and no XDG_RUNTIME_DIR to keep the state in: set it, "
			  "or give --root");
		return fail(cli, &f);
	}
	cli->c.state_root = path;
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
	command = cli->instead	    ? find_command(cli->instead)
		  : cli->n_args > 0 ? find_command(cli->args[0])
				    : NULL;
	if (!command)
		return usage_error(cli, "no such command, see --help",
				   cli->n_args > 0 ? cli->args[0] : "");
	if (cli->instead)
		return command->run(cli);
	r = parse_options(cli, command->bit);
	if (r)
		return r;
	if (cli->n_args < command->min_args || cli->n_args > command->max_args)
		return usage_error(cli, "wrong number of arguments", command->name);
	r = command->min_args > 0 ? find_state_root(cli) : 0;
	return r ? r : command->run(cli);
}

int main(int argc, char **argv)
{
	static struct cli cli;
	int status;

	/* Whoever starts us may have it ignored; then no child would leave a status. */
	signal(SIGCHLD, SIG_DFL);
	cli.args = argv;
	cli.n_args = argc;
	container_init(&cli.c);
	cli.c.state_root = NULL;
	status = run_command(&cli);
	free(cli.exec.env);
	container_done(&cli.c);
	return status;
}
