/* SPDX-License-Identifier: Apache-2.0 */
/* What the driver sees of a container from outside, before it, while it runs and after it. */
#include "conformance/subject.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include "conformance/facts.h"
#include "conformance/patience.h"

static void mount_table(struct subject *s, const char *phase, const char *file, const char *whose)
{
	_cleanup_free_ char *text = NULL;
	unsigned int lines = 0;
	char *rest, *line;
	int r = read_file_at(AT_FDCWD, file, 16u << 20, &text, NULL);

	if (r < 0)
		FACT(s, phase, OP_MOUNTINFO, whose, errno_name(r), "%s", "");
	for (rest = text; r == 0 && (line = next_line(&rest)); lines++)
		FACT(s, phase, OP_MOUNTINFO, whose, "ok", "%s", line);
	if (r == 0)
		FACT(s, phase, OP_MOUNTINFO, whose, "end", "lines=%u", lines);
}

void view_container_mounts(struct subject *s, const char *phase)
{
	_cleanup_free_ char *file = xasprintf("/proc/%d/mountinfo", (int)s->pid);

	if (s->pid > 0)
		mount_table(s, phase, file, "container");
}

void view_host_mounts(struct subject *s, const char *phase)
{
	mount_table(s, phase, "/proc/self/mountinfo", "host");
}

struct leftovers {
	int state, cgroups;
	unsigned int processes;
};

/* In the bundle, too, but not in all of the others: that would grow with the square of them. */
static int count_states(const struct subject *s)
{
	int run = count_named("/run", s->id, 4), bundle = count_named(s->dir, s->id, 1);

	return run < 0 ? run : run + (bundle > 0 ? bundle : 0);
}

static struct leftovers count_leftovers(const struct subject *s)
{
	return (struct leftovers){
		.state = count_states(s),
		.cgroups = count_named("/sys/fs/cgroup", s->id, 4),
		.processes = descendants(),
	};
}

static void say_leftovers(struct subject *s, const char *phase, const struct leftovers *l)
{
	FACT(s, phase, OP_STATE, "", "ok", "%d", l->state);
	FACT(s, phase, OP_CGROUPS, "", "ok", "%d", l->cgroups);
	FACT(s, phase, OP_PROCESSES, "", "ok", "%u", l->processes);
}

void view_leftovers(struct subject *s, const char *phase)
{
	struct leftovers l = count_leftovers(s);

	say_leftovers(s, phase, &l);
}

void view_device_modes(struct subject *s, const char *phase)
{
	static const char *const devices[] = { "/dev/null", "/dev/control" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(devices); i++) {
		struct stat st;

		if (stat(devices[i], &st) < 0)
			FACT(s, phase, OP_DEVMODE, devices[i], errno_name(errno), "%s", "");
		else
			FACT(s, phase, OP_DEVMODE, devices[i], "ok", "type=%s mode=%04o",
			     S_ISCHR(st.st_mode) ? "chr" : "other", st.st_mode & 07777);
	}
}

#define DIGESTED                                                                                   \
	"masked-dir masked-file readonly-dir readonly-file control-dir control-file sec-outside"

/* Of the plain paths only: others may lead anywhere. */
void view_digests(struct subject *s, const char *phase)
{
	size_t i;

	for (i = 0; i < s->k->n_masks; i++) {
		const struct mask *m = &s->k->masks[i];
		char hex[SHA256_HEX];
		int r;

		if (!has_word(DIGESTED, m->class))
			continue;
		r = tree_digest(s->rootfs, m->path, hex);
		FACT(s, phase, OP_DIGEST, m->path, r < 0 ? errno_name(r) : "ok", "%s", hex);
	}
}

/* A read-only path is so for the container alone; the witness is read-only for everybody. */
void view_host_writes(struct subject *s)
{
	_cleanup_free_ char *witnessed = xasprintf("%s/witness", s->dir);
	_cleanup_close_ int fd = open(witnessed, O_PATH | O_DIRECTORY | O_CLOEXEC);
	size_t i;

	for (i = 0; i < s->k->n_masks; i++) {
		const char *path = s->k->masks[i].path;
		int inside, outside;

		bool dir = streq(s->k->masks[i].class, "readonly-dir");

		if (!dir && !streq(s->k->masks[i].class, "readonly-file"))
			continue;
		inside = dir ? tree_write(s->rootfs, path) : tree_open(s->rootfs, path);
		outside = tree_write(fd, "/");
		FACT(s, "running", OP_HOSTWRITE, path, inside < 0 ? errno_name(inside) : "ok",
		     "witness=%s", outside < 0 ? errno_name(outside) : "ok");
	}
}

static bool settled(const struct leftovers *l)
{
	return l->state <= 0 && l->cgroups <= 0 && l->processes == 0;
}

void view_after(struct subject *s)
{
	unsigned int *bad = find_step(s->k, STEP_KILL) ? &s->o->bad_moments : NULL;
	unsigned long deadline = now_usec() + patience_ms(bad) * 1000ul;
	struct leftovers l = count_leftovers(s);

	while (!settled(&l) && now_usec() < deadline) {
		poll(NULL, 0, 10);
		l = count_leftovers(s);
	}
	if (!settled(&l))
		patience_lost(bad);
	say_leftovers(s, "after", &l);
	view_host_mounts(s, "after");
	view_digests(s, "after");
	view_device_modes(s, "after");
}
