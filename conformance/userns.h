/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether this machine has user namespaces for us, and if not, why, by name. Found out by trying,
 * in a child, before any runtime is asked: a runtime that merely fails can't make the excuse.
 */
#pragma once

#include <stdbool.h>

/* How far the child came: 0, or the negative errno of the step; later steps were not tried then. */
struct userns_trial {
	int unshare; /* unshare(CLONE_NEWUSER) */
	int map;     /* writing /proc/self/uid_map: one id */
	int mount;   /* a mount namespace, and a mount made private in it */
	bool root;   /* euid 0 */
	bool known;  /* the kernel has /proc/self/ns/user */
	/* Texts of the sysctls, "" where there is none:
	 * user.max_user_namespaces  4.9, of the user namespace of who reads it
	 * kernel.unprivileged_userns_clone  Debian and others, not upstream
	 * kernel.apparmor_restrict_unprivileged_userns  Ubuntu 23.10 */
	char max[24], clone[8], apparmor[8];
};

/* Tries it. */
void userns_try(struct userns_trial *ret);
/* NULL, or what hinders, in words; pure. The remedy, a sentence, is in *@ret_remedy. */
const char *userns_fault(const struct userns_trial *t, const char **ret_remedy);
