/* SPDX-License-Identifier: Apache-2.0 */
/* The last sentence of the summary, to paste into a bug report: it stands without the rest. */
#pragma once

#include "conformance/report/report.h"
#include "conformance/text.h"

void sentence_add(struct text *t, const struct report *r);
