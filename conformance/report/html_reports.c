/* SPDX-License-Identifier: Apache-2.0 */
/* About each run: where, with what, and by which kit. */
#include "conformance/report/html_page.h"

#include <stddef.h>

#include "conformance/report/output.h"

#define AT(member) offsetof(struct report, member)

/* Strings of a report; lines are shown with commas between. */
static const struct {
	const char *name;
	size_t at;
} facts[] = {
	{ "runtime", AT(runtime_path) },
	{ "says it is", AT(runtime_version) },
	{ "sha256", AT(runtime_sha256) },
	{ "called as", AT(runtime_argv) },
	{ "kernel", AT(kernel) },
	{ "named", AT(kernel_name) },
	{ "machine", AT(machine) },
	{ "distribution", AT(distro) },
	{ "cgroups", AT(cgroup) },
	{ "LSM", AT(lsm) },
	{ "kernel features", AT(features) },
	{ "user namespaces", AT(user_namespaces) },
	{ "could not have", AT(limits) },
	{ "boot id", AT(boot_id) },
	{ "profile", AT(profile) },
	{ "FILTER", AT(filter) },
	{ "REQUIRE", AT(require) },
	{ "USERNS", AT(userns) },
	{ "started", AT(started) },
	{ "kit", AT(kit_version) },
	{ "commit of the kit", AT(kit_commit) },
	{ "specification", AT(kit_spec) },
};

static void put_fact(struct html_page *p, const struct report *r, const char *name,
		     const char *value)
{
	_cleanup_text_ struct text line = { 0 };
	_cleanup_free_ char *copy = xstrdup(str(value));
	char *rest = copy;
	char *one;

	while ((one = next_line(&rest)))
		text_addf(&line, "%s%s", line.len ? ", " : "", one);
	html_entry(&p->t, r, name, text_str(&line));
}

static void put_denied(struct html_page *p, const struct report *r)
{
	_cleanup_text_ struct text t = { 0 };
	size_t i;

	for (i = 0; i < r->n_denied; i++)
		text_addf(&t, "%s%s, answered %llu times", i ? "; " : "", r->denied[i].name,
			  r->denied[i].answered);
	put_fact(p, r, "DENY", text_str(&t));
}

static void put_machine(struct html_page *p, const struct report *r)
{
	const struct machine *m = &r->vm;
	_cleanup_text_ struct text t = { 0 };
	size_t i;

	if (!r->kernel_name || !column_judged(r))
		return;
	text_addf(&t, "%s, %s, %s MiB, processors: %s, booted in %s ms, tries: %s", str(m->accel),
		  str(m->qemu), str(m->memory), str(m->cpus), str(m->boot), str(m->tries));
	put_fact(p, r, "virtual machine", text_str(&t));
	put_fact(p, r, "its command line", str(m->append));
	put_fact(p, r, "sha256 of its kernel", str(m->image));
	put_fact(p, r, "ended", str(m->ended));
	for (i = 0; i < m->n; i++)
		put_fact(p, r, m->remarks[i].fault ? "its kernel's fault" : "its kernel's warning",
			 m->remarks[i].lines);
}

static void put_facts(struct html_page *p, const struct report *r)
{
	size_t i;

	text_add(&p->t, "<dl class=\"facts\">\n");
	for (i = 0; i < ARRAY_SIZE(facts); i++)
		put_fact(p, r, facts[i].name,
			 *(char *const *)(const void *)((const char *)r + facts[i].at));
	if (column_judged(r))
		text_addf(&p->t, "<dt>took</dt><dd>%.1f s</dd>\n", r->seconds);
	put_denied(p, r);
	put_machine(p, r);
	text_add(&p->t, "</dl>\n");
}

static void put_report(struct html_page *p, const struct page_column *c)
{
	size_t no = (size_t)(c - p->columns) + 1;

	text_addf(&p->t, "<details class=\"report\" id=\"r.%zu\"%s><summary><h3>", no,
		  p->n == 1 ? " open" : "");
	html_subject(p, c);
	text_add(&p->t, "</h3> ");
	page_verdict(p, c);
	text_add(&p->t, "</summary>\n");
	if (p->n > 1)
		page_sum(p, c);
	if (p->n > 1)
		page_next(p, c);
	put_facts(p, c->r);
	text_add(&p->t, "</details>\n");
}

void page_reports(struct html_page *p)
{
	size_t i;

	text_addf(&p->t, "<section>\n<h2 id=\"reports\">About the run%s</h2>\n%s",
		  p->n == 1 ? "" : "s", p->n == 1 ? "" : "<p class=\"fold\" hidden></p>\n");
	for (i = 0; i < p->n; i++)
		put_report(p, &p->columns[i]);
	text_add(&p->t, "</section>\n");
}
