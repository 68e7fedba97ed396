/* SPDX-License-Identifier: Apache-2.0 */
/* What others make of the archive of a certificate: GNU tar writes the same bytes of the same
 * files, lists and unpacks it, and sha256sum checks its MANIFEST. */
#include <fcntl.h>
#include <sys/stat.h>

#include "conformance/tests/archive_sample.h"

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

#define FOLDER "/tmp/check_tar.XXXXXX"
static char folder[sizeof(FOLDER)];
static int dir = -EBADF;

static void make_folder(void)
{
	memcpy(folder, FOLDER, sizeof(folder));
	ck_assert_ptr_nonnull(mkdtemp(folder));
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(dir, 0);
}

static void remove_folder(void)
{
	_cleanup_free_ char *command = xasprintf("rm -rf %s", folder);

	dir = safe_close(dir);
	ck_assert_int_eq(system(command), 0);
}

/* By a shell in the folder: its status; what it said in *@ret, owned by the caller. */
static int shell(const char *script, char **ret)
{
	_cleanup_free_ char *line =
		xasprintf("cd %s && export TZ=UTC LC_ALL=C && { %s; } >said 2>&1", folder, script);
	int status = system(line);

	ck_assert_int_eq(read_file_at(dir, "said", 1 << 20, ret, NULL), 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Names that are short, of 100 bytes, and split at the first, the last and the only slash. */
static void add_names(struct ustar *a)
{
	add_file(a, "a-b", "1", 1);
	add_file(a, "a/" X50 X50 "/" X50 "/b", "2", 1);
	add_file(a, "c/" X50 "/" X50 "/" X50 "/" X50, "3", 1);
	add_file(a, X50 "/" X50 X50, "4", 1);
	add_file(a, "d/" X50 "123456789012345678901234567890123456789012345678", "5", 1);
	add_file(a, "~+@,[$&", "6", 1);
}

static void write_files(const struct ustar *a)
{
	_cleanup_text_ struct text names = { 0 };
	size_t i;

	for (i = 0; i < a->n; i++) {
		_cleanup_free_ char *path = xasprintf("f/%s", a->list[i].name);
		char *slash;

		for (slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
			*slash = '\0';
			ck_assert(mkdirat(dir, path, 0755) == 0 || errno == EEXIST);
			*slash = '/';
		}
		ck_assert_int_eq(write_file_at(dir, path, a->list[i].data, a->list[i].size), 0);
		text_addf(&names, "%s\n", a->list[i].name);
	}
	ck_assert_int_eq(write_file_at(dir, "names", names.s, names.len), 0);
}

START_TEST(test_same_bytes)
{
	_cleanup_ustar_ struct ustar a = { 0 }, read = { 0 };
	_cleanup_text_ struct text out = { 0 };
	_cleanup_free_ char *said = NULL, *of_tar = NULL, *error = NULL;
	size_t len;

	sample_archive(&a);
	add_names(&a);
	write_files(&a);
	ustar_write(&a, &out);
	ck_assert_msg(shell("tar -C f -cf of-tar --format=ustar -b1 --mtime=@0 --owner=0 --group=0 "
			    "--numeric-owner --mode=0644 --no-recursion -T names",
			    &said) == 0,
		      "%s", said);
	ck_assert_int_eq(read_file_at(dir, "of-tar", 1 << 20, &of_tar, &len), 0);
	ck_assert_uint_eq(len, out.len);
	ck_assert_mem_eq(of_tar, out.s, len);
	ck_assert_msg(ustar_read(of_tar, len, NULL, &read, &error) == 0, "%s", error);
}
END_TEST

/* Of what tar writes when nobody asks for anything, nothing is read. */
START_TEST(test_other_bytes)
{
	static const struct {
		const char *options, *phrase;
	} tries[] = {
		{ "--format=ustar -b1", "is written otherwise" },
		{ "--format=gnu", "of another format" },
		{ "--format=v7", "of another format" },
		{ "--format=pax --mtime=@0.5", "is a pax header" },
		{ "--format=ustar -z", "archive" },
	};
	_cleanup_ustar_ struct ustar a = { 0 };
	size_t i;

	sample_archive(&a);
	write_files(&a);
	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		_cleanup_free_ char *said = NULL, *of_tar = NULL, *error = NULL;
		_cleanup_free_ char *script =
			xasprintf("tar -C f -cf of-tar %s -T names", tries[i].options);
		_cleanup_ustar_ struct ustar read = { 0 };
		size_t len;

		ck_assert_msg(shell(script, &said) == 0, "%s", said);
		ck_assert_int_eq(read_file_at(dir, "of-tar", 1 << 20, &of_tar, &len), 0);
		ck_assert_int_eq(ustar_read(of_tar, len, NULL, &read, &error), -EINVAL);
		ck_assert_msg(strstr(error, tries[i].phrase), "%s", error);
	}
}
END_TEST

START_TEST(test_listed)
{
	static const char want[] = "-rw-r--r-- 0/0             208 1970-01-01 00:00 MANIFEST\n"
				   "-rw-r--r-- 0/0               3 1970-01-01 00:00 a/x\n"
				   "-rw-r--r-- 0/0             513 1970-01-01 00:00 a/y\n"
				   "-rw-r--r-- 0/0               0 1970-01-01 00:00 b\n";
	_cleanup_ustar_ struct ustar a = { 0 };
	_cleanup_text_ struct text out = { 0 };
	_cleanup_free_ char *said = NULL;

	sample_archive(&a);
	ustar_write(&a, &out);
	ck_assert_int_eq(write_file_at(dir, "of-us", out.s, out.len), 0);
	ck_assert_int_eq(shell("tar -tvf of-us", &said), 0);
	ck_assert_str_eq(said, want);
}
END_TEST

START_TEST(test_unpacked)
{
	_cleanup_ustar_ struct ustar a = { 0 };
	_cleanup_text_ struct text out = { 0 };
	_cleanup_free_ char *said = NULL, *spoilt = NULL;

	sample_archive(&a);
	ustar_write(&a, &out);
	ck_assert_int_eq(write_file_at(dir, "of-us", out.s, out.len), 0);
	ck_assert_msg(shell("tar -xf of-us && sha256sum -c --strict MANIFEST", &said) == 0, "%s",
		      said);
	ck_assert_str_eq(said, "a/x: OK\na/y: OK\nb: OK\n");
	ck_assert_int_ne(shell("echo >b && sha256sum -c --strict MANIFEST", &spoilt), 0);
}
END_TEST

static void add(Suite *s, const char *name, const TTest *test)
{
	/* Unchecked ones are of the parent, which cleans up after a test that failed, too. */
	tcase_add_unchecked_fixture(add_case(s, name, test, 0), make_folder, remove_folder);
}

int main(void)
{
	Suite *s = suite_create("tar");

	add(s, "same-bytes", test_same_bytes);
	add(s, "other-bytes", test_other_bytes);
	add(s, "listed", test_listed);
	add(s, "unpacked", test_unpacked);
	return run_suite(s);
}
