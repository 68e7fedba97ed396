/* SPDX-License-Identifier: Apache-2.0 */
#include "vm/boot.h"

#include "conformance/kit.h"
#include "conformance/words.h"

#include <fcntl.h>
#include <getopt.h>

enum { EXIT_OK, EXIT_USAGE = 2, EXIT_BROKEN };

#define TRIES 2

/* Options ---------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	size_t offset;
	const char *help;
} words[] = {
	{ "kernel", offsetof(struct boot_options, kernel), "FILE   vmlinuz or bzImage" },
	{ "initrd", offsetof(struct boot_options, initrd), "FILE   of vm/image" },
	{ "facts", offsetof(struct boot_options, facts), "DIR    gets the facts and `machine`" },
	{ "console", offsetof(struct boot_options, console), "FILE   what the kernel says" },
	{ "image", offsetof(struct boot_options, image), "SHA256 of the kernel, for `machine`" },
	{ "append", offsetof(struct boot_options, append), "WORDS  kernel command line" },
	{ "memory", offsetof(struct boot_options, memory), "MIB    512" },
	{ "cpus", offsetof(struct boot_options, cpus), "N      1" },
	{ "cgroup", offsetof(struct boot_options, cgroup), "LAYOUT v2, v1 or hybrid" },
	{ "accel", offsetof(struct boot_options, accel), "KIND   auto, tcg or kvm" },
	{ "cache", offsetof(struct boot_options, cache), "DIR    remembers whether KVM works" },
	{ "qemu", offsetof(struct boot_options, qemu), "FILE   qemu-system-x86_64" },
};

static const struct {
	const char *name;
	size_t offset;
	const char *help;
} seconds[] = {
	{ "boot-timeout", offsetof(struct boot_options, boot_s), "S  to init's first word, 60" },
	{ "case-timeout", offsetof(struct boot_options, case_s), "S  without any word, 300" },
	{ "timeout", offsetof(struct boot_options, whole_s), "S  for all, 3600" },
};

static void help(FILE *out)
{
	size_t i;

	fputs("usage: boot --kernel FILE --initrd FILE [OPTION]...\n", out);
	for (i = 0; i < ARRAY_SIZE(words); i++)
		fprintf(out, "  --%-13s %s\n", words[i].name, words[i].help);
	for (i = 0; i < ARRAY_SIZE(seconds); i++)
		fprintf(out, "  --%-13s %s\n", seconds[i].name, seconds[i].help);
	fputs("  --shell         a shell on this terminal in place of the cases\n"
	      "  --by-hand       prints the command line of qemu and ends\n",
	      out);
}

#define N_WORDS ARRAY_SIZE(words)
#define N_SECONDS ARRAY_SIZE(seconds)
enum { OPTION_SHELL = 1000, OPTION_BY_HAND, OPTION_HELP };

static void make_table(struct option table[N_WORDS + N_SECONDS + 4])
{
	static const struct option flags[] = {
		{ "shell", no_argument, NULL, OPTION_SHELL },
		{ "by-hand", no_argument, NULL, OPTION_BY_HAND },
		{ "help", no_argument, NULL, OPTION_HELP },
		{ NULL, 0, NULL, 0 },
	};
	size_t i;

	for (i = 0; i < N_WORDS; i++)
		table[i] = (struct option){ words[i].name, required_argument, NULL, (int)i + 1 };
	for (i = 0; i < N_SECONDS; i++)
		table[N_WORDS + i] = (struct option){ seconds[i].name, required_argument, NULL,
						      (int)(N_WORDS + i) + 1 };
	memcpy(&table[N_WORDS + N_SECONDS], flags, sizeof(flags));
}

static int set_value(struct boot_options *o, size_t i, const char *value)
{
	unsigned int *number;

	if (i < N_WORDS) {
		*(const char **)(void *)((char *)o + words[i].offset) = value;
		return 0;
	}
	number = (unsigned int *)(void *)((char *)o + seconds[i - N_WORDS].offset);
	*number = (unsigned int)strtoul(value, NULL, 10);
	return *number && *number < 1000000 ? 0 : -EINVAL;
}

/* -1 to go on, or the exit status. */
static int parse(struct boot_options *o, bool *by_hand, int argc, char **argv)
{
	struct option table[N_WORDS + N_SECONDS + 4];
	int c;

	make_table(table);
	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (c == OPTION_HELP) {
			help(stdout);
			return EXIT_OK;
		}
		o->shell |= c == OPTION_SHELL;
		*by_hand |= c == OPTION_BY_HAND;
		if (c == '?' || (c < OPTION_SHELL && set_value(o, (size_t)c - 1, optarg) < 0)) {
			fprintf(stderr, "boot: bad option or value: %s\n", argv[optind - 1]);
			return EXIT_USAGE;
		}
	}
	if (optind < argc || !o->kernel || !o->initrd) {
		help(stderr);
		return EXIT_USAGE;
	}
	return -1;
}

/* Both are read by qemu only once it runs, and then in words of its own. */
static int check_files(const struct boot_options *o)
{
	const char *const files[] = { o->kernel, o->initrd };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		if (access(files[i], R_OK) == 0)
			continue;
		fprintf(stderr, "boot: %s: %s\n", files[i], errno_name(errno));
		return EXIT_USAGE;
	}
	return -1;
}

/* The end ------------------------------------------------------------------------------------ */

static void add_remarks(struct machine *m, const struct console *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		const struct splat *s = &c->splats[i];

		GROW(m->remarks, m->n);
		m->remarks[m->n++] =
			(struct machine_remark){ s->kind == CONSOLE_FAULT, s->cases, s->lines.s };
	}
}

/* What only its own command line and its end can tell goes where the facts are. */
static int write_machine(const struct watch *w, const char *accel, const char *version)
{
	const struct boot_options *o = w->o;
	_cleanup_free_ char *boot =
		w->begun ? xasprintf("%lu", w->begun_ms - w->started_ms) : xstrdup("");
	struct machine m = {
		.image = o->image,
		.accel = accel,
		.qemu = version,
		.memory = o->memory,
		.cpus = o->cpus,
		.boot = boot,
		.running = text_str(&w->running),
		.doubtful = text_str(&w->doubtful),
		.ended = w->why,
	};
	_cleanup_free_ char *append = qemu_append(o, accel, NULL);
	_cleanup_free_ char *tries = xasprintf("%u", w->tries);
	_cleanup_free_ char *text = NULL;
	int r;

	m.append = append;
	m.tries = tries;
	add_remarks(&m, &w->said);
	text = machine_write(&m);
	free(m.remarks);
	r = write_file_at(w->facts_fd, MACHINE_FILE, text, strlen(text));
	if (r < 0)
		fprintf(stderr, "boot: %s/" MACHINE_FILE ": %s\n", o->facts, errno_name(-r));
	return r;
}

static void on_signal(int sig)
{
	watch_signal = sig;
}

/* Without @argv it can't be started at all. */
static void start(struct watch *w, char *const *argv)
{
	struct qemu q;
	int r;

	if (!argv) {
		w->why = xasprintf("%s can't be run; %s", w->o->qemu,
				   kit_is_installed() ? "install it" : "run: make deps");
		return;
	}
	r = qemu_start(argv, &q);
	if (r == 0)
		watch_machine(w, &q);
	else
		w->why = xasprintf("qemu could not be started: %s", errno_name(-r));
}

static void boot_once(struct watch *w, char *const *argv)
{
	if (!watch_interrupted(w))
		start(w, argv);
	if (w->why)
		fprintf(stderr, "boot: the machine: %s\n", w->why);
}

/*
 * Emulated, a kernel dies while it boots now and then, of what it would not die of on a processor.
 * Nothing was seen by then; another boot is as good.
 */
static bool may_try_again(const struct watch *w, const char *accel)
{
	return w->by_itself && !w->begun && streq(accel, "tcg") && w->tries < TRIES;
}

static int boot(const struct boot_options *o, const char *accel, const char *version, int facts,
		FILE *console)
{
	char **argv = version ? qemu_argv(o, accel, o->shell ? "shell" : NULL) : NULL;
	struct watch w = { 0 };
	unsigned int tries = 0;
	int r;

	do {
		watch_free(&w);
		w = (struct watch){ .o = o,
				    .facts_fd = facts,
				    .console = console,
				    .events = stdout,
				    .tries = ++tries };
		boot_once(&w, argv);
	} while (may_try_again(&w, accel));
	r = w.why ? -EIO : 0;
	if (facts >= 0 && write_machine(&w, accel, version) < 0)
		r = -EIO;
	watch_free(&w);
	words_free(argv);
	return r;
}

/* Without @version qemu can't be run; the facts get to know that, too. */
static int run(const struct boot_options *o, const char *accel, const char *version)
{
	_cleanup_close_ int facts =
		o->facts ? open(o->facts, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -EBADF;
	_cleanup_fclose_ FILE *console = o->console ? fopen(o->console, "we") : NULL;

	if (o->facts && facts < 0) {
		fprintf(stderr, "boot: %s: %s\n", o->facts, errno_name(errno));
		return EXIT_USAGE;
	}
	/* Who waits for a machine, or was killed, has what it said up to then. */
	if (console)
		setvbuf(console, NULL, _IONBF, 0);
	return boot(o, accel, version, facts, console) < 0 ? EXIT_BROKEN : EXIT_OK;
}

int main(int argc, char **argv)
{
	struct boot_options o = { .append = "",
				  .memory = "512",
				  .cpus = "1",
				  .cgroup = "v2",
				  .accel = "auto",
				  .cache = ".",
				  .image = "",
				  .qemu = "qemu-system-x86_64",
				  .boot_s = 60,
				  .case_s = 300,
				  .whole_s = 3600 };
	_cleanup_free_ char *version = NULL;
	struct sigaction sa = { .sa_handler = on_signal };
	bool by_hand = false;
	int status = parse(&o, &by_hand, argc, argv);

	if (status < 0)
		status = check_files(&o);
	if (status >= 0)
		return status;
	if (by_hand) {
		_cleanup_free_ char *line = qemu_by_hand(&o, streq(o.accel, "kvm") ? "kvm" : "tcg");

		return puts(line) < 0 ? EXIT_BROKEN : EXIT_OK;
	}
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigaction(WATCH_ENOUGH, &sa, NULL);
	version = qemu_version(o.qemu);
	return run(&o, version ? accel_choose(&o, version) : "", version);
}
