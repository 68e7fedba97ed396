/* SPDX-License-Identifier: Apache-2.0 */
/* example ROOT COMMAND PATH...: hides every PATH below ROOT from COMMAND, and nobody else. */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include "reference/mask.h"

static void check(int r, const struct mask_error *err)
{
	if (r < 0) {
		fprintf(stderr, "%s: '%s': errno %d\n", err->step, err->path, err->errnum);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	struct mask_target targets[64];
	struct mask_ctx ctx = MASK_CTX_INIT;
	struct mask_plan plan;
	struct mask_error err;
	char *text;
	int n = 0;

	/* A view of the mounts that is ours; without root in a user namespace that is ours, too. */
	if (argc < 4 || argc > 66 || unshare(CLONE_NEWNS | (geteuid() ? CLONE_NEWUSER : 0)) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("/dev/null", "/dev/null", NULL, MS_BIND, NULL) < 0)
		return 2;
	ctx.root_fd = open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
	ctx.proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	ctx.null_fd = open("/dev/null", O_PATH | O_CLOEXEC);
	check(mask_begin(&ctx, &err), &err);
	if (mask_remount(ctx.null_fd, MS_RDONLY, 0) < 0)
		return 2;
	for (; argv[3 + n]; n++)
		mask_resolve(&ctx, argv[3 + n], &targets[n]);
	check(mask_plan(mask_strategy_find("shared-tmpfs"), targets, (size_t)n, &plan, &err), &err);
	if (mask_plan_print(&plan, targets, &text) == 0)
		fputs(text, stdout);
	fflush(stdout);
	for (size_t i = 0; i < plan.n; i++)
		check(mask_apply(&ctx, targets, &plan.ops[i], &err), &err);
	mask_end(&ctx); /* the rest is freed and closed by exec */
	return execlp("sh", "sh", "-c", argv[2], NULL);
}
