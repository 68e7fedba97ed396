/* SPDX-License-Identifier: Apache-2.0 */
/* maskspec shell: the machine of a run, with a person in it in place of its cases. */
#include <fcntl.h>

#include "conformance/plan.h"
#include "conformance/vm.h"

static char *welcome(const struct run_options *o, const struct plan *p, const struct vm *vm)
{
	return xasprintf("maskspec: %s in a machine of %s; `exit` ends it\n\n"
			 "cases/      what a run gets: %zu\n"
			 "commands    how: the second line runs all but the preflight\n"
			 "bundles/    the same for you: in bundles/BUNDLE/CONTAINER %s\n"
			 "One case, its facts in facts/:\n"
			 "  /observe --runtime %s --out facts --run-id me cases/" PREFLIGHT
			 ".case\n",
			 o->runtime, vm->version, p->n, show_by_hand, o->runtime);
}

static int write_bundles(const struct plan *p, const char *dir)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < p->n; i++) {
		_cleanup_free_ char *bundle = xasprintf("%s/bundles/%s", dir, p->cases[i].file);

		r = make_folders(bundle);
		r = r < 0 ? complain(EXIT_USAGE, "%s: %s", bundle, errno_name(r))
			  : show_write(p->cases[i].c, bundle);
	}
	return r;
}

/* For the person only; /maskspec has it below its own name. */
static int write_tree(const struct run_options *o, const struct plan *p, const struct vm *vm,
		      const char *dir)
{
	_cleanup_free_ char *file = xasprintf("%s/README", dir);
	_cleanup_free_ char *text = welcome(o, p, vm);
	int r;

	remove_folder(dir);
	if (make_folders(dir) < 0)
		return complain(EXIT_USAGE, "OUT=%s: can't be written", o->out);
	r = write_file_at(AT_FDCWD, file, text, strlen(text));
	if (r < 0)
		return complain(EXIT_USAGE, "%s: %s", file, errno_name(r));
	r = write_bundles(p, dir);
	return r == 0 ? -1 : r;
}

static int shell(const struct run_options *o, const struct plan *p, const struct vm *vm)
{
	_cleanup_free_ char *dir = xasprintf("%s/vm/shell", o->out);
	char digest[SHA256_HEX];
	char **argv;
	int status = plan_write(p, o, vm, digest);

	if (status < 0)
		status = write_tree(o, p, vm, dir);
	if (status < 0)
		status = vm_image(o, p, digest, dir);
	if (status >= 0)
		return status;
	argv = vm_argv(o, vm, "--shell");
	execv(argv[0], argv);
	return complain(EXIT_BROKEN, "%s: %s; %s", argv[0], errno_name(errno), kit_remedy());
}

int cmd_shell(int argc, char **argv)
{
	_cleanup_plan_ struct plan p = { 0 };
	_cleanup_vm_ struct vm vm = { 0 };
	struct run_options o;
	int status = run_options_parse(&o, argc, argv);

	if (status >= 0)
		return status;
	if (!o.kernel)
		return complain(EXIT_USAGE,
				"shell: name one kernel with --kernels (KERNEL=), not the host; "
				"`%s kernels` shows them",
				kit_is_installed() ? "maskspec" : "make");
	status = plan_make(&o, &p);
	if (status < 0)
		status = vm_fetch(&o, &vm);
	return status < 0 ? shell(&o, &p, &vm) : status;
}
