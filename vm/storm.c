/* SPDX-License-Identifier: Apache-2.0 */
#include "vm/storm.h"

#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <fcntl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>

#include "vm/init.h"

#define SUBJECTS_MAX 16

void storm_die(const char *fmt, ...)
{
	va_list ap;

	fputs("storm: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(3);
}

unsigned long storm_now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (unsigned long)ts.tv_sec * 1000000 + (unsigned long)ts.tv_nsec / 1000;
}

/* Slab reclaim beside the containers --------------------------------------------------------- */

/* How often slab was dropped; shared with who does it. */
static volatile unsigned long *drops;

/* 2: slab; 4, once: without a line in the kernel's log each time. */
static pid_t reclaim_start(void)
{
	pid_t pid = fork();

	if (pid < 0)
		storm_die("fork: %s", errno_name(errno));
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	write_existing("/proc/sys/vm/drop_caches", "4");
	while (write_existing("/proc/sys/vm/drop_caches", "2") == 0)
		++*drops;
	_exit(3);
}

static void reclaim_stop(pid_t pid)
{
	int status = 0;

	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (!WIFSIGNALED(status) || !*drops)
		storm_die("slab could not be dropped");
}

/* Rounds ------------------------------------------------------------------------------------- */

static void write_record(const struct storm *s, unsigned int round, const struct text *record)
{
	_cleanup_free_ char *path = xasprintf(MASKSPEC_DIR "/facts/%s.%u.facts", s->name, round);
	int r = write_file_at(AT_FDCWD, path, record->s, record->len);

	if (r < 0)
		storm_die("%s: %s", path, errno_name(-r));
	printf("done %s.%u.case\n", s->name, round);
	fflush(stdout);
}

static void add_head(struct text *t, const struct storm *s, unsigned int round,
		     unsigned long dropped)
{
	struct utsname u;

	uname(&u);
	text_addf(t, "storm\t1\t%s\t%u\t%s\t%u\t%u\t%u\t%s\t%lu\n", s->name, round, u.release,
		  s->containers, s->masks, s->cgroups, s->reclaim ? "reclaim" : "idle", dropped);
}

static void add_sample(struct text *t, const char *label, const struct sample *x)
{
	text_addf(t, "time\t%s\t%lu\t%lu\t%lu\n", label, x->start_us, x->kill_us, x->delete_us);
	text_addf(t, "masks\t%s\t%u\n", label, x->superblocks);
}

/* Who goes first changes from round to round. */
static void one_round(const struct storm *s, const struct subject *subjects, size_t n,
		      unsigned int round, const char *untraced)
{
	_cleanup_text_ struct text body = { 0 };
	_cleanup_text_ struct text record = { 0 };
	unsigned long before = *drops;
	size_t i;

	for (i = 0; i < n; i++) {
		const struct subject *subject = &subjects[(i + round) % n];
		struct sample x;

		storm_run(s, subject, &x, s->trace && !untraced ? &body : NULL);
		add_sample(&body, subject->label, &x);
	}
	if (untraced)
		text_addf(&body, "untraced\t%s\n", untraced);
	add_head(&record, s, round, *drops - before);
	text_add(&record, text_str(&body));
	if (round)
		write_record(s, round, &record);
}

/* Round 0 is for caches to get warm, and is not told of. */
static void all_rounds(const struct storm *s, const struct subject *subjects, size_t n)
{
	const char *untraced = s->trace ? trace_open() : NULL;
	pid_t reclaim = s->reclaim ? reclaim_start() : -1;
	unsigned int round;

	for (round = 0; round <= s->rounds; round++)
		one_round(s, subjects, n, round, untraced);
	if (reclaim > 0)
		reclaim_stop(reclaim);
}

/* The command line --------------------------------------------------------------------------- */

enum {
	OPTION_NAME = 1,
	OPTION_CONTAINERS,
	OPTION_MASKS,
	OPTION_CGROUPS,
	OPTION_ROUNDS,
	OPTION_RECLAIM,
	OPTION_TRACE,
	OPTION_PAUSE
};

static const struct option options[] = {
	{ "name", required_argument, NULL, OPTION_NAME },
	{ "containers", required_argument, NULL, OPTION_CONTAINERS },
	{ "masks", required_argument, NULL, OPTION_MASKS },
	{ "cgroups", required_argument, NULL, OPTION_CGROUPS },
	{ "rounds", required_argument, NULL, OPTION_ROUNDS },
	{ "reclaim", no_argument, NULL, OPTION_RECLAIM },
	{ "trace", no_argument, NULL, OPTION_TRACE },
	{ "pause", no_argument, NULL, OPTION_PAUSE },
	{ NULL, 0, NULL, 0 },
};

static _Noreturn void usage(const char *what)
{
	fprintf(stderr,
		"storm: %s; usage: storm --name NAME --containers P --masks N [--cgroups M] "
		"[--rounds R] [--reclaim] [--trace] LABEL=RUNTIME[ ARGUMENT]...\n",
		what);
	exit(2);
}

static unsigned int number(const char *s, unsigned int min, unsigned int max, const char *what)
{
	char *end;
	unsigned long n = strtoul(s, &end, 10);

	if (*s < '0' || *s > '9' || *end || n < min || n > max) {
		_cleanup_free_ char *why =
			xasprintf("%s: %s is no number from %u to %u", what, s, min, max);
		usage(why);
	}
	return (unsigned int)n;
}

static void set_option(struct storm *s, int c)
{
	static const struct {
		size_t offset;
		unsigned int min, max;
	} numbers[] = {
		[OPTION_CONTAINERS] = { offsetof(struct storm, containers), 1, STORM_MAX },
		[OPTION_MASKS] = { offsetof(struct storm, masks), 1, 8192 },
		[OPTION_CGROUPS] = { offsetof(struct storm, cgroups), 0, 4096 },
		[OPTION_ROUNDS] = { offsetof(struct storm, rounds), 1, 1000 },
	};

	if (c == '?')
		usage("bad option");
	else if (c == OPTION_NAME)
		s->name = optarg;
	else if (c == OPTION_RECLAIM)
		s->reclaim = true;
	else if (c == OPTION_TRACE)
		s->trace = true;
	else
		*(unsigned int *)(void *)((char *)s + numbers[c].offset) =
			number(optarg, numbers[c].min, numbers[c].max, options[c - 1].name);
}

/* "LABEL=RUNTIME ARGUMENT…", cut in place. */
static void parse_subject(struct subject *ret, char *word)
{
	char *state = NULL, *equals = strchr(word, '='), *arg;

	if (!equals || equals == word)
		usage("a subject is LABEL=RUNTIME");
	*equals = '\0';
	*ret = (struct subject){ .label = word };
	for (arg = strtok_r(equals + 1, " ", &state); arg; arg = strtok_r(NULL, " ", &state)) {
		if (ret->argc == STORM_MAX / 2)
			usage("a subject has too many arguments");
		ret->argv[ret->argc++] = arg;
	}
	ret->loop = ret->argc == 1 && loop_is_known(ret->argv[0]);
	if (!ret->argc || (!ret->loop && access(ret->argv[0], X_OK) < 0))
		usage("a subject's runtime is not there or can't be run");
}

static _Noreturn void pause_for_ever(void)
{
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	static struct subject subjects[SUBJECTS_MAX];
	struct storm s = { .rounds = 1 };
	size_t n = 0;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == OPTION_PAUSE)
			pause_for_ever();
		set_option(&s, c);
	}
	for (; optind < argc && n < SUBJECTS_MAX; optind++)
		parse_subject(&subjects[n++], argv[optind]);
	if (!n || optind < argc || !s.name || !s.containers || !s.masks)
		usage("a subject, --name, --containers or --masks is missing");
	/* Containers outlive who started them, and are waited for here. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	drops = mmap(NULL, sizeof(*drops), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (drops == MAP_FAILED)
		storm_die("mmap: %s", errno_name(errno));
	bundles_make(&s);
	cgroups_make(s.cgroups);
	all_rounds(&s, subjects, n);
	return 0;
}
