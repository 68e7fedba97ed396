/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What masks cost: superblocks, and the time to start and stop, over the number of masks. A line is
 * a runtime, through the mean of its reports; a dot is one container.
 */
#include "conformance/report/html_page.h"

#include <math.h>

#include "conformance/report/output.h"

enum measure { SUPERBLOCKS, START, STOP, MEASURES };

struct point {
	size_t series;
	double masks;
	double y[MEASURES]; /* NAN where it was not measured */
	size_t n;	    /* of a mean: the points it is of */
};

struct series {
	const char *name; /* a column's */
	const struct report *r;
};

struct plots {
	struct series *series; /* owned */
	size_t n_series;
	struct point *points; /* owned; by series, then by masks */
	size_t n;
};

static const struct {
	const char *title, *unit;
	bool log;
} measures[MEASURES] = {
	[SUPERBLOCKS] = { "Superblocks of directory masks", "superblocks", true },
	[START] = { "Time to create and start", "ms", true },
	[STOP] = { "Time to delete", "ms", true },
};

/* The number at @m, at least 0; NAN where it is none. */
static double number(const struct measurement *m)
{
	char *end;
	double v = strtod(m->value, &end);

	return *m->value && !*end && v >= 0 && v < 1e15 ? v : NAN;
}

/* What the measurements [@m, @m + @n) of one bundle say; false where it counts no masks. */
static bool read_bundle(const struct measurement *m, size_t n, struct point *ret)
{
	double create = NAN, start = NAN;
	size_t i;

	*ret = (struct point){ .masks = NAN, .y = { NAN, NAN, NAN }, .n = 1 };
	for (i = 0; i < n; i++) {
		if (streq(m[i].name, "mounts.masks"))
			ret->masks = number(&m[i]);
		else if (streq(m[i].name, "superblocks.directory_masks"))
			ret->y[SUPERBLOCKS] = number(&m[i]);
		else if (streq(m[i].name, "time.create"))
			create = number(&m[i]);
		else if (streq(m[i].name, "time.start"))
			start = number(&m[i]);
		else if (streq(m[i].name, "time.delete"))
			ret->y[STOP] = number(&m[i]) / 1000;
	}
	ret->y[START] = (create + start) / 1000;
	return ret->masks >= 1;
}

static void add_points(struct plots *g, const struct report *r, size_t series)
{
	size_t i, k;

	for (i = 0; i < r->n_measurements; i = k) {
		struct point one;

		for (k = i; k < r->n_measurements &&
			    streq(r->measurements[k].bundle, r->measurements[i].bundle);)
			k++;
		if (!read_bundle(r->measurements + i, k - i, &one))
			continue;
		one.series = series;
		GROW(g->points, g->n);
		g->points[g->n++] = one;
	}
}

static int compare_points(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	if (x->series != y->series)
		return x->series < y->series ? -1 : 1;
	return x->masks < y->masks ? -1 : x->masks > y->masks;
}

static void collect(const struct html_page *p, struct plots *g)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		const struct page_column *c = &p->columns[i];

		if (report_hides(c->r))
			continue;
		if (!g->n_series || !streq(g->series[g->n_series - 1].name, c->runtime)) {
			GROW(g->series, g->n_series);
			g->series[g->n_series++] = (struct series){ .name = c->runtime, .r = c->r };
		}
		add_points(g, c->r, g->n_series - 1);
	}
	if (g->n)
		qsort(g->points, g->n, sizeof(*g->points), compare_points);
}

/* The mean of the points from @i on that have its series and masks; returns where the next begin.
 */
static size_t mean_from(const struct plots *g, size_t i, struct point *ret)
{
	double sum[MEASURES] = { 0 };
	size_t n[MEASURES] = { 0 };
	size_t k;
	int m;

	for (k = i; k < g->n && compare_points(&g->points[i], &g->points[k]) == 0; k++) {
		for (m = 0; m < MEASURES; m++) {
			if (isnan(g->points[k].y[m]))
				continue;
			sum[m] += g->points[k].y[m];
			n[m]++;
		}
	}
	*ret = g->points[i];
	ret->n = k - i;
	for (m = 0; m < MEASURES; m++)
		ret->y[m] = n[m] ? sum[m] / (double)n[m] : NAN;
	return k;
}

/* Drawing -------------------------------------------------------------------------------------- */

#define WIDTH 460
#define HEIGHT 300
#define LEFT 52
#define RIGHT 20
#define TOP 14
#define BOTTOM 42

/* Both axes are logarithmic, from a power of ten to one. */
struct axes {
	double x_max, y_min, y_max; /* exponents of ten; x begins at 1 */
};

static double place_x(const struct axes *a, double v)
{
	return LEFT + (WIDTH - LEFT - RIGHT) * log10(v) / a->x_max;
}

static double place_y(const struct axes *a, double v)
{
	double span = a->y_max - a->y_min;

	return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (log10(v) - a->y_min) / span;
}

/* A logarithm has no 0: no superblock at all lies on the axis. */
static double shown_value(const struct axes *a, double v)
{
	double least = pow(10, a->y_min);

	return v < least ? least : v;
}

static struct axes axes_of(const struct plots *g, enum measure m)
{
	double x = 1, low = 1e15, high = 0;
	struct axes a;
	size_t i;

	for (i = 0; i < g->n; i++) {
		double y = g->points[i].y[m];

		x = fmax(x, g->points[i].masks);
		if (isnan(y) || y <= 0)
			continue;
		low = fmin(low, y);
		high = fmax(high, y);
	}
	a.x_max = fmax(ceil(log10(x)), 1);
	a.y_min = high > 0 ? floor(log10(low)) : 0;
	a.y_max = fmax(high > 0 ? ceil(log10(high)) : 0, a.y_min + 1);
	return a;
}

static void put_grid(struct text *t, const struct axes *a, enum measure m)
{
	int e;

	for (e = 0; e <= (int)a->x_max; e++)
		text_addf(t,
			  "<path class=\"grid\" d=\"M%.1f %dV%d\"/><text x=\"%.1f\" y=\"%d\" "
			  "text-anchor=\"middle\">%.10g</text>\n",
			  place_x(a, pow(10, e)), TOP, HEIGHT - BOTTOM, place_x(a, pow(10, e)),
			  HEIGHT - BOTTOM + 16, pow(10, e));
	for (e = (int)a->y_min; e <= (int)a->y_max; e++)
		text_addf(t,
			  "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" "
			  "text-anchor=\"end\">%.10g</text>\n",
			  LEFT, place_y(a, pow(10, e)), WIDTH - RIGHT, LEFT - 6,
			  place_y(a, pow(10, e)) + 4, pow(10, e));
	text_addf(t,
		  "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">mounts that mask</text>\n"
		  "<text x=\"14\" y=\"%d\" text-anchor=\"middle\" transform=\"rotate(-90 14 "
		  "%d)\">%s</text>\n",
		  (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, (TOP + HEIGHT - BOTTOM) / 2,
		  (TOP + HEIGHT - BOTTOM) / 2, measures[m].unit);
}

/* The shapes are told apart without colour. */
static void put_mark(struct text *t, size_t series, double x, double y)
{
	static const char *const shapes[] = {
		"m-4-4h8v8h-8z", "m0-5l5 9h-10z",    "m0-5l5 5l-5 5l-5-5z",
		"m0 5l5-9h-10z", "m-5 0h10m-5-5v10", "m-4-4l8 8m0-8l-8 8",
	};

	text_addf(t, "M%.1f %.1f%s", x, y, shapes[series % ARRAY_SIZE(shapes)]);
}

static void put_series(struct text *t, const struct plots *g, const struct axes *a, enum measure m,
		       size_t series)
{
	_cleanup_text_ struct text line = { 0 }, marks = { 0 }, dots = { 0 };
	struct point mean;
	size_t i, k;

	for (i = 0; i < g->n; i = k) {
		k = mean_from(g, i, &mean);
		if (mean.series != series || isnan(mean.y[m]))
			continue;
		text_addf(&line, "%c%.1f %.1f", line.len ? 'L' : 'M', place_x(a, mean.masks),
			  place_y(a, shown_value(a, mean.y[m])));
		put_mark(&marks, series, place_x(a, mean.masks),
			 place_y(a, shown_value(a, mean.y[m])));
		for (; mean.n > 1 && i < k; i++)
			if (!isnan(g->points[i].y[m]))
				text_addf(&dots, "M%.1f %.1fh0", place_x(a, mean.masks),
					  place_y(a, shown_value(a, g->points[i].y[m])));
	}
	text_addf(t,
		  "<g class=\"c%zu\"><path class=\"dots\" d=\"%s\"/><path class=\"line\" "
		  "d=\"%s\"/><path class=\"mark\" d=\"%s\"/></g>\n",
		  series % 6, text_str(&dots), text_str(&line), text_str(&marks));
}

static void put_plot(struct html_page *p, const struct plots *g, enum measure m)
{
	struct axes a = axes_of(g, m);
	size_t i;

	text_addf(&p->t,
		  "<figure><figcaption>%s</figcaption><svg viewBox=\"0 0 %d %d\" role=\"img\" "
		  "aria-label=\"%s over the number of masks; the numbers are in the table "
		  "below\">\n",
		  measures[m].title, WIDTH, HEIGHT, measures[m].title);
	put_grid(&p->t, &a, m);
	for (i = 0; i < g->n_series; i++)
		put_series(&p->t, g, &a, m, i);
	text_add(&p->t, "</svg></figure>\n");
}

static void put_keys(struct html_page *p, const struct plots *g)
{
	size_t i;

	text_add(&p->t, "<ul class=\"keys\">\n");
	for (i = 0; i < g->n_series; i++) {
		text_addf(&p->t,
			  "<li><svg viewBox=\"0 0 28 14\" aria-hidden=\"true\"><g class=\"c%zu\">"
			  "<path class=\"line\" d=\"M0 7H28\"/><path class=\"mark\" d=\"",
			  i % 6);
		put_mark(&p->t, i, 14, 7);
		text_add(&p->t, "\"/></g></svg>");
		html_fact(&p->t, g->series[i].r, g->series[i].name, FACT_NAME);
		text_add(&p->t, "</li>\n");
	}
	text_add(&p->t, "</ul>\n");
}

static void put_number(struct html_page *p, double v, bool whole)
{
	if (isnan(v))
		text_add(&p->t, "<td class=\"num\">–</td>");
	else
		text_addf(&p->t, "<td class=\"num\">%.*f</td>", whole && v == floor(v) ? 0 : 1, v);
}

static void put_numbers(struct html_page *p, const struct plots *g)
{
	struct point mean;
	size_t i, k;

	text_add(&p->t,
		 "<details class=\"numbers\"><summary>the numbers, each the mean of its reports"
		 "</summary><div class=\"scroll short\" tabindex=\"0\" role=\"region\" "
		 "aria-label=\"numbers of the plots\"><table><thead><tr><th scope=\"col\">runtime"
		 "</th><th scope=\"col\">masks</th><th scope=\"col\">superblocks</th>"
		 "<th scope=\"col\">create and start, ms</th><th scope=\"col\">delete, ms</th>"
		 "<th scope=\"col\">containers</th></tr></thead><tbody>\n");
	for (i = 0; i < g->n; i = k) {
		k = mean_from(g, i, &mean);
		text_add(&p->t, "<tr><th scope=\"row\">");
		html_fact(&p->t, g->series[mean.series].r, g->series[mean.series].name, FACT_NAME);
		text_addf(&p->t, "</th><td class=\"num\">%.0f</td>", mean.masks);
		put_number(p, mean.y[SUPERBLOCKS], true);
		put_number(p, mean.y[START], false);
		put_number(p, mean.y[STOP], false);
		text_addf(&p->t, "<td class=\"num\">%zu</td></tr>\n", mean.n);
	}
	text_add(&p->t, "</tbody></table></div></details>\n");
}

void page_plots(struct html_page *p)
{
	struct plots g = { 0 };
	int m;

	collect(p, &g);
	text_add(&p->t, "<section>\n<h2 id=\"cost\">What masks cost</h2>\n");
	if (g.n == 0) {
		text_add(&p->t,
			 "<p>No masks were measured, or what was measured is not shown.</p>\n");
	} else {
		put_keys(p, &g);
		text_add(&p->t, "<div class=\"plots\">\n");
		for (m = 0; m < MEASURES; m++)
			put_plot(p, &g, (enum measure)m);
		text_add(&p->t, "</div>\n");
		put_numbers(p, &g);
	}
	text_add(&p->t, "</section>\n");
	free(g.series);
	free(g.points);
}
