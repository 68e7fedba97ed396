/* SPDX-License-Identifier: Apache-2.0 */
/* What hinders user namespaces is named from errnos and sysctls, which no machine has all of. */
#include "conformance/tests/suite.h"

#include "conformance/userns.h"

#define DISABLED "user namespaces are disabled: user.max_user_namespaces is 0"
#define USED_UP "no user namespace is left"
#define ROOTS "user namespaces are root's only: kernel.unprivileged_userns_clone is 0"
#define APPARMOR "AppArmor restricts user namespaces"
#define NOT_BUILT "this kernel has no user namespaces"
#define DENIED "making a user namespace is denied"
#define OF_NO_USE "a user namespace can be made, but nothing be mapped or mounted in it"

static const struct {
	const char *name;
	struct userns_trial trial;
	const char *fault; /* beginning; NULL: none */
} rows[] = {
	{ "fine", { .known = true, .max = "96365" }, NULL },
	{ "fine-debian", { .known = true, .max = "96365", .clone = "1" }, NULL },
	{ "fine-ubuntu-with-profile", { .known = true, .max = "9", .apparmor = "1" }, NULL },
	{ "fine-though-zero-is-said", { .known = true, .max = "0" }, NULL },
	{ "max-zero", { .known = true, .unshare = -ENOSPC, .max = "0" }, DISABLED },
	{ "max-zero-root",
	  { .known = true, .unshare = -ENOSPC, .max = "0", .root = true },
	  DISABLED },
	{ "max-reached", { .known = true, .unshare = -ENOSPC, .max = "7" }, USED_UP },
	{ "max-unread", { .known = true, .unshare = -ENOSPC }, USED_UP },
	{ "too-deep", { .known = true, .unshare = -EUSERS, .max = "7" }, USED_UP },
	{ "debian-clone-off", { .known = true, .unshare = -EPERM, .clone = "0" }, ROOTS },
	{ "debian-clone-off-root",
	  { .known = true, .unshare = -EPERM, .clone = "0", .root = true },
	  DENIED },
	{ "kernel-without", { .unshare = -EINVAL }, NOT_BUILT },
	{ "kernel-without-by-file", { .unshare = -EPERM, .clone = "0" }, NOT_BUILT },
	{ "kernel-without-by-errno", { .known = true, .unshare = -EINVAL }, NOT_BUILT },
	{ "ubuntu-map", { .known = true, .map = -EPERM, .apparmor = "1" }, APPARMOR },
	{ "ubuntu-map-eacces", { .known = true, .map = -EACCES, .apparmor = "1" }, APPARMOR },
	{ "ubuntu-mount", { .known = true, .mount = -EACCES, .apparmor = "1" }, APPARMOR },
	{ "ubuntu-unshare", { .known = true, .unshare = -EACCES, .apparmor = "1" }, APPARMOR },
	{ "ubuntu-off", { .known = true, .map = -EPERM, .apparmor = "0" }, OF_NO_USE },
	{ "ubuntu-root-is-free",
	  { .known = true, .map = -EPERM, .apparmor = "1", .root = true },
	  OF_NO_USE },
	{ "seccomp", { .known = true, .unshare = -EPERM, .max = "9" }, DENIED },
	{ "out-of-memory", { .known = true, .unshare = -ENOMEM, .max = "9" }, DENIED },
	{ "mount-denied", { .known = true, .mount = -EPERM, .max = "9" }, OF_NO_USE },
};

START_TEST(test_fault)
{
	const char *remedy = NULL;
	const char *fault = userns_fault(&rows[_i].trial, &remedy);

	if (!rows[_i].fault) {
		ck_assert_ptr_null(fault);
		return;
	}
	ck_assert_ptr_nonnull(fault);
	ck_assert_msg(strip_prefix(fault, rows[_i].fault), "%s", fault);
	ck_assert(remedy && *remedy);
}
END_TEST

/* The trial leaves this process where it was. */
START_TEST(test_try)
{
	char before[64] = "", after[64] = "";
	struct userns_trial t;

	ck_assert_int_gt(readlink("/proc/self/ns/user", before, sizeof(before) - 1), 0);
	userns_try(&t);
	ck_assert_int_gt(readlink("/proc/self/ns/user", after, sizeof(after) - 1), 0);
	ck_assert_str_eq(before, after);
	ck_assert(t.known);
	ck_assert_int_eq(t.root, geteuid() == 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("userns");

	ADD_ROWS(s, rows, test_fault);
	add_case(s, "try", test_try, 0);
	return run_suite(s);
}
