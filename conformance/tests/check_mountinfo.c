/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of /proc/PID/mountinfo as kernels 4.18 to 6.18 write them, and ones that are none. */
#include "conformance/tests/suite.h"

#include "conformance/mountinfo.h"

static const struct {
	const char *name, *line;
	struct {
		int id, parent;
		unsigned int major, minor;
		const char *root, *point, *options, *optional, *type, *source, *super;
	} want;
} good_rows[] = {
	{ "rhel8-4.18-root",
	  "97 1 253:0 / / rw,relatime shared:1 - xfs /dev/mapper/rhel-root "
	  "rw,seclabel,attr2,inode64,logbufs=8,logbsize=32k,noquota",
	  { 97, 1, 253, 0, "/", "/", "rw,relatime", "shared:1", "xfs", "/dev/mapper/rhel-root",
	    "rw,seclabel,attr2,inode64,logbufs=8,logbsize=32k,noquota" } },
	{ "rhel8-4.18-cgroup",
	  "32 25 0:28 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid,nodev,noexec,relatime shared:11 - "
	  "cgroup cgroup rw,seclabel,cpu,cpuacct",
	  { 32, 25, 0, 28, "/", "/sys/fs/cgroup/cpu,cpuacct", "rw,nosuid,nodev,noexec,relatime",
	    "shared:11", "cgroup", "cgroup", "rw,seclabel,cpu,cpuacct" } },
	{ "debian11-5.10-overlay",
	  "512 480 0:52 / / rw,relatime master:178 - overlay overlay "
	  "rw,lowerdir=/l/A:/l/B,upperdir=/u/diff,workdir=/u/work",
	  { 512, 480, 0, 52, "/", "/", "rw,relatime", "master:178", "overlay", "overlay",
	    "rw,lowerdir=/l/A:/l/B,upperdir=/u/diff,workdir=/u/work" } },
	{ "debian11-5.10-null",
	  "545 513 0:55 /null /proc/keys rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755",
	  { 545, 513, 0, 55, "/null", "/proc/keys", "rw,nosuid", "", "tmpfs", "tmpfs",
	    "rw,size=65536k,mode=755" } },
	{ "6.18-mask",
	  "301 280 0:71 / /proc/acpi ro,relatime - tmpfs tmpfs ro,nr_blocks=1,nr_inodes=1,"
	  "inode64,noswap",
	  { 301, 280, 0, 71, "/", "/proc/acpi", "ro,relatime", "", "tmpfs", "tmpfs",
	    "ro,nr_blocks=1,nr_inodes=1,inode64,noswap" } },
	{ "6.18-nsfs",
	  "402 27 0:4 net:[4026532281] /run/netns/a rw shared:211 - nsfs nsfs rw",
	  { 402, 27, 0, 4, "net:[4026532281]", "/run/netns/a", "rw", "shared:211", "nsfs", "nsfs",
	    "rw" } },
	{ "6.18-idmapped",
	  "77 22 254:1 /data /srv rw,relatime,idmapped shared:30 - ext4 /dev/vda1 rw",
	  { 77, 22, 254, 1, "/data", "/srv", "rw,relatime,idmapped", "shared:30", "ext4",
	    "/dev/vda1", "rw" } },
	{ "optional-none",
	  "2 1 0:1 / / rw - rootfs rootfs rw",
	  { 2, 1, 0, 1, "/", "/", "rw", "", "rootfs", "rootfs", "rw" } },
	{ "optional-two",
	  "2 1 0:1 / / rw shared:7 master:3 - tmpfs none rw",
	  { 2, 1, 0, 1, "/", "/", "rw", "shared:7 master:3", "tmpfs", "none", "rw" } },
	{ "optional-four",
	  "2 1 0:1 / / rw shared:7 master:3 propagate_from:2 unbindable - tmpfs none rw",
	  { 2, 1, 0, 1, "/", "/", "rw", "shared:7 master:3 propagate_from:2 unbindable", "tmpfs",
	    "none", "rw" } },
	{ "optional-unknown",
	  "2 1 0:1 / / rw later:9 - tmpfs none rw",
	  { 2, 1, 0, 1, "/", "/", "rw", "later:9", "tmpfs", "none", "rw" } },
	{ "escape-blank",
	  "2 1 0:1 /a\\040b /t/a\\040b rw - tmpfs none rw",
	  { 2, 1, 0, 1, "/a b", "/t/a b", "rw", "", "tmpfs", "none", "rw" } },
	{ "escape-tab",
	  "2 1 0:1 / /t/a\\011b rw - tmpfs none rw",
	  { 2, 1, 0, 1, "/", "/t/a\tb", "rw", "", "tmpfs", "none", "rw" } },
	{ "escape-newline",
	  "2 1 0:1 / /t/a\\012b rw - tmpfs none rw",
	  { 2, 1, 0, 1, "/", "/t/a\nb", "rw", "", "tmpfs", "none", "rw" } },
	{ "escape-backslash",
	  "2 1 0:1 / /t/a\\134040b rw - tmpfs none rw",
	  { 2, 1, 0, 1, "/", "/t/a\\040b", "rw", "", "tmpfs", "none", "rw" } },
	{ "escape-hash",
	  "2 1 0:1 / /t/a\\043b rw - tmpfs none rw",
	  { 2, 1, 0, 1, "/", "/t/a#b", "rw", "", "tmpfs", "none", "rw" } },
	{ "deleted",
	  "2 1 0:1 /a//deleted /t/a rw - tmpfs none rw",
	  { 2, 1, 0, 1, "/a//deleted", "/t/a", "rw", "", "tmpfs", "none", "rw" } },
	{ "above-the-root",
	  "2 1 0:1 /../.. / rw - tmpfs none rw",
	  { 2, 1, 0, 1, "/../..", "/", "rw", "", "tmpfs", "none", "rw" } },
	{ "source-empty",
	  "2 1 0:1 / / rw shared:1 - tmpfs  rw,size=4k",
	  { 2, 1, 0, 1, "/", "/", "rw", "shared:1", "tmpfs", "", "rw,size=4k" } },
	{ "source-dash",
	  "2 1 0:1 / / rw - tmpfs - rw",
	  { 2, 1, 0, 1, "/", "/", "rw", "", "tmpfs", "-", "rw" } },
	{ "point-dash",
	  "2 1 0:1 /- /- rw - tmpfs none rw",
	  { 2, 1, 0, 1, "/-", "/-", "rw", "", "tmpfs", "none", "rw" } },
	{ "super-with-blank",
	  "2 1 0:1 / / rw - fuse.x none rw,subtype=a b",
	  { 2, 1, 0, 1, "/", "/", "rw", "", "fuse.x", "none", "rw,subtype=a b" } },
	{ "great-minor",
	  "2147483647 1 4095:1048575 / / rw - tmpfs none rw",
	  { 2147483647, 1, 4095, 1048575, "/", "/", "rw", "", "tmpfs", "none", "rw" } },
};

START_TEST(test_good)
{
	_cleanup_free_ char *line = xstrdup(good_rows[_i].line);
	const __typeof__(good_rows[0].want) *want = &good_rows[_i].want;
	struct mountinfo m;

	ck_assert_int_eq(mountinfo_parse(line, &m), 0);
	ck_assert_int_eq(m.id, want->id);
	ck_assert_int_eq(m.parent, want->parent);
	ck_assert_uint_eq(m.major, want->major);
	ck_assert_uint_eq(m.minor, want->minor);
	ck_assert_str_eq(m.root, want->root);
	ck_assert_str_eq(m.point, want->point);
	ck_assert_str_eq(m.options, want->options);
	ck_assert_str_eq(m.optional, want->optional);
	ck_assert_str_eq(m.type, want->type);
	ck_assert_str_eq(m.source, want->source);
	ck_assert_str_eq(m.super, want->super);
}
END_TEST

static const struct {
	const char *name, *line;
} bad_rows[] = {
	{ "bad-empty", "" },
	{ "bad-blank", " " },
	{ "bad-one-word", "2" },
	{ "bad-without-separator", "2 1 0:1 / / rw shared:1 tmpfs none rw" },
	{ "bad-ends-at-separator", "2 1 0:1 / / rw -" },
	{ "bad-without-source", "2 1 0:1 / / rw - tmpfs" },
	{ "bad-without-super", "2 1 0:1 / / rw - tmpfs none" },
	{ "bad-id", "x 1 0:1 / / rw - tmpfs none rw" },
	{ "bad-id-tail", "2x 1 0:1 / / rw - tmpfs none rw" },
	{ "bad-parent", "2 - 0:1 / / rw - tmpfs none rw" },
	{ "bad-device", "2 1 01 / / rw - tmpfs none rw" },
	{ "bad-device-tail", "2 1 0:1x / / rw - tmpfs none rw" },
	{ "bad-device-half", "2 1 0: / / rw - tmpfs none rw" },
	{ "bad-id-sign", "+2 1 0:1 / / rw - tmpfs none rw" },
	{ "bad-id-negative", "-2 1 0:1 / / rw - tmpfs none rw" },
	{ "bad-id-zeros", "02 1 0:1 / / rw - tmpfs none rw" },
	{ "bad-id-overflow", "2147483648 1 0:1 / / rw - tmpfs none rw" },
	{ "bad-device-negative", "2 1 0:-1 / / rw - tmpfs none rw" },
	{ "bad-device-overflow", "2 1 0:4294967296 / / rw - tmpfs none rw" },
	{ "bad-two-blanks", "2 1 0:1  / rw - tmpfs none rw" },
	{ "bad-type-empty", "2 1 0:1 / / rw -  none rw x" },
	{ "bad-mounts-line", "tmpfs /t tmpfs rw,relatime 0 0" },
};

START_TEST(test_bad)
{
	_cleanup_free_ char *line = xstrdup(bad_rows[_i].line);
	struct mountinfo m = { .id = 42 };

	ck_assert_int_eq(mountinfo_parse(line, &m), -EINVAL);
	ck_assert_int_eq(m.id, 42);
}
END_TEST

/* Every line cut anywhere is refused or is a line with shorter superblock options. */
START_TEST(test_cut)
{
	const char *whole = good_rows[_i].line;
	size_t n;

	for (n = 0; n < strlen(whole); n++) {
		_cleanup_free_ char *line = xstrndup(whole, n);
		struct mountinfo m;

		if (mountinfo_parse(line, &m) == 0)
			ck_assert_int_eq(
				strncmp(m.super, good_rows[_i].want.super, strlen(m.super)), 0);
	}
}
END_TEST

static const struct {
	const char *name, *options, *option;
	bool want;
} option_rows[] = {
	{ "option-first", "ro,nosuid", "ro", true },
	{ "option-last", "ro,nosuid", "nosuid", true },
	{ "option-alone", "ro", "ro", true },
	{ "option-prefix", "relatime", "re", false },
	{ "option-suffix", "errors=remount-ro", "ro", false },
	{ "option-none", "", "ro", false },
	{ "option-value", "rw,size=4k", "size=4k", true },
	{ "option-key", "rw,size=4k", "size", false },
};

START_TEST(test_option)
{
	ck_assert_int_eq(mount_option(option_rows[_i].options, option_rows[_i].option),
			 option_rows[_i].want);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("mountinfo");
	size_t i;

	ADD_ROWS(s, good_rows, test_good);
	ADD_ROWS(s, bad_rows, test_bad);
	for (i = 0; i < ARRAY_SIZE(good_rows); i++) {
		_cleanup_free_ char *name = xasprintf("cut-%s", good_rows[i].name);

		add_case(s, name, test_cut, (int)i);
	}
	ADD_ROWS(s, option_rows, test_option);
	return run_suite(s);
}
