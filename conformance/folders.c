/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/folders.h"

#include <dirent.h>
#include <fcntl.h>

void folders_close(struct folders *f)
{
	size_t i;

	for (i = 0; i < f->n; i++) {
		free(f->list[i].path);
		if (f->list[i].fd >= 0)
			close(f->list[i].fd);
		manifest_free(&f->list[i].m);
	}
	free(f->list);
	*f = (struct folders){ 0 };
}

const struct folder *folder_of_shard(const struct folders *f, unsigned int number)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (f->list[i].m.shard == number)
			return &f->list[i];
	return NULL;
}

/* Opening ------------------------------------------------------------------------------------- */

static int open_one(struct folders *fs, const char *path, char **ret_error)
{
	struct folder one = { .fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
	char *text;
	int r;

	GROW(fs->list, fs->n);
	one.path = xstrdup(path);
	fs->list[fs->n++] = one;
	if (one.fd < 0 || read_file_at(one.fd, MANIFEST_FILE, CASE_MAX, &text, NULL) < 0) {
		*ret_error = xasprintf("%s: no manifest here; name the facts folder of a run, or a "
				       "folder of those of its shards",
				       path);
		return -ENOENT;
	}
	r = manifest_parse(text, &fs->list[fs->n - 1].m);
	if (r < 0)
		*ret_error = xasprintf("%s/%s: cut or changed; judge a whole copy of the folder",
				       path, MANIFEST_FILE);
	return r;
}

static int is_visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* One that holds no manifest itself, but folders that do. */
static int open_inside(struct folders *fs, const char *path, char **ret_error)
{
	struct dirent **names = NULL;
	int n = scandir(path, &names, is_visible, alphasort), i, r = 0;

	for (i = 0; i < n; i++) {
		_cleanup_free_ char *inside = xasprintf("%s/%s", path, names[i]->d_name);
		_cleanup_free_ char *manifest = xasprintf("%s/%s", inside, MANIFEST_FILE);

		if (r == 0 && access(manifest, F_OK) == 0)
			r = open_one(fs, inside, ret_error);
		free(names[i]);
	}
	free(names);
	fs->whole = fs->n > 0;
	return r < 0 || fs->n ? r : open_one(fs, path, ret_error);
}

static int open_all(struct folders *fs, char *const *paths, size_t n, char **ret_error)
{
	_cleanup_free_ char *manifest = xasprintf("%s/%s", paths[0], MANIFEST_FILE);
	size_t i;
	int r = 0;

	if (n == 1 && access(manifest, F_OK) < 0)
		return open_inside(fs, paths[0], ret_error);
	fs->whole = n > 1;
	for (i = 0; r == 0 && i < n; i++)
		r = open_one(fs, paths[i], ret_error);
	return r;
}

/* Whether they are of one run ------------------------------------------------------------------ */

static int differ(const struct folder *a, const struct folder *b, const char *what,
		  char **ret_error)
{
	*ret_error = xasprintf("%s and %s: %s; name the shards of one run", a->path, b->path, what);
	return -EINVAL;
}

static int compare_settings(const struct folder *a, const struct folder *b, char **ret_error)
{
	const struct {
		const char *what, *a, *b;
	} rows[] = {
		{ "of different runtimes", a->m.runtime, b->m.runtime },
		{ "of different PROFILE", a->m.profile, b->m.profile },
		{ "of different FILTER", a->m.filter, b->m.filter },
		{ "of different REQUIRE", a->m.require, b->m.require },
		{ "of different DENY", a->m.deny, b->m.deny },
		{ "of different USERNS", a->m.userns, b->m.userns },
		{ "of different kernels", a->m.kernel, b->m.kernel },
		{ "of different kernels of one name", a->m.image, b->m.image },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (!streq(rows[i].a ? rows[i].a : "", rows[i].b ? rows[i].b : ""))
			return differ(a, b, rows[i].what, ret_error);
	return 0;
}

/* Each owes what the other says that it does; the preflight is of every one. */
static int compare_cases(const struct folder *a, const struct folder *b, char **ret_error)
{
	bool same = a->m.n == b->m.n;
	size_t i;

	for (i = 0; same && i < a->m.n; i++) {
		const struct due_case *x = &a->m.cases[i], *y = &b->m.cases[i];

		same = streq(x->bundle, y->bundle) && streq(x->file, y->file) &&
		       streq(x->digest, y->digest) && streq(x->ids, y->ids) &&
		       (streq(x->bundle, PREFLIGHT)
				? !x->elsewhere && !y->elsewhere
				: manifest_owner(&a->m, x) == manifest_owner(&b->m, y));
	}
	return same ? 0
		    : differ(a, b, "their cases are not the same, or dealt otherwise", ret_error);
}

static int compare(const struct folder *a, const struct folder *b, char **ret_error)
{
	_cleanup_free_ char *counts = xasprintf("of %u shards and of %u", a->m.shards, b->m.shards);
	int r;

	if (a->m.shards != b->m.shards)
		return differ(a, b, counts, ret_error);
	r = compare_settings(a, b, ret_error);
	return r < 0 ? r : compare_cases(a, b, ret_error);
}

static int by_number(const void *a, const void *b)
{
	const struct folder *x = a, *y = b;

	return (int)x->m.shard - (int)y->m.shard;
}

static int check_shards(struct folders *fs, char **ret_error)
{
	size_t i;
	int r = 0;

	qsort(fs->list, fs->n, sizeof(*fs->list), by_number);
	for (i = 0; i < fs->n; i++) {
		const struct folder *one = &fs->list[i];
		_cleanup_free_ char *twice =
			xasprintf("both are shard %u of %u", one->m.shard, one->m.shards);

		if (!one->m.shards) {
			*ret_error = xasprintf("%s: a whole run, and no shard; judge it alone",
					       one->path);
			return -EINVAL;
		}
		if (i > 0)
			r = compare(&fs->list[0], one, ret_error);
		if (r == 0 && i > 0 && one->m.shard == fs->list[i - 1].m.shard)
			r = differ(&fs->list[i - 1], one, twice, ret_error);
		if (r < 0)
			return r;
	}
	return 0;
}

int folders_open(char *const *paths, size_t n, struct folders *ret, char **ret_error)
{
	_cleanup_folders_ struct folders fs = { 0 };
	int r = open_all(&fs, paths, n, ret_error);

	if (r == 0 && fs.whole)
		r = check_shards(&fs, ret_error);
	if (r < 0)
		return r;
	*ret = fs;
	fs = (struct folders){ 0 };
	return 0;
}
