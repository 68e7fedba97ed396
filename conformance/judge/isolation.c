/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/spec/70-isolation.md. One look is one row of many words. A sign is a word that another look
 * shows otherwise when somebody has acted in between: on a mask none may show, on the control,
 * which is the same object for all, each must whose act has succeeded.
 */
#include "conformance/judge/rows.h"
#include "conformance/judge/users.h"

/* Before, and when somebody has acted: first one container, then another. */
#define ROUNDS 4
static const char *const phases[ROUNDS] = { "round-0", "round-1", "round-2", "round-3" };

enum shown { SAME, SHOWN, UNKNOWN };

struct sign {
	const char *key;
	const char *act; /* the word of the actor's row that says whether it was done */
	enum shown (*shows)(const char *was, const char *is);
};

struct question {
	const struct sign *signs; /* up to one without a key */
	const char *kinds;	  /* of targets that are asked: dir file */
	bool host;		  /* asked of the host, in place of the other containers */
	bool admin;		  /* of an actor that may make its masks writable */
	bool felt;		  /* not asked of a device that must be the host's */
};

/* Signs ------------------------------------------------------------------------------------- */

static enum shown other(const char *was, const char *is)
{
	if (!*was || !*is)
		return UNKNOWN;
	return streq(was, is) ? SAME : SHOWN;
}

static enum shown held(const char *was, const char *is)
{
	if (!streq(was, "free"))
		return UNKNOWN;
	return streq(is, "held") ? SHOWN : streq(is, "free") ? SAME : UNKNOWN;
}

/* A first look has nothing to count from. */
static enum shown some(_unused_ const char *was, const char *is)
{
	if (!*is)
		return UNKNOWN;
	return streq(is, "0") ? SAME : SHOWN;
}

static const struct sign planted[] = { { "names", "create", other }, { 0 } };
static const struct sign answers[] = { { "sockets", "socket", other }, { 0 } };
static const struct sign written[] = { { "bytes", "write", other }, { 0 } };
static const struct sign metadata[] = {
	{ "mode", "chmod", other },
	{ "owner", "chown", other },
	{ "mtime", "utimes", other },
	{ "xattrs", "setxattr", other },
	{ 0 },
};
static const struct sign locked[] = {
	{ "flock", "flock", held },
	{ "fcntl", "fcntl", held },
	{ 0 },
};
static const struct sign events[] = { { "events", "fcntl", some }, { 0 } };
static const struct sign all_data[] = {
	{ "mode", "chmod", other },   { "owner", "chown", other },
	{ "mtime", "utimes", other }, { "xattrs", "setxattr", other },
	{ "names", "create", other }, { "sockets", "socket", other },
	{ "bytes", "write", other },  { 0 },
};

/* What may outlive a container; times of a mask are those of its making. */
static const struct sign kept[] = {
	{ "mode", "chmod", other },   { "owner", "chown", other }, { "xattrs", "setxattr", other },
	{ "names", "create", other }, { "bytes", "write", other }, { 0 },
};

/* What a row says of itself that it has no word for: a directory has no bytes. */
static bool has_sign(const struct sign *s, bool dir)
{
	if (has_word("names sockets", s->key))
		return dir;
	return !streq(s->key, "bytes") || !dir;
}

static const char *word(const struct row *r, const char *key, char *buf, size_t size)
{
	return row_value(r, key, buf, size) ? buf : "";
}

/* Targets ----------------------------------------------------------------------------------- */

struct pair {
	const struct view *view; /* whose look it is */
	const struct container *actor;
	const struct todo *target;
	int round;
	bool host;
	const struct row *before, *after;
};

static bool is_dir(const struct todo *t)
{
	return !has_word("iso-file control-iso-file", t->class);
}

static bool is_asked(const struct question *q, const struct todo *t, const char *classes)
{
	return t->op == OP_FEEL && has_word(classes, t->class) &&
	       has_word(q->kinds, is_dir(t) ? "dir" : "file");
}

static struct pair pair_of(const struct view *v, const struct container *actor,
			   const struct todo *t, int round, bool host)
{
	const char *source = host ? "driver" : "probe", *name = v->container->name;

	return (struct pair){
		.view = v,
		.actor = actor,
		.target = t,
		.round = round,
		.host = host,
		.before = find_row(v->facts, source, name, phases[round - 1], OP_FEEL, t->path),
		.after = find_row(v->facts, source, name, phases[round], OP_FEEL, t->path),
	};
}

static enum shown shows(const struct sign *s, const struct pair *p)
{
	char was[128], is[128];

	return s->shows(word(p->before, s->key, was, sizeof(was)),
			word(p->after, s->key, is, sizeof(is)));
}

static bool is_private(const struct row *r)
{
	return r && streq(r->result, "private");
}

static bool is_seen(const struct row *r)
{
	return r && streq(r->result, "ok");
}

static const struct row *act_of(const struct pair *p)
{
	const struct row *r = find_row(p->view->facts, "probe", p->actor->name, phases[p->round],
				       OP_ACT, p->target->path);

	return is_seen(r) && *r->value ? r : NULL;
}

/* Whether the actor says so; @act may be NULL. */
static bool has_done(const struct row *act, const char *what)
{
	char done[32];

	return act && streq(word(act, what, done, sizeof(done)), "ok");
}

static const char *looker(const struct pair *p)
{
	return p->host ? "the host" : p->view->container->name;
}

static void say_sign(struct finding *f, const struct sign *s, const struct pair *p)
{
	char was[128], is[128];

	if (s->shows == some)
		found(f, VERDICT_FAIL, "%s feels %s events of %s, by what %s did", looker(p),
		      word(p->after, s->key, is, sizeof(is)), p->target->path, p->actor->name);
	else
		found(f, VERDICT_FAIL, "%s sees %s of %s go from %s to %s, by what %s did",
		      looker(p), s->key, p->target->path, word(p->before, s->key, was, sizeof(was)),
		      word(p->after, s->key, is, sizeof(is)), p->actor->name);
}

/* An act that the mask refuses is one that was tried; one that is missing was not. */
static bool has_tried(const struct row *act, const char *what)
{
	char done[32];

	return !is_untried(word(act, what, done, sizeof(done)));
}

/*
 * Whether the actor itself feels what it does to its own mask: a look that can't show a lock or an
 * event there would find none in another container, either. Only where the mask lets nobody do it
 * there is nothing to feel. EAGAIN: one object is the mask of several paths, and the lock is held
 * by another of them, so it is to be felt here, too.
 */
static bool feels_itself(const struct sign *s, const struct pair *p)
{
	const struct view v = { .facts = p->view->facts, .container = p->actor };
	const struct pair own = pair_of(&v, p->actor, p->target, p->round, false);
	char done[32];

	if (has_word("EROFS EACCES EPERM EOPNOTSUPP", word(act_of(p), s->act, done, sizeof(done))))
		return true;
	return has_word("ok EAGAIN", done) && is_seen(own.before) && is_seen(own.after) &&
	       shows(s, &own) == SHOWN;
}

static void judge_sign(const struct question *q, const struct pair *p, const struct sign *s,
		       struct finding *f)
{
	enum shown shown = shows(s, p);

	if (shown == SHOWN)
		say_sign(f, s, p);
	else if (shown == UNKNOWN)
		found(f, VERDICT_BROKEN, "%s of %s is not known to %s", s->key, p->target->path,
		      p->view->container->name);
	else if (!has_tried(act_of(p), s->act))
		found(f, VERDICT_BROKEN, "%s has not tried %s of %s", p->actor->name, s->act,
		      p->target->path);
	else if (q->felt && !feels_itself(s, p))
		found(f, VERDICT_BROKEN, "dull control: %s doesn't feel its own %s of %s",
		      p->actor->name, s->key, p->target->path);
}

/* Nothing of @p may have changed. */
static void judge_target(const struct question *q, const struct pair *p, struct finding *f)
{
	const struct sign *s;

	if (q->host && is_private(p->before) && is_private(p->after)) {
		found(f, act_of(p) ? VERDICT_PASS : VERDICT_BROKEN, "%s",
		      act_of(p) ? "nothing of the host's" : "nobody has acted");
		return;
	}
	if (!is_seen(p->before) || !is_seen(p->after) || !act_of(p)) {
		found(f, VERDICT_BROKEN, "no look of %s at %s before and after %s acted",
		      p->view->container->name, p->target->path, p->actor->name);
		return;
	}
	for (s = q->signs; s->key; s++)
		if (has_sign(s, is_dir(p->target)))
			judge_sign(q, p, s, f);
	found(f, VERDICT_PASS, "%s", "");
}

/* Controls ---------------------------------------------------------------------------------- */

static bool pair_shows(const struct sign *s, const struct pair *p)
{
	return is_seen(p->before) && is_seen(p->after) && shows(s, p) == SHOWN;
}

/* The host meets a shared object once, whichever container it came by. */
static bool any_shows(const struct sign *s, const struct pair *p)
{
	const struct facts *f = p->view->facts;
	size_t i;

	for (i = 0; p->host && i < f->c.n_containers; i++) {
		const struct view v = { .facts = f, .container = &f->c.containers[i] };
		const struct pair one = pair_of(&v, p->actor, p->target, p->round, true);

		if (pair_shows(s, &one))
			return true;
	}
	return pair_shows(s, p);
}

static void judge_control(const struct question *q, const struct pair *p, struct finding *f)
{
	const struct row *act = act_of(p);
	const struct sign *s;
	unsigned int sharp = 0;

	if (q->admin && is_dir(p->target) && !has_done(act, "remount"))
		found(f, VERDICT_BROKEN, "dull control: %s can't make %s writable", p->actor->name,
		      p->target->path);
	for (s = q->signs; s->key && act; s++) {
		/* What the file system of the control can't do shows nowhere on it. */
		if (!has_sign(s, is_dir(p->target)) || !has_done(act, s->act))
			continue;
		if (!any_shows(s, p)) {
			found(f, VERDICT_BROKEN, "dull control: %s of %s doesn't show in %s",
			      s->act, p->target->path, looker(p));
			return;
		}
		sharp++;
	}
	if (!sharp)
		found(f, VERDICT_BROKEN, "dull control: %s did nothing to %s", p->actor->name,
		      p->target->path);
}

/* And what only one container has is changed by nobody else. */
static void judge_own(const struct question *q, const struct pair *p, struct finding *f)
{
	const struct sign *s;

	for (s = q->signs; s->key; s++)
		if (has_sign(s, true) &&
		    (!is_seen(p->before) || !is_seen(p->after) || shows(s, p) != SAME))
			found(f, VERDICT_BROKEN, "dull control: %s of %s, which is %s's own, shows",
			      s->key, p->target->path, p->view->container->name);
}

/* Judges ------------------------------------------------------------------------------------ */

static void judge_pair(const struct question *q, const struct pair *p, struct finding *f)
{
	const char *device = users_reason(p->view->container, OP_MKNOD);

	if (is_asked(q, p->target, "control-iso-dir control-iso-file"))
		judge_control(q, p, f);
	else if (is_asked(q, p->target, "iso-own") && !q->host)
		judge_own(q, p, f);
	else if (is_asked(q, p->target, "iso-file") && q->felt && device)
		found(f, VERDICT_SKIP, "%s", device);
	else if (is_asked(q, p->target, "iso-dir iso-file"))
		judge_target(q, p, f);
}

static void judge_round(const struct view *v, const struct question *q,
			const struct container *actor, int round, struct finding *f)
{
	size_t i;

	for (i = 0; i < v->container->n_todo; i++) {
		const struct pair p = pair_of(v, actor, &v->container->todo[i], round, q->host);

		judge_pair(q, &p, f);
	}
}

static bool has_started(const struct view *v, struct finding *f)
{
	bool started = container_started(v);

	if (!started)
		found(f, VERDICT_BROKEN, "container %s did not start (see life-start)",
		      v->container->name);
	return started;
}

static void judge(const struct view *v, const struct question *q, struct finding *f)
{
	const struct test_case *c = &v->facts->c;
	const struct container *const actors[ROUNDS] = {
		[1] = &c->containers[0],
		[3] = &c->containers[c->n_containers - 1],
	};
	int round;

	if (!has_started(v, f))
		return;
	for (round = 1; round < ROUNDS; round += 2)
		if (q->host || actors[round] != v->container)
			judge_round(v, q, actors[round], round, f);
}

#define ASK(name, ...)                                                                             \
	static void name(const struct view *v, struct finding *f)                                  \
	{                                                                                          \
		static const struct question q = { __VA_ARGS__ };                                  \
                                                                                                   \
		judge(v, &q, f);                                                                   \
	}

ASK(ask_plant, .signs = planted, .kinds = "dir")
ASK(ask_socket, .signs = answers, .kinds = "dir")
ASK(ask_metadata, .signs = metadata, .kinds = "dir file")
ASK(ask_content, .signs = written, .kinds = "file")
ASK(ask_lock, .signs = locked, .kinds = "dir file", .felt = true)
ASK(ask_watch, .signs = events, .kinds = "dir file", .felt = true)
ASK(ask_host, .signs = all_data, .kinds = "dir file", .host = true)
ASK(ask_host_lock, .signs = locked, .kinds = "dir file", .host = true, .felt = true)
ASK(ask_host_watch, .signs = events, .kinds = "dir file", .host = true, .felt = true)

JUDGE(iso_plant) = { .check = ask_plant, .expected = "no new name in a mask of another container" };
JUDGE(iso_socket) = { .check = ask_socket, .expected = "no socket in a mask of another container" };
JUDGE(iso_metadata) = { .check = ask_metadata,
			.expected = "the mask of another container as it was" };
JUDGE(iso_content) = { .check = ask_content,
		       .expected = "no more bytes in a mask of another container" };
JUDGE(iso_lock) = { .check = ask_lock, .expected = "the locks free in another container" };
JUDGE(iso_watch) = { .check = ask_watch, .expected = "no event in another container" };
JUDGE(iso_host) = { .check = ask_host, .expected = "what the host has there as it was" };
JUDGE(iso_host_lock) = { .check = ask_host_lock, .expected = "the locks free on the host" };
JUDGE(iso_host_watch) = { .check = ask_host_watch, .expected = "no event on the host" };

/* Who makes its masks writable reaches others and the host no more than they do. */
static void ask_admin(const struct view *v, struct finding *f)
{
	static const struct question others = { .signs = all_data,
						.kinds = "dir file",
						.admin = true };
	static const struct question host = {
		.signs = all_data, .kinds = "dir file", .host = true, .admin = true
	};

	judge(v, &others, f);
	judge(v, &host, f);
}

JUDGE(iso_admin) = { .check = ask_admin, .expected = "no data changed by what is writable to one" };

/* The first look of a container, against the first look of the one that lived before it. */
static void ask_later(const struct view *v, struct finding *f)
{
	static const struct question q = { .signs = kept, .kinds = "dir file" };
	const struct container *earlier = v->container - 1;
	const struct view first = { .facts = v->facts, .container = earlier };
	size_t i;

	if (v->container == v->facts->c.containers) {
		found(f, VERDICT_BROKEN, "no container lived before %s", v->container->name);
		return;
	}
	if (!has_started(&first, f) || !has_started(v, f))
		return;
	for (i = 0; i < v->container->n_todo; i++) {
		struct pair p = pair_of(&first, earlier, &v->container->todo[i], 1, false);
		const struct pair now = pair_of(v, earlier, p.target, 1, false);

		p.view = v;
		p.after = now.before;
		judge_pair(&q, &p, f);
	}
}

JUDGE(iso_later) = { .check = ask_later, .expected = "masks as the earlier container found them" };

/* Reported ---------------------------------------------------------------------------------- */

static bool has_object(const struct row *r)
{
	char object[64];

	return is_seen(r) && *word(r, "object", object, sizeof(object));
}

static bool same_object(const struct row *a, const struct row *b)
{
	char object[64], of_other[64];

	return streq(word(a, "object", object, sizeof(object)),
		     word(b, "object", of_other, sizeof(of_other)));
}

/* Of the controls it is known what they are. */
static bool is_dull(const struct todo *t, bool first, bool same, bool on_host)
{
	if (has_word("control-iso-dir control-iso-file", t->class))
		return !same || !on_host;
	return streq(t->class, "iso-own") && !first && same;
}

static void say_object(const struct view *v, const struct todo *t, struct finding *f)
{
	const struct container *first = &v->facts->c.containers[0];
	const char *name = v->container->name;
	const struct row *own, *of_first, *host;
	bool same, on_host;

	own = find_row(v->facts, "probe", name, phases[0], OP_FEEL, t->path);
	of_first = find_row(v->facts, "probe", first->name, phases[0], OP_FEEL, t->path);
	host = find_row(v->facts, "driver", name, phases[0], OP_FEEL, t->path);
	on_host = is_seen(host);
	if (!has_object(own) || !has_object(of_first) ||
	    (!on_host && !is_private(host) && !streq(t->class, "iso-own"))) {
		found(f, VERDICT_BROKEN, "no look of %s at %s", name, t->path);
		return;
	}
	same = same_object(own, of_first);
	if (is_dull(t, v->container == first, same, on_host))
		found(f, VERDICT_BROKEN, "dull control: whose %s is can't be told", t->path);
	else if (has_word("iso-dir iso-file", t->class) && v->container != first)
		found(f, VERDICT_PASS, "%s of %s: %s%s", t->path, name,
		      same ? "that of the first" : "its own", on_host ? ", of the host" : "");
}

static void say_objects(const struct view *v, struct finding *f)
{
	size_t i;

	for (i = 0; i < v->container->n_todo; i++)
		if (v->container->todo[i].op == OP_FEEL)
			say_object(v, &v->container->todo[i], f);
	found(f, VERDICT_PASS, "%s", "");
}

JUDGE(iso_object) = { .check = say_objects, .expected = "reported, never failed" };
