/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/judge/snapshot.h"

void snapshot_free(struct snapshot *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		free(s->lines[i]);
	free(s->lines);
	free(s->mounts);
	*s = (struct snapshot){ 0 };
}

static int add_line(struct snapshot *s, const char *value)
{
	GROW(s->lines, s->n);
	GROW(s->mounts, s->n);
	s->lines[s->n] = xstrdup(value);
	s->mounts[s->n] = (struct mount){ .covered = false };
	s->n++;
	return mountinfo_parse(s->lines[s->n - 1], &s->mounts[s->n - 1].info);
}

static int by_point(const void *pa, const void *pb)
{
	const struct mount *a = pa, *b = pb;

	return strcmp(a->info.point, b->info.point);
}

/* Of the mounts on one point, those that are the parent of another one there are covered. */
static void mark_covered(struct snapshot *s)
{
	size_t i, j, end;

	qsort(s->mounts, s->n, sizeof(*s->mounts), by_point);
	for (i = 0; i < s->n; i = end) {
		for (end = i + 1; end < s->n && by_point(&s->mounts[i], &s->mounts[end]) == 0;)
			end++;
		for (j = i; j < end; j++) {
			size_t k;

			for (k = i; k < end; k++)
				s->mounts[j].covered |=
					k != j && s->mounts[k].info.parent == s->mounts[j].info.id;
		}
	}
}

/* The number of lines behind the last one; false where it is another than was read. */
static bool is_whole(const struct snapshot *s, const struct row *end)
{
	return end && (row_number(end, "lines") >= 0 && (size_t)row_number(end, "lines") == s->n);
}

int snapshot_read(const struct facts *f, const char *source, const char *name, const char *phase,
		  const char *whose, struct snapshot *ret)
{
	_cleanup_snapshot_ struct snapshot s = { 0 };
	const struct row *end = NULL;
	size_t i;

	for (i = 0; i < f->n_rows; i++) {
		const struct row *r = &f->rows[i];

		if (r->op != OP_MOUNTINFO || !streq(r->phase, phase) || !streq(r->path, whose) ||
		    !row_from(r, source, name))
			continue;
		if (streq(r->result, "end")) {
			end = r;
			continue;
		}
		if (!streq(r->result, "ok") || add_line(&s, r->value) < 0)
			return -ENOENT;
	}
	if (s.n == 0 || !is_whole(&s, end))
		return -ENOENT;
	mark_covered(&s);
	*ret = s;
	s = (struct snapshot){ 0 };
	return 0;
}

struct mount *snapshot_top(const struct snapshot *s, const char *point)
{
	struct mount key = { .info = { .point = (char *)(uintptr_t)point } };
	struct mount *m = s->n ? bsearch(&key, s->mounts, s->n, sizeof(*m), by_point) : NULL;

	if (!m)
		return NULL;
	while (m > s->mounts && by_point(m - 1, &key) == 0)
		m--;
	for (; m < s->mounts + s->n && by_point(m, &key) == 0; m++)
		if (!m->covered)
			return m;
	return NULL;
}

bool same_superblock(const struct mount *a, const struct mount *b)
{
	return a->info.major == b->info.major && a->info.minor == b->info.minor;
}

static bool lies_elsewhere(const struct snapshot *s, const struct mount *m, bool targets_too)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if ((targets_too || !s->mounts[i].is_target) && same_superblock(&s->mounts[i], m))
			return true;
	return false;
}

static bool first_of_its_kind(const struct snapshot *s, const struct mount *m)
{
	const struct mount *p;

	for (p = s->mounts; p < m; p++)
		if (p->is_target && !p->covered && same_superblock(p, m))
			return false;
	return true;
}

unsigned int snapshot_superblocks(const struct snapshot *s, const struct snapshot *elsewhere)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < s->n; i++) {
		const struct mount *m = &s->mounts[i];

		if (m->is_target && !m->covered && first_of_its_kind(s, m) &&
		    !lies_elsewhere(s, m, false) &&
		    !(elsewhere && lies_elsewhere(elsewhere, m, true)))
			n++;
	}
	return n;
}

unsigned int snapshot_new(const struct snapshot *s, const struct snapshot *other)
{
	unsigned int n = 0;
	size_t i, j;

	for (i = 0; i < s->n; i++) {
		bool seen = lies_elsewhere(other, &s->mounts[i], true);

		for (j = 0; !seen && j < i; j++)
			seen = same_superblock(&s->mounts[i], &s->mounts[j]);
		n += !seen;
	}
	return n;
}

const struct mount *snapshot_next_new(const struct snapshot *s, const struct snapshot *other,
				      size_t *at)
{
	for (; *at < s->n; ++*at) {
		const struct mount *m = &s->mounts[*at];
		bool known = false;
		size_t i;

		for (i = 0; !known && i < other->n; i++)
			known = streq(other->mounts[i].info.point, m->info.point) &&
				same_superblock(&other->mounts[i], m);
		if (!known) {
			++*at;
			return m;
		}
	}
	return NULL;
}
