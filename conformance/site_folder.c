/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/site_folder.h"

#include <dirent.h>
#include <fcntl.h>

#define LIST_MAX (16u << 20)

/* A site has no other folders; the first is its own. */
static const char *const folders[] = { "", "run", "requirement" };

static bool is_folder(const char *dir, const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Whether a site with the files of @list has @path. */
static bool is_of_site(const char *dir, const char *path, const char *list)
{
	bool folder = is_folder(dir, path);
	size_t i;

	for (i = 1; folder && i < ARRAY_SIZE(folders); i++)
		if (streq(path, folders[i]))
			return true;
	return !folder && (streq(path, SITE_LIST) || has_line(list, path));
}

static int is_entry(const struct dirent *e)
{
	return !streq(e->d_name, ".") && !streq(e->d_name, "..");
}

/*
 * The first thing in @dir/@sub that is none of the site's, or NULL; with @remove the files that are
 * are removed. Owned by the caller.
 */
static char *look_in(const char *dir, const char *sub, const char *list, bool remove)
{
	_cleanup_free_ char *place = xasprintf("%s/%s", dir, sub);
	struct dirent **names = NULL;
	int n = scandir(place, &names, is_entry, alphasort), i;
	/* Nobody knows what is in a folder that can't be read. */
	char *foreign = n < 0 && errno != ENOENT ? xstrdup(sub) : NULL;

	for (i = 0; i < n; i++) {
		_cleanup_free_ char *path =
			xasprintf("%s%s%s", sub, *sub ? "/" : "", names[i]->d_name);
		_cleanup_free_ char *whole = xasprintf("%s/%s", dir, path);

		if (!foreign && !is_of_site(dir, path, list))
			foreign = xstrdup(path);
		else if (remove && is_of_site(dir, path, list))
			unlink(whole);
		free(names[i]);
	}
	free(names);
	return foreign;
}

static char *find_foreign(const char *dir, const char *list)
{
	char *foreign = NULL;
	size_t i;

	for (i = 0; !foreign && i < ARRAY_SIZE(folders); i++)
		foreign = look_in(dir, folders[i], list, false);
	return foreign;
}

/* What somebody put there meanwhile stays, and so does its folder. */
static void remove_site(const char *dir, const char *list)
{
	size_t i;

	for (i = ARRAY_SIZE(folders); i-- > 0;) {
		_cleanup_free_ char *place = xasprintf("%s/%s", dir, folders[i]);

		free(look_in(dir, folders[i], list, true));
		rmdir(place);
	}
}

/* Opening -------------------------------------------------------------------------------------- */

/* 0 where @out may be replaced. */
static int check_out(const char *out, bool *ret_replaces, char **ret_error)
{
	_cleanup_free_ char *marker = xasprintf("%s/%s", out, SITE_LIST);
	_cleanup_free_ char *list = NULL, *foreign = NULL;
	struct stat st;
	int r = lstat(out, &st) < 0 ? -errno : 0;

	if (r == -ENOENT)
		return 0;
	if (r < 0 || !S_ISDIR(st.st_mode)) {
		*ret_error = xasprintf("%s: is no folder; name another with -o", out);
		return -EEXIST;
	}
	r = read_file_at(AT_FDCWD, marker, LIST_MAX, &list, NULL);
	*ret_replaces = r == 0;
	foreign = find_foreign(out, r < 0 ? "" : list);
	if (!foreign)
		return 0;
	if (r < 0)
		*ret_error = xasprintf("%s: is not empty, and no site of maskspec; name another "
				       "folder with -o",
				       out);
	else
		*ret_error = xasprintf("%s/%s: is none of the site's files; move it away, or name "
				       "another folder with -o",
				       out, foreign);
	return -EEXIST;
}

static int make_stage(const char *stage)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(folders); i++) {
		_cleanup_free_ char *place = xasprintf("%s/%s", stage, folders[i]);

		if (mkdir(place, 0777) < 0)
			return -errno;
	}
	return 0;
}

int site_folder_open(const char *out, struct site_folder *ret, char **ret_error)
{
	size_t n = strlen(out);
	int r;

	while (n > 1 && out[n - 1] == '/')
		n--;
	*ret = (struct site_folder){ .out = xstrndup(out, n) };
	r = check_out(ret->out, &ret->replaces, ret_error);
	if (r < 0)
		return r;
	ret->stage = xasprintf("%s.%d.new", ret->out, (int)getpid());
	r = make_stage(ret->stage);
	if (r < 0)
		*ret_error = xasprintf("%s: %s; is the folder that it is to be in there, and may "
				       "you write there?",
				       ret->out, errno_name(-r));
	return r;
}

/* Writing -------------------------------------------------------------------------------------- */

int site_folder_put(void *folder, const char *path, const struct text *t)
{
	struct site_folder *f = folder;
	_cleanup_free_ char *whole = xasprintf("%s/%s", f->stage, path);

	text_addf(&f->list, "%s\n", path);
	return write_file_at(AT_FDCWD, whole, text_str(t), t->len);
}

/* rename(2) replaces an empty folder, but no other. */
static int replace(const struct site_folder *f)
{
	_cleanup_free_ char *old = xasprintf("%s.%d.old", f->out, (int)getpid());
	_cleanup_free_ char *marker = xasprintf("%s/%s", old, SITE_LIST);
	_cleanup_free_ char *list = NULL;
	int r;

	if (rename(f->stage, f->out) == 0)
		return 0;
	if (!f->replaces || (errno != ENOTEMPTY && errno != EEXIST))
		return -errno;
	if (rename(f->out, old) < 0)
		return -errno;
	if (rename(f->stage, f->out) < 0) {
		r = -errno;
		return rename(old, f->out) < 0 ? -errno : r;
	}
	if (read_file_at(AT_FDCWD, marker, LIST_MAX, &list, NULL) == 0)
		remove_site(old, list);
	return 0;
}

int site_folder_commit(struct site_folder *f)
{
	_cleanup_free_ char *marker = xasprintf("%s/%s", f->stage, SITE_LIST);
	int r = write_file_at(AT_FDCWD, marker, text_str(&f->list), f->list.len);

	if (r == 0)
		r = replace(f);
	if (r < 0)
		return r;
	free(f->stage);
	f->stage = NULL;
	return 0;
}

void site_folder_free(struct site_folder *f)
{
	if (f->stage)
		remove_site(f->stage, text_str(&f->list));
	free(f->out);
	free(f->stage);
	text_free(&f->list);
	*f = (struct site_folder){ 0 };
}
