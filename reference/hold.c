/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors that a list can name, in the test build only; see hold.h. */
#include "reference/hold.h"

#include <fcntl.h>

#include "reference/mask.h"
#include "reference/seam.h"

static struct held {
	int fd;
	const char *path;
} held[HOLD_MAX];
static size_t n_held;

int hold_parse(const char *text, int *ret_fd, const char **ret_path)
{
	char *end;
	long n = strtol(text, &end, 10);
	const char *path = *end == ':' ? end + 1 : "";
	const char *below = strip_prefix(path, HOLD_BUNDLE);

	if (*text < '0' || *text > '9' || n > 65535 || *(below ? below : path) != '/')
		return -EINVAL;
	*ret_fd = (int)n;
	*ret_path = path;
	return 0;
}

int hold_open(int root_fd, const char *bundle, int number, const char *path)
{
	const char *below = strip_prefix(path, HOLD_BUNDLE);
	_cleanup_free_ char *outside = NULL;
	_cleanup_close_ int fd = -EBADF;

	if (fcntl(number, F_GETFD) >= 0)
		return -EBUSY;
	if (!below)
		fd = mask_lookup(root_fd, path, MASK_METHOD_AUTO);
	else if (asprintf(&outside, "%s%s", bundle, below) < 0)
		return -ENOMEM;
	else
		fd = open(outside, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return below ? -errno : fd;
	if (fd == number) {
		TAKE_FD(fd);
		return 0;
	}
	return dup3(fd, number, O_CLOEXEC) < 0 ? -errno : 0;
}

/* A bundle without the path has nothing to be held. */
static int hold_all(struct container *c, struct fault *f)
{
	for (size_t i = 0; i < n_held; i++) {
		int r = hold_open(c->root_fd, c->bundle, held[i].fd, held[i].path);

		if (r < 0 && r != -ENOENT)
			return fault_path(f, -r, "--hold-fd", held[i].path);
	}
	return 0;
}

int seam_hold(const char *text)
{
	int r;

	if (n_held == HOLD_MAX)
		return -E2BIG;
	r = hold_parse(text, &held[n_held].fd, &held[n_held].path);
	if (r < 0)
		return r;
	n_held++;
	seam.hold = hold_all;
	return 0;
}
