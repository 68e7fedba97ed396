/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/html_page.h"

#include "conformance/report/output.h"
#include "html_assets.h"

/* The policy lets a browser fetch nothing, whatever the page holds. */
void html_begin(struct text *t)
{
	text_add(t, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
		    "base-uri 'none'; form-action 'none'\">\n"
		    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		    "<meta name=\"color-scheme\" content=\"light dark\">\n"
		    "<link rel=\"icon\" href=\"data:,\">\n<title>maskspec: ");
}

void html_style(struct text *t)
{
	text_addf(t, "</title>\n<style>\n%s</style>\n</head>\n<body>\n", html_css);
}

static void page_begin(struct html_page *p)
{
	html_begin(&p->t);
	if (p->n == 1)
		html_subject(p, &p->columns[0]);
	else
		text_addf(&p->t, "%zu reports", p->n);
	html_style(&p->t);
}

static void page_end(struct html_page *p)
{
	text_addf(&p->t,
		  "</main>\n<footer><p>Written by <code>maskspec report --format html</code> from "
		  "%s. Read on: docs/guide/reading-a-report.md.</p></footer>\n"
		  "<script>\n%s</script>\n</body>\n</html>\n",
		  p->n == 1 ? "one report" : "these reports", html_js);
}

void html_page_make(struct html_page *p)
{
	static void (*const parts[])(struct html_page *) = {
		page_begin, page_head,	  page_matrix, page_requirements,
		page_plots, page_reports, page_end,
	};
	size_t i;

	page_columns(p);
	page_rows(p);
	for (i = 0; i < ARRAY_SIZE(parts); i++)
		parts[i](p);
}

int html_write(const struct reports *rs, FILE *out)
{
	struct html_page p = { .rs = rs };
	int r;

	html_page_make(&p);
	errno = 0;
	r = fwrite(text_str(&p.t), 1, p.t.len, out) == p.t.len && fflush(out) == 0 ? 0
	    : errno								   ? -errno
										   : -EIO;
	html_page_free(&p);
	return r;
}
