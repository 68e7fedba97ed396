/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/run_time.h"

#include <time.h>

double run_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double sum_of(const struct report *r, const char *name)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < r->n_measurements; i++)
		if (streq(r->measurements[i].name, name))
			sum += strtod(r->measurements[i].value, NULL) / 1e6;
	return sum;
}

void run_times_print(const struct run_times *t, const struct report *r, FILE *out)
{
	const struct {
		const char *name, *what;
		double seconds;
	} rows[] = {
		{ "runtime", "its commands", sum_of(r, "time.runtime") },
		{ "payload", "waiting for the probe in the container", sum_of(r, "time.payload") },
		{ "kit", "bundles, looks from the host, planning, judging",
		  sum_of(r, "time.kit") + t->plan + t->judge },
	};
	double all = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		all += rows[i].seconds;
	fputs("\ntime, summed over cases that ran side by side:\n", out);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		fprintf(out, "  %-8s %7.2f s  %3.0f %%  %s\n", rows[i].name, rows[i].seconds,
			all > 0 ? 100 * rows[i].seconds / all : 0, rows[i].what);
	fprintf(out, "by the clock: %.2f s planning, %.2f s cases, %.2f s judging\n\n", t->plan,
		t->observe, t->judge);
}
