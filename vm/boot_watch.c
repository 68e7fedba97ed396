/* SPDX-License-Identifier: Apache-2.0 */
#include "vm/boot.h"

#include <poll.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <time.h>

#include "conformance/facts.h"
#include "vm/init.h"
#include "vm/pack.h"

#define CONSOLE_KEPT (4u << 20)
#define CONSOLE_FLOOD (64u << 20)
#define WORDS_KEPT 4096
#define JUST_NOW_MS 2000

volatile int watch_signal;

static unsigned long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (unsigned long)ts.tv_sec * 1000 + (unsigned long)ts.tv_nsec / 1000000;
}

_printf_(2, 3) static void end_for(struct watch *w, const char *fmt, ...)
{
	va_list ap;

	if (w->why)
		return;
	va_start(ap, fmt);
	w->why = xvasprintf(fmt, ap);
	va_end(ap);
}

/* Frames ------------------------------------------------------------------------------------- */

static void no_longer_running(struct watch *w, const char *name)
{
	_cleanup_text_ struct text left = { 0 };
	_cleanup_free_ char *copy = xstrdup(text_str(&w->running));
	char *state = NULL, *word;

	for (word = strtok_r(copy, " ", &state); word; word = strtok_r(NULL, " ", &state))
		if (!streq(word, name))
			text_addf(&left, "%s%s", left.len ? " " : "", word);
	text_free(&w->running);
	text_add(&w->running, text_str(&left));
}

/* While the machine's init sends the facts of one case the next has begun, and what the kernel says
 * of it comes before word of that: so what was said just now may be this case's, too. */
static void share_splats(struct watch *w, const char *name)
{
	unsigned long now = now_ms();
	size_t i;

	for (i = 0; i < w->said.n; i++) {
		struct splat *s = &w->said.splats[i];
		char *cases;

		if (now - w->said_ms[i] > JUST_NOW_MS || has_word(s->cases, name))
			continue;
		cases = xasprintf("%s%s%s", s->cases, *s->cases ? " " : "", name);
		free(s->cases);
		s->cases = cases;
	}
}

static void began(struct watch *w, const char *name)
{
	share_splats(w, name);
	text_addf(&w->running, "%s%s", w->running.len ? " " : "", name);
	if (w->fault)
		text_addf(&w->doubtful, "%s%s", w->doubtful.len ? " " : "", name);
}

/* From the first fault on no case is above doubt. */
static void note_fault(struct watch *w)
{
	if (w->fault || !console_fault(&w->said))
		return;
	w->fault = true;
	text_add(&w->doubtful, text_str(&w->running));
}

static void take_event(struct watch *w, const char *line)
{
	char what[16], name[256];
	char *dot;

	if (sscanf(line, "%15s %255s", what, name) != 2)
		return;
	dot = strrchr(name, '.');
	if (dot)
		*dot = '\0';
	if (streq(what, "done"))
		no_longer_running(w, name);
	else
		began(w, name);
	if (w->events) {
		fprintf(w->events, "%s\n", line);
		fflush(w->events);
	}
}

static bool is_file_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	return *name != '.' && !strchr(name, '/') && dot && streq(dot, ".facts");
}

static void take_facts(struct watch *w, const struct frame *f)
{
	_cleanup_text_ struct text facts = { 0 };
	int r;

	if (w->facts_fd < 0 || !is_file_name(f->name))
		return;
	r = unpack_bytes(&facts, f->bytes, f->len, FACTS_MAX);
	if (r == 0)
		r = write_file_at(w->facts_fd, f->name, text_str(&facts), facts.len);
	if (r < 0)
		end_for(w, "%s could not be written: %s", f->name, errno_name(-r));
}

static void take_end(struct watch *w, const struct frame *f)
{
	_cleanup_free_ char *count = xstrndup(f->bytes, f->len);

	w->ended = true;
	if (strtoul(count, NULL, 10) != w->frames)
		end_for(w, "of its %s frames %lu came whole", count, w->frames);
	else if (!streq(f->name, "0"))
		end_for(w, "observe ended there with status %s%s%s", f->name, w->note ? ": " : "",
			w->note ? w->note : "");
}

static void take_frame(struct watch *w, const struct frame *f)
{
	_cleanup_free_ char *line = xstrndup(f->bytes, f->len);

	switch (f->kind) {
	case FRAME_BEGIN:
		w->begun = true;
		w->begun_ms = now_ms();
		break;
	case FRAME_EVENT:
		take_event(w, line);
		break;
	case FRAME_FACTS:
		take_facts(w, f);
		break;
	case FRAME_REMARK:
		free(w->note);
		w->note = TAKE_PTR(line);
		if (w->events)
			fprintf(stderr, "%s: %s\n", f->name, w->note);
		break;
	case FRAME_END:
		take_end(w, f);
		return;
	default:
		return;
	}
	w->frames++;
}

static void take_input(struct watch *w, bool ended)
{
	struct frame f;
	size_t at = 0, used;

	while (frame_read(w->input.s + at, w->input.len - at, ended, &f, &used, &w->damaged)) {
		take_frame(w, &f);
		at += used;
	}
	at += used;
	if (!at)
		return;
	memmove(w->input.s, w->input.s + at, w->input.len - at);
	w->input.len -= at;
}

/* Ports -------------------------------------------------------------------------------------- */

static void read_console(struct watch *w, const char *s, size_t n)
{
	size_t said;
	size_t room = w->console_bytes < CONSOLE_KEPT ? CONSOLE_KEPT - w->console_bytes : 0;

	if (w->console && room)
		fwrite(s, 1, n < room ? n : room, w->console);
	w->console_bytes += n;
	said = w->said.n;
	console_feed(&w->said, s, n, text_str(&w->running));
	for (; said < w->said.n; said++)
		w->said_ms[said] = now_ms();
	note_fault(w);
	if (w->console_bytes > CONSOLE_FLOOD)
		end_for(w, "its console was flooded with more than %u MiB", CONSOLE_FLOOD >> 20);
}

static void read_words(struct watch *w, const char *s, size_t n)
{
	if (w->words.len < WORDS_KEPT)
		text_add_n(&w->words, s, n);
}

static void read_result(struct watch *w, const char *s, size_t n)
{
	text_add_n(&w->input, s, n);
	take_input(w, false);
}

/* False at the end of the pipe. */
static bool read_port(struct watch *w, int fd, void (*take)(struct watch *, const char *, size_t))
{
	char buf[65536];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n > 0)
		take(w, buf, (size_t)n);
	return n > 0 || (n < 0 && errno == EINTR);
}

/* Deadlines ---------------------------------------------------------------------------------- */

/* Milliseconds to the next deadline; negative: past it, and w->why is set. */
static long left_ms(struct watch *w, unsigned long last_ms)
{
	unsigned long now = now_ms();
	long whole = (long)(w->started_ms + 1000ul * w->o->whole_s - now);
	long next = (long)(last_ms + 1000ul * (w->begun ? w->o->case_s : w->o->boot_s) - now);

	if (whole < 0)
		end_for(w, "it was not done within %u s", w->o->whole_s);
	else if (next < 0 && !w->begun)
		end_for(w, "its init said nothing within %u s", w->o->boot_s);
	else if (next < 0)
		end_for(w, "nothing came from it for %u s", w->o->case_s);
	return whole < next ? whole : next;
}

bool watch_interrupted(struct watch *w)
{
	if (watch_signal == WATCH_ENOUGH)
		end_for(w, "it was ended after its preflight case, which failed");
	else if (watch_signal)
		end_for(w, "it was interrupted by signal %d", watch_signal);
	return watch_signal != 0;
}

static bool poll_ports(struct watch *w, struct pollfd fds[3], unsigned long *last_ms)
{
	void (*const takers[3])(struct watch *, const char *, size_t) = { read_console, read_result,
									  read_words };
	long left = left_ms(w, *last_ms);
	int i;

	if (w->why)
		return false;
	if (watch_interrupted(w))
		return false;
	if (poll(fds, 3, left > 500 ? 500 : (int)left + 1) < 0)
		return true;
	for (i = 0; i < 3; i++) {
		if (fds[i].fd < 0 || !fds[i].revents)
			continue;
		if (!read_port(w, fds[i].fd, takers[i]))
			fds[i].fd = -1;
		else if (i == 1)
			*last_ms = now_ms();
	}
	return fds[0].fd >= 0 || fds[1].fd >= 0 || fds[2].fd >= 0;
}

static const char *how_far(const struct watch *w)
{
	if (w->begun)
		return "before its cases did";
	return w->console_bytes ? "before its init ran"
				: "before its kernel said a word; has it enough memory?";
}

static void end_by_itself(struct watch *w, int status)
{
	w->by_itself = !w->why;
	end_for(w, "it ended by itself %s (qemu's status %d)", how_far(w), status);
}

/* How qemu ended, where the machine's own words leave that open. */
static void judge_end(struct watch *w, int status)
{
	char *newline = strchr(text_str(&w->words), '\n');

	if (newline)
		*newline = '\0';
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		end_for(w, "qemu was ended by signal %d", WTERMSIG(status));
	else if (WIFSIGNALED(status))
		end_for(w, "qemu was killed");
	else if (WEXITSTATUS(status) == QEMU_STATUS(ENDED_EARLY))
		end_for(w, "its init gave up: %s", w->note ? w->note : "no reason given");
	else if (w->words.len && !w->begun)
		end_for(w, "qemu ended with status %d: %.300s", WEXITSTATUS(status),
			text_str(&w->words));
	else if (!w->ended || WEXITSTATUS(status) != QEMU_STATUS(ENDED_WELL))
		end_by_itself(w, WEXITSTATUS(status));
	else if (w->damaged)
		end_for(w, "%u frames were damaged on their way", w->damaged);
}

void watch_machine(struct watch *w, struct qemu *q)
{
	struct pollfd fds[3] = { { .fd = q->console, .events = POLLIN },
				 { .fd = q->result, .events = POLLIN },
				 { .fd = q->words, .events = POLLIN } };
	unsigned long last_ms = now_ms();

	w->started_ms = last_ms;
	while (poll_ports(w, fds, &last_ms))
		;
	take_input(w, true);
	console_feed(&w->said, "\n", 1, text_str(&w->running));
	note_fault(w);
	/* Who has closed all its ports is about to end by itself. */
	judge_end(w, qemu_end(q, w->why ? 0 : 5000));
}

void watch_free(struct watch *w)
{
	console_free(&w->said);
	text_free(&w->input);
	text_free(&w->running);
	text_free(&w->doubtful);
	text_free(&w->words);
	free(w->why);
	free(w->note);
}
