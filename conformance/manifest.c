/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/manifest.h"

#include "conformance/split.h"

unsigned int manifest_owner(const struct manifest *m, const struct due_case *c)
{
	return c->elsewhere ? c->elsewhere : m->shard;
}

void manifest_free(struct manifest *m)
{
	free(m->cases);
	free(m->text);
	*m = (struct manifest){ 0 };
}

static char **setting(struct manifest *m, const char *name)
{
	if (streq(name, "run"))
		return &m->run;
	if (streq(name, "profile"))
		return &m->profile;
	if (streq(name, "filter"))
		return &m->filter;
	if (streq(name, "runtime"))
		return &m->runtime;
	return streq(name, "require") ? &m->require : NULL;
}

/* What older manifests don't have. */
static bool take_later(struct manifest *m, char **f, size_t n)
{
	bool userns = streq(f[0], "userns");

	if ((!userns && !streq(f[0], "deny")) || n != 2)
		return false;
	*(userns ? &m->userns : &m->deny) = f[1];
	return true;
}

static bool take_kernel(struct manifest *m, char **f, size_t n)
{
	if (!streq(f[0], "kernel") || n != 3)
		return false;
	m->kernel = f[1];
	m->image = f[2];
	return true;
}

static bool take_shard(struct manifest *m, char **f, size_t n)
{
	_cleanup_free_ char *word = NULL;
	struct shard s;

	if (!streq(f[0], "shard") || n != 3)
		return false;
	word = xasprintf("%s/%s", f[1], f[2]);
	if (shard_parse(word, &s) < 0)
		return false;
	m->shard = s.number;
	m->shards = s.count;
	return true;
}

/* "case", or "elsewhere" and the shard, then what is due there. */
static bool take_case(struct manifest *m, char **f, size_t n)
{
	bool here = streq(f[0], "case");
	struct due_case c;

	if (n != (here ? 5 : 6) || (!here && !streq(f[0], "elsewhere")))
		return false;
	f += here ? 1 : 2;
	c = (struct due_case){ f[0], f[1], f[2], f[3], 0 };
	if (!here) {
		c.elsewhere = (unsigned int)strtoul(f[-1], NULL, 10);
		if (c.elsewhere < 1 || c.elsewhere > m->shards || c.elsewhere == m->shard)
			return false;
	}
	GROW(m->cases, m->n);
	m->cases[m->n++] = c;
	return true;
}

static int read_line(struct manifest *m, char *line, unsigned long number, bool *ended)
{
	char *f[6];
	size_t n = split_record(line, f, ARRAY_SIZE(f));
	char **slot = setting(m, f[0]);

	if (*ended)
		return -EINVAL;
	if (slot && n == 2) {
		*slot = f[1];
	} else if (take_later(m, f, n) || take_kernel(m, f, n) || take_shard(m, f, n) ||
		   take_case(m, f, n)) {
		return 0;
	} else if (streq(f[0], "end") && n == 2 && strtoul(f[1], NULL, 10) == number - 1) {
		*ended = true;
	} else {
		return -EINVAL;
	}
	return 0;
}

int manifest_parse(char *text, struct manifest *ret)
{
	_cleanup_manifest_ struct manifest m = { .text = text, .userns = "none", .deny = "" };
	unsigned long number = 1;
	bool ended = false;
	char *rest = text;
	char *line;

	sha256_text(text, strlen(text), m.digest);
	line = next_line(&rest);
	if (!line || !streq(line, "manifest/1"))
		return -EINVAL;
	while ((line = next_line(&rest)))
		if (read_line(&m, line, ++number, &ended) < 0)
			return -EINVAL;
	if (!ended || !m.run || !m.profile || !m.filter || !m.require || !m.runtime)
		return -EINVAL;
	*ret = m;
	m = (struct manifest){ 0 };
	return 0;
}
