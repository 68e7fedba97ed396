/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "conformance/run.h"

/* The words of KERNELS; owned, words_free(). */
char **kernel_names(const char *kernels);
/*
 * Does @run for each of the kernels of @o, several side by side, each in OUT/NAME, and writes the
 * matrix of their reports. The exit status.
 */
int kernels_run(const struct run_options *o, int (*run)(const struct run_options *o));
