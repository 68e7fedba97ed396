/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "conformance/vm.h"

/* Lets the cases of @p be observed, here or (@vm) there: 0, a status of observe's that is no end
 * for judging, or 128 and the signal that interrupted it. */
int follow(const struct plan *p, const struct run_options *o, const struct vm *vm,
	   const char *digest);
