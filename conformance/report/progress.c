/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/progress.h"

#include <sys/ioctl.h>
#include <time.h>

#include "conformance/report/output.h"

#define CLEAR "\r\033[K"

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* A line that wraps cannot be cleared again. */
static int columns(FILE *out)
{
	struct winsize size;

	if (ioctl(fileno(out), TIOCGWINSZ, &size) < 0 || size.ws_col < 20)
		return 79;
	return size.ws_col - 1;
}

void progress_start(struct progress *p, FILE *out, unsigned int total, bool tty)
{
	*p = (struct progress){ .out = out, .total = total, .begun = now(), .tty = tty };
	progress_update(p, 0, "");
}

void progress_update(const struct progress *p, unsigned int done, const char *running)
{
	_cleanup_text_ struct text names = { 0 };
	_cleanup_free_ char *head = NULL;
	_cleanup_free_ char *tail = NULL;
	int room;

	if (!p->tty)
		return;
	output_clean(&names, running, false);
	head = xasprintf("maskspec: %u/%u cases%s", done, p->total, names.len ? ", running " : "");
	tail = xasprintf(", %.1f s", now() - p->begun);
	room = columns(p->out) - (int)(strlen(head) + strlen(tail));
	fprintf(p->out, CLEAR "%s%.*s%s", head, room > 0 ? room : 0, text_str(&names), tail);
	fflush(p->out);
}

void progress_end(const struct progress *p)
{
	if (!p->tty)
		return;
	fputs(CLEAR, p->out);
	fflush(p->out);
}
