/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of /proc/PID/mountinfo (proc_pid_mountinfo(5), Documentation/filesystems/proc.rst 3.5),
 * pure. Fields keep the kernel's order; unknown optional fields are kept as text.
 */
#pragma once

#include <stdbool.h>

struct mountinfo {
	int id, parent;
	unsigned int major, minor; /* of the superblock; never st_dev (btrfs, overlay differ) */
	char *root;		   /* unescaped: the part of the superblock that is mounted */
	char *point;		   /* unescaped mount point, seen from the reader's root */
	char *options;		   /* of the vfsmount */
	char *optional;		   /* "shared:1 master:2", "" when private */
	char *type, *source;	   /* as they stand, escaped; the source may be empty */
	char *super;		   /* options of the superblock */
};

/* Cuts @line up in place; -EINVAL when it is none. Strings point into @line. */
int mountinfo_parse(char *line, struct mountinfo *ret);
/* True when @option is one of the comma-separated @options. */
bool mount_option(const char *options, const char *option);
