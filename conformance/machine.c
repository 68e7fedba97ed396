/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/machine.h"

#include "conformance/case.h"

void machine_free(struct machine *m)
{
	free(m->remarks);
	free(m->text);
	*m = (struct machine){ 0 };
}

/* The records of one word, in the order in which they are written. */
static const struct {
	const char *key;
	size_t offset;
} settings[] = {
	{ "image", offsetof(struct machine, image) },
	{ "accel", offsetof(struct machine, accel) },
	{ "qemu", offsetof(struct machine, qemu) },
	{ "append", offsetof(struct machine, append) },
	{ "memory", offsetof(struct machine, memory) },
	{ "cpus", offsetof(struct machine, cpus) },
	{ "tries", offsetof(struct machine, tries) },
	{ "boot", offsetof(struct machine, boot) },
	{ "running", offsetof(struct machine, running) },
	{ "doubtful", offsetof(struct machine, doubtful) },
	{ "ended", offsetof(struct machine, ended) },
};

static const char **slot(struct machine *m, size_t i)
{
	return (const char **)(void *)((char *)m + settings[i].offset);
}

static int take_setting(struct machine *m, char **f, size_t n)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		if (!streq(f[0], settings[i].key))
			continue;
		if (n != 2)
			return -EINVAL;
		*slot(m, i) = f[1];
		return 0;
	}
	return -EINVAL;
}

static int take_record(struct machine *m, char **f, size_t n)
{
	bool fault = streq(f[0], "fault");

	if (!fault && !streq(f[0], "warning"))
		return take_setting(m, f, n);
	if (n != 3)
		return -EINVAL;
	GROW(m->remarks, m->n);
	m->remarks[m->n++] = (struct machine_remark){ fault, f[1], f[2] };
	return 0;
}

static void make_empty(struct machine *m)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		*slot(m, i) = "";
}

void machine_unknown(struct machine *ret, const char *ended)
{
	machine_free(ret);
	make_empty(ret);
	ret->ended = ended;
}

int machine_parse(char *text, struct machine *ret)
{
	_cleanup_machine_ struct machine m = { .text = text };
	unsigned long number = 1;
	bool ended = false;
	char *rest = text, *line = next_line(&rest), *f[3];

	make_empty(&m);
	if (!line || !streq(line, "machine/1"))
		return -EINVAL;
	while ((line = next_line(&rest))) {
		size_t n = split_record(line, f, ARRAY_SIZE(f));

		if (ended || n < 2)
			return -EINVAL;
		number++;
		if (streq(f[0], "end"))
			ended = n == 2 && strtoul(f[1], NULL, 10) == number - 1;
		else if (take_record(&m, f, n) < 0)
			return -EINVAL;
	}
	if (!ended)
		return -EINVAL;
	*ret = m;
	m = (struct machine){ 0 };
	return 0;
}

char *machine_write(const struct machine *m)
{
	_cleanup_text_ struct text t = { 0 };
	struct machine copy = *m;
	size_t i;

	text_add(&t, "machine/1\n");
	for (i = 0; i < m->n; i++)
		text_add_record(&t, m->remarks[i].fault ? "fault" : "warning", m->remarks[i].cases,
				m->remarks[i].lines, NULL);
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		text_add_record(&t, settings[i].key, *slot(&copy, i) ? *slot(&copy, i) : "", NULL);
	text_addf(&t, "end\t%zu\n", count_lines(t.s));
	return TAKE_PTR(t.s);
}

/* A sentence holds one line: the rest of what the kernel said follows the first. */
static char *one_line(const char *lines)
{
	char *s = xstrdup(lines), *p;

	for (p = s; (p = strchr(p, '\n'));)
		*p = '|';
	return s;
}

char *machine_fault(const struct machine *m)
{
	size_t i;

	for (i = 0; i < m->n; i++) {
		_cleanup_free_ char *lines = one_line(m->remarks[i].lines);

		if (m->remarks[i].fault)
			return xasprintf("the kernel said%s%s: %.600s",
					 *m->remarks[i].cases ? " in " : " while it booted",
					 m->remarks[i].cases, lines);
	}
	return *m->ended ? xasprintf("the virtual machine: %s", m->ended) : NULL;
}

/* The first line of the first fault; NULL where there was none. */
static char *first_fault(const struct machine *m)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (m->remarks[i].fault)
			return xstrndup(m->remarks[i].lines, strcspn(m->remarks[i].lines, "\n"));
	return NULL;
}

static char *case_of(const char *file)
{
	const char *dot = strrchr(file, '.');

	return xstrndup(file, dot ? (size_t)(dot - file) : strlen(file));
}

char *machine_doubt(const struct machine *m, const char *file)
{
	_cleanup_free_ char *name = case_of(file);
	_cleanup_free_ char *said = first_fault(m);

	if (!said || !has_word(m->doubtful, name))
		return NULL;
	return xasprintf("in this case or before it the kernel said: %.300s", said);
}

char *machine_why_missing(const struct machine *m, const char *file)
{
	_cleanup_free_ char *name = case_of(file);
	_cleanup_free_ char *said = first_fault(m);

	if (!*m->ended)
		return xstrdup("");
	return xasprintf("the virtual machine ended %s this case: %s%s%.300s",
			 has_word(m->running, name) ? "in" : "before", m->ended,
			 said ? "; the kernel had said: " : "", said ? said : "");
}

void machine_merge(struct machine *to, const struct machine *from)
{
	struct machine both = *to, read = { 0 };
	size_t i;

	if (!to->text || !from->text)
		return;
	both.remarks = xcalloc(to->n + from->n, sizeof(*both.remarks));
	both.n = 0;
	for (i = 0; i < to->n; i++)
		both.remarks[both.n++] = to->remarks[i];
	for (i = 0; i < from->n; i++)
		both.remarks[both.n++] = from->remarks[i];
	if (!*both.ended)
		both.ended = from->ended;
	if (machine_parse(machine_write(&both), &read) == 0) {
		machine_free(to);
		*to = read;
	}
	free(both.remarks);
}
