/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/case.h"

#include <inttypes.h>

#define LETTER(c) #c[0]
const struct op_info op_info[OP_COUNT] = {
#define OP(id, op_name, letter, identities, text)                                                  \
	[OP_##id] = { .name = op_name, .target = LETTER(letter), .who = identities, .doc = text },
#include "conformance/judge/ops.def"
#undef OP
};

const char *const identity_names[AS_COUNT] = {
	[AS_ROOT] = "root",	[AS_NOCAP] = "nocap", [AS_USER] = "user",
	[AS_USERNS] = "userns", [AS_EXEC] = "exec",   [AS_SYSADMIN] = "sysadmin",
	[AS_DRIVER] = "driver",
};

const char *const tree_kind_names[TREE_KINDS] = {
	[TREE_DIR] = "dir",	  [TREE_FILE] = "file",		[TREE_LINK] = "link",
	[TREE_HARD] = "hard",	  [TREE_CHAR] = "char",		[TREE_FIFO] = "fifo",
	[TREE_SOCKET] = "socket", [TREE_METACOPY] = "metacopy",
};

const char *const step_kind_names[STEP_KINDS] = {
	[STEP_EXEC] = "exec",
	[STEP_PAUSE] = "pause",
	[STEP_UPDATE] = "update",
	[STEP_KILL] = "kill-create",
	[STEP_FILL] = "fill-mounts",
	[STEP_LIMIT] = "limit-files",
};

const char *const expect_names[EXPECT_COUNT] = {
	[EXPECT_STARTS] = "starts",
	[EXPECT_REFUSED] = "refused",
	[EXPECT_EITHER] = "either",
};

static size_t index_of(const char *const *names, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (streq(names[i], name))
			break;
	return i;
}

enum op op_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < OP_COUNT; i++)
		if (streq(op_info[i].name, name))
			break;
	return (enum op)i;
}

enum identity identity_by_name(const char *name)
{
	return (enum identity)index_of(identity_names, AS_COUNT, name);
}

const struct step *find_step(const struct container *k, enum step_kind kind)
{
	size_t i;

	for (i = 0; i < k->n_steps; i++)
		if (k->steps[i].kind == kind)
			return &k->steps[i];
	return NULL;
}

bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);
	const char *p = words;

	while (n && (p = strstr(p, word))) {
		if ((p == words || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
		p += n;
	}
	return false;
}

char *bundle_file(const char *bundle, const char *suffix)
{
	char *name = xasprintf("%s%s", bundle, suffix);
	char *p;

	for (p = name; (p = strchr(p, '/'));)
		*p = '.';
	return name;
}

void case_free(struct test_case *c)
{
	size_t i;

	for (i = 0; i < c->n_containers; i++) {
		free(c->containers[i].todo);
		free(c->containers[i].masks);
		free(c->containers[i].steps);
	}
	free(c->containers);
	free(c->tree);
	free(c->text);
	*c = (struct test_case){ 0 };
}

static void write_todo(const struct todo *t, struct text *out)
{
	text_add_record(out, "todo", identity_names[t->as],
			t->op < OP_COUNT ? op_info[t->op].name : t->unknown, t->path, t->class,
			NULL);
}

static void write_container(const struct container *k, struct text *out)
{
	size_t i;

	text_add_record(out, "container", k->name, expect_names[k->expect], k->topics, NULL);
	if (k->state)
		text_add_record(out, "state", k->state, NULL);
	text_add_record(out, "config", k->config, NULL);
	for (i = 0; i < k->n_masks; i++)
		text_add_record(out, "mask", k->masks[i].path, k->masks[i].class, NULL);
	for (i = 0; i < k->n_todo; i++)
		write_todo(&k->todo[i], out);
	for (i = 0; i < k->n_steps; i++)
		text_add_record(out, "step", step_kind_names[k->steps[i].kind], k->steps[i].name,
				k->steps[i].arg, NULL);
}

static void write_tree(const struct tree_entry *e, struct text *out)
{
	char mode[16], uid[16], gid[16];

	snprintf(mode, sizeof(mode), "%04o", e->mode);
	snprintf(uid, sizeof(uid), "%u", e->uid);
	snprintf(gid, sizeof(gid), "%u", e->gid);
	text_add_record(out, "tree", tree_kind_names[e->kind], e->path, mode, uid, gid, e->arg,
			NULL);
}

void case_write(const struct test_case *c, struct text *out)
{
	_cleanup_text_ struct text t = { 0 };
	size_t i;

	text_add(&t, CASE_SCHEMA "\n");
	text_add_record(&t, "bundle", c->bundle, NULL);
	text_add_record(&t, "title", c->title, NULL);
	text_add_record(&t, "profile", c->profile, NULL);
	if (c->alone)
		text_add(&t, "flag\talone\n");
	if (c->at_once)
		text_add(&t, "flag\tat-once\n");
	if (c->trace)
		text_add(&t, "flag\ttrace\n");
	if (c->rootless)
		text_add(&t, "flag\trootless\n");
	for (i = 0; i < c->n_tree; i++)
		write_tree(&c->tree[i], &t);
	for (i = 0; i < c->n_containers; i++)
		write_container(&c->containers[i], &t);
	text_addf(&t, "end\t%zu\n", count_lines(text_str(&t)));
	text_add_n(out, t.s, t.len);
}

/* Reading ---------------------------------------------------------------------------------- */

struct reader {
	struct test_case *c;
	unsigned int line;
	bool ended;
};

static struct container *last_container(struct reader *r)
{
	return r->c->n_containers ? &r->c->containers[r->c->n_containers - 1] : NULL;
}

static int read_text(char **slot, char *value)
{
	*slot = value;
	return 0;
}

static int read_bundle(struct reader *r, char **f)
{
	return read_text(&r->c->bundle, f[1]);
}

static int read_title(struct reader *r, char **f)
{
	return read_text(&r->c->title, f[1]);
}

static int read_profile(struct reader *r, char **f)
{
	return read_text(&r->c->profile, f[1]);
}

static int read_flag(struct reader *r, char **f)
{
	if (streq(f[1], "alone"))
		r->c->alone = true;
	else if (streq(f[1], "at-once"))
		r->c->at_once = true;
	else if (streq(f[1], "trace"))
		r->c->trace = true;
	else if (streq(f[1], "rootless"))
		r->c->rootless = true;
	else
		return -EINVAL;
	return 0;
}

static bool read_number(const char *s, int base, unsigned int *ret)
{
	char *end;

	*ret = (unsigned int)strtoul(s, &end, base);
	return *s >= '0' && *s <= '9' && !*end;
}

static int read_tree(struct reader *r, char **f)
{
	size_t kind = index_of(tree_kind_names, TREE_KINDS, f[1]);
	unsigned int mode, uid, gid;

	if (kind == TREE_KINDS || f[2][0] != '/' || !read_number(f[3], 8, &mode) ||
	    !read_number(f[4], 10, &uid) || !read_number(f[5], 10, &gid))
		return -EINVAL;
	GROW(r->c->tree, r->c->n_tree);
	r->c->tree[r->c->n_tree++] = (struct tree_entry){
		.kind = (enum tree_kind)kind,
		.path = f[2],
		.mode = mode,
		.uid = uid,
		.gid = gid,
		.arg = f[6],
	};
	return 0;
}

static int read_container(struct reader *r, char **f)
{
	size_t expect = index_of(expect_names, EXPECT_COUNT, f[2]);

	/* The name becomes part of a folder's and a container's name. */
	if (expect == EXPECT_COUNT || !*f[1] || strpbrk(f[1], "/. "))
		return -EINVAL;
	GROW(r->c->containers, r->c->n_containers);
	r->c->containers[r->c->n_containers++] =
		(struct container){ .name = f[1], .expect = (enum expect)expect, .topics = f[3] };
	return 0;
}

/* The name becomes part of a folder's. */
static int read_state(struct reader *r, char **f)
{
	struct container *k = last_container(r);

	return k && *f[1] && !strpbrk(f[1], "/. ") ? read_text(&k->state, f[1]) : -EINVAL;
}

static int read_config(struct reader *r, char **f)
{
	struct container *k = last_container(r);

	return k ? read_text(&k->config, f[1]) : -EINVAL;
}

static int read_mask(struct reader *r, char **f)
{
	struct container *k = last_container(r);

	if (!k)
		return -EINVAL;
	GROW(k->masks, k->n_masks);
	k->masks[k->n_masks++] = (struct mask){ .path = f[1], .class = f[2] };
	return 0;
}

static int read_todo(struct reader *r, char **f)
{
	struct container *k = last_container(r);
	enum identity as = identity_by_name(f[1]);

	if (!k || as == AS_UNKNOWN)
		return -EINVAL;
	GROW(k->todo, k->n_todo);
	k->todo[k->n_todo++] = (struct todo){
		.as = as, .op = op_by_name(f[2]), .path = f[3], .class = f[4], .unknown = f[2]
	};
	return 0;
}

static int read_step(struct reader *r, char **f)
{
	struct container *k = last_container(r);
	size_t kind = index_of(step_kind_names, STEP_KINDS, f[1]);

	if (!k || kind == STEP_KINDS)
		return -EINVAL;
	GROW(k->steps, k->n_steps);
	k->steps[k->n_steps++] =
		(struct step){ .kind = (enum step_kind)kind, .name = f[2], .arg = f[3] };
	return 0;
}

static int read_end(struct reader *r, char **f)
{
	unsigned int lines;

	r->ended = read_number(f[1], 10, &lines) && lines == r->line - 1;
	return r->ended ? 0 : -EINVAL;
}

/* Judges and observe count on these being there. */
static bool is_complete(const struct test_case *c)
{
	size_t i;

	for (i = 0; i < c->n_containers; i++)
		if (!c->containers[i].config)
			return false;
	return c->bundle && c->title && c->profile && c->n_containers > 0;
}

#define MAX_FIELDS 7
static const struct {
	const char *name;
	size_t fields;
	int (*read)(struct reader *r, char **fields);
} records[] = {
	{ "bundle", 2, read_bundle },	   { "title", 2, read_title },
	{ "profile", 2, read_profile },	   { "flag", 2, read_flag },
	{ "tree", MAX_FIELDS, read_tree }, { "container", 4, read_container },
	{ "state", 2, read_state },	   { "config", 2, read_config },
	{ "mask", 3, read_mask },	   { "todo", 5, read_todo },
	{ "step", 4, read_step },
	{ "end", 2, read_end },
};

static int read_record(struct reader *r, char *line)
{
	char *fields[MAX_FIELDS];
	size_t n = split_record(line, fields, MAX_FIELDS);
	size_t i;

	if (r->ended)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(records); i++)
		if (streq(fields[0], records[i].name))
			return n == records[i].fields ? records[i].read(r, fields) : -EINVAL;
	return -EINVAL;
}

int case_parse(char *text, struct test_case *ret, unsigned int *ret_line)
{
	_cleanup_case_ struct test_case c = { 0 };
	struct reader r = { .c = &c, .line = 1 };
	char *rest = text;
	char *line = next_line(&rest);

	*ret_line = 1;
	if (!line || !streq(line, CASE_SCHEMA))
		return -EINVAL;
	while ((line = next_line(&rest))) {
		*ret_line = ++r.line;
		if (read_record(&r, line) < 0)
			return -EINVAL;
	}
	*ret_line = 0;
	if (!r.ended || !is_complete(&c))
		return -EINVAL;
	c.text = text;
	*ret = c;
	c = (struct test_case){ 0 };
	return 0;
}
