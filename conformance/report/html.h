/* SPDX-License-Identifier: Apache-2.0 */
/* Reports as one page that needs nothing else: no network, no script to be read. */
#pragma once

#include "conformance/report/read.h"

/* 0 or a negative errno of the stream. */
int html_write(const struct reports *rs, FILE *out);
