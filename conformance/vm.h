/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel of the catalogue or of a file, and the machine that boots it: vm/fetch, vm/image,
 * vm/boot. */
#pragma once

#include "conformance/run.h"

/* As vm/fetch answers; all owned by @text. */
struct vm {
	char *text;
	const char *name, *version, *image, *boot, *sha256, *cgroup, *memory, *append, *source;
};

void vm_free(struct vm *v);
#define _cleanup_vm_ _cleanup_(vm_free)
/* Each returns -1 to go on, or the exit status after a message. */
/* Whether there can be a kernel of this name; fetches nothing. */
int vm_check(const struct run_options *o, const char *kernel);
int vm_fetch(const struct run_options *o, struct vm *ret);
/* Writes OUT/vm: the commands of the machine's init, and its initramfs. With @shell, a folder or
 * NULL, programs for a person, and what is in there at /maskspec. */
int vm_image(const struct run_options *o, const struct plan *p, const char *digest,
	     const char *shell);
/* The words that start the machine, words_free(). @mode: a further option of vm/boot, or NULL. */
char **vm_argv(const struct run_options *o, const struct vm *v, const char *mode);
/* Keeps the image and says how to boot it, or removes it (KEEP). */
void vm_tidy(const struct run_options *o, const struct vm *v);
