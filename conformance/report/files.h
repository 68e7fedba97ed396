/* SPDX-License-Identifier: Apache-2.0 */
/* What a run leaves for people and programs, in one folder. */
#pragma once

#include "conformance/report/report.h"

/* @dir/report.json and @dir/report.html of @r. 0, or a negative errno. */
int report_files(const char *dir, struct report *r);
