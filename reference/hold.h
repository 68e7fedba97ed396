/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --hold-fd N:PATH of the test build: init opens PATH inside the container's mount namespace,
 * before any list is looked at, and holds it as descriptor N, so that /proc/self/fd/N and its
 * other names lead to it. The payload does not get it. A real runtime's descriptors are its own
 * affair: only with these can an alias of a known object be masked on purpose.
 *
 *   17:/t/dir          below the container's root; left out where there is no such path
 *   20:bundle:/outside below the bundle, outside of the root
 */
#pragma once

#include "reference/util.h"

#define HOLD_MAX 16
#define HOLD_BUNDLE "bundle:"

/* -EINVAL unless @text is N:PATH. *@ret_path points into @text. */
int hold_parse(const char *text, int *ret_fd, const char **ret_path);
/* -EBUSY when @number is in use; -ENOENT when there is no @path. */
int hold_open(int root_fd, const char *bundle, int number, const char *path);
