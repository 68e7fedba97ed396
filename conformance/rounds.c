/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several containers at once, in rounds: all look; the first acts and all look; all look again,
 * when it has let go; the last acts and all look. One alone acts once. The host is one more that
 * looks: at what each container has at a path, if that is an object which a mount of the host leads
 * to.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "conformance/mountinfo.h"
#include "conformance/probe/isolation.h"
#include "conformance/subject.h"

/* The host's side -------------------------------------------------------------------------- */

/* What follows the directory @dir in @path, "" or with a slash; NULL where it lies elsewhere. */
static const char *rest_below(const char *path, const char *dir)
{
	const char *rest = streq(dir, "/") ? path : strip_prefix(path, dir);

	return rest && (*rest == '/' || !*rest) ? rest : NULL;
}

/* The mount of @table that @path lies on: of the longest points the last. */
static bool mount_of(char *table, const char *path, struct mountinfo *ret)
{
	struct mountinfo m;
	size_t longest = 0;
	char *line;

	while ((line = next_line(&table))) {
		if (mountinfo_parse(line, &m) < 0 || !rest_below(path, m.point) ||
		    strlen(m.point) < longest)
			continue;
		longest = strlen(m.point);
		*ret = m;
	}
	return longest > 0;
}

/* Where the host has the object @object, @inside on the file system of @m; NULL: nowhere. */
static char *find_on_host(const struct mountinfo *m, const char *inside, const struct stat *object)
{
	_cleanup_free_ char *text = NULL;
	struct mountinfo h;
	char *rest, *line;

	if (read_file_at(AT_FDCWD, "/proc/self/mountinfo", 16u << 20, &text, NULL) < 0)
		return NULL;
	for (rest = text; (line = next_line(&rest));) {
		const char *below;
		char *path;

		if (mountinfo_parse(line, &h) < 0 || h.major != m->major || h.minor != m->minor)
			continue;
		below = rest_below(inside, h.root);
		path = below ? xasprintf("%s%s", h.point, below) : NULL;
		if (path && names_object(path, object))
			return path;
		free(path);
	}
	return NULL;
}

/* 0 with the path on the host, NULL where there is none; or a negative errno. */
static int host_path(const struct subject *s, const char *path, char **ret)
{
	_cleanup_free_ char *file = xasprintf("/proc/%d/mountinfo", (int)s->pid);
	_cleanup_free_ char *through = xasprintf("/proc/%d/root%s", (int)s->pid, path);
	_cleanup_free_ char *table = NULL, *inside = NULL;
	struct mountinfo m = { 0 };
	struct stat st;
	int r = stat(through, &st) < 0 ? -errno : 0;

	if (r == 0)
		r = read_file_at(AT_FDCWD, file, 16u << 20, &table, NULL);
	if (r == 0 && !mount_of(table, path, &m))
		r = -ENOENT;
	if (r < 0)
		return r;
	inside = xasprintf("%s%s", streq(m.root, "/") ? "" : m.root, rest_below(path, m.point));
	*ret = find_on_host(&m, *inside ? inside : "/", &st);
	return 0;
}

/* To open another device may do something, and whose it is, is the runtime's choice. */
static bool is_harmless(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 &&
	       (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode) ||
		(S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3)));
}

static void feel_from_host(struct subject *s, const char *phase, const char *path)
{
	_cleanup_text_ struct text value = { 0 };
	_cleanup_free_ char *host = NULL;
	int r = s->pid > 0 ? host_path(s, path, &host) : -ESRCH;

	if (r == 0 && host)
		r = is_harmless(host) ? isolation_feel(host, &value) : -EACCES;
	FACT(s, phase, OP_FEEL, path,
	     r < 0  ? errno_name(r)
	     : host ? "ok"
		    : "private",
	     "%s", text_str(&value));
}

static void look_from_host(struct subject *s, size_t n, int number)
{
	_cleanup_free_ char *phase = xasprintf("round-%d", number);
	size_t i, at;

	for (i = 0; i < n; i++)
		for (at = 0; at < s[i].k->n_todo; at++)
			if (s[i].k->todo[at].op == OP_FEEL &&
			    !streq(s[i].k->todo[at].class, "iso-own"))
				feel_from_host(&s[i], phase, s[i].k->todo[at].path);
}

/* Rounds ----------------------------------------------------------------------------------- */

/* Says @word and waits for the answer; false: none came. */
static bool tell(struct subject *s, int word)
{
	char c = (char)word, old[16];
	bool ready = false;

	while (read(s->ready, old, sizeof(old)) > 0)
		;
	if (write(s->go, &c, 1) != 1)
		return false;
	wait_gone(s->pid > 0 ? s->pid : getpid(), s->ready, s->o->opt->timeout_ms, &ready);
	return ready;
}

/* The actor looks last: then it lets go of what it holds. The host looks when the others have, for
 * that can be felt, too; where nobody has acted, first. */
static bool look_around(struct subject *s, size_t n, struct subject *actor, int number)
{
	bool ok = true;
	size_t i;

	if (!actor)
		look_from_host(s, n, number);
	for (i = 0; ok && i < n; i++)
		if (&s[i] != actor)
			ok = tell(&s[i], ROUND_FEEL + number);
	if (!actor)
		return ok;
	look_from_host(s, n, number);
	return ok && tell(actor, ROUND_FEEL + number);
}

static bool asks_rounds(const struct subject *s)
{
	size_t i;

	for (i = 0; i < s->k->n_todo; i++)
		if (s->k->todo[i].op == OP_FEEL)
			return true;
	return false;
}

/* Where a container did not start, or does not answer, rows are missing, and that is all that can
 * be said of the others, too. */
void run_rounds(struct subject *s, size_t n)
{
	struct subject *const actors[ROUNDS] = { NULL, &s[0], NULL, &s[n - 1] };
	int number, rounds = n > 1 ? ROUNDS : 2;
	bool ok = true;
	size_t i;

	for (i = 0; i < n; i++)
		ok = ok && s[i].started && asks_rounds(&s[i]);
	for (number = 0; ok && number < rounds; number++) {
		if (actors[number])
			ok = tell(actors[number], ROUND_ACT + number);
		ok = ok && look_around(s, n, actors[number], number);
	}
}
