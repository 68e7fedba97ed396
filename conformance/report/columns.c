/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/columns.h"

#include "conformance/report/output.h"

void reports_free(struct reports *rs)
{
	size_t i;

	for (i = 0; i < rs->n; i++) {
		report_free(&rs->list[i]);
		free(rs->files[i]);
	}
	free(rs->list);
	free(rs->files);
	*rs = (struct reports){ 0 };
}

void reports_add(struct reports *rs, const char *file, struct report *r)
{
	size_t n = rs->n;

	GROW(rs->list, n);
	GROW(rs->files, n);
	rs->list[n] = *r;
	rs->files[n] = xstrdup(file);
	rs->n++;
	*r = (struct report){ 0 };
}

const char *column_args(const struct report *r)
{
	const char *rest = strchr(str(r->runtime_argv), '\n');

	return rest ? rest + 1 : "";
}

char *column_runtime(const struct report *r)
{
	_cleanup_free_ char *name = report_runtime_name(r);
	_cleanup_free_ char *version = report_runtime_version(r);
	_cleanup_free_ char *args = xstrdup(column_args(r));
	_cleanup_text_ struct text t = { 0 };
	char *rest = args, *line;

	text_addf(&t, "%s%s%s", name, *name && *version ? " " : "", version);
	while ((line = next_line(&rest)))
		text_addf(&t, " %s", line);
	return xstrdup(text_str(&t));
}

const char *column_kernel(const struct report *r)
{
	return r->kernel_name ? r->kernel_name : str(r->kernel);
}

char *column_conditions(const struct report *r)
{
	_cleanup_text_ struct text t = { 0 };

	if (*str(r->cgroup) && !streq(r->cgroup, "v2"))
		text_addf(&t, "cgroup %s", r->cgroup);
	if (*str(r->userns) && !streq(r->userns, "none"))
		text_addf(&t, "%suser namespaces: %s", t.len ? ", " : "", r->userns);
	if (r->n_denied)
		text_add(&t, t.len ? ", " : "");
	output_denied(&t, r);
	return xstrdup(text_str(&t));
}

bool column_judged(const struct report *r)
{
	return r->kernel != NULL;
}

const char *column_verdict(const struct report *r)
{
	if (!column_judged(r) && r->outcome == OUTCOME_NOTHING_RAN)
		return "absent";
	return outcome_names[r->outcome];
}

struct matrix columns_matrix(const struct reports *rs)
{
	struct matrix m = { .columns = xcalloc(rs->n + 1, sizeof(*m.columns)), .n = rs->n };
	size_t i;

	for (i = 0; i < rs->n; i++) {
		const struct report *r = &rs->list[i];

		m.columns[i] = (struct column){
			.name = r->kernel_name ? r->kernel_name : r->kernel,
			.status = outcome_exit(r->outcome),
			.has_report = column_judged(r),
			.why = r->why,
			.report = *r,
		};
	}
	return m;
}

bool columns_same_runtime(const struct report *a, const struct report *b)
{
	_cleanup_free_ char *mine = column_runtime(a), *other = column_runtime(b);

	return streq(mine, other);
}

size_t columns_before(const struct reports *rs, size_t at, char *(*name)(const struct report *r))
{
	_cleanup_free_ char *mine = name(&rs->list[at]);
	size_t i, before = 0;

	for (i = 0; i < at; i++) {
		_cleanup_free_ char *other = name(&rs->list[i]);

		before += streq(mine, other);
	}
	return before;
}

const struct result *column_result(const struct report *r, enum requirement_id id)
{
	size_t i;

	for (i = 0; i < r->n_results; i++)
		if (r->results[i].id == id && result_shown(r, &r->results[i]))
			return &r->results[i];
	return NULL;
}

const char *column_word(const struct report *r, enum requirement_id id)
{
	const struct result *res = column_result(r, id);

	return res ? verdict_names[res->verdict] : "nothing";
}
